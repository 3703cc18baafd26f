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
from meshmodel.analysis.pairs.columns import Flags, Numbers
from meshmodel.analysis.situated import Situated, Times
from meshmodel.analysis.spreads import HOME, KINDS, Spread, Start, enters_home
from meshmodel.analysis.tables import Floats, Sets, product, table_of, unpacked

_TOGETHER = 2_048
"""So many starts are counted at once."""
_Key = tuple[int, bool, bool, int]
"""What starts are put together by: their sources, whether their agents are steered, whether home is one of
the sources, and the boundaries that they control.
"""


class _Chosen(NamedTuple):
    """Some starts.

    Attributes:
        alike: for all starts the number of their sources, or -1 for those that were not chosen.
        steered: for each number of sources the place of whether its agents are.
        parts: the numbers of sources of agents that are not steered, or are, by that place.
        within: how many sources there are by zone and sort.
        by_class: how many there are by class.
        shut: boundaries, with for each number of sources whether one counts.
    """

    alike: Numbers
    steered: Numbers
    parts: list[slice]
    within: Floats
    by_class: Floats
    shut: list[tuple[Shut, Flags]]


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
        self._situated = Situated(self._cells, len(self._starts), self._situations, self._homes)
        self._prepare_sources()
        shutting = union([boundary.number for boundary in self._spread.boundaries])
        keys: dict[_Key, int] = {}
        alike = np.zeros(len(self._starts), np.int64)
        for number, each in sorted(enumerate(self._starts), key=lambda start: start[1].steered):
            key = each.sources, each.steered, each.home, each.dropped & shutting
            alike[number] = keys.setdefault(key, len(keys))
        order = np.argsort(alike, kind="stable")
        for begin in range(0, len(order), _TOGETHER):
            some = order[begin : begin + _TOGETHER]
            first, last = alike[some[0]], alike[some[-1]] + 1
            chosen = np.full(len(alike), -1)
            chosen[some] = alike[some] - first
            self._count_some(chosen, list(keys)[first:last])

    def _prepare_sources(self) -> None:
        """Put the systems together that are alike as sources, in the order of their zones."""
        mesh = self._spread.mesh
        numbers = np.array(list(self._spread.kinds))
        untrusted = unpacked([mesh.untrusted], 5 * len(mesh.systems))[0][5 * numbers]
        levels = np.array(mesh.sensitivity)[numbers]
        # As ``source_class`` has it, and before it the zone.
        codes = self._cells.zone_of[numbers] * HOME | levels << 2 | untrusted << 1
        kinds, place = np.unique(codes, return_inverse=True)
        self._read = np.full(5 * len(mesh.systems), -1)
        self._read[5 * numbers] = place
        # Each class once for agents that are not steered, and once for those that are; then home.
        self._steered = sorted({start.steered for start in self._starts})
        self._names = [each << 1 | steered for each in range(HOME >> 1) for steered in self._steered]
        self._names.append(HOME)
        zones, classes = np.divmod(kinds, HOME)
        self._zones, self._sorts = zones, classes >> 1
        self._there = (np.bincount(zones, minlength=len(self._cells.zones)) > 0).tolist()

    def _count_some(self, alike: Numbers, keys: list[_Key]) -> None:
        """Count the crossings from some starts.

        Args:
            alike: for each start the number of its sources, or -1.
            keys: what these are like.
        """
        shut = [(each, self._counting(each, keys)) for each in self._cells.shut]
        chosen = self._choose(alike, keys, shut)
        found = np.zeros((2, len(self._names), KINDS, 2))
        self._count_everywhere(found, chosen)
        self._count_near(found, chosen)
        self._take_held(found, chosen)
        self._add(found)

    def _counting(self, shut: Shut, keys: list[_Key]) -> Flags:
        """For which sources one of the boundaries counts."""
        return np.array([any(not key[3] >> each & 1 for each in shut.numbers) for key in keys], np.bool_)

    def _count_everywhere(self, found: Floats, chosen: _Chosen) -> None:
        """Count as if nobody were at home: all that come to an access, and those of them that reach a
        credential as themselves.
        """
        cells = self._cells
        table = self._situated.table(chosen.alike, chosen.by_class.shape[1])
        every = np.take(product(chosen.by_class, table), cells.rows, axis=1)
        for zone, some in enumerate(cells.slices):
            if self._there[zone] and some.start < some.stop:
                both = slice(2 * some.start, 2 * some.stop)
                here = np.take(table, cells.rows[both], axis=0)
                self._take_within(every, both, zone, here, chosen)
        for shut, counting in chosen.shut:
            if self._there[shut.zone]:
                here = np.take(table, cells.rows[shut.both], axis=0) * counting
                self._take_within(every, shut.both, shut.zone, here, chosen)
        times = every.reshape(len(self._names), -1, 2) * cells.times[:, np.newaxis]
        order = np.argsort(cells.kind, kind="stable")
        kinds, firsts = np.unique(cells.kind[order], return_index=True)
        found[0][:, kinds] = np.add.reduceat(np.take(times, order, axis=1), firsts, axis=1)

    def _take_within(
        self, every: Floats, both: slice | Numbers, zone: int, here: Floats, chosen: _Chosen
    ) -> None:
        """Take away what was counted from sources in one zone.

        Args:
            every: the numbers by class and place.
            both: some places,
            zone: and the zone.
            here: for each of them how many come there, by the numbers of the sources.
            chosen: the sources.
        """
        size = len(self._steered)
        for place, part in enumerate(chosen.parts):
            every[place:-1:size, both] -= product(chosen.within[zone, :, part], here[:, part])

    def _count_near(self, found: Floats, chosen: _Chosen) -> None:
        """Count the same for agents that are at home there; and take away what boundaries close to them."""
        cells = self._cells
        for met in self._situated.met(np.arange(len(cells.zone)), cells.zone, chosen.alike):
            zone, kind = cells.zone[met.cells], cells.kind[met.cells]
            for column, times in enumerate(met.times):
                found[1, ..., column] += self._apart(zone, kind, met.alike, times, chosen)[:, :KINDS]
            for shut, counting in chosen.shut:
                some = met.those(_behind(shut, met.cells, cells) & counting[met.alike])
                zone, kind = np.full(len(some.cells), shut.zone), cells.kind[some.cells]
                for column, times in enumerate(some.times):
                    found[1, ..., column] -= self._within(zone, kind, some.alike, times, chosen)[:, :KINDS]
        for shut, counting in chosen.shut:
            for met in self._situated.met(shut.cells, np.full(len(shut.cells), shut.zone), chosen.alike):
                from_home = chosen.by_class[-1, met.alike] * counting[met.alike]
                for column, times in enumerate(met.times):
                    found[0, -1, :, column] -= np.bincount(cells.kind[met.cells], from_home * times, KINDS)

    def _apart(self, zone: Numbers, kind: Numbers, alike: Numbers, times: Times, chosen: _Chosen) -> Floats:
        """By class and kind the crossings from sources in other zones than some, as many times.

        Args:
            zone: the zones.
            kind: the kinds of the accesses, or more than these.
            alike: the numbers of the sources.
            times: how many times each one counts.
            chosen: the sources.
        """
        number = chosen.by_class.shape[1]
        each = table_of(kind * number + alike, times, 2 * KINDS, number)
        return product(chosen.by_class, each) - self._within(zone, kind, alike, times, chosen)

    def _within(self, zone: Numbers, kind: Numbers, alike: Numbers, times: Times, chosen: _Chosen) -> Floats:
        """The same from sources in these zones."""
        found = np.zeros((len(self._names), 2 * KINDS))
        size = len(self._steered)
        numbers = chosen.within[zone, :, alike] * times[:, np.newaxis]
        for place in range(size):
            some = np.flatnonzero(chosen.steered[alike] == place)
            for sort in range(HOME >> 1):
                counts = np.bincount(kind[some], numbers[some, sort], 2 * KINDS)
                found[sort * size + place] = counts
        return found

    def _take_held(self, found: Floats, chosen: _Chosen) -> None:
        """Take away what was counted as picked up, though all that the agent reaches is held."""
        cell, agents = self._cells.holding
        owner, start = self._situated.starts_of(agents)
        there = np.flatnonzero((chosen.alike[start] >= 0) & self._situated.comes(cell[owner], start))
        cell, agents, alike = cell[owner[there]], agents[owner[there]], chosen.alike[start[there]]
        zone, home = self._cells.zone[cell], self._situated.home[agents]
        kind = self._cells.kind[cell] + KINDS * (home == zone)
        once = np.ones(len(cell))
        taken = self._apart(zone, kind, alike, once, chosen)
        for shut, counting in chosen.shut:
            some = _behind(shut, cell, self._cells) & counting[alike]
            zone = np.full(np.count_nonzero(some), shut.zone)
            taken -= self._within(zone, kind[some], alike[some], once[some], chosen)
            some &= home == shut.zone
            taken[-1] -= np.bincount(kind[some], chosen.by_class[-1, alike[some]], 2 * KINDS)
        far, near = taken[:, :KINDS], taken[:, KINDS:]
        found[0, ..., 1] -= far + near
        found[1, ..., 1] -= near

    def _choose(self, alike: Numbers, keys: list[_Key], shut: list[tuple[Shut, Flags]]) -> _Chosen:
        """Some starts with what their sources are like.

        Args:
            alike: for each start the number of its sources, or -1.
            keys: sources with what they are like, those of steered agents last.
            shut: boundaries, and where they count.
        """
        size, number = len(self._steered), len(keys)
        sources = Sets([key[0] for key in keys], len(self._read))
        within = np.zeros((len(self._cells.zones), HOME >> 1, number))
        within[self._zones, self._sorts] = sources.counted(self._read, len(self._zones)).T
        steered = np.array([self._steered.index(key[1]) for key in keys])
        ends = np.searchsorted(steered, np.arange(size + 1)).tolist()
        parts = [slice(*each) for each in pairwise(ends)]
        by_class = np.zeros((len(self._names), number))
        every = within.sum(axis=0)
        for place, part in enumerate(parts):
            by_class[place:-1:size, part] = every[:, part]
        by_class[-1] = [key[2] for key in keys]
        return _Chosen(alike, steered, parts, within, by_class, shut)

    def _add(self, found: Floats) -> None:
        """Add what was counted.

        Args:
            found: everywhere and of those at home, by class and kind: the numbers of all, and of those
                with a credential that was picked up.
        """
        numbers = self._spread.numbers
        for source, rows in zip(self._names, found.transpose(1, 2, 0, 3).tolist(), strict=True):
            for kind, ((every, picked), (near, near_picked)) in enumerate(rows):
                if every or picked:
                    # At home not all of them are crossings.
                    some = enters_home(source, kind)
                    taken = int(picked) if some else int(picked - near_picked)
                    place = source * KINDS + kind
                    numbers[place] += (int(every) if some else int(every - near)) - taken
                    numbers[place + 1] += taken


def _behind(shut: Shut, cell: Numbers, cells: Cells) -> Flags:
    """Which of some cells are behind these boundaries."""
    behind = np.zeros(len(cells.zone), np.bool_)
    behind[shut.cells] = True
    return behind[cell]
