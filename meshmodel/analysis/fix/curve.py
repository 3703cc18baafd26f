"""The closing curve: what so many checkpoints close at best, from none to the minimum fix.

A crossing is closed when each of its proofs is hit. The fewest that remain with so many checkpoints
are found by an integer program in which proofs are added until what it says of its own solution is
true. What it cannot settle in time is bounded: from above by sets that were tried, from below by what
the programs have proven.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.choosing import Choosing, keys, prefer
from meshmodel.analysis.fix.ground import Ground, Start, sources_of
from meshmodel.analysis.fix.hitting import least_only
from meshmodel.analysis.fix.proofs import Search
from meshmodel.analysis.fix.results import CurvePoint
from meshmodel.analysis.fix.solver import Program, Row
from meshmodel.analysis.fix.stopping import Stop
from meshmodel.analysis.fix.trying import Trying
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import bits

_PROVABLE: Final = 20_000
"""Where more crossings are uncontrolled, the programs would be too large, and the curve is bounded."""
_PROVING: Final = 0.6
"""The share of the time that goes to programs, before sets are only tried."""
_LOOKED_AT: Final = 4
"""Of so many checkpoints it is counted what they close of what is left."""
Progress = Callable[[int, int], None]
"""Told how many points of how many are done."""


def closing_curve(
    engine: Engine, doors: Iterable[Door], before: int, stop: Stop, progress: Progress | None = None
) -> tuple[CurvePoint, ...]:
    """For 0, 1, 2, … checkpoints up to the minimum fix the fewest crossings that can remain.

    Args:
        engine: the reading.
        doors: its missing checkpoints.
        before: how many crossings are uncontrolled.
        stop: when to give up; what is not settled then is marked as a bound.
        progress: told after each number of checkpoints.
    """
    choosing = Choosing(engine, doors, stop)
    choosing.run()
    prefer(choosing, stop)
    cost = choosing.best.bit_count()
    least = _at_least(choosing, cost)
    least[0] = before
    best = _Best(before, choosing.best)
    if before <= _PROVABLE:
        proving = stop.after(_PROVING)
        crossings = _Crossings(choosing.ground)
        for checkpoints in range(1, cost):
            part = proving.after(1 / (cost - checkpoints))
            least[checkpoints] = max(least[checkpoints], crossings.fewest(checkpoints, best, part))
            if progress is not None:
                progress(checkpoints, cost)
    if any(best.remaining(checkpoints) > least[checkpoints] for checkpoints in range(1, cost)):
        _try_out(choosing.ground, choosing.best, before, best, stop)
    # With fewer checkpoints no fewer crossings remain.
    for checkpoints in range(cost - 1, 0, -1):
        least[checkpoints] = max(least[checkpoints], least[checkpoints + 1])
    return tuple(
        CurvePoint(
            checkpoints=checkpoints,
            remaining=best.remaining(checkpoints),
            lower_bound=least[checkpoints],
            exact=best.remaining(checkpoints) == least[checkpoints],
            chosen=keys(choosing.ground, best.chosen(checkpoints)),
        )
        for checkpoints in range(cost + 1)
    )


class _Best:
    """The best sets that were tried, by how many checkpoints they take."""

    def __init__(self, before: int, fix: int) -> None:
        self._found = {0: (before, 0), fix.bit_count(): (0, fix)}

    def tried(self, closed: int, remaining: int) -> None:
        checkpoints = closed.bit_count()
        if remaining < self.remaining(checkpoints):
            self._found[checkpoints] = remaining, closed

    def prefer(self, closed: int, remaining: int) -> None:
        self._found[closed.bit_count()] = remaining, closed

    def remaining(self, checkpoints: int) -> int:
        return self._at(checkpoints)[0]

    def chosen(self, checkpoints: int) -> int:
        return self._at(checkpoints)[1]

    def _at(self, checkpoints: int) -> tuple[int, int]:
        """The best with at most so many; of equal ones the one that takes fewest."""
        fitting = (number for number in self._found if number <= checkpoints)
        return self._found[min(fitting, key=lambda number: (self._found[number][0], number))]


def _at_least(choosing: Choosing, cost: int) -> list[int]:
    """How many remain at least because it takes so many checkpoints to close all.

    To guard all doors of each crossing that remains is a fix, so there cannot be very few of them.
    """
    ground = choosing.ground
    doors = max((len({door[1] for door in ground.doors(access)}) for access in ground.into), default=1)
    bound = min(cost, choosing.bound)
    return [max(0, -((checkpoints - bound) // doors)) for checkpoints in range(cost + 1)]


def _try_out(ground: Ground, fix: int, before: int, best: _Best, stop: Stop) -> None:
    """Take checkpoints of a fix one by one, each time one that closes most of what is left.

    What each closes is counted again only for the few that closed most when they were last looked at.
    """
    closes = {}
    for relation in bits(fix):
        if stop():
            return
        remaining = Trying(ground, 1 << relation).uncontrolled()
        best.tried(1 << relation, remaining)
        closes[relation] = before - remaining
    chosen, left = 0, before
    while closes:
        looked_at = {}
        for relation in sorted(closes, key=lambda each: (-closes[each], each))[:_LOOKED_AT]:
            if stop():
                return
            closed = chosen | 1 << relation
            looked_at[relation] = Trying(ground, closed).uncontrolled()
            best.tried(closed, looked_at[relation])
            closes[relation] = left - looked_at[relation]
        taken = min(looked_at, key=lambda each: (looked_at[each], each))
        chosen, left = chosen | 1 << taken, looked_at[taken]
        del closes[taken]


@dataclass(slots=True)
class _Item:
    """The crossings of one start that are uncontrolled while nothing is guarded, with their proofs."""

    start: Start
    proofs: dict[int, set[int]]


class _Crossings:
    """All crossings that are uncontrolled while nothing is guarded, with the proofs known of each."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.items: list[_Item] | None = None

    def fewest(self, checkpoints: int, best: _Best, stop: Stop) -> int:
        """How many remain at least with so many checkpoints; what was tried for it goes to ``best``."""
        self.stop = stop
        least = 0
        if self.items is None:
            self.items = []
            if self._learn(Trying(self.ground, 0), self._all()) is None:
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
            remaining = self._learn(Trying(self.ground, closed), self.items)
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
            remaining = self._learn(Trying(self.ground, solved[0]), self.items or ())
            if remaining == least:
                best.prefer(solved[0], least)
                return

    def _all(self) -> Iterator[_Item]:
        """The items, each kept once it has proofs."""
        for traveller in self.ground.engine.travellers:
            for source in sources_of(traveller):
                item = _Item(self.ground.start(traveller, source), {})
                yield item
                if item.proofs and self.items is not None:
                    self.items.append(item)

    def _learn(self, trying: Trying, items: Iterable[_Item]) -> int | None:
        """Add proofs against a set to crossings that none is known of; how many are uncontrolled."""
        alone: dict[int, Search] = {}
        remaining = 0
        for number, item in enumerate(items):
            if not number % 64 and self.stop():
                return None
            bad = trying.uncontrolled_from(item.start)
            remaining += bad.bit_count()
            wanted = 0
            for access in bits(bad):
                if not any(not proof & trying.closed for proof in item.proofs.get(access, ())):
                    wanted |= 1 << access
            if not wanted:
                continue
            for node in item.start.nodes:
                search = alone.get(node)
                if search is None:
                    only = replace(item.start, agent=node, read=-1)
                    search = alone[node] = Search(self.ground, only, ~trying.closed)
                wanted &= ~self._take(item, search, wanted)
            if wanted:
                wanted &= ~self._take(item, Search(self.ground, item.start, ~trying.closed), wanted)
                assert not wanted, "whatever is uncontrolled has a proof"
        return remaining

    @staticmethod
    def _take(item: _Item, search: Search, wanted: int) -> int:
        """Keep the proofs of these accesses; which of them have some."""
        taken = 0
        for access, proofs in search.by_access(item.start).items():
            if wanted >> access & 1:
                item.proofs.setdefault(access, set()).update(proofs)
                taken |= 1 << access
        return taken

    def _solve(self, checkpoints: int, most: int | None = None) -> tuple[int, int] | None:
        """A set of so many that leaves the fewest as far as is known, and how many that is at least.

        Where ``most`` may remain, it is instead the one that comes first in the fixed order, by the
        sum of its places in it.
        """
        # Crossings with the same proofs are one.
        weights: dict[tuple[int, ...], int] = {}
        for item in self.items or ():
            for proofs in item.proofs.values():
                key = tuple(least_only(proofs))
                weights[key] = weights.get(key, 0) + 1
        relations = list(bits(reduce(int.__or__, (proof for key in weights for proof in key), 0)))
        column = {relation: place for place, relation in enumerate(relations)}
        rows = [
            Row((*(column[relation] for relation in bits(proof)), len(relations) + place), 1)
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
        chosen = sum(1 << relations[place] for place in solution.chosen if place < len(relations))
        return chosen, max(0, solution.bound)
