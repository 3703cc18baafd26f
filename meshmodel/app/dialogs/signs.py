"""What the signs of the drawing mean that is shown, and the drawing in words: each a list to be filtered."""

from typing import TYPE_CHECKING

from meshmodel.answers.description import Description, line_about
from meshmodel.app.dialogs.base import ChoiceDialog
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.rows import ListRow, line, space
from meshmodel.canvas.legend import legend
from meshmodel.model.records import Reference

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.canvas.drawing import Drawing


class Signs(ChoiceDialog[None]):
    """The signs that occur in a drawing, each with its meaning; Escape closes it."""

    DEFAULT_CSS = """
    Signs > #dialog { width: 72; }
    Signs FilterList, Signs RowList { max-height: 100%; }
    """

    def __init__(self, drawing: "Drawing") -> None:
        """Arguments: the drawing."""
        rows = [
            ListRow(number, line((f"{sign:<8}", "$text-accent"), meaning), indent=8)
            for number, (sign, meaning) in enumerate(legend(drawing))
        ]
        super().__init__("signs of this drawing", rows, "? lists all keys, and all signs")


class InWords(ChoiceDialog[Reference]):
    """A model in words, lane by lane, as ``meshmodel describe`` tells it. Result: what a line is about."""

    DEFAULT_CSS = """
    InWords > #dialog { width: 100; height: 100%; }
    InWords FilterList, InWords RowList { height: 1fr; max-height: 100%; }
    """

    def __init__(self, analysis: "Analysis", selected: Reference | None) -> None:
        """Arguments: of the model in the view in force; what is selected: the cursor comes upon its line."""
        lines = [*Description(analysis).lines()]
        self.text = "\n".join(text for _, text in lines)
        """All of it, for screen readers."""
        rows = [
            ListRow(number, line(text), about, indent=len(text) - len(text.lstrip()) + 2)
            if text
            else space(str(number))
            for number, (about, text) in enumerate(lines)
        ]
        super().__init__("in words", rows, "Enter goes there")
        self._at = line_about(lines, selected)

    def on_mount(self) -> None:
        """Begin at what is selected."""
        self.query_one(FilterList).rows.go_to(self._at)
