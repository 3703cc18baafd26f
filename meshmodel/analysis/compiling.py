"""The relations of a snapshot compiled to steps (section 3), column by column."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count, repeat
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.closure import forward, is_sparse, search
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.steps import (
    ADMIN,
    ALL_ACTIONS,
    EXECUTE,
    STEP_ORDER,
    WRITE,
    Mesh,
    Pair,
    action_mask,
    bits,
    successor_lists,
)
from meshmodel.model.records import Custody
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import HOWS, Action, How

if TYPE_CHECKING:
    from meshmodel.analysis.arrays import Arrays
    from meshmodel.analysis.laying import Ends

_FEW_WORDS: Final = 16
"""What leads to so many nodes is looked for one after the other."""
_MANY: Final = 5_000
"""From so many nodes on steps are put into arrays."""
_ENOUGH: Final = 2_000
"""So many nodes of a component are enough to meet it."""
_BITS: Final = 5
"""So many bits hold the actions of a relation."""
_ADMIN: Final = 1 << ADMIN


_RELATIONS: Final = ("hold", "grant", "custody", "exchange", "delegation")
_TABLES: Final[dict[StepKind, frozenset[str]]] = {
    "hold": frozenset({"hold", "delegation"}),
    "grant": frozenset({"grant"}),
    "custody": frozenset({"custody"}),
    "exchange": frozenset({"exchange"}),
    "delegation": frozenset({"delegation"}),
    "hosting": frozenset(),
    "implies": frozenset({"grant"}),
}
"""The relations from which the steps of each kind follow, all but triggers, beside the elements."""


class Coded(NamedTuple):
    """Relations between nodes as numbers.

    Attributes:
        codes: for each the node that its first step leaves times the number of all nodes, and the one that
            it enters; and its actions as five bits after these.
        times: so much more is the step of the next action; 0: there is one step of each.
    """

    codes: list[int]
    times: int = 0

    def each(self) -> Iterator[int]:
        """All steps as such numbers, without actions."""
        if not self.times:
            return (code >> _BITS for code in self.codes)
        return (
            (code >> _BITS) + self.times * action
            for code in self.codes
            for action in bits(code & ALL_ACTIONS)
        )


@dataclass(frozen=True, slots=True)
class Compiled:
    """The steps of a snapshot.

    Attributes:
        snapshot: that.
        steps: by kind, in order.
        declared: the triggers that are relations.
        ahead: for each node the nodes after it, in the order of the kinds.
        arrays: the same graph, where it is large and much is reached.
        ends: for a large one the steps by kind, all but triggers, as arrays of what they leave and enter.
    """

    snapshot: Snapshot
    steps: dict[StepKind, list[Pair]]
    declared: frozenset[Pair]
    ahead: list[Sequence[int]]
    arrays: "Arrays | None" = None
    ends: "Mapping[StepKind, Ends]" = field(default_factory=dict)

    def same(self, snapshot: Snapshot) -> dict[StepKind, list[Pair]]:
        """The steps by kind that are those of another model with the same elements, all but triggers."""
        tables = [each for each in _RELATIONS if getattr(snapshot, each) is getattr(self.snapshot, each)]
        return {kind: self.steps[kind] for kind, needed in _TABLES.items() if needed.issubset(tables)}


def compiled(mesh: Mesh, before: Compiled | None = None) -> Compiled:
    """The steps of a model.

    Args:
        mesh: its mesh, whose nodes have their numbers.
        before: what a model with the same elements was compiled to: so are the relations that it has of it.
    """
    relations, snapshot = _Relations(mesh), mesh.snapshot
    same = {} if before is None else before.same(snapshot)
    kinds, declared = relations.coded(_TABLES.keys() - same.keys()), relations.triggers()
    if mesh.size >= _MANY:
        from meshmodel.analysis.laying import laid_out  # only here: it takes long to import numpy

        return laid_out(mesh, kinds, declared, same, {} if before is None else before.ends)
    steps = {kind: _pairs(kinds[kind].each(), mesh.size) if kind in kinds else same[kind] for kind in _TABLES}
    ahead = successor_lists(mesh.size, chain.from_iterable(steps.values()))
    triggers = set(declared.each())
    reads, steerable = hearing(mesh)
    for read, agents in reading(reads, set(steerable), ahead):
        triggers.update(map(((read + WRITE) * mesh.size).__add__, agents))
    steps["trigger"] = trigger = _pairs(triggers, mesh.size)
    # A write access is left by custody steps and triggers alone, so this keeps the order of the kinds.
    for leaves, enters in trigger:
        ahead[leaves] = [*ahead[leaves], enters]
    return Compiled(snapshot, in_order(steps), pairs_of(declared, mesh.size), ahead)


def in_order(steps: Mapping[StepKind, list[Pair]]) -> dict[StepKind, list[Pair]]:
    """Steps by kind, in the order of the kinds."""
    return {kind: steps[kind] for kind in STEP_ORDER}


def pairs_of(coded: Coded, size: int) -> frozenset[Pair]:
    """Relations without actions as steps.

    Args:
        coded: as numbers.
        size: the number of nodes.
    """
    return frozenset(map(divmod, coded.each(), repeat(size)))


def _pairs(codes: Iterable[int], size: int) -> list[Pair]:
    return list(map(divmod, sorted(codes), repeat(size)))


class _Nodes:
    """The nodes of elements of one kind by id, as ends of relations as numbers.

    Attributes:
        left, entered: for relations that leave it, or enter it; the numbers of all relations of one that
            is no node are less than 0.
        is_whole: whether all are nodes.
    """

    def __init__(self, size: int, ids: Sequence[str], first: int, apart: int, every: Collection[str]) -> None:
        """Number elements.

        Args:
            size: how many nodes there are of all kinds.
            ids: those that are nodes.
            first: the node of the first one; the others are ``apart``.
            apart: see there.
            every: those that there are.
        """
        self.left, self.entered = (
            dict(zip(ids, count(first * times, apart * times))) for times in (size << _BITS, 1 << _BITS)
        )
        self.is_whole = len(ids) == len(every)
        if not self.is_whole:
            for numbers in (self.left, self.entered):
                numbers.update(dict.fromkeys(set(every).difference(ids), -size * size << _BITS))


class _Relations:
    """The relations of a snapshot as steps between nodes; those whose ends are no nodes are none."""

    def __init__(self, mesh: Mesh) -> None:
        self._snapshot = snapshot = mesh.snapshot
        self._size = size = mesh.size
        self._agents = _Nodes(size, mesh.agents, mesh.first_agent, 1, snapshot.agent)
        self._credentials = _Nodes(size, mesh.credentials, mesh.first_credential, 1, snapshot.credential)
        self._systems = _Nodes(size, mesh.systems, 0, 5, snapshot.system)
        self._is_whole = self._agents.is_whole and self._credentials.is_whole

    def coded(self, kinds: Collection[StepKind]) -> dict[StepKind, Coded]:
        """The steps of some kinds, all but triggers."""
        snapshot = self._snapshot
        made: dict[StepKind, Callable[[], Coded]] = {
            "hold": self._holds,
            "grant": lambda: self._granted,
            "custody": self._custodies,
            "exchange": lambda: self._between(snapshot.exchange, self._credentials, self._credentials),
            "delegation": lambda: self._between(snapshot.delegation, self._agents, self._agents),
            "hosting": self._hosting,
            "implies": self._implied,
        }
        return {kind: make() for kind, make in made.items() if kind in kinds}

    def triggers(self) -> Coded:
        """The steps of declared triggers."""
        codes = self._between(self._snapshot.trigger, self._systems, self._agents).codes
        return Coded(list(map((WRITE * self._size << _BITS).__add__, codes)))

    def _of_nodes(self, codes: list[int], times: int = 0) -> Coded:
        return Coded(codes if self._is_whole else [code for code in codes if code >= 0], times)

    # Both ends of a relation at once: where there are many, it takes longest to fetch them from memory.

    def _between(self, table: Iterable[tuple[str, str]], ones: _Nodes, others: _Nodes) -> Coded:
        left, entered = ones.left, others.entered
        return self._of_nodes([left[one] + entered[other] for one, other in table])

    def _holds(self) -> Coded:
        """Hold relations, and what is passed with a delegation."""
        agents, left, entered = self._agents.entered, self._agents.left, self._credentials.entered
        found = self._between(self._snapshot.hold, self._agents, self._credentials)
        passed = {
            left[other] + entered[each]
            for (one, other), record in self._snapshot.delegation.items()
            if record.passes and agents[one] >= 0
            for each in record.passes
        }
        return self._of_nodes([*found.codes, *passed.difference(found.codes)]) if passed else found

    @cached_property
    def _granted(self) -> Coded:
        masks, left, entered = _Masks(), self._credentials.left, self._systems.entered
        return self._of_nodes(
            [
                left[one] + entered[other] + masks[record.actions]
                for (one, other), record in self._snapshot.grant.items()
            ],
            1,
        )

    def _custodies(self) -> Coded:
        """What merely stores a bound credential yields nothing: it is useless without its key or host."""
        left, entered = self._systems.left, self._credentials.entered
        table = self._snapshot.custody
        bound = {each for each, record in self._snapshot.credential.items() if record.is_bound}
        if bound:
            table = {
                key: each
                for key, each in table.items()
                if each.how != "stores" or each.credential not in bound
            }
        masks = _Masks({how: action_mask(Custody("", "", how).obtained_by) for how in HOWS})
        return self._of_nodes(
            [
                left[one] + entered[other] + masks[record.by or record.how]
                for (one, other), record in table.items()
            ],
            self._size,
        )

    def _hosting(self) -> Coded:
        left, entered = self._systems.left, self._agents.entered
        execute = EXECUTE * self._size << _BITS
        return self._of_nodes(
            [
                left[record.runs_on] + execute + entered[agent]
                for agent, record in self._snapshot.agent.items()
                if record.runs_on is not None
            ]
        )

    def _implied(self) -> Coded:
        """From each admin access for which there is a grant to the other four."""
        size, others = self._size, ALL_ACTIONS ^ _ADMIN
        administered = {(code >> _BITS) % size for code in self._granted.codes if code & _ADMIN}
        return Coded([((first + ADMIN) * size + first << _BITS) + others for first in administered], 1)


class _Masks(dict[tuple[Action, ...] | How, int]):
    """Actions as five bits: most are the same few."""

    def __missing__(self, actions: tuple[Action, ...] | How) -> int:
        assert not isinstance(actions, str)
        mask = self[actions] = action_mask(actions)
        return mask


# Triggers that arise by themselves ----------------------------------------------------------------


def hearing(mesh: Mesh) -> tuple[list[int], list[int]]:
    """The read accesses of places with outsiders' words, and the steerable agents, both in order: such an
    agent that reads there by steps other than triggers (so that no such trigger is the reason of another)
    is steered from the write access of the place.
    """
    records = mesh.snapshot.agent
    steerable = [node for each, node in mesh.agent_node.items() if records[each].is_steerable]
    return (list(bits(mesh.untrusted)), steerable) if steerable else ([], [])


def reading(
    reads: Sequence[int], steerable: set[int], ahead: Sequence[Sequence[int]]
) -> Iterable[tuple[int, Collection[int]]]:
    """Those of some agents that lead to each of these nodes."""
    if not reads:
        return ()
    behind = _behind(ahead, reads)
    found: dict[int, set[int]] = {}
    if is_sparse(behind, reads):
        for read in reads:
            leading: set[int] = set()
            search(behind, read, leading)
            found[read] = leading & steerable
    elif len(reads) <= _FEW_WORDS:
        found = _reading(reads, steerable, ahead, behind)
    else:
        # Backwards, and one mark for each place with outsiders' words.
        closure = forward(behind)
        columns = closure.columns({read: 1 << number for number, read in enumerate(reads)})
        for agent in steerable:
            for number in bits(columns[closure.component[agent]]):
                found.setdefault(reads[number], set()).add(agent)
    return found.items()


def _behind(ahead: Sequence[Sequence[int]], wanted: Iterable[int]) -> list[list[int]]:
    """For each node the nodes before it, for whatever leads to some wanted ones: other leaves have none."""
    none: list[int] = []
    behind = [[] if after else none for after in ahead]
    for node in wanted:
        behind[node] = []
    for leaves, after in enumerate(ahead):
        for enters in after:
            behind[enters].append(leaves)
    none.clear()
    return behind


def _reading(
    reads: Iterable[int], steerable: set[int], ahead: Sequence[Sequence[int]], behind: Sequence[Sequence[int]]
) -> dict[int, set[int]]:
    """The agents that lead to each of these nodes, looked for backwards.

    Most of them are led to from one large component: what leads there is looked for once.
    """
    found: dict[int, set[int]] = {}
    core: set[int] = set()
    to_core: set[int] = set()
    agents_of_core: set[int] = set()
    before = behind.__getitem__
    for read in reads:
        leading: set[int] = set()
        new = {read}
        through = False
        while new:
            through = through or not core.isdisjoint(new)
            if through:
                new -= to_core
            leading |= new
            new = set(chain.from_iterable(map(before, new)))
            new -= leading
        agents = leading & steerable
        if through:
            agents |= agents_of_core
        elif len(leading) > len(to_core):
            after: set[int] = set()
            search(ahead, read, after, _ENOUGH)
            core, to_core, agents_of_core = after & leading, leading, agents
        found[read] = agents
    return found
