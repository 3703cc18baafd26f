"""Lays a log on a model in bounded memory: all its events are counted, the first and the telling are kept."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshmodel.app.presentation.log_words import LaidLog, needs_attention
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.trace_records import TracedEvent
    from meshmodel.model.events import Event
    from meshmodel.model.stop import Task

EVERY: Final = 10_000
"""So many events are listed whatever they say."""
WORTH: Final = 20_000
"""So many are listed in all; after the first ones only those that somebody should look at."""
_OFTEN: Final = 1_000


def lay_log(analysis: "Analysis", events: "Iterable[Event]", path: Path, task: "Task") -> LaidLog:
    """Lay a log on the model, until its end or until the task is stopped.

    A log that cannot be read to its end keeps what was read, and says so.

    Args:
        analysis: of the model.
        events: those of the log, as they are read.
        path: the log, by its name in what went wrong.
        task: told how far it is; asked whether to stop.

    Raises:
        MeshmodelError: not even the first event can be read.
    """
    from meshmodel.analysis.trace_records import TraceCounts
    from meshmodel.analysis.used import UsedTally

    kept: list[TracedEvent] = []
    tally, used, problem = TraceCounts(), UsedTally(analysis.engine), ""
    try:
        for traced in analysis.trace(_watched(events, task)):
            tally.add(traced)
            used.add(traced)
            if len(kept) < EVERY or (len(kept) < WORTH and needs_attention(traced)):
                kept.append(traced)
    except MeshmodelError as error:
        if not tally.events:
            raise
        # Without its folders: they would take the rows of the events.
        problem = one_line(str(error).replace(one_line(path), one_line(path.name), 1), 300)
    return LaidLog(tuple(kept), tally, tally.events - len(kept), problem, task.is_cancelled(), used.result())


def _watched(events: "Iterable[Event]", task: "Task") -> "Iterator[Event]":
    """The events until the task is stopped; says now and then how many there were."""
    for number, event in enumerate(events):
        if task.is_cancelled():
            return
        if number % _OFTEN == 0:
            task.progress_text = f"{number:,} events"
        yield event
