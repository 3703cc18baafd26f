"""Lets the collector of garbage run while nobody presses a key."""

import gc
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
