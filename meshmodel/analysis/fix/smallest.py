"""A cheapest set of measures that leaves no uncontrolled crossing and no toxic flow.

See ``docs/fix.md#the-fewest-checkpoints`` and ``docs/fix.md#the-plan``.

Every set that does hits all proofs. Take a cheap set that hits those that are known; what is left open shows
more of them; when nothing is, that set is a fix or a plan, and the price of a cheapest set that hits all that
are known is a lower bound. Of several cheapest ones preferences decide: each is settled before the next is
looked at.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.preference import Preference
from meshmodel.analysis.fix.program import Constraint, IntegerProgram
from meshmodel.analysis.fix.proofs import ChangedModel, Violation
from meshmodel.analysis.fix.search import NOTHING, Proof
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.steps import Relation
from meshmodel.model.stop import Stop, Stopped


def closing(engine: Engine, steps: Collection[StepKey]) -> int:
    """How many uncontrolled crossings it closes to guard these steps, each with all its actions.

    Raises:
        KeyError: there is no such step, or it is a boundary.
    """
    meshes = engine.mesh, engine.mesh.outsiders  # where outsiders administer what is typed, it is heard too
    for step in steps:
        if not any(mesh.has(each) for mesh in meshes for each in mesh.ends(*step)):
            raise KeyError(step)
    return engine.uncontrolled - engine.guarding(steps).uncontrolled


class Cheapest:
    """The search for a cheapest set of measures.

    Attributes:
        intents: those that go through today.
        best: the cheapest set found so far.
        bound: what every set costs at least, as far as it is proven.
    """

    def __init__(
        self, changed: ChangedModel, stop: Stop, best: Proof, hopeless: Collection[Violation] = ()
    ) -> None:
        """Begin.

        Args:
            changed: the model, and the measures.
            stop: when to give up.
            best: measures that leave nothing open but what is hopeless.
            hopeless: what stays open whatever is done.
        """
        self._changed, self._measures, self._stop = changed, changed.measures, stop
        self._hopeless, self.best = hopeless, best
        self.intents = changed.intents(stop)
        self._proofs: set[Proof] = set()
        self.bound = 1 if best and not self._measures.changing else 0

    def run(self) -> bool:
        """Find a cheapest set, and the preferred one; whether it is proven to be that."""
        with suppress(Stopped):
            chosen = NOTHING
            while self._close(chosen) < self._price(self.best):
                program = self._program()
                try:
                    prices = self._measures.prices(program.measures)
                    chosen = self._lean(program.named(program.cheapest(prices)))
                finally:
                    self.bound = max(self.bound, program.bound)
            preference = Preference(self.intents, self._changed.doors())
            while self.best:
                program = self._program()
                program.settle_on(self._measures.prices(program.measures), self.bound)
                chosen = preference.preferred(program)
                if not self._open_after(chosen) and not preference.learn(chosen):
                    self.best = chosen
                    break
            return True
        return False

    def alike(self, number: int) -> list[Proof]:
        """Other sets that cost as much in every part as the best, which is proven: at most so many."""
        found, preference = [self.best], Preference(self.intents, self._changed.doors())
        with suppress(Stopped):  # there is no further one, or time is over
            while len(found) <= number and self.best:
                program = self._program()
                program.settle_on(self._measures.prices(program.measures), self.bound)
                preference.settle_costs(program)
                for each in found:
                    columns = [program.column[measure] for measure in each]
                    program.rows.append(Constraint(columns, 1 - len(columns), [-1.0] * len(columns)))
                chosen = preference.first(program)
                if chosen in found:  # all columns were settled: there is but one
                    break
                cost = self._measures.cost
                if not self._open_after(chosen) and cost(chosen) == cost(self.best):
                    found.append(chosen)
        return found[1:]

    def _program(self) -> IntegerProgram:
        return IntegerProgram(self._proofs, self._measures.place, self._stop)

    def _price(self, chosen: Proof) -> int:
        return self._measures.cost(chosen)[0]

    def _open_after(self, chosen: Proof) -> set[Proof]:
        """Proofs of what is left open where these are taken; they are kept.

        Raises:
            Stopped: it was time to stop before that was known.
        """
        self._stop.check()
        found = self._changed.violations(chosen, self._stop, self._hopeless).proofs()
        self._proofs |= found
        return found

    def _close(self, chosen: Proof) -> int:
        """Take more until nothing is left open; what is proven by the proofs met on the way."""
        while found := self._open_after(chosen):
            more, apart = self._quick(found)
            chosen |= more
            self.bound = max(self.bound, apart)
        if self._measures.cost(chosen) < self._measures.cost(self.best):
            self.best = chosen
        return self.bound

    def _lean(self, chosen: Proof) -> Proof:
        """Without the drops and limits that no known proof asks for."""
        hits = {proof: len(proof & chosen) for proof in self._proofs}
        hitting: defaultdict[int, list[Proof]] = defaultdict(list)
        for proof in self._proofs:
            for each in proof & chosen:
                hitting[each].append(proof)
        for each in sorted(self._measures.changes(chosen)):
            if all(hits[proof] > 1 for proof in hitting[each]):
                chosen -= {each}
                for proof in hitting[each]:
                    hits[proof] -= 1
        return chosen

    def _quick(self, proofs: Collection[Proof]) -> tuple[Proof, int]:
        """A cheap set that hits some proofs: of each that is left what most share; what all cost at least.

        Proofs that share nothing cost what the cheapest of each does.
        """
        price = self._measures.price
        count, chosen = Counter(measure for proof in proofs for measure in proof), set[int]()
        used, apart = set[int](), 0
        for proof in sorted(proofs, key=lambda each: (len(each), sorted(each))):
            if chosen.isdisjoint(proof):
                chosen.add(min(sorted(proof), key=lambda each: (price(each) + _LITTLE) / count[each]))
            if used.isdisjoint(proof):
                used |= proof
                apart += min(map(price, proof))
        return frozenset(chosen), apart


_LITTLE: Final = 1 / 16
"""What a drop or a limit counts where sets are found quickly."""


def simple(engine: Engine) -> set[Relation]:
    """A fix that is easy to find: the grants of all doors, and on confidential data where flows are toxic."""
    mesh, private = engine.mesh, set(engine.mesh.private)
    found: set[Relation] = {("grant", each.credential, each.system) for each in engine.missing}
    if engine.toxic:
        found |= {
            mesh.relation(*step) for step in mesh.steps["grant"] if mesh.original(step[1]) // 5 in private
        }
    return found
