"""What the program does beside its screens: it ends as signals say, and collects garbage at rest."""

import asyncio
import gc
import select
import signal
import sys
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

from textual.app import App

COLLECT: Final = 50_000_000, 1_000, 50
"""After how many new objects the collector stops everything to look for those that nobody has any more, and
after how many looks at what is older: that takes seconds in a large model.

So many that it hardly ever does while somebody works: it looks at rest, as below.
"""
REST: Final = 1.0
"""Seconds without a key or the mouse after which the collector may look at what is young."""
MIDDLE_REST: Final = 3.0
"""The same, where very much is young: that look is felt."""
LONG_REST: Final = 10.0
"""The same, for what is older."""
MOST_YOUNG: Final = 20_000
"""So many new objects are left alone."""
MANY_YOUNG: Final = 200_000
"""So many, as what follows an edit of a large model leaves, take a tenth of a second to look at."""
MOST_LOOKS: Final = 10
"""So many looks at what is young come before one at what is older."""
TURN: Final = 0.0005
"""Seconds after which what is computed beside lets a key be handled: a tenth of what is usual."""
ENDING: Final = (signal.SIGTERM, "terminated"), (signal.SIGINT, "interrupted")
"""Signals by which it is ended from outside, and what is then said of it."""
LOOK: Final = 1.0
"""Seconds between two looks whether the terminal is still there."""
SETTLE: Final = 0.5
"""Seconds after the start, when the first screen has been drawn and analysed."""


class Collector:
    """Lets the collector of garbage look while nobody does anything."""

    def __init__(self, app: App[Any]) -> None:
        """Arguments: the program."""
        self._app = app
        self._last_input = monotonic()

    def note_input(self) -> None:
        """Somebody did something."""
        self._last_input = monotonic()

    def begin(self) -> None:
        """What was imported and made so far stays for good: the collector need not look at it again.

        Drawings and analyses are many small objects that live long: it need not look often either, and
        a look at those of a large model would be felt between two keys.
        """
        if not gc.isenabled():  # where the whole program is ours, and not a part of another
            gc.freeze()
            gc.set_threshold(*COLLECT)
            gc.enable()
            self._app.set_interval(REST, self.look)

    def look(self) -> None:
        """Let the collector look while nobody does anything."""
        rest = monotonic() - self._last_input
        young, middle, _ = gc.get_count()
        if young > MOST_YOUNG and rest >= (REST if young <= MANY_YOUNG else MIDDLE_REST):
            gc.collect(0)
        elif rest >= LONG_REST and middle > MOST_LOOKS:
            gc.collect(1)


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
            for number, word in ENDING:
                signal.signal(number, lambda *_, word=word: setattr(self, "ended", word))

    def heed(self) -> None:
        """Leave as by the key when the system says so, in between two events and never amid one."""
        if sys.platform == "win32":
            return
        loop = asyncio.get_running_loop()
        for number, word in ENDING:
            loop.add_signal_handler(number, self.end, word)
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
