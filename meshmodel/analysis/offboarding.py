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

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from meshmodel.analysis.closure import Closure, forward
from meshmodel.analysis.compromise import CannotStartError, counted_names
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.spreading import Spreader
from meshmodel.analysis.steps import ACTION_NUMBER, HELD_KINDS, OWN_KINDS, STEP_ORDER, WRITE, Mesh
from meshmodel.model.records import Custody
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line

Because = Literal["shared", "obtainable"]
Notice = Literal["rotated", "copy", "sets-to-work", "set-to-work", "triggered"]

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


@dataclass(frozen=True, slots=True, order=True)
class Touched:
    """Another agent that notices.

    Attributes:
        agent: its id.
        because: ``rotated``: it needs the new secret of ``credential``; ``copy``: it can read the copy of
            ``credential`` in ``system`` that is deleted; ``sets-to-work``: it sets the agent to work;
            ``set-to-work``: the agent sets it to work; ``triggered``: what the agent writes into
            ``system`` triggers it.
        credential, system: as ``because`` says, else empty.
    """

    agent: str
    because: Notice
    credential: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Offboarding:
    """What is to be done when one agent goes; everything sorted.

    Attributes:
        agent: who goes.
        revoke: the credentials that only it could present.
        rotate: those shared with others, or obtainable by it.
        holds: the credentials that it holds by a relation of its own.
        copies: stored copies to delete, as (system, credential).
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
    copies: tuple[tuple[str, str], ...]
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


def offboarding(engine: Engine, agent: str) -> Offboarding:
    """What is to be done when an agent goes.

    Args:
        engine: the model in one view; the view decides only which rotations are unchecked.
        agent: its id; it may be retired already.

    Raises:
        CannotStartError: there is no such agent; one clear line.
    """
    snapshot = engine.snapshot
    if agent not in snapshot.agent:
        names = list(snapshot.agent)
        from difflib import get_close_matches

        close = get_close_matches(agent, names, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else f"it has {counted_names(names)}"
        raise CannotStartError(f"the model has no agent {one_line(agent)}; {hint}")
    if not snapshot.agent[agent].is_active:
        engine = Engine(_with_status(snapshot, agent, "active"), engine.view)
    return _Leaving(engine, agent).plan()


def _with_status(snapshot: Snapshot, agent: str, status: str) -> Snapshot:
    record = replace(snapshot.agent[agent], status=status)
    return replace(snapshot, agent={**snapshot.agent, agent: record})


class _Leaving:
    """One agent on its way out: what it could do while here, and what others do without it."""

    def __init__(self, engine: Engine, agent: str) -> None:
        self.agent = agent
        self.snapshot = engine.snapshot
        self.mesh = mesh = engine.mesh
        spreader = Spreader(engine)
        node = mesh.agent_node[agent]
        self.obtained = spreader.by([node], _OBTAIN_KINDS)
        self.in_hand = spreader.by([node], HELD_KINDS)
        self.unasked = spreader.by([node], _OBTAIN_KINDS, spreader.unchecked([node]).dropped)
        self.others = Mesh(_with_status(engine.snapshot, agent, "retired"))
        self.theirs = self._reached_by_others()

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
        users = self._users(kept, copies)
        rotate = tuple(self._rotation(name, users) for name in kept)
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
            self._touched(rotate, copies, delegations, users),
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

    def _copies(self, revoke: set[str], kept: set[str]) -> tuple[tuple[str, str], ...]:
        found = []
        for key, custody in self.snapshot.custody.items():
            if custody.how != "stores":
                continue
            vault = self.snapshot.system[custody.system].kind == "secrets-manager"
            if custody.credential in revoke or (
                custody.credential in kept and not vault and self._takes_from(custody)
            ):
                found.append(key)
        return tuple(sorted(found))

    def _users(self, kept: list[str], copies: tuple[tuple[str, str], ...]) -> "_Users":
        """Who else comes to these credentials, and who else reads these copies, as themselves."""
        others = self.others
        wanted = 0
        for name in kept:
            wanted |= 1 << others.credential_node[name]
        for key in copies:
            for action in self.snapshot.custody[key].obtained_by:
                wanted |= 1 << others.access_node(key[0], ACTION_NUMBER[action])
        return _Users(others, forward(others.adjacency(OWN_KINDS), wanted))

    def _rotation(self, credential: str, users: "_Users") -> Rotation:
        node = self.mesh.credential_node[credential]
        held = any(other == node for leaves, other in self.mesh.steps["hold"] if leaves == self.node)
        systems = sorted(
            custody.system
            for custody in self.snapshot.custody.values()
            if custody.credential == credential and self._takes_from(custody)
        )
        return Rotation(
            credential,
            "shared" if held and credential in self.theirs else "obtainable",
            tuple(systems),
            tuple(users.reaching(self.others.credential_node[credential])),
            node in self.unasked,
        )

    @property
    def node(self) -> int:
        """The agent's node."""
        return self.mesh.agent_node[self.agent]

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

    def _touched(
        self,
        rotate: tuple[Rotation, ...],
        copies: tuple[tuple[str, str], ...],
        delegations: tuple[tuple[str, str], ...],
        users: "_Users",
    ) -> tuple[Touched, ...]:
        active = self.others.agent_node
        found = {Touched(agent, "rotated", each.credential) for each in rotate for agent in each.agents}
        for system, credential in copies:
            for action in self.snapshot.custody[system, credential].obtained_by:
                access = self.others.access_node(system, ACTION_NUMBER[action])
                found |= {Touched(agent, "copy", credential, system) for agent in users.reaching(access)}
        for start, end in delegations:
            if start in active:
                found.add(Touched(start, "sets-to-work"))
            if end in active:
                found.add(Touched(end, "set-to-work"))
        for system, agent in self.snapshot.trigger:
            if agent in active and self.mesh.access_node(system, WRITE) in self.obtained:
                found.add(Touched(agent, "triggered", system=system))
        return tuple(sorted(found))


class _Users:
    """Which agents reach a node as themselves."""

    def __init__(self, mesh: Mesh, own: Closure) -> None:
        self._agents: Mapping[str, int] = mesh.agent_node
        self._own = own

    def reaching(self, node: int) -> list[str]:
        """Their ids, sorted."""
        return sorted(name for name, start in self._agents.items() if self._own.row(start) >> node & 1)
