"""How time is measured: medians, in this process or of a process of its own, start included."""

import atexit
import gc
import os
import pty
import resource
import select
import statistics
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One measurement: what was done, and beside what: how many times the one takes of the other."""

    what: str
    seconds: float
    besides: dict[str, float] = field(default_factory=dict)

    @property
    def ratios(self) -> dict[str, float]:
        return {name: self.seconds / other for name, other in self.besides.items()}

    def told(self) -> str:
        lines = [self.what, f"    {self.seconds * 1000:10,.1f} ms"]
        for name, ratio in self.ratios.items():
            times = f"{1 / ratio:,.0f} times faster" if ratio < 0.5 else f"{ratio:.2f} times"
            lines.append(f"    {self.besides[name] * 1000:10,.1f} ms  {name}: {times}")
        return "\n".join(lines)


ENOUGH = 2.0
"""After so many seconds a measurement is not repeated any more."""

PROGRAM = Path(sys.executable).parent / "meshmodel"
SIZE = 40, 120
"""Rows and columns of the terminal in which something is started."""
LONGEST = 20.0
"""Seconds without a word from it after which a start has failed."""

_HOME = tempfile.TemporaryDirectory()
atexit.register(_HOME.cleanup)

# As where it is installed: compiled modules are kept, and nobody's configuration is read.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "PYTHONPYCACHEPREFIX": f"{_HOME.name}/compiled",
    "XDG_CONFIG_HOME": f"{_HOME.name}/config",
    "XDG_DATA_HOME": f"{_HOME.name}/data",
    "XDG_STATE_HOME": f"{_HOME.name}/state",
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
}


def seconds(
    work: Callable[[], object], rounds: int = 5, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The median time of some work in this process, the collector run before and not during it."""
    found = []
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        try:
            start = clock()
            made = work()  # what is made is let go when the clock has stopped
            found.append(clock() - start)
            del made
        finally:
            gc.enable()
        if sum(found) > ENOUGH:
            break
    return statistics.median(found)


def process_seconds(command: Sequence[str | Path], rounds: int = 5) -> float:
    """The median processor time of a process, start and end included, its modules compiled before."""
    found: list[float] = []
    _run(command)
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        _run(command)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if sum(found) > ENOUGH:
            break
    return statistics.median(found)


def _run(command: Sequence[str | Path]) -> None:
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False
    )
    assert done.returncode in {0, 1}, done.stderr


def until_it_shows(command: Sequence[str | Path], words: bytes, rounds: int = 5) -> float:
    """The median time from starting a process in a terminal until these words are on its screen.

    A first run, not counted, compiles what an installed program brings compiled.
    """
    return statistics.median([_shown_after(command, words) for _ in range(rounds + 1)][1:])


def _shown_after(command: Sequence[str | Path], words: bytes) -> float:
    terminal, inside = pty.openpty()
    termios.tcsetwinsize(inside, SIZE)
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdin=inside, stdout=inside, stderr=inside, env=ENVIRONMENT, start_new_session=True
    ) as process:
        os.close(inside)
        shown = b""
        try:
            while words not in shown:
                if not select.select([terminal], [], [], LONGEST)[0]:
                    raise TimeoutError(shown[-2_000:])
                shown += os.read(terminal, 65_536)
            return time.perf_counter() - start
        finally:
            process.kill()
            os.close(terminal)
