"""The quick line: sentences with completion, and a preview of what they would do before Enter."""

import contextlib
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from meshmodel.app.messages import EditRequested, Notice, PanelClosed
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, heading, line
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.language import Completion, Sentence, best_completions, parse
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Reference, key_of
from meshmodel.model.secrets import masked
from meshmodel.model.snapshot import Snapshot, table_of

HISTORY_LIMIT = 200
"""How many sentences are kept."""

EXAMPLE = "bot > token > tickets: read, write · tickets in helpdesk"


class _SentenceInput(LineInput):
    """The line itself: its keys take effect in the order in which they were typed.

    Of several lines that are pasted each is a sentence.
    """

    joint = " · "

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "quick('up')", show=False),
        Binding("down", "quick('down')", show=False),
        Binding("ctrl+up", "quick('older')", show=False),
        Binding("ctrl+down", "quick('newer')", show=False),
        Binding("escape", "quick('close')", show=False),
    ]

    async def _on_key(self, event: events.Key) -> None:
        """Take Enter and Tab at once: keys typed right after them are here already, and come next."""
        if event.key in {"enter", "tab"}:
            event.stop()
            event.prevent_default()
            self.action_quick("submit" if event.key == "enter" else "complete")
        else:
            await super()._on_key(event)

    def action_quick(self, name: str) -> None:
        """Hand a key to the quick line around it."""
        line_ = self.parent
        assert isinstance(line_, QuickLine)
        getattr(line_, f"do_{name}")()


class QuickLine(Vertical, Bound):
    """A line for sentences, with completions above it and a preview of what Enter would do.

    ``QuickLine(id="quick-line")``; hidden until ``open_line(text="")``, which shows it and takes the
    focus. ``follow(shown)`` tells it the newest model. Enter posts ``EditRequested`` (with what to
    select) and clears the line for the next sentence; Escape, or Enter on an empty line, hides it and
    posts ``PanelClosed``. Tab completes; ↑ and ↓ move in the completions, or, in an empty line, in
    the history; Ctrl+↑ and Ctrl+↓ always move in the history. A click on a completion takes it.
    ``history`` is the list of sentences so far, oldest first.
    """

    DEFAULT_CSS = """
    QuickLine {
        dock: bottom; height: auto; max-height: 12; background: $surface;
        border-top: solid $primary; display: none; padding: 0 1;
    }
    QuickLine.-open { display: block; }
    QuickLine > RowList { height: auto; max-height: 5; }
    QuickLine > #preview { height: auto; max-height: 3; color: $text-muted; }
    QuickLine > #preview.-ready { color: $text-success; }
    QuickLine > #preview.-problem { color: $text-error; }
    QuickLine > Input { height: 1; border: none; padding: 0; background: $panel; }
    QuickLine > Input:focus { border: none; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        super().__init__(id=id)
        self.history: list[str] = []
        self.snapshot = Snapshot()
        self.read_only = False
        self.sentence = Sentence("")
        self._found: list[Completion] = []
        self._asked: tuple[Edit, str] | None = None
        self._at: int | None = None
        self._kept = ""
        self._rows = RowList()
        self._rows.can_focus = False
        self._preview = Static(Content(""), id="preview", markup=False)
        self._input = _SentenceInput(placeholder=EXAMPLE, select_on_focus=False, compact=True)

    def compose(self) -> ComposeResult:
        """Completions, preview, line."""
        yield self._rows
        yield self._preview
        yield self._input

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return self.has_class("-open")

    @property
    def text(self) -> str:
        """What is typed."""
        return self._input.value

    def open_line(self, text: str = "") -> None:
        """Show the line, with a text to begin with, and write there."""
        self.add_class("-open")
        self._input.value = text
        self._input.cursor_position = len(text)
        self._input.focus()
        self._read()

    def follow(self, shown: WorkbenchState) -> None:
        """Read sentences against this model from now on."""
        self.read_only = shown.read_only
        if shown.snapshot is not self.snapshot:
            self.snapshot = shown.snapshot
            if self.is_open:
                self._read()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Read what is typed, without the key that opens the line, which stays open after each sentence."""
        event.stop()
        text = self.text.lstrip()
        if text.startswith(":"):
            left = text.lstrip(": ")
            at = self._input.cursor_position - (len(self.text) - len(left))
            self._input.value = left
            self._input.cursor_position = max(at, 0)
            return  # it is told again
        self._read()

    def do_submit(self) -> None:
        """Do what the line says."""
        self._read()
        text = self.text.strip()
        if not text:
            self.do_close()
            return
        if self.sentence.problem is not None:
            self._preview.add_class("-problem")
            return
        self._remember(text)
        if self.read_only:
            self.post_message(Notice("this model is open for reading only", "warning"))
            return
        if self.sentence.edit is not None:
            wanted = self.sentence.edit
            self._asked = wanted, text
            self.post_message(EditRequested(wanted, touched(wanted), on=self.snapshot))
            # The next sentence may be typed already, and may name what this one adds.
            with contextlib.suppress(InvalidModelError):  # refused: the workbench will say so
                self.snapshot = apply_edit(self.snapshot, self.sentence.edit)
        self._input.value = ""

    def refused(self, wanted: Edit, snapshot: Snapshot) -> None:
        """An edit was refused: its sentence stands there again, unless another one is being typed already.

        The model is as it was: nothing that the sentence names was added to it.
        """
        self.snapshot = snapshot
        if self._asked is None or self._asked[0] is not wanted or not self.is_open:
            return
        if not self.text:
            self._input.value = self._asked[1]
            self._input.cursor_position = len(self._input.value)
        self._read()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """A completion was clicked."""
        event.stop()
        self._take(event.row.value)
        self._input.focus()

    def do_complete(self) -> None:
        """Take the highlighted completion."""
        row = self._rows.row
        if row is not None:
            self._take(row.value)

    def do_up(self) -> None:
        """An older sentence in an empty line or while in the history; else the completion above."""
        if not self.text or self._at is not None:
            self.do_older()
        else:
            self._rows.action_cursor_up()

    def do_down(self) -> None:
        """A newer sentence while in the history; else the completion below."""
        if self._at is not None:
            self.do_newer()
        else:
            self._rows.action_cursor_down()

    def do_older(self) -> None:
        """The sentence before."""
        if not self.history:
            return
        if self._at is None:
            self._kept = self.text
            self._at = len(self.history)
        self._show_old(max(self._at - 1, 0))

    def do_newer(self) -> None:
        """The sentence after; at the end, what was being typed."""
        if self._at is not None:
            self._show_old(self._at + 1)

    def do_close(self) -> None:
        """Hide the line."""
        self.remove_class("-open")
        self._input.value = ""
        self._at = None
        self.post_message(PanelClosed())

    def _show_old(self, at: int) -> None:
        if at >= len(self.history):
            self._at = None
            text = self._kept
        else:
            self._at = at
            text = self.history[at]
        self._input.value = text
        self._input.cursor_position = len(text)

    def _remember(self, text: str) -> None:
        if not self.history or self.history[-1] != text:
            self.history.append(text)
            del self.history[:-HISTORY_LIMIT]
        self._at = None

    def _take(self, completion: Completion) -> None:
        text = self.text
        tail = text[completion.end :]
        gap = "" if tail[:1] == " " else " "
        head = f"{text[: completion.start]}{completion.text}{gap}"
        self._input.value = head + tail
        self._input.cursor_position = len(head)

    def _read(self) -> None:
        """Read the line: completions at the cursor, and what it would do."""
        text = self.text
        if self._at is not None and text != self.history[self._at]:
            self._at = None
        self.sentence = parse(text, self.snapshot)
        self._found, left = best_completions(text, self._input.cursor_position, self.snapshot)
        rows = [
            Row(each.text, line(each.text, (f"  {each.hint}", "$text-muted")), each) for each in self._found
        ]
        if left:
            rows.append(heading(f"{left} more: type on"))
        self._rows.set_rows(rows)
        if self._found:
            self._rows.move_to(0)
        problem = self.sentence.problem
        # A sentence that can still go on is unfinished, not wrong.
        self._preview.set_class(problem is not None and not self._found, "-problem")
        self._preview.set_class(self.sentence.edit is not None, "-ready")
        self._preview.update(Content(shown_preview(self.sentence)))


def shown_preview(sentence: Sentence) -> str:
    """The preview of a sentence in few lines: what it would do, or the problem and where it is."""
    problem = sentence.problem
    if problem is not None:
        where = masked(sentence.text[problem.start : problem.end].strip())
        said = " at the end" if not where else f" at “{where[:30]}{'…' if len(where) > 30 else ''}”"
        return f"✖{said}: {problem.message}" if sentence.text.strip() else ""
    if not sentence.preview:
        return "Tab completes · Enter does it · ↑ earlier sentences · Esc closes"
    return " · ".join(sentence.preview)


def touched(edit: Edit) -> Reference | None:
    """What to select after an edit: the last record that it put."""
    for change in reversed(edit.changes):
        if isinstance(change, Put):
            return table_of(change.record), key_of(change.record)
    return None
