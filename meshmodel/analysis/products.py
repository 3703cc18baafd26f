"""Pairs of a source and an access: those that are crossings, counted by sets of bits (section 6)."""

import copy
import operator
from collections.abc import Sequence
from dataclasses import dataclass

from meshmodel.analysis.steps import ALL_ACTIONS, Mesh, bits

_FEW = 4
"""So many sources are looked at one by one."""
_PIVOTS = 24
"""So many sets are kept to count similar ones by the difference."""
_SIMILAR = 32
"""Sets that differ by so many accesses are very similar."""


@dataclass(frozen=True, slots=True, eq=False)
class Home:
    """A zone as a home; what is in it is moved to the lowest bits, so that numbers stay small.

    Attributes:
        first: the lowest of its accesses.
        here: its accesses, moved.
        acting: by level, those with an acting action, moved.
        entering: by level, the read accesses from which data is carried to that level or outsiders'
            words come, moved.
    """

    first: int
    here: int
    acting: Sequence[int]
    entering: Sequence[int]


@dataclass(slots=True, eq=False)
class Product:
    """Some sources and some accesses, as far as it does not matter where home is.

    Attributes:
        sources: systems, by their read accesses.
        accesses: the accesses.
        size: how many they are.
        apart: the pairs in two zones.
        few: the sources, where they are few.
        like: how many sources there are, and by level from how many data is carried there, or
            outsiders' words come; once it was asked for.
    """

    sources: int
    accesses: int
    size: int
    apart: int
    few: Sequence[int] | None
    like: tuple[int, ...] | None = None


class Pairs:
    """Counts pairs of one mesh.

    Args:
        mesh: the compiled graph.
    """

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._drawn: dict[str, int] = {}
        self._places: list[int] = []
        self._pivots: list[tuple[int, list[int]]] = []
        self._draw([])
        self._by_zone: dict[int, list[int]] = {}
        self._products: dict[tuple[int, int], Product] = {}

    def _draw(self, before: Sequence[str]) -> None:
        """Note what zones and systems are like.

        Args:
            before: for each system that was noted the zone in which it was.
        """
        mesh = self._mesh
        drawn = [zone for zone, mask in mesh.zone_mask.items() if not mask & mesh.lone]
        self._zones = [mesh.zone_mask[zone] for zone in drawn]
        if not before or drawn != list(self._drawn) or mesh.zone_of[: len(before)] != before:
            before = []
            self._drawn = {zone: place for place, zone in enumerate(drawn)}
            self._places = []
            self._pivots = [(0, [0] * (len(drawn) + 1))]
        # Systems that are a zone of their own, and those that are gone, count in a place of their own.
        places = [self._drawn.get(zone, len(drawn)) for zone in mesh.zone_of[len(before) :]]
        self._places = [*self._places, *places]
        self._homes: dict[int, Home] = {}
        self._by_name: dict[str | None, Home] = {}
        self._acting = [mesh.acting & level for level in mesh.at_level]
        self._entering = [above | mesh.untrusted for above in mesh.above]

    def after(self, mesh: Mesh, *, redrawn: bool) -> "Pairs":
        """The same of the mesh after an edit.

        Args:
            mesh: that mesh.
            redrawn: whether zones have other systems now, or systems other properties that count.
        """
        made = copy.copy(self)
        made.begin(mesh, redrawn=redrawn)
        return made

    def begin(self, mesh: Mesh, *, redrawn: bool) -> None:
        """Count pairs of this mesh, as ``after`` says: only for a copy that nobody else has."""
        before, self._mesh = self._mesh.zone_of, mesh
        self._pivots = self._pivots.copy()
        if redrawn:
            self._draw(before)
        self._by_zone, self._products = {}, {}

    def home(self, mask: int) -> Home:
        """A zone as a home, by its accesses."""
        known = self._homes.get(mask)
        if known is None:
            first = max((mask & -mask).bit_length() - 1, 0)
            known = self._homes[mask] = Home(
                first,
                mask >> first,
                [(mask & acting) >> first for acting in self._acting],
                [(mask & entering) >> first for entering in self._entering],
            )
        return known

    def home_of(self, zone: str | None) -> Home:
        """The same by its name; nothing is in no zone."""
        known = self._by_name.get(zone)
        if known is None:
            mask = 0 if zone is None else self._mesh.zone_mask.get(zone, 0)
            known = self._by_name[zone] = self.home(mask)
        return known

    def known(self, sources: int, accesses: int) -> Product:
        """The same sources and accesses once."""
        key = sources, accesses
        known = self._products.get(key)
        if known is None:
            known = self._products[key] = self.product(sources, accesses)
        return known

    def product(self, sources: int, accesses: int) -> Product:
        """Some sources and some accesses."""
        few, size = taken_off(sources, _FEW), accesses.bit_count()
        if few is not None:
            apart = size * len(few) - self._near(few, accesses)
        else:
            apart = self._count_apart(sources, accesses, size)
        return Product(sources, accesses, size, apart, few)

    def crossings(self, product: Product, home: Home, *, begins: bool) -> int:
        """How many pairs are crossings.

        Args:
            product: the sources and the accesses.
            home: the agent's home zone.
            begins: whether home is a source too.
        """
        here = product.accesses >> home.first & home.here
        total = product.apart
        if begins:
            total += product.size - here.bit_count()
        if not here:
            return total
        # Pairs in two zones with an access at home are crossings only if that is entered from there.
        like = product.like
        if like is None:
            like = product.like = self._like(product)
        near = product.sources >> home.first
        total -= here.bit_count() * (like[0] - (near & home.here).bit_count())
        for level in range(4):
            back = here & home.acting[level]
            if back:
                entering = near & home.entering[level]
                total += back.bit_count() * (like[1 + level] - entering.bit_count())
        return total

    def _like(self, product: Product) -> tuple[int, ...]:
        sources, mesh = product.sources, self._mesh
        if product.few is None:
            return sources.bit_count(), *[(sources & entering).bit_count() for entering in self._entering]
        found = [0, 0, 0, 0]
        for read in product.few:
            levels = 4 if mesh.untrusted >> read & 1 else mesh.sensitivity[read // 5]
            for level in range(levels):
                found[level] += 1
        return len(product.few), *found

    def _count_apart(self, sources: int, accesses: int, size: int) -> int:
        """How many pairs are in two zones."""
        mesh, total = self._mesh, size * sources.bit_count()
        few = taken_off(accesses, _FEW) if size <= _FEW else None
        if few is not None:
            return total - self._near(few, sources)
        alone = sources & mesh.lone
        if alone:
            total -= (alone * ALL_ACTIONS & accesses).bit_count()
            sources ^= alone
        same: int = sum(map(operator.mul, self._zone_counts(accesses), self._zone_counts(sources)))
        return total - same

    def _near(self, few: Sequence[int], others: int) -> int:
        """How many pairs of one of a few accesses and one of others are in one zone."""
        mesh, total = self._mesh, 0
        for node in few:
            known = self.home_of(mesh.zone_of[node // 5])
            total += (others >> known.first & known.here).bit_count()
        return total

    def _zone_counts(self, accesses: int) -> list[int]:
        """How many of the accesses are in each zone that is drawn.

        Sets that differ little from one that was counted are counted by the difference.
        """
        known = self._by_zone.get(accesses)
        if known is not None:
            return known
        place, pivot, distance = -1, 0, 2 * len(self._zones) + 1
        for number, (before, _) in enumerate(self._pivots):
            found = (accesses ^ before).bit_count()
            if found < distance:
                place, pivot, distance = number, before, found
            if found <= _SIMILAR:
                break
        if place < 0:
            known = [(accesses & mask).bit_count() for mask in self._zones]
            known.append(0)
        else:
            known, places = self._pivots[place][1].copy(), self._places
            different = accesses ^ pivot
            for node in bits(different & accesses):
                known[places[node // 5]] += 1
            for node in bits(different & pivot):
                known[places[node // 5]] -= 1
            # The next set is similar, too.
            self._pivots.insert(0, self._pivots.pop(place))
        if distance > _SIMILAR:
            # Of many sets those are kept that were used last: what comes next is like them.
            self._pivots.insert(0, (accesses, known))
            del self._pivots[_PIVOTS:]
        known[-1] = 0
        self._by_zone[accesses] = known
        return known


def taken_off(nodes: int, most: int) -> Sequence[int] | None:
    """These nodes, taken off one by one from the highest down, if they are no more than so many."""
    found: list[int] = []
    while nodes:
        if len(found) == most:
            return None
        node = nodes.bit_length() - 1
        found.append(node)
        nodes ^= 1 << node
    return found
