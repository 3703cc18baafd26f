"""Exporting: which format, what it shows, where it goes; drawn and written by jobs, whole or not at all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual.binding import Binding, BindingType

from meshmodel.app.dialogs.base import Confirm
from meshmodel.app.dialogs.form import FormDialog, choice_field, path_field
from meshmodel.app.presentation import export_files
from meshmodel.app.presentation.export_files import MINUTES, MODEL_FILE, OFFERED, WrittenFiles, preview_words
from meshmodel.app.widgets.rows import ListRow
from meshmodel.exporters.request import ExportRequest
from meshmodel.model.atomic_file import replace_files
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.open_file import real_path
from meshmodel.model.stop import Progress, Task
from meshmodel.model.text import one_line
from meshmodel.model.typed_paths import proposed_file
from meshmodel.store.examples import copies_path

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.app.session import Session
    from meshmodel.exporters.diagram.render import Page
    from meshmodel.model.vocabulary import View

_CANCELLED: Final = "cancelled; nothing was written"


class ExportDialog(FormDialog[WrittenFiles]):
    """Asks for format, what it shows and file, and writes it. Result: what was written.

    A picture is drawn as soon as it is chosen, so that its size can be told; it is then written as it is.
    Files that are there are only replaced after a question. While something is made, Escape cancels that.
    """

    does = "Export", "export"
    hint = "Enter asks for another value, Ctrl+S exports"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "export", show=False)]

    def __init__(
        self,
        session: "Session",
        request: ExportRequest,
        analyses: "Mapping[str, Analysis | None]",
        path: Path | None = None,
        led_by: tuple[str, ...] = (),
    ) -> None:
        """Arguments: the open model; what to begin with; its analyses, as far as they are known; the file or
        folder to begin with, instead of the one that is proposed; who was seen to lead the last review.
        """
        super().__init__("export")
        self._led_by = led_by
        self.session = session
        self.snapshot = session.snapshot
        self.request = request
        self._analyses = dict(analyses)
        self._path = path
        self._drawn: list[Page] | None = None
        self._is_waiting = False
        self._says = self.hint

    @property
    def path(self) -> Path:
        """The file, or the folder of pages, that will be written."""
        if self._path is not None:
            return self._path
        ending, folder = OFFERED[self.request.format].ending, self.session.access.folder
        if folder is not None:
            return export_files.renamed(
                folder / f"{self.session.path.stem}.{ending}",
                replace(self.request, pages="one"),
                self.request,
            )
        model = self.session.path.absolute()
        is_copy = self.request.format == MODEL_FILE or model.suffix == f".{ending}"
        proposed = proposed_file(model, ending, copies_path(), is_copy=is_copy)
        return export_files.renamed(proposed, replace(self.request, pages="one"), self.request)

    def on_mount(self) -> None:
        """Draw what is chosen."""
        self._draw()

    def form_rows(self) -> Iterator[ListRow]:
        """What is chosen, and the file."""
        request, analysis = self.request, self._analyses.get(self.request.view)
        for name, values in export_files.choices(request, self.snapshot, analysis):
            yield choice_field(name, getattr(request, name), values, partial(self._choose, name)).row
        if self.session.access.is_guest:  # it is handed to them, and they have no folder here
            return
        name = "folder" if export_files.is_paged(request) else "file"
        hint, check = "where it is written", partial(export_files.path_problem, request)
        yield path_field(name, self.path, self._set_path, hint=hint, check=check).row

    def action_export(self) -> None:
        """Make the files, and write them; ask first where some are there."""
        if self.jobs.is_running("export"):
            return
        self.show_problem(None)
        request, path = self.request, self.path
        self._is_waiting = self.jobs.is_running("draw")
        if self._is_waiting:
            return
        is_model = request.format == MODEL_FILE
        source = self.session.source
        is_itself = not source.address and real_path(path) == real_path(source.path)
        if path.exists() and (is_model or is_itself):
            self._fail(MeshmodelError(f"{one_line(path.name)}: is there already; name another file"))
        elif is_model:
            self._write(lambda: self.session.save_as(path), WrittenFiles(request, path, (path,)))
        else:
            make, made = partial(self._make, request, path, self._drawn), partial(self._ask, request, path)
            self._run("export", make, made, f"making {one_line(path.name, 24)}", "Esc cancels")

    def action_cancel(self) -> None:
        """Stop writing, or close."""
        if self._is_waiting or self.jobs.drop("export"):
            self._is_waiting = False
            self._say(_CANCELLED)
        else:
            self.dismiss(None)

    def show_progress(self, running: Mapping[str, Progress]) -> None:
        """Show how far the job is that runs, else what the picture is; not over that it was cancelled."""
        if self._says != _CANCELLED:
            self.show_hint(next((each.text for each in running.values()), self._says))

    def _choose(self, name: str, value: Any) -> None:
        before = self.request
        changed = replace(before, **{name: value})
        self.request = export_files.completed(changed, self.snapshot, self._analyses.get(changed.view))
        if self._path is not None and export_files.ending(self.request) != export_files.ending(before):
            self._path = export_files.renamed(self._path, before, self.request)
        self._draw()

    def _draw(self) -> None:
        """Draw what is chosen, if that is a picture, to tell its size."""
        self.jobs.drop("draw")
        self._drawn = None
        self._say("")
        self.show_problem(None)
        if export_files.is_picture(self.request):
            work = partial(self._draw_in_thread, self.request)
            self._run("draw", work, self._show_drawn, "drawing", "Esc goes back")

    def _draw_in_thread(self, request: ExportRequest, _: Task) -> "list[Page]":
        return export_files.draw(request, self._analysis(request.view))

    def _show_drawn(self, pages: "list[Page]") -> None:
        self._drawn = pages
        self._say(preview_words(pages) + export_files.advice(self.request, pages))
        if self._is_waiting:
            self.action_export()

    def _make(
        self, request: ExportRequest, path: Path, drawn: "list[Page] | None", task: Task
    ) -> dict[Path, bytes]:
        """The contents of the files, in a thread."""
        if request.format == MINUTES:
            return {path: self._minutes(self._analysis("built"))}
        tell = partial(setattr, task, "progress_text")
        return export_files.files(request, self._analysis(request.view), path, drawn, tell)

    def _minutes(self, analysis: "Analysis") -> bytes:
        from meshmodel.answers.report.minutes import minutes
        from meshmodel.answers.round.stops import round_of
        from meshmodel.app.presentation.rounding import summed_up

        skipped = round_of(analysis).stops
        return minutes(
            analysis.snapshot, summed_up(self.session, analysis, 0, skipped, self._led_by)
        ).encode()

    def _analysis(self, view: str) -> "Analysis":
        """The analysis of the model in a view; called in a thread, for it may take long."""
        from meshmodel.analysis.analysis import analyse

        known = self._analyses.get(view)
        if known is None or known.view != view:  # where nothing is planned, the one known is for both
            known = self._analyses[view] = analyse(self.snapshot, view=cast("View", view))
        return known

    def _ask(self, request: ExportRequest, path: Path, files: dict[Path, bytes]) -> None:
        """Write the files; where some are there, only after a question."""
        written = WrittenFiles(request, path, tuple(files))

        def write(answer: bool | None) -> None:
            if answer:
                self._write(partial(replace_files, files, export_files.new_folder(files, path)), written)

        question = export_files.replace_question(written.files)
        if self.session.access.is_guest:
            self._deliver(written, export_files.in_one_file(files, path))
        elif question is None:
            write(answer=True)
        else:
            self.app.push_screen(Confirm("export", question, do="Replace"), write)

    def _write(self, work: Callable[[], object], written: WrittenFiles) -> None:
        def done(_: object) -> None:
            if self.session.access.is_guest:
                self._deliver(written, (written.path.name, written.path.read_bytes()))
                written.path.unlink()
            else:
                self.dismiss(written)

        self._run("export", lambda _: work(), done, "writing", "Esc cancels")

    def _deliver(self, written: WrittenFiles, file: tuple[str, bytes]) -> None:
        """Hand a guest what was asked for, as a file with a name."""
        name, content = file
        self.app.deliver_binary(
            BytesIO(content), save_directory=self.session.access.folder, save_filename=name
        )
        self.dismiss(written._replace(delivered=name))

    def _run(
        self, group: str, work: Callable[[Task], Any], done: Callable[[Any], Any], title: str, escape: str
    ) -> None:
        """Have something done by a job, and hear what it refuses as it is, for it may be about a row."""

        def attempt(task: Task) -> Callable[[], Any]:
            try:
                return partial(done, work(task))
            except MeshmodelError as refused:
                return partial(self._fail, refused)

        def failed(why: str) -> None:
            self._fail(MeshmodelError(why))

        self.jobs.run(group, attempt, lambda answer: answer(), failed, title, escape)

    def _say(self, words: str) -> None:
        self._says = words or self.hint
        self.show_hint(self._says)

    def _fail(self, refused: MeshmodelError) -> None:
        self._is_waiting = False
        self._say("")
        self.show_refusal(refused)

    def _set_path(self, path: Path) -> None:
        self._path = path.absolute()
