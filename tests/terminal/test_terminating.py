"""The workbench is terminated: it gives the terminal back, and no edit is lost."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
from pathlib import Path

from meshmodel.store.database import Store
from tests.commands.running import PROGRAM

LEAVE_SCREEN = "\x1b[?1049l"
COOKED = slice(0, 4)
"""How a terminal takes input, gives output and echoes; the rest are speeds and special characters."""


def test_a_termination_gives_the_terminal_back(tmp_path: Path) -> None:
    path = tmp_path / "mesh.mesh"
    Store.create(path).close()
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    before = termios.tcgetattr(theirs)[COOKED]
    process = subprocess.Popen(
        [PROGRAM, "open", path],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm-256color"},
    )
    signal.alarm(60)  # rather than wait for ever for words that never come
    said = ""
    while "Nothing" not in said:
        said += os.read(ours, 65_536).decode(errors="replace")
    assert termios.tcgetattr(theirs)[COOKED] != before
    process.send_signal(signal.SIGTERM)
    while "in the model file" not in said:
        said += os.read(ours, 65_536).decode(errors="replace")
    signal.alarm(0)
    assert process.wait(timeout=30) == 2
    _, left, after = said.rpartition(LEAVE_SCREEN)
    assert left
    assert "meshmodel: terminated; every edit that was shown is in the model file" in after
    assert "Traceback" not in said
    assert termios.tcgetattr(theirs)[COOKED] == before
    os.close(ours)
    os.close(theirs)
