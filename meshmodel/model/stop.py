"""Stops long computations at a deadline, or when they are cancelled."""

import time
from collections.abc import Callable
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
