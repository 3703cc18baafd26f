"""Importing files: chosen, read in the background, looked at, applied as one edit."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from meshmodel.app.panels.import_list import ImportList
from meshmodel.app.presentation.import_request import ImportRequest
from meshmodel.app.workbench.context import Controller

if TYPE_CHECKING:
    from meshmodel.app.presentation.import_preview import ImportPreview
    from meshmodel.app.presentation.since import CanvasComparison
    from meshmodel.importers.importing import Import
    from meshmodel.model.records import Reference


class ImportingController(Controller):
    """Shows what an import would do, and does it."""

    _last = ImportRequest()
    _is_wanted = False
    """Whether it is to be applied as soon as the files have been read."""

    def choose(self) -> None:
        """Go back to the import that is shown, at what is selected; where that is in front, choose files."""
        panel, importing = self.context.panel(ImportList), self.state.importing
        if importing is not None and not panel.has_focus_within:
            self.context.open_list("import")
            panel.rows.go_to(importing.key_of(self.state.selected))
            self.context.say("I again chooses other files")
            return
        from meshmodel.app.dialogs.choose_files import ImportDialog

        self.context.ask(ImportDialog(self._last), self.begin)

    def begin(self, request: ImportRequest) -> None:
        """Read files and show what importing them would do."""
        from meshmodel.app.presentation.import_preview import ImportPreview

        self._last = request
        self.context.update(marked=None)
        self._read(ImportPreview(self.context.session.snapshot, request))
        self.context.open_list("import")

    def _read(self, importing: "ImportPreview") -> None:
        """Read the files, in the background, and compare them with the model as it is now."""
        session, snapshot, request = self.context.session, self.context.session.snapshot, importing.asked

        def work(_: object) -> "tuple[Import, CanvasComparison]":
            from meshmodel.app.presentation.since import mark

            done = request.prepare(session, snapshot, importing.rejected)
            return done, mark(snapshot, done.after)

        begun = replace(importing, of=snapshot, order=importing.places)
        self.context.compute("importing", begun, work, f"reading {request.title}", self._take, self._fail)

    def _take(self, answer: "tuple[Import, CanvasComparison]") -> None:
        self.context.update(marked=answer[1])
        if self._is_wanted:
            self._apply()

    def _fail(self, why: str) -> None:
        self.context.update(importing=None, marked=None)
        self.context.back_to_canvas()
        self.context.say(f"nothing was imported: {why}", "error")

    def follow(self) -> None:
        """Read the files again for a model that was edited meanwhile."""
        importing = self.state.importing
        if importing is None or importing.progress or importing.is_applied:
            return
        if importing.of is not self.context.session.snapshot:
            self._read(importing)

    def asked(self, event: ImportList.Asked) -> None:
        """Something is to be done with the import, or with a row of it."""
        importing, value = self.state.importing, event.value
        if event.what == "leave":
            self._leave()
        elif event.what == "apply":
            self._apply()
        elif importing is None or importing.done is None:
            pass
        elif event.what == "turn":
            is_ledger = importing.is_applied or not importing.is_ledger
            self.context.update(importing=replace(importing, is_ledger=is_ledger, at=None))
        elif event.what == "reject":
            rejecting = None if importing.is_applied else importing.rejecting(value)
            if rejecting is None:
                self.context.say("reject: nothing is done about this row")
            else:
                self._read(rejecting)
        else:
            self._go(importing, importing.leads_to(value), is_chosen=event.what == "go")

    def _go(self, importing: "ImportPreview", to: "Reference | None", *, is_chosen: bool) -> None:
        """Light what a row is about, and go there if the row was chosen."""
        self.context.update(importing=replace(importing, at=to), opened=None)
        if to is None:
            if is_chosen:
                self.context.say("nothing in the model was made of it")
            return
        if is_chosen:
            self.context.back_to_canvas()
            self.context.select(to)
            said = self.state.message_text
            self.context.say(f"{said}; I goes back to the row" if said else "I goes back to the row")
        self.context.bring_into_view(to)

    def _apply(self) -> None:
        """Make the edit; while the files are read, as soon as that is done."""
        importing = self.state.importing
        self._is_wanted = importing is not None and importing.progress is not None
        if self._is_wanted or importing is None or importing.done is None or importing.is_applied:
            return
        done, session = importing.done, self.context.session
        make = partial(session.apply, done.edit, on=done.before, imported=done.imported)
        if self.context.attempt(make, "error") is None:
            return
        self.context.update(
            importing=replace(importing, is_applied=True, is_ledger=True, at=None), marked=None
        )
        label = done.edit.label
        self.context.say(
            f"{label}: {importing.count}; u takes it back" if done.edit.changes else "nothing to change"
        )

    def _leave(self) -> None:
        """Escape in the list: stop reading, else back to the canvas, where the preview stays until Escape."""
        importing = self.state.importing
        is_stopped, self._is_wanted = self.context.drop("importing"), False
        self.context.back_to_canvas()
        if importing is not None and importing.is_applied:
            return
        if is_stopped or importing is None or importing.done is None:
            self.context.update(importing=None, marked=None)  # what was read before is without the last row
            self.context.say("import: nothing was changed")
        else:
            signs = importing.count if self.state.marked is None else self.state.marked.says
            self.context.say(f"preview: {signs}; I goes back to it, Esc ends it and changes nothing")
