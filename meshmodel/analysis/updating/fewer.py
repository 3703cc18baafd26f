"""How many crossings fewer agents have after an edit, counted by what they come to otherwise (section 6)."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from meshmodel.analysis.engine import Group, Situation
from meshmodel.analysis.products import Pairs, Product
from meshmodel.analysis.steps import READ, Mesh, bits

_MANY = 200
"""Where more accesses differ those that are the same are counted, too."""
_Whole = tuple[int, bool, int]
"""Sources, whether home is one too, and what is reached from each of them."""


class _Counted:
    """How many crossings there are, by where home is."""

    def __init__(self) -> None:
        self._elsewhere = 0
        # By the zones of accesses: how many more there are where that is home.
        self._at_home: dict[str | None, int] = {}
        self._products: list[tuple[Pairs, Product, bool, int]] = []

    def of(self, home: str | None) -> int:
        """Those of an agent with this home."""
        total = self._elsewhere + self._at_home.get(home, 0)
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

    def add_few(self, mesh: Mesh, pairs: Pairs, whole: _Whole, accesses: int, times: int) -> None:
        """The same of a few of the accesses that are reached from some sources."""
        sources, begins, _ = whole
        number, before, apart, entering = sources.bit_count(), -1, 0, 0
        for access in bits(accesses):
            system, action = divmod(access, 5)
            zone = mesh.zone_of[system]
            if system != before:
                before, there, level = system, pairs.home_of(zone), mesh.sensitivity[system]
                near = sources >> there.first & there.here
                apart = begins + number - near.bit_count()
                entering = (sources & (mesh.above[level] | mesh.untrusted)).bit_count()
                entering -= (near & there.entering[level]).bit_count()
            self._elsewhere += times * apart
            at_home = (0 if action == READ else entering) - apart
            self._at_home[zone] = self._at_home.get(zone, 0) + times * at_home


class Fewer:
    """Counts how many crossings fewer agents have in other situations, those left out that are the same."""

    def __init__(self, before: Mesh, after: Mesh, pairs: Pairs, *, redrawn: bool) -> None:
        """Arguments: the compiled graph before and after, what counts the pairs of the former, and whether
        systems came or went; those that stay are as they were.
        """
        self._before, self._pairs = before, pairs
        self._after, self._redrawn = after, redrawn
        # Most agents are together, and what they share is the same for many.
        self._all: dict[tuple[int, int, bool], _Counted] = {}
        self._open: dict[tuple[int, int], _Counted] = {}
        self._shared: dict[tuple[int, int], _Counted] = {}

    @cached_property
    def _pairs_after(self) -> Pairs:
        return self._pairs.after(self._after, redrawn=self._redrawn)

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
        for one, other in _side_by_side(was, now):
            if one is not other:
                self._compare(found, _whole_of(one), _whole_of(other))

    def _compare(self, found: _Counted, was: _Whole | None, now: _Whole | None) -> None:
        """Count what is there no more, or is new."""
        if was is None or now is None:
            if was is not None:
                found.add(self._pairs, _product(self._pairs, self._before, was), 1, begins=was[1])
            if now is not None:
                pairs = self._pairs_after
                found.add(pairs, _product(pairs, self._after, now), -1, begins=now[1])
            return
        (sources, begins, reach), (others, begin, reached) = was, now
        access = self._before.access
        differing = (reach ^ reached) & access
        if begins != begin or differing.bit_count() > _MANY:
            self._compare(found, was, None)
            self._compare(found, None, now)
            return
        lost = differing & reach
        come = differing ^ lost
        if lost:
            found.add_few(self._before, self._pairs, was, lost, 1)
        if come:
            found.add_few(self._after, self._pairs_after, now, come, -1)
        if sources != others:
            same, both = (reach ^ lost) & access, sources & others
            if both != sources:
                product = self._pairs.product(sources ^ both, same)
                found.add(self._pairs, product, 1, begins=False)
            if both != others:
                product = self._pairs_after.product(others ^ both, same)
                found.add(self._pairs_after, product, -1, begins=False)


def _product(pairs: Pairs, mesh: Mesh, whole: _Whole) -> Product:
    sources, _, reach = whole
    return pairs.product(sources, reach & mesh.access)


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
