"""A room in headless Chromium: the page draws, answers, shows what others do, and asks no other host."""

import json
import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

import pyte
import pytest

from tests.serve.chromium import Page, chromium
from tests.serve.room import Room, serving, understood
from tests.store.sample import names_in

pytestmark = [pytest.mark.slow, pytest.mark.engines]


async def joined(page: Page, room: Room, name: str) -> None:
    """Join by the form, as a person does, and wait for the terminal."""
    await page.ask("Page.navigate", url=room.links["edit"])
    await page.browser.until(lambda: bool(page.heard("Page.loadEventFired")))
    await page.run(f"document.querySelector('input').value = {name!r}")
    await page.run("document.querySelector('button').click()")
    await shows(page, "quick line")


def shown(page: Page) -> pyte.Screen:
    """The cells that the terminal shows."""
    sent = [each["response"]["payloadData"] for each in page.heard("Network.webSocketFrameSent")]
    sizes = [json.loads(each)[1] for each in sent if each.startswith('["resize"')]
    size = sizes[-1] if sizes else {"width": 80, "height": 24}
    screen = pyte.Screen(size["width"], size["height"])
    pyte.ByteStream(screen).feed(understood(page.drawn()))
    return screen


async def test_the_form_fits_a_phone_and_the_page_says_where_scripts_are_off(tmp_path: Path) -> None:
    with serving(tmp_path) as room:
        async with chromium(tmp_path / "profile") as browser:
            phone = await browser.page(tmp_path)
            size = {"width": 360, "height": 640, "deviceScaleFactor": 2, "mobile": True}
            await phone.ask("Emulation.setDeviceMetricsOverride", **size)
            await phone.ask("Page.navigate", url=room.links["watch"])
            await browser.until(lambda: bool(phone.heard("Page.loadEventFired")))
            box = "document.querySelector('{}').getBoundingClientRect()"
            for each in ("h1", "input", "button"):
                right, bottom = await phone.run(f"[{box}.right, {box}.bottom]".replace("{}", each))
                assert (right <= 360, bottom <= 640) == (True, True), each
            assert await phone.run("document.documentElement.scrollWidth") == 360
            await phone.ask("Emulation.setScriptExecutionDisabled", value=True)
            await phone.ask("Page.reload")
            await browser.until(lambda: len(phone.heard("Page.loadEventFired")) == 2)
            seen = await phone.ask("DOM.getDocument", depth=-1)
            assert "needs JavaScript" in json.dumps(seen)


async def shows(page: Page, text: str) -> None:
    try:
        await page.browser.until(lambda: text in "\n".join(shown(page).display))
    except TimeoutError:
        seen = "\n".join(shown(page).display)
        raise AssertionError(f"{text!r} is not shown: {page.browser.events[-5:]}\n{seen}") from None


async def test_a_room_in_a_browser(tmp_path: Path) -> None:
    with serving(tmp_path) as room:
        async with chromium(tmp_path / "profile") as browser:
            ada, bo = await browser.page(tmp_path / "downloads"), await browser.page(tmp_path / "others")
            await joined(ada, room, "Ada")
            await joined(bo, room, "Bo")
            assert await ada.run("getComputedStyle(document.querySelector('#wait')).display") == "none"
            first = await ada.picture()
            assert len(first.getcolors(1_000_000)) > 20, "it draws"
            await signs_take_a_cell_each(ada)

            before = await bo.picture()
            await ada.type(":north holds north-key")
            await ada.type("Enter")
            await ada.type("Escape")
            await shows(ada, "north")
            await shows(bo, "north")
            assert (await ada.picture()).tobytes() != first.tobytes(), "a key is answered"
            assert (await bo.picture()).tobytes() != before.tobytes(), "the edit shows on the other's page"

            await ada.ask("Page.reload")
            await browser.until(lambda: len(ada.heard("Network.webSocketCreated")) == 2)
            await shows(ada, "north")
            assert len((await ada.picture()).getcolors(1_000_000)) > 20, "a reload shows the picture again"

            await shows(ada, "quick line")
            await ada.type("e")
            await shows(ada, "at A4")
            key = {"key": "s", "modifiers": 2, "windowsVirtualKeyCode": 83}
            await ada.ask("Input.dispatchKeyEvent", type="keyDown", **key)
            await browser.until(lambda: "completed" in browser.all("Browser.downloadProgress", "state"))
            assert browser.all("Browser.downloadWillBegin", "suggestedFilename") == ["mesh.svg"]
            assert len(names_in(tmp_path / "downloads")) == 1

            for page in (ada, bo):
                asked = [urlsplit(each["request"]["url"]) for each in page.heard("Network.requestWillBeSent")]
                assert {each.netloc for each in asked if each.scheme != "data"} == {f"127.0.0.1:{room.port}"}
                assert not page.heard("Runtime.exceptionThrown")
                assert "error" not in {each["type"] for each in page.heard("Runtime.consoleAPICalled")}
                assert "error" not in {each["entry"]["level"] for each in page.heard("Log.entryAdded")}

            await ada.type("q")
            assert await last_words(ada) == "This session has ended. Join again"
            room.process.send_signal(signal.SIGTERM)
            assert await last_words(bo) == "The host has ended the room. Every edit was saved."


async def test_a_connection_that_is_lost_says_so_and_comes_back_with_what_was_typed(tmp_path: Path) -> None:
    with serving(tmp_path) as room:
        async with chromium(tmp_path / "profile") as browser:
            ada = await browser.page(tmp_path)
            await joined(ada, room, "Ada")
            await ada.type(":a half ")
            await shows(ada, "a half")
            banner = "getComputedStyle(document.querySelector('#lost')).display"
            assert await ada.run(banner) == "none"
            room.process.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            while await ada.run(banner) == "none":
                assert time.monotonic() - began < 5
            await ada.type("written ")
            room.process.send_signal(signal.SIGCONT)
            await shows(ada, "a half written")
            await ada.type("line")
            await shows(ada, "a half written line")
            assert await ada.run(banner) == "none"
            assert len(ada.heard("Page.loadEventFired")) == 2, "the form and the terminal; no reload"


async def last_words(page: Page) -> str:
    """What the page says once its terminal is closed."""
    return str(
        await page.run(
            "new Promise((done) => { const look = () => document.body.classList.contains('-closed')"
            " && done(document.querySelector('#ended').innerText.trim());"
            " new MutationObserver(look).observe(document.body, { attributes: true }); look(); })"
        )
    )


async def signs_take_a_cell_each(page: Page) -> None:
    """What stands behind a sign in its row is painted in the cell in which it belongs."""
    screen, picture = shown(page), await page.picture()
    left, top, width, height = await page.run(
        "(() => { const box = document.querySelector('.xterm-screen').getBoundingClientRect();"
        " return [box.x, box.y, box.width, box.height] })()"
    )
    cell, line = width / screen.columns, height / screen.lines
    looked_at = 0
    for y, row in enumerate(screen.display):
        behind = min((row.index(each) for each in "✖◆" if each in row), default=len(row))
        for x in range(behind, len(row)):
            if row[x] == "│":
                beside, middle = (
                    picture.getpixel((left + (x + at) * cell, top + (y + 0.5) * line)) for at in (0.1, 0.5)
                )
                assert beside != middle, f"column {x} of {row!r}"
                looked_at += 1
    assert looked_at


async def test_what_is_copied_goes_to_the_clipboard_of_the_browser_and_a_right_click_opens_one_menu(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as room:
        async with chromium(tmp_path / "profile") as browser:
            ada = await browser.page(tmp_path)
            await joined(ada, room, "Ada")
            await browser.ask(
                "Browser.grantPermissions",
                permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
                origin=room.origin,
                browserContextId=ada.context,
            )
            await shows(ada, "unchecked paths")
            await click(ada, "left")
            await shows(ada, "agent Support bot")
            await ada.type("Y")
            await shows(ada, "copied")
            text = ""
            while not text:
                text = str(await ada.run("navigator.clipboard.readText()"))
            assert "agent" in text
            await ada.run(
                "addEventListener('contextmenu', (event) => { window.menu = event.defaultPrevented; })"
            )
            await click(ada, "right")
            await shows(ada, "add it once more")
            assert await ada.run("window.menu") is True


async def test_the_menu_pastes_what_the_browser_has_and_says_so_where_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as room:
        async with chromium(tmp_path / "profile") as browser:
            ada = await browser.page(tmp_path)
            await joined(ada, room, "Ada")
            await ada.type("V")
            said = "[document.querySelector('#said')].map((each) => each.hidden ? '' : each.innerText)[0]"
            while not (words := await ada.run(said)):
                pass
            assert "press Ctrl+V" in words
            await browser.ask(
                "Browser.grantPermissions",
                permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
                origin=room.origin,
                browserContextId=ada.context,
            )
            text = "north holds north-key\nsouth holds south-key"
            await ada.run(f"navigator.clipboard.writeText({text!r})")
            await click(ada, "right", 95, 4)
            await shows(ada, "paste what was copied")
            row = next(n for n, each in enumerate(shown(ada).display) if "paste what was copied" in each)
            await click(ada, "left", shown(ada).display[row].index("paste what"), row)
            await shows(ada, "south holds south-key")


async def test_a_composed_text_stands_where_it_is_typed_and_the_drawing_is_read_aloud_beside_it(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as room:
        async with chromium(tmp_path / "profile") as browser:
            ada = await browser.page(tmp_path)
            await joined(ada, room, "Ada")
            await ada.type(":bot")
            await shows(ada, "bot")
            await ada.ask("Input.imeSetComposition", text="にほ", selectionStart=2, selectionEnd=2)
            position = (
                "(() => { const [of, box] = ['.composition-view', '.xterm-screen'].map((each) =>"
                " document.querySelector(each).getBoundingClientRect());"
                f" return [(of.x - box.x) / box.width * {shown(ada).columns},"
                f" (of.y - box.y) / box.height * {shown(ada).lines}] }})()"
            )
            x = y = 0
            while not x:  # the terminal places it a moment later
                x, y = await ada.run(position)
            row = shown(ada).display[round(y)]
            assert row[: round(x)].endswith("bot"), (x, y, row)
            await ada.ask("Input.insertText", text="日本")
            await shows(ada, "bot日本")
            for key in ("Escape", "S"):
                await ada.type(key)
            words = "document.querySelector('[aria-live=polite]#words').innerText"
            while "Support bot" not in await ada.run(words):
                pass
            await ada.type("Escape")
            active = "document.activeElement.id || document.activeElement.className"
            tab = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
            for leaves, then in ((False, "xterm-helper-textarea"), (True, "words")):
                if leaves:
                    switch = {"key": "m", "modifiers": 2, "windowsVirtualKeyCode": 77}
                    await ada.ask("Input.dispatchKeyEvent", type="keyDown", **switch)
                await ada.ask("Input.dispatchKeyEvent", type="keyDown", **tab)
                assert await ada.run(active) == then


async def click(page: Page, button: str, column: int = 6, row: int = 2) -> None:
    """Click on a cell; where none is named, on the first element of the model."""
    at = await page.run(
        "(() => { const box = document.querySelector('.xterm-screen').getBoundingClientRect();"
        f" return {{ x: box.x + box.width * {column + 0.5} / {shown(page).columns},"
        f" y: box.y + box.height * {row + 0.5} / {shown(page).lines} }} }})()"
    )
    for kind in ("mousePressed", "mouseReleased"):
        await page.ask("Input.dispatchMouseEvent", type=kind, button=button, clickCount=1, **at)
