"""Placing a checkpoint: where, of which kind, and what makes it count."""

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.dialogs.field import FieldEditor
from meshmodel.app.widgets.form_rows import field_row
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow
from meshmodel.edits.checkpoints import (
    changed_checkpoint,
    counting_words,
    first_step,
    new_checkpoint,
    placement_edit,
    placement_problem,
)
from meshmodel.edits.edit import Edit
from meshmodel.edits.fields import few_values
from meshmodel.edits.operations import Step
from meshmodel.model.records import Snapshot
from meshmodel.model.schema import SCHEMA, Field


class CheckpointDialog(Dialog[Edit]):
    """Asks for the details of a new checkpoint; the button that places it is in focus at once.

    ``CheckpointDialog(snapshot, ("grant", "file-key", "files"))``, or without a step: then the first
    step of the model is proposed. Result: the edit. Rows are edited as in the inspector: Enter opens a
    field, Space gives its next value.
    """

    AUTO_FOCUS = "#place"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "place", show=False),
        Binding("space", "next_value", show=False),
        Binding("up", "to_rows", show=False),
    ]

    def __init__(self, snapshot: Snapshot, step: Step | None = None) -> None:
        """Arguments: the model; step, start and end."""
        super().__init__("place a checkpoint")
        self.snapshot = snapshot
        found = step or first_step(snapshot)
        self.checkpoint = None if found is None else new_checkpoint(snapshot, found)

    def compose_body(self) -> ComposeResult:
        """The fields, what they come to, and the button."""
        yield RowList(self._rows(), id="fields")
        yield from self.foot(
            self._state_text(), self.button("Place", "place", disabled=self.checkpoint is None)
        )

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Edit a field."""
        event.stop()
        if self.checkpoint is not None and isinstance(event.row.value, Field):
            editor = FieldEditor(self.app, self.snapshot, self.checkpoint, placed=False)
            editor.open(event.row.value, self._set)

    def action_to_rows(self) -> None:
        """From the button up to the fields."""
        self.query_one("#fields").focus()

    def action_next_value(self) -> None:
        """Give the highlighted field its next value."""
        row = self.query_one("#fields", RowList).row
        if row is None or self.checkpoint is None or not isinstance(row.value, Field):
            return
        values = few_values(row.value)
        if values:
            now = getattr(self.checkpoint, row.value.attribute)
            self._set({row.value.attribute: values[(values.index(now) + 1) % len(values)]})

    def action_place(self) -> None:
        """Answer with the edit, unless the model refuses it."""
        if self.checkpoint is None:
            return
        problem = placement_problem(self.snapshot, self.checkpoint)
        self.show_problem(problem)
        if problem is None:
            self.dismiss(placement_edit(self.checkpoint))

    def _set(self, values: Mapping[str, Any]) -> None:
        if self.checkpoint is None:
            return
        self.checkpoint = changed_checkpoint(self.snapshot, self.checkpoint, values)
        self.query_one("#fields", RowList).set_rows(self._rows())
        self.show_hint(self._state_text())
        self.show_problem(None)

    def _rows(self) -> list[ListRow]:
        if self.checkpoint is None:
            return []
        first = ("kind", "state", "freshness", "decided_at", "approvers", "actions", "step", "from", "to")
        table = SCHEMA["checkpoint"]
        rest = [field.key for field in table.fields if field.key not in first]
        return [field_row(self.checkpoint, table.field(key)) for key in (*first, *rest)]

    def _state_text(self) -> str:
        if self.checkpoint is None:
            return "nothing to place it on yet: connect two elements first"
        return counting_words(self.checkpoint)
