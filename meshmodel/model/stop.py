"""Stops long computations at a deadline, or when they are cancelled; tells how far they are."""

import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, NamedTuple


class Stopped(Exception):  # noqa: N818  # it is no error
    """Raised in a computation that is stopped; it has no result."""


class Stop:
    """A condition that a long computation checks again and again.

    Args:
        deadline: seconds from now after which to stop; ``None``: no limit.
        cancelled: returns whether to stop; called at every check, so it must be quick.
    """

    def __init__(self, deadline: float | None, cancelled: Callable[[], bool] | None) -> None:
        self._until = None if deadline is None else time.monotonic() + deadline
        self._cancelled = cancelled

    def __call__(self) -> bool:
        """Whether to stop now."""
        if self._cancelled is not None and self._cancelled():
            return True
        return self._until is not None and time.monotonic() >= self._until

    def check(self) -> None:
        """Raise ``Stopped`` if it is time to stop."""
        if self():
            raise Stopped

    def remaining(self) -> float:
        """The seconds that are left; infinite where there is no limit."""
        return float("inf") if self._until is None else max(0.0, self._until - time.monotonic())


NEVER: Final = Stop(None, None)
"""One that never stops."""
CURRENT: Final = ContextVar("CURRENT", default=NEVER)
"""What stops the long computation of this thread: many functions lie between who sets it and what asks it."""


def check_current() -> None:
    """Raise ``Stopped`` if the computation of this thread is to stop; wait here while it is to rest."""
    CURRENT.get().check()


class Progress(NamedTuple):
    """How far a job is.

    Attributes:
        doing: what it is doing, such as ``computing the smallest fix``.
        done: how much of it is done, such as ``3 of 12``; empty where that is not told.
        seconds: for how long it has run.
        escape: what Escape does; empty where the job is being stopped.
    """

    doing: str
    done: str = ""
    seconds: int = 0
    escape: str = ""

    @property
    def text(self) -> str:
        """All of it, in a line."""
        done = f", {self.done}" if self.done else ""
        return f"{self.doing}{done}: {self.seconds} s, {self.escape}" if self.escape else self.doing


class Task:
    """What a job is called, since when it runs, how far it is, and whether it should stop.

    The worker's thread asks ``should_stop``, may set ``title`` and ``progress_text``, and tells parts of its
    answer; the interface's thread asks the others.

    Attributes:
        tell: hears a part of the answer; it returns once that is on the screen.
    """

    def __init__(
        self, title: str = "", *, escape: str = "Esc stops it", rest: Callable[[], object] = lambda: None
    ) -> None:
        """Arguments: what is computed, such as ``computing the smallest fix``; what Escape does meanwhile;
        what the worker's thread waits for each time that it asks whether to stop.
        """
        self.title = title
        self.tell: Callable[[object], object] = lambda _: None
        self._escape = escape
        self._rest = rest
        self.progress_text = ""
        self._begun = time.monotonic()
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Ask it to stop."""
        self._stop.set()

    def is_cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def should_stop(self) -> bool:
        """Whether it was asked to stop, told once there is nothing to wait for."""
        self._rest()
        return self._stop.is_set()

    @property
    def progress(self) -> Progress:
        """How far it is."""
        if self.is_cancelled():
            return Progress(f"stopping {self.title}")
        return Progress(self.title, self.progress_text, int(time.monotonic() - self._begun), self._escape)
