"""The fewest crossings, and toxic flows, that remain within a budget.

A violation is closed when each of its proofs is hit. The fewest that remain are found by an integer program
in which proofs are added until what it says of its own solution is true. What that does not settle is
bounded: from above by sets that were tried, from below by what the programs have proven.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.preference import Preference
from meshmodel.analysis.fix.program import Program, Row
from meshmodel.analysis.fix.proofs import FLOW, Changed, Violation
from meshmodel.analysis.fix.search import NOTHING, Proof
from meshmodel.model.stop import Stop

PROVABLE: Final = 3_000
"""Where more crossings are uncontrolled, the programs would be too large, and the curve is bounded."""
Progress = Callable[[int, int], None]
"""Told how many points of how many are done."""


class Fewest:
    """The fewest crossings, and toxic flows where they are asked for, that remain within a budget.

    Attributes:
        measures: what can be taken.
        tried: how many remain, at which price, and which were taken.
        at_least: by budget how many remain at least, as far as it is proven.
    """

    def __init__(self, changed: Changed, stop: Stop, *, flows: bool) -> None:
        self._changed, self.measures, self._stop, self._flows = changed, changed.measures, stop, flows
        before = self._open_in(changed.engine)
        self.tried: list[tuple[int, int, Proof]] = [(before, 0, NOTHING)]
        self.at_least: defaultdict[int, int] = defaultdict(int)
        self._proofs: defaultdict[Violation, set[Proof]] = defaultdict(set)
        self.is_provable = before <= PROVABLE
        self._doors = changed.doors()
        if not self.measures.changing:
            self.at_least[0] = before

    def _open_in(self, engine: Engine) -> int:
        return engine.uncontrolled + (engine.toxic.bit_count() if self._flows else 0)

    def best(self, budget: int) -> tuple[int, int, Proof]:
        """The best within a budget; of equal ones the one that takes least."""
        fits = (each for each in self.tried if each[1] <= budget)
        return min(fits, key=lambda each: (each[0], self.measures.cost(each[2])))

    def try_(self, chosen: Proof) -> int:
        """How many remain where these are taken."""
        self._stop.check()
        remaining = self._open_in(self._changed.by(chosen)[0])
        self.tried.append((remaining, self.measures.cost(chosen)[0], chosen))
        return remaining

    def prove(self, budget: int) -> None:
        """Find the fewest that remain within a budget, and prove it.

        Raises:
            Stopped: it was time to stop before.
        """
        chosen = self._least(budget) if self._proofs else NOTHING
        while self.best(budget)[0] > self.at_least[budget]:
            if self.try_(chosen) <= self.at_least[budget]:
                break
            self._learn(chosen)
            chosen = self._least(budget)

    def cheapen(self, budget: int, preference: Preference | None = None) -> Proof:
        """The cheapest that leave as few as is proven for a budget; and the preferred of these.

        Raises:
            Stopped: it was time to stop before.
        """
        while self._proofs:
            program, weights = self._program(budget)
            prices = self.measures.prices(program.measures)
            if preference is None:  # the price, then the number, then doors, by one program
                many = len(prices) + 1
                costs = [
                    price * many * many + many + (self.measures.names[each][1:4] not in self._doors)
                    for each, price in zip(program.measures, prices, strict=True)
                ]
                remaining = range(len(prices), program.count)
                program.rows.append(
                    Row(remaining, -self.at_least[budget], [-weights[each] for each in remaining])
                )
                chosen = program.named(program.cheapest(costs))
            else:
                program.settle_on(weights, self.at_least[budget])
                program.settle_on(prices)
                chosen = preference.preferred(program)
            if self.try_(chosen) > self.at_least[budget]:
                self._learn(chosen)
            elif preference is None or not preference.learn(chosen):
                return chosen
        return NOTHING

    def falling(self, budget: int) -> Iterator[int]:
        """The budgets, from one down, at which fewer would leave more open; each is proven when it is told.

        Raises:
            Stopped: it was time to stop before the next was proven.
        """
        while budget >= 0:
            self.prove(budget)
            self.cheapen(budget)
            yield budget
            budget = self.best(budget)[1] - 1

    def _learn(self, chosen: Proof) -> None:
        """Learn proofs of what remains: it does, unless more is taken."""
        for violation, proof in self._changed.violations(chosen, self._stop).each():
            if self._flows or violation[1] != FLOW:
                self._proofs[violation].add(proof)

    def _least(self, budget: int) -> Proof:
        """Measures that leave the fewest as far as is known; how many that is at least is kept."""
        program, weights = self._program(budget)
        chosen = program.cheapest(weights)
        self.at_least[budget] = program.bound
        return program.named(chosen)

    def _program(self, budget: int) -> tuple[Program, list[float]]:
        """The program in which a column beside the measures is one where its crossings remain."""
        # Crossings with the same proofs are one.
        weights = Counter(map(_minimal, self._proofs.values()))
        program = Program(set().union(*weights), self.measures.place, self._stop)
        width = len(program.measures)
        program.rows = [
            Row([*sorted(map(program.column.__getitem__, proof)), width + place])
            for place, some in enumerate(weights)
            for proof in sorted(some, key=sorted)
        ]
        prices = [-float(self.measures.price(each)) for each in program.measures]
        program.rows.append(Row(range(width), -budget, prices))
        program.count += len(weights)
        return program, [0.0] * width + [float(weight) for weight in weights.values()]


def _minimal(proofs: set[Proof]) -> frozenset[Proof]:
    """The proofs that have no other one as a part: who hits that hits them."""
    return frozenset(each for each in proofs if not any(other < each for other in proofs))
