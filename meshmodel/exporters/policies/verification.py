"""Proves what a policy stub that was filled in closes in a model, and where the two no longer fit.

What ``docs/policy.md#the-policy-stub`` leaves open is read like this:

- A ``require`` is filled where its ``kind`` is; its decision lies on the grant step of each of its
  credentials, once where several tables state the same one.
- A ``deny`` is enforceable where the stub says so and the model agrees.
- A stub may be stricter than the model (``deny`` where the model says ``require`` or ``allow``); where it
  lets more through it no longer fits. What it denies and the model no longer reaches is done.
- The digest tells that the model was changed; whether the stub fits is found by comparing each access.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import Crossing
from meshmodel.edits.edit import Change, Put, Remove, apply_edit, edit, free_id
from meshmodel.edits.ids import id_of
from meshmodel.exporters.policies.facts import EffectiveAccess, PolicyFacts
from meshmodel.exporters.policies.model_names import digest
from meshmodel.exporters.policies.stub import stub_document
from meshmodel.exporters.policies.stub_reader import TABLES, Stub, StubTable, parse_stub
from meshmodel.exporters.policies.words import PolicyWords
from meshmodel.model.records import Checkpoint, Snapshot
from meshmodel.model.vocabulary import ACTIONS, ADMIN, Action, action_mask, actions_of, expand_admin

AccessKey = tuple[str, str, Action]
"""An access of an agent: agent, system, action."""
About = Literal["agent", "system", "credential", "action", "table", "denial"]


class Drift(NamedTuple):
    """One thing that no longer fits.

    Attributes:
        about: what does not fit: an element, an action, the table that it stands in, or whether a denial
            can be enforced.
        agent: whose.
        system, actions, credential: where, as far as it is about one; else ``None`` or empty.
        says: what is wrong, without the rest.
    """

    about: About
    agent: str
    system: str | None
    actions: tuple[Action, ...]
    credential: str | None
    says: str


class ModelAccesses:
    """What a model says of each access, to be compared with a stub.

    Attributes:
        facts: of the model as designed.
        at: by key the access.
        tables: by key the table in which the model's own stub has it.
    """

    def __init__(self, snapshot: Snapshot, facts: PolicyFacts) -> None:
        self.snapshot, self.facts = snapshot, facts
        fresh = parse_stub(stub_document(snapshot, facts))
        self.agents = fresh.agents
        self.tables = {key: table for table in fresh.tables for key in keys_of(table)}
        self.at: Mapping[AccessKey, EffectiveAccess] = {
            (each, access.system, ACTIONS[access.action]): access
            for each in fresh.agents
            for access in facts.accesses(facts.mesh.agent[each])
        }

    def granting(self, key: AccessKey) -> set[str]:
        """The credentials by whose grants an agent has an access."""
        access = self.at[key]
        return set(self.facts.names(self.facts.granting(access.agent, access.node)))


def keys_of(table: StubTable) -> Iterator[AccessKey]:
    """The accesses of a table."""
    for action in table.actions:
        yield table.agent, table.system, action


_MISSING: Final = "is reached in the model, and is in no table of the stub"


def drift_of(stub: Stub, model: ModelAccesses) -> tuple[Drift, ...]:
    """What in a stub does not fit a model, and what of the model is missing in the stub."""
    found = list(_agents(stub, model))
    known = set(stub.agents) & set(model.agents)
    joined: defaultdict[tuple[About, str, str, str | None, str], set[Action]] = defaultdict(set)
    for table in stub.tables:
        for about, credential, says, actions in _table(table, model) if table.agent in known else ():
            joined[about, table.agent, table.system, credential, says].update(actions)
    told = {key for table in stub.tables for key in keys_of(table)}
    for agent, system, action in model.tables.keys() - told:
        if agent in known:
            joined["action", agent, system, None, _MISSING].add(action)
    for (about, agent, system, credential, says), those in joined.items():
        ordered = tuple(each for each in ACTIONS if each in those)
        found.append(Drift(about, agent, system, ordered, credential, says))
    return tuple(sorted(found, key=lambda each: (each.agent, each.system or "", *map(str, each))))


def _agents(stub: Stub, model: ModelAccesses) -> Iterator[Drift]:
    for agent in stub.agents:
        if agent not in model.agents:
            record = model.snapshot.agent.get(agent)
            inactive = "is a person" if record is not None and record.is_person else "is retired"
            why = "is not in the model" if record is None else inactive
            yield Drift("agent", agent, None, (), None, why)
    for agent in model.agents:
        if agent not in stub.agents:
            yield Drift("agent", agent, None, (), None, "is not in the stub")


_Found = tuple[About, str | None, str, tuple[Action, ...]]


def _table(table: StubTable, model: ModelAccesses) -> Iterator[_Found]:
    """What does not fit in one table: about, credential, what is wrong, the actions."""
    snapshot = model.snapshot
    if table.system not in snapshot.system:
        yield "system", None, "the system is not in the model", table.actions
        return
    if table.decided_at and table.decided_at not in snapshot.system:
        yield "system", None, f"decided_at is {table.decided_at}, which is not in the model", table.actions
    for name in table.credentials:
        credential = snapshot.credential.get(name)
        if credential is None or not credential.is_active:
            why = "is not in the model" if credential is None else "is revoked"
            yield "credential", name, f"the credential {why}", table.actions
    for key in keys_of(table):
        yield from _access(table, key, model)


def _access(table: StubTable, key: AccessKey, model: ModelAccesses) -> Iterator[_Found]:
    """What does not fit of one access (agent, system, action) of a table."""
    actions, ours = (key[2],), model.tables.get(key)
    if ours is None:
        if table.kind != "deny":  # what is denied and not reached is done
            yield "action", None, "is not reached in the model any more", actions
        return
    if TABLES.index(table.kind) < TABLES.index(ours.kind):
        yield "table", None, f"the stub has it in {table.kind}, the model in {ours.kind}", actions
    granting = model.granting(key)
    for name in set(table.credentials) - granting:
        if name in model.snapshot.credential and model.snapshot.credential[name].is_active:
            yield "credential", name, "the credential does not open it in the model", actions
    needed = granting
    if table.kind == "require":
        needed = set(ours.credentials) if ours.kind == "require" else set()
    for name in needed - set(table.credentials):
        yield (
            "credential",
            name,
            "the credential opens it, and the stub does not name it",
            actions,
        )
    if table.kind == "deny" and table.enforceable == bool(model.facts.others(model.at[key])):
        says = (
            "the stub says that it is enforceable, but others reach these credentials"
            if table.enforceable
            else "the stub says that it is not enforceable, but nobody else reaches these credentials"
        )
        yield "denial", None, says, actions


class NarrowedGrant(NamedTuple):
    """A grant that loses actions; with none left it is removed."""

    credential: str
    system: str
    taken: tuple[Action, ...]
    left: tuple[Action, ...]


class Unenforceable(NamedTuple):
    """A denial that the target cannot enforce, and where it could be, in words."""

    agent: str
    system: str
    actions: tuple[Action, ...]
    credentials: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a stub does to a model, and what is left then.

    Attributes:
        same_digest: whether the stub was made of this very model.
        drift: what no longer fits.
        unfilled: the tables ``require`` for which no kind of decision was chosen.
        checkpoints: the decisions that the stub adds to the model.
        narrowed: the grants that lose actions.
        unenforceable: the denials that close nothing.
        after: the model with these checkpoints and grants.
        left: its crossings that are uncontrolled as designed.
    """

    same_digest: bool
    drift: tuple[Drift, ...]
    unfilled: tuple[StubTable, ...]
    checkpoints: tuple[Checkpoint, ...]
    narrowed: tuple[NarrowedGrant, ...]
    unenforceable: tuple[Unenforceable, ...]
    after: Snapshot
    left: tuple[Crossing, ...]

    @property
    def is_proven(self) -> bool:
        """Whether the stub fits, and nothing is left uncontrolled."""
        return not self.drift and not self.left


def verify(stub: Stub, snapshot: Snapshot) -> Verification:
    """Compare a stub with a model, do what it says, and compute what is left as designed."""
    facts = PolicyFacts(analyse(snapshot, view="designed"))
    model = ModelAccesses(snapshot, facts)
    denied, unenforceable = _denials(stub, model)
    narrowed = tuple(_narrowed(snapshot, denied))
    gone = {(each.credential, each.system) for each in narrowed if not each.left}
    checkpoints = tuple(_checkpoints(stub, snapshot, gone))
    changes: list[Change] = []
    for each in narrowed:
        key = each.credential, each.system
        changes.append(
            Put(replace(snapshot.grant[key], actions=each.left)) if each.left else Remove("grant", key)
        )
    changes += map(Put, checkpoints)
    after = apply_edit(snapshot, edit("apply a policy stub", changes))
    crossings = analyse(after, view="designed").crossings()
    return Verification(
        stub.digest == digest(snapshot),
        drift_of(stub, model),
        tuple(each for each in stub.tables if each.kind == "require" and not each.decision),
        checkpoints,
        narrowed,
        unenforceable,
        after,
        tuple(each for each in crossings if each.state == "uncontrolled"),
    )


_Denied = dict[tuple[str, str], int]
"""By grant, the actions that are denied, as five bits."""


def _denials(stub: Stub, model: ModelAccesses) -> tuple[_Denied, tuple[Unenforceable, ...]]:
    """What enforceable denials take from grants; the denials of what is reached that close nothing."""
    words = PolicyWords(model.facts)
    denied: _Denied = defaultdict(int)
    found: dict[tuple[str, str, tuple[str, ...], str], list[Action]] = {}
    for table in stub.tables:
        for key in keys_of(table) if table.kind == "deny" else ():
            access = model.at.get(key)
            if access is None:
                continue
            others = model.facts.others(access)
            if table.enforceable and not others:
                for credential in table.credentials:
                    denied[credential, table.system] |= action_mask((key[2],))
                continue
            told = {"enforceable": not others, "via": model.facts.via(access), "system": table.system}
            at = table.agent, table.system, table.credentials, words.denied(access, told)
            found.setdefault(at, []).append(key[2])
    return denied, tuple(
        Unenforceable(agent, system, tuple(actions), credentials, reason)
        for (agent, system, credentials, reason), actions in found.items()
    )


def _narrowed(snapshot: Snapshot, denied: _Denied) -> Iterator[NarrowedGrant]:
    """The grants that lose something: ``admin`` with any action, since it implies all of them."""
    for key in sorted(denied.keys() & snapshot.grant.keys()):
        before = action_mask(snapshot.grant[key].actions)
        left = expand_admin(before) & ~denied[key]
        if left == expand_admin(before):
            continue
        left &= ~(1 << ADMIN)
        yield NarrowedGrant(*key, actions_of(expand_admin(before) & ~left), actions_of(left))


def _checkpoints(stub: Stub, snapshot: Snapshot, gone: set[tuple[str, str]]) -> Iterator[Checkpoint]:
    """The decisions of the filled tables that the model does not have yet, one on each grant step."""
    taken = set(snapshot.checkpoint)
    known = {replace(each, id="", description=None, rate=None) for each in snapshot.checkpoint.values()}
    for table in stub.tables:
        fits = table.decided_at in ("", *snapshot.system)
        for credential in table.credentials if table.decision and fits else ():
            step = credential, table.system
            if step not in snapshot.grant or step in gone:
                continue
            made = Checkpoint(
                "",
                table.decision,
                "grant",
                *step,
                freshness=table.freshness,
                state=table.state,
                decided_at=table.decided_at or None,
            )
            if made not in known:
                known.add(made)
                name = free_id(id_of(f"{table.decision}-{table.system}"), taken)
                taken.add(name)
                yield replace(made, id=name)
