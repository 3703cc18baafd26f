"""The fewest crossings, and toxic flows, that remain within a budget: critical ones first.

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
from meshmodel.analysis.fix.proofs import Changed, Violation, open_in
from meshmodel.analysis.fix.search import NOTHING, Proof
from meshmodel.model.stop import Stop
from meshmodel.model.vocabulary import SEVERITIES

PROVABLE: Final = 3_000
"""Where more crossings are uncontrolled, the programs would be too large, and the trade-off is bounded."""
Progress = Callable[[int, int], None]
"""Told how many points of how many are done."""
Counts = tuple[int, ...]
"""How many remain, by severity: critical ones first."""
_LEVELS: Final = len(SEVERITIES)


class Fewest:
    """The fewest crossings and toxic flows that remain within a budget.

    Attributes:
        measures: what can be taken.
        tried: how many remain, at which price, and which were taken.
        at_least: by budget how many remain at least, as far as it is proven.
    """

    def __init__(self, changed: Changed, stop: Stop) -> None:
        self._changed, self.measures, self._stop = changed, changed.measures, stop
        before = self._open_in(changed.engine)
        self.tried: list[tuple[Counts, int, Proof]] = [(before, 0, NOTHING)]
        self.at_least: defaultdict[int, int] = defaultdict(int)
        self._settled: dict[int, Counts] = {}
        self._proofs: defaultdict[Violation, set[Proof]] = defaultdict(set)
        self.is_provable = sum(before) <= PROVABLE
        self._doors = changed.doors()

    def _level(self, violation: Violation) -> int:
        return _LEVELS - 1 - self._changed.severity(violation)

    def _open_in(self, engine: Engine) -> Counts:
        found = Counter(map(self._level, open_in(engine)))
        return tuple(found[level] for level in range(_LEVELS))

    def best(self, budget: int) -> tuple[Counts, int, Proof]:
        """The best within a budget; of equal ones what takes least, and was tried last."""
        fits = (each for each in reversed(self.tried) if each[1] <= budget)
        return min(fits, key=lambda each: (each[0], self.measures.cost(each[2])))

    def try_(self, chosen: Proof) -> Counts:
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
        settled: Counts = ()
        for level in range(_LEVELS):
            bound, chosen = self._least(budget, settled)
            while self.best(budget)[0][: level + 1] > (*settled, bound):
                if self.try_(chosen)[: level + 1] <= (*settled, bound):
                    break
                self._learn(chosen)
                bound, chosen = self._least(budget, settled)
            settled = (*settled, bound)
        self._settled[budget], self.at_least[budget] = settled, sum(settled)

    def cheapen(self, budget: int, above: Proof = NOTHING, preference: Preference | None = None) -> Proof:
        """The cheapest that leave as few as is proven for a budget; and the preferred of these.

        Args:
            budget: for which it is proven.
            above: the measures of the point above, of which these are where that costs nothing.
            preference: which are preferred.

        Raises:
            Stopped: it was time to stop before.
        """
        settled = self._settled[budget]
        while self._proofs:
            program, weights = self._program(budget, () if preference else settled)
            prices = self.measures.prices(program.measures)
            if preference is None:  # the price, then those of the point above, their number, doors
                many = len(prices) + 1
                costs = [
                    price * many**3
                    + (0 if each in above else many**2)
                    + many
                    + (self.measures.names[each][1:4] not in self._doors)
                    for each, price in zip(program.measures, prices, strict=True)
                ]
                chosen = program.named(program.cheapest(costs))
            else:
                for level, count in enumerate(settled):
                    program.settle_on(weights[level], count)
                program.settle_on(prices)
                chosen = preference.preferred(program)
            if self.try_(chosen) > settled:
                self._learn(chosen)
            elif preference is None or not preference.learn(chosen):
                return chosen
        return NOTHING

    def falling(self, budget: int, above: Proof) -> Iterator[int]:
        """The budgets, from one down, at which fewer would leave more open; each is proven when it is told.

        Args:
            budget: the first.
            above: the measures of the point above.

        Raises:
            Stopped: it was time to stop before the next was proven.
        """
        while budget >= 0:
            self.prove(budget)
            self.cheapen(budget, above)
            yield budget
            _, price, above = self.best(budget)
            budget = price - 1

    def _learn(self, chosen: Proof) -> None:
        """Learn proofs of what remains: it does, unless more is taken."""
        for violation, proof in self._changed.violations(chosen, self._stop).each():
            self._proofs[violation].add(proof)

    def _least(self, budget: int, settled: Counts) -> tuple[int, Proof]:
        """How many remain at least of the next severity, as far as is known, and what leaves so many."""
        if not self._proofs:
            return 0, NOTHING
        program, weights = self._program(budget, settled)
        chosen = program.cheapest(weights[len(settled)])
        self.at_least[budget] = max(self.at_least[budget], sum(settled) + program.bound)
        return program.bound, program.named(chosen)

    def _program(self, budget: int, settled: Counts) -> tuple[Program, list[list[float]]]:
        """The program in which a column beside the measures is one where its crossings remain.

        Args:
            budget: for which it is.
            settled: how many remain of the severities that are settled.

        Returns:
            It, and by severity what each column counts.
        """
        # Crossings with the same proofs are one.
        kinds = Counter((_minimal(some), self._level(each)) for each, some in self._proofs.items())
        program = Program(set().union(*(some for some, _ in kinds)), self.measures.place, self._stop)
        width = len(program.measures)
        program.rows = [
            Row([*sorted(map(program.column.__getitem__, proof)), width + place])
            for place, (some, _) in enumerate(kinds)
            for proof in sorted(some, key=sorted)
        ]
        prices = [-float(self.measures.price(each)) for each in program.measures]
        program.rows.append(Row(range(width), -budget, prices))
        program.count += len(kinds)
        weights = [
            [0.0] * width + [float(count) * (level == each) for (_, level), count in kinds.items()]
            for each in range(_LEVELS)
        ]
        for counts, count in zip(weights, settled, strict=False):
            some = [column for column, each in enumerate(counts) if each]
            program.rows.append(Row(some, -count, [-counts[column] for column in some]))
        return program, weights


def _minimal(proofs: set[Proof]) -> frozenset[Proof]:
    """The proofs that have no other one as a part: who hits that hits them."""
    return frozenset(each for each in proofs if not any(other < each for other in proofs))
