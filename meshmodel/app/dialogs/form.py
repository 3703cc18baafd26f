"""Forms: a table of fields, each with a dialog that asks for another value."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Generic

from textual.app import ComposeResult

from meshmodel.app.dialogs.base import Dialog, Picker, Result, TextEntry, ask
from meshmodel.app.widgets.form_rows import form_row
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, line
from meshmodel.model.errors import MeshmodelError, RequestError
from meshmodel.model.text import one_line
from meshmodel.model.typed_paths import complete_path

NONE = "–"
"""What stands where a field has no value."""


def choices(named: Iterable[tuple[Any, str]]) -> list[ListRow]:
    """Rows to choose from, of values with a hint each: words, yes or no, and ``None`` for unset."""
    words = {None: ("unset", "$text-muted"), True: "yes", False: "no"}
    return [
        ListRow(value, line(words.get(value, value), (hint and f"  {hint}", "$text-muted")), value)
        for value, hint in named
    ]


@dataclass(frozen=True, slots=True)
class FormField:
    """One row of a form.

    Attributes:
        name: what it is called.
        shown: its value now, in words.
        ask: makes the dialog that asks for another value; that of a file takes what was typed already.
        take: takes the answer of the dialog.
    """

    name: str
    shown: str
    ask: Callable[..., Dialog[Any]]
    take: Callable[[Any], None]

    @property
    def row(self) -> ListRow:
        """The row of a list; its value is the field."""
        return form_row(self.name, line(self.shown), value=self)


def choice_field(
    name: str, current: str | None, named: Iterable[tuple[str | None, str]], take: Callable[[Any], None]
) -> FormField:
    """A field whose value is one of several, each with a hint."""
    return FormField(name, current or NONE, lambda: Picker(name, choices(named), current=current), take)


def path_field(
    name: str,
    path: Path | None,
    take: Callable[[Path], None],
    *,
    hint: str,
    check: Callable[[str], str | None],
    endings: Collection[str] = (),
) -> FormField:
    """A field whose value is a file.

    Args:
        name: what it is called.
        path: its value now.
        take: takes another one.
        hint: a line of explanation.
        check: answers why a typed name does not fit, or ``None``.
        endings: of files only those with one of these are offered; without any, all.
    """

    def ask(typed: str = "") -> TextEntry:
        return TextEntry(
            name,
            "" if path is None else str(path),
            hint=hint,
            check=check,
            complete=lambda text: complete_path(text, Path.cwd(), endings),
            typed=typed,
        )

    shown = NONE if path is None else one_line(path, 300)
    return FormField(name, shown, ask, lambda text: take(Path(text).expanduser()))


class FormDialog(Dialog[Result], Generic[Result]):
    """A table of fields, each with its value; Enter on one asks for another value.

    A field that is refused is marked, until another value is taken or something else is wrong.
    """

    hint: ClassVar[str] = ""
    """The line of explanation."""
    does: ClassVar[tuple[str, str]]
    """What is on the button, and the action that it runs."""

    _wrong: str | None = None
    """The name of the field that was refused."""
    _text = ""
    """What was typed for a field last."""

    @property
    def typed(self) -> str:
        """What was typed for one of its fields."""
        return self._text

    def form_rows(self) -> Iterable[ListRow]:
        """The rows as they are now; those of fields are made by :class:`FormField`."""
        return ()

    def compose_body(self) -> ComposeResult:
        """The rows, a line of explanation, a line for what is wrong, and the button."""
        yield RowList(self._marked_rows())
        yield from self.foot(self.hint, self.button(*self.does))

    def show_rows(self) -> None:
        """Show the rows as they are now."""
        self.query_one(RowList).set_rows(self._marked_rows())

    def _marked_rows(self) -> Iterator[ListRow]:
        for row in self.form_rows():
            is_wrong = row.key == ("field", self._wrong)
            yield replace(row, shown=row.content + line(("  ✖", "$text-error"))) if is_wrong else row

    def show_problem(self, problem: str | None, wrong: str | None = None) -> None:
        """Show why something cannot be done, and at which field, or that nothing is wrong."""
        super().show_problem(problem)
        if wrong != self._wrong:
            self._wrong = wrong
            self.show_rows()

    def show_refusal(self, refused: MeshmodelError) -> None:
        """Show why a request is refused; a field that it is about is named, and marked in its row."""
        why, wrong = one_line(refused, 300), refused.field if isinstance(refused, RequestError) else None
        is_row = any(row.key == ("field", wrong) for row in self.form_rows())
        self.show_problem(f"{wrong}: {why}" if is_row else why, wrong)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Ask for another value of a field."""
        event.stop()
        self.ask_for(event.row.value)

    def ask_for(self, field: Any) -> None:
        """Ask for another value of a field; other rows ask for nothing."""
        if isinstance(field, FormField):
            dialog = field.ask()
            ask(self.app, dialog, partial(self._take, field, is_text=isinstance(dialog, TextEntry)))

    def _take(self, field: FormField, value: Any, *, is_text: bool) -> None:
        self.show_problem(None)
        field.take(value)
        self._text = str(value) if is_text else self._text
        self.show_rows()
