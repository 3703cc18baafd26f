"""Pairs of a source and an access: those that are crossings, counted by sets of bits (section 6)."""

import copy
import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from meshmodel.analysis.steps import ALL_ACTIONS, Mesh, bits

_FEW = 4
"""So many sources are looked at one by one."""
_PIVOTS = 12
"""So many sets of a kind are kept to count similar ones by the difference."""
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
        barred: for sources by the number of levels to which data is carried from them, the accesses that
            are not entered from there, moved.
    """

    first: int
    here: int
    acting: Sequence[int]
    entering: Sequence[int]
    barred: Sequence[int]


@dataclass(slots=True, eq=False)
class Product:
    """Some sources and some accesses, as far as it does not matter where home is.

    Attributes:
        sources: systems, by their read accesses.
        accesses: the accesses.
        size: how many they are.
        apart: the pairs in two zones.
        few: the sources, where they are few: the zone of each, and to how many levels data is carried from
            there, or outsiders' words come.
        like: how many sources there are, and by level from how many data is carried there, or outsiders'
            words come; where they are many.
    """

    sources: int
    accesses: int
    size: int
    apart: int
    few: Sequence[tuple[Home, int]] | None
    like: Sequence[int] = ()


@dataclass(slots=True, eq=False)
class _Pivot:
    """A set of accesses that was counted, by which similar ones are counted.

    Attributes:
        mask: the accesses.
        zones: how many there are in each zone that is drawn.
        like: how many there are in all, and the others as products have it.
        same: how many pairs with an access of another such set are in one zone.
    """

    mask: int
    zones: list[int]
    like: Sequence[int]
    same: "dict[_Pivot, int]" = field(default_factory=dict)


class Pairs:
    """Counts pairs of one mesh.

    Args:
        mesh: the compiled graph.
    """

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._drawn: dict[str, int] = {}
        self._places: list[int] = []
        # Of accesses, and of sources.
        self._pivots: tuple[list[_Pivot], list[_Pivot]] = [], []
        self._draw([])
        self._products: dict[tuple[int, int], Product] = {}

    def _draw(self, before: Sequence[str]) -> None:
        """Note what zones and systems are like.

        Args:
            before: for each system that was noted the zone in which it was.
        """
        mesh = self._mesh
        alone = {mesh.zone_of[read // 5] for read in bits(mesh.lone)}
        drawn = [zone for zone in mesh.zone_mask if zone not in alone]
        self._zones = [mesh.zone_mask[zone] for zone in drawn]
        nothing = _Pivot(0, [0] * len(drawn), (0,) * 5)
        if before and drawn == list(self._drawn) and mesh.zone_of[: len(before)] == before:
            # How many accesses there are in zones is the same.
            accesses = [_Pivot(each.mask, each.zones, each.like) for each in self._pivots[0]]
        else:
            before, self._places, accesses = [], [], [nothing]
            self._drawn = {zone: place for place, zone in enumerate(drawn)}
        self._pivots = accesses, [nothing]
        # Systems that are a zone of their own, and those that are gone, are in no place.
        places = [self._drawn.get(zone, -1) for zone in mesh.zone_of[len(before) :]]
        self._places = [*self._places, *places]
        # Data is carried to all levels below, and outsiders' words come to all.
        self._levels = mesh.sensitivity.copy()
        for read in bits(mesh.untrusted):
            self._levels[read // 5] = 4
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
        self._pivots = self._pivots[0].copy(), self._pivots[1].copy()
        if redrawn:
            self._draw(before)
        self._products = {}

    def home(self, mask: int) -> Home:
        """A zone as a home, by its accesses."""
        known = self._homes.get(mask)
        if known is None:
            first = max((mask & -mask).bit_length() - 1, 0)
            here, acting = mask >> first, [(mask & acting) >> first for acting in self._acting]
            entering = [(mask & entering) >> first for entering in self._entering]
            barred = list(accumulate(acting, operator.xor, initial=here))
            known = self._homes[mask] = Home(first, here, acting, entering, barred)
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
        number = sources.bit_count()
        if number > _FEW:
            return self._of_many(sources, accesses)
        size = accesses.bit_count()
        apart, few = number * size, []
        for read in taken_off(sources, _FEW) or ():
            zone = self.home_of(self._mesh.zone_of[read // 5])
            apart -= (accesses >> zone.first & zone.here).bit_count()
            few.append((zone, self._levels[read // 5]))
        return Product(sources, accesses, size, apart, few)

    def _of_many(self, sources: int, accesses: int) -> Product:
        """The same of many sources."""
        one, more = self._beside(accesses, 0)
        other, differing = self._beside(sources, 1)
        same = one.same.get(other)
        if same is None:
            same = one.same[other] = sum(map(operator.mul, one.zones, other.zones))
        like, places, nets = list(other.like), self._places, dict[int, int]()
        for system, sign in differing:
            for level in range(self._levels[system] + 1):
                like[level] += sign
            place = places[system]
            if place >= 0:
                nets[place] = nets.get(place, 0) + sign
                same += sign * one.zones[place]
        size = one.like[0]
        for system, sign in more:
            size += sign
            place = places[system]
            if place >= 0:
                same += sign * (other.zones[place] + nets.get(place, 0))
        alone = sources & self._mesh.lone
        if alone:
            same += (alone * ALL_ACTIONS & accesses).bit_count()
        return Product(sources, accesses, size, size * like[0] - same, None, like)

    def _beside(self, accesses: int, kind: int) -> tuple[_Pivot, list[tuple[int, int]]]:
        """A set by a similar one of its kind: that, and the systems of which an access is there beside it (1)
        or is not (-1).
        """
        pivots = self._pivots[kind]
        place, distance = -1, 2 * len(self._zones) + 1
        for number, pivot in enumerate(pivots):
            found = (accesses ^ pivot.mask).bit_count()
            if found < distance:
                place, distance = number, found
            if found <= _SIMILAR:
                break
        differing: list[tuple[int, int]] = []
        if place < 0:
            zones = [(accesses & mask).bit_count() for mask in self._zones]
        else:
            near = pivots.pop(place)
            # The next set is similar, too.
            pivots.insert(0, near)
            others = accesses ^ near.mask
            there = others & accesses
            for some, sign in ((there, 1), (others ^ there, -1)):
                differing += [(node // 5, sign) for node in taken_off(some, _SIMILAR) or bits(some)]
            if distance <= _SIMILAR or len(pivots) >= _PIVOTS:
                return near, differing
            zones = near.zones.copy()
            for system, sign in differing:
                if self._places[system] >= 0:
                    zones[self._places[system]] += sign
        like = accesses.bit_count(), *[(accesses & entering).bit_count() for entering in self._entering]
        made = _Pivot(accesses, zones, like)
        pivots.insert(0, made)
        # Of many sets those are kept that were used last: what comes next is like them.
        for left in pivots[_PIVOTS:]:
            for each in self._pivots[0]:
                each.same.pop(left, None)
        del pivots[_PIVOTS:]
        return made, []

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
        if product.few is not None:
            for zone, levels in product.few:
                if zone is not home:
                    total -= (here & home.barred[levels]).bit_count()
            return total
        like, near = product.like, product.sources >> home.first
        total -= here.bit_count() * (like[0] - (near & home.here).bit_count())
        for level in range(4):
            back = here & home.acting[level]
            if back:
                entering = near & home.entering[level]
                total += back.bit_count() * (like[1 + level] - entering.bit_count())
        return total


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
