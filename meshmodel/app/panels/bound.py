"""The base of the panels: bound to the state of the workbench, painted once for each change."""

from textual import events, on
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from meshmodel.app.state import WorkbenchState


class Bound(Widget):
    """A panel that shows something of the state; while it cannot be seen it waits until it can.

    It is named last among the bases of a panel: Textual takes the styles of the first one only.

    Attributes:
        shown: the state that was followed last.
    """

    state: var[WorkbenchState | None] = var(None, init=False)
    shown: WorkbenchState | None = None
    _basis: object = None

    def watch_state(self, state: WorkbenchState | None) -> None:
        """Show another state."""
        if state is not None and all(
            each.display for each in self.ancestors_with_self if isinstance(each, Widget)
        ):
            self.follow(state)

    def follow(self, shown: WorkbenchState) -> None:
        """Show this, unless all that it is made from is the same as before."""
        basis, self.shown = self.basis(shown), shown
        if basis != self._basis:
            self._basis = basis
            self.show_state(shown)

    def basis(self, shown: WorkbenchState) -> object:
        """What it is made from, never ``None``; a snapshot by its ``id``, for to compare two takes long."""
        return id(shown)

    def show_state(self, shown: WorkbenchState) -> None:
        """Make what is to be seen of this; what is made in ``render`` is made again."""
        del shown
        self.refresh()

    def tip(self, x: int) -> str:
        """What a column of cells is about, where the pointer rests on it."""
        del x
        return ""

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Have the tooltip say what is under the pointer."""
        said = self.tip(int(event.x))
        self.tooltip = Content(said) if said else None

    @on(events.Click)
    def _hide_tip(self) -> None:
        """Take the tooltip away: it would lie over what the click shows."""
        self.tooltip = None
