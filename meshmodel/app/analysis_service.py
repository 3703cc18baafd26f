"""When the model is analysed: after each edit that answers depend on, in a thread, a newer edit first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Final

from meshmodel.app.jobs import Jobs
from meshmodel.app.limits import BURST
from meshmodel.edits.edit import differ_only_in
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.stop import Task
from meshmodel.reports.causes import open_counts

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Summary

_PLACES: Final = frozenset({"at"}), frozenset({"note"})
"""Fields, and tables, on which no answer depends."""
_WORDS: Final = frozenset({"at", "name", "owner", "description"}), frozenset({"note", "about", "acceptance"})
"""Those on which only the words of the answers depend, and what is asked or accepted."""


@dataclass(frozen=True, slots=True)
class Results:
    """The analyses of one snapshot as built and as designed."""

    snapshot: Snapshot
    built: "Analysis"
    designed: "Analysis"


class AnalysisService:
    """The analyses of the newest snapshot.

    Attributes:
        results: those that are known, perhaps of an earlier snapshot; ``None`` before the first.
        before: the counts before the last edit, or before the first of several that came fast.
    """

    def __init__(
        self,
        jobs: Jobs,
        snapshot: Snapshot,
        on_results: Callable[[Results], None],
        on_failure: Callable[[str], None],
    ) -> None:
        """Arguments: where to run; the model; what hears of results, and in one line of a failure."""
        self.snapshot = snapshot
        self.results: Results | None = None
        self.before: tuple[Summary, Summary] | None = None
        self._jobs = jobs
        self._on_results = on_results
        self._on_failure = on_failure
        self._edited_at = -BURST

    @property
    def is_current(self) -> bool:
        """Whether the results are those of the newest snapshot."""
        return self.results is not None and self.results.snapshot is self.snapshot

    def edited(self, snapshot: Snapshot) -> None:
        """The model is another one now."""
        now, known = monotonic(), self.results
        if self.before is None or now - self._edited_at > BURST:
            self.before = None if known is None else (known.built.summary, known.designed.summary)
        self._edited_at = now
        self.snapshot = snapshot

    def analyse(self) -> None:
        """Analyse the newest snapshot, unless its results are known or follow from those that are."""
        known, snapshot = self.results, self.snapshot
        if self.is_current:
            return
        if known is not None and differ_only_in(known.snapshot, snapshot, _PLACES):
            self._jobs.drop("analysis")
            self._take(replace(known, snapshot=snapshot))
            return

        def work(task: Task) -> Results | None:
            return analyse_both(snapshot, known, task.is_cancelled)

        self._jobs.run("analysis", work, self._take, self._fail)

    def _take(self, results: Results | None) -> None:
        if results is not None and results.snapshot is self.snapshot:
            self.results = results
            self._on_results(results)

    def _fail(self, why: str) -> None:
        """What was known before is no answer."""
        self.results = self.before = None
        self._on_failure(why)


def analyse_both(
    snapshot: Snapshot,
    known: Results | None,
    is_cancelled: Callable[[], bool],
) -> Results | None:
    """Analyse a snapshot as built and as designed; any thread may call it.

    Arguments:
        snapshot: the model.
        known: results of an earlier one, kept where only words changed.
        is_cancelled: asked between the stages.

    Returns:
        ``None`` where it was cancelled.
    """
    built, designed = _readings(snapshot, known)
    for each in dict.fromkeys((built, designed)):
        for _ in _stages(each):
            if is_cancelled():
                return None
    return Results(snapshot, built, designed)


def _readings(snapshot: Snapshot, known: Results | None) -> "tuple[Analysis, Analysis]":
    """Both analyses of a snapshot, of which nothing has been computed yet; they are one where nothing is
    planned.
    """
    if known is not None and differ_only_in(known.snapshot, snapshot, _WORDS):
        built = known.built.with_words_of(snapshot)
        is_one = known.designed is known.built
        return built, built if is_one else known.designed.with_words_of(snapshot)
    from meshmodel.api import analyse

    built = analyse(snapshot)
    planned = any(each.state == "planned" for each in snapshot.checkpoint.values())
    return built, analyse(snapshot, view="designed") if planned else built


def _stages(of: "Analysis") -> Iterator[object]:
    """Compute what the first row tells of an analysis, one part after the other, each kept in it."""
    yield of.summary
    yield of.doors
    yield of.findings
    yield open_counts(of)
