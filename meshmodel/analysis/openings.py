"""What stands between an agent and an access that it does not reach, and what would open it.

A relation opens a way if its step leads from what the agent reaches to what leads to the access. These are
products of two sets, so that the answer is short. One that does not can open a way all the same: within a
limited delegation, or since an agent then hears outsiders' words; such are not listed, and that is said.
A credential passed by a delegation is a hold, and is listed as one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import Blocked, End, Opening, RelationKind
from meshmodel.model.actions import ADMIN, EXECUTE, NUMBER, WRITE, action_mask
from meshmodel.model.records import Agent, Custody, Delegation, key_of
from meshmodel.model.snapshot import Snapshot, table_of
from meshmodel.model.vocabulary import ACTIONS, Action

RELATION_KINDS: Final[Mapping[RelationKind, tuple[str, str]]] = {
    "hold": ("agent", "credential"),
    "grant": ("credential", "system"),
    "custody": ("system", "credential"),
    "exchange": ("credential", "credential"),
    "delegation": ("agent", "agent"),
    "trigger": ("system", "agent"),
    "runs_on": ("system", "agent"),
}
"""The relations that can open a way, in the order of section 3, with the kinds of their ends."""


class Between:
    """What lies between an agent and some accesses.

    Attributes:
        near: the nodes that the agent reaches.
        far: the nodes that lead to one of the accesses, which are among them.
    """

    def __init__(self, mesh: Mesh, agent: str, accesses: Iterable[int]) -> None:
        self.mesh = mesh
        after: list[Sequence[int]] = list(mesh.graph.successors)
        before = turned(after)
        for admin in range(ADMIN, mesh.first_credential, 5):
            for implied in range(admin - ADMIN, admin):
                before[implied].append(admin)  # as a grant of it would
        node = mesh.node("agent", agent)
        self.near = searched(after, () if node is None else (node,))
        self.far = searched(before, accesses)

    @property
    def is_open(self) -> bool:
        """Whether there is a way."""
        return not self.near.isdisjoint(self.far)

    @property
    def is_complete(self) -> bool:
        """Whether no other relation than those that are listed can open a way."""
        mesh = self.mesh
        words = any(mesh.untrusted) and mesh.steerable & ~mesh.persons
        return not words and self.near.isdisjoint(mesh.sessions.by_node)

    def openings(self) -> tuple[Opening, ...]:
        """Every relation whose step opens a way, by kind; there must be none yet."""
        found = []
        for kind, tables in RELATION_KINDS.items():
            leaves, enters = map(self.of, tables, (self.near, self.far))
            groups: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
            if kind in ("trigger", "runs_on"):
                leaves = [each for each in leaves if each % 5 == (WRITE if kind == "trigger" else EXECUTE)]
            for one in leaves:
                taken = self._taken(kind, self.mesh.name(one))
                groups[tuple(each for each in enters if self.mesh.name(each) not in taken)].append(one)
            found += [
                Opening(kind, tuple(map(self.end, some)), tuple(map(self.end, to)))
                for to, some in groups.items()
                if to
            ]
        return tuple(found)

    def of(self, table: str, nodes: Collection[int]) -> list[int]:
        """The nodes that are elements of one kind; neither those of sessions nor hubs."""
        mesh, last = self.mesh, self.mesh.first_agent + len(self.mesh.agents)
        first, end = {
            "system": (0, mesh.first_credential),
            "credential": (mesh.first_credential, mesh.first_agent),
            "agent": (mesh.first_agent, last),
        }[table]
        return sorted(each for each in nodes if first <= each < end)

    def end(self, node: int) -> End:
        """A node as the end of a relation."""
        return self.mesh.name(node), ACTIONS[node % 5] if node < self.mesh.first_credential else None

    def _taken(self, kind: RelationKind, leaves: str) -> set[str]:
        """The ends to which a relation of this kind cannot lead from an element, or not with this effect."""
        tables = self.mesh.snapshot
        match kind:
            case "delegation":  # it is there, but limited
                return {to for from_, to in tables.delegation if from_ == leaves}
            case "runs_on":
                return {each.id for each in tables.agent.values() if each.runs_on is not None}
            case "custody":  # what is bound is not obtained by storing it again
                kept = (each for each in tables.custody.values() if each.system == leaves)
                bound = (each for each in kept if each.how == "stores")
                return {each.credential for each in bound if tables.credential[each.credential].is_bound}
            case _:
                return set()


def blocked(snapshot: Snapshot, agent: str, system: str, actions: Collection[Action]) -> tuple[Blocked, ...]:
    """What is revoked, retired, bound or limited on ways that would exist if nothing were."""

    def between(records: Iterable[Any]) -> Between:
        mesh = Mesh(_with(snapshot, records))
        return Between(mesh, agent, [mesh.access(system, NUMBER[each]) for each in actions])

    candidates = list(_candidates(snapshot))
    every = between(record for _, record in candidates)
    if not candidates or not every.is_open:
        return ()
    on_ways = every.near & every.far
    found = [
        each._replace(alone=between([record]).is_open)
        for each, record in candidates
        if any(on_ways.issuperset(step) for step in _steps(every.mesh, record))
    ]
    return tuple(sorted(found, key=lambda each: (not each.alone, each.element, each.system or "")))


def _candidates(snapshot: Snapshot) -> Iterator[tuple[Blocked, Any]]:
    """What could be blocked, and the record as it would not be."""
    for credential in snapshot.credential.values():
        if not credential.is_active:
            yield Blocked("revoked", credential.id, None), replace(credential, status="active")
    for agent in snapshot.agent.values():
        if not agent.is_active:
            yield Blocked("retired", agent.id, None), replace(agent, status="active")
    for each in snapshot.custody.values():
        if each.how == "stores" and snapshot.credential[each.credential].is_bound:
            freed = Custody(each.system, each.credential, "issues", each.obtained_by)
            yield Blocked("bound", each.credential, each.system), freed
    for way in snapshot.delegation.values():
        if way.only is not None or way.returns == "values":
            unlimited = replace(way, only=None, returns="words")
            yield Blocked("limited", f"{way.from_}>{way.to}", None), unlimited


def _steps(mesh: Mesh, record: Any) -> list[tuple[int, ...]]:
    """The steps of a relation; or the node of an element, with the holds of what an agent passes."""
    tables = mesh.snapshot
    match record:
        case Custody():
            return [*mesh.ends("custody", record.system, record.credential, action_mask(record.by))]
        case Delegation():
            return [*mesh.ends("delegation", record.from_, record.to)]
        case Agent():
            gives = [
                (each.to, each.passes or ()) for each in tables.delegation.values() if each.from_ == record.id
            ]
            passed = [(to, one) for to, some in gives for one in some if (to, one) not in tables.hold]
            return [
                (mesh.agent_node(record.id),),
                *(step for ends in passed for step in mesh.ends("hold", *ends)),
            ]
        case _:
            node = mesh.node("credential", record.id)
            return [] if node is None else [(node,)]


def _with(snapshot: Snapshot, records: Iterable[Any]) -> Snapshot:
    """The snapshot with other records in place of those with the same keys."""
    tables: dict[str, dict[Any, Any]] = {}
    for record in records:
        table = table_of(record)
        tables.setdefault(table, dict(snapshot.table(table)))[key_of(record)] = record
    changed: dict[str, Any] = {name: MappingProxyType(table) for name, table in tables.items()}
    return replace(snapshot, **changed)


def turned(after: Sequence[Sequence[int]]) -> list[list[int]]:
    """By node those before it, from those after it."""
    before: list[list[int]] = [[] for _ in after]
    for leaves, entered in enumerate(after):
        for enters in entered:
            before[enters].append(leaves)
    return before


def searched(after: Sequence[Sequence[int]], starts: Iterable[int]) -> set[int]:
    """The nodes that can be reached, the starts included."""
    found = set(starts)
    waiting = list(found)
    while waiting:
        for node in after[waiting.pop()]:
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found
