"""The rotation of a secret (section 7): who could take it, who needs the new one, and in which order.

Where the page leaves room, this is how it is read: what a credential *yields* is every credential that
whoever presents it comes to, guarded or not, by grant, custody, exchange, implies and hosting steps, and what
the agents on such a host hold. Who had the old secret could have taken them, so they are rotated after it:
else the new ones could be read with the old one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from meshmodel.engine.actions import NUMBER
from meshmodel.engine.bitset import union
from meshmodel.engine.engine import Engine
from meshmodel.engine.graph import Graph
from meshmodel.engine.mesh import Mesh
from meshmodel.engine.results import CannotStartError
from meshmodel.engine.steps import OWN
from meshmodel.engine.stopping import NEVER, Stop
from meshmodel.model.records import Custody
from meshmodel.model.text import no_such

Because = Literal["shared", "obtainable"]

OBTAIN: Final = (*OWN, "hosting")
"""The steps by which a secret is come by."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """A credential whose secret has to be replaced.

    Attributes:
        credential: its id.
        because: ``shared`` where who goes holds it and others come to it too, else ``obtainable``.
        systems: where it could be taken from, sorted.
        agents: the other active agents that come to it as themselves and need the new secret, sorted.
        unchecked: whether it could be obtained without anybody being asked.
    """

    credential: str
    because: Because
    systems: tuple[str, ...]
    agents: tuple[str, ...]
    unchecked: bool


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """A stored copy of a secret, and the other active agents that can read it, sorted."""

    system: str
    credential: str
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RotationPlan:
    """What is to be done when a secret is replaced; everything sorted.

    Attributes:
        credential: whose secret.
        copies: every copy at rest, with the agents that can read it.
        issuers: the systems that issue it.
        exchanged: the credentials for which it is got in an exchange.
        holders: the active agents that hold it or are passed it: the new secret is brought to them.
        agents: all active agents that come to it as themselves: they need the new secret.
        rotate: what it yields and must be rotated with it.
        order: all of these in groups, to be rotated one group after the other; those of one group can be
            taken with one another, so they are rotated at once.
    """

    credential: str
    copies: tuple[Copy, ...]
    issuers: tuple[str, ...]
    exchanged: tuple[str, ...]
    holders: tuple[str, ...]
    agents: tuple[str, ...]
    rotate: tuple[Rotation, ...]
    order: tuple[tuple[str, ...], ...]


class Secrets:
    """Who could take which secret in a mesh.

    Attributes:
        obtained: by node whether it is come to from a start, by steps that yield secrets.
        unasked: the same, where nobody who counts is asked.
    """

    def __init__(self, engine: Engine, starts: Collection[int]) -> None:
        """Arguments: the model in one view; the nodes that somebody begins with."""
        seeds = dict.fromkeys(starts, 1)
        self._mesh, checkpoints = engine.mesh, engine.checkpoints
        self.graph = engine.mesh.graph_of(*OBTAIN)
        self.obtained = self.graph.spread(seeds)
        power = checkpoints.unchecked(seeds).power
        unguarded = (
            step
            for kind in OBTAIN
            for step in engine.mesh.steps[kind]
            if step not in checkpoints.guards or checkpoints.opened(step, power)
        )
        self.unasked = Graph(engine.mesh.size, unguarded).spread(seeds)

    def names(self) -> list[str]:
        """The credentials that could be obtained, sorted."""
        first = self._mesh.first_credential
        return [each for each, number in self._mesh.credential.items() if self.obtained[first + number]]

    def rotations(
        self, credentials: Iterable[str], users: "Users", shared: Collection[str]
    ) -> tuple[Rotation, ...]:
        """Credentials to rotate.

        Args:
            credentials: their ids, sorted.
            users: those that need the new secrets.
            shared: those that others come to too.
        """
        taken: defaultdict[str, list[str]] = defaultdict(list)
        for custody in self._mesh.snapshot.custody.values():
            if self.takes_from(custody):
                taken[custody.credential].append(custody.system)
        first, number = self._mesh.first_credential, self._mesh.credential
        return tuple(
            Rotation(
                each,
                "shared" if each in shared else "obtainable",
                tuple(sorted(taken.get(each, ()))),
                users.of(each),
                bool(self.unasked[first + number[each]]),
            )
            for each in credentials
        )

    def takes_from(self, custody: Custody) -> bool:
        """Whether the credential of a custody could be taken from there."""
        accesses = (self._mesh.access(custody.system, NUMBER[each]) for each in custody.obtained_by)
        return self._mesh.yields(custody) and any(self.obtained[each] for each in accesses)


class Users:
    """The agents that come to credentials and copies as themselves."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._reach = mesh.own_graph.spread(mesh.agent_seeds())

    def of(self, credential: str) -> tuple[str, ...]:
        """The agents that present a credential, sorted."""
        node = self._mesh.node("credential", credential)
        return () if node is None else self._mesh.names(self._reach[node])

    def readers(self, custody: Custody) -> tuple[str, ...]:
        """The agents that can read a stored copy, sorted."""
        accesses = (self._mesh.access(custody.system, NUMBER[each]) for each in custody.obtained_by)
        return self._mesh.names(union(self._reach[each] for each in accesses))


def rotation(engine: Engine, credential: str, stop: Stop = NEVER) -> RotationPlan:
    """What is to be done when the secret of a credential is replaced.

    Args:
        engine: the model in one view; the view decides only which rotations are unchecked.
        credential: its id.
        stop: asked in between.

    Raises:
        Stopped: it was time to stop.
        CannotStartError: there is no such credential, or it is revoked; one clear line.
    """
    snapshot, mesh = engine.snapshot, engine.mesh
    if credential not in snapshot.credential:
        raise CannotStartError(no_such("credential", credential, snapshot.credential, "credential:"))
    node = mesh.node("credential", credential)
    if node is None:
        raise CannotStartError(f"credential {credential} is revoked, so there is nothing to rotate")
    secrets, users = Secrets(engine, [node]), Users(mesh)
    stop.check()
    custodies = [each for each in snapshot.custody.values() if each.credential == credential]
    return RotationPlan(
        credential,
        tuple(
            sorted(
                Copy(each.system, credential, users.readers(each))
                for each in custodies
                if each.how == "stores"
            )
        ),
        tuple(sorted(each.system for each in custodies if each.how == "issues")),
        tuple(sorted(each.from_ for each in snapshot.exchange.values() if each.to == credential)),
        mesh.names(
            union(1 << holder - mesh.first_agent for holder, held in mesh.steps["hold"] if held == node)
        ),
        users.of(credential),
        secrets.rotations((each for each in secrets.names() if each != credential), users, ()),
        _order(secrets, mesh, node),
    )


def _order(secrets: Secrets, mesh: Mesh, start: int) -> tuple[tuple[str, ...], ...]:
    """The credentials that follow on one, in groups; each group after all from which it can be taken."""
    component, outgoing = secrets.graph.condensed
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for name, number in mesh.credential.items():
        groups[component[mesh.first_credential + number]].append(name)
    depth = {component[start]: 0}
    for number in range(component[start], -1, -1):  # steps lead to lower numbers
        if number in depth:
            for other in outgoing[number]:
                if other != number:
                    depth[other] = max(depth.get(other, 0), depth[number] + 1)
    found = sorted((depth[number], tuple(sorted(groups[number]))) for number in depth if number in groups)
    return tuple(group for _, group in found)
