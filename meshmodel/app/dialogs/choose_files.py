"""Asks which files to import: several files or folders, and what they are."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widgets import Button

from meshmodel.app.dialogs.base import TextEntry
from meshmodel.app.dialogs.form import FormDialog, FormField, choice_field, path_field
from meshmodel.app.presentation.import_request import ImportRequest
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow
from meshmodel.importers.forms import FORMS
from meshmodel.model.typed_paths import source_problem

BY_CONTENT: Final = "by its content"
_HINT: Final = "a file, such as .mcp.json, or a folder: of that all names that a form knows"


class ImportDialog(FormDialog[ImportRequest]):
    """Asks for the files, which are read together. Result: what to import.

    ``ImportDialog(before)``; ``before`` was imported last.
    """

    hint = "nothing is changed before you have seen what would be; x takes a file out"
    does = "Preview", "preview"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "preview", show=False),
        Binding("x,delete", "take_out", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, before: ImportRequest) -> None:
        """Arguments: what to begin with."""
        super().__init__("import files")
        self.paths = [*before.paths]
        self.form, self.only = before.form, " ".join(before.only)

    def on_mount(self) -> None:
        """Ask for the first file at once: without one there is nothing to look at."""
        if not self.paths:
            self.ask_for(next(iter(self.form_rows())).value)

    def form_rows(self) -> Iterator[ListRow]:
        """The files, one more, what they are, and of an export with users whose."""
        for number, path in enumerate((*self.paths, None)):
            name = f"file {number + 1}"
            take = partial(self._set_path, number)
            yield path_field(name, path, take, hint=_HINT, check=source_problem).row
        forms = [(BY_CONTENT, ""), *((each.name, each.title) for each in FORMS.values())]
        yield choice_field("read as", self.form or BY_CONTENT, forms, self._set_form).row
        if self.form is not None and FORMS[self.form].picks:
            hint = "users and roles, with spaces between; agents: what agents of the model reach; empty: all"
            ask = partial(TextEntry, "only", self.only, hint=hint)
            yield FormField("only", self.only or "all", ask, partial(setattr, self, "only")).row

    def _set_path(self, number: int, path: Path) -> None:
        self.paths[number : number + 1] = [path]
        self.query_one(Button).focus()

    def _set_form(self, form: str) -> None:
        self.form = None if form == BY_CONTENT else form

    def action_take_out(self) -> None:
        """Take the file under the cursor out."""
        at = self.query_one(RowList).cursor or 0
        del self.paths[at : at + 1]
        self.show_rows()

    def action_preview(self) -> None:
        """Answer with what is to be imported."""
        if self.paths:
            only = tuple(self.only.split()) if self.form and FORMS[self.form].picks else ()
            self.dismiss(ImportRequest(tuple(self.paths), self.form, only))
        else:
            self.show_problem("name a file first: Enter on the first row")
