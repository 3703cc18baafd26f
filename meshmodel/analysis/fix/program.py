"""Integer programs over zero and one, solved by HiGHS, which is imported for the first: it takes long.

A minimum fix, or a plan (``docs/fix.md#the-plan``), is a cheapest set that hits every proof: a column is a
measure, and a row says that those of a proof sum up to at least one. Of its preferences each is settled
before the next one is looked at.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.fix.search import NOTHING, Proof
from meshmodel.model.stop import Stop, Stopped

if TYPE_CHECKING:
    from highspy import Highs, HighsCallbackEvent

_NEARLY: Final = 1e-6
_OPTIONS: Final[dict[str, bool | float | str]] = {
    "output_flag": False,
    "parallel": "off",  # the same answer on every machine
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.999,  # costs are whole numbers
    "mip_heuristic_run_feasibility_jump": False,  # takes longer than most of these programs
}


class Constraint(NamedTuple):
    """The sum of the columns, each times its factor (by default 1), is at least so much, or exactly."""

    columns: Sequence[int]
    least: float = 1
    factors: Sequence[float] | None = None
    exactly: bool = False


class IntegerProgram:
    """Which measures to take so that proofs are hit, and whatever else is decided by that.

    Attributes:
        measures: those of the proofs, in their order: the first columns, each of which is zero or one.
        column: by measure its column.
        count: the number of columns; there may be further ones.
        rows: what must hold.
        fixed: by column its value, where only one is left.
        bound: what the last choice costs at least, as far as it was proven.
    """

    def __init__(self, proofs: Iterable[Proof], place: Callable[[int], object], stop: Stop) -> None:
        """Begin with the rows that hit some proofs; ``place`` says where a measure stands in the order."""
        proofs = list(proofs)
        self.measures = sorted(NOTHING.union(*proofs), key=place)  # type: ignore[arg-type] # it orders them
        self.column = {measure: number for number, measure in enumerate(self.measures)}
        self.count, self.bound, self._stop = len(self.measures), 0, stop
        self.rows = [
            Constraint(each) for each in sorted(sorted(map(self.column.__getitem__, each)) for each in proofs)
        ]
        self.fixed: dict[int, int] = {}

    def cheapest(self, costs: Sequence[float]) -> frozenset[int]:
        """The columns that are one in a cheapest choice.

        Args:
            costs: of the first columns, whole numbers; the others cost nothing.

        Raises:
            Stopped: it was time to stop before it was proven; ``bound`` says what was.
        """
        self.bound = 0
        highs, is_optimal = self._run(costs, is_whole=True)
        bound = highs.getInfo().mip_dual_bound
        self.bound = ceil(bound - _NEARLY) if abs(bound) < 1e15 else 0
        if not is_optimal:
            raise Stopped
        return frozenset(column for column, value in enumerate(highs.getSolution().col_value) if value > 0.5)

    def named(self, chosen: Iterable[int]) -> Proof:
        """The measures among some columns."""
        return frozenset(self.measures[each] for each in chosen if each < len(self.measures))

    def settle_on(self, costs: Sequence[float], cost: int | None = None) -> None:
        """Admit only the cheapest choices; what they cost is worked out where it is not known.

        Where the relaxation costs as much, its dual solution says which rows are met exactly, and which
        columns have which value, in every solution; that is much easier to solve than a limit to the costs.

        Raises:
            Stopped: it was time to stop before it was known.
        """
        if all(column in self.fixed for column, each in enumerate(costs) if each):
            return
        if cost is None:
            self.cheapest(costs)
            cost = self.bound
        highs, is_optimal = self._run(costs, is_whole=False)
        if not is_optimal or highs.getInfo().objective_function_value < cost - _NEARLY:
            columns = [column for column, each in enumerate(costs) if each]
            self.rows.append(Constraint(columns, -cost, [-costs[column] for column in columns]))
            return
        solution = highs.getSolution()
        for column, dual in enumerate(solution.col_dual):
            if abs(dual) > _NEARLY:
                self.fixed.setdefault(column, 0 if dual > 0 else 1)
        duals = zip(self.rows, solution.row_dual, strict=True)
        self.rows = [row._replace(exactly=row.exactly or dual > _NEARLY) for row, dual in duals]
        self.settle()

    def settle(self) -> None:
        """Leave out rows that hold whatever else is chosen, and fix what only one value is left for."""
        before = -1
        while before < len(self.fixed):
            before, rows, self.rows = len(self.fixed), self.rows, []
            for row in rows:
                waiting = [column for column in row.columns if column not in self.fixed]
                least = row.least - sum(self.fixed.get(column, 0) for column in row.columns)
                if row.factors is not None:
                    self.rows.append(row)
                elif 0 < least < len(waiting):
                    self.rows.append(Constraint(waiting, least, exactly=row.exactly))
                # All of them are needed, or none may be added, or it holds as it is.
                elif least > 0 or row.exactly:
                    self.fixed |= dict.fromkeys(waiting, int(least > 0))

    def _stated(self, costs: Sequence[float], *, is_whole: bool) -> "Highs":
        """The program as it is put to the solver."""
        import highspy

        highs, every = highspy.Highs(), list(range(self.count))  # type: ignore[no-untyped-call]  # its stubs lack it
        for option, value in _OPTIONS.items():
            highs.setOptionValue(option, value)
        highs.setOptionValue("time_limit", self._stop.remaining())
        kind = highspy.HighsVarType.kInteger if is_whole else highspy.HighsVarType.kContinuous
        bounds = [[float(self.fixed.get(column, free)) for column in every] for free in (0, 1)]
        highs.addVars(self.count, *bounds)
        highs.changeColsCost(len(costs), every[: len(costs)], list(costs))
        highs.changeColsIntegrality(self.count, every, [kind] * self.count)  # type: ignore[arg-type]  # lists do
        least = [row.least for row in self.rows]
        most = [row.least if row.exactly else highspy.kHighsInf for row in self.rows]
        starts = [0, *accumulate(len(row.columns) for row in self.rows)]
        columns = [each for row in self.rows for each in row.columns]
        factors = [each for row in self.rows for each in row.factors or [1.0] * len(row.columns)]
        highs.addRows(len(self.rows), least, most, len(columns), starts[:-1], columns, factors)
        return highs

    def _run(self, costs: Sequence[float], *, is_whole: bool) -> tuple["Highs", bool]:
        """What the solver finds, and whether that is proven."""
        self._stop.check()
        highs = self._stated(costs, is_whole=is_whole)
        broken: list[BaseException] = []

        def interrupt(event: "HighsCallbackEvent") -> None:
            # An exception, such as that of Ctrl+C, must not pass through the solver's own code.
            try:
                if self._stop():
                    event.interrupt()
            except BaseException as error:  # noqa: BLE001  # it is raised again below
                broken.append(error)
                event.interrupt()

        highs.cbMipInterrupt.subscribe(interrupt)
        highs.cbSimplexInterrupt.subscribe(interrupt)
        highs.run()
        if broken:
            raise broken[0]
        return highs, highs.getModelStatus().name == "kOptimal"
