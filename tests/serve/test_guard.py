"""Who may come in: real requests to a server that runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rows import all_rows
from tests.serve.room import UPGRADE, Room, serving


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with serving(tmp_path_factory.mktemp("room")) as found:
        yield found


@pytest.fixture(scope="module")
def cookie(room: Room) -> str:
    return room.join("Ada")


def upgraded(**headers: str) -> dict[str, str]:
    return {name.replace("-", "_"): text for name, text in UPGRADE.items()} | headers


def test_it_prints_two_addresses_that_are_hard_to_guess(room: Room) -> None:
    assert set(room.links) == {"edit", "watch"}
    assert room.token("edit") != room.token("watch")
    for role, link in room.links.items():
        assert link == f"{room.origin}/join/{room.token(role)}"
        assert len(room.token(role)) >= 32


def test_it_can_be_ended_as_soon_as_its_addresses_are_there(tmp_path) -> None:
    for name in "abc":
        folder = tmp_path / name
        folder.mkdir()
        with serving(folder):  # which asserts that it ends in order
            pass


def test_joining_is_a_form_that_sets_the_cookie(room: Room) -> None:
    path = f"/join/{room.token('edit')}"
    answer = room.ask(path)
    assert answer.status == 200
    said = answer.body.decode()
    assert '<form method="post"><h1>Support agent</h1>' in said
    assert "shares this model with you. You can edit it. Your name is kept with each of your edits." in said
    assert 'name="viewport"' in said
    assert "needs JavaScript" in said
    watch = room.ask(f"/join/{room.token('watch')}").body.decode()
    assert "You can look at it and change nothing." in watch
    kept = room.join("Ada%20Lovelace")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(kept.split("; "))
    assert "Secure" not in kept
    for body in (
        "",
        "x=y",
        "name=%ff",
        *(f"name={each}" for each in ("", "+", "a" * 41, "A%0AB", "A%E2%80%8B")),
    ):
        assert room.ask(path, "POST", body, Origin=room.origin).status == 400
    for kind in ("text/plain; charset=none", "multipart/form-data"):
        assert room.ask(path, "POST", "name=Kim", Origin=room.origin, Content_Type=kind).status == 303


def test_every_answer_says_what_a_page_may_do(room: Room, cookie: str) -> None:
    for answer in (room.ask("/", Cookie=cookie), room.ask("/"), room.ask("/no/such", Cookie=cookie)):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("token", ["", "abc", "a" * 32, "é", "..", "%00", "../../etc/passwd"])
def test_a_wrong_token_lets_nobody_in(
    tmp_path_factory: pytest.TempPathFactory, room: Room, token: str
) -> None:
    for method in ("GET", "POST"):
        body = "name=X" if method == "POST" else None
        path = f"/join/{token}".encode().decode("latin-1") if token.isascii() else "/join/%C3%A9"
        assert room.ask(path, method, body, Origin=room.origin).status in {403, 404, 429}


def test_ten_wrong_tokens_in_a_minute_are_enough(tmp_path) -> None:
    with serving(tmp_path) as fresh:
        assert [fresh.ask(f"/join/{number}").status for number in range(12)] == [403] * 10 + [429] * 2
        assert fresh.ask(f"/join/{fresh.token('edit')}").status == 200, "others cannot keep anybody out"


def test_an_earlier_start_is_over(tmp_path, room: Room, cookie: str) -> None:
    with serving(tmp_path) as later:
        assert later.ask(f"/join/{room.token('edit')}").status == 403
        assert later.ask("/", Cookie=cookie).status == 403


REFUSED = {
    "no cookie": {"Cookie": ""},
    "another cookie": {"Cookie": "meshmodel-1=abc"},
    "a foreign Host": {"Host": "evil.example"},
    "a Host of another name": {"Host": "localhost:1"},
    "no Host": {"Host": ""},
    "a foreign Origin": {"Origin": "http://evil.example"},
    "the Origin null": {"Origin": "null"},
    "an Origin of another port": {"Origin": "http://127.0.0.1:1"},
    "an Origin of another scheme": {"Origin": "https://127.0.0.1:PORT"},
}


@all_rows("why", [*REFUSED, "no Origin"])
def test_a_terminal_is_opened_for_its_own_page_alone(room: Room, cookie: str, why: str) -> None:
    given = {"Cookie": cookie.partition(";")[0], "Origin": room.origin}
    changed = REFUSED.get(why, {"Origin": ""})
    given |= {name: text.replace("PORT", str(room.port)) for name, text in changed.items()}
    assert room.ask("/ws", **upgraded(**given)).status in {400, 403}


def test_its_own_page_opens_a_terminal(room: Room, cookie: str) -> None:
    given = {"Cookie": cookie.partition(";")[0], "Origin": room.origin}
    assert room.ask("/ws", **upgraded(**given)).status == 101


@all_rows("why", [*REFUSED, "no Origin"])
@all_rows("path", ["/", "/static/textual.js", "/download/abc"])
def test_nothing_else_is_shown_to_others(room: Room, cookie: str, path: str, why: str) -> None:
    if why == "no Origin":  # browsers send none with a link
        assert room.ask(path, Cookie=cookie).status == (404 if "download" in path else 200)
        return
    given = {"Cookie": cookie.partition(";")[0]}
    given |= {name: text.replace("PORT", str(room.port)) for name, text in REFUSED[why].items()}
    assert room.ask(path, **given).status in {400, 403}


def test_localhost_leads_to_the_address_as_it_was_printed_and_shows_nothing_itself(
    room: Room, cookie: str
) -> None:
    here = {"Host": f"localhost:{room.port}"}
    path = f"/join/{room.token('edit')}"
    answer = room.ask(path, **here)
    assert (answer.status, answer.headers["Location"]) == (303, room.links["edit"])
    assert room.ask("//evil.example/x", **here).headers["Location"] == f"{room.origin}//evil.example/x"
    given = here | {"Cookie": cookie.partition(";")[0]}
    assert room.ask(path, "POST", "name=X", Origin=room.origin, **here).status == 403
    assert room.ask("/ws", **upgraded(**given, Origin=room.origin)).status == 403


@all_rows("why", ["a foreign Host", "a foreign Origin", "the Origin null", "no Origin"])
def test_nobody_is_made_to_join_from_elsewhere(room: Room, why: str) -> None:
    given = {"Origin": room.origin} | REFUSED.get(why, {"Origin": ""})
    assert room.ask(f"/join/{room.token('edit')}", "POST", "name=X", **given).status == 403


@all_rows(
    "path",
    ["/static/../server.py", "/static/..%2f..%2fserver.py", "/static/", "/../etc/passwd", "//etc/passwd",
     "/static/css/xterm.css", "/static/fonts", "/download/..%2fstate.json", "/download/state.json"],
)  # fmt: skip
def test_no_other_file_is_served_and_no_folder_listed(room: Room, cookie: str, path: str) -> None:
    assert room.ask(path, Cookie=cookie).status in {403, 404}


@all_rows("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
def test_other_methods_change_nothing(room: Room, cookie: str, method: str) -> None:
    assert room.ask("/", method, Cookie=cookie, Origin=room.origin).status in {200, 404, 405}
    assert room.ask("/", method, Cookie=cookie).status == 403


def test_it_listens_on_this_machine_alone(room: Room) -> None:
    # What ``ss -ltn`` shows, which not every machine has: address and port in hex, 0A is LISTEN.
    tables = (Path(f"/proc/net/{each}") for each in ("tcp", "tcp6"))
    lines = [line.split() for each in tables if each.exists() for line in each.read_text().splitlines()[1:]]
    heard = [line[1] for line in lines if line[3] == "0A"]
    listening = [each for each in heard if int(each.rpartition(":")[2], 16) == room.port]
    assert listening == [f"0100007F:{room.port:04X}"]


KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
UPGRADED = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
NO_HTTP = {
    "a path of 9,000 characters": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: -5\r\n\r\nhello",
    "a length that is no number": b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: abc\r\n\r\nhello",
    "two lengths": b"POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "two ways to end": b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
    "an unknown way to end": b"POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip\r\n\r\nhello",
    "another version": b"GET / HTTP/9.9\r\nHost: HOST\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a long header": b"GET / HTTP/1.1\r\nHost: HOST\r\nX: " + b"a" * 9000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    "no header": b"GET / HTTP/1.1\r\nHost HOST\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nHost: HOST\r\nX: a\0b\r\n\r\n",
    "no address": b"GET http://[::1/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "no port": b"GET http://a:99999999/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "a path that is no ASCII": b"GET /\xff\xfe HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "no method": b"G<T / HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "a piece without length": b"POST JOIN\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    "a form that is no gzip": b"POST JOIN\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nname=A",
    "a form that is no zstd": b"POST JOIN\r\nContent-Encoding: zstd\r\nContent-Length: 6\r\n\r\nname=A",
    "an extension there is not": b"GET SOCKET\r\n" + UPGRADED + KEY
    + b"\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99\r\n\r\n\xff\xff",
}  # fmt: skip
"""Requests that are none, or that nobody but a prober sends; the server that runs says what it prints."""


@all_rows("why", NO_HTTP)
def test_what_is_no_http_is_answered_and_nothing_is_printed(room: Room, cookie: str, why: str) -> None:
    own = f"HTTP/1.1\r\nHost: HOST\r\nOrigin: {room.origin}\r\nCookie: {cookie.partition(';')[0]}"
    request = NO_HTTP[why].replace(b"JOIN", f"/join/{room.token('edit')} {own}".encode())
    request = request.replace(b"SOCKET", f"/ws {own}".encode())
    answer = room.send(request.replace(b"HOST", f"127.0.0.1:{room.port}".encode()))
    assert answer[:12] in {b"HTTP/1.1 400", b"HTTP/1.0 400", b"HTTP/1.1 101"}, answer[:200]
    assert b"Traceback" not in answer
    assert room.errors() == ""


def test_who_goes_in_the_middle_of_a_form_or_of_a_terminal_is_no_news(room: Room, cookie: str) -> None:
    own = f"HTTP/1.1\r\nHost: 127.0.0.1:{room.port}\r\nOrigin: {room.origin}"
    own += f"\r\nCookie: {cookie.partition(';')[0]}"
    form = f"POST /join/{room.token('edit')} {own}\r\nContent-Length: 1000\r\n\r\nname=".encode()
    terminal = f"GET /ws {own}\r\n".encode() + UPGRADED + KEY + b"\r\n\r\n"
    for request in (form, terminal, terminal + b"\x81\x82\0\0\0\0\xff\xff"):
        room.send(request, is_gone=True)
    assert room.ask("/", Cookie=cookie).status == 200
    assert room.errors() == ""
