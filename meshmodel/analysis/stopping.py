"""When to stop: a number of seconds is over, or somebody does not want the answer any more."""

import time
from collections.abc import Callable
from typing import Final

_GRACE: Final = 0.05
"""This share of the time may be added for what must be said of what was found."""


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
        self._grace = 0.0 if deadline is None else _GRACE * deadline
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

    def late(self) -> "Stop":
        """One that stops a little later, for what must be said of what was found."""
        later = Stop(None, self._cancelled)
        if self._until is not None:
            later._until = self._until + self._grace
        return later

    def after(self, share: float) -> "Stop":
        """One that stops after this share of the seconds that are left."""
        sooner = Stop(None, self._cancelled)
        if self._until is not None:
            sooner._until = time.monotonic() + share * self.remaining()
        return sooner


NEVER: Final = Stop(None, None)
"""One that never stops."""
