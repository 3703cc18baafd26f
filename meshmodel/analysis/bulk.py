"""Crossings of many starts to many accesses, counted by arrays of numbers (section 6).

A pair of a source and an access is a crossing if the two are in two zones, but for what is at home. So
of every class of sources and every kind of accesses the number of crossings is one product less one for
each zone: all that it takes are the numbers of sources by start, zone and class, and those of agents
that reach an access by start, zone and kind. The numbers are whole and far below 2**53, so that floats
hold them exactly.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from meshmodel.analysis.cells import Cells, Shut
from meshmodel.analysis.closure import union
from meshmodel.analysis.pairs.columns import Numbers, places
from meshmodel.analysis.spreads import HOME, KINDS, Spread, Start, enters_home
from meshmodel.analysis.tables import Bits, Floats, product, summed, unpacked

_TOGETHER = 2_048
"""So many starts are counted at once."""
_Key = tuple[int, bool, bool, int]
"""What starts are put together by: their sources, whether their agents are steered, whether home is one of
the sources, and the boundaries that they control.
"""


class _Chosen(NamedTuple):
    """Some starts, sorted by their sources.

    Attributes:
        numbers: which starts.
        alike: for each the number of its sources.
        place: for all starts their place among these, or -1.
        sets: for each set of starts which of these are in it.
        by_row, by_class: how many sources there are by class and zone, and by class.
        shut: boundaries, with for each number of sources whether one counts.
    """

    numbers: Numbers
    alike: Numbers
    place: Numbers
    sets: Bits
    by_row: Floats
    by_class: Floats
    shut: list[tuple[Shut, Floats]]

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


class _AtHome:
    """The starts of the agents that are at home in zones."""

    def __init__(self, near: _Near, group: Numbers, starts: Numbers, zones: int) -> None:
        self.group, self.starts = group, starts
        every = np.arange(zones + 1)
        self.groups: list[int] = np.searchsorted(near.zones, every).tolist()
        self.begins = [*near.firsts.tolist(), len(near.agents)]
        self._edges = np.searchsorted(near.zones[group], every).tolist()

    def of(self, zone: int) -> slice:
        """Those of the agents at home in one zone."""
        return slice(self._edges[zone], self._edges[zone + 1])


class Bulk:
    """Crossings from starts to accesses, by class and kind."""

    def __init__(
        self,
        cells: Cells,
        spread: Spread,
        starts: Sequence[Start],
        situations: Sequence[tuple[range, Sequence[int]]],
        homes: Sequence[str | None],
    ) -> None:
        """Nothing is counted yet.

        Args:
            cells: the accesses.
            spread: what is counted is added to it.
            starts: those that can be counted.
            situations: numbers of starts, and of the agents that have them.
            homes: the homes of all agents.
        """
        self._cells = cells
        self._spread = spread
        self._starts = starts
        self._situations = situations
        self._homes = homes

    def count(self) -> None:
        """Count the crossings to all accesses."""
        if not self._cells:
            return
        self._cells.prepare()
        self._prepare_agents()
        self._prepare_sources()
        shutting = union([boundary.number for boundary in self._spread.boundaries])
        keys: dict[_Key, int] = {}
        alike = np.array(
            [
                keys.setdefault((each.sources, each.steered, each.home, each.dropped & shutting), len(keys))
                for each in self._starts
            ]
        )
        chosen = np.argsort(alike, kind="stable")
        for begin in range(0, len(chosen), _TOGETHER):
            numbers = chosen[begin : begin + _TOGETHER]
            first, last = alike[numbers[0]], alike[numbers[-1]] + 1
            self._count_some(numbers, alike[numbers] - first, list(keys)[first:last])

    def _prepare_agents(self) -> None:
        """Number the situations of the agents, and those of the agents at home in each zone."""
        self._start_sets = unpacked(self._cells.sets, len(self._starts))
        # From here on the agents have other numbers: those that have the same starts follow on one another.
        order = np.concatenate([agents for _, agents in self._situations])
        place = np.full(len(self._homes), -1)
        place[order] = np.arange(len(order))
        self._reach = np.take(unpacked(self._cells.agents, len(self._homes)), order, axis=1)
        cells, holders = self._cells.holding
        holders = place[holders]
        self._holding = cells[holders >= 0], holders[holders >= 0]
        self._home = np.array(
            [-1 if home is None else self._cells.zones[home] for home in self._homes], np.int64
        )[order]
        self._sizes = np.array([len(agents) for _, agents in self._situations])
        self._begins = np.array([starts.start for starts, _ in self._situations])
        self._lengths = np.array([len(starts) for starts, _ in self._situations])
        numbers = np.arange(len(self._sizes))
        self._situation = np.repeat(numbers, self._sizes)
        self._situation_of = np.repeat(numbers, self._lengths)
        self._reached_by = summed(self._reach, np.cumsum(self._sizes) - self._sizes, axis=1)
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
        mesh = self._spread.mesh
        numbers = np.array(list(self._spread.kinds))
        untrusted = unpacked([mesh.untrusted], 5 * len(mesh.systems))[0][5 * numbers]
        levels = np.array(mesh.sensitivity)[numbers]
        # As ``source_class`` has it, and before it the zone.
        codes = self._cells.zone_of[numbers] * HOME | levels << 2 | untrusted << 1
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
        every = np.arange(len(self._cells.zones) + 1)
        self._rows = [slice(*each) for each in pairwise(np.searchsorted(zones, every).tolist())]
        # The row of each class of each zone; the last one, which is empty, where there is none.
        self._row = np.full((len(self._names), len(self._cells.zones)), len(zones))
        self._row[self._classes, zones] = np.arange(len(zones))

    def _count_some(self, numbers: Numbers, alike: Numbers, keys: list[_Key]) -> None:
        """Count the crossings from some starts.

        Args:
            numbers: the starts, sorted by their sources.
            alike: for each the number of its sources.
            keys: what these are like.
        """
        place = np.full(len(self._starts), -1)
        place[numbers] = np.arange(len(numbers))
        sets = np.take(self._start_sets, numbers, axis=1)
        shut = [(each, self._counting(each, keys)) for each in self._cells.shut]
        chosen = _Chosen(numbers, alike, place, sets, *self._sources(keys), shut)
        both = np.stack(self._everywhere(chosen))
        both = both.reshape(2, len(self._names), -1, 2) * self._cells.times[:, np.newaxis]
        order = np.argsort(self._cells.kind, kind="stable")
        kinds, firsts = np.unique(self._cells.kind[order], return_index=True)
        counted = np.zeros((2, len(self._names), KINDS, 2))
        counted[:, :, kinds] = np.add.reduceat(np.take(both, order, axis=2), firsts, axis=2)
        self._take_held(counted, chosen)
        self._add(counted)

    def _counting(self, shut: Shut, keys: list[_Key]) -> Floats:
        """For which sources one of the boundaries counts."""
        return np.array([any(not key[3] >> each & 1 for each in shut.numbers) for key in keys], np.float64)

    def _everywhere(self, chosen: _Chosen) -> tuple[Floats, Floats]:
        """By class and cell the crossings as if nobody were at home, all of them and those of agents
        that reach a credential as themselves; and the same for agents at home there only.
        """
        situations = self._situation_of[chosen.numbers]
        firsts = np.searchsorted(chosen.alike, np.arange(chosen.by_class.shape[1]))
        there = np.add.reduceat(chosen.sets * self._sizes[situations], firsts, axis=1)
        reached = np.take(np.take(self._reached_by, situations, axis=1), self._cells.pair_reached, axis=0)
        reached *= np.take(chosen.sets, self._cells.pair_started, axis=0)
        taken = np.add.reduceat(reached, firsts, axis=1, dtype=np.int32)
        table = np.concatenate([there, taken]).astype(np.float64)
        every = np.take(product(chosen.by_class, table), self._cells.rows, axis=1)
        for rows, cells in zip(self._rows, self._cells.slices, strict=True):
            if rows.start < rows.stop and cells.start < cells.stop:
                both = slice(2 * cells.start, 2 * cells.stop)
                counted = np.take(table, self._cells.rows[both], axis=0)
                every[self._classes[rows], both] -= product(chosen.by_row[rows], counted)
        near = np.zeros_like(every)
        home = _AtHome(self._near, *self._starts_of(self._near.situations, chosen), len(self._cells.zones))
        sources = chosen.apart(self._row[:, self._near.zones[home.group]], home.starts)
        for zone, cells in enumerate(self._cells.slices):
            part = home.of(zone)
            if cells.start < cells.stop and part.start < part.stop:
                met = self._met(home, zone, np.arange(cells.start, cells.stop), chosen)
                near[:, 2 * cells.start : 2 * cells.stop] = product(sources[:, part], met)
        for shut, counting in chosen.shut:
            rows = self._rows[shut.zone]
            if rows.start < rows.stop:
                closed = chosen.by_row[rows] * counting
                counted = np.take(table, self._cells.rows[shut.both], axis=0)
                every[self._classes[rows, np.newaxis], shut.both] -= product(closed, counted)
            part = home.of(shut.zone)
            if part.start < part.stop:
                alike = chosen.alike[home.starts[part]]
                met = self._met(home, shut.zone, shut.cells, chosen)
                every[-1, shut.both] -= met @ (chosen.by_class[-1, alike] * counting[alike])
            zone = int(self._cells.zone[shut.cells[0]])
            part = home.of(zone)
            if part.start < part.stop:
                alike = chosen.alike[home.starts[part]]
                closed = chosen.by_row[self._row[:, shut.zone, np.newaxis], alike] * counting[alike]
                near[:, shut.both] -= product(closed, self._met(home, zone, shut.cells, chosen))
        return every, near

    def _met(self, home: "_AtHome", zone: int, cells: Numbers, chosen: _Chosen) -> Floats:
        """For cells, and the starts of agents at home in a zone, how many of these agents come there: all,
        and those that reach a credential as themselves.
        """
        near, part = self._near, home.of(zone)
        first, last = home.groups[zone], home.groups[zone + 1]
        begin, end = home.begins[first], home.begins[last]
        reach = self._reach[self._cells.reached[cells, np.newaxis], near.agents[begin:end]]
        counted = np.empty((len(cells), 2, last - first))
        counted[:, 0] = near.sizes[first:last]
        counted[:, 1] = np.add.reduceat(reach, near.firsts[first:last] - begin, axis=1)
        met = np.take(counted, home.group[part] - first, axis=2)
        met *= chosen.sets[self._cells.started[cells, np.newaxis], home.starts[part]][:, np.newaxis]
        return met.reshape(-1, met.shape[2])

    def _starts_of(self, situations: Numbers, chosen: _Chosen) -> tuple[Numbers, Numbers]:
        """The starts of these situations that were chosen, by their places: for each whose it is, and it."""
        owner, starts = places(self._begins[situations], self._lengths[situations])
        starts = chosen.place[starts]
        return owner[starts >= 0], starts[starts >= 0]

    def _take_held(self, counted: Floats, chosen: _Chosen) -> None:
        """Take away what was counted as picked up, though all that the agent reaches is held."""
        cell, agents = self._holding
        owner, starts = self._starts_of(self._situation[agents], chosen)
        there = np.flatnonzero(chosen.sets[self._cells.started[cell[owner]], starts])
        cell, agents, starts = cell[owner[there]], agents[owner[there]], starts[there]
        zone = self._cells.zone[cell]
        kind = self._cells.kind[cell] + KINDS * (self._home[agents] == zone)
        numbers = chosen.apart(self._row[:, zone], starts)
        for shut, counting in chosen.shut:
            behind = np.zeros(len(self._cells.zone), np.bool_)
            behind[shut.cells] = True
            some = np.flatnonzero(behind[cell])
            alike = chosen.alike[starts[some]]
            numbers[:, some] -= chosen.by_row[self._row[:, shut.zone, np.newaxis], alike] * counting[alike]
            from_home = (self._home[agents[some]] == shut.zone) * chosen.by_class[-1, alike]
            numbers[-1, some] -= from_home * counting[alike]
        for source, number in enumerate(numbers):
            far, near = np.bincount(kind, number, 2 * KINDS).reshape(2, KINDS)
            counted[0, source, :, 1] -= far + near
            counted[1, source, :, 1] -= near

    def _sources(self, keys: list[_Key]) -> tuple[Floats, Floats]:
        """How many sources there are of each class in each zone, and of each class, for each of these.

        Args:
            keys: sources with what they are like.
        """
        reads = unpacked([key[0] for key in keys], 5 * len(self._spread.mesh.systems))
        found = summed(np.take(reads[:, ::5].T, self._read, axis=0), self._read_firsts, axis=0)
        steered = np.array([key[1] for key in keys])
        size = len(self._steered)
        by_row = np.zeros((size * len(found) + 1, len(keys)))
        for place, each in enumerate(self._steered):
            by_row[place:-1:size] = found * (steered == each)
        by_class = np.zeros((len(self._names), len(keys)))
        order = np.argsort(self._classes, kind="stable")
        classes, firsts = np.unique(self._classes[order], return_index=True)
        by_class[classes] = np.add.reduceat(by_row[order], firsts, axis=0)
        by_class[-1] = [key[2] for key in keys]
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
