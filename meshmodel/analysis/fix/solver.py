"""Small integer programs over zero and one, solved by HiGHS; the one place that knows it.

HiGHS and numpy, which it needs, are imported for the first program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.fix.stopping import Stop

if TYPE_CHECKING:
    from highspy import HighsCallbackEvent

_NEARLY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Row:
    """A constraint: the sum of the columns, each times its factor, is at least so much.

    Where there are no ``factors``, each is 1.
    """

    columns: tuple[int, ...]
    least: float
    factors: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """What the solver found.

    Attributes:
        chosen: the columns that are one; ``None`` where none was found, in time or at all.
        bound: what the costs are at least, where they are whole numbers.
        proven: whether the chosen ones cost no more than that.
    """

    chosen: frozenset[int] | None
    bound: int
    proven: bool


def solve(costs: Sequence[float], rows: Sequence[Row], stop: Stop, *, free: Sequence[int] = ()) -> Solution:
    """A cheapest choice of columns that satisfies every row.

    Args:
        costs: of each column, whole numbers.
        rows: the constraints.
        stop: when to give up; what is known then is the answer.
        free: columns that need not be whole, between zero and one.
    """
    import highspy

    if stop():
        return Solution(None, 0, proven=False)
    program = highspy.HighsLp()
    count = len(costs)
    program.num_col_ = count
    program.num_row_ = len(rows)
    program.col_cost_ = list(map(float, costs))
    program.col_lower_ = [0.0] * count
    program.col_upper_ = [1.0] * count
    whole = [highspy.HighsVarType.kInteger] * count
    for column in free:
        whole[column] = highspy.HighsVarType.kContinuous
    program.integrality_ = whole
    program.row_lower_ = [float(row.least) for row in rows]
    program.row_upper_ = [highspy.kHighsInf] * len(rows)
    starts = [0]
    columns: list[int] = []
    factors: list[float] = []
    for row in rows:
        columns += row.columns
        factors += row.factors or (1.0,) * len(row.columns)
        starts.append(len(columns))
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_, matrix.index_, matrix.value_ = starts, columns, factors
    highs = highspy.Highs()  # type: ignore[no-untyped-call] # the library's own
    for option, value in _OPTIONS.items():
        highs.setOptionValue(option, value)
    seconds = stop.remaining()
    if seconds < inf:
        highs.setOptionValue("time_limit", seconds)

    broken: list[BaseException] = []

    def interrupt(event: "HighsCallbackEvent") -> None:
        # An exception, such as that of Ctrl+C, must not pass through the solver's own code.
        try:
            if stop():
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
    status, info = highs.getModelStatus(), highs.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solution(None, 0, proven=True)
    chosen = None
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        values = highs.getSolution().col_value
        chosen = frozenset(column for column, value in enumerate(values) if value > 0.5)
    bound = info.mip_dual_bound
    least = ceil(bound - _NEARLY) if abs(bound) < 1e15 else 0
    return Solution(chosen, least, proven=status == highspy.HighsModelStatus.kOptimal)


_OPTIONS: Final[dict[str, bool | float | str]] = {
    "output_flag": False,
    "parallel": "off",  # the same answer on every machine
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.999,  # costs are whole numbers
    "mip_heuristic_run_feasibility_jump": False,  # takes longer than most of these programs
}
