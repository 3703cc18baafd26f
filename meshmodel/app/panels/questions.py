"""Questions: what the drawing does not say yet. They have a list of their own and never shout."""

from meshmodel.answers.blocks import Paragraph
from meshmodel.answers.painters import lines_of
from meshmodel.answers.questions import question_blocks
from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import note_row


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
        return shown.analysis or shown.why_nothing, shown.planning is not None

    def show_state(self, shown: WorkbenchState) -> None:
        """Show the questions of the analysis in force."""
        analysis = shown.analysis
        if analysis is None:
            self.set_rows([note_row(shown.why_nothing)])
        else:
            none = Paragraph("no open questions", "muted")
            self.set_rows(
                map(
                    row_of,
                    lines_of([*question_blocks(analysis, is_planned=shown.planning is not None)] or [none]),
                )
            )

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Select the element and open it."""
        event.stop()
        self.post_message(SelectionRequested(event.row.value, edit=True))
