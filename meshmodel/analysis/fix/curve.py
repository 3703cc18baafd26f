"""The closing curve: what so many checkpoints close at best, from none to the minimum fix.

A crossing is closed when each of its proofs is hit. The fewest that remain with so many checkpoints are found
by an integer program in which proofs are added until what it says of its own solution is true. What that does
not settle is bounded: from above by sets that were tried, from below by what the programs have proven.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.program import Program, Row
from meshmodel.analysis.fix.proofs import Proofs
from meshmodel.analysis.fix.results import CurvePoint, Fix
from meshmodel.analysis.fix.search import NOTHING, Proof
from meshmodel.analysis.fix.smallest import Smallest, least
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.stopping import Stop, Stopped

_PROVABLE: Final = 3_000
"""Where more crossings are uncontrolled, the programs would be too large, and the curve is bounded."""
_PROVING: Final = 0.6
"""The share of the time that goes to programs, before sets are only tried."""
_TRIED: Final = 100_000
"""Checkpoints times nodes up to which they are taken one by one; of more, so many at once are tried."""
_SAMPLES: Final = 16
Progress = Callable[[int, int], None]
"""Told how many points of how many are done."""


def closing_curve(
    engine: Engine, stop: Stop, progress: Progress | None = None, fix: Fix | None = None
) -> tuple[CurvePoint, ...]:
    """For 0, 1, 2, … checkpoints up to the minimum fix the fewest crossings that can remain.

    Args:
        engine: what is to be fixed.
        stop: when to give up; what is not settled then is marked as a bound.
        progress: told after each number of checkpoints.
        fix: what is known of the minimum fix, where it was asked for: the curve ends with it.
    """
    search = Smallest(engine, stop)
    if fix is None:
        search.run()
        search.prefer()
        return _Curve(search).points(progress)
    steps = list(map(search.known.number, fix.checkpoints))
    search.best, search.bound = frozenset(steps), fix.lower_bound
    curve = _Curve(search)
    for each, closes in zip(steps, fix.closes_each, strict=False):
        curve.keep(frozenset((each,)), fix.before - closes)
    return curve.points(progress)


class _Curve:
    """The best sets that were tried, by how many checkpoints they take, and what is proven."""

    def __init__(self, search: Smallest) -> None:
        self._search, self._known = search, search.known
        self._engine, self._stop = search.engine, search.stop
        self._cost, self._before = len(search.best), search.engine.uncontrolled
        self._tried: dict[int, tuple[int, Proof]] = {
            0: (self._before, NOTHING),
            self._cost: (0, search.best),
        }
        self._proofs: defaultdict[tuple[int, int, int], set[Proof]] = defaultdict(set)

    def points(self, progress: Progress | None) -> tuple[CurvePoint, ...]:
        """What is said of each number of checkpoints."""
        at_least = [0] * (self._cost + 1)
        at_least[0] = self._before
        with suppress(Stopped):
            self._try_out(self._stop.after(1 - _PROVING))
        if self._before <= _PROVABLE:
            for number in range(1, self._cost):
                with suppress(Stopped):
                    at_least[number] = self._fewest(number)
                if progress is not None:
                    progress(number, self._cost)
        # With fewer checkpoints no fewer crossings remain.
        for number in range(self._cost - 1, 0, -1):
            at_least[number] = max(at_least[number], at_least[number + 1])
        found, named = [], dict[Proof, tuple[StepKey, ...]]()
        for number, bound in enumerate(at_least):
            # The last one is the fix, which may close toxic flows besides.
            remaining, chosen = self._best(number) if number < self._cost else (0, self._search.best)
            if chosen not in named:
                names = self._search.named(sorted(chosen, key=self._known.place))
                named[chosen] = tuple(names)  # type: ignore[arg-type] # implies is none
            found.append(CurvePoint(number, remaining, bound, remaining == bound, named[chosen]))
        return tuple(found)

    def _best(self, number: int) -> tuple[int, Proof]:
        """The best with at most so many checkpoints; of equal ones the one that takes fewest."""
        return min(
            (some for count, some in self._tried.items() if count <= number),
            key=lambda some: (some[0], len(some[1])),
        )

    def _try(self, chosen: Proof, stop: Stop) -> int:
        """How many crossings remain where these are guarded; it is kept."""
        stop.check()
        remaining = self._engine.guarding(self._search.named(chosen)).uncontrolled
        self.keep(chosen, remaining)
        return remaining

    def keep(self, chosen: Proof, remaining: int) -> None:
        """Keep so many as remain where these are guarded, if they are the fewest known."""
        if remaining < self._best(len(chosen))[0]:
            self._tried[len(chosen)] = remaining, chosen

    def _try_out(self, stop: Stop) -> None:
        """Try the first checkpoints of the fix, so many of them as there are samples.

        Where they are few, those that close most alone come first, and each number of them is tried.

        Raises:
            Stopped: it was time to stop in the middle of it; what was tried is kept.
        """
        ordered, samples = sorted(self._search.best, key=self._known.place), _SAMPLES
        if len(ordered) * self._engine.mesh.size <= _TRIED:
            samples = len(ordered)
            alone = {each: self._try(frozenset((each,)), stop) for each in ordered}
            ordered.sort(key=alone.__getitem__)
        for sample in range(1, samples):
            self._try(frozenset(ordered[: len(ordered) * sample // samples]), stop)

    def _fewest(self, number: int) -> int:
        """How many remain at least with so many checkpoints; what was tried for it is kept.

        Raises:
            Stopped: it was time to stop before anything was proven.
        """
        bound = 0
        while True:
            if not self._proofs:
                self._learn(NOTHING)
            solved = self._solve(number)
            if solved is None:
                return bound
            chosen, bound = solved[0], max(bound, solved[1])
            if self._best(number)[0] <= bound:
                return bound
            self._stop.check()
            self._learn(chosen)
            if self._try(chosen, self._stop) <= bound:
                return bound

    def _learn(self, chosen: Proof) -> None:
        """Add a proof of each crossing that remains where these are guarded, where none is known."""
        guarded = self._engine.guarding(self._search.named(chosen))
        proofs = Proofs(guarded, self._known, self._stop)
        for start in bits(union(guarded.doors.uncontrolled.values())):
            self._stop.check()
            agent = guarded.starts.agent_of[start]
            for (source, access), some in proofs.of_crossings(start).items():
                known = self._proofs[agent, source, access]
                if all(proof & chosen for proof in known):
                    known |= some

    def _solve(self, number: int) -> tuple[Proof, int] | None:
        """A set of so many that leaves the fewest as far as is known, and how many that is at least."""
        # Crossings with the same proofs are one.
        weights = Counter(frozenset(least(some)) for some in self._proofs.values())
        relations = sorted(
            NOTHING.union(*(proof for some in weights for proof in some)), key=self._known.place
        )
        column = {relation: place for place, relation in enumerate(relations)}
        rows = [
            Row([*sorted(column[relation] for relation in proof), len(relations) + place])
            for place, some in enumerate(weights)
            for proof in sorted(some, key=sorted)
        ]
        rows.append(Row(range(len(relations)), -number, [-1.0] * len(relations)))
        costs = [0.0] * len(relations) + [float(weight) for weight in weights.values()]
        solution = Program(len(costs), rows, self._stop).cheapest(costs)
        if solution.chosen is None:
            return None
        return frozenset(relations[each] for each in solution.chosen if each < len(relations)), solution.bound
