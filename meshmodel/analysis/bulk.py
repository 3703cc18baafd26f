"""Crossings of many starts to many accesses, counted by arrays of numbers (section 6).

A pair of a source and an access is a crossing if the two are in two zones, but for what is at home. So
of every class of sources and every kind of accesses the number of crossings is one product less one for
each zone: all that it takes are the numbers of sources by start, zone and class, and those of agents
that reach an access by start, zone and kind. The numbers are whole and far below 2**53, so that floats
hold them exactly.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from meshmodel.analysis.pairs.columns import Numbers, places
from meshmodel.analysis.spreads import HOME, KINDS, Spread, Start, enters_home
from meshmodel.analysis.steps import bits

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

    numbers: Numbers
    alike: Numbers
    place: Numbers
    sets: Bits
    by_row: Floats
    by_class: Floats

    def apart(self, rows: Numbers, starts: Numbers) -> Floats:
        """The sources of each class, in other zones than some, of some of the starts.

        Args:
            rows: for each class the rows of these zones.
            starts: the starts, by their places.
        """
        alike = self.alike[starts]
        sources: Floats = np.take(self.by_class, alike, axis=1)
        sources -= self.by_row[rows, alike]
        return sources


class _Near(NamedTuple):
    """The agents that are at home in zones where there are systems, sorted by zone.

    Attributes:
        agents: their numbers; those that are alike follow on one another.
        firsts: where others begin.
        situations, zones, sizes: of those that are alike.
    """

    agents: Numbers
    firsts: Numbers
    situations: Numbers
    zones: Numbers
    sizes: Floats


class Bulk:
    """Crossings to accesses behind no boundary."""

    def __init__(
        self,
        spread: Spread,
        starts: Sequence[Start],
        situations: Sequence[tuple[range, Sequence[int]]],
        homes: Sequence[str | None],
    ) -> None:
        """Nothing is counted yet.

        Args:
            spread: what is counted is added to it.
            starts: those that can be counted.
            situations: numbers of starts, and of the agents that have them.
            homes: the homes of all agents.
        """
        self._spread = spread
        self._mesh = mesh = spread.mesh
        self._starts = starts
        self._situations = situations
        self._homes = homes
        self._zones = {zone: number for number, zone in enumerate(mesh.zone_mask)}
        self._accesses: list[int] = []
        self._chosen: list[int] = []
        self._sets: dict[int, int] = {}
        self._agents: dict[int, int] = {}
        self._pairs: dict[tuple[int, int], int] = {}
        # All doors one after the other: their pairs, and who holds; and where each of them ends.
        self._openings: list[int] = []
        self._holders: list[int] = []
        self._holders_end = [0]
        self._doors_end = [0]

    def pair(self, starts: int, agents: int) -> int:
        """The number of a pair of starts and of agents, both as bits."""
        pair = (
            self._sets.setdefault(starts, len(self._sets)),
            self._agents.setdefault(agents, len(self._agents)),
        )
        return self._pairs.setdefault(pair, len(self._pairs))

    def doors(self, openings: Iterable[tuple[int, int]]) -> int:
        """The number of some doors, as they are open for some starts and for others.

        Args:
            openings: a pair each, of the starts and of the agents that reach a credential for one of the
                doors as themselves; with those of these agents that hold all that they reach so.
        """
        for pair, held in openings:
            self._openings.append(pair)
            if held:
                self._holders.extend(bits(held))
            self._holders_end.append(len(self._holders))
        self._doors_end.append(len(self._openings))
        return len(self._doors_end) - 2

    def add(self, access: int, doors: int) -> None:
        """Add an access that has such doors."""
        self._accesses.append(access)
        self._chosen.append(doors)

    def count(self) -> None:
        """Count the crossings to all that was added."""
        if not self._openings:
            return

        self._zone_of = np.array([self._zones.get(zone, 0) for zone in self._mesh.zone_of])
        self._prepare_accesses()
        self._prepare_agents()
        self._prepare_sources()
        keys: dict[tuple[int, bool, bool], int] = {}
        alike = np.array(
            [keys.setdefault((each.sources, each.steered, each.home), len(keys)) for each in self._starts]
        )
        chosen = np.argsort(alike, kind="stable")
        for begin in range(0, len(chosen), _TOGETHER):
            numbers = chosen[begin : begin + _TOGETHER]
            first, last = alike[numbers[0]], alike[numbers[-1]] + 1
            self._count_some(numbers, alike[numbers] - first, list(keys)[first:last])

    def _prepare_accesses(self) -> None:
        """Put the accesses together that are alike and have the same doors."""
        kinds = np.zeros(len(self._zone_of), np.int64)
        kinds[list(self._spread.kinds)] = list(self._spread.kinds.values())
        chosen, ends = np.array(self._chosen), np.array(self._doors_end)
        owner, openings = places(ends[chosen], np.diff(ends)[chosen])
        systems, actions = np.divmod(np.array(self._accesses)[owner], 5)
        codes = self._zone_of[systems] * KINDS + kinds[systems] | (actions > 0) << 1
        cells, cell, self._times = np.unique(
            codes * len(self._pairs) + np.array(self._openings)[openings],
            return_inverse=True,
            return_counts=True,
        )
        codes, pair = np.divmod(cells, len(self._pairs))
        self._zone, self._kind = np.divmod(codes, KINDS)
        self._pair_started, self._pair_reached = np.array(list(self._pairs)).T
        self._cell_started = self._pair_started[pair]
        self._cell_reached = self._pair_reached[pair]
        # The rows of a table of both, one after the other.
        self._cell = np.stack([self._cell_started, len(self._sets) + pair], axis=1).ravel()
        every = np.searchsorted(self._zone, np.arange(len(self._zones) + 1))
        self._cells = [slice(*each) for each in pairwise(every.tolist())]
        ends = np.array(self._holders_end)
        owner, held = places(ends[openings], np.diff(ends)[openings])
        self._holding = cell[owner], np.array(self._holders, np.int64)[held]

    def _prepare_agents(self) -> None:
        """Number the situations of the agents, and those of the agents at home in each zone."""
        self._start_sets = _unpacked(self._sets, len(self._starts))
        # From here on the agents have other numbers: those that have the same starts follow on one another.
        order = np.concatenate([agents for _, agents in self._situations])
        place = np.full(len(self._homes), -1)
        place[order] = np.arange(len(order))
        self._reach = np.take(_unpacked(self._agents, len(self._homes)), order, axis=1)
        cells, holders = self._holding
        holders = place[holders]
        self._holding = cells[holders >= 0], holders[holders >= 0]
        self._home = np.array(
            [-1 if home is None else self._zones.get(home, -1) for home in self._homes], np.int64
        )[order]
        self._sizes = np.array([len(agents) for _, agents in self._situations])
        self._begins = np.array([starts.start for starts, _ in self._situations])
        self._lengths = np.array([len(starts) for starts, _ in self._situations])
        numbers = np.arange(len(self._sizes))
        self._situation = np.repeat(numbers, self._sizes)
        self._situation_of = np.repeat(numbers, self._lengths)
        self._reached_by = _summed(self._reach, np.cumsum(self._sizes) - self._sizes, axis=1)
        # The agents at home in each zone that are alike follow on one another.
        agents = np.argsort(self._home, kind="stable")
        agents = agents[np.searchsorted(self._home[agents], 0) :]
        homes, alike = self._home[agents], self._situation[agents]
        firsts = np.flatnonzero(np.diff(homes * len(numbers) + alike, prepend=-1))
        self._near = _Near(
            agents, firsts, alike[firsts], homes[firsts], np.diff(firsts, append=len(agents)).astype(float)
        )

    def _prepare_sources(self) -> None:
        """Put the systems together that are alike as sources, in the order of their zones."""
        mesh = self._mesh
        numbers = np.array(list(self._spread.kinds))
        untrusted = _unpacked([mesh.untrusted], 5 * len(mesh.systems))[0][5 * numbers]
        levels = np.array(mesh.sensitivity)[numbers]
        # As ``source_class`` has it, and before it the zone.
        codes = self._zone_of[numbers] * HOME | levels << 2 | untrusted << 1
        order = np.argsort(codes, kind="stable")
        self._read = numbers[order]
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
        # The row of each class of each zone; the last one, which is empty, where there is none.
        self._row = np.full((len(self._names), len(self._zones)), len(zones))
        self._row[self._classes, zones] = np.arange(len(zones))

    def _count_some(self, numbers: Numbers, alike: Numbers, keys: list[tuple[int, bool, bool]]) -> None:
        """Count the crossings from some starts.

        Args:
            numbers: the starts, sorted by their sources.
            alike: for each the number of its sources.
            keys: these sources, whether their agents are steered, and whether home is one of them.
        """
        place = np.full(len(self._starts), -1)
        place[numbers] = np.arange(len(numbers))
        sets = np.take(self._start_sets, numbers, axis=1)
        chosen = _Chosen(numbers, alike, place, sets, *self._sources(keys))
        both = np.stack([self._everywhere(chosen), self._at_home(chosen)])
        both = both.reshape(2, len(self._names), -1, 2) * self._times[:, np.newaxis]
        order = np.argsort(self._kind, kind="stable")
        kinds, firsts = np.unique(self._kind[order], return_index=True)
        counted = np.zeros((2, len(self._names), KINDS, 2))
        counted[:, :, kinds] = np.add.reduceat(np.take(both, order, axis=2), firsts, axis=2)
        self._take_held(counted, chosen)
        self._add(counted)

    def _everywhere(self, chosen: _Chosen) -> Floats:
        """By class and cell the crossings as if nobody were at home: all of them, and those of agents
        that reach a credential as themselves.
        """
        situations = self._situation_of[chosen.numbers]
        firsts = np.searchsorted(chosen.alike, np.arange(chosen.by_class.shape[1]))
        there = np.add.reduceat(chosen.sets * self._sizes[situations], firsts, axis=1)
        reached = np.take(np.take(self._reached_by, situations, axis=1), self._pair_reached, axis=0)
        reached *= np.take(chosen.sets, self._pair_started, axis=0)
        taken = np.add.reduceat(reached, firsts, axis=1, dtype=np.int32)
        table = np.concatenate([there, taken]).astype(np.float64)
        every = np.take(_product(chosen.by_class, table), self._cell, axis=1)
        for rows, cells in zip(self._rows, self._cells, strict=True):
            if rows.start < rows.stop and cells.start < cells.stop:
                both = slice(2 * cells.start, 2 * cells.stop)
                part = np.take(table, self._cell[both], axis=0)
                every[self._classes[rows], both] -= _product(chosen.by_row[rows], part)
        return every

    def _at_home(self, chosen: _Chosen) -> Floats:
        """The same for agents at home and what is open there."""
        near = self._near
        found = np.zeros((len(self._names), len(self._cell)))
        group, starts = self._starts_of(near.situations, chosen)
        sources = chosen.apart(self._row[:, near.zones[group]], starts)
        zones = np.arange(len(self._zones) + 1)
        edges = np.searchsorted(near.zones, zones).tolist()
        begins = [*near.firsts.tolist(), len(near.agents)]
        for cells, groups, some in zip(
            self._cells,
            pairwise(edges),
            pairwise(np.searchsorted(near.zones[group], zones).tolist()),
            strict=True,
        ):
            if cells.start == cells.stop or some[0] == some[1]:
                continue
            first, last = groups
            agents = near.agents[begins[first] : begins[last]]
            reach = self._reach[self._cell_reached[cells, np.newaxis], agents]
            counted = np.empty((len(reach), 2, last - first))
            counted[:, 0] = near.sizes[first:last]
            counted[:, 1] = np.add.reduceat(reach, near.firsts[first:last] - begins[first], axis=1)
            part = slice(*some)
            met = np.take(counted, group[part] - first, axis=2)
            met *= chosen.sets[self._cell_started[cells, np.newaxis], starts[part]][:, np.newaxis]
            found[:, 2 * cells.start : 2 * cells.stop] = _product(
                sources[:, part], met.reshape(-1, met.shape[2])
            )
        return found

    def _starts_of(self, situations: Numbers, chosen: _Chosen) -> tuple[Numbers, Numbers]:
        """The starts of these situations that were chosen, by their places: for each whose it is, and it."""
        owner, starts = places(self._begins[situations], self._lengths[situations])
        starts = chosen.place[starts]
        return owner[starts >= 0], starts[starts >= 0]

    def _take_held(self, counted: Floats, chosen: _Chosen) -> None:
        """Take away what was counted as picked up, though all that the agent reaches is held."""
        cell, agents = self._holding
        owner, starts = self._starts_of(self._situation[agents], chosen)
        there = np.flatnonzero(chosen.sets[self._cell_started[cell[owner]], starts])
        cell, agents, starts = cell[owner[there]], agents[owner[there]], starts[there]
        zone = self._zone[cell]
        kind = self._kind[cell] + KINDS * (self._home[agents] == zone)
        for source, number in enumerate(chosen.apart(self._row[:, zone], starts)):
            far, near = np.bincount(kind, number, 2 * KINDS).reshape(2, KINDS)
            counted[0, source, :, 1] -= far + near
            counted[1, source, :, 1] -= near

    def _sources(self, keys: list[tuple[int, bool, bool]]) -> tuple[Floats, Floats]:
        """How many sources there are of each class in each zone, and of each class, for each of these.

        Args:
            keys: sources, whether their agents are steered, and whether home is one of them.
        """
        reads = _unpacked([sources for sources, _, _ in keys], 5 * len(self._mesh.systems))
        found = _summed(np.take(reads[:, ::5].T, self._read, axis=0), self._read_firsts, axis=0)
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

    def _add(self, counted: Floats) -> None:
        """Add what was counted.

        Args:
            counted: everywhere and of those at home, by class and kind: the numbers of all, and of those
                with a credential that was picked up.
        """
        numbers = self._spread.numbers
        for source, rows in zip(self._names, counted.transpose(1, 2, 0, 3).tolist(), strict=True):
            for kind, ((every, picked), (near, near_picked)) in enumerate(rows):
                if every or picked:
                    # At home not all of them are crossings.
                    some = enters_home(source, kind)
                    taken = int(picked) if some else int(picked - near_picked)
                    place = source * KINDS + kind
                    numbers[place] += (int(every) if some else int(every - near)) - taken
                    numbers[place + 1] += taken


def _product(one: Floats, other: Floats) -> Floats:
    """The products of all rows of two tables, without threads, which cost more than they bring here."""
    product: Floats = np.einsum("ik,jk->ij", one, other)
    return product


def _summed(table: Bits, firsts: Numbers, axis: int) -> NDArray[np.int32]:
    """The sums of zeros and ones over ranges of a table, which begin at these places."""
    longest = int(np.diff(firsts, append=table.shape[axis]).max())
    kind = np.uint8 if longest < 256 else np.int32
    summed: NDArray[np.int32] = np.add.reduceat(table, firsts, axis=axis, dtype=kind).astype(np.int32)
    return summed


def _unpacked(sets: Collection[int], size: int) -> Bits:
    """Sets of bits as rows of zeros and ones."""
    width = size // 8 + 1
    content = b"".join(each.to_bytes(width, "little") for each in sets)
    rows = np.frombuffer(content, np.uint8).reshape(-1, width)
    return np.unpackbits(rows, axis=1, count=size, bitorder="little")
