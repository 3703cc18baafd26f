"""Asks which log to follow: the file, its form, and the map of its names."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from meshmodel.app.dialogs.base import Chosen, Dialog, Picker, TextEntry
from meshmodel.app.trace_state import LogRequest
from meshmodel.app.widgets.form_rows import form_row
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, line
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.path_completion import complete_path
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.importers.formats import LogFormat

BY_NAME = "by its name"
LOGS: Final = frozenset({".jsonl", ".ndjson", ".json", ".csv", ".log", ".txt", ".gz"})
"""What files of events are called; others can be typed."""
MAPS: Final = frozenset({".toml"})


class LogDialog(Dialog[LogRequest]):
    """Asks for the log of observed events. Result: what to follow.

    ``LogDialog(before)``; ``before`` is the log that was followed last, or that is offered. With ``another``
    it begins at the file, else at the button where the file is known.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "follow", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, before: LogRequest | None = None, *, another: bool = False) -> None:
        """Arguments: what was followed last or is offered; whether another one is wanted."""
        super().__init__("lay a log on the model")
        self._another = another
        self.path = None if before is None else before.path
        self.form: LogFormat | None = None if before is None else before.form
        self.mapping = None if before is None else before.mapping

    def compose_body(self) -> ComposeResult:
        """The choices and the button."""
        yield RowList(self._rows())
        said = (
            "JSON Lines and CSV have the ids of the model; the log of a real system needs a map of its names"
        )
        yield Static(Content(said), id="hint")
        yield Static(Content(""), id="problem", markup=False)
        with Horizontal(classes="buttons"):
            yield Button("Follow", id="follow", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Begin with the file; where it is known and no other is wanted, with the button."""
        if self.path is None or self._another:
            self.query_one(RowList).focus()
        else:
            self.query_one(Button).focus()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Change a choice."""
        event.stop()
        match event.row.value:
            case "file":
                hint = "a log of events: .jsonl, .csv, or any with a form"
                self._type("file", self.path, hint, LOGS, self._set_path)
            case "map":
                hint = "a TOML file: what the log's names mean; see meshmodel help logs"
                self._type("map", self.mapping, hint, MAPS, self._set_map)
            case "form":
                self._pick_form()

    def _type(
        self,
        title: str,
        path: Path | None,
        hint: str,
        endings: frozenset[str],
        done: Callable[[str | None], None],
    ) -> None:
        entry = TextEntry(
            title,
            "" if path is None else str(path),
            hint=hint,
            check=_file_problem,
            complete=lambda text: complete_path(text, Path.cwd(), endings),
        )
        self.app.push_screen(entry, done)

    def _set_path(self, text: str | None) -> None:
        if text is not None:
            self.path = Path(text).expanduser()
            self._changed()
            self.query_one(Button).focus()

    def _set_map(self, text: str | None) -> None:
        if text is not None:
            self.mapping = Path(text).expanduser()
            self._changed()

    def _pick_form(self) -> None:
        from meshmodel.importers.formats import LOG_FORMATS, OWN_FORMATS

        def decided(chosen: Chosen | None) -> None:
            if chosen is not None:
                self.form = next((each for each in LOG_FORMATS if each == chosen.value), None)
                self._changed()

        rows = [Row(BY_NAME, line(BY_NAME), BY_NAME)]
        for each in LOG_FORMATS:
            hint = "" if each in OWN_FORMATS else "  with a map"
            rows.append(Row(each, line(each, (hint, "$text-muted")), each))
        self.app.push_screen(Picker("form", rows, current=self.form or BY_NAME), decided)

    def _changed(self) -> None:
        self.query_one(RowList).set_rows(self._rows())
        self.query_one("#problem", Static).update(Content(""))

    def _rows(self) -> list[Row]:
        none = "–"
        return [
            form_row("file", line(none if self.path is None else one_line(self.path, 300)), value="file"),
            form_row("form", line(self.form or BY_NAME), value="form"),
            form_row("map", line(none if self.mapping is None else one_line(self.mapping, 300)), value="map"),
        ]

    def on_button_pressed(self) -> None:
        """Follow it."""
        self.action_follow()

    def action_follow(self) -> None:
        """Answer with the request, if the file is there and its form is known."""
        from meshmodel.importers.events import format_of
        from meshmodel.importers.formats import OWN_FORMATS

        problem = "file: needed" if self.path is None else _file_problem(str(self.path))
        if problem is None and self.path is not None:
            try:
                form = self.form or format_of(self.path)
                if form not in OWN_FORMATS and self.mapping is None:
                    problem = f"map: needed for the names in a log of the form {form}"
                mapping = None if form in OWN_FORMATS else self.mapping
            except MeshmodelError:
                problem = "form: cannot be told by the name of the file; choose one"
        if problem is None and self.path is not None:
            self.dismiss(LogRequest(self.path, form, mapping))
        else:
            self.query_one("#problem", Static).update(Content(f"✖ {problem}"))


def _file_problem(text: str) -> str | None:
    if not text.strip():
        return "a file name is needed"
    path = Path(text).expanduser()
    if path.is_dir():
        return "that is a folder: name a file in it"
    return None if path.is_file() else "there is no such file"
