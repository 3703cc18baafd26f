"""Items in order of which an edit changes few."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from operator import itemgetter

from meshmodel.analysis.steps import Pair
from meshmodel.analysis.updating.chunks import REST, Joined

_FIRST = itemgetter(0)


class Ordered(Joined[Pair]):
    """Different pairs in order: after an edit they share all short lists in which it changes nothing."""

    __slots__ = ()

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> "Ordered":
        """These pairs, which are in order."""
        return pairs if isinstance(pairs, Ordered) else cls(_cut(list(pairs)))

    def after(self, gone: Iterable[Pair], come: Iterable[Pair]) -> "Ordered":
        """Those after some of them went and others came; these stay as they are."""
        lists = self._lists.copy()
        for pair in gone:
            number = _place(lists, pair)
            some = lists[number].copy()
            del some[bisect_left(some, pair)]
            lists[number : number + 1] = [some] if some else []
        for pair in come:
            number = _place(lists, pair)
            some = lists[number].copy() if lists else []
            insort(some, pair)
            lists[number : number + 1] = [some] if len(some) <= 2 * (REST + 1) else _cut(some)
        return Ordered(lists)


def _cut(pairs: list[Pair]) -> list[list[Pair]]:
    return [pairs[first : first + REST + 1] for first in range(0, len(pairs), REST + 1)]


def _place(lists: list[list[Pair]], pair: Pair) -> int:
    """The number of the list in which a pair is, or belongs."""
    return max(0, bisect_right(lists, pair, key=_FIRST) - 1)
