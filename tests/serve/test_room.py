"""People in a room: what each sees, what comes back, and what ends."""

import asyncio
import contextlib
import hashlib
import http.client
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from meshmodel.store.load import load
from meshmodel.store.store import Store
from tests.serve.room import MOST_SECONDS, Browser, Room, browsing, ended, kill, lose, serving
from tests.store.sample import names_in
from tests.terminal.terminals import running

READY = "quick line"
"""What the last row says once the workbench is there."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with serving(tmp_path_factory.mktemp("room")) as found:
        yield found


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def agents(room: Room) -> set[str]:
    return set(load(room.model).agent)


async def test_each_sees_the_edits_of_the_others_and_undoes_their_own(room: Room) -> None:
    async with browsing(room, room.join("Ada")) as ada, browsing(room, room.join("Bo")) as bo:
        for each in (ada, bo):
            await each.shows(READY)
        await ada.draw("north")
        await bo.shows("north")
        await bo.draw("south")
        await ada.shows("south")
        await ada.type("u")
        await bo.until(lambda: "north" not in agents(room))
        await bo.type("J")
        await bo.shows("Ada  ")
    with Store.open(room.model) as store:
        assert {(each.person, each.undone) for each in store.journal()} == {("Ada", True), ("Bo", False)}
    assert {"south"} <= agents(room)


@pytest.mark.slow
async def test_who_watches_changes_nothing(room: Room) -> None:
    assert await asyncio.to_thread(ended, room.children()[1:], MOST_SECONDS), "those of the tests before"
    before = digest(room.model)
    async with browsing(room, room.join("Kim", "watch")) as kim:
        await kim.shows("read only")
        for key in "a:xXVdunmpiyPAcNMUIDetslzvfFrQJoWg+-0.d\t \r":
            await kim.type(key)
            await kim.type("\x1b")
        for key in ("\x0f", "\x13", "\x1a", "\x19", "\x16", "\x18", "\x1b[3~", "\r"):
            await kim.type(key)
        await kim.type("\x1b")
        await kim.type("q")
        await kim.closed()
    assert digest(room.model) == before
    assert names_in(room.model.parent) == ["mesh.mesh"]


@pytest.mark.slow
async def test_a_second_tab_takes_over_and_a_reload_comes_back_to_the_same_place_with_undo(
    room: Room,
) -> None:
    cookie = room.join("Eve")
    async with browsing(room, cookie) as first:
        await first.shows(READY)
        await first.draw("east")
        await first.shows("east")
        await first.type("-")  # names alone on the canvas, which is remembered
        await first.type("l")
        await first.shows("show reach")
        async with browsing(room, cookie) as second:
            await first.closed()
            await second.shows("show reach")
    async with browsing(room, cookie) as reloaded:
        await reloaded.shows("show reach")
        await reloaded.shows(READY)
        await reloaded.type("u")
        await reloaded.until(lambda: "east" not in agents(room))
    async with browsing(room, cookie) as again:
        await again.shows("show reach")
        await again.shows(READY)
        await again.type("U")
        await again.shows("east")


async def test_what_was_typed_is_there_after_a_connection_was_lost_or_the_page_reloaded(room: Room) -> None:
    cookie = room.join("Fay")
    async with browsing(room, cookie) as first:
        await first.shows(READY)
        await first.type(":a half writ")
        await first.shows("a half writ")
        process = room.children()[-1]
        lose(first)
        await first.closed()
    async with browsing(room, cookie, 100, 30, page="another") as reloaded:
        await reloaded.shows("a half writ")
        assert reloaded.attached == [["attached", 0, False]], "it is the same workbench"
        assert size_of(process) == (100, 30)
        await reloaded.type("ten line")
        await reloaded.shows("a half written line")
        async with browsing(room, cookie) as tab:
            await tab.shows("a half written line")
            await reloaded.closed()
            await tab.type("\x1b")
            await tab.shows(READY)


async def test_a_text_that_came_before_a_connection_was_lost_is_not_asked_for_again(room: Room) -> None:
    cookie = room.join("Gus")
    async with browsing(room, cookie, page="one") as first:
        await first.shows(READY)
        for each in ":abc":
            await first.type(each)
        await first.shows("abc")
        lose(first)
        await first.closed()
    async with browsing(room, cookie, page="one") as again:
        await again.shows("abc")
        assert again.attached == [["attached", 4, False]]


async def test_q_ends_the_program_of_one_person(room: Room) -> None:
    cookie = room.join("Lou")
    async with browsing(room, room.join("Ada")) as ada:
        await ada.shows(READY)
        async with browsing(room, cookie) as lou:
            await lou.shows(READY)
            await lou.type("q")
            await lou.closed()
        await ada.draw("west")
        await ada.shows("west")
    page = room.ask("/", Cookie=cookie)
    assert 'href="/">Join again' in page.body.decode()
    async with browsing(room, cookie) as lou:
        await lou.shows("west")


async def test_an_export_is_a_download_of_one_person_and_once(room: Room) -> None:
    cookie, other = room.join("Ada"), room.join("Bo")
    async with browsing(room, cookie) as ada:
        await ada.shows(READY)
        await ada.type("e")
        await ada.shows("at A4")
        await ada.type("\x13")
        await ada.until(lambda: ada.told)
        ((kind, key),) = ada.told
        assert kind == "deliver_file_start"
    assert room.ask(f"/download/{key}", Cookie=other).status == 404
    assert room.ask(f"/download/{key}", "HEAD", Cookie=cookie, Origin=room.origin).status == 405
    assert room.ask(f"/download/{key}").status == 403
    answer = room.ask(f"/download/{key}", Cookie=cookie)
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''mesh.svg"
    assert answer.body.startswith(b"<svg") or b"<svg" in answer.body[:1000]
    assert room.ask(f"/download/{key}", Cookie=cookie).status == 404
    assert names_in(room.model.parent) == ["mesh.mesh"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        '["stdin", 5]',
        "[]",
        "{",
        "5",
        '["resize", {"width": "x"}]',
        '["stdin", "' + "x" * 600_000 + '"]',
        "[" * 60_000,
    ],
)
async def test_what_the_script_never_says_ends_the_connection_and_the_program(room: Room, text: str) -> None:
    async with browsing(room, room.join("Mallory", "watch")) as mallory:
        await mallory.until(lambda: mallory.received > 300)
        await mallory.socket.send_str(text)
        await mallory.closed()
    assert await asyncio.to_thread(ended, room.children()[1:], MOST_SECONDS)


async def test_a_paste_of_more_than_64_kb_is_refused_in_a_sentence_and_the_connection_stays(
    room: Room,
) -> None:
    async with browsing(room, room.join("Ivy")) as ivy:
        await ivy.shows(READY)
        await ivy.type("\x1b[200~" + "\r" * 70_000 + "\x1b[201~")
        await ivy.shows("Nothing was pasted")
        await ivy.type("\x1b[200~ash holds ash-key\roak holds oak-key\x1b[201~")
        await ivy.shows("ash-key")
        await ivy.type("\r")
        await ivy.until(lambda: {"ash", "oak"} <= agents(room))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(100_000, 100_000), (1, 1), (-5, 0)])
async def test_a_terminal_has_a_size_within_bounds(room: Room, size: tuple[int, int]) -> None:
    columns, rows = (300, 100) if size[0] > 300 else (20, 6)
    async with browsing(room, room.join("Mallory"), *size) as mallory:
        mallory.screen.resize(rows, columns)
        await mallory.until(lambda: mallory.received > 300)
        (process,) = [each for each in room.children() if size_of(each)]
        assert size_of(process) == (columns, rows)
        await mallory.socket.send_json(["resize", {"width": 120, "height": 40}])
        await mallory.socket.send_json(["ping", "7"])
        await mallory.until(lambda: ["pong", "7", 0] in mallory.told)
        assert size_of(process) == (120, 40)


def size_of(process: int) -> tuple[int, int] | None:
    """Columns and rows of the terminal of a process; ``None`` where it has none."""
    import fcntl
    import os
    import struct
    import termios

    with contextlib.suppress(OSError):
        terminal = os.open(f"/proc/{process}/fd/0", os.O_RDWR | os.O_NOCTTY)
        try:
            rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(terminal, termios.TIOCGWINSZ, b"\0" * 8))
        finally:
            os.close(terminal)
        return columns, rows
    return None


@pytest.mark.slow
async def test_a_full_room_lets_in_nobody_else_until_somebody_leaves(tmp_path: Path) -> None:
    with serving(tmp_path, "support-agent", "--guests", "1") as small:
        cookie = small.join("Ada")
        async with browsing(small, cookie) as ada:
            await ada.shows(READY)
            path = f"/join/{small.token('edit')}"
            assert small.ask(path, "POST", "name=Bo", Origin=small.origin).status == 503
        small.join("Bo")
        assert small.ask("/", Cookie=cookie).status == 403


@pytest.mark.slow
async def test_a_full_room_forgets_who_never_came_and_then_who_left_first(tmp_path: Path) -> None:
    with serving(tmp_path, "support-agent", "--guests", "3") as small:
        ada, bo = small.join("Ada"), small.join("Bo")
        for cookie in (bo, ada):
            async with browsing(small, cookie) as person:
                await person.shows(READY)
        assert await asyncio.to_thread(ended, small.children()[1:], MOST_SECONDS)
        never = [small.join(f"N{number}") for number in range(4)]
        assert [small.ask("/", Cookie=each).status for each in (ada, bo, *never)] == [
            200,
            200,
            403,
            403,
            403,
            200,
        ]
        async with browsing(small, never[-1]) as last:
            await last.shows(READY)
            small.join("Kim")
            assert [small.ask("/", Cookie=each).status for each in (ada, bo)] == [200, 403]


@pytest.mark.slow
async def test_who_opens_the_address_again_takes_over_and_keeps_the_place(room: Room) -> None:
    cookie = room.join("Gil")
    path, kept = f"/join/{room.token('edit')}", cookie.partition(";")[0]
    async with browsing(room, cookie) as first:
        await first.shows(READY)
        answer = room.ask(path, "POST", "name=Gil", Origin=room.origin, Cookie=kept)
        assert (answer.status, answer.headers["Set-Cookie"]) == (303, None)
        async with browsing(room, cookie) as second:
            await first.closed()
            await second.shows(READY)
    assert (
        room.ask(path, "POST", "name=Gil+2", Origin=room.origin, Cookie=kept).headers["Set-Cookie"] != cookie
    )


@pytest.mark.slow
async def test_who_reloads_while_others_move_sees_them(room: Room) -> None:
    bo, ada = room.join("Bohdan"), room.join("Ada")

    async def move(who: Browser) -> None:
        while True:
            await who.type("\t")
            await asyncio.sleep(0.05)  # a person who holds a key

    async with browsing(room, bo, 160) as bohdan:
        await bohdan.shows(READY)
        moving = asyncio.create_task(move(bohdan))
        for _ in range(3):
            async with browsing(room, ada, 160) as reloaded:
                await reloaded.shows("Bohdan")
        moving.cancel()


@pytest.mark.slow
async def test_who_types_to_a_program_that_is_stuck_comes_back_to_another_one(room: Room) -> None:
    cookie = room.join("Ivo")
    async with browsing(room, cookie) as ivo:
        await ivo.shows(READY)
        stuck = room.children()[-1]
        os.kill(stuck, signal.SIGSTOP)
        for _ in range(10):
            await ivo.type("x" * 30_000)
        async with browsing(room, cookie) as other:
            await other.closed()
        assert other.socket.close_code == aiohttp.WSCloseCode.SERVICE_RESTART, "the page asks for another"
    async with browsing(room, cookie) as again:
        await again.shows(READY)
    assert room.children()[-1] != stuck


@pytest.mark.slow
async def test_the_next_person_is_served_after_the_process_that_forks_was_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as killed:
        async with browsing(killed, killed.join("Ada")) as ada:
            await ada.shows(READY)
            parent = killed.children()[0]
            os.kill(parent, signal.SIGKILL)
            assert await asyncio.to_thread(ended, [parent], MOST_SECONDS)
            async with browsing(killed, killed.join("Bo")) as bo:
                await bo.shows(READY)
                await bo.draw("south")
                await ada.shows("south")
            assert killed.children()[0] != parent


async def test_two_people_of_one_name_or_of_names_that_look_alike_are_told_apart_at_the_door(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as door:
        path = f"/join/{door.token('edit')}"

        def knock(name: str, cookie: str = "") -> tuple[int, str]:
            kept = cookie.partition(";")[0]
            answer = door.ask(path, "POST", f"name={quote(name)}", Origin=door.origin, Cookie=kept)
            return answer.status, answer.body.decode()

        cookie = door.join("Ada")
        async with browsing(door, cookie) as ada:
            await ada.shows(READY)
            status, said = knock("Ada")
            assert status == 409
            assert "“Ada” is here already. Choose a name that tells you apart." in said
            for like in ("\u0410da", "\u0410d\u0430", "ADA", "\uff21da", "\u13aada"):
                status, said = knock(like)
                assert (status, "looks like “Ada”" in said) == (409, True), like
            assert knock("Ada", cookie)[0] == 303, "a second tab of the same person"
            assert {knock(each)[0] for each in ("Ada K.", "Adam", "Анна", "Bo")} == {303}
        assert await asyncio.to_thread(ended, door.children()[1:], MOST_SECONDS)
        assert knock("\u0410da")[0] == 409, "who is away may come back"
        assert knock("Ada")[0] == 303, "by another browser"
        assert door.ask("/", Cookie=cookie).status == 403, "and there are never two"


@pytest.mark.slow
async def test_each_sees_where_the_others_are_and_whose_hand_is_raised_and_no_file_has_it(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as talking:
        before = digest(talking.model)
        cookie = talking.join("Ada%20King")
        async with browsing(talking, talking.join("Bo", "watch"), 160) as bo:
            await bo.shows(READY)
            async with browsing(talking, cookie, 160) as ada:
                await ada.shows(READY)
                await bo.shows("Ada King")
                await ada.type("\t")  # the first in reading order
                await ada.type("\t")
                await bo.shows("2 identities AK")
                await bo.type("!")
                await ada.shows("✋ Bo")
                await bo.shows("✋ you")
                assert "identities AK" not in ada.text, "one's own place is as ever"
                left = talking.children()[1:]
                folders = [folder_of(each) for each in left]
                async with browsing(talking, cookie, 160) as again:  # a second tab
                    await ada.closed()
                    await again.shows("✋ Bo")
                    await again.type("\t")
                    await bo.until(lambda: "AK" in bo.text and "identities AK" not in bo.text)
                    await bo.type("!")
                    await again.until(lambda: "✋" not in again.text)
            await bo.until(lambda: "AK" not in bo.text and "Ada" not in bo.text)
        assert [await said(talking) for _ in range(4)] == [
            "Bo joined to watch; 1 is here",
            "Ada King joined to edit; 2 are here",
            "Ada King left; 1 is here",
            "Bo left; 0 are here",
        ]
        assert digest(talking.model) == before
        assert await asyncio.to_thread(ended, left, MOST_SECONDS)
        kept = [(folder / "state.json").read_text() for folder in folders]
        assert [names_in(each) for each in folders] == [["state.json"]] * 2
        assert "Ada" not in "".join(kept)
        assert '"hand"' not in "".join(kept)


@pytest.mark.slow
async def test_another_window_of_the_host_is_in_the_room_for_as_long_as_both_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as state:  # short, as a socket needs it
        monkeypatch.setenv("XDG_STATE_HOME", f"{state}/state")
        with serving(tmp_path) as room:
            arguments = [str(room.model), "--name", "Hana Host"]
            async with browsing(room, room.join("Bo"), 160) as bo:
                await bo.shows(READY)
                with running("pty", arguments, Path(state), (160, 40)) as host:
                    await bo.shows("Hana Host")
                    await asyncio.to_thread(host.wait, " Bo ")
                    await bo.type("!")
                    await asyncio.to_thread(host.wait, "✋ Bo")
                    host.type("!")
                    await bo.shows("✋ you, Hana Host")
                await bo.until(lambda: "Hana" not in bo.text)
                with running("pty", arguments, Path(state), (160, 40)) as host:
                    await asyncio.to_thread(host.wait, "✋ Bo")
                    room.process.terminate()
                    await bo.closed()
                    await asyncio.to_thread(host.wait, lambda: "Bo" not in host.screen())
        assert not [each for _, _, files in os.walk(state) for each in files if each.endswith(".sock")]


async def said(room: Room) -> str:
    """The next line that the server prints."""
    assert room.process.stdout is not None
    return (await asyncio.to_thread(room.process.stdout.readline)).strip()


@pytest.mark.slow
async def test_programs_of_guests_are_forked_with_a_folder_and_little_else(room: Room) -> None:
    assert await asyncio.to_thread(ended, room.children()[1:], MOST_SECONDS), "those of the tests before"
    async with browsing(room, room.join("Ada")) as ada:
        await ada.shows(READY)
        check_processes(*room.children())


def folder_of(process: int) -> Path:
    return Path(f"/proc/{process}/cwd").readlink()


def check_processes(parent: int, guest: int) -> None:
    words = Path(f"/proc/{guest}/cmdline").read_bytes()
    assert words == Path(f"/proc/{parent}/cmdline").read_bytes(), "it is a fork"
    assert len(list(Path(f"/proc/{parent}/task").iterdir())) == 1
    limits = Path(f"/proc/{guest}/limits").read_text().splitlines()
    assert [line.split()[3:5] for line in limits if "Max address space" in line] == [[str(2 * 1024**3)] * 2]
    assert folder_of(guest).stat().st_mode & 0o077 == 0
    kept = {line.partition("=")[0] for line in Path(f"/proc/{parent}/environ").read_text().split("\0")}
    assert kept - {""} == {
        *("HOME", "PATH", "LC_ALL", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", "TERM", "COLORTERM")
    }


@pytest.mark.slow
async def test_no_process_is_left_after_the_server_was_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as doomed:
        async with browsing(doomed, doomed.join("Ada")) as ada, browsing(doomed, doomed.join("Bo")) as bo:
            await ada.shows(READY)
            await bo.shows(READY)
            left = doomed.children()
            assert len(left) == 3
            kill(doomed)
            assert await asyncio.to_thread(ended, left, 5)
    assert names_in(tmp_path) == ["mesh.mesh"]


@pytest.mark.slow
async def test_ctrl_c_ends_all_and_leaves_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as closing:
        async with browsing(closing, closing.join("Ada")) as ada:
            await ada.shows(READY)
            left = closing.children()
            folder = folder_of(left[-1])
            closing.process.send_signal(signal.SIGINT)
            asked = [await said(closing) for _ in range(2)]
            assert asked == [
                "Ada joined to edit; 1 is here",
                "1 is here: Ada. Press Ctrl+C again to end the room.",
            ]
            async with browsing(closing, closing.join("Bo")) as bo:
                await bo.shows(READY)
                assert await said(closing) == "Bo joined to edit; 2 are here"
                closing.process.send_signal(signal.SIGINT)  # the question is no longer the last that was said
                assert await said(closing) == "2 are here: Ada, Bo. Press Ctrl+C again to end the room."
            assert await said(closing) == "Bo left; 1 is here"
            closing.process.send_signal(signal.SIGINT)
            assert "again to end the room" in await said(closing)
            closing.process.send_signal(signal.SIGINT)
            await ada.closed()
            assert await asyncio.to_thread(closing.process.wait, MOST_SECONDS) == 0
            assert await said(closing) == "the room has ended; told 1 person"
    assert ended(left, 5)
    assert not os.access(folder, os.F_OK)
    assert ada.socket.close_code == aiohttp.WSCloseCode.GOING_AWAY
    with pytest.raises((OSError, http.client.HTTPException)):
        closing.ask("/")


async def test_a_second_ctrl_c_does_not_break_off_how_a_room_ends(tmp_path: Path) -> None:
    with serving(tmp_path) as closing:
        async with browsing(closing, closing.join("Ada")) as ada:
            closing.process.send_signal(signal.SIGTERM)
            await ada.closed()
            while closing.process.poll() is None:
                closing.process.send_signal(signal.SIGINT)
            assert closing.process.returncode == 0


async def test_links_that_are_kept_outlive_a_restart_and_who_was_in_is_in(tmp_path: Path) -> None:
    with serving(tmp_path, "support-agent", "--keep-links") as first:
        cookie = first.join("Ada")
    with serving(tmp_path, "support-agent", "--keep-links", port=first.port) as again:
        assert again.links == first.links
        async with browsing(again, cookie) as ada:
            await ada.shows(READY)
            assert (
                again.ask(f"/join/{again.token('edit')}", "POST", "name=Ada", Origin=again.origin).status
                == 409
            )
    with serving(tmp_path, port=first.port) as other:
        assert set(other.links.values()).isdisjoint(first.links.values())
        assert other.ask("/", Cookie=cookie).status == 403
    with serving(tmp_path, "support-agent", "--keep-links", port=first.port) as later:
        assert set(later.links.values()).isdisjoint(first.links.values()), "a start without it forgets them"
