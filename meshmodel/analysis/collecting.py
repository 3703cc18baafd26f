"""The collector of garbage, at rest while something large is made of which nothing is garbage yet."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_MUCH = 10_000
"""So many new objects take longer to look at than to be set aside."""


def _set_aside() -> None:
    """Count what was made meanwhile as old: it stays, so the next collection of young things need not
    look at it. Where a program keeps objects frozen, all is left as it is.
    """
    if gc.get_count()[0] > _MUCH and not gc.get_freeze_count():
        gc.freeze()
        gc.unfreeze()


class _Rest:
    """Who lets the collector rest, and how it was before the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resting = 0
        self._was_on = False

    def begin(self) -> None:
        with self._lock:
            if not self._resting:
                self._was_on = gc.isenabled()
                gc.disable()
            self._resting += 1

    def end(self) -> None:
        with self._lock:
            self._resting -= 1
            if not self._resting and self._was_on:
                _set_aside()
                gc.enable()


_REST = _Rest()


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No collection while this lasts; after the last of several it is as it was before the first.

    An analysis makes a hundred thousand objects that all stay, and each of the collections that they
    would set off looks at all of the model.
    """
    _REST.begin()
    try:
        yield
    finally:
        _REST.end()
