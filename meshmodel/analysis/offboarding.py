"""What is to be done when an agent goes (section 7), and who notices.

Where the page leaves room, this is how it is read:

- What the agent *could obtain* is every credential that it comes to as itself, guarded or not: by hold,
  grant, custody, exchange and implies steps, and by hosting steps too, since whoever takes over the host
  of another agent can read what that one holds. What it only makes others do gives it no secret.
- To *revoke* are the credentials in its hands (by hold and exchange steps alone) that no other active
  agent comes to once it is gone. To *rotate* is all else that it could obtain.
- The *copies at rest* to delete are every stored copy of what is revoked, and of what is rotated those
  from which it could take the secret, outside of a secrets manager (there the new secret is put).
- A retired agent may be asked about as well: it may still hold something.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_
from typing import Final, Literal

from meshmodel.analysis.closure import Successors, forward, is_sparse, search, union
from meshmodel.analysis.compromise import CannotStartError
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.stopping import NEVER, Stop
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.spreading import Spreader
from meshmodel.analysis.steps import ACTION_NUMBER, HELD_KINDS, OWN_KINDS, STEP_ORDER, WRITE, Mesh, bits
from meshmodel.model.records import Custody
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import no_such

Because = Literal["shared", "obtainable"]
Notice = Literal["sets-to-work", "set-to-work", "triggered"]

_OBTAIN_KINDS: Final[tuple[StepKind, ...]] = (*OWN_KINDS, "hosting")


@dataclass(frozen=True, slots=True)
class Rotation:
    """A credential whose secret has to be replaced.

    Attributes:
        credential: its id.
        because: ``shared`` where the agent holds it and others come to it too, else ``obtainable``.
        systems: where the agent could take it from, sorted.
        agents: the other active agents that come to it as themselves and need the new secret, sorted.
        unchecked: whether the agent could obtain it without being asked.
    """

    credential: str
    because: Because
    systems: tuple[str, ...]
    agents: tuple[str, ...]
    unchecked: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """A stored copy to delete, and the other active agents that can read it, sorted."""

    system: str
    credential: str
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Touched:
    """Another agent that notices; who needs a new secret or reads a copy stands there.

    Attributes:
        agent: its id.
        because: ``sets-to-work``: it sets the agent to work; ``set-to-work``: the agent sets it to work;
            ``triggered``: what the agent writes into ``system`` triggers it.
        system: as ``because`` says, else empty.
    """

    agent: str
    because: Notice
    system: str = ""


@dataclass(frozen=True, slots=True)
class Offboarding:
    """What is to be done when one agent goes; everything sorted.

    Attributes:
        agent: who goes.
        revoke: the credentials that only it could present.
        rotate: those shared with others, or obtainable by it.
        holds: the credentials that it holds by a relation of its own.
        copies: stored copies to delete.
        delegations: those that break, as (from, to).
        triggers: those that break, as (system, agent).
        intents: the systems for which an approved path lapses.
        approvals: (checkpoint, identity) where nothing authenticates that approver any more.
        touched: who else notices, and by what.
    """

    agent: str
    revoke: tuple[str, ...]
    rotate: tuple[Rotation, ...]
    holds: tuple[str, ...]
    copies: tuple[Copy, ...]
    delegations: tuple[tuple[str, str], ...]
    triggers: tuple[tuple[str, str], ...]
    intents: tuple[str, ...]
    approvals: tuple[tuple[str, str], ...]
    touched: tuple[Touched, ...]

    @property
    def rotated(self) -> tuple[str, ...]:
        """The ids of the credentials to rotate."""
        return tuple(each.credential for each in self.rotate)

    @property
    def deleted(self) -> tuple[tuple[str, str], ...]:
        """The copies to delete, as (system, credential)."""
        return tuple((each.system, each.credential) for each in self.copies)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to be done but to retire the agent."""
        return not (
            self.revoke
            or self.rotate
            or self.holds
            or self.copies
            or self.delegations
            or self.triggers
            or self.intents
        )


def offboarding(engine: Engine, agent: str, stop: Stop = NEVER) -> Offboarding:
    """What is to be done when an agent goes.

    Args:
        engine: the model in one view; the view decides only which rotations are unchecked.
        agent: its id; it may be retired already.
        stop: asked in between.

    Raises:
        Stopped: it was time to stop.
        CannotStartError: there is no such agent; one clear line.
    """
    snapshot = engine.snapshot
    if agent not in snapshot.agent:
        raise CannotStartError(no_such("agent", agent, snapshot.agent))
    if not snapshot.agent[agent].is_active:
        engine = Engine(_with_status(snapshot, agent, "active"), engine.view)
    stop.check()
    return _Leaving(engine, agent, stop).plan()


def _with_status(snapshot: Snapshot, agent: str, status: str) -> Snapshot:
    record = replace(snapshot.agent[agent], status=status)
    return replace(snapshot, agent={**snapshot.agent, agent: record})


class _Leaving:
    """One agent on its way out: what it could do while here, and what others do without it."""

    def __init__(self, engine: Engine, agent: str, stop: Stop) -> None:
        self.agent = agent
        self._stop = stop
        self.snapshot = engine.snapshot
        self.mesh = mesh = engine.mesh
        spreader = Spreader(engine)
        node = mesh.agent_node[agent]
        self.obtained = spreader.by([node], _OBTAIN_KINDS)
        self.in_hand = spreader.by([node], HELD_KINDS)
        self.unasked = spreader.by([node], _OBTAIN_KINDS, spreader.unchecked([node]).dropped)
        self.others = Mesh(_with_status(engine.snapshot, agent, "retired"))
        stop.check()
        self.theirs = self._reached_by_others()
        stop.check()
        self.users = _Users(self.others)
        self.held = engine.holds(node)
        self.taken: dict[str, list[str]] = {}
        for custody in engine.snapshot.custody.values():
            if self._takes_from(custody):
                self.taken.setdefault(custody.credential, []).append(custody.system)

    def _reached_by_others(self) -> set[str]:
        """The credentials to which some other active agent comes."""
        others = self.others
        after = others.adjacency(STEP_ORDER)
        queue = list(others.agent_node.values())
        seen = set(queue)
        for node in queue:
            for enters in after[node]:
                if enters not in seen:
                    seen.add(enters)
                    queue.append(enters)
        return {name for name, node in others.credential_node.items() if node in seen}

    def plan(self) -> Offboarding:
        """Everything that is to be done."""
        snapshot, agent = self.snapshot, self.agent
        nodes = self.mesh.credential_node
        obtained = sorted(name for name, node in nodes.items() if node in self.obtained)
        revoke = [name for name in obtained if nodes[name] in self.in_hand and name not in self.theirs]
        kept = sorted(set(obtained) - set(revoke))
        copies = self._copies(set(revoke), set(kept))
        rotate = tuple(self._rotation(name) for name in kept)
        delegations = tuple(sorted(key for key in snapshot.delegation if agent in key))
        return Offboarding(
            agent,
            tuple(revoke),
            rotate,
            tuple(sorted(credential for holder, credential in snapshot.hold if holder == agent)),
            copies,
            delegations,
            tuple(sorted(key for key in snapshot.trigger if key[1] == agent)),
            tuple(sorted(system for who, system in snapshot.intent if who == agent)),
            self._approvals(set(revoke)),
            self._touched(delegations),
        )

    def _takes_from(self, custody: Custody) -> bool:
        """Whether the agent could take the credential from there."""
        mesh = self.mesh
        if custody.credential not in mesh.credential_node:
            return False
        if custody.how == "stores" and self.snapshot.credential[custody.credential].is_bound:
            return False
        return any(
            mesh.access_node(custody.system, ACTION_NUMBER[x]) in self.obtained for x in custody.obtained_by
        )

    def _copies(self, revoke: set[str], kept: set[str]) -> tuple[Copy, ...]:
        found: list[Copy] = []
        for key, custody in self.snapshot.custody.items():
            if custody.how != "stores":
                continue
            vault = self.snapshot.system[custody.system].kind == "secrets-manager"
            if custody.credential in revoke or (
                custody.credential in kept and not vault and self._takes_from(custody)
            ):
                found.append(Copy(*key, self._readers(custody)))
        return tuple(sorted(found, key=lambda copy: (copy.system, copy.credential)))

    def _readers(self, custody: Custody) -> tuple[str, ...]:
        """The others that come to a copy as themselves."""
        self._stop.check()
        numbers = (ACTION_NUMBER[action] for action in custody.obtained_by)
        marks = (self.users.marks(self.others.access_node(custody.system, number)) for number in numbers)
        return self.users.named(reduce(or_, marks))

    def _rotation(self, credential: str) -> Rotation:
        self._stop.check()
        node = self.mesh.credential_node[credential]
        return Rotation(
            credential,
            "shared" if node in self.held and credential in self.theirs else "obtainable",
            tuple(sorted(self.taken.get(credential, ()))),
            self.users.named(self.users.marks(self.others.credential_node[credential])),
            node in self.unasked,
        )

    def _approvals(self, revoke: set[str]) -> tuple[tuple[str, str], ...]:
        credentials = self.snapshot.credential
        gone = {credentials[name].principal for name in revoke}
        left = {each.principal for each in credentials.values() if each.is_active and each.id not in revoke}
        return tuple(
            sorted(
                (checkpoint.id, identity)
                for checkpoint in self.snapshot.checkpoint.values()
                for identity in checkpoint.approvers or ()
                if identity in gone - left
            )
        )

    def _touched(self, delegations: tuple[tuple[str, str], ...]) -> tuple[Touched, ...]:
        active = self.others.agent_node
        found: set[Touched] = set()
        for start, end in delegations:
            if start in active:
                found.add(Touched(start, "sets-to-work"))
            if end in active:
                found.add(Touched(end, "set-to-work"))
        for system, agent in self.snapshot.trigger:
            if agent in active and self.mesh.access_node(system, WRITE) in self.obtained:
                found.add(Touched(agent, "triggered", system))
        return tuple(sorted(found))


class _Users:
    """Which agents reach a node as themselves."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._agents = sorted(mesh.agent_node)
        self._number = {mesh.agent_node[name]: number for number, name in enumerate(self._agents)}
        self._known: dict[int, tuple[str, ...]] = {}
        self._after = mesh.successors(OWN_KINDS)
        self._searched = is_sparse(self._after, list(self._number))

    @cached_property
    def _before(self) -> Successors:
        """For each node the nodes before it."""
        before: dict[int, list[int]] = {}
        for kind in OWN_KINDS:
            for leaves, enters in self._mesh.steps[kind]:
                before.setdefault(enters, []).append(leaves)
        return [before.get(node, ()) for node in range(self._mesh.size)]

    @cached_property
    def _columns(self) -> tuple[Sequence[int], list[int]]:
        own = forward(self._after)
        seeds = {node: 1 << number for node, number in self._number.items()}
        return own.component, own.columns(seeds)

    def marks(self, node: int) -> int:
        """Them as bits."""
        if self._searched:
            # In a large mesh in which little is reached only few nodes are asked about.
            found: set[int] = set()
            search(self._before, node, found)
            return union([self._number[each] for each in found if each in self._number])
        component, columns = self._columns
        return columns[component[node]]

    def named(self, marks: int) -> tuple[str, ...]:
        """Their ids, sorted; one tuple for all nodes that the same agents reach."""
        if marks not in self._known:
            self._known[marks] = tuple(self._agents[number] for number in bits(marks))
        return self._known[marks]
