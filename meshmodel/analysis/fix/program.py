"""Integer programs over zero and one, solved by HiGHS, which is imported for the first: it takes long."""

from collections.abc import Iterable, Sequence
from math import ceil, inf
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.stopping import Stop

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


class Row(NamedTuple):
    """The sum of the columns, each times its factor (by default 1), is at least so much, or exactly."""

    columns: Sequence[int]
    least: float = 1
    factors: Sequence[float] | None = None
    exactly: bool = False


class Solution(NamedTuple):
    """What the solver found.

    Attributes:
        chosen: the columns that are one; ``None`` where none was found in time.
        bound: what the costs are at least.
        proven: whether the chosen ones cost no more than that.
    """

    chosen: frozenset[int] | None
    bound: int
    proven: bool


class Program:
    """Columns that are zero or one, the rows that must hold, and the columns that are settled."""

    def __init__(self, count: int, rows: Iterable[Row], stop: Stop) -> None:
        self.count, self.rows, self._stop = count, list(rows), stop
        self.fixed: dict[int, int] = {}

    def cheapest(self, costs: Sequence[float]) -> Solution:
        """A cheapest choice of columns; the costs are whole numbers."""
        if self._stop():
            return Solution(None, 0, proven=False)
        import highspy

        highs = self._run(costs, highspy.HighsVarType.kInteger)
        info, chosen = highs.getInfo(), None
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            values = highs.getSolution().col_value
            chosen = frozenset(column for column, value in enumerate(values) if value > 0.5)
        bound = ceil(info.mip_dual_bound - _NEARLY) if abs(info.mip_dual_bound) < 1e15 else 0
        return Solution(chosen, bound, highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def keep_to(self, costs: Sequence[float], at_least: int) -> None:
        """Admit only what costs the least, which is known.

        Where the relaxation costs as much, its dual solution says which rows are met exactly, and which
        columns have which value, in every solution; that is much easier to solve than a limit to the costs.
        """
        if self._stop():
            return
        import highspy

        highs = self._run(costs, highspy.HighsVarType.kContinuous)
        exact = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        if not exact or highs.getInfo().objective_function_value < at_least - _NEARLY:
            columns = [column for column, cost in enumerate(costs) if cost]
            self.rows.append(Row(columns, -at_least, [-costs[column] for column in columns]))
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
        settled = True
        while settled:
            settled, left = False, list[Row]()
            for row in self.rows:
                waiting = [column for column in row.columns if column not in self.fixed]
                ones = sum(self.fixed.get(column, 0) for column in row.columns)
                if row.factors is not None or ones < row.least < ones + len(waiting):
                    left.append(row)
                # All of them are needed, or none may be added, or it holds as it is.
                elif ones < row.least or row.exactly:
                    self.fixed |= dict.fromkeys(waiting, int(ones < row.least))
                    settled = settled or bool(waiting)
            self.rows = left

    def _run(self, costs: Sequence[float], kind: object) -> "Highs":
        import highspy

        highs, every = highspy.Highs(), list(range(self.count))  # type: ignore[no-untyped-call]
        for option, value in _OPTIONS.items():
            highs.setOptionValue(option, value)
        if self._stop.remaining() < inf:
            highs.setOptionValue("time_limit", self._stop.remaining())
        lower = [float(self.fixed.get(column, 0)) for column in every]
        upper = [float(self.fixed.get(column, 1)) for column in every]
        highs.addVars(self.count, lower, upper)
        highs.changeColsCost(self.count, every, list(costs))
        highs.changeColsIntegrality(self.count, every, [kind] * self.count)  # type: ignore[arg-type]
        for row in self.rows:
            most, factors = (
                row.least if row.exactly else highspy.kHighsInf,
                row.factors or [1.0] * len(row.columns),
            )
            highs.addRow(row.least, most, len(row.columns), list(row.columns), list(factors))
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
        return highs
