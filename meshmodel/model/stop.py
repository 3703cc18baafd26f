"""Stops long computations at a deadline, or when they are cancelled; tells how far they are."""

import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final


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
        """Raise if it is time to stop.

        Raises:
            Stopped: it is time.
        """
        if self():
            raise Stopped

    def remaining(self) -> float:
        """The seconds that are left; infinite where there is no limit."""
        return float("inf") if self._until is None else max(0.0, self._until - time.monotonic())


NEVER: Final = Stop(None, None)
"""One that never stops."""
CURRENT: Final = ContextVar("CURRENT", default=NEVER)
"""What stops the drawing of pictures and the reading of imports in this thread: many functions lie between
who sets it and what asks it, the runs of the renderer, the search for the fix that is drawn, the loops of
readers.
"""


class Task:
    """What a job is called, since when it runs, how far it is, and whether it should stop.

    The worker's thread asks ``is_cancelled`` and may set ``said``; the interface's thread asks ``says``.
    """

    def __init__(self, title: str = "", *, escape: str = "Esc stops it") -> None:
        """Arguments: what is computed, such as ``computing the smallest fix``; what Escape does meanwhile."""
        self.title = title
        self._escape = escape
        self.said = ""
        self._begun = time.monotonic()
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Ask it to stop."""
        self._stop.set()

    def is_cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    @property
    def says(self) -> str:
        """What it is doing, in a line."""
        seconds = int(time.monotonic() - self._begun)
        said = f", {self.said}" if self.said else ""
        if self.is_cancelled():
            return f"stopping {self.title}"
        return f"{self.title}{said}: {seconds} s, {self._escape}"
