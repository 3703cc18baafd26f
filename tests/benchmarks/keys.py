"""``python -m tests.benchmarks.keys``: how long a hand waits at the workbench, in a terminal of its own.

Two figures, of 95 keys in 100: how long after a key that edits the header tells what follows, and how long a
key waits while what follows an edit is computed in a large model.
"""

import argparse
import os
import pty
import re
import select
import signal
import statistics
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meshmodel.store.database import Store
from tests.benchmarks.measuring import ENVIRONMENT, PROGRAM
from tests.benchmarks.meshes import clustered

SIZE = 45, 160
"""Rows and columns."""
PATIENCE = 60.0
"""Seconds after which something that should have shown has failed."""
PACE = 0.08
"""Seconds from one key to the next of a hand that walks."""
_STYLE = re.compile(rb"\x1b\[[\d;]*m")
_MISSING = re.compile(rb"(was )?([\d,]+) missing")


class Terminal:
    """The program in a pseudo terminal.

    Attributes:
        missing: how many missing checkpoints the header tells; nothing while that is computed.
    """

    def __init__(self, path: Path) -> None:
        self.missing: int | None = None
        self._child, self._file = pty.fork()
        if self._child == 0:
            os.execve(PROGRAM, [str(PROGRAM), "open", str(path)], ENVIRONMENT)
        termios.tcsetwinsize(self._file, SIZE)

    def read(self, seconds: float) -> bool:
        """Take what comes within some seconds, as soon as anything does; whether it did."""
        if not select.select([self._file], [], [], seconds)[0]:
            return False
        for was, number in _MISSING.findall(_STYLE.sub(b"", os.read(self._file, 1 << 20))):
            self.missing = None if was else int(number.replace(b",", b""))
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
        while self.missing in {None, before}:
            self.read(0.1)
            if time.perf_counter() > end:
                raise TimeoutError("the header tells nothing new")

    def close(self) -> None:
        """End it."""
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._file)


@contextmanager
def opened(elements: int) -> Iterator[Terminal]:
    """The workbench with a dense mesh of about so many elements, its findings open."""
    snapshot = clustered(elements * 14 // 10, elements * 27 // 10, dense=True, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.mesh"
        Store.create(path, snapshot).close()
        terminal = Terminal(path)
        try:
            terminal.until_told(None)
            terminal.send("f")
            time.sleep(1.0)
            yield terminal
        finally:
            terminal.close()


def told_after(elements: int, edits: int) -> list[float]:
    """The seconds from keys that place a checkpoint, or take it back, to a header that tells what follows."""
    found = []
    with opened(elements) as terminal:
        for number in range(edits):
            before = terminal.missing
            pressed = terminal.send("pu"[number % 2])
            terminal.until_told(before)
            found.append(time.perf_counter() - pressed)
            while terminal.read(0.3):
                pass
    return found


def waited(elements: int, edits: int) -> list[float]:
    """The seconds that keys take to show, which walk the findings while what follows an edit is computed."""
    found = []
    with opened(elements) as terminal:
        for number in range(edits):
            before = terminal.missing
            terminal.send("pu"[number % 2])
            time.sleep(PACE)
            end = time.perf_counter() + PATIENCE
            while terminal.missing in {None, before} and time.perf_counter() < end:
                pressed = terminal.send(("\x1b[B", "\x1b[A")[len(found) % 2])
                if terminal.read(PATIENCE):
                    found.append(time.perf_counter() - pressed)
                time.sleep(PACE)
            while terminal.read(0.5):
                pass
    return found


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
    asked = parser.parse_args()
    told(f"edit to header, {asked.small:,} elements", told_after(asked.small, asked.edits))
    told(f"key while analysed, {asked.large:,} elements", waited(asked.large, asked.edits))


if __name__ == "__main__":
    main()
