"""The terminals of guests: each a pseudo-terminal with a workbench in it, in a process of its own."""

import asyncio
import contextlib
import fcntl
import json
import os
import pty
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from meshmodel.app.limits import LINE_LIMIT
from meshmodel.model.source import Source
from meshmodel.serve import FORKS

COLUMNS: Final = range(20, 301)
ROWS: Final = range(6, 101)
_CHUNK: Final = 64 * 1024
STUCK: Final = 10.0
"""Seconds after which a workbench that does not read what is typed will not do so any more."""
_ENVIRONMENT: Final = {
    "LC_ALL": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
}
"""What the processes of guests are told of their surroundings, beside their folder and where programs are."""


def _of_postgres() -> dict[str, str]:
    """What the driver of PostgreSQL reads: guests have another home folder than who shares the model."""
    home = Path.home()
    files = {"PGPASSFILE": str(home / ".pgpass"), "PGSERVICEFILE": str(home / ".pg_service.conf")}
    return files | {name: value for name, value in os.environ.items() if name.startswith("PG")}


class Parent:
    """The process that runs workbenches by order; it ends once it is closed."""

    def __init__(self, folder: Path, *, asks_server: bool = False) -> None:
        """Arguments: where it finds a home folder; whether the model is in a database."""
        kind = socket.SOCK_SEQPACKET if FORKS else socket.SOCK_STREAM
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, kind)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # this program, by its full path
                [sys.executable, "-P", "-m", "meshmodel.serve.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={
                    "HOME": str(folder),
                    "PATH": os.environ.get("PATH", os.defpath),
                    **_ENVIRONMENT,
                    **(_of_postgres() if asks_server else {}),
                },
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl+C is for the server, which lets go of its guests
            )

    def order(self, text: str, terminal: int, channel: int) -> None:
        """Have a workbench run on a terminal.

        Raises:
            ConnectionError: the process has ended.
        """
        socket.send_fds(self._orders, [text.encode()], [terminal, channel])

    def close(self) -> None:
        """Take no further orders."""
        self._orders.close()
        if FORKS:  # elsewhere it is the workbench itself, and ends with its terminal
            self._process.wait()


def within(text: str, allowed: range) -> int:
    """A number of columns or rows that was asked for, cut to those that are allowed."""
    with contextlib.suppress(ValueError):
        return max(allowed.start, min(allowed.stop - 1, int(text[:9])))
    return allowed.start


@dataclass(frozen=True, slots=True)
class Guest:
    """Whose terminal it is.

    Attributes:
        model: the file.
        name: by which they joined.
        read_only: whether they only watch.
        folder: the one that is theirs.
    """

    model: Source
    name: str
    read_only: bool
    folder: Path


class Terminal:
    """One terminal, with the workbench of a guest in it."""

    def __init__(self, parent: Parent, guest: Guest, columns: int, rows: int) -> None:
        """Arguments: what takes orders for a workbench; whose it is; its size.

        Raises:
            ConnectionError: what takes orders has ended.
        """
        self._loop = asyncio.get_running_loop()
        self._master, slave = pty.openpty()
        os.set_blocking(self._master, False)
        self._channel, theirs = socket.socketpair()
        self._channel.setblocking(False)
        self._writer: asyncio.Future[asyncio.StreamWriter] = self._loop.create_future()
        self.resize(columns, rows)
        order: dict[str, Any] = {
            "model": guest.model.text,
            "name": guest.name,
            "read_only": guest.read_only,
            "folder": str(guest.folder),
        }
        try:
            with theirs:
                parent.order(json.dumps(order), slave, theirs.fileno())
        except OSError:
            os.close(self._master)
            self._channel.close()
            raise
        finally:
            os.close(slave)

    def resize(self, columns: int, rows: int) -> None:
        """Give it another size, which the workbench is told."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    async def write(self, text: str) -> None:
        """Type something; waits while the workbench does not read.

        Raises:
            OSError: it has ended, or does not read for long.
        """
        data = text.encode(errors="replace")
        while data:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                async with asyncio.timeout(STUCK):
                    await self._ready(self._loop.add_writer, self._loop.remove_writer)

    async def output(self) -> AsyncIterator[bytes]:
        """What the workbench writes, until it ends; it waits while nobody takes it."""
        while True:
            try:
                data = os.read(self._master, _CHUNK)
            except BlockingIOError:
                await self._ready(self._loop.add_reader, self._loop.remove_reader)
                continue
            except OSError:  # how Linux says that nobody has the other end any more
                return
            if not data:
                return
            yield data

    async def _ready(self, add: Callable[..., Any], remove: Callable[[int], Any]) -> None:
        future, terminal = self._loop.create_future(), self._master
        add(terminal, lambda: None if future.done() else future.set_result(None))
        try:
            await future
        finally:
            remove(terminal)

    async def lines(self) -> AsyncIterator[Any]:
        """What the workbench tells the server, until its process has ended."""
        reader, writer = await asyncio.open_connection(sock=self._channel, limit=LINE_LIMIT)
        self._writer.set_result(writer)
        with contextlib.closing(writer):
            while line := await reader.readline():
                with contextlib.suppress(ValueError):
                    yield json.loads(line)

    async def send(self, message: object) -> None:
        """Tell the workbench something, once it is heard; waits while it does not hear.

        Raises:
            OSError: it has ended.
        """
        writer = await asyncio.shield(self._writer)  # it is waited for by others
        writer.write(json.dumps(message).encode() + b"\n")
        await writer.drain()

    def hang_up(self) -> None:
        """Let the terminal go: the workbench ends as if its window were closed."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
            with contextlib.suppress(OSError):  # it has ended
                self._channel.shutdown(socket.SHUT_WR)  # one that is stuck is ended by that
