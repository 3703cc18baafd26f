"""Crossings of many starts to many accesses, counted by arrays of numbers (section 6).

A pair of a source and an access is a crossing if the two are in two zones, but for what is at home. So
of every class of sources and every kind of accesses the number of crossings is one product less one for
each zone: all that it takes are the numbers of sources by start, zone and class, and those of agents
that reach an access by start, zone and kind. The numbers are whole and far below 2**53, so that floats
hold them exactly.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from meshmodel.analysis.spreads import HOME, KINDS, Opening, Spread, Start, enters_home, source_class
from meshmodel.analysis.steps import bits

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bits = NDArray[np.uint8]

_TOGETHER = 2_048
"""So many starts are counted at once."""


class _Chosen(NamedTuple):
    """Some starts, sorted by their sources.

    Attributes:
        numbers: which starts.
        alike: for each the number of its sources.
        place: for all starts their place among these, or -1.
        sets: for each set of starts which of these are in it.
        by_row, by_class: how many sources there are by class and zone, and by class.
    """

    numbers: "Numbers"
    alike: "Numbers"
    place: "Numbers"
    sets: "Bits"
    by_row: "Floats"
    by_class: "Floats"


class Bulk:
    """Crossings to accesses behind no boundary."""

    def __init__(
        self,
        spread: Spread,
        starts: Sequence[Start],
        situations: Sequence[range],
        homes: Sequence[str | None],
    ) -> None:
        """Nothing is counted yet.

        Args:
            spread: what is counted is added to it.
            starts: those that can be counted.
            situations: the numbers of the starts that the same agents have; their agents follow on one
                another in the same order.
            homes: the homes of the agents.
        """
        self._spread = spread
        self._mesh = mesh = spread.mesh
        self._starts = starts
        self._situations = situations
        self._homes = homes
        self._zones = {zone: number for number, zone in enumerate(mesh.zone_mask)}
        # The zone of each system, and the kind of reading it.
        self._accesses: list[int] = []
        self._chosen: list[int] = []
        # Of each opening the set of starts, that of agents, and those of the agents that hold all.
        self._sets: dict[int, int] = {}
        self._agents: dict[int, int] = {}
        self._started: list[int] = []
        self._reached: list[int] = []
        self._holders: list[int] = []
        self._ends = [0]

    def opening(self, opening: Opening) -> int:
        """The number of doors that are open for some starts."""
        starts, reaching, held = opening
        self._started.append(self._sets.setdefault(starts, len(self._sets)))
        self._reached.append(self._agents.setdefault(reaching, len(self._agents)))
        if held:
            self._holders.extend(bits(held))
        self._ends.append(len(self._holders))
        return len(self._started) - 1

    def add(self, access: int, number: int) -> None:
        """Add an access that has such doors."""
        self._accesses.append(access)
        self._chosen.append(number)

    def count(self) -> None:
        """Count the crossings to all that was added."""
        if not self._accesses:
            return
        self._prepare_accesses()
        self._prepare_agents()
        self._prepare_sources()
        import numpy as np

        starts = self._starts
        chosen = sorted(range(len(starts)), key=lambda number: starts[number].sources)
        for begin in range(0, len(chosen), _TOGETHER):
            self._count_some(np.array(chosen[begin : begin + _TOGETHER]))

    def _prepare_accesses(self) -> None:
        """Put the accesses together that are alike and have the same doors."""
        import numpy as np

        zones, kinds = self._zones, self._spread.kinds
        codes = np.zeros(max(kinds) + 1, np.int64)
        for number, kind in kinds.items():
            codes[number] = zones[self._mesh.zone_of[number]] * KINDS + kind
        systems, actions = np.divmod(np.array(self._accesses), 5)
        codes = codes[systems] | (actions > 0) << 1
        chosen, size = np.array(self._chosen), len(self._sets)
        pairs, pair = np.unique(np.array(self._reached) * size + np.array(self._started), return_inverse=True)
        self._pair_reached, self._pair_started = np.divmod(pairs, size)
        cells, cell, self._times = np.unique(
            codes * len(pairs) + pair[chosen], return_inverse=True, return_counts=True
        )
        codes, self._pair = np.divmod(cells, len(pairs))
        self._zone, self._kind = np.divmod(codes, KINDS)
        self._cell_started = self._pair_started[self._pair]
        self._cell = np.stack([self._cell_started, size + self._pair])
        lengths = np.diff(self._ends)[chosen]
        holders = np.array(self._holders, np.int64)[_ranges(np.array(self._ends)[chosen], lengths)]
        self._holding = np.repeat(cell, lengths), holders

    def _prepare_agents(self) -> None:
        """Number the situations of the agents, and those of the agents at home in each zone."""
        import numpy as np

        self._start_sets = _unpacked(self._sets, len(self._starts))
        self._reach = _unpacked(self._agents, len(self._homes))
        self._sizes = np.array([self._starts[each.start].agents.bit_count() for each in self._situations])
        self._begins = np.array([each.start for each in self._situations])
        self._lengths = np.array([len(each) for each in self._situations])
        numbers = np.arange(len(self._sizes))
        self._situation = np.repeat(numbers, self._sizes)
        self._situation_of = np.repeat(numbers, self._lengths)
        firsts = np.cumsum(self._sizes) - self._sizes
        self._reached_by = np.add.reduceat(self._reach, firsts, axis=1, dtype=np.int32)
        self._home = np.array(
            [-1 if home is None else self._zones.get(home, -1) for home in self._homes], np.int64
        )
        # The agents at home in each zone that are alike follow on one another.
        agents = np.argsort(self._home, kind="stable")
        agents = agents[np.searchsorted(self._home[agents], 0) :]
        homes, alike = self._home[agents], self._situation[agents]
        firsts = np.flatnonzero(np.diff(homes * len(numbers) + alike, prepend=-1))
        zones = np.arange(len(self._zones) + 1)
        edges = zip(
            pairwise(np.searchsorted(homes, zones).tolist()),
            pairwise(np.searchsorted(homes[firsts], zones).tolist()),
            strict=True,
        )
        self._at_home = [
            (agents[begin:end], firsts[first:last] - begin, alike[firsts[first:last]])
            for (begin, end), (first, last) in edges
        ]

    def _prepare_sources(self) -> None:
        """Put the systems together that are alike as sources, in the order of their zones."""
        import numpy as np

        mesh, numbers = self._mesh, sorted(self._spread.kinds)
        untrusted = _unpacked([mesh.untrusted], 5 * len(mesh.systems))[0].tolist()
        codes = np.array(
            [
                self._zones[mesh.zone_of[number]] * HOME
                + source_class(mesh.sensitivity[number], untrusted=untrusted[5 * number] > 0, steered=False)
                for number in numbers
            ]
        )
        order = np.argsort(codes, kind="stable")
        self._read = np.array(numbers)[order]
        kinds, self._read_firsts = np.unique(codes[order], return_index=True)
        # Each class once for agents that are not steered, and once for those that are; then home.
        self._steered = sorted({start.steered for start in self._starts})
        size = len(self._steered)
        self._names = [each << 1 | steered for each in range(HOME >> 1) for steered in self._steered]
        self._names.append(HOME)
        zones, classes = np.divmod(np.repeat(kinds, size), HOME)
        self._classes = (classes >> 1) * size + np.tile(np.arange(size), len(kinds))
        every = np.arange(len(self._zones) + 1)
        self._rows = [slice(*each) for each in pairwise(np.searchsorted(zones, every).tolist())]
        self._cells = [slice(*each) for each in pairwise(np.searchsorted(self._zone, every).tolist())]
        # The row of each class of each zone; the last one, which is empty, where there is none.
        self._row = np.full((len(self._names), len(self._zones)), len(zones))
        self._row[self._classes, zones] = np.arange(len(zones))

    def _count_some(self, numbers: "Numbers") -> None:
        """Count the crossings from some starts, sorted by their sources."""
        import numpy as np

        keys: dict[tuple[int, bool, bool], int] = {}
        some = [self._starts[number] for number in numbers.tolist()]
        alike = np.array(
            [keys.setdefault((each.sources, each.steered, each.home), len(keys)) for each in some]
        )
        order = np.argsort(alike, kind="stable")
        numbers, alike = numbers[order], alike[order]
        place = np.full(len(self._starts), -1)
        place[numbers] = np.arange(len(numbers))
        chosen = _Chosen(
            numbers, alike, place, np.take(self._start_sets, numbers, axis=1), *self._sources(list(keys))
        )
        every = self._everywhere(chosen)
        near = np.zeros_like(every)
        for zone, cells in enumerate(self._cells):
            if cells.start < cells.stop and len(self._at_home[zone][0]):
                near[:, :, cells] = self._at(zone, chosen)
        order = np.argsort(self._kind, kind="stable")
        kinds, firsts = np.unique(self._kind[order], return_index=True)
        counted = np.zeros((4, len(self._names), KINDS))
        both = np.concatenate([every, near]) * self._times
        counted[:, :, kinds] = np.add.reduceat(both[:, :, order], firsts, axis=2)
        self._take_held(counted, chosen)
        self._add(counted)

    def _everywhere(self, chosen: "_Chosen") -> "Floats":
        """By class and cell the crossings as if nobody were at home: all of them, and those of agents
        that reach a credential as themselves.
        """
        import numpy as np

        situations = self._situation_of[chosen.numbers]
        firsts = np.searchsorted(chosen.alike, np.arange(chosen.by_class.shape[1]))
        sets = chosen.sets
        there = np.add.reduceat(sets * self._sizes[situations], firsts, axis=1).astype(np.float64)
        reached = np.take(np.take(self._reached_by, situations, axis=1), self._pair_reached, axis=0)
        reached *= np.take(sets, self._pair_started, axis=0)
        taken = np.add.reduceat(reached, firsts, axis=1).astype(np.float64)
        table = np.concatenate([there, taken])
        every = np.take(_product(chosen.by_class, table), self._cell, axis=1).swapaxes(0, 1)
        for rows, cells in zip(self._rows, self._cells, strict=True):
            if rows.start < rows.stop and cells.start < cells.stop:
                part = np.take(table, self._cell[:, cells], axis=0)
                near = _product(chosen.by_row[rows], part.reshape(-1, part.shape[2]))
                every[:, self._classes[rows], cells] -= near.reshape(-1, *part.shape[:2]).swapaxes(0, 1)
        return every

    def _at(self, zone: int, chosen: "_Chosen") -> "Floats":
        """The same for the agents at home in a zone, and what is open there."""
        import numpy as np

        rows, cells = self._rows[zone], self._cells[zone]
        agents, firsts, situations = self._at_home[zone]
        reach = self._reach[self._pair_reached[self._pair[cells], np.newaxis], agents]
        counted = np.empty((2, len(reach), len(firsts)))
        counted[0] = np.diff(firsts, append=len(agents))
        counted[1] = np.add.reduceat(reach, firsts, axis=1, dtype=np.float64)
        lengths = self._lengths[situations]
        starts = chosen.place[_ranges(self._begins[situations], lengths)]
        there = starts >= 0
        local, starts = np.repeat(np.arange(len(firsts)), lengths)[there], starts[there]
        alike = chosen.alike[starts]
        sources = np.take(chosen.by_class, alike, axis=1)
        sources[self._classes[rows]] -= np.take(chosen.by_row[rows], alike, axis=1)
        met = counted[:, :, local] * chosen.sets[self._cell_started[cells, np.newaxis], starts]
        return _product(sources, met.reshape(-1, len(starts))).reshape(len(sources), 2, -1).swapaxes(0, 1)

    def _take_held(self, counted: "Floats", chosen: "_Chosen") -> None:
        """Take away what was counted as picked up, though all that the agent reaches is held."""
        import numpy as np

        cell, agents = self._holding
        situations = self._situation[agents]
        lengths = self._lengths[situations]
        starts = chosen.place[_ranges(self._begins[situations], lengths)]
        cell, agents = cell.repeat(lengths), agents.repeat(lengths)
        there = np.nonzero((starts >= 0) & (chosen.sets[self._cell_started[cell], starts] > 0))[0]
        cell, agents, sources = cell[there], agents[there], chosen.alike[starts[there]]
        kind, zone = self._kind[cell], self._zone[cell]
        near = self._home[agents] == zone
        for source, row in enumerate(self._row):
            number = chosen.by_class[source, sources] - chosen.by_row[row[zone], sources]
            counted[1, source] -= np.bincount(kind, number, KINDS)
            counted[3, source] -= np.bincount(kind[near], number[near], KINDS)

    def _sources(self, keys: list[tuple[int, bool, bool]]) -> "tuple[Floats, Floats]":
        """How many sources there are of each class in each zone, and of each class, for each of these.

        Args:
            keys: sources, whether their agents are steered, and whether home is one of them.
        """
        import numpy as np

        reads = _unpacked([sources for sources, _, _ in keys], 5 * len(self._mesh.systems))
        found = np.add.reduceat(
            np.ascontiguousarray(reads[:, ::5].T)[self._read], self._read_firsts, axis=0, dtype=np.int32
        )
        steered = np.array([each for _, each, _ in keys])
        size = len(self._steered)
        by_row = np.zeros((size * len(found) + 1, len(keys)))
        for place, each in enumerate(self._steered):
            by_row[place:-1:size] = found * (steered == each)
        by_class = np.zeros((len(self._names), len(keys)))
        order = np.argsort(self._classes, kind="stable")
        classes, firsts = np.unique(self._classes[order], return_index=True)
        by_class[classes] = np.add.reduceat(by_row[order], firsts, axis=0)
        by_class[-1] = [each for _, _, each in keys]
        return by_row, by_class

    def _add(self, counted: "Floats") -> None:
        """Add what was counted, by class and kind.

        Args:
            counted: the numbers of all, and of those with a credential that was picked up; and both of
                those at home.
        """
        numbers = self._spread.numbers
        for source, rows in zip(self._names, counted.transpose(1, 2, 0).tolist(), strict=True):
            for kind, row in enumerate(rows):
                if not any(row):
                    continue
                every, picked, near, near_picked = map(int, row)
                place = source * KINDS + kind
                if not enters_home(source, kind):
                    every, picked = every - near, picked - near_picked
                numbers[place] += every - picked
                numbers[place + 1] += picked


def _product(one: "Floats", other: "Floats") -> "Floats":
    """The products of all rows of two tables, without threads, which cost more than they bring here."""
    import numpy as np

    product: Floats = np.einsum("ik,jk->ij", one, other)
    return product


def _unpacked(sets: Collection[int], size: int) -> "Bits":
    """Sets of bits as rows of zeros and ones."""
    import numpy as np

    width = size // 8 + 1
    content = b"".join(each.to_bytes(width, "little") for each in sets)
    rows = np.frombuffer(content, np.uint8).reshape(-1, width)
    return np.unpackbits(rows, axis=1, count=size, bitorder="little")


def _ranges(begins: "Numbers", lengths: "Numbers") -> "Numbers":
    """The numbers of ranges, one range after the other."""
    import numpy as np

    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(begins - ends + lengths, lengths)
