"""When the model is analysed: after each edit that answers depend on, in a thread, a newer edit first."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from meshmodel.answers.causes import Counts, counts_of
from meshmodel.app.jobs import Jobs
from meshmodel.app.limits import BURST
from meshmodel.app.messages import Cause
from meshmodel.app.panels.findings import prepare_panels
from meshmodel.app.presentation.both_analyses import Results, analyse_both, unchanged
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import Task


class AnalysisService:
    """The analyses of the newest snapshot.

    Attributes:
        results: those that are known, perhaps of an earlier snapshot; ``None`` before the first.
        before: the counts before the last edit, or before the first of several of one cause that came fast.
    """

    def __init__(
        self,
        jobs: Jobs,
        snapshot: Snapshot,
        on_results: Callable[[Results], None],
        on_failure: Callable[[str], None],
    ) -> None:
        """Arguments: where to run; the model; what hears of results, first without ``facts`` while those and
        what panels ask for are made; what hears in one line of a failure.
        """
        self.snapshot = snapshot
        self.results: Results | None = None
        self.before: tuple[Counts, Counts] | None = None
        self._jobs = jobs
        self._on_results = on_results
        self._on_failure = on_failure
        self._edited_at = -BURST
        self._cause: Cause = "edit"

    @property
    def is_current(self) -> bool:
        """Whether the results are those of the newest snapshot."""
        return self.results is not None and self.results.snapshot is self.snapshot

    def edited(self, snapshot: Snapshot, cause: Cause) -> None:
        """The model is another one now. An undo is compared with what it undid, if that is known."""
        now, is_other = monotonic(), cause != self._cause
        known = self.results if self.is_current or not is_other else None
        if self.before is None or is_other or now - self._edited_at > BURST:
            self.before = None if known is None else (counts_of(known.built), counts_of(known.designed))
        self._edited_at, self._cause = now, cause
        self.snapshot = snapshot

    def analyse(self) -> None:
        """Analyse the newest snapshot, unless its results are known or follow from those that are."""
        known, snapshot = self.results, self.snapshot
        if self.is_current:
            return
        same = unchanged(known, snapshot)
        if same is not None and same.facts is not None:
            self._jobs.drop("analysis")
            self._take(same)
            return

        def work(task: Task) -> Results | None:
            results = same or analyse_both(snapshot, known, task.should_stop)
            if results is None:
                return None
            task.tell(results)
            return prepare_panels(results)

        self._jobs.run("analysis", work, self._take, self._fail)

    def _take(self, results: Results | None) -> None:
        if results is not None and results.snapshot is self.snapshot:
            self.results = results
            self._on_results(results)

    @property
    def counts(self) -> dict[str, Any]:
        """What the state tells of the newest results, by attribute: empty while they are computed."""
        if self.results is None or not self.is_current:
            return {}
        built, designed = self.results.built, self.results.designed
        told = {"built": built, "designed": designed, "before": self.before}
        return {**told, "is_current": True, "problem": ""}

    def _fail(self, why: str) -> None:
        """What was known before is no answer."""
        self.results = self.before = None
        self._on_failure(why)
