"""A large model is drawn beside: keys go on, what is shown is the newest, and a move loses no step."""

import threading
from pathlib import Path

import pytest

from meshmodel.app.workbench.controllers import drawing
from meshmodel.canvas.drawing import Drawing
from meshmodel.edits.edit import Put, edit
from meshmodel.model.records import Agent
from tests.app.desk import Desk, desk

pytestmark = pytest.mark.slow


class Gate:
    """Lets drawings through that are made beside, once it is open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.threads: list[threading.Thread] = []
        self._open = threading.Event()
        self._open.set()
        draw = drawing.draw

        def held(*arguments: object, **options: object) -> Drawing:
            self.threads.append(threading.current_thread())
            if threading.current_thread() is not threading.main_thread():
                assert self._open.wait(60)
            return draw(*arguments, **options)

        monkeypatch.setattr(drawing, "draw", held)
        monkeypatch.setattr(drawing, "DRAWN_AT_ONCE", 0)

    def close(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()


async def drawn(it: Desk) -> None:
    """Wait until the newest model is drawn, and what waited for that is done."""
    for _ in range(50):
        await it.computed()
        if not it.bench.shown.is_drawing:
            return
    raise AssertionError("it is never drawn")


async def test_a_large_model_is_drawn_beside_and_keys_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    async with desk(tmp_path, "support-agent", size=(120, 40)) as it:
        await drawn(it)
        try:
            gate.close()
            gate.threads.clear()
            before = it.bench.context.canvas.drawing
            it.bench.context.apply(edit("add", [Put(Agent("newcomer"))]), ("agent", "newcomer"), on=it.model)
            await it.pilot.pause()
            assert it.bench.context.canvas.drawing is before
            await it.shows("drawing...")
            await it.press("tab")
            assert it.bench.shown.selected != ("agent", "newcomer"), "keys go on"
        finally:
            gate.open()
        await drawn(it)
        assert gate.threads
        assert threading.main_thread() not in gate.threads
        assert it.bench.context.canvas.drawing is not None
        assert it.bench.context.canvas.drawing.box_of(("agent", "newcomer")) is not None
        assert "drawing..." not in it.screen_text()


async def test_a_move_by_keys_waits_for_the_drawing_and_loses_no_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []
    for held in (False, True):
        with monkeypatch.context() as patched:
            gate = Gate(patched) if held else None
            folder = tmp_path / str(held)
            folder.mkdir()
            async with desk(folder, "agent-chain", size=(120, 40)) as it:
                if gate is not None:
                    await drawn(it)
                    gate.close()
                await it.select("agent", "executor")
                try:
                    await it.press("m", "right", "right", "up", "enter")
                finally:
                    if gate is not None:
                        gate.open()
                await drawn(it)
                await drawn(it)
                agent = it.model.agent["executor"]
                places.append((agent.home, agent.at))
    assert places[0] == places[1]
    assert places[0][1] is not None


async def test_what_cannot_be_drawn_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(tmp_path, "support-agent", size=(120, 40)) as it:
        monkeypatch.setattr(drawing, "DRAWN_AT_ONCE", 0)

        def broken(*_: object, **__: object) -> Drawing:
            raise RuntimeError("no room")

        monkeypatch.setattr(drawing, "draw", broken)
        await it.press("-")
        await it.app.workers.wait_for_complete()
        await it.shows("could not be drawn: no room")
