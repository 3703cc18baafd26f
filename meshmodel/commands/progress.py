"""``ProgressLine``: shows on a terminal, each second, how far a long reading has come."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final, Self

EVERY: Final = 1.0
"""Seconds between two lines."""


class ProgressLine:
    """A line on standard error that is overwritten each second and erased at the end.

    A thread writes it, so that it appears even while one record takes long. Nothing is written if standard
    error is no terminal, so that a log of errors holds only errors.
    """

    def __init__(self, status: Callable[[], str]) -> None:
        """Arguments: the function that gives the text of the line."""
        self._status = status
        self._stopped = threading.Event()
        self._write_lock = threading.Lock()
        self._is_shown = False
        wanted = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._thread = threading.Thread(target=self._run, daemon=True) if wanted else None

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
            self._clear()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Erase the line while an answer is written, which may go to the same terminal."""
        with self._write_lock:
            if self._is_shown and sys.stdout.isatty():
                self._clear()
            yield

    def _run(self) -> None:
        begun = time.monotonic()
        while not self._stopped.wait(EVERY):
            with self._write_lock:
                self._write(f"{self._status()} ({time.monotonic() - begun:.0f} s)")
                self._is_shown = True

    def _clear(self) -> None:
        self._write("")
        self._is_shown = False

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # a terminal that went away is no reason to stop
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()
