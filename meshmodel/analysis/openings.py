"""What stands between an agent and an access that it does not reach, and what would open it.

A relation opens a way if its step leads from what the agent reaches to what reaches the access. One
that does not may open a way all the same: it lets a steerable agent read outsiders' words, and the
trigger that then arises by itself (section 3) is the missing step. Both kinds are found as products of
two sets, so that the answer is complete and short. A credential passed by a delegation is a hold, and
is listed as one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType
from typing import Any, Final, Literal

from meshmodel.analysis.steps import ADMIN, EXECUTE, READ, STEP_ORDER, WRITE, Mesh, bits
from meshmodel.analysis.witness import reference_of
from meshmodel.model.records import Custody
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS, Action

RelationKind = Literal["hold", "grant", "custody", "exchange", "delegation", "trigger", "runs_on"]
RELATION_KINDS: Final[tuple[RelationKind, ...]] = (
    "hold",
    "grant",
    "custody",
    "exchange",
    "delegation",
    "trigger",
    "runs_on",
)
"""The relations that can open a way, in the order of their steps in section 3."""

End = tuple[str, Action | None]
"""One end of a relation: an id, and for a system the action."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Relations each of which opens a way: any of ``from_`` with any of ``to``.

    For ``runs_on`` the system is ``from_``, as in the step. ``steering``: it opens the way because a
    steerable agent would then read outsiders' words.
    """

    relation: RelationKind
    from_: tuple[End, ...]
    to: tuple[End, ...]
    steering: bool = False

    @property
    def number(self) -> int:
        """How many relations these are."""
        return len(self.from_) * len(self.to)

    def each(self) -> Iterator[tuple[RelationKind, End, End]]:
        """The relations one by one."""
        for one, other in product(self.from_, self.to):
            yield self.relation, one, other


@dataclass(frozen=True, slots=True)
class Blocked:
    """What is on a way that would exist but for it.

    ``because``: ``revoked`` (``element`` is a credential), ``retired`` (an agent), or ``bound``: the
    credential ``element`` is bound, so that storing it in ``system`` yields nothing. ``alone``:
    whether it alone is in the way.
    """

    because: Literal["revoked", "retired", "bound"]
    element: str
    system: str | None
    alone: bool


class Between:
    """What lies between an agent and some actions on a system.

    Attributes:
        near: the nodes that the agent reaches.
        far: the nodes that reach one of the accesses, which are among them.
    """

    def __init__(self, mesh: Mesh, agent: str, system: str, actions: Iterable[int]) -> None:
        self.mesh = mesh
        after = mesh.adjacency(STEP_ORDER)
        for first in (5 * number for number in mesh.system_number.values()):
            # Where no grant has admin, the mesh leaves these steps out.
            after[first + ADMIN] = sorted({*after[first + ADMIN], *range(first, first + 4)})
        self._after = after
        self._before = _turned(after)
        node = mesh.agent_node.get(agent)
        self.near = searched(after, () if node is None else (node,))
        self.far = searched(self._before, (mesh.access_node(system, each) for each in actions))

    @property
    def is_open(self) -> bool:
        """Whether there is a way."""
        return not self.near.isdisjoint(self.far)

    def openings(self) -> tuple[Opening, ...]:
        """Every single relation that opens a way, by kind; there must be none yet."""
        reading, read_through, steered, loose = self._arising()
        found: list[Opening] = []
        for kind in RELATION_KINDS:
            found += self._products(kind, self.near, self.far, steering=False)
            if kind == "trigger":
                continue  # a trigger lets nobody read more
            # Outside: the step is taken by an agent that is steered by what the agent writes.
            found += self._products(kind, reading - self.near, self.far & read_through, steering=True)
            # Inside: it lets an agent that reaches the access be steered.
            inside = read_through - self.far
            found += self._products(kind, steered, inside, steering=True)
            found += self._products(kind, steered & self.near, loose - inside - self.far, steering=True)
        return tuple(found)

    def _arising(self) -> tuple[set[int], set[int], set[int], set[int]]:
        """The nodes that matter where a new step lets a trigger arise.

        The first: those from which steerable agents out of reach go on without triggers; the second:
        those that read outsiders' words in systems that the agent writes; the third: those from which
        steerable agents that reach the access go on; the last: those that read outsiders' words in a
        system and write there themselves.
        """
        mesh, snapshot = self.mesh, self.mesh.snapshot
        steerable = {
            mesh.agent_node[each.id]
            for each in snapshot.agent.values()
            if each.is_steerable and each.id in mesh.agent_node
        } - self.near
        untrusted = [read - READ for read in bits(mesh.untrusted)]
        if not steerable or not untrusted:
            return set(), set(), set(), set()
        after = mesh.adjacency(kind for kind in STEP_ORDER if kind != "trigger")
        for first in (5 * number for number in mesh.system_number.values()):
            after[first + ADMIN] = self._after[first + ADMIN]
        before = _turned(after)
        written = [first + READ for first in untrusted if first + WRITE in self.near]
        loose: set[int] = set()
        for first in untrusted:
            loose |= searched(before, [first + READ]) & searched(self._before, [first + WRITE])
        return (
            searched(after, steerable),
            searched(before, written),
            searched(after, steerable & self.far),
            loose,
        )

    def _products(
        self, kind: RelationKind, near: Collection[int], far: Collection[int], *, steering: bool
    ) -> Iterator[Opening]:
        """The relations of one kind with one end in each set, as products."""
        leaves, enters = self._ends(kind, near, far)
        if not leaves or not enters:
            return
        if kind != "custody":
            yield Opening(kind, self._named(leaves), self._named(enters), steering)
            return
        # A bound credential that is stored in a system already is not obtained by storing it again.
        by_places: dict[tuple[End, ...], list[int]] = {}
        for credential in sorted(enters):
            kept = self._kept_at(credential)
            places = self._named(node for node in leaves if self.mesh.systems[node // 5] not in kept)
            if places:
                by_places.setdefault(places, []).append(credential)
        for places, credentials in by_places.items():
            yield Opening(kind, places, self._named(credentials), steering)

    def _ends(
        self, kind: RelationKind, near: Collection[int], far: Collection[int]
    ) -> tuple[list[int], list[int]]:
        mesh = self.mesh

        def accesses(nodes: Collection[int], action: int | None = None) -> list[int]:
            return [each for each in nodes if each < mesh.first_credential and action in (None, each % 5)]

        def credentials(nodes: Collection[int]) -> list[int]:
            return [each for each in nodes if mesh.first_credential <= each < mesh.first_agent]

        def agents(nodes: Collection[int]) -> list[int]:
            return [each for each in nodes if each >= mesh.first_agent]

        match kind:
            case "hold":
                return agents(near), credentials(far)
            case "grant":
                return credentials(near), accesses(far)
            case "custody":
                return accesses(near), credentials(far)
            case "exchange":
                return credentials(near), credentials(far)
            case "delegation":
                return agents(near), agents(far)
            case "trigger":
                return accesses(near, WRITE), agents(far)
            case "runs_on":
                records = mesh.snapshot.agent
                free = [each for each in agents(far) if records[self._name(each)].runs_on is None]
                return accesses(near, EXECUTE), free

    def _kept_at(self, credential: int) -> set[str]:
        name = self._name(credential)
        snapshot = self.mesh.snapshot
        if not snapshot.credential[name].is_bound:
            return set()
        return {
            each.system
            for each in snapshot.custody.values()
            if each.credential == name and each.how == "stores"
        }

    def _name(self, node: int) -> str:
        return reference_of(self.mesh, node).partition(":")[2]

    def _named(self, nodes: Iterable[int]) -> tuple[End, ...]:
        first = self.mesh.first_credential
        ends = [(self._name(node), node % 5 if node < first else -1) for node in nodes]
        return tuple((name, ACTIONS[number] if number >= 0 else None) for name, number in sorted(ends))


def blocked(snapshot: Snapshot, agent: str, system: str, actions: Collection[int]) -> tuple[Blocked, ...]:
    """What is revoked, retired or bound on ways that would exist if nothing were."""
    candidates: list[tuple[Blocked, str, Any]] = []
    for credential in snapshot.credential.values():
        if not credential.is_active:
            each = Blocked("revoked", credential.id, None, alone=False)
            candidates.append((each, "credential", replace(credential, status="active")))
    for record in snapshot.agent.values():
        if not record.is_active:
            each = Blocked("retired", record.id, None, alone=False)
            candidates.append((each, "agent", replace(record, status="active")))
    for custody in snapshot.custody.values():
        if custody.how == "stores" and snapshot.credential[custody.credential].is_bound:
            each = Blocked("bound", custody.credential, custody.system, alone=False)
            freed = Custody(custody.system, custody.credential, "issues", custody.obtained_by)
            candidates.append((each, "custody", freed))
    if not candidates:
        return ()
    every = Between(
        Mesh(_with(snapshot, ((table, record) for _, table, record in candidates))), agent, system, actions
    )
    if not every.is_open:
        return ()
    on_ways = every.near & every.far
    found = []
    for each, table, record in candidates:
        if _is_on(every.mesh, each, record, on_ways):
            alone = Between(Mesh(_with(snapshot, [(table, record)])), agent, system, actions).is_open
            found.append(replace(each, alone=alone))
    return tuple(sorted(found, key=lambda each: (not each.alone, each.element, each.system or "")))


def _is_on(mesh: Mesh, each: Blocked, record: object, on_ways: set[int]) -> bool:
    match each.because:
        case "retired":
            return mesh.agent_node[each.element] in on_ways
        case "revoked":
            return mesh.credential_node[each.element] in on_ways
        case "bound":
            assert isinstance(record, Custody)
            node = mesh.credential_node.get(each.element)
            return node in on_ways and any(
                mesh.access_node(record.system, ACTIONS.index(action)) in on_ways
                for action in record.obtained_by
            )


def _with(snapshot: Snapshot, records: Iterable[tuple[str, Any]]) -> Snapshot:
    """The snapshot with other records in place of those with the same keys."""
    from meshmodel.model.records import key_of

    tables: dict[str, dict[Any, Any]] = {}
    for table, record in records:
        tables.setdefault(table, dict(snapshot.table(table)))[key_of(record)] = record
    changed: Mapping[str, Any] = {name: MappingProxyType(table) for name, table in tables.items()}
    return replace(snapshot, **changed)


def _turned(after: list[list[int]]) -> list[list[int]]:
    before: list[list[int]] = [[] for _ in after]
    for leaves, entered in enumerate(after):
        for enters in entered:
            before[enters].append(leaves)
    return before


def searched(after: list[list[int]], starts: Iterable[int]) -> set[int]:
    """The nodes that can be reached, the starts included."""
    found = set(starts)
    waiting = list(found)
    while waiting:
        for node in after[waiting.pop()]:
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found
