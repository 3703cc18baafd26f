"""The quick line: sentences with completion, and a preview of what they would do before Enter."""

import contextlib
from functools import cached_property
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

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
from meshmodel.app.widgets.rows import ListRow, heading, line
from meshmodel.edits.edit import Edit, apply_edit, touched
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Snapshot

if TYPE_CHECKING:
    from meshmodel.app.presentation.quick_line_history import History
    from meshmodel.language import Completion, PastedLines, Sentence

_HOW = "Tab completes · Enter does it · ↑ earlier sentences · Esc closes"
EXAMPLE = "bot > token > tickets: read, write · tickets in helpdesk"


class _SentenceInput(LineInput):
    """The line itself: its keys take effect in the order in which they were typed."""

    def on_key(self, event: events.Key) -> None:
        """Take Enter and Tab at once: keys typed right after them are here already, and come next."""
        if event.key in {"enter", "tab"}:
            event.stop()
            event.prevent_default()
            line_ = self.parent
            assert isinstance(line_, QuickLine)
            (line_.action_submit if event.key == "enter" else line_.action_complete)()

    def on_paste(self, event: events.Paste) -> None:
        """Several lines go into a list; one line is put in here."""
        from meshmodel.language import lines_of

        start, end = sorted(self.selection)
        lines = lines_of(f"{self.value[:start]}{event.text}{self.value[end:]}")
        line_ = self.parent
        assert isinstance(line_, QuickLine)
        if len(lines) > 1 and len(lines_of(event.text)) > 1:
            event.stop()
            event.prevent_default()
            line_.take_lines(lines)


class QuickLine(Vertical, Bound):
    """A line for sentences, with completions above it and a preview of what Enter would do.

    ``QuickLine(id="quick-line")``; hidden until ``open_line(text="")``, which shows it and takes the
    focus. ``follow(shown)`` tells it the newest model. Enter posts ``EditRequested`` (with what to
    select) and clears the line for the next sentence; Escape, or Enter on an empty line, hides it and
    posts ``PanelClosed``. Tab completes; ↑ and ↓ move in the completions, or, in an empty line, in
    the history; Ctrl+↑ and Ctrl+↓ always move in the history. A click on a completion takes it.
    Several lines that are pasted stand in a list, each with its own verdict; the line edits one of them, ↑
    and ↓ or a click choose which, and Enter does all those without a problem as one edit.
    """

    DEFAULT_CSS = """
    QuickLine {
        dock: bottom; height: auto; max-height: 12; background: $surface;
        border-top: solid $primary; display: none; padding: 0 1;
    }
    QuickLine.-lines { max-height: 15; }
    QuickLine > RowList { height: auto; max-height: 5; }
    QuickLine.-lines > #completions { max-height: 3; }
    QuickLine > #lines { max-height: 6; display: none; }
    QuickLine.-lines > #lines { display: block; }
    QuickLine > #preview { height: auto; max-height: 5; color: $text-muted; }
    QuickLine > #preview.-ready { color: $text-success; }
    QuickLine > #preview.-doubtful { color: $text-warning; }
    QuickLine > #preview.-problem { color: $text-error; }
    QuickLine > Input { background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "up", show=False),
        Binding("down", "down", show=False),
        Binding("ctrl+up", "older", show=False),
        Binding("ctrl+down", "newer", show=False),
        Binding("escape", "close", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        super().__init__(id=id)
        self.snapshot = Snapshot()
        self.why_read_only = ""
        self.sentence: Sentence
        self._found: list[Completion] = []
        self._pasted: PastedLines | None = None
        self._asked: tuple[Edit, list[str]] | None = None
        self._rows = RowList(id="completions")
        self._lines = RowList(one_line=True, id="lines")
        self._rows.can_focus = self._lines.can_focus = False
        self._preview = Static(Content(""), id="preview", markup=False)
        self._input = _SentenceInput(placeholder=EXAMPLE, select_on_focus=False, compact=True)

    @cached_property
    def history(self) -> "History":
        """The sentences so far."""
        from meshmodel.app.presentation.quick_line_history import History

        return History()

    def compose(self) -> ComposeResult:
        """Lines that were pasted, completions, preview, line."""
        yield self._lines
        yield self._rows
        yield self._preview
        yield self._input

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return self.display

    @property
    def text(self) -> str:
        """What is typed."""
        return self._input.value

    @property
    def cursor(self) -> int:
        """Where the cursor is in it."""
        return self._input.cursor_position

    def open_line(self, text: str = "") -> None:
        """Show the line, with a text to begin with, and write there; of several lines each is a sentence."""
        from meshmodel.language import lines_of

        self.display = True
        lines = lines_of(text)
        if len(lines) > 1:
            self.take_lines(lines)
        else:
            self._write(text)
        self._input.focus(scroll_visible=False)

    def take_lines(self, lines: list[str]) -> None:
        """Put lines into the list, in place of the one that is being edited."""
        from meshmodel.language import LINES_LIMIT, PastedLines

        if len(lines) > LINES_LIMIT:
            said = f"of {len(lines):,} lines the first {LINES_LIMIT} were taken"
            self.post_message(Notice(said, "warning"))
        if self._pasted is None:
            self._pasted = PastedLines([], self.snapshot)
        self._pasted.put(lines[:LINES_LIMIT], self.snapshot)
        self._edit_line(self._pasted.at)

    def _edit_line(self, place: int) -> None:
        """Edit one of the pasted lines, with the cursor at its problem; none where none are left."""
        pasted = self._pasted
        if pasted is None or not pasted.lines:
            self._pasted = None
            self._write("")
            return
        pasted.at = place % len(pasted.lines)
        pasted.read(self.snapshot)
        problem = pasted.sentence.problem
        self._write(pasted.lines[pasted.at], None if problem is None else problem.end)

    def _write(self, text: str, cursor: int | None = None) -> None:
        self._put(text, len(text) if cursor is None else cursor)
        self._read()

    def follow(self, shown: WorkbenchState) -> None:
        """Read sentences against this model from now on."""
        self.why_read_only = shown.why_read_only
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
            self._put(left, max(self.cursor - (len(self.text) - len(left)), 0))
            return  # it is told again
        self._read()

    def action_submit(self) -> None:
        """Do what the line says."""
        self._read()
        text = self.text.strip()
        if self._pasted is None and not text:
            self.action_close()
            return
        if self._pasted is None and self.sentence.problem is not None:
            self._input.cursor_position = self.sentence.problem.end
            self._preview.add_class("-problem")
            return
        if self.why_read_only:
            self.history.add(text)
            self._preview.update(Content(self.why_read_only))  # this line may lie over that of messages
            return
        edit, texts = (self.sentence.edit, [text]) if self._pasted is None else self._pasted.carry_out()
        if texts:
            self.history.add(" · ".join(texts))
        if edit is not None:
            self._asked = edit, texts
            self.post_message(EditRequested(edit, touched(edit), on=self.snapshot))
            # The next sentence may be typed already, and may name what this one adds.
            with contextlib.suppress(InvalidModelError):  # refused: the workbench will say so
                self.snapshot = apply_edit(self.snapshot, edit)
        self._edit_line(0)

    def refused(self, wanted: Edit, snapshot: Snapshot) -> None:
        """An edit was refused: its sentence stands there again, unless another one is being typed already.

        The model is as it was: nothing that the sentence names was added to it.
        """
        from meshmodel.language import PastedLines

        self.snapshot = snapshot
        if self._asked is None or self._asked[0] is not wanted or not self.is_open:
            return
        texts = self._asked[1]
        if self._pasted is not None or (len(texts) > 1 and not self.text):
            self._pasted = PastedLines([*texts, *(self._pasted.lines if self._pasted else ())], snapshot)
            self._edit_line(self._pasted.at)
        elif not self.text:
            self._write(texts[0])
        else:
            self._read()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """A completion or a line was clicked."""
        event.stop()
        if event.rows is self._lines:
            self._edit_line(event.row.value)
        else:
            self._take(event.row.value)
        self._input.focus(scroll_visible=False)

    def action_complete(self) -> None:
        """Take the highlighted completion."""
        row = self._rows.row
        if row is not None:
            self._take(row.value)

    def action_up(self) -> None:
        """The pasted line above; an older sentence in an empty line or while in the history; else the
        completion above.
        """
        if self._pasted is not None:
            self._edit_line(self._pasted.at - 1)
        elif not self.text or self.history.at is not None:
            self.action_older()
        else:
            self._rows.action_step(-1)

    def action_down(self) -> None:
        """The pasted line below; a newer sentence while in the history; else the completion below."""
        if self._pasted is not None:
            self._edit_line(self._pasted.at + 1)
        elif self.history.at is not None:
            self.action_newer()
        else:
            self._rows.action_step(1)

    def action_older(self) -> None:
        """The sentence before."""
        if self._pasted is None:
            self._show_old(self.history.older(self.text))

    def action_newer(self) -> None:
        """The sentence after; at the end, what was being typed."""
        self._show_old(self.history.newer())

    def action_close(self) -> None:
        """Hide the line; what stood in it can be had back like the sentences before."""
        self.display = False
        if self._pasted is None and self.text.strip():
            self.history.add(self.text.strip())
        self._pasted = None
        self._input.value = ""
        self.history.at = None
        self.post_message(PanelClosed())

    def _show_old(self, text: str | None) -> None:
        if text is not None:
            self._put(text, len(text))

    def _put(self, text: str, cursor: int) -> None:
        self._input.value = text
        self._input.cursor_position = cursor

    def _take(self, completion: "Completion") -> None:
        text = self.text
        tail = text[completion.end :]
        gap = "" if tail[:1] == " " else " "
        head = f"{text[: completion.start]}{completion.text}{gap}"
        self._put(head + tail, len(head))

    def _read(self) -> None:
        """Read the line: completions at the cursor, and what it would do."""
        from meshmodel.app.panels.pasted_lines import pasted_rows
        from meshmodel.language import completions, parse

        text = self.text
        self.history.changed(text)
        snapshot, pasted = self.snapshot, self._pasted
        if pasted is None:
            self.sentence = parse(text, snapshot)
        else:
            pasted.lines[pasted.at] = text
            pasted.read(snapshot)
            self.sentence, snapshot = pasted.sentence, pasted.model_before(snapshot)
        self._found, left = completions(text, self.cursor, snapshot)
        rows = [
            ListRow(each.text, line(each.text, (f"  {each.hint}", "$text-muted")), each)
            for each in self._found
        ]
        if left:
            rows.append(heading(f"{left} more: type on"))
        self._rows.set_rows(rows)
        self._rows.display = bool(rows)  # a list without rows takes a line
        if self._found:
            self._rows.move_to(0)
        problem = self.sentence.problem
        # A sentence that can still go on is unfinished, not wrong.
        self._preview.set_class(problem is not None and not self._found, "-problem")
        is_doubtful = self.sentence.edit is not None and bool(self.sentence.warnings)
        self._preview.set_class(self.sentence.edit is not None and not is_doubtful, "-ready")
        self._preview.set_class(is_doubtful, "-doubtful")
        said = self.sentence.shown or self.why_read_only or _HOW
        room = max(self.app.size.width - 2, 1)
        said = "\n".join(wrap(said, room, max_lines=5 if pasted is None else 3, placeholder=" …"))
        self._preview.update(Content(said if pasted is None else f"{pasted.summary}\n{said}"))
        self.set_class(pasted is not None, "-lines")
        self._lines.set_rows([] if pasted is None else pasted_rows(pasted))
        if pasted is not None:
            self._lines.go_to(("line", pasted.at))
