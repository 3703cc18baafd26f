"""Placing a checkpoint: where, of which kind, and what makes it count."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.dialogs.field import FieldEditor
from meshmodel.app.widgets.form_rows import field_row
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row
from meshmodel.edits import checkpoint_places
from meshmodel.edits.edit import Edit, Put
from meshmodel.edits.field_text import few_values
from meshmodel.edits.fields import refusal_of
from meshmodel.model.phrases import step_phrase
from meshmodel.model.records import Checkpoint
from meshmodel.model.schema import SCHEMA, Field
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import BINDING_KINDS, Action, CheckpointStep

Place = tuple[str, str, str]


class CheckpointDialog(Dialog[Edit]):
    """Asks for the details of a new checkpoint; the button that places it is in focus at once.

    ``CheckpointDialog(snapshot, ("grant", "file-key", "files"))``, or without a place: then the first
    step of the model is proposed. Result: the edit. Rows are edited as in the inspector: Enter opens a
    field, Space gives its next value.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "place", show=False),
        Binding("space", "next_value", show=False),
        Binding("up", "to_rows", show=False),
    ]

    def __init__(
        self,
        snapshot: Snapshot,
        place: Place | None = None,
        *,
        kind: str = "policy-decision",
        actions: tuple[Action, ...] | None = None,
    ) -> None:
        """Arguments: the model; step, start and end; the kind and the actions to begin with."""
        super().__init__("place a checkpoint")
        self.snapshot = snapshot
        found = place or first_place(snapshot)
        self.checkpoint: Checkpoint | None = None
        if found is not None:
            step, start, end = found
            limited = actions if step in checkpoint_places.STEPS_WITH_ACTIONS else None
            self.checkpoint = Checkpoint(
                checkpoint_places.checkpoint_id(snapshot, kind, end),
                kind,
                cast("CheckpointStep", step),
                start,
                end,
                limited,
            )

    def compose_body(self) -> ComposeResult:
        """The fields, what they come to, and the button."""
        yield RowList(self._rows(), id="fields")
        yield Static(Content(self._said()), id="hint")
        yield Static(Content(""), id="problem", markup=False)
        with Horizontal(classes="buttons"):
            yield Button(
                "Place", id="place", variant="primary", compact=True, disabled=self.checkpoint is None
            )

    def on_mount(self) -> None:
        """Ready to be placed."""
        self.query_one("#place" if self.checkpoint is not None else "#fields").focus()

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

    def on_button_pressed(self) -> None:
        """Place it."""
        self.action_place()

    def action_place(self) -> None:
        """Answer with the edit, unless the model refuses it."""
        if self.checkpoint is None:
            return
        where = step_phrase(self.checkpoint.step, self.checkpoint.from_, self.checkpoint.to)
        edit = Edit(f"{self.checkpoint.kind} on {where}", (Put(self.checkpoint),))
        problem = refusal_of(edit, self.snapshot)
        if problem is None and self.checkpoint.id in self.snapshot.checkpoint:
            problem = f"there is a checkpoint {self.checkpoint.id} already: choose another id"
        if problem is None:
            self.dismiss(edit)
        else:
            self.query_one("#problem", Static).update(Content(f"✖ {problem}"))

    def _set(self, values: Mapping[str, Any]) -> None:
        before = self.checkpoint
        if before is None:
            return
        after = replace(before, **values)
        if after.step not in checkpoint_places.STEPS_WITH_ACTIONS:
            after = replace(after, actions=None)
        if (
            before.id == checkpoint_places.checkpoint_id(self.snapshot, before.kind, before.to)
            and after.id == before.id
        ):
            after = replace(after, id=checkpoint_places.checkpoint_id(self.snapshot, after.kind, after.to))
        self.checkpoint = after
        self.query_one("#fields", RowList).set_rows(self._rows())
        self.query_one("#hint", Static).update(Content(self._said()))
        self.query_one("#problem", Static).update(Content(""))

    def _rows(self) -> list[Row]:
        if self.checkpoint is None:
            return []
        first = ("kind", "state", "freshness", "decided_at", "approvers", "actions", "step", "from", "to")
        table = SCHEMA["checkpoint"]
        rest = [field.key for field in table.fields if field.key not in first]
        return [field_row(self.checkpoint, table.field(key)) for key in (*first, *rest)]

    def _said(self) -> str:
        """Whether such a checkpoint counts, in words (section 5, points 1 to 3)."""
        record = self.checkpoint
        if record is None:
            return "nothing to place it on yet: connect two elements first"
        if record.kind in BINDING_KINDS:
            return "a binding proves who holds a token; it decides nothing, so it does not count alone"
        if record.freshness != "per-action":
            return "a remembered decision does not count: only per-action does"
        if record.state == "planned":
            return "counts as designed, not as built"
        if record.state == "advisory":
            return "does not count: nothing stops an agent that skips it"
        if record.step == "boundary" and record.decided_at is None:
            return "does not count yet: say at which gateway it is decided (decided at)"
        return "counts, as long as the agent has no power over the decision"


def first_place(snapshot: Snapshot) -> Place | None:
    """The first step of a model on which a checkpoint can be placed: a grant, where there is one."""
    for step in ("grant", *checkpoint_places.usable_steps(snapshot)):
        for start in checkpoint_places.starts(snapshot, step):
            for end in checkpoint_places.ends(snapshot, step, start):
                return step, start, end
    return None
