"""What a folder tells of agents, before a model of it is kept."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button

from meshmodel.answers.scan import scan_lines
from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.presentation.scan_words import tell_scan
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import note_row
from meshmodel.importers.scanning import Scan, scan
from meshmodel.model.stop import Progress, Stop, Task

SECONDS = 10.0
"""How long a folder is looked through and questions are tried; Escape ends it before."""
_HINT = "nothing is written yet: Enter keeps the model in a new file and opens it"


class ScanDialog(Dialog[Scan]):
    """Scans a folder and shows what it tells; the button keeps the model. Result: what was found.

    ``ScanDialog(folder, base)``; ``base`` is the folder of the model, from which files are named in it.
    Nothing is written here.
    """

    DEFAULT_CSS = """
    ScanDialog > #dialog { width: 104; height: 100%; max-height: 28; }
    ScanDialog RowList { height: 1fr; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", show=False),
        Binding("tab", "app.focus_next", show=False),
    ]

    def __init__(self, folder: Path, base: Path) -> None:
        """Arguments: where to look; where the model will lie."""
        super().__init__(f"scan {folder.name or folder}")
        self.folder, self.base = folder, base
        self.found: Scan | None = None

    def compose_body(self) -> ComposeResult:
        """The lines, what is not read and why, the button."""
        yield RowList([note_row("looking through the folder …")])
        yield from self.foot(_HINT, self.button("Open the model", "keep", disabled=True))

    def on_mount(self) -> None:
        """Scan, in a thread."""
        columns = min(self.app.size.width, 104) - 5  # the frame, and the bar that scrolls
        work = partial(self._scan, columns)
        self.jobs.run("scan", work, self._show, self.show_problem, "looking through the folder")

    def _scan(self, columns: int, task: Task) -> tuple[Scan, list[str]]:
        stop = Stop(SECONDS, task.should_stop)
        found = scan([self.folder], self.base, stop)
        unread = [f"{source}: {why}" for source, why in [*found.unread, *found.walked.refused]]
        return found, [*scan_lines(tell_scan(found, stop), columns)[:-1], *unread]

    def _show(self, answer: tuple[Scan, list[str]]) -> None:
        self.found, lines = answer
        self.query_one(RowList).set_rows([note_row(each) for each in lines])
        self.query_one(Button).disabled = False
        self.query_one(Button).focus()

    def show_progress(self, running: Mapping[str, Progress]) -> None:
        """Say how long it has taken."""
        self.show_hint(next((each.text for each in running.values()), _HINT))

    def action_keep(self) -> None:
        """Answer with what was found."""
        if self.found is not None:
            self.dismiss(self.found)
