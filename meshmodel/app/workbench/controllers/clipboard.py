"""Copying, cutting, pasting and duplicating what is selected, as interchange text through the clipboard."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.events import Paste

from meshmodel.app.widgets.line_input import NOTHING_COPIED
from meshmodel.app.workbench.context import Controller
from meshmodel.edits import clipboard
from meshmodel.edits.operations import words_for
from meshmodel.model.records import Reference

if TYPE_CHECKING:
    from meshmodel.edits.edit import Edit


class ClipboardController(Controller):
    """Takes parts of a model out and in.

    What is copied goes to the terminal's clipboard where that is allowed (OSC 52), and in any case to that of
    the program, which outlives the open model.
    """

    @property
    def _selected(self) -> tuple[Reference, ...]:
        return tuple(sorted(self.state.chosen))

    def copy(self) -> None:
        """Copy the text that the mouse has selected, else what is selected, with its relations."""
        screen = self.context.canvas.screen
        if screen.get_selected_text():
            screen.action_copy_text()
        elif self._copy():
            self.context.say(f"copied: {', '.join(map(words_for, self._selected))}")

    def cut(self) -> None:
        """Copy what is selected, and delete it."""
        if self._copy():
            self._apply(lambda: (clipboard.cut(self.state.snapshot, self._selected), None))

    def duplicate(self) -> None:
        """Add what is selected once more; the clipboard stays as it is."""
        self._apply(lambda: clipboard.duplicate(self.state.snapshot, self._selected))

    def paste(self) -> None:
        """Add what was copied last; in a browser what its clipboard has, if it lets that be read."""
        text, room = self.context.canvas.app.clipboard, self.context.app.room
        if room is not None and room.browser is not None:
            room.browser("paste", text)
        elif text.strip():
            self._paste(text)
        else:
            self.context.say(NOTHING_COPIED)

    def pasted(self, event: Paste) -> None:
        """The terminal pasted a text where nothing is typed."""
        if not self.context.is_read_only() and event.text.strip():
            self._paste(event.text)

    def _copy(self) -> bool:
        part = self.context.attempt(lambda: clipboard.copy(self.state.snapshot, self._selected))
        if part is not None:
            from meshmodel.interchange import write_fragment

            self.context.canvas.app.copy_to_clipboard(write_fragment(part.model, part.named))
        return part is not None

    def _paste(self, text: str) -> None:
        """Add the part of a model that a text holds; sentences open the quick line."""
        from meshmodel.interchange import is_fragment, read_fragment

        if is_fragment(text):
            self._apply(
                lambda: clipboard.paste(clipboard.Fragment(*read_fragment(text)), self.state.snapshot)
            )
        else:
            self.context.open_quick_line(text)

    def _apply(self, make: "Callable[[], tuple[Edit, Reference | None]]") -> None:
        """Make an edit and select what it added; say why where there is none."""
        made = self.context.attempt(make)
        if made is not None:
            self.context.apply(*made, on=self.state.snapshot)
