"""The inspector: the fields of what is selected, its relations, who reaches it, and what was found."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from meshmodel.analysis.results import Answerable, Finding
from meshmodel.app.messages import (
    EditRequested,
    FieldRequested,
    FindingOpened,
    NoteRequested,
    Notice,
    QuestionAsked,
    SelectionRequested,
)
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.lines import content_of, row_of
from meshmodel.app.presentation import inspection
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.form_rows import field_rows
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, MoreRows, note_row
from meshmodel.edits.edit import Edit, Rename
from meshmodel.edits.fields import few_values, refusal_of
from meshmodel.edits.groups import fields_of_all
from meshmodel.model.records import About, Record, Reference, Snapshot, key_of, table_of
from meshmodel.model.schema import SCHEMA, Field


class Inspector(FilterList, Bound):
    """All about the selected record; every field of it can be edited.

    Fields that are asked for first and those that are set have rows; ``more fields`` shows the others.

    ``Inspector(id="inspector")``; then ``follow(shown)`` after every change shows what is selected,
    or the model itself (its name and description) where nothing is. ``edit_field(key)`` opens the
    editor of one field, as Enter or a click on its row does; ``focus_list()`` gives it the focus.

    Space switches a field with few values (yes, no, unset; a short closed list) to its next one.

    Posts ``EditRequested`` (one edit a field), ``SelectionRequested`` (a relation or an element was
    chosen), ``FindingOpened``, ``QuestionAsked`` and ``Notice`` (why something is refused).
    Escape closes its filter; without one it is left to the workbench.
    """

    DEFAULT_CSS = "Inspector { background: $surface; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "next_value", "next value", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        super().__init__(id=id, placeholder="filter fields, relations, findings")
        self._selected: Reference | None = None
        self._edited = ""
        self._unfolded = False

    @property
    def record(self) -> Record | None:
        """The record that is shown."""
        if self.shown is None:
            return None
        if self.shown.selected is None:
            return self.shown.snapshot.about
        table, key = self.shown.selected
        return None if table == "hosting" else self.shown.snapshot.get(table, key)  # which has no record

    def basis(self, shown: WorkbenchState) -> object:
        """What is selected, of which model, and whether it can be edited."""
        return shown.selected, shown.group, id(shown.snapshot), shown.analysis, shown.read_only

    def show_state(self, shown: WorkbenchState) -> None:
        """Show what is selected now; of something else all, beginning at the field that was edited last."""
        before, self._selected = self._selected, shown.selected
        self._show_rows()
        if before != shown.selected:
            if not self.filter.has_focus:
                self.clear_filter()
            self.rows.scroll_home(animate=False)
            self.rows.go_to(("field", self._edited)) or self.rows.go_to(("field", "kind"))

    def show_filtered(self, text: str) -> None:
        """Filter among all fields."""
        self._show_rows()
        super().show_filtered(text)

    def _show_rows(self) -> None:
        """Show the rows of what is selected now."""
        if self.shown is not None:
            self.set_rows(self._rows(self.shown))

    def edit_field(self, key: str) -> None:
        """Open the editor of one field of what is shown; raises KeyError if it has no such field."""
        if self.record is not None:
            self._edit(SCHEMA[table_of(self.record)].field(key))

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Edit the field, show more of them, select the record, open the finding, ask the question, or add a
        note.
        """
        event.stop()
        match event.row.value:
            case Field() as field:
                self._edit(field)
            case MoreRows():
                self._unfolded = not self._unfolded
                self._show_rows()
            case inspection.NewNote() as new:
                self._add_note(new.subject)
            case Answerable() as asked:
                self.post_message(QuestionAsked(asked))
            case Finding() as finding:
                self.post_message(FindingOpened(finding))
            case (str(), _) as reference:
                self.post_message(SelectionRequested(reference))

    def action_next_value(self) -> None:
        """Give a field with few values its next one."""
        row = self.rows.row
        record, shown = self.record, self.shown
        if row is None or record is None or shown is None or not isinstance(row.value, Field):
            return
        if self._refuses(shown):
            return
        values = few_values(row.value)
        if not values:
            self._edit(row.value)
            return
        self._edited = row.value.key
        now = getattr(record, row.value.attribute)
        at = values.index(now) if now in values else -1
        values_now = {row.value.attribute: values[(at + 1) % len(values)]}
        wanted = self._wanted(record, shown.snapshot, values_now)
        problem = None if wanted is None else refusal_of(wanted.edit, shown.snapshot)
        if problem is not None:
            self.post_message(Notice(problem, "error"))
        elif wanted is not None:
            self.post_message(wanted)

    def _edit(self, field: Field) -> None:
        record, shown = self.record, self.shown
        if record is None or shown is None or self._refuses(shown):
            return
        self._edited = field.key
        self.post_message(FieldRequested(record, field, self._wanted, on=shown.snapshot))

    def _add_note(self, subject: str | None) -> None:
        """Have it asked what is to be said of an element or of the model, and let no filter hide it."""
        shown = self.shown
        if shown is not None and not self._refuses(shown):
            self.action_stop_filter()
            self.post_message(NoteRequested(subject, on=shown.snapshot))

    def _refuses(self, shown: WorkbenchState) -> bool:
        if shown.read_only:
            self.post_message(Notice("this model is open for reading only", "warning"))
        return shown.read_only

    def _wanted(self, record: Record, on: Snapshot, values: Mapping[str, Any]) -> EditRequested | None:
        """The edit of a record as it was when it was opened; what is shown may be something else by now."""
        group = frozenset() if self.shown is None else self.shown.group
        edit = fields_of_all(on, record, values, group)
        if edit is None:
            return None
        selected = None if isinstance(record, About) else self._selected_after(edit, record, values)
        return EditRequested(edit, selected, on=on)

    @staticmethod
    def _selected_after(edit: Edit, record: Record, values: Mapping[str, Any]) -> Reference:
        """What the record is called once it is edited, perhaps by a new key."""
        own = table_of(record), key_of(record)
        renames = (each for each in edit.changes if isinstance(each, Rename))
        renamed = (each.new for each in renames if (each.table, each.old) == own)
        return own[0], next(renamed, key_of(replace(record, **values)))

    def _rows(self, shown: WorkbenchState) -> list[ListRow]:
        record, snapshot, analysis = self.record, shown.snapshot, shown.analysis
        if record is None:
            if shown.selected is None:
                return []
            said, lines = inspection.without_record(snapshot, shown.selected)
            return [*map(note_row, said), *map(row_of, lines)]
        is_unfolded = self._unfolded or bool(self.filter.value)
        title = ListRow("title", content_of(inspection.title_words(record)), heading=True, is_note=True)
        rows = [title, *field_rows(record, unfolded=is_unfolded, edited=self._edited)]
        if shown.selected in shown.group:
            rows.insert(1, note_row(f"a field is set on all {len(shown.group)} selected together"))
        return [*rows, *map(row_of, inspection.lines_about(snapshot, analysis, record))]
