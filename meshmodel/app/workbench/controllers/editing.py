"""Adding, naming, deleting and noting: each one edit; undo and redo; exporting."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from meshmodel.app.dialogs.field import FieldEditor, note_entry
from meshmodel.app.messages import FieldRequested, NoteRequested
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.workbench.context import Controller
from meshmodel.edits import operations
from meshmodel.edits.groups import removal_of_all
from meshmodel.edits.notes import note_addition
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from pathlib import Path


class EditingController(Controller):
    """Changes the model."""

    def undo(self) -> None:
        """Undo, and name what was undone."""
        self._history(self.context.session.undo, "nothing to undo")

    def redo(self) -> None:
        """Redo, and name what was done again."""
        self._history(self.context.session.redo, "nothing to redo")

    def _history(self, step: Callable[[], object], nothing: str) -> None:
        if self.context.attempt(lambda: step() or nothing, "error") == nothing:
            self.context.say(nothing)

    def add(self) -> None:
        """Ask what to add; what lies in the selected zone is added there."""
        from meshmodel.app.dialogs.add import AddDialog

        snapshot, selected = self.state.snapshot, self.state.selected
        dialog = AddDialog(snapshot, operations.zone_of(snapshot, selected), beside=selected)
        self.context.ask(dialog, lambda made: self.context.apply(*made, on=snapshot))

    def quick_line(self) -> None:
        """Open the quick line."""
        self.context.open_quick_line()

    def rename(self) -> None:
        """Ask for another name of the selected element; of a checkpoint or the model: edit it."""
        selected = self.state.selected
        if selected is not None and selected[0] not in operations.ELEMENT_TABLES:
            self.context.say(f"{operations.words_for(selected)} has no name; Enter edits it")
            return
        self.context.panel(Inspector).follow(self.state)
        self.context.panel(Inspector).edit_field("name")

    def field_requested(self, event: FieldRequested) -> None:
        """Open the dialog of a field."""
        FieldEditor(self.context.canvas.app, event.on, event.record).open(event.field, event.done)

    def note_requested(self, event: NoteRequested) -> None:
        """Ask what is to be said of an element or of the model, and keep it as a note."""
        snapshot, subject = event.on, event.subject

        def decided(text: str) -> None:
            if text:
                self.context.apply(note_addition(snapshot, subject, text), on=snapshot)

        self.context.ask(note_entry(snapshot, subject), decided)

    def about(self) -> None:
        """Edit the name and the description of the model."""
        self.context.select(None)
        self.context.open_side("inspector")

    def delete(self) -> None:
        """Delete what is selected; it can be undone, so nobody is asked."""
        state = self.state
        if not state.chosen:
            self.context.say("delete: select something first")
            return
        wanted = self.context.attempt(lambda: removal_of_all(state.snapshot, state.chosen), "warning")
        self.context.apply(wanted, on=state.snapshot)

    def export(self) -> None:
        """Ask for a form, and write it."""
        from meshmodel.app.dialogs.export import ExportDialog

        state, session = self.state, self.context.session
        selected = state.selected
        agent = str(selected[1]) if selected is not None and selected[0] == "agent" else None

        def done(path: "Path") -> None:
            written = f"written: {one_line(path, 300)}"
            if session.is_lost and path.suffix.lower() == ".mesh":
                self.context.open_model(path, written)
            else:
                self.context.say(written, noted=True)  # what went wrong before is not about this

        analysis = state.built if state.is_current else None
        self.context.ask(ExportDialog(session, agent, analysis), done)
