"""The server: who may come in, and what each request is answered.

Every request needs the exact Host, so that no page of another name reaches it by rebinding that name; the
exact Origin where it has one, where it changes something and where it opens a terminal; and but for joining
the cookie that joining sets.
"""

import asyncio
import contextlib
import gc
import hmac
import json
import logging
import secrets
import shutil
import signal
import socket
import ssl
import tempfile
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from meshmodel.app.limits import LINE_LIMIT, PASTE_LIMIT
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.text import counted, person_name, plural
from meshmodel.serve import FORKS, page
from meshmodel.serve.confusables import skeleton
from meshmodel.serve.links import Links
from meshmodel.serve.terminals import COLUMNS, ROWS, STUCK, Guest, Parent, Terminal, within
from meshmodel.store.saved_state import room_path

MESSAGE_LIMIT: Final = 8 * PASTE_LIMIT
"""Bytes of one message: what is pasted, of which JSON writes a byte as up to six, and what is around it."""
WRONG_TOKENS: Final = 10
"""So many wrong tokens in a minute, and no address is tried for whoever sent them."""
_MINUTE: Final = 60.0
_HEARTBEAT: Final = 5.0
"""Seconds between two looks whether a browser is still there."""
_PAUSE: Final = 0.5
"""Seconds between two times that a workbench is told of the others: it paints for 15 milliseconds then, and
fifteen people who hold an arrow key would have fifteen workbenches do that all the time.
"""
_RELOAD: Final = 5.0
"""Seconds in which a page that was lost comes back without that being said to anybody."""
_AWAY: Final = 600.0
"""Seconds for which a workbench waits for its page: as long as a break."""
_FAREWELL: Final = 2.0
"""Seconds in which a browser has to answer that a connection ends."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens, and how browsers call it.

    Attributes:
        host, port: what it binds.
        origin: scheme, name and port, as browsers send it.
        tls: the certificate, where it has one.
    """

    host: str
    port: int
    origin: str
    tls: ssl.SSLContext | None = None

    @property
    def name(self) -> str:
        """What browsers send as Host."""
        return self.origin.partition("://")[2]

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by https."""
        return self.origin.startswith("https:")


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who joined.

    Attributes:
        guest: by what name, whether only to watch, and the folder of their program.
        socket: their browser, where one shows the terminal.
        number: theirs alone.
        terminal: where their workbench runs; it outlives a browser that is lost.
        running: runs that workbench, and is done once its process has ended.
        page: of which load of the page the browser is.
        received: how many texts that page typed have come.
        is_drawn: whether their workbench wrote something since it was asked to draw all.
        is_here: whether it was said that they joined, and not yet that they left.
        came: whether a workbench of theirs ever ran.
        since: when they joined or left last, in seconds of the clock that only goes forward.
        here: what their workbench shows of them to the others; ``None``: nothing.
        news: set where what the others show has changed since the workbench that runs was told.
        files: what was made for them and not fetched yet: by id the name.
    """

    guest: Guest
    number: int
    socket: web.WebSocketResponse | None = None
    terminal: Terminal | None = None
    running: asyncio.Task[None] | None = None
    page: str = ""
    received: int = 0
    is_drawn: bool = False
    is_here: bool = False
    came: bool = False
    since: float = field(default_factory=time.monotonic)
    here: dict[str, Any] | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    files: dict[str, str] = field(default_factory=dict)


class Server:
    """One model, and the people who joined."""

    def __init__(
        self,
        model: Source,
        address: Address,
        folder: Path,
        say: Callable[[str], None],
        *,
        most: int,
        title: str,
        host: str,
        links: Links,
    ) -> None:
        """Arguments: the model; where it is; a private folder for the programs of those who join; what says
        who joins and leaves; how many may be there; what people call the model; who shares it; what lets
        people in.
        """
        self._title, self._host = title, host
        self.address = address
        self._links, self.tokens = links, links.tokens
        self._model, self._most, self._folder = model, most, folder
        self._door = room_path(model, "sock")
        self._say = say
        self._is_over = False
        self._static = page.static_folder()
        self._headers = page.headers(address.origin)
        self._cookie = f"meshmodel-{address.port}"
        self._people: dict[str, Person] = {}
        self._windows: list[Person] = []
        self._joined = 0
        self._wrong: deque[tuple[float, str]] = deque(maxlen=1000)
        self._parent: Parent | None = None
        self._is_asked = False
        for key, (name, role) in links.people.items():
            self._enter(key, name, role).came = True
        self._save_links()

    def application(self) -> web.Application:
        """What aiohttp serves."""
        guard = web.middleware(partial(self.guard))  # not as a decorator, whose types are those of an extra
        application = web.Application(middlewares=[guard], client_max_size=4096)
        application.add_routes(
            [
                web.get("/join/{token}", self.ask_name),
                web.post("/join/{token}", self.join),
                web.get("/", self.index),
                web.get("/static/{name}", self.static),
                web.get("/ws", self.terminal),
                web.get("/download/{id}", self.download, allow_head=False),  # which would use it up
            ]
        )
        application.on_startup.append(self._end_once)
        application.on_startup.append(self._prepare)
        application.on_shutdown.append(self._close)
        return application

    def say_links(self) -> None:
        """Say for each role the address by which people join."""
        for role, token in self.tokens.items():
            self._say(f"{role}: {self.address.origin}/join/{token}")

    # The guard

    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer no request that is not meant for this server, and say in each answer what pages may do."""
        try:
            self._check(request)
            response = await handler(request)
        except web.HTTPException as refused:
            refused.headers.update(self._headers)
            raise
        except web.RequestPayloadError:  # a form that ends early, or is compressed and cannot be read
            raise web.HTTPBadRequest(text="this request cannot be read\n", headers=self._headers) from None
        if not response.prepared:
            response.headers.update(self._headers)
        return response

    def _check(self, request: web.Request) -> None:
        hosts = request.headers.getall("Host", [])
        if hosts == [f"localhost:{self.address.port}"] and self.address.host == "127.0.0.1":
            self._send_to_address(request)
        if hosts != [self.address.name]:
            raise web.HTTPForbidden(text="another host\n")
        origins = request.headers.getall("Origin", [])
        if (origins or request.method != "GET" or request.path == "/ws") and origins != [self.address.origin]:
            raise web.HTTPForbidden(text="another origin\n")
        if not request.path.startswith("/join/") and self._person(request) is None:
            raise web.HTTPForbidden(text="ask the host for the address\n")

    def _send_to_address(self, request: web.Request) -> None:
        """Lead who typed ``localhost`` to the address as it was printed."""
        if request.method == "GET" and request.path != "/ws" and "Origin" not in request.headers:
            raise web.HTTPSeeOther(URL(f"{self.address.origin}{request.rel_url.raw_path_qs}", encoded=True))

    def _person(self, request: web.Request) -> Person | None:
        return self._people.get(request.cookies.get(self._cookie, ""))

    def _role(self, request: web.Request) -> str:
        """The role that the token of an address gives: a right one, whoever else sends wrong ones."""
        token = request.match_info["token"].encode(errors="replace")
        for role, known in self.tokens.items():
            if hmac.compare_digest(known.encode(), token):
                return role
        now, sender = time.monotonic(), request.remote or ""
        wrong = sum(at > now - _MINUTE and who == sender for at, who in self._wrong)
        if wrong >= WRONG_TOKENS:
            raise web.HTTPTooManyRequests(text="too many wrong addresses: wait a minute\n")
        self._wrong.append((now, sender))
        raise web.HTTPForbidden(text="this address is no longer right: ask the host for the one of today\n")

    # Joining

    async def ask_name(self, request: web.Request) -> web.Response:
        """The form for the name."""
        return self._form(self._role(request))

    def _form(self, role: str, problem: str = "", status: int = 200) -> web.Response:
        text = page.join_page(self._title, self._host, role, problem)
        return web.Response(text=text, content_type="text/html", status=status)

    async def join(self, request: web.Request) -> web.Response:
        """Let somebody in by a name; the cookie is set here, for a link on another site would lose it.

        Who is in by that name already, and opens the address again, takes over as by any second tab.
        """
        role = self._role(request)
        try:
            name = person_name(_field(await request.read(), "name").strip())
        except MeshmodelError as refused:
            return self._form(role, str(refused), 400)
        known = self._person(request)
        if known is not None and (known.guest.name, known.guest.read_only) == (name, role == "watch"):
            return web.Response(status=303, headers={"Location": "/"})
        if (like := self._like(name, known)) is not None:
            looks = "is here already" if like == name else f"looks like “{like}”, who joined before you"
            refusal = f"“{name}” {looks}. Choose a name that tells you apart."
            return self._form(role, refusal, 409)
        self._make_room()
        key = secrets.token_urlsafe(24)
        self._enter(key, name, role)
        self._save_links()
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.set_cookie(
            self._cookie, key, path="/", httponly=True, samesite="Strict", secure=self.address.is_secure
        )
        return answer

    def _enter(self, key: str, name: str, role: str) -> Person:
        """Have a place for somebody, with a folder."""
        self._joined += 1
        folder = self._folder / str(self._joined)
        folder.mkdir(mode=0o700)
        person = self._people[key] = Person(Guest(self._model, name, role == "watch", folder), self._joined)
        return person

    def _save_links(self) -> None:
        people = {
            key: (each.guest.name, "watch" if each.guest.read_only else "edit")
            for key, each in self._people.items()
        }
        try:
            self._links.save(people)
        except MeshmodelError as error:  # those who are in stay in
            self._announce(f"--keep-links: {error}")

    def _like(self, name: str, known: Person | None) -> str | None:
        """The name of somebody else that looks like this one, of those who are here or may come back.

        Who is away with just this name comes by another browser now: that place is forgotten, so that there
        are never two.
        """
        for key, each in list(self._people.items()):
            if each is known or skeleton(each.guest.name) != skeleton(name):
                continue
            if each.socket is not None or (each.came and each.guest.name != name):
                return each.guest.name
            self._forget(key)
        return None

    def _forget(self, key: str) -> None:
        forgotten = self._people.pop(key)
        self._let_go(forgotten)
        if forgotten.running is None or forgotten.running.done():  # else it stays until the server ends
            shutil.rmtree(forgotten.guest.folder, ignore_errors=True)

    def _make_room(self) -> None:
        """Forget one of those who are away, where as many joined as may be there: who never came, else who
        left first.
        """
        if len(self._people) < self._most:
            return
        away = [key for key, each in self._people.items() if each.socket is None]
        if not away:
            raise web.HTTPServiceUnavailable(text="the room is full\n")
        self._forget(min(away, key=lambda key: (self._people[key].came, self._people[key].since)))

    # What who joined may ask for

    async def index(self, _: web.Request) -> web.Response:
        """The page with the terminal."""
        return web.Response(text=page.terminal_page(self.address.origin), content_type="text/html")

    async def static(self, request: web.Request) -> web.StreamResponse:
        """A file that the page needs."""
        name = request.match_info["name"]
        if name == page.OUR_SCRIPT:
            return web.Response(text=page.script(), content_type="text/javascript")
        if name not in page.FILES:
            raise web.HTTPNotFound
        return web.FileResponse(self._static / page.FILES[name])

    async def download(self, request: web.Request) -> web.Response:
        """A file that was made for them, once."""
        person, key = self._person(request), request.match_info["id"]
        name = None if person is None else person.files.pop(key, None)
        if person is None or name is None:
            raise web.HTTPNotFound
        file = person.guest.folder / key
        content = await asyncio.to_thread(file.read_bytes)
        file.unlink()
        disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        return web.Response(
            body=content,
            content_type="application/octet-stream",
            headers={"Content-Disposition": disposition},
        )

    async def terminal(self, request: web.Request) -> web.WebSocketResponse:
        """What is typed in a browser and written by a workbench, for as long as the browser is there.

        The workbench goes on for a while without one: the page comes back by itself from a connection that
        was lost, and a reload or another tab shows the same.
        """
        person = self._person(request)
        assert person is not None
        browser = web.WebSocketResponse(timeout=_FAREWELL, heartbeat=_HEARTBEAT, max_msg_size=MESSAGE_LIMIT)
        await browser.prepare(request)
        before, person.socket = person.socket, browser
        over = before and before.close(code=WSCloseCode.GOING_AWAY, message=page.TAKEN_OVER.encode())
        ending = over and asyncio.create_task(over)  # nobody waits for one that is lost
        is_left = False
        try:
            if person.terminal is None and person.running is not None:
                await asyncio.wait([person.running])  # what it remembers of the place is written then
            if person.socket is browser and not self._is_over:
                is_left = await self._show(person, browser, request.query)
        finally:
            self._lose(person, browser, is_left=is_left)
            if ending:
                await asyncio.wait([ending])
        return browser

    async def _show(self, person: Person, browser: web.WebSocketResponse, query: Mapping[str, str]) -> bool:
        """Show a browser the workbench that runs, or a new one, and pass on what is typed.

        Who closes the connection in order, or sends what no page sends, has left, as is returned. A page that
        is reloaded or closed says the same as another, and a connection that is lost says nothing: it may
        come back.
        """
        columns, rows = within(query.get("width", ""), COLUMNS), within(query.get("height", ""), ROWS)
        terminal, loaded = person.terminal, query.get("page", "")
        if is_new := terminal is None:
            terminal = person.terminal = self._started(person, columns, rows)
            person.running = asyncio.create_task(self._run(person, terminal))
        else:
            terminal.resize(columns, rows)
        if is_new or person.page != loaded:
            person.page, person.received = loaded, 0
        self._come(person)
        is_left = True
        # A message that nests lists without end is no other mistake than one that is no JSON.
        with contextlib.suppress(OSError, ValueError, TypeError, RecursionError):
            await browser.send_json(["attached", person.received, is_new])
            if not is_new:
                person.is_drawn = False
                asyncio.get_running_loop().call_later(STUCK, self._give_up, person, terminal)
                await terminal.send({"redraw": True})
            async for message in browser:
                if message.type is not WSMsgType.TEXT or person.socket is not browser:
                    break
                await _heed(json.loads(message.data), person, terminal, browser)
            else:
                is_left = browser.close_code == WSCloseCode.OK
        with contextlib.suppress(OSError):
            await browser.close()
        return is_left

    def _lose(self, person: Person, browser: web.WebSocketResponse, *, is_left: bool) -> None:
        """Note that a browser is gone, unless the person has another one by now; let go of who left."""
        if person.socket is not browser:
            return
        person.socket, person.since = None, time.monotonic()
        if is_left:
            self._let_go(person)
            return
        loop = asyncio.get_running_loop()
        loop.call_later(_RELOAD, self._leave, person, person.since)
        loop.call_later(_AWAY, self._let_go, person, person.since)

    def _let_go(self, person: Person, since: float | None = None) -> None:
        """End a workbench, unless its person came back since they left."""
        if since in {None, person.since} and person.socket is None:
            self._leave(person)
            self._end(person)

    def _give_up(self, person: Person, terminal: Terminal) -> None:
        """End a workbench that draws nothing when it is asked to; the page then asks for another one."""
        if person.terminal is terminal and not person.is_drawn:
            self._end(person)

    def _end(self, person: Person) -> None:
        if person.running is not None and person.terminal is not None:
            person.terminal = None
            person.running.cancel()

    def _come(self, person: Person) -> None:
        """Say that somebody joined, or is back; not where they only took another tab."""
        person.since = time.monotonic()
        if not person.is_here:
            person.is_here = person.came = True
            self._spread()
            role = "watch" if person.guest.read_only else "edit"
            self._announce(f"{person.guest.name} joined to {role}; {self._count()}")

    def _leave(self, person: Person, since: float | None = None) -> None:
        """Say that somebody left, unless they came back since."""
        if person.is_here and since in {None, person.since} and person.socket is None:
            person.is_here = False
            self._spread()
            if not self._is_over:
                self._announce(f"{person.guest.name} left; {self._count()}")

    def _announce(self, text: str) -> None:
        self._is_asked = False
        with contextlib.suppress(OSError):  # nobody hears it any more, and the room goes on
            self._say(text)

    def _count(self) -> str:
        here = sum(each.is_here for each in self._people.values())
        return f"{here} {plural(here, 'is', 'are')} here"

    def _spread(self) -> None:
        """Have every workbench that shows something told what the others show."""
        for each in (*self._people.values(), *self._windows):
            if each.here is not None:
                each.news.set()

    async def _inform(self, send: Callable[[object], Awaitable[None]], person: Person) -> None:
        """Tell a workbench what the others show, whenever that has changed."""
        while True:
            await person.news.wait()
            person.news.clear()
            others = [
                {
                    "number": each.number,
                    "name": each.guest.name,
                    "here": each.here,
                    "is_away": not each.is_here,
                }
                for each in (*self._people.values(), *self._windows)
                if each is not person and each.here is not None
            ]
            await send({"people": others, "number": person.number})
            await asyncio.sleep(_PAUSE)

    def _started(self, person: Person, columns: int, rows: int) -> Terminal:
        """A terminal of a size, with a workbench in it."""
        try:
            return Terminal(self._running_parent(), person.guest, columns, rows)
        except ConnectionError:  # the process that forks was killed
            assert self._parent is not None
            self._parent.close()
            self._parent = None
            return Terminal(self._running_parent(), person.guest, columns, rows)

    async def _run(self, person: Person, terminal: Terminal) -> None:
        """Pass on what a workbench writes and says, until its process has ended; cancelled, it is ended."""
        person.news = asyncio.Event()
        telling = asyncio.create_task(self._inform(terminal.send, person))
        hearing = asyncio.create_task(self._hear(terminal, person))
        code = WSCloseCode.SERVICE_RESTART
        try:
            async for data in terminal.output():
                person.is_drawn = True
                if person.socket is not None:
                    with contextlib.suppress(OSError):  # it is gone; the next one has all drawn again
                        await person.socket.send_bytes(data)
            code = WSCloseCode.OK
        finally:
            person.terminal, person.here = None, None
            telling.cancel()
            terminal.hang_up()
            self._spread()
            if person.socket is not None:
                await person.socket.close(code=code)
            ends = await asyncio.gather(telling, hearing, return_exceptions=True)
            for end in ends:
                if isinstance(end, Exception) and not isinstance(end, OSError):  # either end may be gone
                    raise end

    async def _prepare(self, _: web.Application) -> None:
        """Have the program imported before the first person comes, and let windows of the host in."""
        if FORKS:
            self._running_parent()
        self._door.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # who gets there is the host
        with contextlib.suppress(OSError):  # the path is too long for a socket: they see the edits alone
            await asyncio.start_unix_server(self._be_window, self._door, limit=LINE_LIMIT)

    async def _be_window(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Have another window of the host in the room, until it is closed."""

        async def send(message: object) -> None:
            writer.write(json.dumps(message).encode() + b"\n")
            await writer.drain()

        self._joined += 1
        guest = Guest(self._model, self._host, read_only=False, folder=self._folder)
        self._windows.append(person := Person(guest, self._joined, is_here=True))
        telling = asyncio.create_task(self._inform(send, person))
        try:
            # Python 3.11 prints an error for each connection that is cancelled as the server ends.
            with contextlib.suppress(OSError, ValueError, asyncio.CancelledError):
                async for line in reader:
                    match json.loads(line):
                        case {"name": str(name)} if name:
                            person.guest = replace(guest, name=name)
                        case {"here": dict(here)}:
                            person.here = here
                            self._spread()
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            self._windows.remove(person)
            self._spread()
            writer.close()

    def _running_parent(self) -> Parent:
        """What takes orders for workbenches."""
        if self._parent is None or not FORKS:
            self._parent = Parent(self._folder, asks_server=bool(self._model.address))
        return self._parent

    async def _hear(self, terminal: Terminal, person: Person) -> None:
        """Tell the browser of each file that its workbench has made for it, and the others what it shows."""
        async for said in terminal.lines():
            match said:
                case {"file": str(key), "name": str(name)} if key.isalnum():
                    person.files[key] = name
                    if person.socket is not None:
                        with contextlib.suppress(OSError):
                            await person.socket.send_json(["deliver_file_start", key])
                case {"browser": [str(kind), str(text)]} if person.socket is not None:
                    with contextlib.suppress(OSError):
                        await person.socket.send_json([kind, text])
                case {"here": dict(here)} if person.terminal is terminal:
                    person.here = here
                    self._spread()

    async def _end_once(self, _: web.Application) -> None:
        """Let Ctrl+C or SIGTERM end the room in order, and no later one break that off.

        While people are in, a first Ctrl+C asks; a second one answers, if nothing else was said since.
        """
        loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)

        def end() -> None:
            for each in signals:
                loop.remove_signal_handler(each)
                signal.signal(each, signal.SIG_IGN)
            raise web.GracefulExit

        def ask() -> None:
            names = ", ".join(each.guest.name for each in self._people.values() if each.is_here)
            if self._is_asked or not names:
                end()
            self._announce(f"{self._count()}: {names}. Press Ctrl+C again to end the room.")
            self._is_asked = True

        loop.add_signal_handler(signal.SIGINT, ask)
        loop.add_signal_handler(signal.SIGTERM, end)

    async def _close(self, _: web.Application) -> None:
        self._is_over = True
        self._door.unlink(missing_ok=True)
        if self._parent is not None:
            self._parent.close()
        open_ = [each.socket for each in self._people.values() if each.socket is not None]
        ending = [each.close(code=WSCloseCode.GOING_AWAY, message=page.OVER.encode()) for each in open_]
        await asyncio.gather(*ending, return_exceptions=True)
        for person in self._people.values():
            self._end(person)
        running = [each.running for each in self._people.values() if each.running is not None]
        await asyncio.gather(*running, return_exceptions=True)
        self._announce(f"the room has ended; told {counted(len(open_), 'person', 'people')}")


def _field(form: bytes, name: str) -> str:
    """What a form says in a field; empty where it has none, or is no form."""
    try:
        return parse_qs(form.decode(), errors="strict", max_num_fields=10).get(name, [""])[0]
    except ValueError:
        return ""


def _is_own_fault(record: logging.LogRecord) -> bool:
    """Whether a record of the server's log is no mistake of whoever sent a request.

    What is no HTTP is answered 400, and nobody is there to answer who has gone: neither is news to the host.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError | ConnectionError)


async def _heed(message: Any, person: Person, terminal: Terminal, browser: web.WebSocketResponse) -> None:
    """What the script of the browser says.

    Raises:
        ValueError: it never says so.
    """
    match message:
        case ["stdin", str(text)]:
            person.received += 1
            await terminal.write(text)
        case ["resize", {"width": int(columns), "height": int(rows)}]:
            terminal.resize(within(str(columns), COLUMNS), within(str(rows), ROWS))
        case ["ping", str(number)]:
            await browser.send_json(["pong", number, person.received])
        case ["focus"] | ["blur"]:
            pass
        case _:
            raise ValueError


def serve(
    model: Source,
    listening: socket.socket,
    address: Address,
    say: Callable[[str], None],
    *,
    most: int,
    title: str,
    host: str,
    links: Links,
) -> None:
    """Serve a model until Ctrl+C.

    Args:
        model: where it is, absolute.
        listening: the socket.
        address: where that is.
        say: told the two addresses, and who joins and leaves.
        most: how many people may be there.
        title: what people call the model.
        host: who shares it.
        links: what lets people in.
    """
    logging.getLogger("aiohttp.server").addFilter(_is_own_fault)
    gc.freeze()  # what was imported stays
    gc.enable()  # the command line disables it, and aiohttp's connections that ended refer to each other
    with tempfile.TemporaryDirectory(prefix="meshmodel-", ignore_cleanup_errors=True) as folder:
        own = Path(folder).resolve()
        server = Server(model, address, own, say, most=most, title=title, host=host, links=links)
        web.run_app(
            server.application(),
            sock=listening,
            ssl_context=address.tls,
            print=lambda _: server.say_links(),  # called once it listens
            access_log=None,
            handle_signals=False,  # another one while it ends would end it with status 1
            shutdown_timeout=2,
        )
