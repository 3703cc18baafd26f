"""When to stop: a number of seconds is over, or somebody does not want the answer any more."""

import time
from collections.abc import Callable
from typing import Final


class Stopped(Exception):  # noqa: N818  # it is no error
    """It was time to stop in the middle of something, which is then of no use."""


class Stop:
    """Says whether to stop.

    Args:
        deadline: seconds from now; ``None``: no limit.
        cancelled: asked often; true: stop.
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
        """Give up what is under way if it is time to stop.

        Raises:
            Stopped: it is.
        """
        if self():
            raise Stopped

    def remaining(self) -> float:
        """The seconds that are left; infinite where there is no limit."""
        return float("inf") if self._until is None else max(0.0, self._until - time.monotonic())


NEVER: Final = Stop(None, None)
"""One that never stops."""
