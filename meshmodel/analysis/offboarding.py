"""What is to be done when an agent, a person, a group or a vendor goes, and who notices.

See ``docs/compromise.md#who-goes``.

Where the page leaves room, this is how it is read:

- What leaves *could obtain* every credential that its agents come to as themselves, guarded or not, by own
  steps and by hosting steps, since whoever takes over the host of another agent can read what that one
  holds. What they only make others do gives them no secret. A vendor also has all accesses of its systems.
- To *revoke* are the credentials in its hands (by hold and exchange steps alone) that no other active
  agent comes to once it is gone, and those on behalf of a person. To *rotate* is all else obtainable.
- The *copies at rest* to delete are every stored copy of what is revoked, every one in a system of the
  vendor, and of what is rotated those from which it could take the secret, outside of a secrets manager.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import CannotStartError
from meshmodel.analysis.rotation import Rotation, RotationPlan, SecretCopy, SecretUses, credentials, rotation
from meshmodel.model.records import Checkpoint, Custody, Snapshot
from meshmodel.model.stop import NEVER, Stop
from meshmodel.model.text import no_such, one_line
from meshmodel.model.vocabulary import WRITE


@dataclass(frozen=True, slots=True, order=True)
class LostApproval:
    """A checkpoint that loses an approver.

    ``left`` are its other approvers; where there is none, it decides nothing from then on.
    """

    checkpoint: str
    identity: str
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class AffectedAgent:
    """Another agent that notices; who needs a new secret or reads a copy stands there.

    Attributes:
        agent: its id.
        because: ``presents``: it comes to ``credential``, which is revoked; ``sets-to-work``: it sets
            ``leaving`` to work; ``set-to-work``: ``leaving`` sets it to work; ``triggered``: what who goes
            writes into ``system`` triggers it.
        leaving, system, credential: as ``because`` says, else empty.
    """

    agent: str
    because: Literal["presents", "sets-to-work", "set-to-work", "triggered"]
    leaving: str = ""
    system: str = ""
    credential: str = ""


@dataclass(frozen=True, slots=True)
class Offboarding:
    """What is to be done when somebody goes; everything sorted.

    Attributes:
        who: ``agent:ID``, ``person:NAME`` or ``vendor:NAME``.
        agents: those that go, to be retired.
        revoke: the credentials that only they could present, and those on behalf of the person.
        rotate: those shared with others, or obtainable.
        copies: stored copies to delete.
        holds, delegations, triggers, intents: the keys of their relations, which break or lapse.
        approvals: approvers that checkpoints lose.
        checkpoints: those whose step is gone, so that they decide nothing any more.
        touched: who else notices, and by what.
        owned: what needs a new owner, as ``kind:ID`` (a person or group alone).
        systems: the systems of the vendor, and what they keep is still there (a vendor alone).
    """

    who: str
    agents: tuple[str, ...]
    revoke: tuple[str, ...]
    rotate: tuple[Rotation, ...]
    holds: tuple[tuple[str, str], ...]
    copies: tuple[SecretCopy, ...]
    delegations: tuple[tuple[str, str], ...]
    triggers: tuple[tuple[str, str], ...]
    intents: tuple[tuple[str, str], ...]
    approvals: tuple[LostApproval, ...]
    checkpoints: tuple[str, ...]
    touched: tuple[AffectedAgent, ...]
    owned: tuple[str, ...]
    systems: tuple[str, ...]

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
        """Whether nothing is left to be done but to retire the agents."""
        relations = self.holds, self.delegations, self.triggers, self.intents
        return not any((self.revoke, self.rotate, self.copies, self.approvals, self.owned, *relations))


def offboarding(engine: Engine, who: str, stop: Stop = NEVER) -> Offboarding | RotationPlan:
    """What is to be done when somebody goes, or a secret is replaced; as ``Analysis.offboarding``.

    The view decides only which rotations are unchecked.
    """
    kind, _, name = (who if ":" in who else f"agent:{who}").partition(":")
    stop.check()
    if kind == "credential":
        return rotation(engine, name)
    known = _known(engine.snapshot)
    if kind not in known:
        kinds = "agent:ID, person:NAME, vendor:NAME or credential:ID"
        raise CannotStartError(f"{one_line(who)}: what is offboarded is {kinds}")
    named = {each[2:] for each in _named(engine.snapshot) if each[:2] == (kind, name)}
    if not named and name not in known[kind]:
        noun = "person or group" if kind == "person" else kind
        raise CannotStartError(no_such(noun, name, known[kind], "" if kind == "agent" else f"{kind}:"))
    return _Leaver(engine, kind, name, named, stop).plan()


def everybody(snapshot: Snapshot) -> tuple[str, ...]:
    """All that can be asked about, as ``kind:name``: agents, persons and groups, vendors, credentials."""
    return tuple(f"{kind}:{name}" for kind, names in _known(snapshot).items() for name in sorted(names))


def _known(snapshot: Snapshot) -> dict[str, Collection[str]]:
    """By kind, the names that can be asked about."""
    found: dict[str, set[str]] = {"agent": set(snapshot.agent), "person": set(), "vendor": set()}
    for kind, name, field, *_ in _named(snapshot):
        if field != "name":
            found[kind].add(name)
    found["person"].update(*(each.approvers or () for each in snapshot.checkpoint.values()))
    return {**found, "credential": [each.id for each in snapshot.credential.values() if each.is_active]}


def _named(snapshot: Snapshot) -> Iterator[tuple[str, str, str, str, str]]:
    """Where persons, groups and vendors are named: as (kind, name, field, table, id).

    What is retired, revoked or done needs no owner any more, and is on nobody's behalf.
    """
    for table in ("agent", "credential", "note", "system"):
        for key, record in snapshot.table(table).items():
            lasts = getattr(record, "is_active", True) and getattr(record, "state", "open") == "open"
            fields = {"vendor": "vendor"}
            fields |= {"owner": "person", "on_behalf_of": "person"} if lasts else {}
            fields |= {"id": "person", "name": "person"} if getattr(record, "is_person", False) else {}
            for field, kind in fields.items():
                name = getattr(record, field, None)
                if name is not None:
                    yield kind, name, field, table, key


def _without(snapshot: Snapshot, agents: Iterable[str], credentials: Iterable[str], status: str) -> Snapshot:
    """The same where agents have another status, and credentials are revoked."""
    changed = {each: replace(snapshot.agent[each], status=status) for each in agents}
    revoked = {each: replace(snapshot.credential[each], status="revoked") for each in credentials}
    return replace(
        snapshot, agent={**snapshot.agent, **changed}, credential={**snapshot.credential, **revoked}
    )


class _Leaver:
    """Somebody on the way out: what they could do while here, and what others do without them."""

    def __init__(
        self, engine: Engine, kind: str, name: str, named: Collection[tuple[str, str, str]], stop: Stop
    ) -> None:
        """Arguments: the model; who goes; the places that name who goes, as (field, table, id); see above."""
        self.who, self.person = f"{kind}:{name}", name if kind == "person" else None
        self.owned = {f"{table}:{key}" for field, table, key in named if field == "owner"}
        self.behalf = {key for field, _, key in named if field == "on_behalf_of"}
        self.systems = {key for field, table, key in named if (field, table) == ("vendor", "system")}
        made = {key for field, table, key in named if table == "agent" and field in ("id", "name", "vendor")}
        agents = self.agents = {name} if kind == "agent" else made
        self.retired = {each for each in agents if not engine.snapshot.agent[each].is_active}
        if self.retired:
            engine = Engine(_without(engine.snapshot, self.retired, (), "active"), engine.view)
        self.engine, self.snapshot, self.mesh = engine, engine.snapshot, engine.mesh
        self.others = Engine(_without(self.snapshot, agents, self.behalf, "retired"), engine.view)
        stop.check()
        self.nodes = [self.mesh.agent_node(each) for each in agents]
        accesses = [self.mesh.access(each, action) for each in self.systems for action in range(5)]
        self.secrets = SecretUses(engine, [*self.nodes, *accesses], self.others)
        in_hand = self.mesh.graph_of("hold", "exchange").spread(dict.fromkeys(self.nodes, 1))
        self.theirs = set(credentials(self.others.mesh, self.others.reaches.full))
        self.revoke = self.behalf.union(credentials(self.mesh, in_hand)) - self.theirs
        stop.check()

    def plan(self) -> Offboarding:
        """Everything that is to be done."""
        snapshot, agents, mesh = self.snapshot, self.agents, self.mesh
        held = {mesh.name(credential) for agent, credential in mesh.steps["hold"] if agent in self.nodes}
        kept = [each for each in self.secrets.names if each not in self.revoke]
        custodies = [each for _, each in sorted(snapshot.custody.items()) if self._is_left(each)]
        copies = tuple(map(self.secrets.copy, custodies))
        deleted = {(each.system, each.credential) for each in copies}
        gone = (each.id for each in snapshot.checkpoint.values() if self._is_gone(each, deleted))
        return Offboarding(
            self.who,
            tuple(sorted(agents)),
            tuple(sorted(self.revoke)),
            self.secrets.rotations(kept, held & self.theirs),
            tuple(sorted(key for key in snapshot.hold if key[0] in agents)),
            copies,
            tuple(sorted(key for key in snapshot.delegation if agents & set(key))),
            tuple(sorted(key for key in snapshot.trigger if key[1] in agents)),
            tuple(sorted(key for key in snapshot.intent if key[0] in agents)),
            tuple(sorted(self._approvals())),
            tuple(sorted(gone)),
            tuple(sorted(set(self._touched()))),
            tuple(sorted(self.owned)),
            tuple(sorted(self.systems)),
        )

    def _is_left(self, custody: Custody) -> bool:
        """Whether a copy is to be deleted."""
        if custody.how != "stores" or custody.credential not in self.mesh.credential:
            return False
        is_vault = self.snapshot.system[custody.system].kind == "secrets-manager"
        goes = custody.credential in self.revoke or custody.system in self.systems
        return goes or (not is_vault and custody.system in self.secrets.taken[custody.credential])

    def _approvals(self) -> Iterator[LostApproval]:
        """The approvers that nothing authenticates any more, or who go themselves."""
        active = [each for each in self.snapshot.credential.values() if each.is_active]
        left = {each.principal for each in active if each.id not in self.revoke}
        gone = {each.principal for each in active if each.id in self.revoke} - left | {self.person}
        for checkpoint in self.snapshot.checkpoint.values():
            approvers = set(checkpoint.approvers or ())
            for identity in approvers & gone:
                yield LostApproval(checkpoint.id, identity, tuple(sorted(approvers - gone)))

    def _is_gone(self, checkpoint: Checkpoint, deleted: Collection[tuple[str, str]]) -> bool:
        """Whether the step of a checkpoint goes with its agent, its credential or its copy."""
        kind, ends = checkpoint.step, (checkpoint.from_, checkpoint.to)
        if kind in {"trigger", "hearing", "hosting"} and ends[1] in self.retired:
            return False  # it was gone before
        before, after = (
            [step for step in mesh.ends(kind, *ends) if mesh.has(step)]
            for mesh in (self.mesh, self.others.mesh)
        )
        revoked = {self.mesh.node("credential", each) for each in self.revoke}
        is_deleted = kind == "custody" and ends in deleted
        is_revoked = all(not revoked.isdisjoint(map(self.mesh.original, step)) for step in before)
        return bool(before) and (not after or is_deleted or is_revoked)

    def _touched(self) -> Iterator[AffectedAgent]:
        others = self.others.mesh.agent
        for credential in self.behalf:
            for agent in self.mesh.names(self.engine.reaches.presenting(credential)):
                if agent in others:
                    yield AffectedAgent(agent, "presents", credential=credential)
        for start, end in self.snapshot.delegation:
            if start in others and end in self.agents:
                yield AffectedAgent(start, "sets-to-work", end)
            if end in others and start in self.agents:
                yield AffectedAgent(end, "set-to-work", start)
        for system, agent in self.snapshot.trigger:
            if agent in others and self.secrets.obtained[self.mesh.access(system, WRITE)]:
                yield AffectedAgent(agent, "triggered", system=system)
