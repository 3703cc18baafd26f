"""Ends the program as signals say, or when its terminal is gone."""

import asyncio
import contextlib
import select
import signal
import sys
from collections.abc import Callable
from typing import IO, Any, Final

from textual.app import App

ENDING: Final = {"SIGTERM": "terminated", "SIGHUP": "hung up", "SIGINT": "interrupted"}
"""Signals by which it is ended from outside, and what is then said of it."""
LOOK: Final = 1.0
"""Seconds between two looks whether the terminal is still there."""


class TerminalOutput:
    """A terminal to write to, which takes no error from one that is gone: :class:`Signals` sees that it is.

    The toolkit writes in a thread, which an error would end; the program would then wait for ever for room
    among the 30 texts that are to be written, and heed no signal.
    """

    def __init__(self, file: IO[str]) -> None:
        """Argument: what is written to."""
        self._file = file

    def write(self, text: str) -> None:
        """Write a text; it is lost where the terminal is gone."""
        with contextlib.suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """Write what is kept back."""
        with contextlib.suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        """The number of the file."""
        return self._file.fileno()


class Signals:
    """Ends the program from outside, in between two events and never amid one.

    Attributes:
        ended: how it was ended from outside, in a word; ``None``: it was not.
    """

    def __init__(self, app: App[Any], leave: Callable[[], None], is_opening: Callable[[], bool]) -> None:
        """Arguments: the program; what closes the model that is open; whether one is being opened."""
        self._app = app
        self._leave = leave
        self._is_opening = is_opening
        self.ended: str | None = None

    def catch(self) -> None:
        """Keep signals in mind until they are heeded: amid the first events nothing may break off."""
        if sys.platform != "win32":
            for name, word in ENDING.items():
                signal.signal(signal.Signals[name], lambda *_, word=word: setattr(self, "ended", word))

    def heed(self) -> None:
        """Leave as by the key when the system says so, in between two events and never amid one."""
        if sys.platform == "win32":
            return
        loop = asyncio.get_running_loop()
        for name, word in ENDING.items():
            loop.add_signal_handler(signal.Signals[name], self.end, word)
        if self.ended is not None:
            self.end(self.ended)
        terminal = select.poll()
        terminal.register(sys.__stdin__ or 0, 0)  # no event is asked for, and a hang-up is told all the same

        def look() -> None:
            """A terminal can go away and send no signal: nothing would ever come from it again."""
            if self.ended is None and terminal.poll(0):
                self.end("the terminal is gone")

        self._app.set_interval(LOOK, look)

    def end(self, word: str) -> None:
        """Leave as by the key; while a model is being opened, that is asked for again once it is there."""
        self.ended = word
        if not self._is_opening():
            self._leave()
            self._app.exit()
