"""The minimum fix: proofs are added to a hitting set problem until its solution closes everything."""

from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from typing import Final

from meshmodel.analysis.collecting import collector_at_rest
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.grounds import Grounds
from meshmodel.analysis.fix.hitting import NONE, Least, Some, apart, in_order, parts, quick_set, without_spare
from meshmodel.analysis.fix.intents import Intents
from meshmodel.analysis.fix.preferring import Preferring
from meshmodel.analysis.fix.results import Fix
from meshmodel.analysis.fix.solver import Program, Row
from meshmodel.analysis.fix.stopping import Stop, Stopped
from meshmodel.analysis.parts import Batches
from meshmodel.analysis.results import Door, StepKey

_EACH: Final = 40
"""Of so many checkpoints it is said what each closes alone."""
_AT_ONCE: Final = 5_000
"""So many proofs are put in order before it is asked whether to stop."""
_ROWS: Final = 1_000
"""Parts of the problem go to one program up to so many proofs."""


class Choosing:
    """The search for a smallest fix of one reading.

    Attributes:
        grounds: the reading.
        known: the proofs found so far, of which none includes another.
        best: the smallest fix found so far.
        bound: how many checkpoints every fix has at least, as far as it is proven.

    Both are those of a fix that is known already, where one is given.
    """

    def __init__(
        self,
        engine: Engine,
        doors: Iterable[Door],
        stop: Stop,
        batches: Batches | None = None,
        known: Fix | None = None,
    ) -> None:
        # To guard the whole grant of every door is a fix (section 6).
        first: list[StepKey] = [("grant", door.credential, door.system) for door in doors]
        if known is not None:
            first = list(known.checkpoints)
        self.grounds = Grounds(engine, first, stop, batches)
        self.stop = stop
        self.known: list[Some] = []
        self._least = Least()
        self._solved: dict[tuple[Some, ...], Some] = {}
        self.best: Some = frozenset(map(self.grounds.number_of.__getitem__, first))
        self.bound = (1 if self.best else 0) if known is None else known.lower_bound

    def run(self) -> None:
        """Narrow the two numbers until they meet, or it is time to stop."""
        closed = NONE
        with suppress(Stopped):
            while self.bound < len(self.best):
                self.stop.check()
                self._answer(closed)
                if self.bound < len(self.best):
                    closed = self._smallest()

    def _answer(self, closed: Some) -> None:
        """Find proofs against a set, and a fix that begins with it.

        Raises:
            Stopped: it was time to stop before there was one.
        """
        found: list[Some] = []
        while more := self._against(closed):
            found = self.learn(more)
            closed |= quick_set(found, self.stop)
        # What was added is a fix too; less of it may do.
        if found:
            closed = self._less(closed)
        if len(closed) < len(self.best):
            self.best = closed

    def _less(self, closed: Some) -> Some:
        less = without_spare(closed, self.known)
        while less != closed:
            try:
                more = self._against(less)
            except Stopped:
                break
            if not more:
                return less
            self.learn(more)
            less |= quick_set(more) & closed or quick_set(more)
        return closed

    def _against(self, closed: Some) -> set[Some]:
        """Proofs against a set; none: it is a fix.

        Raises:
            Stopped: it was time to stop before there were any that could be put in order.
        """
        self.stop.check()
        more = self.grounds.against(closed)
        if more is None:
            raise Stopped
        if more and self.stop():
            # There is no time to put them in order, but they count.
            self.bound = max(self.bound, apart(chain(self.known, more)))
            raise Stopped
        return more

    @collector_at_rest()
    def learn(self, proofs: Iterable[Some]) -> list[Some]:
        """Keep proofs, and of all that are known only the least; which of these are among them."""
        new, found = list(proofs), []
        for first in range(0, len(new), _AT_ONCE):
            if first and self.stop():
                break
            found += [proof for proof in in_order(new[first : first + _AT_ONCE]) if self._least.add(proof)]
        self.known = list(self._least)
        self.bound = max(self.bound, apart(self.known))
        return [proof for proof in found if proof in self._least]

    def _smallest(self) -> Some:
        """A smallest set that hits every known proof; not yet a fix.

        It is found by programs, each for some parts that have nothing to do with one another. Where
        time is over it is a quick one, and bounded by what the programs have proven.
        """
        chosen: set[int] = set()
        bound = 0
        waiting: list[tuple[Some, ...]] = []
        for proofs in self._parted():
            known = self._solved.get(proofs)
            if known is None and (shared := proofs[0].intersection(*proofs)):
                known = frozenset((min(shared),))
            if known is None:
                waiting.append(proofs)
            else:
                chosen |= known
                bound += len(known)
        while waiting:
            if self.stop():
                bound += apart(chain.from_iterable(waiting))
                break
            some = [waiting.pop()]
            rows = len(some[0])
            while waiting and rows + len(waiting[-1]) <= _ROWS:
                some.append(waiting.pop())
                rows += len(some[-1])
            these, least = self._solve(some)
            chosen |= these
            bound += least
        self.bound = max(self.bound, bound)
        return frozenset(chosen)

    @collector_at_rest()
    def _parted(self) -> list[tuple[Some, ...]]:
        """The known proofs of each part that has nothing to do with the others."""
        part_of = parts(self.known)
        proofs_of: dict[int, list[Some]] = {}
        for proof in self.known:
            proofs_of.setdefault(part_of[min(proof)], []).append(proof)
        return [tuple(proofs_of[part]) for part in sorted(proofs_of)]

    def _solve(self, some: list[tuple[Some, ...]]) -> tuple[Some, int]:
        """A smallest set that hits the proofs of some parts, and how many it takes at least."""
        proofs = [proof for part in some for proof in part]
        columns = sorted(NONE.union(*proofs))
        place = {relation: number for number, relation in enumerate(columns)}
        rows = [Row(tuple(place[relation] for relation in sorted(proof)), 1) for proof in proofs]
        solution = Program(len(columns), rows, self.stop).cheapest([1] * len(columns))
        if solution.chosen is None:
            return quick_set(proofs), max(solution.bound, apart(proofs))
        chosen = frozenset(columns[number] for number in solution.chosen)
        if solution.proven:
            for part in some:
                self._solved[part] = chosen & NONE.union(*part)
        return chosen, solution.bound


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
    intents = Intents(choosing.grounds, stop.late())
    if not choosing.best:
        return intents, True
    if choosing.bound < len(choosing.best) or not intents.complete:
        return intents, False
    return intents, Preferring(choosing.grounds, intents, choosing, stop).run()


def answer(choosing: Choosing, intents: Intents, before: int, *, settled: bool) -> Fix:
    """What is said of the best set."""
    grounds, best = choosing.grounds, choosing.best
    cost = len(best)
    alone: tuple[int, ...] = ()
    if cost <= _EACH and grounds.complete:
        with suppress(Stopped):
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
        intents_known=intents.complete or not best,
    )
