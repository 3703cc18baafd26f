"""``python -m tests.benchmarks.keys``: how long a hand waits at the workbench, in a terminal of its own.

Two figures, of 95 keys in 100: how long after a key that edits the header tells what follows, and how long a
key waits while what follows an edit is computed in a large model. With ``--walk`` others: how long after a
key the first and the last byte come, how many bytes, and how long a start takes beside an empty app.
"""

import argparse
import os
import pty
import re
import select
import signal
import statistics
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meshmodel.store.store import Store
from tests.benchmarks.measuring import ENVIRONMENT, PROGRAM, until_it_shows
from tests.benchmarks.meshes import clustered

SIZE = 50, 160
"""Rows and columns."""
PATIENCE = 60.0
"""Seconds after which something that should have shown has failed."""
PACE = 0.08
"""Seconds from one key to the next of a hand that walks."""
ESCAPE = 0.12
"""Seconds after Escape: with what follows sooner it may be one key."""
LONGEST = 200
"""Bytes in which a number and its noun stand, with their colours."""
REST = 0.5
"""Seconds without a word after which nothing more comes."""
_STYLE = re.compile(rb"\x1b\[[\d;]*m")
_MOVE = re.compile(rb"\x1b\[[\d;]*[GH]")
"""A move of the cursor, which is written in place of blanks that are there already."""
_UNCHECKED = re.compile(rb"(was )?([\d,]+) unchecked")


class Terminal:
    """The program in a pseudo terminal.

    Attributes:
        unchecked: how many unchecked paths the header tells; nothing while that is computed.
        bytes: how many have come.
    """

    def __init__(self, path: Path) -> None:
        self.unchecked: int | None = None
        self.bytes = 0
        self._last = b""
        self._child, self._file = pty.fork()
        if self._child == 0:
            os.execve(PROGRAM, [str(PROGRAM), "open", str(path)], ENVIRONMENT)
        termios.tcsetwinsize(self._file, SIZE)

    def read(self, seconds: float) -> bool:
        """Take what comes within some seconds, as soon as anything does; whether it did."""
        if not select.select([self._file], [], [], seconds)[0]:
            return False
        come = os.read(self._file, 1 << 20)
        self.bytes += len(come)
        self._last += come
        for was, number in _UNCHECKED.findall(_MOVE.sub(b" ", _STYLE.sub(b"", self._last))):
            self.unchecked = None if was else int(number.replace(b",", b""))
        self._last = self._last[-LONGEST:]
        return True

    def send(self, key: str) -> float:
        """Press a key, on a screen that has come to rest; when that was."""
        while self.read(0.0):
            pass
        pressed = time.perf_counter()
        os.write(self._file, key.encode())
        return pressed

    def until_told(self, before: int | None) -> None:
        """Wait until the header tells another number than before."""
        end = time.perf_counter() + PATIENCE
        while self.unchecked in {None, before}:
            self.read(0.1)
            if time.perf_counter() > end:
                raise TimeoutError("the header tells nothing new")

    def rest(self) -> None:
        """Wait until nothing more comes."""
        while self.read(REST):
            pass

    def close(self) -> None:
        """End it."""
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._file)


@contextmanager
def opened(elements: int, *, key: str = "f") -> Iterator[Terminal]:
    """The workbench with a dense mesh of about so many elements, after its findings or another key."""
    snapshot = clustered(elements * 14 // 10, elements * 27 // 10, dense=True, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.mesh"
        Store.create(path, snapshot).close()
        terminal = Terminal(path)
        try:
            terminal.until_told(None)
            terminal.rest()
            terminal.send(key)
            terminal.rest()
            yield terminal
        finally:
            terminal.close()


def told_after(elements: int, edits: int) -> list[float]:
    """The seconds from keys that place a checkpoint, or take it back, to a header that tells what follows."""
    found = []
    with opened(elements) as terminal:
        for number in range(edits):
            before = terminal.unchecked
            pressed = terminal.send("pu"[number % 2])
            terminal.until_told(before)
            found.append(time.perf_counter() - pressed)
            terminal.rest()
    return found


def waited(elements: int, edits: int) -> tuple[list[float], list[float]]:
    """The seconds until a key shows that goes on to the next element: of keys while what follows an edit is
    computed, and of keys while nothing is.
    """
    found: list[float] = []
    at_rest: list[float] = []

    def walk(terminal: Terminal, times: list[float]) -> None:
        pressed = terminal.send("\t")
        if terminal.read(PATIENCE):
            times.append(time.perf_counter() - pressed)
        time.sleep(PACE)

    with opened(elements) as terminal:
        for number in range(edits):
            before = terminal.unchecked
            terminal.send("f")
            terminal.rest()
            terminal.send("pu"[number % 2])
            time.sleep(PACE)
            terminal.send("\x1b")
            time.sleep(ESCAPE)
            while terminal.unchecked in {None, before}:
                walk(terminal, found)
            terminal.rest()
            for _ in range(5):
                walk(terminal, at_rest)
    return found, at_rest


WALKS = {
    "arrow": ["\x1b[B", "\x1b[C", "\x1b[B", "\x1b[A", "\x1b[D"] * 6,
    "tab": ["\t"] * 30,
    "quick line": [":", "\x1b"] * 24,
}


def walked(terminal: Terminal, keys: list[str]) -> list[tuple[float, float, int]]:
    """The seconds until the first and the last byte, and the bytes, of each key that shows anything."""
    found = []
    for key in keys:
        before, pressed = terminal.bytes, terminal.send(key)
        first = last = 0.0
        while terminal.read(REST / 2):
            last = time.perf_counter() - pressed
            first = first or last
        if last and (key != "\x1b" or len(set(keys)) != 2):  # closing is not measured
            found.append((first, last, terminal.bytes - before))
    return found


def walk() -> None:
    """Print what walking costs in three models, and the start."""
    for elements in (15, 100, 1_000):
        with opened(elements, key="\t") as terminal:
            for what, keys in WALKS.items():
                first, last, sizes = (sorted(each) for each in zip(*walked(terminal, keys), strict=True))
                at = len(sizes) * 95 // 100
                print(
                    f"{elements:5,} elements, {what:10}: first byte {first[at] * 1000:3.0f} ms, "
                    f"last {last[at] * 1000:3.0f} ms, bytes median {statistics.median(sizes):7,.0f}, "
                    f"95 of 100 {sizes[at]:7,}",
                    flush=True,
                )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.mesh"
        Store.create(path, clustered(21, 40, dense=True, seed=1)).close()
        ours = until_it_shows((PROGRAM, "open", path), b"lens structure", 9)
    empty = until_it_shows((sys.executable, "-m", "tests.benchmarks.starting"), b"nothing else", 9)
    print(
        f"start to the header {ours * 1000:.0f} ms, an empty app {empty * 1000:.0f}: {ours / empty:.2f} times"
    )


def told(what: str, times: list[float]) -> None:
    """Print the 95th of 100 of some seconds, and the middle and the longest."""
    late = statistics.quantiles(times, n=20)[-1]
    rest = f"median {statistics.median(times) * 1000:.0f}, longest {max(times) * 1000:.0f}, {len(times)} keys"
    print(f"{what}: {late * 1000:.0f} ms ({rest})", flush=True)


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.keys")
    parser.add_argument("--small", type=int, default=700)
    parser.add_argument("--large", type=int, default=10_000)
    parser.add_argument("--edits", type=int, default=30)
    parser.add_argument("--walk", action="store_true", help="measure keys that edit nothing, and the start")
    asked = parser.parse_args()
    if asked.walk:
        walk()
        return
    told(f"edit to header, {asked.small:,} elements", told_after(asked.small, asked.edits))
    found, at_rest = waited(asked.large, asked.edits)
    told(f"key while an edit is analysed, {asked.large:,} elements", found)
    told("key while nothing is", at_rest)


if __name__ == "__main__":
    main()
