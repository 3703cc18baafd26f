"""The findings of the view in force, one cause a row, and what was accepted of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast
from weakref import WeakKeyDictionary

from textual.binding import Binding, BindingType

from meshmodel.analysis.results import Finding
from meshmodel.answers.acceptances import unmatched_acceptances
from meshmodel.answers.causes import causes_of
from meshmodel.app.messages import CommandRequested, Notice
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.cause_lines import cause_lines, lost_lines, words_of_none
from meshmodel.app.presentation.findings_index import findings_index
from meshmodel.app.presentation.lenses import facts_of
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import ListPanel
from meshmodel.app.widgets.rows import ListRow, note_row
from meshmodel.model.records import Acceptance

if TYPE_CHECKING:
    from meshmodel.api import Analysis
    from meshmodel.app.presentation.both_analyses import Results
    from meshmodel.app.terminal.key_queue import KeysInOrder

_Key = tuple[str, str]
Point = Callable[[Finding | None], object]


class FindingsList(ListPanel, Bound):
    """All findings of the view in force, by severity; choosing one lights its witness.

    What is accepted stands below, with who, until when and why; then acceptances whose finding is gone.
    Space shows what other rules say of the same cause in rows of their own; so does choosing the open one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "unfold", "unfold", show=False)]
    one_line = True
    _unfolded: frozenset[_Key] = frozenset()
    _opened_by = -1
    """Which key or click opened a row last."""

    def __init__(self, point: Point = lambda _: None, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Arguments: what opens a finding, or with ``None`` closes it; and the widget's id."""
        super().__init__(id=id)
        self._open = point

    def follow(self, shown: WorkbenchState) -> None:
        """Show this; while nobody walks the list, its cursor is on the finding that is open."""
        before = None if self.shown is None else self.shown.opened
        super().follow(shown)
        if shown.finding is not None and shown.opened is not before and not self.has_focus_within:
            self.rows.go_to((shown.finding.rule, shown.finding.subject))

    def open_row(self) -> None:
        """Open the finding under the cursor, unless it is open: a lens may have taken its place."""
        if self.shown is not None and self._under_cursor != self.shown.finding:
            self._open(self._under_cursor)

    @property
    def _under_cursor(self) -> Finding | None:
        row = self.rows.row
        return row.value if row is not None and isinstance(row.value, Finding) else None

    @property
    def acceptance(self) -> Acceptance | None:
        """The acceptance under the cursor whose finding is gone."""
        row = self.rows.row
        return row.value if row is not None and isinstance(row.value, Acceptance) else None

    def basis(self, shown: WorkbenchState) -> object:
        """Both analyses, and what is unfolded."""
        analyses = shown.built, shown.designed, shown.is_current, shown.problem
        return shown.view, *analyses, shown.findings_by, self._unfolded

    def show_state(self, shown: WorkbenchState) -> None:
        """Show the findings of this; that they are being computed, or why they could not be."""
        analysis = shown.analysis
        if analysis is None or shown.problem:
            self.show_rows([note_row(shown.why_nothing)])
            return
        rows = []
        if not shown.is_current:
            rows.append(note_row(f"{shown.why_nothing} these are from before the last edit"))
        if not analysis.findings:
            rows += map(note_row, words_of_none(analysis.summary, analysis.snapshot.open_questions))
        if self._unfolded or shown.findings_by != "severity":
            rows += map(row_of, cause_lines(analysis, self._unfolded, shown.findings_by))
        else:
            rows += ready_rows(analysis)
        if shown.built is not None and shown.designed is not None:
            analyses = {id(each): each for each in (shown.built, shown.designed)}
            rows += map(row_of, lost_lines(unmatched_acceptances(analyses.values())))
        self.show_rows(rows)

    def action_unfold(self) -> None:
        """Show or hide the rows of the other rules that speak of the same cause; say where there are none."""
        if self._under_cursor is not None and not self._unfold():
            self.post_message(Notice("nothing is folded under this finding"))

    def _unfold(self) -> bool:
        """Show or hide these rows; whether there are any."""
        shown, found = self.shown, self._under_cursor
        if shown is None or shown.analysis is None or found is None:
            return False
        is_folding = any(cause.also for cause in causes_of(shown.analysis) if cause.finding is found)
        if is_folding:
            self._unfolded ^= {(found.rule, found.subject)}
            self.follow(shown)
        return is_folding

    @property
    def _input_count(self) -> int:
        """Number of key presses and clicks since the start; a change means the user has moved on."""
        return cast("KeysInOrder", self.app).input_count

    def submit(self) -> None:
        """Go from the filter to its row, and unfold nothing there."""
        super().submit()
        self._opened_by = self._input_count

    def chosen(self, value: Any) -> None:
        """Open the finding, or the acceptance of one that is gone; one that was open before is unfolded."""
        if isinstance(value, Acceptance):
            self.post_message(CommandRequested("accept"))
        else:
            self._open(value)
        if self._opened_by != self._input_count:
            self._unfold()

    def pointed(self, value: Any) -> None:
        """Walking the list opens each finding as it goes; where that is gone, none is open."""
        self._opened_by = self._input_count
        self._open(value if isinstance(value, Finding) else None)

    def pointed_at_none(self) -> None:
        """Where the filter leaves none, none is open."""
        self._open(None)


_READY: "WeakKeyDictionary[Analysis, list[ListRow]]" = WeakKeyDictionary()


def ready_rows(analysis: "Analysis") -> list[ListRow]:
    """The rows of an analysis with nothing unfolded, made once; any thread may ask for them first."""
    found = _READY.get(analysis)
    if found is None:
        found = _READY[analysis] = [*map(row_of, cause_lines(analysis, frozenset()))]
    return found


def prepare_panels(results: "Results") -> "Results":
    """The same with what the drawing shows of it; what panels ask for next is made and kept."""
    for each in dict.fromkeys((results.built, results.designed)):
        ready_rows(each)
        findings_index(each)
        _ = each.questions
    built = facts_of(results.built)
    designed = built if results.designed is results.built else facts_of(results.designed)
    return replace(results, facts={"built": built, "designed": designed})
