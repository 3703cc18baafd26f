"""Pages of headless Chromium, driven by its debugging protocol."""

import asyncio
import base64
import contextlib
import io
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

MOST_SECONDS = 120


class Chromium:
    """A browser: commands, their answers, and the events of all of its pages."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self.events: list[dict[str, Any]] = []
        self._came = asyncio.Event()
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                self._asked.pop(said["id"]).set_result(said)
            else:
                self.events.append(said)
            self._came.set()

    async def ask(self, method: str, session: str | None = None, **given: object) -> dict[str, Any]:
        number = len(self._asked) + len(self.events) * 1_000
        while number in self._asked:
            number += 1
        self._asked[number] = asyncio.get_running_loop().create_future()
        told = {"id": number, "method": method, "params": given}
        await self._socket.send_json(told if session is None else told | {"sessionId": session})
        answer = await asyncio.wait_for(self._asked[number], MOST_SECONDS)
        assert "error" not in answer, answer
        return dict(answer["result"])

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(MOST_SECONDS):
            while not holds():
                self._came.clear()
                await self._came.wait()

    def all(self, method: str, name: str) -> list[Any]:
        """What the events of a kind say under a name."""
        return [each["params"][name] for each in self.events if each["method"] == method]

    async def page(self, downloads: Path) -> "Page":
        """A page with cookies of its own, as that of another person."""
        context = (await self.ask("Target.createBrowserContext"))["browserContextId"]
        await self.ask(
            "Browser.setDownloadBehavior",
            behavior="allow",
            browserContextId=context,
            downloadPath=str(downloads),
            eventsEnabled=True,
        )
        size = {"width": 1000, "height": 700}
        target = await self.ask("Target.createTarget", url="about:blank", browserContextId=context, **size)
        attached = await self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self, attached["sessionId"], context)
        for domain in ("Page", "Runtime", "Network", "Log"):
            await page.ask(f"{domain}.enable")
        return page


class Page:
    """One page of it."""

    def __init__(self, browser: Chromium, session: str, context: str) -> None:
        self.browser, self.context = browser, context
        self._session = session

    async def ask(self, method: str, **given: object) -> dict[str, Any]:
        return await self.browser.ask(method, self._session, **given)

    def heard(self, method: str) -> list[dict[str, Any]]:
        return [
            each["params"]
            for each in self.browser.events
            if each["method"] == method and each.get("sessionId") == self._session
        ]

    async def run(self, script: str) -> Any:
        found = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def type(self, text: str) -> None:
        """Press keys; what is no letter is named as browsers name it."""
        for key in [text] if text in {"Enter", "Escape"} else text:
            code = {"Enter": 13, "Escape": 27}.get(key, 0)
            letter = {"Enter": "\r", "Escape": ""}.get(key, key)
            more = {"text": letter} if letter else {}
            press = {"key": key, "windowsVirtualKeyCode": code}
            await self.ask("Input.dispatchKeyEvent", type="keyDown", **press, **more)
            await self.ask("Input.dispatchKeyEvent", type="keyUp", **press)

    def drawn(self) -> bytes:
        """All that the terminal was sent since the page was loaded last."""
        opened = self.heard("Network.webSocketCreated")
        if not opened:
            return b""
        last = opened[-1]["requestId"]
        frames = [
            each["response"]
            for each in self.heard("Network.webSocketFrameReceived")
            if each["requestId"] == last and each["response"]["opcode"] == 2
        ]
        return b"".join(base64.b64decode(each["payloadData"]) for each in frames)

    async def picture(self) -> Image.Image:
        shot = await self.ask("Page.captureScreenshot", format="png")
        return Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")


@contextlib.asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[Chromium]:
    program = shutil.which("chromium-headless-shell")
    if program is None:
        pytest.fail("needs chromium-headless-shell (apt), as .ci/run installs it")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    process = await asyncio.create_subprocess_exec(
        program,
        *sandbox,
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        "about:blank",
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # the program is a script that starts others
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(MOST_SECONDS):
            address = ""
            while "ws://" not in address:
                address = (await process.stderr.readline()).decode()
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(address[address.index("ws://") :].strip(), max_msg_size=0) as socket,
        ):
            yield Chromium(socket)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
