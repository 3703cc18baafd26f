"""Crossings from many sources to many accesses by severity, counted as pairs of sets (section 6)."""

from collections.abc import Iterator

from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.entering import severity_number
from meshmodel.analysis.ladders import NONE, Ladder, added
from meshmodel.analysis.steps import ALL_ACTIONS, bits

FEW = 128
"""So many accesses are counted by what they are like, and more by zones."""


class Spreads:
    """The crossings between sources and accesses, were no door closed.

    Attributes:
        kinds: for each system all that a severity depends on: its zone, its level, and whether it is
            exposed.
    """

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.mesh = mesh = counts.mesh
        systems = counts.engine.snapshot.system
        self._exposed = 0
        self.kinds: dict[int, tuple[str, int, bool]] = {}
        for name, number in mesh.system_number.items():
            exposed = systems[name].is_exposed
            self.kinds[number] = mesh.zone_of[number], mesh.sensitivity[number], exposed
            if exposed:
                self._exposed |= ALL_ACTIONS << 5 * number
        self._many: dict[tuple[int, int, int, bool], Ladder] = {}
        self._sorts: dict[tuple[int, bool], list[tuple[int, int, bool, int]]] = {}

    def of(self, traveller: Traveller, sources: int, home: bool, row: int, at: int) -> Ladder:
        """The crossings from these sources to these accesses, were none closed."""
        steered, mask = traveller.steered, traveller.home_mask
        total = NONE
        if sources:
            near = row & mask
            if row.bit_count() <= FEW:
                total = self._few(self._sorted(sources, steered), row ^ near, at)
            else:
                total = self._all(sources, row, at, steered=steered)
                total = added(total, self._few(self._sorted(sources, steered), near, at), -1)
            total = added(total, self._at_home(sources & ~mask, near & self.mesh.acting, at, steered=steered))
        if home:
            far = row & ~mask
            numbers = [(far & rung).bit_count() for rung in self._needed(at, 0)]
            total = added(total, (numbers[0], numbers[1], numbers[2], numbers[3]))
        return total

    def _at_home(self, sources: int, accesses: int, at: int, *, steered: bool) -> Ladder:
        """The crossings from foreign sources to accesses at home."""
        mesh, total = self.mesh, NONE
        for level in range(4):
            here = accesses & mesh.at_level[level]
            some = sources & (mesh.above[level] | mesh.untrusted) if here else 0
            if some:
                total = added(total, self._few(self._sorted(some, steered), here, at))
        return total

    def _sorted(self, sources: int, steered: bool) -> list[tuple[int, int, bool, int]]:
        """These sources by what counts of them: the set and its size, whether outsiders write there,
        and the least severity of what is carried from there to where outsiders see it.
        """
        key = sources, steered
        known = self._sorts.get(key)
        if known is None:
            mesh = self.mesh
            restricted, confidential = sources & mesh.level_read[3], sources & mesh.level_read[2]
            known = []
            for some, floor in (
                (restricted, 4),
                (confidential, 3 + steered),
                (sources & ~restricted & ~confidential, 0),
            ):
                for part, words in ((some & ~mesh.untrusted, False), (some & mesh.untrusted, True)):
                    if part:
                        known.append((part, part.bit_count(), words, floor))
            self._sorts[key] = known
        return known

    def _few(self, sources: list[tuple[int, int, bool, int]], accesses: int, at: int) -> Ladder:
        """The crossings to few accesses, as if none were at home."""
        found = [0, 0, 0, 0]
        masks = self.mesh.zone_mask
        for some, picked in ((accesses & ~at, False), (accesses & at, True)):
            like: dict[tuple[tuple[str, int, bool], bool], int] = {}
            for access in bits(some):
                key = self.kinds[access // 5], not access % 5
                like[key] = like.get(key, 0) + 1
            for ((zone, level, exposed), read), times in like.items():
                for part, size, words, floor in sources:
                    number = times * (size - (part & masks[zone]).bit_count())
                    severity = severity_number(
                        level,
                        untrusted=words,
                        picked_up=picked,
                        read=read,
                        floor=floor if exposed else 0,
                    )
                    for rung in range(min(max(severity, 1), 4)):
                        found[rung] += number
        return found[0], found[1], found[2], found[3]

    def _all(self, sources: int, row: int, at: int, *, steered: bool) -> Ladder:
        """The crossings to many accesses, as if none were at home."""
        key = sources, row, at, steered
        known = self._many.get(key)
        if known is not None:
            return known
        mesh, count = self.mesh, self.counts.apart
        words = sources & mesh.untrusted
        carrying = sources & mesh.above[1]
        floods = carrying if steered else carrying & mesh.level_read[3]
        found = []
        for place, (plain, heard) in enumerate(zip(self._needed(at, 0), self._needed(at, 1), strict=True)):
            number = count(sources & ~words, row & plain) + count(words, row & heard)
            if place:
                # What is carried to where outsiders see it is severe, whatever the rest says.
                lifted = floods if place == 3 else carrying
                number += count(lifted & ~words, row & self._exposed & ~plain)
                number += count(lifted & words, row & self._exposed & ~heard)
            found.append(number)
        known = self._many[key] = found[0], found[1], found[2], found[3]
        return known

    def _needed(self, at: int, words: int) -> Iterator[int]:
        """The accesses at which a door is of at least each severity, exposure aside."""
        levels = self.mesh.at_level
        yield self.mesh.access
        for number in (2, 3, 4):
            found = 0
            for level in range(4):
                reached = level + words
                if reached >= number:
                    found |= levels[level]
                elif reached + 1 == number:
                    found |= levels[level] & at
            yield found & self.mesh.acting & (levels[2] | levels[3]) if number == 4 else found
