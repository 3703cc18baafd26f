"""The interface goes before what is worked out beside: threads of one interpreter share one processor."""

import asyncio
import selectors
import sys
from collections.abc import Coroutine
from typing import Final

SOON: Final = 0.0005
"""Seconds after which whoever computes lets the interface go on, once there is something for it to do."""
LATE: Final = 0.05
"""Seconds that the interface has for what there is to do before anybody else goes on."""


class InterfaceFirst(selectors.DefaultSelector):
    """Waits for what happens, and makes the others wait while the event loop does what follows from it.

    By itself the interpreter would share the time evenly, in turns of 5 ms: a key that takes ten of them
    would take twice as long, and wait for as many turns besides.
    """

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait until something happens."""
        sys.setswitchinterval(SOON)
        try:
            return super().select(timeout)
        finally:
            sys.setswitchinterval(LATE)


def run(program: Coroutine[object, object, object]) -> None:
    """Run a program in an event loop that goes first."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(InterfaceFirst())) as runner:
        runner.run(program)
