"""Exporting: which form, what it shows, where it goes; written by a job, whole or not at all."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from meshmodel.app.dialogs.base import Confirm
from meshmodel.app.dialogs.form import FormDialog, choice_field, path_field
from meshmodel.app.widgets.rows import Row
from meshmodel.exporters.export import FORMATS, LENSES, ExportOptions
from meshmodel.model.atomic_file import replace_file
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.stop import Task
from meshmodel.model.text import one_line
from meshmodel.model.typed_paths import new_file_problem, proposed_file
from meshmodel.store.examples import copies_path

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.app.session import Session

_CHOICES: Final = tuple(dict.fromkeys(("svg", "png", "pdf", "dot", "toml", "mesh", *FORMATS)))
"""The formats in the order in which they are offered; ``mesh`` is saved by the session, not exported."""
_MODEL_FILE: Final = "another model file, in which undo begins afresh"


class ExportDialog(FormDialog[Path]):
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

    @property
    def path(self) -> Path:
        """The file that will be written."""
        if self._path is not None:
            return self._path
        ending = FORMATS[self.form].ending if self.form in FORMATS else self.form
        copies = copies_path()
        return proposed_file(self.session.path.absolute(), ending, copies, is_copy=self.form == "mesh")

    def compose_body(self) -> ComposeResult:
        """The choices, the status, the button."""
        yield from super().compose_body()
        yield self.buttons(self.button("Export", "export"))

    def form_rows(self) -> Iterator[Row]:
        """The form, what a diagram shows, the file."""
        forms = [(name, FORMATS[name].description if name in FORMATS else _MODEL_FILE) for name in _CHOICES]
        yield choice_field("form", self.form, forms, partial(setattr, self, "form")).row
        if self.form in FORMATS and FORMATS[self.form].is_diagram:
            yield choice_field("lens", self.lens, LENSES.items(), partial(setattr, self, "lens")).row
            if self.lens == "reach":
                agents = sorted((each.id, each.name or "") for each in self.session.snapshot.agent.values())
                yield choice_field("agent", self.agent, agents, partial(setattr, self, "agent")).row
        hint = "where it is written"
        yield path_field("file", self.path, self._set_path, hint=hint, check=new_file_problem).row

    def action_export(self) -> None:
        """Write the file; ask first where one is there."""
        if self.jobs.is_running("export"):
            return
        name = one_line(self.path.name)
        if self.form == "mesh" and self.path.exists():
            self._fail(f"{name}: is there already; name another file")
        elif self.path.exists():
            question = f"{name} is there already. Replace it?"
            self.app.push_screen(Confirm("export", question, do="Replace"), self._replace)
        else:
            self._replace(answer=True)

    def action_cancel(self) -> None:
        """Stop writing, or close."""
        if self.jobs.drop("export"):
            self.show_hint("cancelled; nothing was written")
        else:
            self.dismiss(None)

    def _replace(self, answer: bool | None) -> None:
        if not answer:
            return
        self._path = self.path  # what is proposed depends on what is there
        self.show_hint(f"writing {one_line(self.path.name)} … Esc cancels")
        self.show_problem(None)
        work = partial(self._write, self.form, self.lens, self.agent, self.path)
        self.jobs.run("export", work, self._written, self._fail)

    def _write(self, form: str, lens: str, agent: str | None, path: Path, task: Task) -> Path:
        """Write the file, in a thread; the error is one line."""
        try:
            if form == "mesh":
                self.session.save_as(path)
                return path
            data = self.session.export(
                ExportOptions(form, lens, agent if lens == "reach" else None), self.analysis
            )
            if not task.is_cancelled():
                replace_file(path, data)
        except MeshmodelError:
            raise
        except OSError as error:
            raise MeshmodelError(f"{one_line(path)}: {error.strerror or 'cannot be written'}") from None
        except Exception as error:
            raise MeshmodelError(f"export failed: {one_line(error, 160)}") from error
        return path

    def _written(self, path: Path) -> None:
        self.dismiss(path)

    def _fail(self, why: str) -> None:
        self.show_hint("")
        self.show_problem(why)

    def _set_path(self, path: Path) -> None:
        self._path = path.absolute()
