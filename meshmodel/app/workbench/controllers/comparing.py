"""The model compared with an earlier point of its journal, or with another file."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.app.commands import NO_FILES
from meshmodel.app.computed import Computed
from meshmodel.app.panels.journal import JournalList
from meshmodel.app.workbench.context import Controller
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import Stop, Task
from meshmodel.model.text import one_line
from meshmodel.model.typed_paths import complete_path

if TYPE_CHECKING:
    from meshmodel.answers.lines import Line
    from meshmodel.app.presentation.since import Since

_HINT = "a .mesh or .toml file, or REV:PATH: what git has there (main:./model.toml, in this folder)"


class ComparingController(Controller):
    """Compares, and keeps what is compared up to the model."""

    _file = ""
    _marked: tuple[Snapshot, "Since"] | None = None
    """What is marked on the canvas."""

    def compare(self) -> None:
        """Compare with the point of the journal under its cursor; elsewhere ask for a file."""
        journal = self.context.panel(JournalList)
        if not journal.has_focus_within and self.state.access.is_guest:
            self.context.say(f"compare: {NO_FILES}; in the journal it compares with an edit")
        elif not journal.has_focus_within:
            from meshmodel.app.dialogs.base import TextEntry
            from meshmodel.store.git_revision import side_problem

            dialog = TextEntry(
                "compare with",
                self._file,
                hint=_HINT,
                check=side_problem,
                complete=lambda text: complete_path(text, Path.cwd(), {".mesh", ".toml"}),
            )
            self.context.ask(dialog, self._compare_with_file)
        elif journal.point is None:
            self.context.say("compare: the journal has no edit to compare with")
        elif journal.point[1]:
            self.context.say("compare: this edit was undone; choose one that stands")
        else:
            number = journal.point[0]
            name = f"entry {number}" if number else "the beginning"
            self._read(name, partial(self.context.session.earlier, number))

    def _compare_with_file(self, text: str) -> None:
        from meshmodel.store.git_revision import load_side

        self._file = text
        file = str(Path(text).expanduser()) if text.startswith("~") else text
        name = text if ":" in text else Path(text).name
        self._read(one_line(name, 60), partial(load_side, file))

    def _read(self, name: str, load: Callable[[], Snapshot]) -> None:
        """Read what is compared with, in the background."""

        def work(_: Task) -> "Since":
            from meshmodel.app.presentation.since import Since

            return Since(name, load())

        failed = partial(self.context.say, severity="error")
        self.context.jobs.run("compared", work, self._begin, failed)
        self.context.say(f"compare: reading {name}; Esc stops it")

    def _begin(self, since: "Since") -> None:
        self.context.open_finding(None)
        self.context.update(importing=None, comparing=Computed(None, since), ghost=None)
        self.context.open_list("changes")

    def follow(self) -> None:
        """Mark what differs now, and have the list made for the newest analysis, in the background."""
        state, comparing, analysis = self.state, self.state.comparing, self.state.analysis
        if comparing is None:
            self._marked = None
            return
        if state.importing is not None and not state.importing.is_applied:
            self.context.drop("comparing")
            self.context.update(comparing=None)  # the preview of an import takes its place
            return
        model, since = state.tentative or state.snapshot, comparing.asked
        if self._marked is None or self._marked[0] is not model or self._marked[1] is not since:
            from meshmodel.app.presentation.since import mark

            self._marked = model, since
            self.context.update(marked=mark(since.snapshot, model))
        if analysis is None or not state.is_current or analysis is comparing.of:
            return

        def work(task: Task) -> "tuple[Line, ...]":
            from meshmodel.app.presentation.since import compared_lines

            return compared_lines(since, analysis, Stop(None, task.is_cancelled))

        begun = Computed(analysis, since, comparing.result)
        self.context.compute("comparing", begun, work, f"comparing with {since.name}")

    def stop(self) -> bool:
        """Stop comparing; whether that was under way."""
        is_read = self.context.jobs.drop("compared")
        if is_read:
            self.context.say("compare: stopped")
        return self.context.drop("comparing", problem="stopped; the next edit is compared again") or is_read
