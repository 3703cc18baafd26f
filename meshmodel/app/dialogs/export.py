"""Exporting: which form, what it shows, where it goes; written by a worker, whole or not at all."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState, get_current_worker

from meshmodel.app.config import copies_path
from meshmodel.app.dialogs.base import Chosen, Confirm, Dialog, Picker, TextEntry
from meshmodel.app.widgets.form_rows import form_row
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, line
from meshmodel.exporters.export import FORMATS, LENSES, ExportOptions
from meshmodel.model.atomic_file import replace_file
from meshmodel.model.errors import MeshmodelError, StoreError
from meshmodel.model.path_completion import complete_path
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.app.session import Session

_CHOICES: Final = ("svg", "png", "pdf", "dot", "toml", "mesh", "policy")
"""The formats in the order in which they are offered; ``mesh`` is saved by the session, not exported."""
_MODEL_FILE: Final = "another model file, in which undo begins afresh"


class ExportDialog(Dialog[Path]):
    """Asks for form, lens, agent and file, and writes it. Result: the path that was written.

    ``ExportDialog(session, agent="support-bot")``; the agent is the one whose reach the lens shows.
    A file that is there is only replaced after a question. While it is written, Escape cancels.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "export", show=False)]

    def __init__(
        self, session: "Session", agent: str | None = None, analysis: "Analysis | None" = None
    ) -> None:
        """Arguments: the open model, the selected agent, if one is, and its analysis as built, if known."""
        super().__init__("export")
        self.analysis = analysis
        self.session = session
        agents = sorted(session.snapshot.agent)
        self.form = "mesh" if session.is_lost else "svg"
        self.lens = "structure"
        self.agent = agent if agent in session.snapshot.agent else (agents[0] if agents else None)
        self._path: Path | None = None
        self._writing: Worker[None] | None = None

    @property
    def path(self) -> Path:
        """The file that will be written."""
        if self._path is not None:
            return self._path
        ending = FORMATS[self.form].ending if self.form in FORMATS else self.form
        model = self.session.path.absolute()
        # The private copies of examples lie within the program's own folders, where nobody looks.
        elsewhere = model.is_relative_to(copies_path()) or not os.access(model.parent, os.W_OK | os.X_OK)
        folder = Path.cwd() if elsewhere else model.parent
        wanted = folder / f"{model.stem}.{ending}"
        if self.form == "mesh" and wanted.exists():
            wanted = folder / f"{model.stem}-copy.{ending}"
        return wanted

    def compose_body(self) -> ComposeResult:
        """The choices, the status, the button."""
        yield RowList(self._rows())
        yield Static(Content(""), id="hint")
        yield Static(Content(""), id="problem", markup=False)
        with Horizontal(classes="buttons"):
            yield Button("Export", id="export", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Begin in the list."""
        self.query_one(RowList).focus()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Change a choice."""
        event.stop()
        match event.row.key:
            case ("field", "form"):
                choices = tuple(
                    (name, FORMATS[name].description if name in FORMATS else _MODEL_FILE) for name in _CHOICES
                )
                self._pick("form", choices, self.form)
            case ("field", "lens"):
                self._pick("lens", tuple(LENSES.items()), self.lens)
            case ("field", "agent"):
                names = [(each.id, each.name or "") for each in self.session.snapshot.agent.values()]
                self._pick("agent", tuple(sorted(names)), self.agent or "")
            case _:
                entry = TextEntry(
                    "file",
                    str(self.path),
                    hint="where it is written",
                    check=_path_problem,
                    complete=lambda text: complete_path(text, Path.cwd()),
                )
                self.app.push_screen(entry, self._set_path)

    def on_button_pressed(self) -> None:
        """Write it."""
        self.action_export()

    def action_export(self) -> None:
        """Write the file; ask first where one is there."""
        if self._writing is not None:
            return
        if self.form == "mesh" and self.path.exists():
            self._say("")
            self._refuse(StoreError(f"{one_line(self.path.name)}: is there already; name another file"))
        elif self.path.exists():
            question = f"{one_line(self.path.name)} is there already. Replace it?"
            self.app.push_screen(Confirm("export", question, do="Replace"), self._replace)
        else:
            self._start()

    def action_cancel(self) -> None:
        """Stop writing, or close."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
            self._say("cancelled; nothing was written")
        else:
            self.dismiss(None)

    def _replace(self, answer: bool | None) -> None:
        if answer:
            self._start()

    def _start(self) -> None:
        self._path = self.path  # what is proposed depends on what is there
        self._say(f"writing {one_line(self.path.name)} … Esc cancels")
        self._writing = self._write(self.form, self.lens, self.agent, self.path)

    @work(thread=True, exclusive=True, group="export", exit_on_error=False)
    def _write(self, form: str, lens: str, agent: str | None, path: Path) -> None:
        worker = get_current_worker()
        if form == "mesh":
            self.session.save_as(path)
            return
        options = ExportOptions(form, lens, agent if lens == "reach" else None)
        data = self.session.export(options, self.analysis)
        if not worker.is_cancelled:
            replace_file(path, data)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """It is written, or it was not possible."""
        if event.worker is not self._writing:
            return
        if event.state is WorkerState.SUCCESS:
            self._writing = None
            self.dismiss(self.path)
        elif event.state is WorkerState.ERROR:
            self._writing = None
            self._say("")
            self._refuse(event.worker.error)

    def _refuse(self, error: BaseException | None) -> None:
        if isinstance(error, OSError):
            text = f"{one_line(self.path)}: {error.strerror or 'cannot be written'}"
        elif isinstance(error, MeshmodelError):
            text = one_line(error, 200)
        else:
            text = f"export failed: {one_line(error, 160)}"
        self.query_one("#problem", Static).update(Content(f"✖ {text}"))

    def _say(self, text: str) -> None:
        self.query_one("#hint", Static).update(Content(text))
        self.query_one("#problem", Static).update(Content(""))

    def _pick(self, name: str, choices: tuple[tuple[str, str], ...], current: str) -> None:
        def decided(chosen: Chosen | None) -> None:
            if chosen is not None:
                setattr(self, name, chosen.value)
                self.query_one(RowList).set_rows(self._rows())

        rows = [Row(value, line(value, (f"  {hint}", "$text-muted")), value) for value, hint in choices]
        self.app.push_screen(Picker(name, rows, current=current), decided)

    def _set_path(self, text: str | None) -> None:
        if text is not None:
            self._path = Path(text).expanduser().absolute()
            self.query_one(RowList).set_rows(self._rows())

    def _rows(self) -> list[Row]:
        rows = [form_row("form", line(self.form), value="form")]
        if self.form in FORMATS and FORMATS[self.form].is_diagram:
            rows.append(form_row("lens", line(self.lens), value="lens"))
            if self.lens == "reach":
                rows.append(form_row("agent", line(self.agent or "–"), value="agent"))
        rows.append(form_row("file", line(one_line(self.path, 200)), value="file"))
        return rows


def _path_problem(text: str) -> str | None:
    if not text.strip():
        return "a file name is needed"
    path = Path(text).expanduser().absolute()
    if path.is_dir():
        return "that is a folder: name a file in it"
    return None if path.parent.is_dir() else f"there is no folder {one_line(path.parent)}"
