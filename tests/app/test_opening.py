"""What is handled while a model is being opened, how that ends, and what is painted with the quick line."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.geometry import Offset

from meshmodel import interchange
from meshmodel.app import jobs
from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.session import Session
from meshmodel.app.start.screen import StartScreen
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.workbench.screen import Workbench
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import check_current
from meshmodel.store.presence import OPEN_STORES
from meshmodel.store.saved_state import State
from tests.app.desk import MODELS, Desk, desk
from tests.app.test_start_and_help import beginning

GIVEN = MODELS / "support-agent.toml"


class Held:
    """Reading interchange files takes until this is let through, or until it is stopped."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate, self.was_stopped = threading.Event(), threading.Event()
        read = interchange.read_file

        def held(path: Path) -> Snapshot:
            until = time.monotonic() + 20
            try:
                while not self.gate.wait(0.05) and time.monotonic() < until:
                    check_current()
            except BaseException:
                self.was_stopped.set()
                raise
            return read(path)

        monkeypatch.setattr(interchange, "read_file", held)
        monkeypatch.setattr(jobs, "TICK", 0.1)


def choose(it: Desk, path: Path, *keys: str) -> None:
    """Open a recent file of the start screen, and press keys right behind Enter."""
    it.app.screen.query_one(FilterList).rows.go_to(("recent", path))
    for key in ("enter", *keys):
        it.app.post_message(events.Key(key, key if len(key) == 1 else None))


@pytest.mark.parametrize("is_over", [False, True])
async def test_escape_ends_the_reading_of_a_model(
    is_over: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    State(tmp_path / "state.json").opened(GIVEN)
    async with desk(tmp_path) if is_over else beginning(tmp_path) as it:
        if is_over:
            before = it.bench.session
            await it.press("ctrl+o")
        choose(it, GIVEN, "n")
        await it.shows("reading support-agent.toml: 0 s, Esc stops it")
        it.app.post_message(events.Key("escape", None))
        await it.shows("reading support-agent.toml was stopped: nothing was opened")
        assert held.was_stopped.wait(5)
        await it.shows("n new · S scan")
        assert isinstance(it.app.screen, StartScreen), "the key behind Enter was for the model"
        assert [each.session for each in it.app.screen_stack if isinstance(each, Workbench)] == (
            [before] if is_over else []
        )
        held.gate.set()
        monkeypatch.setattr(jobs, "TICK", 60)  # what is read before the first report, Escape does not end
        choose(it, GIVEN, "z", "escape")
        await it.shows("read only")
        assert it.bench.session.path == GIVEN


async def test_escape_right_behind_enter_ends_a_long_reading_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch)
    State(tmp_path / "state.json").opened(GIVEN)
    async with beginning(tmp_path) as it:
        choose(it, GIVEN, "escape")
        await it.shows("was stopped: nothing was opened")
        assert held.was_stopped.wait(5)


async def test_a_model_that_was_read_too_late_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, usual = threading.Event(), Session.open

    def late(*arguments: Any) -> Session:
        session = usual(*arguments)
        assert gate.wait(5)
        return session

    async with desk(tmp_path) as it:
        monkeypatch.setattr(Session, "open", late)
        monkeypatch.setattr(jobs, "TICK", 0.1)
        count = len(OPEN_STORES)
        await it.press("ctrl+o")
        choose(it, it.bench.session.path)
        await it.shows("Esc stops it")
        await it.press("escape")
        gate.set()
        for _ in range(200):  # the thread ends after its job
            if len(OPEN_STORES) == count:
                break
            await it.pilot.pause(0.02)
        assert len(OPEN_STORES) == count
        assert not it.bench.session.is_lost


async def test_a_click_while_a_model_is_being_opened_does_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        at = it.bench.query_one("#tabs").region.offset + Offset(14, 0)

        async def click() -> None:
            for kind in (events.MouseDown, events.MouseUp):
                it.app.post_message(kind(None, *at, 0, 0, 1, shift=False, meta=False, ctrl=False))
            await it.pilot.pause()

        it.app.hold_keys()
        await click()
        assert it.bench.shown.page == "findings"
        it.app.release_keys()
        await click()
        assert it.bench.shown.page == "fix"


async def test_the_quick_line_opens_without_painting_the_canvas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path) as it:
        rows: list[int] = []
        usual = CanvasView.render_line
        monkeypatch.setattr(CanvasView, "render_line", lambda self, y: rows.append(y) or usual(self, y))
        await it.press(":")
        assert it.bench.query_one(QuickLine).is_open
        assert rows == []
        await it.press("escape", "tab")
        assert rows != []
