"""The closing curve: what so many checkpoints close at best, from none to the minimum fix.

A crossing is closed when each of its proofs is hit. The fewest that remain with so many checkpoints are found
by an integer program in which proofs are added until what it says of its own solution is true. What that does
not settle is bounded: from above by sets that were tried, from below by what the programs have proven.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.program import Program, Row
from meshmodel.analysis.fix.proofs import violations
from meshmodel.analysis.fix.results import CurvePoint, Fix
from meshmodel.analysis.fix.search import NOTHING, Known, Proof
from meshmodel.analysis.fix.smallest import minimum_fix
from meshmodel.model.stop import Stop, Stopped

_PROVABLE: Final = 3_000
"""Where more crossings are uncontrolled, the programs would be too large, and the curve is bounded."""
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
    curve = _Curve(engine, stop, fix or minimum_fix(engine, stop))
    with suppress(Stopped):
        curve.try_parts()
        curve.prove(progress or (lambda *_: None))
    return curve.points()


class _Curve:
    """What was tried: how many crossings remain, with how many checkpoints, and which; and what is proven."""

    def __init__(self, engine: Engine, stop: Stop, fix: Fix) -> None:
        self._engine, self._stop, self._fix, self._known = engine, stop, fix, Known(engine.mesh)
        self._at_least = [fix.before] + [0] * fix.cost
        self._tried: list[tuple[int, int, Proof]] = [(fix.before, 0, NOTHING)]
        for step, closes in zip(fix.checkpoints, fix.closes_each, strict=False):
            self._tried.append((fix.before - closes, 1, frozenset((self._known.number(step),))))
        self._proofs: defaultdict[tuple[int, int, int], set[Proof]] = defaultdict(set)

    def try_parts(self) -> None:
        """Try the first checkpoints of the fix, those first that close most alone, where that is known."""
        alone = self._fix.closes_each or [0] * self._fix.cost
        ordered = sorted(range(self._fix.cost), key=lambda each: -alone[each])
        steps = [self._known.number(self._fix.checkpoints[each]) for each in ordered]
        # Those in the middle come first: time may be short.
        for number in sorted(range(1, self._fix.cost), key=lambda each: -(each & -each)):
            self._try(frozenset(steps[:number]))

    def prove(self, progress: Progress) -> None:
        """Find the fewest that remain with each number of checkpoints, and prove it."""
        for number in range(1, self._fix.cost if self._fix.before <= _PROVABLE else 0):
            chosen = self._cheapest(number) if self._proofs else NOTHING
            while self._best(number)[0] > self._at_least[number]:
                if self._try(chosen) <= self._at_least[number]:
                    break
                # Now what remains is proven to do so, unless more is guarded.
                for each in violations(self._engine, chosen, self._known, self._stop):
                    for crossing, proof in each.crossings():
                        self._proofs[crossing].add(proof)
                chosen = self._cheapest(number)
            progress(number, self._fix.cost)

    def points(self) -> tuple[CurvePoint, ...]:
        """What is said of each number of checkpoints."""
        found = [CurvePoint(self._fix.cost, 0, 0, exact=True, chosen=self._fix.checkpoints)]
        for number in range(self._fix.cost - 1, -1, -1):
            remaining, _, chosen = self._best(number)
            # With fewer checkpoints no fewer crossings remain.
            bound = max(self._at_least[number], found[-1].lower_bound)
            found.append(CurvePoint(number, remaining, bound, remaining == bound, self._known.named(chosen)))
        return tuple(reversed(found))

    def _best(self, number: int) -> tuple[int, int, Proof]:
        """The best with at most so many checkpoints; of equal ones the one that takes fewest."""
        return min((each for each in self._tried if each[1] <= number), key=lambda each: each[:2])

    def _try(self, chosen: Proof) -> int:
        """How many crossings remain where these are guarded."""
        self._stop.check()
        remaining = self._engine.guarding(self._known.named(chosen)).uncontrolled
        self._tried.append((remaining, len(chosen), chosen))
        return remaining

    def _cheapest(self, number: int) -> Proof:
        """A set of so many that leaves the fewest as far as is known; how many that is at least is kept."""
        # Crossings with the same proofs are one.
        weights = Counter(map(frozenset, self._proofs.values()))
        program = Program(set().union(*weights), self._known.place, self._stop)
        relations = len(program.relations)
        program.rows = [
            Row([*sorted(map(program.column.__getitem__, proof)), relations + place])
            for place, some in enumerate(weights)
            for proof in sorted(some, key=sorted)
        ]
        program.rows.append(Row(range(relations), -number, [-1.0] * relations))
        program.count += len(weights)
        chosen = program.cheapest([0.0] * relations + [float(weight) for weight in weights.values()])
        self._at_least[number] = program.bound
        return program.named(chosen)
