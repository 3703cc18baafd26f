"""Asks which log to follow: the file, its form, and the map of its names."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.widgets import Button

from meshmodel.app.dialogs.base import ask
from meshmodel.app.dialogs.form import NONE, FormDialog, FormField, choice_field, path_field
from meshmodel.app.presentation.log_request import LogRequest, checked_request
from meshmodel.app.widgets.rows import ListRow
from meshmodel.logs.formats import LOG_FORMATS, OWN_FORMATS, LogFormat
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line
from meshmodel.model.typed_paths import file_problem

BY_NAME: Final = "by its name"
LOGS: Final = frozenset({".jsonl", ".ndjson", ".json", ".csv", ".log", ".txt", ".gz"})
"""What files of events are called; others can be typed."""
MAPS: Final = frozenset({".toml"})


class LogDialog(FormDialog[LogRequest]):
    """Asks for the log of observed events. Result: what to follow.

    ``LogDialog(before)``; ``before`` is the log that was followed last, or that is offered. With ``another``
    it begins at the file, else at the button where the file is known. ``needs_map``: a system's own log needs
    one, as the model knows none of its names.
    """

    hint = "JSON Lines and CSV have the ids of the model; the log of a real system needs a map of its names"
    does = "Follow", "follow"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "follow", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(
        self, before: LogRequest | None = None, *, another: bool = False, needs_map: bool = True
    ) -> None:
        """Arguments: what was followed last or is offered; whether another one, and a map, is wanted."""
        super().__init__("replay a log")
        self.path = None if before is None else before.path
        self.form: LogFormat | None = None if before is None else before.form
        self.mapping = None if before is None else before.mapping
        self.more = () if before is None else before.more
        self._needs_map = needs_map
        self._begins_at_button = self.path is not None and not another

    def on_mount(self) -> None:
        """Begin with the file; where it is known and no other is wanted, with the button."""
        if self._begins_at_button:
            self.query_one(Button).focus()

    def form_rows(self) -> Iterator[ListRow]:
        """The file, its form, the map."""
        hint = "a log of events: .jsonl, .csv, or any with a form"
        yield path_field("file", self.path, self._set_path, hint=hint, check=file_problem, endings=LOGS).row
        forms = [(each, "" if each in OWN_FORMATS else "with a map") for each in LOG_FORMATS]
        yield choice_field("form", self.form or BY_NAME, [(BY_NAME, ""), *forms], self._set_form).row
        hint = "a TOML file: what the log's names mean; see meshmodel help logs"
        yield path_field("map", self.mapping, self._set_map, hint=hint, check=file_problem, endings=MAPS).row

        hint = "another log, merged by time; of one that is listed: leave it out"
        more = path_field("more", None, self._set_more, hint=hint, check=file_problem, endings=LOGS)
        yield replace(more, shown=", ".join(one_line(each.name) for each in self.more) or NONE).row

    def on_key(self, event: Key) -> None:
        """What is typed while there is no log, or while the button has the focus, is the name of one."""
        is_asked = self.path is None or isinstance(self.focused, Button)
        if event.is_printable and event.character != " " and is_asked:
            event.stop()
            file: FormField = next(self.form_rows()).value
            ask(self.app, file.ask(event.character), partial(self._take, file, is_text=True))

    def _set_path(self, path: Path) -> None:
        self.path = path
        self.query_one(Button).focus()

    def _set_more(self, path: Path) -> None:
        listed = tuple(each for each in self.more if each != path)
        self.more = listed if path in self.more else (*listed, path)

    def _set_map(self, path: Path) -> None:
        self.mapping = path

    def _set_form(self, form: Any) -> None:
        self.form = None if form == BY_NAME else form

    def action_follow(self) -> None:
        """Answer with the request, if the file is there and its form is known."""
        try:
            self.dismiss(
                checked_request(self.path, self.form, self.mapping, self.more, needs_map=self._needs_map)
            )
        except MeshmodelError as error:
            self.show_refusal(error)
