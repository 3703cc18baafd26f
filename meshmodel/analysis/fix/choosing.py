"""The minimum fix: proofs are added to a hitting set problem until its solution closes everything."""

from collections.abc import Iterable
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.grounds import Grounds
from meshmodel.analysis.fix.hitting import NONE, Some, apart, least_only, quick_set, without_spare
from meshmodel.analysis.fix.intents import Intents
from meshmodel.analysis.fix.preferring import Preferring
from meshmodel.analysis.fix.results import Fix
from meshmodel.analysis.fix.solver import Program, Row
from meshmodel.analysis.fix.stopping import Stop
from meshmodel.analysis.parts import Batches
from meshmodel.analysis.results import Door, StepKey

_EACH: Final = 40
"""Of so many checkpoints it is said what each closes alone."""


class Choosing:
    """The search for a smallest fix of one reading.

    Attributes:
        grounds: the reading.
        known: the proofs found so far.
        best: the smallest fix found so far.
        bound: how many checkpoints every fix has at least, as far as it is proven.
    """

    def __init__(
        self, engine: Engine, doors: Iterable[Door], stop: Stop, batches: Batches | None = None
    ) -> None:
        grants: list[StepKey] = [("grant", door.credential, door.system) for door in doors]
        self.grounds = Grounds(engine, grants, stop, batches)
        self.stop = stop
        self.known: list[Some] = []
        # To guard the whole grant of every door is a fix (section 6).
        self.best: Some = frozenset(map(self.grounds.number_of.__getitem__, grants))
        self.bound = 1 if self.best else 0

    def run(self) -> None:
        """Narrow the two numbers until they meet, or it is time to stop."""
        closed = NONE
        while self.bound < len(self.best) and not self.stop():
            self._answer(closed)
            if self.bound == len(self.best) or self.stop():
                return
            closed = self._smallest()

    def _answer(self, closed: Some) -> None:
        """Find proofs against a set, and a fix that begins with it."""
        found: list[Some] = []
        while not self.stop():
            more = self.grounds.against(closed)
            if more is None:
                return
            if not more:
                # What was added is a fix too; less of it may do.
                if found:
                    closed = self._less(closed)
                if len(closed) < len(self.best):
                    self.best = closed
                return
            found = least_only(more)
            self.learn(found)
            closed |= quick_set(found)

    def _less(self, closed: Some) -> Some:
        less = without_spare(closed, self.known)
        while less != closed and not self.stop():
            more = self.grounds.against(less)
            if more is None:
                break
            if not more:
                return less
            self.learn(more)
            less |= quick_set(more) & closed or quick_set(more)
        return closed

    def learn(self, proofs: Iterable[Some]) -> None:
        """Keep proofs, and of all that are known only the least."""
        self.known = least_only([*self.known, *proofs])
        self.bound = max(self.bound, apart(self.known))

    def _smallest(self) -> Some:
        """A smallest set that hits every known proof; not yet a fix."""
        columns = sorted({relation for proof in self.known for relation in proof})
        place = {relation: number for number, relation in enumerate(columns)}
        rows = [Row(tuple(place[relation] for relation in sorted(proof)), 1) for proof in self.known]
        solution = Program(len(columns), rows, self.stop).cheapest([1] * len(columns))
        self.bound = max(self.bound, solution.bound)
        return frozenset(columns[number] for number in solution.chosen or ())


def minimum_fix(
    engine: Engine, doors: Iterable[Door], before: int, stop: Stop, batches: Batches | None = None
) -> Fix:
    """A smallest set of steps to guard that leaves no uncontrolled crossing.

    Among the smallest it is one that interrupts the fewest declared intents (see ``intents``), and
    of these the first in the fixed order (see ``relations.ORDER``): the one with the earliest step
    in which it differs from another.

    Args:
        engine: the reading.
        doors: its missing checkpoints.
        before: how many crossings are uncontrolled.
        stop: when to give up; the best that is known then is the answer, and says so.
        batches: those of a large sparse mesh, which is looked at in pieces.
    """
    choosing = Choosing(engine, doors, stop, batches)
    choosing.run()
    intents, settled = prefer(choosing, stop)
    return answer(choosing, intents, before, settled=settled)


def prefer(choosing: Choosing, stop: Stop) -> tuple[Intents, bool]:
    """Take the preferred one of the smallest sets; whether that went to the end."""
    intents = Intents(choosing.grounds)
    if not choosing.best:
        return intents, True
    if choosing.bound < len(choosing.best):
        return intents, False
    return intents, Preferring(choosing.grounds, intents, choosing, stop).run()


def answer(choosing: Choosing, intents: Intents, before: int, *, settled: bool) -> Fix:
    """What is said of the best set."""
    grounds, best = choosing.grounds, choosing.best
    cost = len(best)
    alone: tuple[int, ...] = ()
    if cost <= _EACH and grounds.complete:
        alone = tuple(before - grounds.uncontrolled(frozenset((each,))) for each in sorted(best))
    return Fix(
        cost=cost,
        lower_bound=min(cost, choosing.bound),
        optimal=choosing.bound >= cost,
        checkpoints=grounds.named(best),
        closes=before,  # it is a fix: nothing is left
        interrupts=intents.names(intents.interrupted(best)),
        closes_each=alone,
        before=before,
        settled=settled,
    )
