"""How time is measured: medians, in this process or of a process of its own, start included."""

import gc
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ENOUGH = 4.0
"""After so many seconds a measurement is not repeated any more."""

PROGRAM = Path(sys.executable).parent / "meshmodel"


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The median time of some work in this process, the collector run before and not during it."""
    found = []
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        try:
            start = time.perf_counter()
            work()
            found.append(time.perf_counter() - start)
        finally:
            gc.enable()
        if sum(found) > ENOUGH:
            break
    return statistics.median(found)


def process_seconds(command: Sequence[str | Path], rounds: int = 5) -> float:
    """The median processor time of a process, start and end included."""
    found = []
    for _ in range(rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert done.returncode in {0, 1}, done.stderr
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if sum(found) > ENOUGH:
            break
    return statistics.median(found)


def until_it_says(command: Sequence[str | Path], word: bytes, rounds: int = 5) -> float:
    """The median time from starting a process until it prints a line with that word."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            said = process.stdout.readline()
            found.append(time.perf_counter() - start)
            process.stdout.read()
        assert word in said, said
    return statistics.median(found)
