"""Background work: one job a group, in a thread; it reports progress, can be stopped, and rests for keys."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, Final, TypeVar

from textual.dom import DOMNode
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from meshmodel.app.limits import TICK
from meshmodel.model.stop import CURRENT, Progress, Stop, Task
from meshmodel.model.text import one_line

T = TypeVar("T")
DRAWING: Final = "drawing"
"""The group of the job for which others rest: it is looked at, and all share one interpreter."""
NO_KEY: Final = threading.Event()
"""Set while no key is being handled. Background work rests meanwhile."""
NO_KEY.set()
LONGEST_REST: Final = 0.05
"""Seconds after which it goes on: keys may keep coming, or need themselves what rests."""
LEAST_WORK: Final = 0.05
"""Seconds that it works then before it rests again."""
PATIENCE: Final = 0.5
"""Seconds that it waits at most until a part of its answer is on the screen, which may have been closed."""


class _Rest:
    """Waits until nothing is drawn, and while a key is handled; one for each job."""

    def __init__(self, drawn: threading.Event | None) -> None:
        self._drawn = drawn
        self._goes_on_until = 0.0

    def __call__(self) -> None:
        if self._drawn is not None:
            self._drawn.wait()
        if NO_KEY.is_set() or monotonic() < self._goes_on_until:
            return
        if not NO_KEY.wait(LONGEST_REST):
            self._goes_on_until = monotonic() + LEAST_WORK


@dataclass(eq=False)
class _BackgroundJob:
    group: str
    work: Callable[[Task], Any] | None
    on_done: Callable[[Any], None]
    on_error: Callable[[str], None]
    task: Task
    drawn: threading.Event | None = None
    is_wanted: bool = True
    result: Any = None
    error: Exception | None = None
    worker: Worker[None] | None = field(default=None, repr=False)

    def carry_out(self) -> None:
        """Do the work, in its thread."""
        assert self.work is not None
        CURRENT.set(Stop(None, self.task.should_stop))
        try:
            self.result = self.work(self.task)
        except Exception as error:  # noqa: BLE001 - whoever began it is told
            self.error = error
        if self.drawn is not None:  # at once: the interface may wait for what rests
            self.drawn.set()


class Jobs:
    """The background work of one screen, or of the program. Of each group one job runs.

    A newer one replaces it: the one that runs is asked to stop, and its answer is dropped; the newer one
    begins when it has ended, for two would only share the processor.
    """

    def __init__(
        self, node: DOMNode, on_progress: Callable[[Mapping[str, Progress]], None] = lambda _: None
    ) -> None:
        """Arguments: whose thread hears the answers, a screen or the program; what hears of the progress of
        titled jobs, by group, when one begins or ends and every ``TICK`` seconds.
        """
        self._node = node
        self._on_progress = on_progress
        self._running: dict[str, _BackgroundJob] = {}
        self._next: dict[str, _BackgroundJob] = {}
        self._drawn = threading.Event()
        self._drawn.set()
        self._ticking: Timer | None = None
        self._is_closed = False

    def run(
        self,
        group: str,
        work: Callable[[Task], T],
        on_done: Callable[[T], None],
        on_error: Callable[[str], None] = lambda _: None,
        title: str = "",
        escape: str = "Esc stops it",
    ) -> Task:
        """Have something done in a thread.

        Args:
            group: of which only one runs.
            work: what to do; it asks its task now and then whether to stop.
            on_done: hears the answer, and before it parts that the work tells its task, in the thread of the
                screen.
            on_error: hears in one line why there is none.
            title: what is told of it meanwhile; nothing where it is empty.
            escape: what Escape does meanwhile.
        """
        is_drawing = group == DRAWING
        task = Task(title, escape=escape, rest=_Rest(None if is_drawing else self._drawn))
        job = _BackgroundJob(group, work, on_done, on_error, task, self._drawn if is_drawing else None)
        task.tell = partial(self._tell, job)
        if self._is_closed:
            return job.task
        self.drop(group)
        self._next[group] = job
        if group not in self._running:
            self._begin(group)
        self._report()
        return job.task

    def is_running(self, group: str) -> bool:
        """Whether a job of a group runs or waits whose answer is wanted."""
        return self._wanted(group) is not None

    def stop(self, group: str) -> bool:
        """Ask the job of a group to stop; what it answers then is still taken. Whether one was under way."""
        job = self._wanted(group)
        if job is None or job.task.is_cancelled():
            return False
        job.task.cancel()
        self._report()
        return True

    def drop(self, group: str) -> bool:
        """Ask the job of a group to stop, and take no answer of it; whether one was under way."""
        job = self._wanted(group)
        self._next.pop(group, None)
        if job is None:
            return False
        job.task.cancel()
        job.is_wanted = False
        self._report()
        return True

    def close(self) -> None:
        """Take no answers any more, and begin nothing: the program ends only when every thread has."""
        self._is_closed = True
        self._drawn.set()
        for group in {*self._running, *self._next}:
            self.drop(group)

    def worker_changed(self, event: Worker.StateChanged) -> None:
        """Take the answer of a job that has ended, and begin the next one of its group."""
        job = self._running.get(event.worker.group)
        if job is None or job.worker is not event.worker or not event.worker.is_finished:
            return
        if event.state is WorkerState.CANCELLED:  # the screen goes; its threads hear of that by their tasks
            self.close()
        del self._running[job.group]
        if job.is_wanted and not self._is_closed:
            self._take(job)
        # The toolkit keeps a worker until the collector looks: it must not keep what was computed.
        job.result = job.work = None
        job.on_done = job.on_error = lambda _: None
        self._begin(job.group)
        self._report()

    def _tell(self, job: _BackgroundJob, part: object) -> None:
        """In the thread of a job: have a part of its answer heard, and wait until the screen shows it."""
        shown = threading.Event()
        self._node.call_later(self._take_part, job, part, shown)
        shown.wait(PATIENCE)

    def _take_part(self, job: _BackgroundJob, part: object, shown: threading.Event) -> None:
        if job.is_wanted and not self._is_closed:
            job.on_done(part)
        self._node.call_after_refresh(shown.set)

    def _take(self, job: _BackgroundJob) -> None:
        if job.error is None:
            job.on_done(job.result)
        else:
            job.on_error(one_line(job.error, 300) or type(job.error).__name__)

    def _wanted(self, group: str) -> _BackgroundJob | None:
        job = self._next.get(group) or self._running.get(group)
        return job if job is not None and job.is_wanted else None

    def _begin(self, group: str) -> None:
        if group not in self._running and (job := self._next.pop(group, None)) is not None:
            if group == DRAWING:
                self._drawn.clear()
            self._running[group] = job
            job.worker = self._node.run_worker(job.carry_out, group=group, thread=True, exit_on_error=False)

    def _report(self) -> None:
        """Tell how far titled jobs are, and go on doing so while there are any."""
        if self._is_closed:
            return
        wanted = (self._wanted(group) for group in {*self._running, *self._next})
        said = {job.group: job.task.progress for job in wanted if job is not None and job.task.title}
        if said and self._ticking is None:
            self._ticking = self._node.set_interval(TICK, self._report)
        elif not said and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        self._on_progress(said)
