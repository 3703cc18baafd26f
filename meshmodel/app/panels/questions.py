"""Questions: what the drawing does not say yet. They have a list of their own and never shout."""

from meshmodel.answers.blocks import Paragraph
from meshmodel.answers.painters import lines_of
from meshmodel.answers.questions import question_blocks, routine_words
from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, MoreRows, line, note_row


class QuestionList(FilterList, Bound):
    """One row for every element of which something is not said; choosing one opens it for editing.

    ``QuestionList(id="questions")``; ``follow(shown)`` after every change. Posts
    ``SelectionRequested`` with ``edit=True``.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        super().__init__(id=id, placeholder="filter questions")
        self._unfolded = False

    def basis(self, shown: WorkbenchState) -> object:
        """The analysis, or why there is none."""
        return shown.analysis or shown.why_nothing, shown.planning is not None

    def show_state(self, shown: WorkbenchState) -> None:
        """Show the questions of the analysis in force."""
        analysis = shown.analysis
        if analysis is None:
            self.set_rows([note_row(shown.why_nothing)])
            return
        is_unfolded = self._unfolded or bool(self.filter.value)
        blocks = [*question_blocks(analysis, is_planned=shown.planning is not None, routine=is_unfolded)] or [
            Paragraph("no open questions", "muted")
        ]
        rows = [*map(row_of, lines_of(blocks))]
        if more := routine_words(analysis):
            said = "fewer: not those about owners, lifetimes and logs" if self._unfolded else more
            rows.append(ListRow("more", line((f"+ {said}", "$text-muted")), MoreRows()))
        self.set_rows(rows)

    def show_filtered(self, text: str) -> None:
        """Filter among all questions."""
        if self.shown is not None:
            self.show_state(self.shown)
        super().show_filtered(text)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Select the element and open it, or show more questions."""
        event.stop()
        if isinstance(event.row.value, MoreRows):
            self._unfolded = not self._unfolded
            if self.shown is not None:
                self.show_state(self.shown)
        else:
            self.post_message(SelectionRequested(event.row.value, edit=True))
