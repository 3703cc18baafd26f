"""The closing curve: what so many checkpoints close at best, from none to the minimum fix.

A crossing is closed when each of its proofs is hit. The fewest that remain with so many checkpoints are found
by an integer program in which proofs are added until what it says of its own solution is true. What that does
not settle is bounded: from above by sets that were tried, from below by what the programs have proven.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from meshmodel.engine.bitset import bits, union
from meshmodel.engine.engine import Engine
from meshmodel.engine.fix.answer import prefer
from meshmodel.engine.fix.choosing import Choosing
from meshmodel.engine.fix.hitting import least
from meshmodel.engine.fix.known import NOTHING, Proof
from meshmodel.engine.fix.program import Program, Row
from meshmodel.engine.fix.proofs import Proofs
from meshmodel.engine.fix.results import CurvePoint, Fix
from meshmodel.engine.stopping import Stop, Stopped

_PROVABLE: Final = 3_000
"""Where more crossings are uncontrolled, the programs would be too large, and the curve is bounded."""
_PROVING: Final = 0.6
"""The share of the time that goes to programs, before sets are only tried."""
_TRIED: Final = 100_000
"""Checkpoints times nodes up to which they are taken one by one; of more, so many at once are tried."""
_SAMPLES: Final = 16
_LOOKED_AT: Final = 4
"""Of so many checkpoints it is counted what they close of what is left."""
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
    choosing = Choosing(engine, stop)
    if fix is None:
        choosing.run()
        prefer(choosing)
    else:
        choosing.best = frozenset(map(choosing.known.number, fix.checkpoints))
        choosing.bound = fix.lower_bound
    return _Curve(choosing).points(progress)


class _Curve:
    """The best sets that were tried, by how many checkpoints they take, and what is proven."""

    def __init__(self, choosing: Choosing) -> None:
        self._choosing, self._known = choosing, choosing.known
        self._engine, self._stop = choosing.engine, choosing.stop
        self._cost, self._before = len(choosing.best), choosing.engine.uncontrolled
        self._tried: dict[int, tuple[int, Proof]] = {
            0: (self._before, NOTHING),
            self._cost: (0, choosing.best),
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
        found = []
        for number, bound in enumerate(at_least):
            # The last one is the fix, which may close toxic flows besides.
            remaining, chosen = self._best(number) if number < self._cost else (0, self._choosing.best)
            steps = tuple(self._choosing.named(sorted(chosen, key=self._known.place)))
            found.append(CurvePoint(number, remaining, bound, remaining == bound, steps))  # type: ignore[arg-type]
        return tuple(found)

    def _best(self, number: int) -> tuple[int, Proof]:
        """The best with at most so many checkpoints; of equal ones the one that takes fewest."""
        return min(
            (some for count, some in self._tried.items() if count <= number),
            key=lambda some: (some[0], len(some[1])),
        )

    def _try(self, chosen: Proof) -> int:
        """How many crossings remain where these are guarded; it is kept."""
        remaining = self._engine.guarding(self._choosing.named(chosen)).uncontrolled
        if remaining < self._best(len(chosen))[0]:
            self._tried[len(chosen)] = remaining, chosen
        return remaining

    def _try_out(self, stop: Stop) -> None:
        """Take checkpoints of the fix one by one, each time one that closes most of what is left.

        What each closes is counted again only for the few that closed most when they were last looked at.

        Raises:
            Stopped: it was time to stop in the middle of it; what was tried is kept.
        """
        ordered = sorted(self._choosing.best, key=self._known.place)
        for sample in range(1, _SAMPLES):
            stop.check()
            self._try(frozenset(ordered[: len(ordered) * sample // _SAMPLES]))
        if len(ordered) * self._engine.mesh.size > _TRIED:
            return
        closes, chosen, left = dict.fromkeys(ordered, self._before), NOTHING, self._before
        while len(closes) > 1:
            looked_at = dict[int, int]()
            while not looked_at or (len(looked_at) < _LOOKED_AT and len(looked_at) < len(closes)):
                stop.check()
                each = max(
                    closes.keys() - looked_at.keys(), key=lambda one: (closes[one], -ordered.index(one))
                )
                looked_at[each] = self._try(chosen | {each})
                closes[each] = left - looked_at[each]
            taken = min(looked_at, key=lambda one: (looked_at[one], ordered.index(one)))
            chosen, left = chosen | {taken}, looked_at[taken]
            del closes[taken]

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
            if self._try(chosen) <= bound:
                return bound

    def _learn(self, chosen: Proof) -> None:
        """Add a proof of each crossing that remains where these are guarded, where none is known."""
        guarded = self._engine.guarding(self._choosing.named(chosen))
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
