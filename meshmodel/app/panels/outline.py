"""The outline: zones with what lies in them, then credentials; what stands out about each is marked."""

from typing import Any

from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.outline import outline_lines
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import ListPanel


class Outline(ListPanel, Bound):
    """Choosing a row selects it on the canvas; what is selected there is under the cursor here."""

    nothing = "nothing here yet"
    one_line = True

    def follow(self, shown: WorkbenchState) -> None:
        """Show the elements of this, with the cursor on what is selected."""
        super().follow(shown)
        if shown.selected is not None and not self.rows.has_focus:
            self.rows.go_to(shown.selected)

    def basis(self, shown: WorkbenchState) -> object:
        """The elements, their analysis, and the room: most edits change relations."""
        model = shown.snapshot
        tables = model.zone, model.agent, model.system, model.credential
        return *map(id, tables), shown.analysis, self.size.width

    def show_state(self, shown: WorkbenchState) -> None:
        """Show the elements of this."""
        lines = outline_lines(shown.snapshot, shown.analysis, max(self.size.width - 2, 16))
        self.show_rows([*map(row_of, lines)])

    def pointed(self, value: Any) -> None:
        """Select it."""
        self.post_message(SelectionRequested(value))
