"""A smallest set of relations to guard that leaves no uncontrolled crossing and no toxic flow.

See ``docs/fix.md#the-minimum-fix``.

Every fix hits all proofs. Guard a small set that hits those that are known; what is left open shows more of
them; when nothing is, that set is a fix, and the size of a smallest set that hits all that are known is a
lower bound.
"""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.preference import Intents, Preference
from meshmodel.analysis.fix.program import Program
from meshmodel.analysis.fix.proofs import violations
from meshmodel.analysis.fix.results import Fix
from meshmodel.analysis.fix.search import NOTHING, Known, Proof
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.steps import Relation
from meshmodel.analysis.toxic import toxic_agents
from meshmodel.model.stop import Stop, Stopped

_EACH: Final = 100_000
"""Checkpoints times nodes up to which it is said what each closes alone."""


def minimum_fix(engine: Engine, stop: Stop) -> Fix:
    """The preferred of the smallest sets of steps to guard that leave nothing open.

    Args:
        engine: what is to be fixed.
        stop: when to give up; the best that is known then is the answer, and says so.
    """
    search = Smallest(engine, stop)
    settled = search.run()
    best, steps = search.best, search.known.named(search.best)
    few = len(steps) * engine.mesh.size <= _EACH
    each = tuple(closing(engine, [step]) for step in steps if few and not stop())
    return Fix(
        cost=len(best),
        lower_bound=min(len(best), search.bound),
        optimal=search.bound >= len(best),
        checkpoints=steps,
        closes=engine.uncontrolled,
        interrupts=tuple(search.intents.interrupted(search.best)),
        closes_each=each if len(each) == len(steps) else (),
        before=engine.uncontrolled,
        settled=settled,
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


class Smallest:
    """The search for a smallest fix.

    Attributes:
        known: the relations and their numbers.
        intents: those that go through today.
        best: the smallest fix found so far.
        bound: how many relations every fix has at least, as far as it is proven.
    """

    def __init__(self, engine: Engine, stop: Stop) -> None:
        self._engine, self.known, self._stop = engine, Known(engine.mesh), stop
        self.intents = Intents(engine, self.known)
        self._proofs: set[Proof] = set()
        self.best = frozenset(map(self.known.number, _simple(engine)))
        self.bound = 1 if self.best else 0

    def run(self) -> bool:
        """Find a smallest fix, and the preferred one; whether it is proven to be that."""
        with suppress(Stopped):
            chosen = NOTHING
            while self._close(chosen) < len(self.best):
                program = Program(self._proofs, self.known.place, self._stop)
                try:
                    chosen = program.named(program.cheapest([1.0] * program.count))
                finally:
                    self.bound = max(self.bound, program.bound)
            preference = Preference(self._engine, self.known, self.intents, self._stop)
            while self.best:
                chosen = preference.preferred(self._proofs, len(self.best))
                if not self._open_after(chosen) and not preference.learn(chosen):
                    self.best = chosen
                    break
            return True
        return False

    def _open_after(self, chosen: Proof) -> set[Proof]:
        """Proofs of what is left open where these are guarded; they are kept.

        Raises:
            Stopped: it was time to stop before that was known.
        """
        self._stop.check()
        every = violations(self._engine, chosen, self.known, self._stop)
        found = next(filter(None, (each.proofs() for each in every)), set[Proof]())
        self._proofs |= found
        return found

    def _close(self, chosen: Proof) -> int:
        """Guard more until nothing is left open; what is proven by the proofs met on the way."""
        while found := self._open_after(chosen):
            more, apart = _quick(found)
            chosen |= more
            self.bound = max(self.bound, apart)
        if len(chosen) < len(self.best):
            self.best = chosen
        return self.bound


def _simple(engine: Engine) -> set[Relation]:
    """A fix that is easy to find: the grants of all doors, and on confidential data where flows are toxic."""
    mesh, private = engine.mesh, set(engine.mesh.private)
    found: set[Relation] = {("grant", each.credential, each.system) for each in engine.missing}
    if toxic_agents(engine.reaches):
        found |= {
            mesh.relation(*step) for step in mesh.steps["grant"] if mesh.original(step[1]) // 5 in private
        }
    return found


def _quick(proofs: Collection[Proof]) -> tuple[Proof, int]:
    """A small set that hits some proofs: of each that is left what most share; and how many share nothing."""
    count, chosen = Counter(relation for proof in proofs for relation in proof), set[int]()
    used, apart = set[int](), 0
    for proof in sorted(proofs, key=lambda each: (len(each), sorted(each))):
        if chosen.isdisjoint(proof):
            chosen.add(max(sorted(proof), key=count.__getitem__))
        if used.isdisjoint(proof):
            used |= proof
            apart += 1
    return frozenset(chosen), apart
