"""What is handled while a model is being opened, and what is painted when the quick line is."""

from pathlib import Path

import pytest
from textual import events
from textual.geometry import Offset

from meshmodel.app.canvas.view import CanvasView
from meshmodel.app.panels.quick_line import QuickLine
from tests.app.desk import desk


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
