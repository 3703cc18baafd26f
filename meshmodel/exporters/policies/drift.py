"""Where a policy stub no longer fits a model: what either of them has that the other has not."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from meshmodel.exporters.policies.facts import Access, PolicyFacts
from meshmodel.exporters.policies.stub import stub_document
from meshmodel.exporters.policies.stub_reader import TABLES, Stub, StubTable, parse_stub
from meshmodel.model.records import Snapshot
from meshmodel.model.vocabulary import ACTIONS, Action

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
        self.at: Mapping[AccessKey, Access] = {
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
