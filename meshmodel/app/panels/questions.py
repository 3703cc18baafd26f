"""Questions: what the drawing does not say yet. They have a list of their own and never shout."""

from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, line, saying
from meshmodel.model.phrases import GLYPHS
from meshmodel.reports.questions import questions_of

if TYPE_CHECKING:
    from meshmodel.analysis.results import Question


class QuestionList(FilterList, Bound):
    """One row for every element of which something is not said; choosing one opens it for editing.

    ``QuestionList(id="questions")``; ``follow(shown)`` after every change. Posts
    ``SelectionRequested`` with ``edit=True``.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        super().__init__(id=id, placeholder="filter questions")

    def basis(self, shown: WorkbenchState) -> object:
        """The analysis, or why there is none."""
        return shown.analysis or shown.why_nothing

    def show_state(self, shown: WorkbenchState) -> None:
        """Show the questions of the analysis in force."""
        analysis = shown.analysis
        if analysis is None:
            self.set_rows([saying(shown.why_nothing)])
        else:
            said = saying("the drawing says all that is asked")
            self.set_rows([*map(_row, questions_of(analysis))] or [said])

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Select the element and open it."""
        event.stop()
        self.post_message(SelectionRequested(event.row.value, edit=True))


def _row(question: "Question") -> Row:
    table, _, key = question.element.partition(":")
    return Row(question.element, partial(_content, question), (table, key), indent=2)


def _content(question: "Question") -> Content:
    table, _, key = question.element.partition(":")
    return line(f"? {GLYPHS.get(table, ' ')} {key}  ", ("; ".join(question.asks), "$text-muted"))
