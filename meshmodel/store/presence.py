"""Who has a model file open: a program's edits are its own to undo as long as it runs.

A program that edits inserts one row, with the machine, the process and the moment it started, and
deletes it when it closes the file. After ``kill -9`` the row stays behind; then the operating system
says that no such process runs any more. A process number alone would not do, since numbers are used
again. A program on another machine cannot be asked: it counts as open while it has shown itself
within the last ten minutes: it renews its row with every edit, and every two minutes while it is idle.
"""

import os
import platform
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

REGISTER_INTERVAL: Final = 120
"""Seconds after which an idle program renews its row."""

_REGISTERED_FOR: Final = 600
"""Seconds for which the row of a program on another machine counts."""

OPEN_STORES: Final[WeakValueDictionary[str, object]] = WeakValueDictionary()
"""The stores that this process has open, by id; one that was garbage-collected unclosed drops out."""


@dataclass(frozen=True, slots=True)
class PresenceRow:
    """One row of the table of programs; ``seen`` in seconds since 1970."""

    id: str
    machine: str
    process: int
    started: str
    seen: int


def this_program(identifier: str) -> PresenceRow:
    """This process, seen now."""
    return PresenceRow(identifier, machine(), os.getpid(), start_time(os.getpid()), int(time.time()))


def open_programs(rows: Iterable[PresenceRow]) -> frozenset[str]:
    """The ids of those that are still open."""
    return frozenset(row.id for row in rows if is_open(row))


def is_open(row: PresenceRow) -> bool:
    """Whether that program still runs, as far as this machine can tell."""
    if row.machine == machine() and row.started:
        if row.process == os.getpid() and row.started == start_time(row.process):
            return row.id in OPEN_STORES
        return start_time(row.process) == row.started
    return abs(time.time() - row.seen) < _REGISTERED_FOR


@lru_cache(maxsize=1)
def machine() -> str:
    """A name for this machine since its start and, on Linux, for its namespace of process numbers."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return platform.node()


def start_time(process: int) -> str:
    """When a process started, in ticks since the machine did; empty if it does not run or is unknown."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = status.rpartition(")")[2].split()
    # A process that was killed and not yet waited for by its parent is still listed, as a zombie.
    return "" if fields[0] in {"Z", "X"} else fields[19]
