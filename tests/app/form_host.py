"""A tiny program around one widget: it applies the edits that the widget asks for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from textual.app import ComposeResult
from textual.events import Paste
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from meshmodel.app.dialogs.field import FieldEditor, note_entry
from meshmodel.app.messages import EditRequested, FieldRequested, NoteRequested
from meshmodel.app.state import WorkbenchState
from meshmodel.app.terminal.key_queue import KeysInOrder
from meshmodel.edits.edit import Edit, apply_edit
from meshmodel.edits.notes import note_addition
from meshmodel.model.records import (
    Reference,
    Snapshot,
)


class Host(KeysInOrder):
    """Shows one widget, applies its edits to a snapshot, and keeps its messages."""

    def __init__(self, widget: Widget, snapshot: Snapshot, selected: Reference | None = None) -> None:
        super().__init__()
        self.widget = widget
        self.shown = WorkbenchState(snapshot, selected=selected)
        self.edits: list[Edit] = []
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_mount(self) -> None:
        self.show(self.shown)

    @property
    def snapshot(self) -> Snapshot:
        return self.shown.snapshot

    def show(self, shown: WorkbenchState) -> None:
        self.shown = shown
        if hasattr(self.widget, "follow"):
            self.widget.follow(shown)

    def select(self, reference: Reference | None) -> None:
        self.show(replace(self.shown, selected=reference))

    def on_edit_requested(self, event: EditRequested) -> None:
        self.edits.append(event.edit)
        snapshot = apply_edit(self.shown.snapshot, event.edit)
        self.show(WorkbenchState(snapshot, selected=event.select or self.shown.selected))

    def on_field_requested(self, event: FieldRequested) -> None:
        def decided(values: Mapping[str, object]) -> None:
            wanted = event.edit(event.record, event.on, values)
            if wanted is not None:
                self.post_message(wanted)

        FieldEditor(self, event.on, event.record).open(event.field, decided)

    def on_note_requested(self, event: NoteRequested) -> None:
        def decided(text: str | None) -> None:
            if text:
                self.post_message(EditRequested(note_addition(event.on, event.subject, text), on=event.on))

        self.push_screen(note_entry(event.on, event.subject), decided)

    def keep(self, message: Message) -> None:
        self.heard.append(message)

    on_selection_requested = keep
    on_finding_opened = keep
    on_explanation_requested = keep
    on_panel_closed = keep
    on_notice = keep
    on_action_requested = keep


async def enter(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys; one that begins with ``=`` is a text, which is pasted whole."""
    for key in keys:
        if key.startswith("=") and len(key) > 1:
            pilot.app.post_message(Paste(key[1:]))
            await pilot.pause()
        else:
            await pilot.press(key)
