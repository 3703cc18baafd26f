"""Kills an editing program a hundred times at random moments and looks at the file each time.

A program of its own, since only one without threads may fork: the libraries are then imported once.
"""

import os
import select
import signal
import sqlite3
import sys
from pathlib import Path
from random import Random

from meshmodel.edits.edit import Put, Remove, edit
from meshmodel.model import secrets
from meshmodel.model.records import System, Zone
from meshmodel.store.store import Store
from tests.store.labels import redo_label, undo_label
from tests.store.sample import SAMPLE, names_in

ROUNDS = 100


def _edit_for_ever(path: Path, acknowledge: int) -> None:
    """Edit, undo and redo; write the revision down the pipe after each, once it is said to be on disk."""
    random = Random(os.getpid())
    with Store.open(path) as store:
        os.write(acknowledge, b"ready\n")
        while True:
            kind = random.random()
            if kind < 0.15 and undo_label(store):
                store.undo()
            elif kind < 0.25 and redo_label(store):
                store.redo()
            elif kind < 0.35 and "helpdesk" in store.snapshot.zone:
                store.apply(edit("remove", [Remove("zone", "helpdesk")]))
            else:
                name = f"n{store.snapshot.revision}"
                changes = [Put(Zone("helpdesk", name=name))]
                changes += [
                    Put(System(f"s{random.randrange(40)}", zone="helpdesk", name=name)) for _ in range(5)
                ]
                store.apply(edit(name, changes))
            os.write(acknowledge, f"{store.snapshot.revision}\n".encode())


def _start(path: Path) -> tuple[int, int, int]:
    """A child that edits: its number, what it acknowledges, and a pipe that closes when it ends."""
    reading, writing = os.pipe()
    alive, held = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            _edit_for_ever(path, writing)
        finally:
            os._exit(1)
    os.close(writing)
    os.close(held)
    return child, reading, alive


def _read_all(descriptor: int, text: bytes) -> list[str]:
    while block := os.read(descriptor, 65536):
        text += block
    return text.decode().split()


def main(path: Path) -> None:
    """Print the last revision, and how many kills hit a transaction."""
    Store.create(path, SAMPLE).close()
    secrets.prepare()  # here, so that no child waits for it
    random = Random(20260301)
    acknowledged, interrupted = 0, 0
    for _ in range(ROUNDS):
        child, reading, alive = _start(path)
        assert os.read(reading, 6) == b"ready\n"
        first = os.read(reading, 65536)  # an edit at least: how many there are is no matter of speed
        assert not select.select([alive], [], [], random.uniform(0, 0.1))[0], "it ended by itself"
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        last = _read_all(reading, first)
        os.close(reading)
        os.close(alive)
        interrupted += path.with_name("m.mesh-journal").exists()
        acknowledged = int(last[-1])
        with Store.open(path) as store:
            # The one that was under way may be there too, whole.
            assert acknowledged <= store.snapshot.revision <= acknowledged + 1
            acknowledged = store.snapshot.revision
        raw = sqlite3.connect(path)
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        raw.close()
        assert names_in(path.parent) == ["m.mesh"]
    with Store.open(path) as store:
        while store.undo():
            pass
        assert store.snapshot == SAMPLE
    print(acknowledged, interrupted)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
