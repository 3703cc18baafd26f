"""A line of text that takes all of what is pasted into it."""

from typing import Any, ClassVar, Final

from textual import events
from textual.geometry import Offset
from textual.widgets import Input

NOTHING_COPIED: Final = (
    "paste: nothing was copied here; the terminal's own key pastes what other programs copied"
)


class LineInput(Input):
    """As the toolkit's, which keeps the first line of a paste and drops the others without a word.

    Attributes:
        joint: what stands between lines that were pasted.
        proposed: the text that it began with, which nobody typed.
    """

    joint: ClassVar[str] = " "

    def __init__(self, value: str = "", **options: Any) -> None:
        """Arguments: the text to begin with, and the toolkit's."""
        super().__init__(value, **options)
        self.proposed = value

    @property
    def cursor_screen_offset(self) -> Offset:
        """The cell of the cursor, where a composed text appears; the toolkit gives the one after the end."""
        return super().cursor_screen_offset - (int(self.cursor_at_end), 0)

    @property
    def typed(self) -> str:
        """The text, unless it is blank or was proposed."""
        return "" if self.value == self.proposed else self.value.strip()

    def propose(self, text: str) -> None:
        """Show a text that typing may replace."""
        self.value = self.proposed = text

    def on_click(self, event: events.Click) -> None:
        """Select all of it by a double click: what is typed then takes its place."""
        if event.chain == 2:
            self.select_all()

    def action_paste(self) -> None:
        """Paste what was copied in the program, as if the terminal did."""
        if self.app.clipboard:
            self.post_message(events.Paste(self.app.clipboard))
        else:
            self.notify(NOTHING_COPIED, severity="warning", markup=False)

    def on_paste(self, event: events.Paste) -> None:
        """Take every line that is not blank."""
        event.stop()
        event.prevent_default()
        lines = [line.strip() for line in event.text.splitlines() if line.strip()]
        text = self.joint.join(lines) if len(lines) > 1 else "".join(event.text.splitlines())
        self.replace(text, *self.selection)
