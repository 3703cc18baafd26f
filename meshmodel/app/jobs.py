"""Work that takes a while, beside the interface: it can be watched, and stopped."""

import threading
import time


class Task:
    """One piece of work beside: since when, what it says of itself, and whether it should stop.

    The worker asks ``is_cancelled`` and may set ``said``; the interface's thread asks ``says``.
    """

    def __init__(self, title: str, *, escape: str = "Esc stops it") -> None:
        """Arguments: what is worked out, such as ``the smallest fix``; what Escape does meanwhile."""
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
