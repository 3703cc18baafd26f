"""The inspector: every field of what is selected, its relations, who reaches it, and what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from meshmodel.analysis.results import Finding
from meshmodel.app.messages import (
    EditRequested,
    FieldRequested,
    FindingOpened,
    NoteRequested,
    Notice,
    SelectionRequested,
)
from meshmodel.app.panels import inspector_rows
from meshmodel.app.panels.bound import Bound
from meshmodel.app.panels.inspector_overflow import unnamed_rows
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.form_rows import WARNING, field_rows
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, saying, space
from meshmodel.edits.approvers import unknown_approvers, unknown_words
from meshmodel.edits.field_text import few_values
from meshmodel.edits.fields import edit_of, refusal_of
from meshmodel.model.records import Checkpoint, Record, Reference
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.model.snapshot import Snapshot, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from meshmodel.api import Analysis


@dataclass(frozen=True, slots=True)
class _Basis:
    """What the rows were made from; nothing is made again while it is the same."""

    reference: Reference | None
    snapshot: Snapshot
    analysis: "Analysis | None"
    read_only: bool


class Inspector(FilterList, Bound):
    """All about the selected record; every field of it can be edited.

    ``Inspector(id="inspector")``; then ``follow(shown)`` after every change shows what is selected,
    or the model itself (its name and description) where nothing is. ``edit_field(key)`` opens the
    editor of one field, as Enter or a click on its row does; ``focus_list()`` gives it the focus.

    Space switches a field with few values (yes, no, unset; a short closed list) to its next one.

    Posts ``EditRequested`` (one edit a field), ``SelectionRequested`` (a relation or an element was
    chosen), ``FindingOpened`` and ``Notice`` (why something is refused).
    Escape closes its filter; without one it is left to the workbench.
    """

    DEFAULT_CSS = """
    Inspector { background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "next_value", "next value", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        """Arguments: the id of the widget."""
        super().__init__(id=id, placeholder="filter fields, relations, findings")
        self.shown: WorkbenchState | None = None
        self._basis: _Basis | None = None

    @property
    def record(self) -> Record | None:
        """The record that is shown."""
        if self.shown is None:
            return None
        if self.shown.selected is None:
            return self.shown.snapshot.about
        return inspector_rows.record_of(self.shown.snapshot, self.shown.selected)

    def follow(self, shown: WorkbenchState) -> None:
        """Show what is selected now; cheap where it is what was shown before."""
        basis = _Basis(shown.selected, shown.snapshot, shown.analysis, shown.read_only)
        self.shown = shown
        before, self._basis = self._basis, basis
        if before == basis and before is not None and before.snapshot is basis.snapshot:
            return
        moved = before is None or before.reference != basis.reference
        self.set_rows(self._rows(shown))
        if moved:
            self.rows.scroll_home(animate=False)

    def edit_field(self, key: str) -> None:
        """Open the editor of one field of what is shown; raises KeyError if it has no such field."""
        record = self.record
        if record is None:
            return
        table = table_of(record)
        self._edit(SCHEMA[table].field(key))

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Edit the field, select the record, open the finding of the row, or add a note."""
        event.stop()
        match event.row.value:
            case Field() as field:
                self._edit(field)
            case inspector_rows.NewNote() as new:
                self._add_note(new.subject)
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
        now = getattr(record, row.value.attribute)
        at = values.index(now) if now in values else -1
        self._apply(record, {row.value.attribute: values[(at + 1) % len(values)]}, on=shown.snapshot)

    def _edit(self, field: Field) -> None:
        record, shown = self.record, self.shown
        if record is None or shown is None or self._refuses(shown):
            return
        done = partial(self._apply, record, on=shown.snapshot)
        self.post_message(FieldRequested(record, field, done, on=shown.snapshot))

    def _add_note(self, subject: str | None) -> None:
        """Have it asked what is to be said of an element or of the model."""
        shown = self.shown
        if shown is not None and not self._refuses(shown):
            self.post_message(NoteRequested(subject, on=shown.snapshot))

    def _refuses(self, shown: WorkbenchState) -> bool:
        if shown.read_only:
            self.post_message(Notice("this model is open for reading only", "warning"))
        return shown.read_only

    def _apply(self, record: Record, values: "Mapping[str, Any]", *, on: Snapshot) -> None:
        """Ask for the edit of a record as it was when it was opened, unless that model would refuse it.

        What is shown may be something else by now: another program may have deleted what was open.
        """
        edit = edit_of(record, values, on)
        if edit is None:
            return
        problem = refusal_of(edit, on)
        if problem is not None:
            self.post_message(Notice(problem, "error"))
            return
        self.post_message(EditRequested(edit, inspector_rows.reference_after(record, values), on=on))

    def _rows(self, shown: WorkbenchState) -> Sequence[Row]:
        record = self.record
        if record is None:
            if shown.selected is None:
                return []
            return inspector_rows.rows_without_record(shown.snapshot, shown.selected)
        first = [inspector_rows.title_row(record), *_doubts(shown.snapshot, record), *field_rows(record)]
        related = inspector_rows.relation_rows(shown.snapshot, record)
        if related:
            first += [space("relations"), *related]
        makes: inspector_rows.Block = [partial(_as_it_is, each) for each in first]
        found = inspector_rows.finding_rows(shown.analysis, record)
        for name, block in (
            ("notes", inspector_rows.note_rows(shown.snapshot, record)),
            ("reach", inspector_rows.reach_rows(shown.snapshot, shown.analysis, record)),
            ("findings", [*found, *unnamed_rows(shown.analysis, record)]),
        ):
            if block:
                makes += [partial(space, name), *block]
        return Lazily(len(makes), lambda place: makes[place]())


def _doubts(snapshot: Snapshot, record: Record) -> list[Row]:
    """What a checkpoint says that nothing else in the model bears out."""
    unknown = unknown_approvers(snapshot, record) if isinstance(record, Checkpoint) else ()
    return [saying(f"? {unknown_words(each)}", WARNING) for each in unknown]


def _as_it_is(row: Row) -> Row:
    return row
