"""Questions: what the drawing does not say yet. They have a list of their own and never shout."""

from typing import TYPE_CHECKING

from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, line, saying
from meshmodel.app.widgets.search_text import Searched
from meshmodel.model.phrases import GLYPHS

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
        self._seen: object = None

    def follow(self, shown: WorkbenchState) -> None:
        """Show the questions of the analysis in force."""
        analysis = shown.analysis
        if analysis is self._seen and analysis is not None:
            return
        self._seen = analysis
        if analysis is None:
            self.set_rows([saying(shown.why_nothing)])
        elif not analysis.questions:
            self.set_rows([saying("the drawing says all that is asked")])
        else:
            asked = analysis.questions
            keys = [question.element for question in asked]
            self.set_rows(
                Lazily(
                    len(asked),
                    lambda place: _row(asked[place]),
                    keys,
                    lambda place: Searched(_text(asked[place]).casefold()),
                )
            )

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Select the element and open it."""
        event.stop()
        self.post_message(SelectionRequested(event.row.value, edit=True))


def _front(question: "Question") -> str:
    table, _, key = question.element.partition(":")
    return f"? {GLYPHS.get(table, ' ')} {key}  "


def _text(question: "Question") -> str:
    return f"{_front(question)}{'; '.join(question.asks)}"


def _row(question: "Question") -> Row:
    table, _, key = question.element.partition(":")
    words = line(_front(question), ("; ".join(question.asks), "$text-muted"))
    return Row(question.element, words, (table, key), indent=2)
