"""The way that is lit, told in words: who, as which identity, from where, and whether anybody asks."""

from typing import Any

from textual.content import Content

from meshmodel.analysis.results import PathSentence
from meshmodel.answers.ways import numbered_words
from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import content_of, row_of
from meshmodel.app.presentation.way_lines import way_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import ListPanel


class ExplanationList(ListPanel, Bound):
    """The steps as rows; the one under the cursor is selected on the canvas, and takes a checkpoint."""

    nothing = "what is chosen in a list is explained here: a finding, a cell of the reach matrix, an event"

    def basis(self, shown: WorkbenchState) -> object:
        """What is told."""
        return shown.traced, shown.finding, shown.explanation

    def show_state(self, shown: WorkbenchState) -> None:
        """Tell the way of this."""
        self.show_rows(
            [*map(row_of, way_lines(shown.snapshot, shown.traced, shown.finding, shown.explanation))]
        )

    def pointed(self, value: Any) -> None:
        """Show the step on the canvas."""
        self.post_message(SelectionRequested(value))


def numbered(sentence: PathSentence) -> Content:
    """A numbered sentence: its number set off, and whether anybody asks at its end."""
    return content_of(numbered_words(sentence))
