"""The crossings that go with what agents reach no more (section 6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.products import Pairs, Product
from meshmodel.analysis.steps import READ, Few, Mesh
from meshmodel.analysis.updating.less import Gone


@dataclass(slots=True, eq=False)
class _Part:
    """Sources and accesses of which some are gone.

    Attributes:
        sources: all of them.
        number: how many these are.
        home: whether home is one too.
        lost: the accesses that are gone.
        rest: the sources that are gone and the other accesses.
    """

    sources: int
    number: int
    home: bool
    lost: Sequence[int]
    rest: Product | None


class Fewer:
    """Counts for agents the crossings from or to what is gone, all others left out."""

    def __init__(self, mesh: Mesh, pairs: Pairs, gone: Gone) -> None:
        """Arguments: the compiled graph before, what counts its pairs, and what is gone."""
        self._mesh, self._pairs = mesh, pairs
        self._reads = Few(gone.effective & mesh.read)
        self._reached, self._unchecked = (
            Few(nodes & mesh.access) for nodes in (gone.effective, gone.unchecked)
        )
        self._entering = [above | mesh.untrusted for above in mesh.above]
        # Most agents are together.
        self._all: dict[tuple[int, bool], _Part | None] = {}
        self._open: dict[int, list[_Part]] = {}
        self._groups: dict[int, _Part | None] = {}

    def __call__(self, traveller: Traveller) -> tuple[int, int]:
        """All of these that an agent had, and those with an open door, approved or not, where no boundary
        closes any.
        """
        situation, begins = traveller.situation, traveller.home is not None
        key = id(situation), begins
        if key not in self._all:
            self._all[key] = self._part(situation.sources, begins, situation.reach, self._reached)
        if id(situation) not in self._open:
            for group in situation.groups:
                if id(group) not in self._groups:
                    row = group.unchecked.row
                    self._groups[id(group)] = self._part(group.sources, group.home, row, self._unchecked)
            parts = [self._groups[id(group)] for group in situation.groups]
            self._open[id(situation)] = [part for part in parts if part is not None]
        every = self._all[key]
        crossings = 0 if every is None else self._count(traveller, every)
        return crossings, sum(self._count(traveller, part) for part in self._open[id(situation)])

    def _part(self, sources: int, home: bool, row: int, gone: Few) -> _Part | None:
        lost, reads = gone.those(row), self._reads.those(sources)
        if not lost and not reads:
            return None
        rest = None
        if reads:
            left = gone.out_of(row & self._mesh.access)
            rest = self._pairs.product(sources ^ self._reads.out_of(sources), left)
        return _Part(sources, sources.bit_count(), home, lost, rest)

    def _count(self, traveller: Traveller, part: _Part) -> int:
        mesh, sources = self._mesh, part.sources
        home, total = self._pairs.home_of(traveller.home), 0
        for access in part.lost:
            system, action = divmod(access, 5)
            zone = self._pairs.home_of(mesh.zone_of[system])
            if zone is not home:
                total += part.home + part.number - (sources >> zone.first & zone.here).bit_count()
            elif action != READ:
                level = mesh.sensitivity[system]
                total += (sources & self._entering[level]).bit_count()
                total -= (sources >> zone.first & zone.entering[level]).bit_count()
        if part.rest is not None:
            total += self._pairs.crossings(part.rest, home, begins=False)
        return total
