"""Copying, cutting, pasting and duplicating what is selected, as interchange text through the clipboard."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.events import Paste

from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.workbench.context import Context
from meshmodel.edits import clipboard
from meshmodel.edits.operations import words_for
from meshmodel.interchange import is_fragment, read_fragment, write_fragment
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.edits.edit import Edit

_EMPTY = "paste: nothing was copied here; the terminal's own key pastes what other programs copied"


class ClipboardController:
    """Takes parts of a model out and in.

    What is copied goes to the terminal's clipboard where that is allowed (OSC 52), and in any case to that of
    the program, which outlives the open model.
    """

    def __init__(self, context: Context) -> None:
        """Arguments: what controllers may do."""
        self.context = context

    @property
    def _selected(self) -> tuple[Reference, ...]:
        return tuple(sorted(self.context.state.chosen))

    def copy(self) -> None:
        """Copy what is selected, with its relations."""
        if self._copy():
            self.context.say(f"copied: {', '.join(map(words_for, self._selected))}")

    def cut(self) -> None:
        """Copy what is selected, and delete it."""
        if self._copy():
            self._try(lambda: (clipboard.cut(self.context.state.snapshot, self._selected), None))

    def duplicate(self) -> None:
        """Add what is selected once more; the clipboard stays as it is."""
        self._try(lambda: clipboard.duplicate(self.context.state.snapshot, self._selected))

    def paste(self) -> None:
        """Add what was copied last."""
        text = self.context.canvas.app.clipboard
        if text.strip():
            self._paste(text)
        else:
            self.context.say(_EMPTY)

    def pasted(self, event: Paste) -> None:
        """The terminal pasted a text where nothing is typed."""
        if self.context.state.read_only:
            self.context.say(self.context.state.why_read_only)
        elif event.text.strip():
            self._paste(event.text)

    def _copy(self) -> bool:
        try:
            part = clipboard.copy(self.context.state.snapshot, self._selected)
        except MeshmodelError as error:
            self.context.say(one_line(error, 300))
            return False
        self.context.canvas.app.copy_to_clipboard(write_fragment(part.model, part.named))
        return True

    def _paste(self, text: str) -> None:
        """Add the part of a model that a text holds; sentences open the quick line."""
        if is_fragment(text):
            snapshot = self.context.state.snapshot
            self._try(lambda: clipboard.paste(clipboard.Fragment(*read_fragment(text)), snapshot))
            return
        line = self.context.panel(QuickLine)
        line.follow(self.context.state)
        line.open_line(text)

    def _try(self, make: "Callable[[], tuple[Edit, Reference | None]]") -> None:
        """Make an edit and select what it added; say why where there is none."""
        try:
            edit, select = make()
        except MeshmodelError as error:
            self.context.say(one_line(error, 300))
            return
        self.context.apply(edit, select, on=self.context.state.snapshot)
