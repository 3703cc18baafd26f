"""Small integer programs over zero and one, solved by HiGHS; the one place that knows it.

HiGHS and numpy, which it needs, are imported for the first program.
"""

from collections.abc import Iterable, Sequence
from math import ceil, inf
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.engine.stopping import Stop

if TYPE_CHECKING:
    from highspy import Highs, HighsCallbackEvent, HighsLp

_NEARLY: Final = 1e-6
_OPTIONS: Final[dict[str, bool | float | str]] = {
    "output_flag": False,
    "parallel": "off",  # the same answer on every machine
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.999,  # costs are whole numbers
    "mip_heuristic_run_feasibility_jump": False,  # takes longer than most of these programs
}


class Row(NamedTuple):
    """A constraint: the sum of the columns, each times its factor (by default 1), is at least so much.

    ``exactly``: it is not more either.
    """

    columns: Sequence[int]
    least: float = 1
    factors: Sequence[float] | None = None
    exactly: bool = False


class Solution(NamedTuple):
    """What the solver found.

    Attributes:
        chosen: the columns that are one; ``None`` where none was found, in time or at all.
        bound: what the costs are at least, where they are whole numbers.
        proven: whether the chosen ones cost no more than that.
    """

    chosen: frozenset[int] | None
    bound: int
    proven: bool


class Program:
    """Columns that are zero or one, and what must hold of them.

    Attributes:
        count: how many columns there are.
        rows: what must hold.
        fixed: columns whose value is settled.
    """

    def __init__(self, count: int, rows: Iterable[Row], stop: Stop) -> None:
        self.count, self.rows, self._stop = count, list(rows), stop
        self.fixed: dict[int, int] = {}

    def cheapest(self, costs: Sequence[float]) -> Solution:
        """A cheapest choice of columns; the costs of each are whole numbers."""
        if self._stop():
            return Solution(None, 0, proven=False)
        import highspy

        highs = self._run(costs)
        info = highs.getInfo()
        chosen = None
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            values = highs.getSolution().col_value
            chosen = frozenset(column for column, value in enumerate(values) if value > 0.5)
        bound = info.mip_dual_bound
        at_least = ceil(bound - _NEARLY) if abs(bound) < 1e15 else 0
        proven = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return Solution(chosen, at_least, proven)

    def keep_to(self, costs: Sequence[float], at_least: int) -> None:
        """Admit only what costs the least, which is known.

        Where the relaxation costs as much, its dual solution says which rows are met exactly, and which
        columns have which value, in every solution; that is much easier to solve than a limit to the costs.
        """
        import highspy

        if self._stop():
            return
        highs = self._run(costs, whole=False)
        exact = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        if not exact or highs.getInfo().objective_function_value < at_least - _NEARLY:
            columns = [column for column, cost in enumerate(costs) if cost]
            self.rows.append(Row(columns, -at_least, [-costs[column] for column in columns]))
            return
        solution = highs.getSolution()
        for column, dual in enumerate(solution.col_dual):
            if abs(dual) > _NEARLY:
                self.fixed.setdefault(column, 0 if dual > 0 else 1)
        self.rows = [
            row._replace(exactly=row.exactly or dual > _NEARLY)
            for row, dual in zip(self.rows, solution.row_dual, strict=True)
        ]
        self.settle()

    def settle(self) -> None:
        """Leave out rows that hold whatever else is chosen, and fix what only one value is left for."""
        settled = True
        while settled:
            settled, left = False, list[Row]()
            for row in self.rows:
                open_ = [column for column in row.columns if column not in self.fixed]
                ones = sum(self.fixed.get(column, 0) for column in row.columns)
                if row.factors is not None or (ones < row.least < ones + len(open_)):
                    left.append(row)
                # All of them are needed, or none may be added, or it holds as it is.
                elif ones < row.least or row.exactly:
                    self.fixed |= dict.fromkeys(open_, int(ones < row.least))
                    settled = settled or bool(open_)
            self.rows = left

    def _run(self, costs: Sequence[float], *, whole: bool = True) -> "Highs":
        import highspy

        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = self.count, len(self.rows)
        program.col_cost_ = list(map(float, costs))
        program.col_lower_ = [float(self.fixed.get(column, 0)) for column in range(self.count)]
        program.col_upper_ = [float(self.fixed.get(column, 1)) for column in range(self.count)]
        if whole:
            program.integrality_ = [highspy.HighsVarType.kInteger] * self.count
        program.row_lower_ = [float(row.least) for row in self.rows]
        program.row_upper_ = [float(row.least) if row.exactly else highspy.kHighsInf for row in self.rows]
        starts = [0]
        columns: list[int] = []
        factors: list[float] = []
        for row in self.rows:
            columns += row.columns
            factors += row.factors or (1.0,) * len(row.columns)
            starts.append(len(columns))
        matrix = program.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.start_, matrix.index_, matrix.value_ = starts, columns, factors
        highs = highspy.Highs()  # type: ignore[no-untyped-call] # the library's own
        for option, value in _OPTIONS.items():
            highs.setOptionValue(option, value)
        seconds = self._stop.remaining()
        if seconds < inf:
            highs.setOptionValue("time_limit", seconds)
        self._solve(highs, program)
        return highs

    def _solve(self, highs: "Highs", program: "HighsLp") -> None:
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
        highs.passModel(program)
        highs.run()
        if broken:
            raise broken[0]
