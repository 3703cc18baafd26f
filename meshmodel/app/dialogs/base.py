"""Small dialogs: a question with a safe answer, a line of text, a choice.

Each is a modal screen whose result is what was decided, or ``None`` after Escape. All text that
comes from a model is shown as text.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import App, ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click
from textual.screen import ModalScreen, Screen
from textual.style import Style
from textual.widgets import Button, Input, Static, TextArea
from textual.widgets.button import ButtonVariant
from textual.worker import Worker

from meshmodel.answers.lines import Line
from meshmodel.app.jobs import Jobs
from meshmodel.app.panels.lines import row_of
from meshmodel.app.widgets.filter_list import FilterInput, FilterList
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, line
from meshmodel.model.stop import Progress
from meshmodel.model.text import clean_line, one_line
from meshmodel.model.typed_paths import PathCompletion

Result = TypeVar("Result")


class _DialogBox(Vertical):
    """The box of a dialog, which hears of its own size."""

    def on_resize(self) -> None:
        """Tell the dialog, which may have to move it."""
        if isinstance(self.screen, Dialog):
            self.screen.box_resized()


class Dialog(ModalScreen[Result | None], Generic[Result]):
    """A box in the middle of the screen with a title; Escape or a click beside it closes it.

    Subclasses yield their widgets in ``compose_body``; a result is given by ``dismiss``. What is computed
    for them in ``jobs`` ends when they close.
    """

    AUTO_FOCUS = ".-filtering FilterInput, RowList"

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 40%; }
    Dialog > #dialog {
        width: 64; max-width: 100%; height: auto; max-height: 100%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    Dialog #hint { color: $text-muted; height: auto; }
    Dialog #refused { height: auto; max-height: 8; color: $text-warning; }
    Dialog #refused Static { height: auto; }
    Dialog #problem { color: $text-error; height: auto; min-height: 1; }
    Dialog Input { background: $panel; }
    Dialog .buttons { height: auto; align-horizontal: right; }
    Dialog .buttons Button { margin-left: 2; }
    Dialog RowList { height: auto; max-height: 14; }
    Dialog FilterList { height: auto; max-height: 16; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "back", show=False)]

    def __init__(self, title: str) -> None:
        """Arguments: the title, plain text."""
        super().__init__()
        self.dialog_title = title
        self.accepts: Callable[[Result], str | None] | None = None
        """Takes the result before the dialog closes; answers why that is refused, or ``None``."""
        self.jobs = Jobs(self, self.show_progress)

    def compose(self) -> ComposeResult:
        """The box, its title and what is in it."""
        with _DialogBox(id="dialog") as box:
            box.border_title = Content(self.dialog_title)
            yield from self.compose_body()

    def compose_body(self) -> ComposeResult:
        """The widgets of the dialog."""
        yield from ()

    @staticmethod
    def button(
        label: str, action: str, variant: ButtonVariant = "primary", *, disabled: bool = False
    ) -> Button:
        """A button that runs an action of the dialog; its id is the name of the action."""
        shown, run = Content(label), f"screen.{action}"
        return Button(shown, variant, id=action, action=run, compact=True, disabled=disabled)

    @staticmethod
    def buttons(*buttons: Button) -> Horizontal:
        """A line of buttons."""
        return Horizontal(*buttons, classes="buttons")

    def foot(self, hint: str, *buttons: Button) -> ComposeResult:
        """A line of explanation, a line for what is wrong, and the buttons."""
        yield Static(Content(hint), id="hint")
        yield Static("", id="problem", markup=False)
        if buttons:
            yield self.buttons(*buttons)

    def show_hint(self, text: str) -> None:
        """Show a line of explanation."""
        self.query_one("#hint", Static).update(Content(text))

    def show_problem(self, problem: str | None) -> None:
        """Show why something cannot be done, or that nothing is wrong; where there is a line for it."""
        for line_of_problem in self.query("#problem").results(Static):
            line_of_problem.update(Content(f"✖ {problem}" if problem else ""))

    def show_progress(self, running: Mapping[str, Progress]) -> None:
        """Show how far the jobs are that run, by group."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A job has ended."""
        self.jobs.worker_changed(event)

    def on_unmount(self) -> None:
        """Nobody waits any more for what is computed."""
        self.jobs.close()

    def box_resized(self) -> None:
        """The box has another size now."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with a result, once: a second click that came with the first would close what is below.

        Where the result is refused it stays open, with all that was typed, and says why above that.
        """
        if not self.is_active:
            return AwaitComplete()
        refused = None if result is None or self.accepts is None else self.accepts(result)
        if refused is None:
            return super().dismiss(result)
        self._show_refused(refused)
        return AwaitComplete()

    def _show_refused(self, why: str) -> None:
        for shown in self.query("#refused Static").results(Static):
            shown.update(Content(why))
            return
        told = VerticalScroll(Static(Content(why)), id="refused", can_focus=False)
        self.query_one("#dialog").mount(told, before=0)

    def action_cancel(self) -> None:
        """Close without a result."""
        self.dismiss(None)

    @property
    def typed(self) -> str:
        """Text that would be lost if the dialog closed; empty where there is none.

        What filters a list is only looked up, and not kept anyway.
        """
        lines = (each for each in self.query(LineInput) if not isinstance(each, FilterInput))
        return next((each.typed for each in lines if each.typed), "")

    def on_click(self, event: Click) -> None:
        """A click beside the box closes it, and one on its title: a box may fill the screen.

        Since it may be a slip, it asks where something was typed.
        """
        at = event.widget
        if at is not self and (at is None or at.id != "dialog" or event.screen_y != at.region.y):
            return
        if not self.typed:
            self.action_cancel()
            return
        question = Confirm("not done yet", f"Discard “{one_line(self.typed, 60)}”?", do="Discard")
        ask(self.app, question, lambda is_sure: is_sure and self.call_later(self.action_cancel))


class Confirm(Dialog[bool]):
    """Asks before what cannot be undone; the safe answer has the focus. Result: whether to do it."""

    AUTO_FOCUS = "#keep"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, *, do: str) -> None:
        """Arguments: title, question, and the word on the button that does it."""
        super().__init__(title)
        self._text = text
        self._do = do

    def compose_body(self) -> ComposeResult:
        """The question and two buttons, the safe one in focus."""
        yield Static(Content(self._text))
        yield self.buttons(self.button(self._do, "do", "error"), self.button("Cancel", "keep"))

    def action_do(self) -> None:
        """Answer that it is to be done."""
        self.dismiss(True)

    def action_keep(self) -> None:
        """Answer that it is not."""
        self.dismiss(False)


class YesNo(Dialog[bool]):
    """Asks what one key answers; Escape leaves it open. Result: whether it is so."""

    AUTO_FOCUS = "#yes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", show=False),
        Binding("n", "no", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, question: str, hint: str) -> None:
        """Arguments: what it is about, the question, and what answering and leaving it does."""
        super().__init__(title)
        self._question = question
        self._hint = hint

    def compose_body(self) -> ComposeResult:
        """The question and both answers."""
        yield Static(Content(self._question))
        yield from self.foot(self._hint, self.button("Yes (y)", "yes"), self.button("No (n)", "no"))

    def action_yes(self) -> None:
        """Answer that it is so."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Answer that it is not."""
        self.dismiss(False)


class _OneLineArea(TextArea):
    """Long text that wraps; Enter accepts it, since a paragraph has no line breaks."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.accept", show=False, priority=True)]


class TextEntry(Dialog[str]):
    """Asks for one line of text, checked as it is typed. Result: the text, accepted only if it fits."""

    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", show=False)]

    def __init__(
        self,
        title: str,
        value: str = "",
        *,
        hint: str = "",
        check: Callable[[str], str | None] | None = None,
        long: bool = False,
        complete: Callable[[str], PathCompletion] | None = None,
        typed: str = "",
    ) -> None:
        """Arguments.

        title: what is asked for.
        value: the text to begin with.
        hint: a line of explanation.
        check: answers why a text does not fit, in a line, or ``None`` if it does.
        long: whether it is a paragraph, shown over several lines.
        complete: completes what is typed, on Tab.
        typed: what was typed already, in place of the text to begin with.
        """
        super().__init__(title)
        self._value = typed or value
        self._is_typed = bool(typed)
        self._hint = hint
        self._check = check
        self._long = long
        self._complete = complete
        self._offered = PathCompletion("", ())

    def compose_body(self) -> ComposeResult:
        """The line, the hint and the reason why it does not fit."""
        if self._long:
            area = _OneLineArea(self._value, soft_wrap=True, id="text", compact=True)
            area.styles.height = 6
            yield area
        else:
            field = LineInput(self._value, id="text", compact=True, select_on_focus=not self._is_typed)
            field.proposed = "" if self._is_typed else self._value
            yield field
        yield from self.foot(self._hint, self.button("Done", "accept"))

    @property
    def typed(self) -> str:
        """As of every dialog, also of a long text."""
        is_changed = self._long and self.text != clean_line(self._value)
        return self.text if is_changed else super().typed

    def on_mount(self) -> None:
        """Write behind what is there."""
        text = self.query_one("#text")
        if isinstance(text, TextArea):
            text.move_cursor(text.document.end)
        if self._complete is not None:
            self._offer(self._complete(self.text))

    def action_complete(self) -> None:
        """Complete what is typed, as far as all that fits agrees."""
        if self._complete is None:
            self.focus_next()
            return
        found = self._complete(self.text)
        self._put(found.text)

    def _put(self, text: str) -> None:
        """Write what is completed; what it may become is offered once it is there."""
        field = self.query_one("#text", Input)
        field.value = text
        field.cursor_position = len(text)

    def _offer(self, found: PathCompletion) -> None:
        """Show what the text may become below the hint; a click on a name takes it."""
        self._offered = found
        looks = (Style(underline=True) + Style.from_meta({"at": at}) for at in range(len(found.shown)))
        names = (Content.styled(*each) for each in zip(found.shown, looks, strict=True))
        said = Content("  ").join([Content("Tab completes:"), *names, Content(found.more)])
        lines = [Content(self._hint)] * bool(self._hint) + [said] * bool(found.names)
        self.query_one("#hint", Static).update(Content("\n").join(lines))

    def on_click(self, event: Click) -> None:
        """Take a name that is offered: a file is the answer; in a folder, or of a list, others are offered.

        The second click of a double click is meant for the name that the first one took.
        """
        at = event.style.meta.get("at")
        if at is not None and event.chain == 1:
            found = self._offered
            name = found.names[at]
            self._put(found.head + name)
            if found.is_answer(name):
                self.action_accept()

    @property
    def text(self) -> str:
        """What is typed so far, as one clean line."""
        field = self.query_one("#text")
        return clean_line(field.text if isinstance(field, TextArea) else field.value)  # type: ignore[attr-defined] # an Input

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self) -> None:
        self._fits()
        if self._complete is not None:
            self._offer(self._complete(self.text))

    @on(Input.Submitted)
    def action_accept(self) -> None:
        """Take the text, if it fits."""
        if self._fits():
            self.dismiss(self.text)

    def _fits(self) -> bool:
        try:
            problem = None if self._check is None else self._check(self.text)
        except (OSError, RuntimeError):  # a name that is too long, or in the home of nobody
            problem = "there can be no such file"
        self.show_problem(problem)
        return problem is None


class LinesDialog(Dialog[None]):
    """Lines to be read, in a list so that a long text can be walked; Escape or Enter closes it."""

    DEFAULT_CSS = "LinesDialog RowList { max-height: 100%; }"

    def __init__(self, title: str, lines: Iterable[Line], width: int) -> None:
        """Arguments: the title, the lines, and how many cells the dialog is wide where there is room."""
        super().__init__(title)
        self._lines = lines
        self._width = width

    def compose_body(self) -> ComposeResult:
        """The list."""
        yield RowList(map(row_of, self._lines))

    def on_mount(self) -> None:
        """As wide as asked for."""
        self.query_one("#dialog").styles.width = self._width

    def on_row_list_chosen(self) -> None:
        """Close."""
        self.dismiss(None)


class ChoiceDialog(Dialog[Result], Generic[Result]):
    """A list of rows, filtered as one types. Result: the value of the row chosen."""

    def __init__(self, title: str, rows: Iterable[ListRow], placeholder: str = "type to filter") -> None:
        """Arguments: the title, the rows, and what the empty filter says."""
        super().__init__(title)
        self._rows = rows
        self._placeholder = placeholder

    def compose_body(self) -> ComposeResult:
        """The filter and the list."""
        yield FilterList(self._rows, always=True, placeholder=self._placeholder)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Answer with the value, where the row has one."""
        event.stop()
        if (answer := self.answer(event.row)) is not None:
            self.dismiss(answer)

    def answer(self, row: ListRow) -> Any:
        """What choosing a row answers; ``None``: nothing."""
        return row.value


@dataclass(frozen=True, slots=True)
class PickerAnswer:
    """What a :class:`Picker` answers: the value chosen, which may itself be ``None`` (unset)."""

    value: Any


def ask(app: App[Any], dialog: Screen[Any], take: Callable[[Any], object]) -> None:
    """Show a dialog; ``take`` hears the text or the value that was decided, and nothing after Escape.

    It may be asynchronous: what it answers is awaited then.
    """

    def decided(answer: Any) -> Any:
        if answer is None:
            return None
        return take(answer.value if isinstance(answer, PickerAnswer) else answer)

    app.push_screen(dialog, decided)


def ask_until_taken(app: App[Any], dialog: Dialog[Any], take: Callable[[Any], str | None]) -> None:
    """Show a dialog, which stays open while ``take`` answers why what was decided is refused."""

    def accepts(answer: Any) -> str | None:
        return take(answer.value if isinstance(answer, PickerAnswer) else answer)

    dialog.accepts = accepts
    app.push_screen(dialog)


class Picker(ChoiceDialog[PickerAnswer]):
    """Asks to choose one of many, filtered by typing. Result: :class:`PickerAnswer`.

    With ``free`` a text that is none of the rows can be used as it is typed.
    """

    def __init__(
        self,
        title: str,
        rows: Iterable[ListRow],
        *,
        current: object = None,
        free: Callable[[str], str | None] | None = None,
        hint: str = "",
        otherwise: str = "",
    ) -> None:
        """Arguments.

        title: what is asked for.
        rows: the choices; each answers its value.
        current: the key of the row to begin at.
        free: if given, typed text can be used; it answers why one does not fit, or ``None``.
        hint: a line of explanation.
        otherwise: what to do where what is typed is none of the rows.
        """
        super().__init__(title, tuple(rows))
        self._current = current
        self._free = free
        self._hint = hint
        self._otherwise = otherwise

    def compose_body(self) -> ComposeResult:
        """The filter and the list."""
        yield from super().compose_body()
        yield from self.foot(self._hint)

    def on_mount(self) -> None:
        """Begin at what is chosen now."""
        self.query_one(RowList).go_to(self._current)

    @property
    def typed(self) -> str:
        """What was typed where that can be used as it is."""
        return "" if self._free is None else self.query_one(FilterInput).typed

    def on_filter_list_typed(self, event: FilterList.Typed) -> None:
        """Offer the typed text itself, if it fits and is none of the rows; else say that nothing is left."""
        text = clean_line(event.text)
        if self._free is None:
            none = bool(text) and all(row.heading for row in self.query_one(RowList).shown_rows)
            self.show_problem(f"none is called “{one_line(text, 60)}”{self._otherwise}" if none else None)
            return
        rows = list(self._rows)
        problem = None
        if text and all(row.value != text for row in rows):
            problem = self._free(text)
            if problem is None:
                rows.append(ListRow(("free", text), line("use “", text, "”"), text, search=event.text))
        self.query_one(FilterList).set_rows(rows)
        self.show_problem(problem)

    def answer(self, row: ListRow) -> PickerAnswer:
        """The value of the row."""
        return PickerAnswer(row.value)
