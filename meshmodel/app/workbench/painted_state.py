"""The state of a screen, whose changes in one batch are painted together."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from textual.screen import Screen
from textual.timer import Timer

from meshmodel.app.computed import Computed
from meshmodel.app.jobs import Jobs
from meshmodel.app.state import WorkbenchState
from meshmodel.model.stop import Progress, Task

T = TypeVar("T")


class PaintedState:
    """What is shown, and the background work that changes it.

    All changes of one ``batch`` are painted together at its end; the screen opens one around each command,
    message and answer.

    Attributes:
        state: what is shown; replaced by ``update``.
        jobs: background work.
        is_silent: whether nothing is painted for now.
        after_paint: done once, when the state is painted next: what takes the focus, and what follows.
    """

    def __init__(
        self, screen: Screen[None], state: WorkbenchState, paint: Callable[[], WorkbenchState]
    ) -> None:
        """Arguments: the screen, its state, and what paints that and says which it was: first it derives
        from it what follows.
        """
        self.state = state
        self.jobs = Jobs(screen, self._progressed)
        self.after_paint: list[Callable[[], object]] = []
        self._screen = screen
        self._paint = paint
        self._depth = 0
        self._painted: WorkbenchState | None = None
        self._holding: Timer | None = None
        self.is_silent = False

    def update(self, **changes: object) -> None:
        """Replace some attributes of the state; painted at once, or at the end of the batch."""
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]  # attributes, by name
        if not self._depth:
            self._commit()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Paint what changes meanwhile once, at the end."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth and self.state is not self._painted:
                self._commit()

    def batched(self, work: Callable[..., T]) -> Callable[..., T]:
        """The same work, as one batch."""

        def within(*arguments: Any) -> T:
            with self.batch():
                return work(*arguments)

        return within

    # What is computed

    def compute(
        self,
        name: str,
        begun: Computed[Any, Any, T],
        work: Callable[[Task], T],
        title: str,
        then: Callable[[T], object] = lambda _: None,
        failed: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Compute an attribute of the state in a job of the same name, which replaces the one that runs.

        Arguments: the attribute; what is known when it begins; what computes the result in a thread, and may
        tell its task parts of it; what is told meanwhile; what hears each part and the result once the state
        has it, or why there is none.
        """

        def hear(attribute: str, hears: Callable[[Any], object], value: Any) -> None:
            if getattr(self.state, name) is not None:
                with self.batch():
                    progress = task.progress if self.jobs.is_running(name) else None
                    self.know(name, progress=progress, **{attribute: value})
                    hears(value)

        done, on_error = partial(hear, "result", then), partial(hear, "problem", failed)
        task = self.jobs.run(name, work, done, on_error, title)
        self.update(**{name: replace(begun, progress=task.progress)})

    def drop(self, name: str, **found: object) -> bool:
        """End the job that computes an attribute; nothing is known then, or this. Whether one ran."""
        is_dropped = self.jobs.drop(name)
        if is_dropped and found:
            self.know(name, progress=None, **found)
        elif is_dropped:
            self.update(**{name: None})
        return is_dropped

    def know(self, name: str, **found: object) -> None:
        """Replace attributes of what is computed, unless it was taken away meanwhile."""
        if (known := getattr(self.state, name)) is not None:
            self.update(**{name: replace(known, **found)})

    def _commit(self) -> None:
        self._depth += 1
        try:
            while self._painted is not self.state:  # a list whose rows change may open another one
                self._painted = self._paint()
        finally:
            self._depth -= 1
        waiting, self.after_paint = self.after_paint, []
        for each in waiting:
            each()

    @property
    def is_held(self) -> bool:
        """Whether only the first row and the message line are painted for now, or nothing."""
        return self._holding is not None

    def hold(self, seconds: float, *, silently: bool = False) -> None:
        """Paint only the first row and the message line, or nothing: so long, or until ``release``."""
        if self._holding is not None:
            self._holding.stop()
        self._holding = self._screen.set_timer(seconds, self.release)
        self.is_silent = silently

    def release(self) -> None:
        """Paint all that has changed."""
        if self._holding is not None:
            self._holding.stop()
            self._holding = None
            self.is_silent = False
            with self.batch():
                self.update()

    def _progressed(self, running: Mapping[str, Progress]) -> None:
        with self.batch():
            for name, progress in running.items():
                known = getattr(self.state, name, None)
                if known is not None and known.progress != progress:
                    self.know(name, progress=progress)
