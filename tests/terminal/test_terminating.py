"""The workbench is terminated: it gives the terminal back, and no edit is lost."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from meshmodel.store.store import Store
from tests.commands.running import PROGRAM

LEAVE_SCREEN = "\x1b[?1049l"
MOST_SECONDS = 120
COOKED = slice(0, 4)
"""How a terminal takes input, gives output and echoes; the rest are speeds and special characters."""


def _set_up(folder: Path) -> tuple[Path, int, int]:
    """A model file, and both ends of a terminal."""
    path = folder / "mesh.mesh"
    Store.create(path).close()
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    return path, ours, theirs


def _read_until(terminal: int, said: str, words: str) -> str:
    """What the program says until it says these words; they come late on a busy machine."""
    while words not in said:
        assert select.select([terminal], [], [], MOST_SECONDS)[0], f"'{words}' never came"
        said += os.read(terminal, 65_536).decode(errors="replace")
    return said


@pytest.mark.parametrize(("number", "word"), [(signal.SIGTERM, "terminated"), (signal.SIGHUP, "hung up")])
def test_a_termination_gives_the_terminal_back(tmp_path: Path, number: signal.Signals, word: str) -> None:
    path, ours, theirs = _set_up(tmp_path)
    before = termios.tcgetattr(theirs)[COOKED]
    with subprocess.Popen(
        [PROGRAM, "open", path],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm-256color"},
    ) as process:
        try:
            said = _read_until(ours, "", "Nothing")
            assert termios.tcgetattr(theirs)[COOKED] != before
            process.send_signal(number)
            said = _read_until(ours, said, "in the model file")
            assert process.wait(timeout=MOST_SECONDS) == 2
            assert termios.tcgetattr(theirs)[COOKED] == before
        finally:
            process.kill()  # one that has ended already is not touched
            os.close(ours)
            os.close(theirs)
    _, left, after = said.rpartition(LEAVE_SCREEN)
    assert left
    assert f"meshmodel: {word}; every edit that was shown is in the model file" in after
    assert "Traceback" not in said


PAINT_ON_AND_HEED_NO_HANGUP = r"""
import signal, sys
from meshmodel.__main__ import run
from meshmodel.app.app import MeshmodelApp
usual = MeshmodelApp.on_mount
def painting(self):
    usual(self)
    self.set_interval(0.01, lambda: [self._driver.write("\x1b[?25l") for _ in range(40)])
MeshmodelApp.on_mount = painting
signal.signal(signal.SIGHUP, signal.SIG_IGN)
sys.exit(run())
"""


def test_it_ends_where_the_terminal_goes_away_without_a_signal_however_much_it_paints(tmp_path: Path) -> None:
    path, ours, theirs = _set_up(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", PAINT_ON_AND_HEED_NO_HANGUP, "open", path],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm-256color"},
    ) as process:
        try:
            os.close(theirs)
            _read_until(ours, "", "Nothing")
            os.close(ours)
            assert process.wait(timeout=MOST_SECONDS) == 2
        finally:
            process.kill()
    assert [each.name for each in tmp_path.iterdir()] == ["mesh.mesh"]  # a clean close leaves one file


def test_what_is_drawn_on_must_be_a_terminal(tmp_path: Path) -> None:
    path, ours, theirs = _set_up(tmp_path)
    try:
        done = subprocess.run(
            [PROGRAM, "open", path],
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.PIPE,
            env=os.environ | {"TERM": "xterm-256color"},
            timeout=MOST_SECONDS,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    assert b"standard error" in done.stderr


INTERRUPT_THE_START = """
import os, signal, sys
from meshmodel.app.app import MeshmodelApp
from meshmodel.app.workbench.screen import Workbench
kind, name = {"made": (Workbench, "compose"), "drawn": (Workbench, "on_mount"),
    "shown": (Workbench, "_begin"), "opened": (MeshmodelApp, "on_mount")}[sys.argv.pop(1)]
usual = getattr(kind, name)
def interrupted(self):
    os.kill(os.getpid(), signal.SIGINT)
    return usual(self)
setattr(kind, name, interrupted)
from meshmodel.__main__ import run
sys.exit(run())
"""


@pytest.mark.parametrize("moment", ["opened", "made", "drawn", "shown"])
def test_an_interruption_amid_the_first_events_is_no_fault(tmp_path: Path, moment: str) -> None:
    path, ours, theirs = _set_up(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPT_THE_START, moment, "open", path],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm-256color"},
    ) as process:
        try:
            said = _read_until(ours, "", "in the model file")
            assert process.wait(timeout=MOST_SECONDS) == 2
        finally:
            process.kill()
            os.close(ours)
            os.close(theirs)
    assert "meshmodel: interrupted; every edit that was shown is in the model file" in said
    assert "Traceback" not in said
