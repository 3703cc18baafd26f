"""A line that filters what stands below it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from meshmodel.app.widgets.line_input import LineInput


class FilterPanel(Vertical):
    """A filter line above a list or a table.

    ``/`` opens it, and Escape closes it and shows all again. Subclasses filter in ``show_filtered``.

    Attributes:
        filter: the line.
        body: what it filters, which takes the focus.
    """

    DEFAULT_CSS = """
    FilterPanel { height: 1fr; }
    FilterPanel > LineInput { background: $panel; display: none; }
    FilterPanel.-filtering > LineInput { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("/", "start_filter", "filter", show=False),
        Binding("escape", "stop_filter", "back", show=False),
    ]

    def __init__(
        self,
        filter_line: LineInput,
        body: Widget,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str = "",
    ) -> None:
        """Arguments: the line, what it filters, the id of the widget and its classes."""
        super().__init__(id=id, classes=classes)
        self.filter = filter_line
        self.body = body

    def compose(self) -> ComposeResult:
        """The line, and what it filters."""
        yield self.filter
        yield self.body

    @property
    def is_emptied(self) -> bool:
        """Whether the filter leaves nothing that could be chosen."""
        return False

    def show_filtered(self, text: str) -> None:
        """Show what this text lets through."""

    def focus_list(self) -> None:
        """Give the focus to what is filtered."""
        self.body.focus()

    def action_start_filter(self) -> None:
        """Open the filter line."""
        self.add_class("-filtering")
        self.filter.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is the filter's only while it is open."""
        del parameters
        return action != "stop_filter" or self.has_class("-filtering")

    def action_stop_filter(self) -> None:
        """Close the filter line and show all again."""
        self.clear_filter()
        self.body.focus()

    def clear_filter(self) -> None:
        """The same, wherever the focus is."""
        self.filter.value = ""
        self.remove_class("-filtering")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter as it is typed."""
        event.stop()
        self.show_filtered(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Do what Enter in the filter does."""
        event.stop()
        self.submit()

    def submit(self) -> None:
        """Go to what the filter left."""
        self.body.focus()
