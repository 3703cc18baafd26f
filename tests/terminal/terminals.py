"""A real terminal to run the program in: tmux, or where that is absent a pty with a terminal emulator.

Both are driven alike: bytes are typed, the screen is read as text, and waiting means looking again
until something is there.
"""

import contextlib
import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

PATIENCE = 30.0
"""Seconds until waiting is given up; far more than it ever takes."""
LOOK = 0.05
"""Seconds between two looks at the screen."""

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
}
"""What a terminal sends for keys that are no characters."""


class Terminal(Protocol):
    """A terminal with the program in it."""

    def send(self, text: str) -> None:
        """Type bytes."""

    def lines(self) -> list[str]:
        """The rows of the screen."""

    def is_running(self) -> bool:
        """Whether the program still runs."""

    def close(self) -> None:
        """End it."""


class Tmux:
    """A session of a tmux server of its own."""

    def __init__(
        self, command: Sequence[str], size: tuple[int, int], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._socket = folder / "tmux"
        given = [item for name, value in environment.items() for item in ("-e", f"{name}={value}")]
        self._run("-f", os.devnull, "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), *given,
                  "-c", str(folder), *command)  # fmt: skip

    def _run(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-S", str(self._socket), *arguments],
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(f"tmux {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def send(self, text: str) -> None:
        self._run("send-keys", "-H", *(f"{byte:x}" for byte in text.encode()))

    def lines(self) -> list[str]:
        return self._run("capture-pane", "-p", check=False).splitlines()

    def is_running(self) -> bool:
        return bool(self._run("list-panes", check=False).strip())

    def close(self) -> None:
        self._run("kill-server", check=False)


class Pseudo:
    """A pseudo terminal whose output an emulator turns into a screen."""

    def __init__(
        self, command: Sequence[str], size: tuple[int, int], folder: Path, environment: Mapping[str, str]
    ) -> None:
        import pyte

        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._child, self._file = pty.fork()
        if self._child == 0:
            os.chdir(folder)
            os.execvpe(command[0], list(command), {**os.environ, **environment, "TERM": "xterm-256color"})
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self._ended = False

    def _read(self) -> None:
        while not self._ended and select.select([self._file], [], [], 0)[0]:
            try:
                data = os.read(self._file, 65_536)
            except OSError:
                data = b""
            if not data:
                self._ended = True
            # A synchronized-output query is answered by real terminals; the emulator needs none of it.
            self._stream.feed(data)

    def send(self, text: str) -> None:
        self._read()
        os.write(self._file, text.encode())

    def lines(self) -> list[str]:
        self._read()
        return [line.rstrip() for line in self._screen.display]

    def is_running(self) -> bool:
        self._read()
        return not self._ended

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._file)


KINDS: Mapping[str, type[Tmux] | type[Pseudo]] = {"tmux": Tmux, "pty": Pseudo}


def available() -> list[str]:
    """The terminals that this machine has; there is always one."""
    return ["tmux", "pty"] if shutil.which("tmux") else ["pty"]


class Typist:
    """Types, points, counts its keys, and looks at the screen."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.keys = 0

    def press(self, *keys: str) -> None:
        """Press keys: characters, or names of :data:`KEYS`."""
        for key in keys:
            self.terminal.send(KEYS.get(key, key))
            self.keys += 1

    def type(self, text: str) -> None:
        """Type a text; every character is a key."""
        self.terminal.send(text)
        self.keys += len(text)

    def mouse(self, button: int, x: int, y: int, *, up: bool = False) -> None:
        """Send one mouse event, as terminals encode it (SGR 1006), at a cell counted from 0."""
        self.terminal.send(f"\x1b[<{button};{x + 1};{y + 1}{'m' if up else 'M'}")

    def click(self, x: int, y: int) -> None:
        """Press and release there."""
        self.mouse(0, x, y)
        self.mouse(0, x, y, up=True)

    def still(self, text: str, after: str = "") -> tuple[int, int]:
        """Where a text is once it stands still, on or below the row of another text."""
        looks: list[list[tuple[int, int]]] = []

        def stands() -> bool:
            time.sleep(LOOK)
            looks.append(self._found(text, after))
            return bool(looks[-1]) and looks[-4:] == [looks[-1]] * 4

        self.wait(stands, text)
        return looks[-1][0]

    def _found(self, text: str, after: str) -> list[tuple[int, int]]:
        """The first cell where a text begins on one look at the screen, on or below the row of another."""
        rows = self.terminal.lines()
        first = next((y for y, row in enumerate(rows) if after in row), len(rows))
        return [(row.index(text), y) for y, row in enumerate(rows) if y >= first and text in row][:1]

    def click_on(self, text: str, after: str = "") -> None:
        """Click on a text once it stands still, on or below the row of another text."""
        self.click(*self.still(text, after))

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press at one cell, move to another over one between, release."""
        self.mouse(0, *start)
        self.mouse(32, (start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
        self.mouse(32, *end)
        self.mouse(0, *end, up=True)

    def screen(self) -> str:
        """What is on the screen."""
        return "\n".join(self.terminal.lines())

    def where(self, text: str, after: int = 0) -> tuple[int, int]:
        """The cell where a text begins on the screen, from a row on."""
        for y, row in enumerate(self.terminal.lines()):
            if y >= after and text in row:
                return row.index(text), y
        raise AssertionError(f"{text!r} is not on the screen:\n{self.screen()}")

    def wait(self, wanted: str | Callable[[], bool], what: str = "") -> None:
        """Look again until a text is on the screen, or something holds."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if wanted in self.screen() if isinstance(wanted, str) else wanted():
                return
            time.sleep(LOOK)
        raise AssertionError(f"waited in vain for {what or wanted!r}:\n{self.screen()}")


@contextlib.contextmanager
def running(kind: str, arguments: Sequence[str], folder: Path, size: tuple[int, int]) -> Iterator[Typist]:
    """The program in a terminal.

    Args:
        kind: ``tmux`` or ``pty``.
        arguments: those of the command line.
        folder: where it runs, and where its files of state go.
        size: columns and rows.
    """
    environment = {
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_STATE_HOME": str(folder / "state"),
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
    }
    unset = ["env", "-u", "COLUMNS", "-u", "LINES"]  # these would hide the size of the terminal
    program = [*unset, sys.executable, "-c", "from meshmodel.cli import main; raise SystemExit(main())"]
    terminal = KINDS[kind]([*program, *arguments], size, folder, environment)
    try:
        yield Typist(terminal)
    finally:
        terminal.close()
