"""Which agents have which starts, as arrays of numbers."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from meshmodel.analysis.cells import Cells
from meshmodel.analysis.pairs.columns import Flags, Numbers, places
from meshmodel.analysis.tables import Floats, Sets, table_of, unpacked

_AT_ONCE = 1 << 20
"""So many starts with an access each are looked at at once."""


Times = Floats | Numbers


class _Near(NamedTuple):
    """The agents that are at home in zones where there are systems, put together where they have the same
    home and the same starts; sorted by zone.

    Attributes:
        firsts: for each zone where they begin, and where the last ones end.
        situations, sizes: of each.
        reached: for each set of agents how many of them are in it.
    """

    firsts: Numbers
    situations: Numbers
    sizes: Numbers
    reached: Floats


class Met(NamedTuple):
    """Starts of agents that come to cells.

    Attributes:
        cells: the cells.
        alike: the number of the sources of each start.
        times: how many agents come to how many accesses; and those that reach a credential as themselves.
    """

    cells: Numbers
    alike: Numbers
    times: tuple[Times, Times]

    def those(self, some: Flags) -> "Met":
        """Some of them."""
        every, picked = self.times
        return Met(self.cells[some], self.alike[some], (every[some], picked[some]))


class Situated:
    """The starts of all agents, by what these have in common.

    Attributes:
        cells: the accesses.
        home: for each agent the zone of its home; -1 for none.
    """

    def __init__(
        self,
        cells: Cells,
        starts: int,
        situations: Sequence[tuple[range, Sequence[int]]],
        homes: Sequence[str | None],
    ) -> None:
        """Number the situations of the agents, and those of the agents at home in each zone.

        Args:
            cells: the accesses.
            starts: how many there are.
            situations: numbers of starts, and of the agents that have them.
            homes: the homes of all agents.
        """
        self.cells = cells
        self._started = Sets(list(self.cells.sets), starts)
        self._sets = unpacked(self.cells.sets, starts)
        self._reached = Sets(list(self.cells.agents), len(homes))
        sizes = np.array([len(agents) for _, agents in situations])
        self._begins = np.array([some.start for some, _ in situations])
        self._lengths = np.array([len(some) for some, _ in situations])
        self._situation = np.full(len(homes), -1)
        self._situation[np.concatenate([agents for _, agents in situations])] = np.repeat(
            np.arange(len(sizes)), sizes
        )
        self._situation_of = np.repeat(np.arange(len(sizes)), self._lengths)
        self._agents = sizes[self._situation_of]
        self.home = np.array([-1 if home is None else self.cells.zones[home] for home in homes])
        # The agents at home in each zone that are alike are put together.
        at_home = np.flatnonzero((self._situation >= 0) & (self.home >= 0))
        keys = self.home[at_home] * len(sizes) + self._situation[at_home]
        keys, place, numbers = np.unique(keys, return_inverse=True, return_counts=True)
        zones, alike = np.divmod(keys, len(sizes))
        firsts = np.searchsorted(zones, np.arange(len(self.cells.zones) + 1))
        groups = np.full(len(homes), -1)
        groups[at_home] = place
        self.near = _Near(firsts, alike, numbers, self._reached.counted(groups, len(keys)))
        self._reached_by = self._reached.counted(self._situation, len(sizes))

    def table(self, alike: Numbers, number: int) -> Floats:
        """How many agents have sources of each number: those of each set of starts, and of each pair those
        that are in its set of agents.

        Args:
            alike: for each start the number of its sources, or -1.
            number: how many numbers there are.
        """
        there = self._started.counted(alike, number, self._agents)
        reached = self.cells.pair_reached
        taken = np.take(self._reaching(alike, number), reached, axis=0)
        taken *= self._started.near[self.cells.pair_started, np.newaxis]
        # So far all have the starts that most have; now those by which sets of starts differ.
        begins, sizes = _runs(self._started.owner, self._started.number)
        begins, sizes = begins[self.cells.pair_started], sizes[self.cells.pair_started]
        for some in _parts(np.arange(len(reached)), sizes):
            pair, place = places(begins[some], sizes[some])
            start, pair = self._started.place[place], some[pair]
            numbers = self._reached_by[reached[pair], self._situation_of[start]] * self._started.sign[place]
            known = np.flatnonzero(alike[start] >= 0)
            keys = pair[known] * number + alike[start[known]]
            taken += table_of(keys, numbers[known], *taken.shape)
        return np.concatenate([there, taken])

    def _reaching(self, alike: Numbers, number: int) -> Floats:
        """Of each set of agents how many have sources of each number, had all the starts that most have."""
        sets = self._reached
        common = self._started.largest & (alike >= 0)
        differing = np.flatnonzero(self._situation[sets.place] >= 0)
        situation = self._situation[sets.place[differing]]
        owner, start = places(self._begins[situation], self._lengths[situation])
        there = np.flatnonzero(common[start])
        owner, start = differing[owner[there]], start[there]
        keys = sets.owner[owner] * number + alike[start]
        found = table_of(keys, sets.sign[owner], sets.number, number)
        largest = self._situation[sets.largest & (self._situation >= 0)]
        largest = np.bincount(largest, minlength=len(self._begins))[self._situation_of[common]]
        most = np.bincount(alike[common], largest, number)
        np.add(found, most, out=found, where=sets.near[:, np.newaxis])
        return found

    def met(self, cells: Numbers, zones: Numbers, alike: Numbers) -> Iterator[Met]:
        """The starts of agents at home in zones, one for each of some cells, that come to these cells.

        Args:
            cells: the cells.
            zones: for each of them a zone.
            alike: for each start the number of its sources, or -1.
        """
        near = self.near
        numbers = np.diff(near.firsts)
        starts = np.concatenate([[0], np.cumsum(self._lengths[near.situations])])[near.firsts]
        for some in _parts(np.arange(len(cells)), np.diff(starts)[zones]):
            owner, group = places(near.firsts[zones[some]], numbers[zones[some]])
            come, start = places(self._begins[near.situations[group]], self._lengths[near.situations[group]])
            cell = cells[some[owner[come]]]
            there = np.flatnonzero((alike[start] >= 0) & (self._sets[self.cells.started[cell], start] > 0))
            cell, start, group = cell[there], start[there], group[come[there]]
            times = self.cells.times[cell]
            reached = near.reached[self.cells.reached[cell], group]
            yield Met(cell, alike[start], (near.sizes[group] * times, reached * times))

    def starts_of(self, agents: Numbers) -> tuple[Numbers, Numbers]:
        """The starts of agents: for each the place of its agent, and it."""
        known = np.flatnonzero(self._situation[agents] >= 0)
        situation = self._situation[agents[known]]
        owner, start = places(self._begins[situation], self._lengths[situation])
        return known[owner], start

    def comes(self, cells: Numbers, starts: Numbers) -> Flags:
        """Which of some starts come to a cell each."""
        found: Flags = self._sets[self.cells.started[cells], starts] > 0
        return found


def _parts(some: Numbers, sizes: Numbers) -> Iterator[Numbers]:
    """Some numbers in parts of a size that memory has room for.

    Args:
        some: the numbers.
        sizes: of each.
    """
    if len(some):
        part = np.cumsum(sizes) // _AT_ONCE
        yield from np.split(some, np.flatnonzero(np.diff(part)) + 1)


def _runs(owners: Numbers, number: int) -> tuple[Numbers, Numbers]:
    """Where the runs of so many owners begin, and how long they are."""
    sizes = np.bincount(owners, minlength=number)
    return np.cumsum(sizes) - sizes, sizes
