"""The rotation of a secret: who could take it, who needs the new one, and in which order.

See ``docs/compromise.md#who-goes``.

Where the page leaves room, this is how it is read: what a credential *yields* is every credential that
whoever presents it comes to, guarded or not, by own steps and by hosting steps. Who had the old secret could
have taken them, so they are rotated after it: else the new ones could be read with the old one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.example_paths import Paths
from meshmodel.analysis.graph import Graph, Reach, union
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import CannotStartError
from meshmodel.analysis.steps import OWN
from meshmodel.model.records import Custody
from meshmodel.model.text import no_such
from meshmodel.model.vocabulary import NUMBER

OBTAIN: Final = (*OWN, "hosting")
"""The steps by which a secret is come by."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """A credential whose secret has to be replaced.

    Attributes:
        because: ``shared`` where who goes holds it and others come to it too, else ``obtainable``.
        systems: where it could be taken from, sorted.
        agents: the other active agents that come to it as themselves and need the new secret, sorted.
        unchecked: whether it could be obtained without anybody being asked.
    """

    credential: str
    because: Literal["shared", "obtainable"]
    systems: tuple[str, ...]
    agents: tuple[str, ...]
    unchecked: bool


@dataclass(frozen=True, slots=True, order=True)
class SecretCopy:
    """A stored copy of a secret, and the other active agents that can read it, sorted."""

    system: str
    credential: str
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RotationPlan:
    """What is to be done when a secret is replaced; everything sorted.

    Attributes:
        copies: every copy at rest.
        issuers, exchanged: the systems that issue it, the credentials for which it is got in an exchange.
        holders: the active agents that hold it or are passed it: the new secret is brought to them.
        agents: all active agents that come to it as themselves: they need the new secret.
        rotate: what it yields and must be rotated with it.
        order: all of these in groups, to be rotated one group after the other; those of one group can be
            taken with one another, so they are rotated at once.
    """

    credential: str
    copies: tuple[SecretCopy, ...]
    issuers: tuple[str, ...]
    exchanged: tuple[str, ...]
    holders: tuple[str, ...]
    agents: tuple[str, ...]
    rotate: tuple[Rotation, ...]
    order: tuple[tuple[str, ...], ...]


class SecretUses:
    """The secrets that somebody could take, and who else needs them.

    ``obtained`` says by node whether it is come to by steps that yield secrets, ``names`` are the credentials
    that are, ``taken`` has by credential the systems from which it could be taken.
    """

    def __init__(self, engine: Engine, starts: Iterable[int], others: Engine) -> None:
        self._mesh, self._others, seeds = engine.mesh, others, dict.fromkeys(starts, 1)
        self._graph = self._mesh.graph_of(*OBTAIN)
        self.obtained = self._graph.spread(seeds)
        self.names = credentials(self._mesh, self.obtained)
        self.taken: defaultdict[str, set[str]] = defaultdict(set)
        for leaves, enters in self._mesh.steps["custody"]:
            if self.obtained[leaves]:
                self.taken[self._mesh.name(enters)].add(self._mesh.name(leaves))
        paths = Paths(self._mesh, engine.checkpoints)
        closed = paths.closed(paths.counting(engine.checkpoints.unchecked(seeds).power, 0))
        steps = (step for kind in OBTAIN for step in self._mesh.steps[kind] if step not in closed)
        self._unasked = set(credentials(self._mesh, Graph(self._mesh.size, steps).spread(seeds)))

    def rotations(self, names: Iterable[str], shared: Collection[str]) -> tuple[Rotation, ...]:
        """What is to be done for some credentials; ``shared`` are those that others come to too."""
        return tuple(
            Rotation(
                each,
                "shared" if each in shared else "obtainable",
                tuple(sorted(self.taken[each])),
                self._others.mesh.names(self._others.reaches.presenting(each)),
                each in self._unasked,
            )
            for each in names
        )

    def copy(self, custody: Custody) -> SecretCopy:
        """A stored copy with the others that can read it."""
        mesh, own = self._others.mesh, self._others.reaches.own
        readers = union(own[mesh.access(custody.system, NUMBER[each])] for each in self._mesh.yields(custody))
        return SecretCopy(custody.system, custody.credential, mesh.names(readers))

    def order(self, start: int) -> tuple[tuple[str, ...], ...]:
        """The credentials that follow on one, in groups; each after all from which it can be taken."""
        component, outgoing = self._graph.condensed
        groups: defaultdict[int, list[str]] = defaultdict(list)
        for name, number in self._mesh.credential.items():
            groups[component[self._mesh.first_credential + number]].append(name)
        depth = {component[start]: 0}
        for number in range(component[start], -1, -1):  # steps lead to lower numbers
            for other in outgoing[number] if number in depth else ():
                if other != number:
                    depth[other] = max(depth.get(other, 0), depth[number] + 1)
        found = sorted((deep, tuple(groups[number])) for number, deep in depth.items() if number in groups)
        return tuple(group for _, group in found)


def credentials(mesh: Mesh, reach: Reach) -> list[str]:
    """The credentials that any start comes to, sorted."""
    return [each for number, each in enumerate(mesh.credentials) if reach[mesh.first_credential + number]]


def rotation(engine: Engine, credential: str) -> RotationPlan:
    """What is to be done when the secret of a credential is replaced; as ``Analysis.offboarding``."""
    snapshot, mesh = engine.snapshot, engine.mesh
    if credential not in snapshot.credential:
        raise CannotStartError(no_such("credential", credential, snapshot.credential, "credential:"))
    node = mesh.node("credential", credential)
    if node is None:
        raise CannotStartError(f"credential {credential} is revoked, so there is nothing to rotate")
    secrets = SecretUses(engine, [node], engine)
    custodies = [each for _, each in sorted(snapshot.custody.items()) if each.credential == credential]
    holders = {mesh.name(holder) for holder, held in mesh.steps["hold"] if held == node}
    return RotationPlan(
        credential,
        tuple(secrets.copy(each) for each in custodies if each.how == "stores"),
        tuple(each.system for each in custodies if each.how == "issues"),
        tuple(sorted(each.from_ for each in snapshot.exchange.values() if each.to == credential)),
        tuple(sorted(holders)),
        mesh.names(engine.reaches.presenting(credential)),
        secrets.rotations((each for each in secrets.names if each != credential), ()),
        secrets.order(node),
    )
