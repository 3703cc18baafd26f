"""A log laid on the model, as the workbench follows it: beside, in bounded memory, and stopped at will."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshmodel.app.jobs import Task
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line
from meshmodel.reports.log_words import LaidLog, is_telling

if TYPE_CHECKING:
    from meshmodel.analysis.trace import TracedEvent
    from meshmodel.api import Analysis
    from meshmodel.importers.formats import LogFormat
    from meshmodel.model.events import Event

EVERY: Final = 10_000
"""So many events are listed whatever they say."""
WORTH: Final = 20_000
"""So many are listed in all; after the first ones only those that somebody should look at."""
_OFTEN: Final = 1_000


@dataclass(frozen=True, slots=True)
class LogRequest:
    """Which log to follow: the file, its form (by its name if not given), and what its names mean."""

    path: Path
    form: "LogFormat | None" = None
    mapping: Path | None = None


def suggested_log(model: Path) -> LogRequest | None:
    """The log that lies beside a model under its name, or that came with the example it is a copy of."""
    from meshmodel.store.examples import examples

    beside = [model.with_suffix(ending) for ending in (".jsonl", ".csv")]
    with suppress(MeshmodelError):
        beside += [
            each.path.with_suffix(".jsonl")
            for each in examples()
            if model.stem == each.id or model.stem.startswith(f"{each.id}-")
        ]
    return next((LogRequest(path) for path in beside if path.is_file()), None)


@dataclass(frozen=True, slots=True)
class Tracing:
    """What is known of a log: of which model and view, and what was laid."""

    analysis: "Analysis"
    request: LogRequest
    laid: LaidLog | None = None
    problem: str = ""


def follow_log(analysis: "Analysis", request: LogRequest, task: Task) -> LaidLog:
    """Lay a log on the model, until its end or until the task is stopped.

    A log that cannot be read to its end keeps what was read, and says so.

    Raises:
        MeshmodelError: it cannot be begun: its form is not known, or its map cannot be read.
    """
    from meshmodel.analysis.trace import Tally
    from meshmodel.importers.events import read_events
    from meshmodel.importers.mapping import read_map

    mapper = None if request.mapping is None else read_map(request.mapping, analysis.snapshot)
    kept: list[TracedEvent] = []
    tally, problem = Tally(), ""
    events = _watched(read_events(request.path, request.form, mapper), task)
    try:
        for traced in analysis.trace(events):
            tally.add(traced)
            if len(kept) < EVERY or (len(kept) < WORTH and is_telling(traced)):
                kept.append(traced)
    except MeshmodelError as error:
        if not tally.events:
            raise
        # Without its folders: they would take the rows of the events.
        problem = one_line(str(error).replace(one_line(request.path), one_line(request.path.name), 1), 300)
    return LaidLog(tuple(kept), tally, tally.events - len(kept), problem, task.is_cancelled())


def _watched(events: "Iterator[Event]", task: Task) -> "Iterator[Event]":
    """The events until the task is stopped; says now and then how many there were."""
    for number, event in enumerate(events):
        if task.is_cancelled():
            return
        if number % _OFTEN == 0:
            task.said = f"{number:,} events"
        yield event
