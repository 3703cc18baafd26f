"""The closing curve: what so many checkpoints close at best, from none to the minimum fix.

A crossing is closed when each of its proofs is hit. The fewest that remain with so many checkpoints
are found by an integer program in which proofs are added until what it says of its own solution is
true. What it cannot settle in time is bounded: from above by sets that were tried, from below by what
the programs have proven.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from meshmodel.analysis.collecting import collector_at_rest
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.choosing import Choosing, prefer
from meshmodel.analysis.fix.ground import Start, sources_of
from meshmodel.analysis.fix.grounds import Grounds, Piece
from meshmodel.analysis.fix.hitting import NONE, Some, least_only
from meshmodel.analysis.fix.proofs import Search
from meshmodel.analysis.fix.results import CurvePoint, Fix
from meshmodel.analysis.fix.solver import Program, Row
from meshmodel.analysis.fix.stopping import Stop, Stopped
from meshmodel.analysis.fix.trying import Trying
from meshmodel.analysis.parts import Batches
from meshmodel.analysis.results import Door, StepKey
from meshmodel.analysis.steps import ADMIN, Mesh, bits

_PROVABLE: Final = 20_000
"""Where more crossings are uncontrolled, the programs would be too large, and the curve is bounded."""
_PROVING: Final = 0.6
"""The share of the time that goes to programs, before sets are only tried."""
_LOOKED_AT: Final = 4
"""Of so many checkpoints it is counted what they close of what is left."""
_SAMPLES: Final = 8, 16
"""In so many places of the curve the first checkpoints of a fix are tried: as they come, and in order."""
Progress = Callable[[int, int], None]
"""Told how many points of how many are done."""


def closing_curve(
    engine: Engine,
    doors: Iterable[Door],
    before: int,
    stop: Stop,
    progress: Progress | None = None,
    batches: Batches | None = None,
    fix: Fix | None = None,
) -> tuple[CurvePoint, ...]:
    """For 0, 1, 2, … checkpoints up to the minimum fix the fewest crossings that can remain.

    Args:
        engine: the reading.
        doors: its missing checkpoints.
        before: how many crossings are uncontrolled.
        stop: when to give up; what is not settled then is marked as a bound.
        progress: told after each number of checkpoints.
        batches: those of a large sparse mesh, which is looked at in pieces.
        fix: what is known of the minimum fix, where it was asked for: the curve ends with it.
    """
    choosing = Choosing(engine, doors, stop, batches, fix)
    if fix is None:
        choosing.run()
        prefer(choosing, stop)
    grounds, cost = choosing.grounds, len(choosing.best)
    least = _at_least(engine.mesh, choosing, cost)
    least[0] = before
    best = _Best(before, choosing.best)
    if fix is not None and fix.closes_each:
        for step, closes in zip(fix.checkpoints, fix.closes_each, strict=True):
            best.tried(frozenset((grounds.number_of[step],)), before - closes)
    # Where there was no time for all pieces, nothing can be counted.
    if before <= _PROVABLE and grounds.complete:
        proving = stop.after(_PROVING)
        crossings = _Crossings(grounds)
        for checkpoints in range(1, cost):
            part = proving.after(1 / (cost - checkpoints))
            least[checkpoints] = max(least[checkpoints], crossings.fewest(checkpoints, best, part))
            if progress is not None:
                progress(checkpoints, cost)
    open_ = any(best.remaining(checkpoints) > least[checkpoints] for checkpoints in range(1, cost))
    if open_ and grounds.complete:
        with suppress(Stopped):
            _try_out(grounds, choosing.best, before, best, stop)
    return _points(grounds, best, least)


@collector_at_rest()
def _points(grounds: Grounds, best: "_Best", least: list[int]) -> tuple[CurvePoint, ...]:
    """What is said of 0, 1, 2, … checkpoints.

    Args:
        grounds: name the steps.
        best: the best sets that were tried.
        least: how many crossings remain at least with each number.
    """
    cost = len(least) - 1
    # With fewer checkpoints no fewer crossings remain.
    for checkpoints in range(cost - 1, 0, -1):
        least[checkpoints] = max(least[checkpoints], least[checkpoints + 1])
    names: dict[int, tuple[StepKey, ...]] = {}
    points = []
    for checkpoints, (remaining, chosen) in enumerate(best.upto(cost)):
        # Where little was tried, many points have one set.
        if id(chosen) not in names:
            names[id(chosen)] = grounds.named(chosen)
        points.append(
            CurvePoint(
                checkpoints=checkpoints,
                remaining=remaining,
                lower_bound=least[checkpoints],
                exact=remaining == least[checkpoints],
                chosen=names[id(chosen)],
            )
        )
    return tuple(points)


class _Best:
    """The best sets that were tried, by how many checkpoints they take."""

    def __init__(self, before: int, fix: Some) -> None:
        self._found = {0: (before, NONE), len(fix): (0, fix)}

    def tried(self, closed: Some, remaining: int) -> None:
        checkpoints = len(closed)
        if remaining < self.remaining(checkpoints):
            self._found[checkpoints] = remaining, closed

    def prefer(self, closed: Some, remaining: int) -> None:
        self._found[len(closed)] = remaining, closed

    def remaining(self, checkpoints: int) -> int:
        return min(left for number, (left, _) in self._found.items() if number <= checkpoints)

    def upto(self, most: int) -> Iterator[tuple[int, Some]]:
        """The best with at most 0, 1, 2, … checkpoints; of equal ones the one that takes fewest."""
        best = self._found[0]
        for checkpoints in range(most + 1):
            found = self._found.get(checkpoints)
            if found is not None and found[0] < best[0]:
                best = found
            yield best


@collector_at_rest()
def _at_least(mesh: Mesh, choosing: Choosing, cost: int) -> list[int]:
    """How many remain at least because it takes so many checkpoints to close all.

    To guard all doors of each crossing that remains is a fix, so there cannot be very few of them.
    """
    into: dict[int, set[int]] = {}
    for credential, access in mesh.steps["grant"]:
        into.setdefault(access, set()).add(credential)
    doors = max(
        (len(some | into.get(access - access % 5 + ADMIN, NONE)) for access, some in into.items()), default=1
    )
    bound = min(cost, choosing.bound)
    return [max(0, -((checkpoints - bound) // doors)) for checkpoints in range(cost + 1)]


def _try_out(grounds: Grounds, fix: Some, before: int, best: _Best, stop: Stop) -> None:
    """Take checkpoints of a fix one by one, each time one that closes most of what is left.

    What each closes is counted again only for the few that closed most when they were last looked at.
    Before that the first ones of the fix are taken, so many that there is something to say of all of
    the curve where time is short.

    Raises:
        Stopped: it was time to stop in the middle of it; what was tried is kept.
    """
    roughly, better = _SAMPLES
    _try_first(grounds, sorted(fix), roughly, best, stop)
    closes = {}
    for relation in sorted(fix):
        stop.check()
        one = frozenset((relation,))
        remaining = grounds.uncontrolled(one)
        best.tried(one, remaining)
        closes[relation] = before - remaining
    _try_first(grounds, sorted(closes, key=lambda each: (-closes[each], each)), better, best, stop)
    chosen, left = NONE, before
    while closes:
        looked_at = {}
        for relation in sorted(closes, key=lambda each: (-closes[each], each))[:_LOOKED_AT]:
            stop.check()
            closed = chosen | {relation}
            looked_at[relation] = grounds.uncontrolled(closed)
            best.tried(closed, looked_at[relation])
            closes[relation] = left - looked_at[relation]
        taken = min(looked_at, key=lambda each: (looked_at[each], each))
        chosen, left = chosen | {taken}, looked_at[taken]
        del closes[taken]


def _try_first(grounds: Grounds, ordered: list[int], samples: int, best: _Best, stop: Stop) -> None:
    """Try the first checkpoints of an order, so many of them as there are samples.

    Raises:
        Stopped: it was time to stop in the middle of it; what was tried is kept.
    """
    for number in sorted({len(ordered) * sample // samples for sample in range(1, samples)} - {0}):
        stop.check()
        first = frozenset(ordered[:number])
        best.tried(first, grounds.uncontrolled(first))


@dataclass(slots=True)
class _Item:
    """The crossings of one start that are uncontrolled while nothing is guarded, with their proofs."""

    piece: Piece
    start: Start
    proofs: dict[int, set[Some]]


class _Crossings:
    """All crossings that are uncontrolled while nothing is guarded, with the proofs known of each."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds = grounds
        self.items: list[_Item] | None = None

    def fewest(self, checkpoints: int, best: _Best, stop: Stop) -> int:
        """How many remain at least with so many checkpoints; what was tried for it goes to ``best``."""
        self.stop = stop
        least = 0
        if self.items is None:
            self.items = []
            if self._learn(NONE, self._all()) is None:
                self.items = None
                return least
        while not self.stop():
            solved = self._solve(checkpoints)
            if solved is None:
                return least
            closed, bound = solved
            least = max(least, bound)
            if best.remaining(checkpoints) <= least:
                break
            remaining = self._learn(closed, self.items)
            if remaining is None:
                return least
            best.tried(closed, remaining)
            if remaining <= least:
                break
        if best.remaining(checkpoints) == least:
            self._prefer(checkpoints, least, best)
        return least

    def _prefer(self, checkpoints: int, least: int, best: _Best) -> None:
        """Of the sets of so many that leave the fewest take one that comes early in the fixed order."""
        while not self.stop():
            solved = self._solve(checkpoints, least)
            if solved is None:
                return
            remaining = self._learn(solved[0], self.items or ())
            if remaining == least:
                best.prefer(solved[0], least)
                return

    def _all(self) -> Iterator[_Item]:
        """The items, each kept once it has proofs."""
        for piece in self.grounds.pieces:
            for traveller in piece.ground.engine.travellers:
                for source in sources_of(traveller):
                    item = _Item(piece, piece.ground.start(traveller, source), {})
                    yield item
                    if item.proofs and self.items is not None:
                        self.items.append(item)

    def _learn(self, closed: Some, items: Iterable[_Item]) -> int | None:
        """Add proofs against a set to crossings that none is known of; how many are uncontrolled.

        ``None``: it was time to stop before that was known.
        """
        with suppress(Stopped):
            return self._learn_all(closed, items)
        return None

    def _learn_all(self, closed: Some, items: Iterable[_Item]) -> int:
        alone: dict[int, Search] = {}
        trying: Trying | None = None
        remaining = 0
        for number, item in enumerate(items):
            if not number % 64:
                self.stop.check()
            ground = item.piece.ground
            if trying is None or trying.ground is not ground:
                trying, alone = Trying(ground, item.piece.inside(closed)), {}
            bad = trying.uncontrolled_from(item.start)
            remaining += bad.bit_count()
            wanted = 0
            for access in bits(bad):
                if not any(closed.isdisjoint(proof) for proof in item.proofs.get(access, ())):
                    wanted |= 1 << access
            if not wanted:
                continue
            for node in item.start.nodes:
                search = alone.get(node)
                if search is None:
                    only = replace(item.start, agent=node, read=-1)
                    search = alone[node] = Search(ground, only, ~trying.closed)
                wanted &= ~self._take(item, search, wanted)
            if wanted:
                wanted &= ~self._take(item, Search(ground, item.start, ~trying.closed), wanted)
                assert not wanted, "whatever is uncontrolled has a proof"
        return remaining

    @staticmethod
    def _take(item: _Item, search: Search, wanted: int) -> int:
        """Keep the proofs of these accesses; which of them have some."""
        taken = 0
        for access, proofs in search.by_access(item.start).items():
            if wanted >> access & 1:
                item.proofs.setdefault(access, set()).update(
                    item.piece.named(bits(proof)) for proof in proofs
                )
                taken |= 1 << access
        return taken

    def _solve(self, checkpoints: int, most: int | None = None) -> tuple[Some, int] | None:
        """A set of so many that leaves the fewest as far as is known, and how many that is at least.

        Where ``most`` may remain, it is instead the one that comes first in the fixed order, by the
        sum of its places in it.
        """
        # Crossings with the same proofs are one.
        weights: dict[tuple[Some, ...], int] = {}
        for item in self.items or ():
            for proofs in item.proofs.values():
                key = tuple(least_only(proofs))
                weights[key] = weights.get(key, 0) + 1
        relations = sorted(NONE.union(*(proof for key in weights for proof in key)))
        column = {relation: place for place, relation in enumerate(relations)}
        rows = [
            Row((*(column[relation] for relation in sorted(proof)), len(relations) + place), 1)
            for place, key in enumerate(weights)
            for proof in key
        ]
        rows.append(Row(tuple(range(len(relations))), -checkpoints, (-1.0,) * len(relations)))
        costs = [0.0] * len(relations) + [float(weight) for weight in weights.values()]
        if most is not None:
            every = tuple(range(len(relations), len(costs)))
            rows.append(Row(every, -most, tuple(-float(weight) for weight in weights.values())))
            costs = [float(place + 1) for place in range(len(relations))] + [0.0] * len(weights)
        solution = Program(len(costs), rows, self.stop).cheapest(
            costs, free=range(len(relations), len(costs))
        )
        if solution.chosen is None:
            return None
        chosen = frozenset(relations[place] for place in solution.chosen if place < len(relations))
        return chosen, max(0, solution.bound)
