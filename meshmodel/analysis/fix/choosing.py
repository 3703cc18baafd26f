"""The minimum fix: proofs are added to a hitting set problem until its solution closes everything."""

from collections.abc import Iterable
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.ground import Ground
from meshmodel.analysis.fix.hitting import apart, least_only, quick_set, without_spare
from meshmodel.analysis.fix.intents import Intents
from meshmodel.analysis.fix.preferring import Preferring
from meshmodel.analysis.fix.proofs import Proofs
from meshmodel.analysis.fix.results import Fix
from meshmodel.analysis.fix.solver import Program, Row
from meshmodel.analysis.fix.stopping import Stop
from meshmodel.analysis.fix.trying import Trying
from meshmodel.analysis.results import Door, StepKey
from meshmodel.analysis.steps import bits

_EACH: Final = 40
"""Of so many checkpoints it is said what each closes alone."""


class Choosing:
    """The search for a smallest fix of one reading.

    Attributes:
        ground: the reading.
        known: the proofs found so far.
        best: the smallest fix found so far, as bits.
        bound: how many checkpoints every fix has at least, as far as it is proven.
    """

    def __init__(self, engine: Engine, doors: Iterable[Door], stop: Stop) -> None:
        self.ground = Ground(engine)
        self.stop = stop
        self.proofs = Proofs(self.ground)
        self.known: list[int] = []
        # To guard the whole grant of every door is a fix (section 6).
        number = {key: place for place, key in enumerate(self.ground.relations.keys)}
        self.best = sum(1 << number["grant", door.credential, door.system] for door in doors)
        self.bound = 1 if self.best else 0

    def run(self) -> None:
        """Narrow the two numbers until they meet, or it is time to stop."""
        closed = 0
        while self.bound < self.best.bit_count() and not self.stop():
            self._answer(closed)
            if self.bound == self.best.bit_count() or self.stop():
                return
            closed = self._smallest()

    def _answer(self, closed: int) -> None:
        """Find proofs against a set, and a fix that begins with it."""
        found: list[int] = []
        while not self.stop():
            more = self.proofs.against(Trying(self.ground, closed))
            if not more:
                # What was added is a fix too; less of it may do.
                if found:
                    closed = self._less(closed)
                if closed.bit_count() < self.best.bit_count():
                    self.best = closed
                return
            found = least_only(more)
            self.learn(found)
            closed |= quick_set(found)

    def _less(self, closed: int) -> int:
        less = without_spare(closed, self.known)
        while less != closed and not self.stop():
            more = self.proofs.against(Trying(self.ground, less))
            if not more:
                return less
            self.learn(more)
            less |= quick_set(more) & closed or quick_set(more)
        return closed

    def learn(self, proofs: "list[int] | set[int]") -> None:
        """Keep proofs, and of all that are known only the least."""
        self.known = least_only([*self.known, *proofs])
        self.bound = max(self.bound, apart(self.known))

    def _smallest(self) -> int:
        """A smallest set that hits every known proof; not yet a fix."""
        columns = sorted({relation for proof in self.known for relation in bits(proof)})
        place = {relation: number for number, relation in enumerate(columns)}
        rows = [Row(tuple(place[relation] for relation in bits(proof)), 1) for proof in self.known]
        solution = Program(len(columns), rows, self.stop).cheapest([1] * len(columns))
        self.bound = max(self.bound, solution.bound)
        return sum(1 << columns[number] for number in solution.chosen or ())


def minimum_fix(engine: Engine, doors: Iterable[Door], before: int, stop: Stop) -> Fix:
    """A smallest set of steps to guard that leaves no uncontrolled crossing.

    Among the smallest it is one that interrupts the fewest declared intents (see ``intents``), and
    of these the first in the fixed order (see ``relations.ORDER``): the one with the earliest step
    in which it differs from another.

    Args:
        engine: the reading.
        doors: its missing checkpoints.
        before: how many crossings are uncontrolled.
        stop: when to give up; the best that is known then is the answer, and says so.
    """
    choosing = Choosing(engine, doors, stop)
    choosing.run()
    intents, settled = prefer(choosing, stop)
    return answer(choosing, intents, before, settled=settled)


def prefer(choosing: Choosing, stop: Stop) -> tuple[Intents, bool]:
    """Take the preferred one of the smallest sets; whether that went to the end."""
    intents = Intents(choosing.ground)
    if not choosing.best:
        return intents, True
    if choosing.bound < choosing.best.bit_count():
        return intents, False
    return intents, Preferring(choosing.ground, choosing.proofs, intents, choosing, stop).run()


def answer(choosing: Choosing, intents: Intents, before: int, *, settled: bool) -> Fix:
    """What is said of the best set."""
    ground, best = choosing.ground, choosing.best
    after = Trying(ground, best)
    cost = best.bit_count()
    alone: tuple[int, ...] = ()
    if cost <= _EACH:
        alone = tuple(before - Trying(ground, 1 << each).uncontrolled() for each in bits(best))
    return Fix(
        cost=cost,
        lower_bound=min(cost, choosing.bound),
        optimal=choosing.bound >= cost,
        checkpoints=keys(ground, best),
        closes=before - after.uncontrolled(),
        interrupts=intents.names(intents.interrupted(best)),
        closes_each=alone,
        before=before,
        settled=settled,
    )


def keys(ground: Ground, closed: int) -> tuple[StepKey, ...]:
    """The steps of a set in the fixed order."""
    return tuple(ground.relations.keys[relation] for relation in bits(closed))
