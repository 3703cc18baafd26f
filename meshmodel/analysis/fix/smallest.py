"""A smallest set of relations to guard that leaves no uncontrolled crossing and no toxic flow (section 6).

Every fix hits all proofs. Guard a small set that hits those that are known; what is left open shows more of
them; when nothing is, that set is a fix, and the size of a smallest set that hits all that are known is a
lower bound.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from heapq import heapify, heappop, heapreplace
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.preference import Intent, Preference, intents_today
from meshmodel.analysis.fix.program import Program, Row
from meshmodel.analysis.fix.proofs import Proofs
from meshmodel.analysis.fix.results import Fix
from meshmodel.analysis.fix.search import NOTHING, Known, Proof
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.steps import Relation
from meshmodel.analysis.stopping import Stop, Stopped
from meshmodel.analysis.toxic import private_reads, reads, toxic_agents

_EACH: Final = 100_000
"""Checkpoints times nodes up to which it is said what each closes alone."""


def minimum_fix(engine: Engine, stop: Stop) -> Fix:
    """The preferred of the smallest sets of steps to guard that leave nothing open.

    Args:
        engine: what is to be fixed.
        stop: when to give up; the best that is known then is the answer, and says so.
    """
    search = Smallest(engine, stop)
    search.run()
    settled = search.prefer()
    best = sorted(search.best, key=search.known.place)
    steps: tuple[StepKey, ...] = tuple(search.named(best))  # type: ignore[arg-type] # implies is none
    broken = [each.ends for each in search.intents or () if each.is_interrupted(search.best)]
    return Fix(
        cost=len(best),
        lower_bound=min(len(best), search.bound),
        optimal=search.bound >= len(best),
        checkpoints=steps,
        closes=engine.uncontrolled,
        interrupts=tuple(broken),
        closes_each=_closing_each(engine, steps, stop.late()),
        before=engine.uncontrolled,
        settled=settled,
        intents_known=search.intents is not None or not best,
        flows=engine.mesh.names(toxic_agents(engine.reaches)),
    )


def closing(engine: Engine, steps: Collection[StepKey]) -> int:
    """How many uncontrolled crossings it closes to guard these steps, each with all its actions.

    Raises:
        KeyError: there is no such step, or it is a boundary.
    """
    for step in steps:
        if not any(engine.mesh.has(each) for each in engine.mesh.ends(*step)):
            raise KeyError(step)
    return engine.uncontrolled - engine.guarding(steps).uncontrolled


def _closing_each(engine: Engine, steps: tuple[StepKey, ...], stop: Stop) -> tuple[int, ...]:
    """What each closes alone; nothing where that would take longer than to find them."""
    if len(steps) * engine.mesh.size > _EACH:
        return ()
    found = []
    for step in steps:
        if stop():
            return ()
        found.append(closing(engine, [step]))
    return tuple(found)


class Smallest:
    """The search for a smallest fix.

    Attributes:
        engine, known: what is to be fixed.
        proofs: those found so far, of which none includes another.
        best: the smallest fix found so far.
        bound: how many relations every fix has at least, as far as it is proven.
        intents: those that go through today, once it is known.
    """

    def __init__(self, engine: Engine, stop: Stop) -> None:
        self.engine, self.known, self.stop = engine, Known(engine.reaches), stop
        self.proofs: set[Proof] = set()
        self.best = frozenset(map(self.known.number, _simple(engine)))
        self.bound = 1 if self.best else 0
        self.intents: list[Intent] | None = None

    def run(self) -> None:
        """Until the best is known to be smallest, or it is time to stop."""
        with suppress(Stopped):
            chosen = NOTHING
            while self.bound < len(self.best):
                self._close(chosen)
                if self.bound < len(self.best):
                    chosen = self._smallest()

    def named(self, relations: Iterable[int]) -> list[Relation]:
        """The names of some relations."""
        return [self.known.names[each] for each in relations]

    def open_after(self, chosen: Proof) -> set[Proof]:
        """Proofs of what is left open where these are guarded; they are kept.

        Raises:
            Stopped: it was time to stop before that was known.
        """
        self.stop.check()
        found = Proofs(self.engine.guarding(self.named(chosen)), self.known, self.stop).found()
        if found:
            self.proofs = least(self.proofs | found)
            self.bound = max(self.bound, apart(self.proofs))
        return found & self.proofs

    def prefer(self) -> bool:
        """Take the preferred of the smallest sets; whether it is known to be that."""
        with suppress(Stopped):
            self.intents = intents_today(self.engine, self.known, self.stop.late())
            preference = Preference(self.engine, self.known, self.intents, self.stop)
            while self.best and self.bound >= len(self.best):
                chosen = preference.preferred(self.proofs, len(self.best))
                if chosen is None:
                    return False
                if not self.open_after(chosen) and not preference.learn(chosen):
                    self.best = chosen
                    return True
        return self.best == NOTHING

    def _close(self, chosen: Proof) -> None:
        """Guard more until nothing is left open, and keep the proofs met on the way."""
        while found := self.open_after(chosen):
            chosen |= quick(found, self.proofs)
        if len(chosen) < len(self.best):
            self.best = chosen

    def _smallest(self) -> Proof:
        """A smallest set that hits all known proofs.

        Raises:
            Stopped: it was time to stop before it was known.
        """
        columns = sorted(NOTHING.union(*self.proofs), key=self.known.place)
        place = {relation: number for number, relation in enumerate(columns)}
        rows = sorted(sorted(place[each] for each in proof) for proof in self.proofs)
        solution = Program(len(columns), map(Row, rows), self.stop).cheapest([1.0] * len(columns))
        self.bound = max(self.bound, solution.bound)
        if solution.chosen is None or not solution.proven:
            raise Stopped
        return frozenset(columns[each] for each in solution.chosen)


def _simple(engine: Engine) -> set[Relation]:
    """A fix that is easy to find: the grants of all doors, and on confidential data where flows are toxic."""
    mesh, reaches = engine.mesh, engine.reaches
    found: set[Relation] = {("grant", mesh.name(c), mesh.systems[s]) for c, s in engine.doors.missing}
    toxic = toxic_agents(reaches)
    if toxic:
        private = {read // 5 for read in private_reads(mesh) if reads(reaches, read // 5) & toxic}
        steps = [step for step in mesh.steps["grant"] if mesh.original(step[1]) // 5 in private]
        found |= {mesh.relation(*step) for step in steps}
    return found


def least(proofs: Iterable[Proof]) -> set[Proof]:
    """The proofs that include no other: whoever hits these hits all."""
    kept: list[Proof] = []
    having: dict[int, list[Proof]] = {}
    for proof in sorted(proofs, key=len):
        if not any(known <= proof for relation in proof for known in having.get(relation, ())):
            kept.append(proof)
            having.setdefault(min(proof, key=lambda each: len(having.get(each, ()))), []).append(proof)
    return set(kept)


def quick(proofs: Iterable[Proof], every: Iterable[Proof]) -> Proof:
    """A small set that hits all of some proofs, by what most of these share, and most of all."""
    left = list(proofs)
    count = Counter(relation for proof in left for relation in proof)
    popular = Counter(relation for proof in every for relation in proof)
    having: dict[int, list[int]] = {}
    for number, proof in enumerate(left):
        for relation in proof:
            having.setdefault(relation, []).append(number)
    alive, chosen = set(range(len(left))), set[int]()
    # Numbers only fall, so the first in the heap whose number is still true is the best of all.
    waiting = [(-number, -popular[relation], relation) for relation, number in count.items()]
    heapify(waiting)
    while alive:
        number, also, best = waiting[0]
        if -number != count[best]:
            heapreplace(waiting, (-count[best], also, best))
            continue
        heappop(waiting)
        chosen.add(best)
        for hit in alive.intersection(having[best]):
            alive.remove(hit)
            count.subtract(left[hit])
    return frozenset(chosen)


def apart(proofs: Iterable[Proof]) -> int:
    """How many share nothing, taken as they come, the short ones first: each costs one."""
    used, found = set[int](), 0
    for proof in sorted(proofs, key=len):
        if used.isdisjoint(proof):
            used |= proof
            found += 1
    return found
