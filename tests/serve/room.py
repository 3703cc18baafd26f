"""A server that runs, and people in it, as the tests see them."""

import asyncio
import contextlib
import http.client
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import IO

import aiohttp
import pyte

from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.commands.running import MODELS, PROGRAM

MOST_SECONDS = 120
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


@dataclass
class Room:
    """One server: its process, its model, and its two addresses."""

    process: subprocess.Popen[str]
    model: Path
    port: int
    printed: IO[str]
    links: dict[str, str] = field(default_factory=dict)
    ends: int = 0
    """The status with which it is to end."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def errors(self) -> str:
        """What the server printed on standard error so far."""
        return os.pread(self.printed.fileno(), 1_000_000, 0).decode()

    def token(self, role: str) -> str:
        return self.links[role].rpartition("/")[2]

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        """One request, with the headers that are named and no other; a header that is empty is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=MOST_SECONDS)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        given = {"Host": f"127.0.0.1:{self.port}"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        if body is not None:
            given |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        for name, text in given.items():
            if text:
                connection.putheader(name, text)
        connection.endheaders(None if body is None else body.encode())
        with contextlib.closing(connection), connection.getresponse() as answer:
            return Answer(answer.status, answer.headers, b"" if answer.status == 101 else answer.read())

    def send(self, request: bytes, *, is_gone: bool = False) -> bytes:
        """What is answered to anything that is sent, until the server closes the connection, or to somebody
        who is gone right after it.
        """
        with socket.create_connection(("127.0.0.1", self.port), MOST_SECONDS) as connection:
            connection.sendall(request)
            if is_gone:
                connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):  # it closed before it had read all
                return b"".join(iter(lambda: connection.recv(65_536), b""))
        return b""

    def join(self, name: str, role: str = "edit") -> str:
        """Join, and get the cookie."""
        answer = self.ask(f"/join/{self.token(role)}", "POST", f"name={name}", Origin=self.origin)
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        return answer.headers["Set-Cookie"]

    def children(self) -> list[int]:
        """The processes that the server started, and those that these started."""
        found, looked = [self.process.pid], 0
        while looked < len(found):
            for task in Path(f"/proc/{found[looked]}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found.extend(map(int, task.read_text().split()))
            looked += 1
        return found[1:]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextlib.contextmanager
def serving(
    folder: Path, model: str = "support-agent", *options: str, port: int | None = None
) -> Iterator[Room]:
    """A server with a model of its own, until the end of the block; it prints no error until then."""
    path, port = folder / "mesh.mesh", port or free_port()
    if not path.exists():
        Store.create(path, load(MODELS / f"{model}.toml")).close()
    errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # closed below
    command = [PROGRAM, "serve", path, "--port", str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8")
    assert process.stdout is not None
    room = Room(process, path, port, errors)
    try:
        for _ in range(2):
            role, _, link = process.stdout.readline().strip().partition(": ")
            room.links[role] = link
        yield room
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(MOST_SECONDS)
        process.stdout.close()
        with errors:
            if (ended := (process.returncode, room.errors())) != (room.ends, ""):
                raise AssertionError(f"the server ended with {ended[0]} and printed:\n{ended[1]}")


class Browser:
    """One browser with a terminal: what is on its screen, and what it was told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, columns: int, rows: int) -> None:
        self.socket = socket
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._deflated = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        self.told: list[list[object]] = []
        self.attached: list[list[object]] = []
        """Of each workbench that it shows how many texts that has of the page, and whether it is new."""
        self.received = 0
        """Bytes of what it was sent for the terminal, as the connection carries it: deflated."""
        self.is_closed = False
        self._came = asyncio.Event()
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self.socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                self.received += len(self._deflated.compress(message.data))
                self.received += len(self._deflated.flush(zlib.Z_SYNC_FLUSH))
                self._stream.feed(understood(message.data))
            elif message.type is aiohttp.WSMsgType.TEXT:
                said = message.json()
                (self.attached if said[0] == "attached" else self.told).append(said)
            self._came.set()
        self.is_closed = True
        self._came.set()

    @property
    def text(self) -> str:
        cells = self.screen.buffer  # ``display`` measures each of them anew
        columns, rows = range(self.screen.columns), range(self.screen.lines)
        return "\n".join("".join(cells[row][column].data for column in columns) for row in rows)

    async def until(self, holds: object) -> None:
        """Wait until something holds of it."""
        async with asyncio.timeout(MOST_SECONDS):
            while not holds():  # type: ignore[operator]  # a function
                self._came.clear()
                if self.is_closed:
                    raise AssertionError(f"it was closed:\n{self.text}")
                await self._came.wait()

    async def shows(self, text: str) -> None:
        try:
            await self.until(lambda: text in self.text)
        except TimeoutError:
            raise AssertionError(f"{text!r} is not on the screen:\n{self.text}") from None

    async def type(self, text: str) -> None:
        await self.socket.send_json(["stdin", text])

    async def draw(self, agent: str) -> None:
        """Draw an agent by the quick line."""
        for text in (f":{agent} holds {agent}-key", "\r", "\x1b"):
            await self.type(text)
        await self.shows(agent)

    async def closed(self) -> None:
        async with asyncio.timeout(MOST_SECONDS):
            await self._task


def lose(browser: Browser) -> None:
    """End its connection as a network does."""
    browser.socket._response.connection.transport.abort()  # type: ignore[union-attr]


def understood(data: bytes) -> bytes:
    """Without the sequences that the emulator of the tests would show as text."""
    return re.sub(rb"\x1b\[[<=>][0-9;]*[a-z]", b"", data)


@contextlib.asynccontextmanager
async def browsing(
    room: Room, cookie: str, columns: int = 120, rows: int = 40, page: str = ""
) -> AsyncIterator[Browser]:
    """The browser of somebody who joined, at the terminal."""
    headers = {"Origin": room.origin, "Cookie": cookie.partition(";")[0]}
    address = f"ws://127.0.0.1:{room.port}/ws?width={columns}&height={rows}&page={page}"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(address, headers=headers, compress=zlib.MAX_WBITS) as socket,
    ):
        assert socket.compress, "as browsers ask for it"
        browser = Browser(socket, columns, rows)
        yield browser
        await socket.close()
        await browser.closed()


def ended(processes: list[int], seconds: float) -> bool:
    """Whether processes end within so many seconds."""
    until = time.monotonic() + seconds
    for each in processes:
        with contextlib.suppress(ProcessLookupError):
            process = os.pidfd_open(each)
            try:
                if not select.select([process], [], [], max(until - time.monotonic(), 0))[0]:
                    return False
            finally:
                os.close(process)
    return True


def kill(room: Room) -> None:
    room.process.kill()
    room.ends = -signal.SIGKILL


assert sys.platform != "win32"
