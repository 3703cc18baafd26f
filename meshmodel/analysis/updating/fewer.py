"""How many crossings fewer agents have after an edit, counted by what they come to otherwise (section 6)."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from meshmodel.analysis.engine import Group, Situation
from meshmodel.analysis.products import Pairs, Product
from meshmodel.analysis.steps import READ, Mesh, bits, without

_MANY = 40
"""Where more accesses differ those that are the same are counted, too."""
_Whole = tuple[int, bool, int]
"""Sources, whether home is one too, and what is reached from each of them."""
_Entered = tuple["_Few", int, int, int, int]
"""Sources and an access, how many of them are in another zone, and how often they are counted."""


class _Counted:
    """How many crossings there are, by where home is."""

    def __init__(self) -> None:
        self._elsewhere = 0
        # By the zones of accesses: what is to be looked at where that is home, which is hardly ever so.
        self._at_home: dict[str | None, list[_Entered]] = {}
        self._products: list[tuple[Pairs, Product, bool, int]] = []

    def of(self, home: str | None) -> int:
        """Those of an agent with this home."""
        total = self._elsewhere
        for few, sources, access, apart, times in self._at_home.get(home, ()):
            total += times * (few.entering(sources, access) - apart)
        for pairs, product, begins, times in self._products:
            total += times * pairs.crossings(product, pairs.home_of(home), begins=begins)
        return total

    def add(self, pairs: Pairs, product: Product, times: int, *, begins: bool) -> None:
        """Count some sources and accesses.

        Args:
            pairs: counts pairs of their mesh.
            product: those.
            times: how often: less often than never where they are taken away.
            begins: whether home is a source too.
        """
        self._products.append((pairs, product, begins, times))

    def add_few(self, few: "_Few", whole: _Whole, accesses: int, times: int) -> None:
        """The same of a few of the accesses that are reached from some sources."""
        sources, begins, _ = whole
        for access in bits(accesses):
            zone = few.mesh.zone_of[access // 5]
            apart = few.apart(sources, zone) + begins
            self._elsewhere += times * apart
            self._at_home.setdefault(zone, []).append((few, sources, access, apart, times))


class _Few:
    """Looks at single accesses of a mesh, and at zones once beside the same sources."""

    def __init__(self, mesh: Mesh, pairs: Pairs) -> None:
        self.mesh, self.pairs = mesh, pairs
        self._known: dict[tuple[int, str], int] = {}

    def apart(self, sources: int, zone: str) -> int:
        """How many sources are in another zone."""
        key = id(sources), zone
        known = self._known.get(key)
        if known is None:
            here = self.pairs.home_of(zone)
            near = sources >> here.first & here.here
            known = self._known[key] = sources.bit_count() - near.bit_count()
        return known

    def entering(self, sources: int, access: int) -> int:
        """How many sources are in another zone from which data is carried to an access if that is at home, or
        outsiders' words come.
        """
        system, action = divmod(access, 5)
        if action == READ:
            return 0
        level = self.mesh.sensitivity[system]
        apart = without(sources, self.mesh.zone_mask[self.mesh.zone_of[system]])
        return (apart & (self.mesh.above[level] | self.mesh.untrusted)).bit_count()


class Fewer:
    """Counts how many crossings fewer agents have in other situations, those left out that are the same."""

    def __init__(self, before: Mesh, after: Mesh, pairs: Pairs, *, redrawn: bool) -> None:
        """Arguments: the compiled graph before and after, what counts the pairs of the former, and whether
        systems came or went; those that stay are as they were.
        """
        self._before = _Few(before, pairs)
        self._mesh, self._redrawn = after, redrawn
        # Most agents are together, and what they share is the same for many.
        self._all: dict[tuple[int, int, bool], _Counted] = {}
        self._open: dict[tuple[int, int], _Counted] = {}
        self._shared: dict[tuple[int, int], _Counted] = {}

    @cached_property
    def _after(self) -> _Few:
        return _Few(self._mesh, self._before.pairs.after(self._mesh, redrawn=self._redrawn))

    def __call__(self, was: Situation, now: Situation, home: str | None) -> tuple[int, int]:
        """How many an agent has no more, and how many of these had an open door, approved or not, where no
        boundary closes any.

        Args:
            was: its situation before.
            now: its situation after.
            home: its home.
        """
        begins = home is not None
        every = self._all.get((id(was), id(now), begins))
        if every is None:
            every = self._all[id(was), id(now), begins] = _Counted()
            self._compare(every, (was.sources, begins, was.reach), (now.sources, begins, now.reach))
        own = self._open.get((id(was), id(now)))
        if own is None:
            own = self._open[id(was), id(now)] = _Counted()
            groups = [each.groups[: len(each.groups) - len(each.rest)] for each in (was, now)]
            self._compare_all(own, *groups)
        shared = self._shared.get((id(was.rest), id(now.rest)))
        if shared is None:
            shared = self._shared[id(was.rest), id(now.rest)] = _Counted()
            self._compare_all(shared, was.rest, now.rest)
        return every.of(home), own.of(home) + shared.of(home)

    def _compare_all(self, found: _Counted, was: Sequence[Group], now: Sequence[Group]) -> None:
        if was == now:
            return
        for one, other in _side_by_side(was, now):
            if one is not other:
                self._compare(found, _whole_of(one), _whole_of(other))

    def _compare(self, found: _Counted, was: _Whole | None, now: _Whole | None) -> None:
        """Count what is there no more, or is new."""
        if was is None or now is None:
            for few, whole, times in ((self._before, was, 1), (self._after, now, -1)):
                if whole is not None:
                    sources, home, reach = whole
                    product = few.pairs.product(sources, reach & few.mesh.access)
                    found.add(few.pairs, product, times, begins=home)
            return
        (sources, begins, reach), (others, begin, reached) = was, now
        access = self._before.mesh.access
        # Where it is one object nothing differs, which is quicker to see.
        differing = 0 if reach is reached else (reach ^ reached) & access
        if begins != begin or differing.bit_count() > _MANY:
            self._compare(found, was, None)
            self._compare(found, None, now)
            return
        lost = differing & reach
        come = differing ^ lost
        if lost:
            found.add_few(self._before, was, lost, 1)
        if come:
            found.add_few(self._after, now, come, -1)
        if sources is not others and sources != others:
            same, both = (reach ^ lost) & access, sources & others
            if both != sources:
                pairs = self._before.pairs
                found.add(pairs, pairs.product(sources ^ both, same), 1, begins=False)
            if both != others:
                pairs = self._after.pairs
                found.add(pairs, pairs.product(others ^ both, same), -1, begins=False)


def _whole_of(group: Group | None) -> _Whole | None:
    return None if group is None else (group.sources, group.home, group.unchecked.row)


def _side_by_side(was: Sequence[Group], now: Sequence[Group]) -> Iterator[tuple[Group | None, Group | None]]:
    """Groups before and after an edit: most of their sources are the same, the last one too."""
    waiting: dict[int, list[Group]] = {}
    for group in now:
        waiting.setdefault(group.sources.bit_length(), []).append(group)
    for group in was:
        alike = waiting.get(group.sources.bit_length())
        yield group, alike.pop(0) if alike else None
    for alike in waiting.values():
        for group in alike:
            yield None, group
