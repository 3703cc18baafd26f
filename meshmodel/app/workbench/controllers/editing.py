"""Adding, naming, deleting and noting: each one edit; undo and redo; exporting."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from meshmodel.app.messages import EditRequested, FieldRequested, NoteRequested
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.workbench.context import Controller
from meshmodel.edits import operations
from meshmodel.edits.edit import Edit
from meshmodel.edits.groups import removal_of_all
from meshmodel.edits.merge import ConflictError
from meshmodel.edits.notes import note_addition
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import key_of, table_of
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.app.presentation.export_files import WrittenFiles


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
        dialog = AddDialog(snapshot, operations.zone_of(snapshot, selected), connected_to=selected)
        self.context.ask_edit(dialog, lambda made: made, on=lambda: snapshot)

    def quick_line(self) -> None:
        """Open the quick line; in a model that is read-only it only tells what a sentence would do."""
        self.context.open_quick_line()

    def rename(self) -> None:
        """Ask for another name of the selected element; of a checkpoint or the model: edit it."""
        selected = self.state.selected
        if selected is not None and selected[0] not in operations.ELEMENT_TABLES:
            self.context.say(f"{operations.words_for(selected)} has no name; Enter edits it")
            return
        self.context.panel(Inspector).follow(self.state)
        self.context.panel(Inspector).edit_field("name")

    def field_requested(
        self, event: FieldRequested, refusal: Callable[[EditRequested], MeshmodelError | None]
    ) -> None:
        """Open the dialog of a field, which stays open where the edit is refused.

        Arguments:
            event: which field of which record.
            refusal: makes an edit; answers why it is refused.
        """
        from meshmodel.app.dialogs.base import ask_until_taken
        from meshmodel.app.dialogs.field import FieldEditor

        editor = FieldEditor(self.context.app, event.on, event.record, ask=ask_until_taken)
        session = self.context.session

        def decided(values: Mapping[str, Any]) -> str | None:
            wanted = event.edit(editor.record, editor.snapshot, values)
            refused = None if wanted is None else refusal(wanted)
            if not isinstance(refused, ConflictError):
                return None if refused is None else one_line(refused, 300)
            own = table_of(editor.record), key_of(editor.record)
            try:
                session.refresh()
                is_renamed = isinstance(own[1], str) and session.snapshot.get(*own) is None
                renamed = session.renamed((own,) if is_renamed else ())
            except MeshmodelError as error:
                return one_line(error, 300)
            return editor.go_on(refused, session.snapshot, renamed)

        editor.open(event.field, self.context.batched(decided))

    def note_requested(self, event: NoteRequested) -> None:
        """Ask what is to be said of an element or of the model, and keep it as a note."""
        from meshmodel.app.dialogs.field import note_entry

        session, subject = self.context.session, event.subject

        def decided(text: str) -> tuple[Edit, None]:
            session.refresh()  # others may have made notes meanwhile
            return note_addition(session.snapshot, subject, text), None

        self.context.ask_edit(note_entry(event.on, subject), decided, on=lambda: session.snapshot)

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

    def saved(self) -> None:
        """Say that everything is saved, or that the file is gone."""
        session = self.context.session
        if session.is_lost:
            self.context.say(session.why_lost, "error")
        else:
            self.context.say("everything is saved: each edit is on disk when it is shown; e exports")

    def export(self) -> None:
        """Ask for a form, and write it."""
        from meshmodel.app.dialogs.export import ExportDialog
        from meshmodel.app.presentation.export_files import MINUTES, MODEL_FILE, completed, first_request

        state, session, kept = self.state, self.context.session, self.context.canvas.app.state  # type: ignore[attr-defined]  # our program's
        last = None if session.is_lost else kept.exported(session.source)

        def done(written: "WrittenFiles") -> None:
            is_model = written.request.format == MODEL_FILE
            if session.is_lost and is_model and not written.delivered:
                self.context.open_model(written.path, written.words)
                return
            if not is_model:
                kept.export(session.source, written.last)
            self.context.say(written.words, noted=True)  # what went wrong before is not about this

        analyses = {"built": state.built, "designed": state.designed} if state.is_current else {}
        request = first_request(state.view, state.selected, state.finding, last)
        if session.is_lost or state.page == "round":
            request = replace(request, format=MODEL_FILE if session.is_lost else MINUTES)
        request = completed(request, session.snapshot, analyses.get(state.view))
        path = last.path if last is not None and last.format == request.format else None
        self.context.ask(ExportDialog(session, request, analyses, path, state.led_by), done)
