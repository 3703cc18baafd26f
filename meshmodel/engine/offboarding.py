"""What is to be done when an agent, a person, a group or a vendor goes (section 7), and who notices.

Where the page leaves room, this is how it is read:

- What leaves *could obtain* every credential that its agents come to as themselves, guarded or not: by hold,
  grant, custody, exchange and implies steps, and by hosting steps too, since whoever takes over the host
  of another agent can read what that one holds. What they only make others do gives them no secret. A vendor
  also has what its systems keep: it begins with all accesses of them.
- To *revoke* are the credentials in its hands (by hold and exchange steps alone) that no other active
  agent comes to once it is gone, and those on behalf of a person. To *rotate* is all else that it could
  obtain.
- The *copies at rest* to delete are every stored copy of what is revoked, every one in a system of the
  vendor, and of what is rotated those from which it could take the secret, outside of a secrets manager
  (there the new secret is put).
- Whoever is retired may be asked about as well: it may still hold something.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from meshmodel.engine.actions import WRITE
from meshmodel.engine.engine import Engine
from meshmodel.engine.mesh import Mesh
from meshmodel.engine.results import CannotStartError
from meshmodel.engine.rotation import Copy, Rotation, RotationPlan, Secrets, Users, rotation
from meshmodel.engine.stopping import NEVER, Stop
from meshmodel.model.records import Checkpoint
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import no_such, one_line

Notice = Literal["presents", "sets-to-work", "set-to-work", "triggered"]

_AGENT_ENDS: Final = {"hold": (0,), "delegation": (0, 1), "trigger": (1,), "hosting": (1,)}
_CREDENTIAL_ENDS: Final = {"hold": (1,), "grant": (0,), "custody": (1,), "exchange": (0, 1)}


@dataclass(frozen=True, slots=True, order=True)
class LostApproval:
    """A checkpoint that loses an approver.

    ``left`` are its other approvers; where there is none, it decides nothing from then on.
    """

    checkpoint: str
    identity: str
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Touched:
    """Another agent that notices; who needs a new secret or reads a copy stands there.

    Attributes:
        agent: its id.
        because: ``presents``: it comes to ``credential``, which is revoked; ``sets-to-work``: it sets
            ``leaving`` to work; ``set-to-work``: ``leaving`` sets it to work; ``triggered``: what who goes
            writes into ``system`` triggers it.
        leaving, system, credential: as ``because`` says, else empty.
    """

    agent: str
    because: Notice
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
        holds: their own hold relations, as (agent, credential).
        copies: stored copies to delete.
        delegations: those that break, as (from, to).
        triggers: those that break, as (system, agent).
        intents: the approved paths that lapse, as (agent, system).
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
    copies: tuple[Copy, ...]
    delegations: tuple[tuple[str, str], ...]
    triggers: tuple[tuple[str, str], ...]
    intents: tuple[tuple[str, str], ...]
    approvals: tuple[LostApproval, ...]
    checkpoints: tuple[str, ...]
    touched: tuple[Touched, ...]
    owned: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()

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
        parts: Iterable[Collection[object]] = (
            self.revoke,
            self.rotate,
            self.holds,
            self.copies,
            self.delegations,
            self.triggers,
            self.intents,
            self.approvals,
            self.owned,
        )
        return not any(parts)


@dataclass(slots=True)
class _Going:
    """Who goes: agents, credentials that are revoked with them, systems, identities, and what they own."""

    who: str
    agents: set[str]
    revoke: set[str] = field(default_factory=set)
    systems: set[str] = field(default_factory=set)
    identities: set[str] = field(default_factory=set)
    owned: tuple[str, ...] = ()


def offboarding(engine: Engine, who: str, stop: Stop = NEVER) -> Offboarding | RotationPlan:
    """What is to be done when somebody goes, or when the secret of a credential is replaced.

    Args:
        engine: the model in one view; the view decides only which rotations are unchecked.
        who: ``agent:ID`` or its id alone (it may be retired already), ``person:NAME`` (a person or group),
            ``vendor:NAME``, or ``credential:ID``.
        stop: asked in between.

    Raises:
        Stopped: it was time to stop.
        CannotStartError: there is nobody and nothing of that name; one clear line.
    """
    kind, _, name = (who if ":" in who else f"agent:{who}").partition(":")
    if kind == "credential":
        return rotation(engine, name, stop)
    if kind not in _KINDS:
        kinds = "agent:ID, person:NAME, vendor:NAME or credential:ID"
        raise CannotStartError(f"{one_line(who)}: what is offboarded is {kinds}")
    going = _KINDS[kind](engine.snapshot, name)
    retired = {each for each in going.agents if not engine.snapshot.agent[each].is_active}
    if retired:
        engine = Engine(_without(engine.snapshot, retired, (), status="active"), engine.view)
    stop.check()
    return _Leaving(engine, going, retired, stop).plan()


def _agent(snapshot: Snapshot, name: str) -> _Going:
    if name not in snapshot.agent:
        raise CannotStartError(no_such("agent", name, snapshot.agent))
    return _Going(f"agent:{name}", {name})


def everybody(snapshot: Snapshot) -> tuple[str, ...]:
    """All that can be asked about, as ``kind:name``: agents, persons and groups, vendors, credentials."""
    active = [each.id for each in snapshot.credential.values() if each.is_active]
    kinds = (
        ("agent", snapshot.agent),
        ("person", _people(snapshot)),
        ("vendor", set(_vendors(snapshot).values())),
        ("credential", active),
    )
    return tuple(f"{kind}:{name}" for kind, names in kinds for name in sorted(names))


def _owners(snapshot: Snapshot) -> dict[str, str]:
    """By element, as ``kind:ID``, its owner; what is retired, revoked or done needs none any more."""
    found: dict[str, str] = {}
    for table in ("system", "agent", "credential", "note"):
        for key, record in snapshot.table(table).items():
            lasts = table == "system" or (record.state == "open" if table == "note" else record.is_active)
            if record.owner is not None and lasts:
                found[f"{table}:{key}"] = record.owner
    return found


def _behalf(snapshot: Snapshot) -> dict[str, str]:
    """By active credential the person or group that delegated it."""
    credentials = (each for each in snapshot.credential.values() if each.is_active)
    return {each.id: each.on_behalf_of for each in credentials if each.on_behalf_of is not None}


def _people(snapshot: Snapshot) -> set[str]:
    """The persons and groups: named in ``owner``, ``on_behalf_of`` or ``approvers``, or an agent."""
    found = {each for record in snapshot.checkpoint.values() for each in record.approvers or ()}
    found |= {each.id for each in snapshot.agent.values() if each.is_person}
    return found.union(_owners(snapshot).values(), _behalf(snapshot).values())


def _vendors(snapshot: Snapshot) -> dict[str, str]:
    """By agent and system, as ``kind:ID``, its vendor."""
    tables = ("agent", snapshot.agent.values()), ("system", snapshot.system.values())
    return {
        f"{table}:{each.id}": each.vendor
        for table, records in tables
        for each in records
        if each.vendor is not None
    }


def _person(snapshot: Snapshot, name: str) -> _Going:
    people = (each for each in snapshot.agent.values() if each.is_person)
    persons = {each.id for each in people if name in (each.id, each.name)}
    if not persons and name not in _people(snapshot):
        raise CannotStartError(no_such("person or group", name, _people(snapshot), "person:"))
    owned = tuple(sorted(each for each, owner in _owners(snapshot).items() if owner == name))
    revoke = {each for each, person in _behalf(snapshot).items() if person == name}
    return _Going(f"person:{name}", persons, revoke, identities={name}, owned=owned)


def _vendor(snapshot: Snapshot, name: str) -> _Going:
    vendors = _vendors(snapshot)
    mine = [each.partition(":") for each, vendor in vendors.items() if vendor == name]
    if not mine:
        raise CannotStartError(no_such("vendor", name, set(vendors.values()), "vendor:"))
    agents, systems = ({key for table, _, key in mine if table == kind} for kind in ("agent", "system"))
    return _Going(f"vendor:{name}", agents, systems=systems)


_KINDS: Final = {"agent": _agent, "person": _person, "vendor": _vendor}


def _without(snapshot: Snapshot, agents: Iterable[str], credentials: Iterable[str], status: str) -> Snapshot:
    """The same where agents have another status, and credentials are revoked."""
    changed = {each: replace(snapshot.agent[each], status=status) for each in agents}
    revoked = {each: replace(snapshot.credential[each], status="revoked") for each in credentials}
    return replace(
        snapshot, agent={**snapshot.agent, **changed}, credential={**snapshot.credential, **revoked}
    )


class _Leaving:
    """Somebody on the way out: what they could do while here, and what others do without them."""

    def __init__(self, engine: Engine, going: _Going, retired: set[str], stop: Stop) -> None:
        self.going, self._retired, self._stop = going, retired, stop
        self.snapshot, self.mesh = engine.snapshot, engine.mesh
        agents = [self.mesh.first_agent + self.mesh.agent[each] for each in going.agents]
        accesses = [self.mesh.access(each, action) for each in going.systems for action in range(5)]
        self.secrets = Secrets(engine, [*agents, *accesses])
        self.in_hand = self.mesh.graph_of("hold", "exchange").spread(dict.fromkeys(agents, 1))
        holds = self.mesh.steps["hold"]
        self.held = {self.mesh.name(credential) for agent, credential in holds if agent in set(agents)}
        stop.check()
        self.others = Mesh(_without(engine.snapshot, going.agents, going.revoke, "retired"))
        theirs = self.others.graph.spread(dict.fromkeys(self.others.agent_seeds(), 1))
        first = self.others.first_credential
        self.theirs = {each for each, number in self.others.credential.items() if theirs[first + number]}
        stop.check()
        self.users = Users(self.others)

    def plan(self) -> Offboarding:
        """Everything that is to be done."""
        snapshot, agents = self.snapshot, self.going.agents
        obtained = self.secrets.names()
        mine = {each for each in obtained if self._is_in_hand(each) and each not in self.theirs}
        revoke = mine | self.going.revoke
        kept = [each for each in obtained if each not in revoke]
        copies = self._copies(revoke, set(kept))
        delegations = tuple(sorted(key for key in snapshot.delegation if agents & set(key)))
        deleted = {(each.system, each.credential) for each in copies}
        return Offboarding(
            self.going.who,
            tuple(sorted(agents)),
            tuple(sorted(revoke)),
            self.secrets.rotations(kept, self.users, self.held & self.theirs),
            tuple(sorted(key for key in snapshot.hold if key[0] in agents)),
            copies,
            delegations,
            tuple(sorted(key for key in snapshot.trigger if key[1] in agents)),
            tuple(sorted(key for key in snapshot.intent if key[0] in agents)),
            self._approvals(revoke),
            tuple(sorted(k.id for k in snapshot.checkpoint.values() if self._is_gone(k, revoke, deleted))),
            self._touched(delegations),
            self.going.owned,
            tuple(sorted(self.going.systems)),
        )

    def _is_in_hand(self, credential: str) -> bool:
        return bool(self.in_hand[self.mesh.first_credential + self.mesh.credential[credential]])

    def _copies(self, revoke: set[str], kept: set[str]) -> tuple[Copy, ...]:
        found: list[Copy] = []
        for key, custody in self.snapshot.custody.items():
            self._stop.check()
            credential, system = custody.credential, self.snapshot.system[custody.system]
            if custody.how != "stores" or credential not in self.mesh.credential:
                continue
            is_lying_about = system.kind != "secrets-manager" and self.secrets.takes_from(custody)
            if (
                credential in revoke
                or system.id in self.going.systems
                or (credential in kept and is_lying_about)
            ):
                found.append(Copy(*key, self.users.readers(custody)))
        return tuple(sorted(found))

    def _approvals(self, revoke: set[str]) -> tuple[LostApproval, ...]:
        """The approvers that nothing authenticates any more, or who go themselves."""
        credentials = self.snapshot.credential
        left = {each.principal for each in credentials.values() if each.is_active and each.id not in revoke}
        gone = {credentials[name].principal for name in revoke} - left | self.going.identities
        return tuple(
            sorted(
                LostApproval(each.id, identity, tuple(sorted(set(each.approvers or ()) - gone)))
                for each in self.snapshot.checkpoint.values()
                for identity in gone.intersection(each.approvers or ())
            )
        )

    def _is_gone(self, checkpoint: Checkpoint, revoke: set[str], deleted: set[tuple[str, str]]) -> bool:
        """Whether the step of a checkpoint goes with its agent, its credential or its copy."""
        step, ends = checkpoint.step, (checkpoint.from_, checkpoint.to)
        leaving = self.going.agents
        if step in {"trigger", "hosting"}:
            leaving = leaving - self._retired  # it was gone before
        if any(ends[each] in leaving for each in _AGENT_ENDS.get(step, ())):
            return True
        if any(ends[each] in revoke for each in _CREDENTIAL_ENDS.get(step, ())):
            return True
        if step == "hold":  # the credential may have been passed by who goes
            before, after = (
                (mesh.node("agent", ends[0]), mesh.node("credential", ends[1]))
                for mesh in (self.mesh, self.others)
            )
            return before in self.mesh.steps["hold"] and after not in self.others.steps["hold"]
        return step == "custody" and ends in deleted

    def _touched(self, delegations: tuple[tuple[str, str], ...]) -> tuple[Touched, ...]:
        active = self.others.agent
        users = Users(self.mesh) if self.going.revoke else None
        found = {
            Touched(agent, "presents", credential=credential)
            for credential in self.going.revoke
            for agent in (users.of(credential) if users is not None else ())
            if agent in active
        }
        for start, end in delegations:
            if start in active:
                found.add(Touched(start, "sets-to-work", end))
            if end in active:
                found.add(Touched(end, "set-to-work", start))
        for system, agent in self.snapshot.trigger:
            if agent in active and self.secrets.obtained[self.mesh.access(system, WRITE)]:
                found.add(Touched(agent, "triggered", system=system))
        return tuple(sorted(found))
