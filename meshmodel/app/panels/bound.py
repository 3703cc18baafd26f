"""The base of the panels: bound to the state of the workbench, painted once for each change."""

from textual.reactive import var
from textual.widget import Widget

from meshmodel.app.state import WorkbenchState


class Bound(Widget):
    """A panel that shows something of the state; while it cannot be seen it waits until it can.

    It is named last among the bases of a panel: Textual takes the styles of the first one only.
    """

    state: var[WorkbenchState | None] = var(None, init=False)

    def watch_state(self, state: WorkbenchState | None) -> None:
        """Show another state."""
        if state is not None and all(
            each.display for each in self.ancestors_with_self if isinstance(each, Widget)
        ):
            self.follow(state)

    def follow(self, shown: WorkbenchState) -> None:
        """Show this; cheap where nothing of interest changed."""
