"""The agents of which an edit makes something else true, of all that it concerns."""

from collections.abc import Iterable, Iterator

from meshmodel.analysis.engine import Traveller
from meshmodel.analysis.situations import Same
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved


def altered(before: Kept, moved: Moved) -> frozenset[str]:
    """The agents whose sources, starts or home are others, or that came or went.

    Often an edit concerns all agents of a large cycle, and most of them come to the very same as before.

    Args:
        before: the reading before the edit.
        moved: what it did.
    """
    was, now = before.engine.traveller_of, moved.kept.engine.traveller_of
    before_it, after_it = moved.agents & was.keys(), moved.agents & now.keys()
    staying = [(was[each], now[each]) for each in before_it & after_it]
    return frozenset(before_it ^ after_it).union(_differing(staying))


def _differing(pairs: Iterable[tuple[Traveller, Traveller]]) -> Iterator[str]:
    known: dict[tuple[int, int], bool] = {}
    common = Same()
    for one, other in pairs:
        # Most agents have their situation in common.
        was, now = one.situation, other.situation
        key = id(was), id(now)
        same = known.get(key)
        if same is None:
            same = known[key] = was.told == now.told and common.is_same(was.common, now.common)
        if not same or one.home != other.home or one.home_mask != other.home_mask:
            yield one.id
