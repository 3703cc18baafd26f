"""Leaving a model, and opening another one, ends what is worked out beside: nobody waits for it any more."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from meshmodel.app.dialogs import offboard as offboarding
from meshmodel.app.dialogs import why
from meshmodel.app.presentation.lenses import InLens, LensResult
from meshmodel.app.presentation.log_request import LogRequest
from meshmodel.app.workbench.controllers import lens
from meshmodel.app.workbench.controllers import plan as plans
from meshmodel.app.workbench.controllers import trace as traces
from tests.analysis.crowds import crowded
from tests.app.desk import Desk, desk

pytestmark = pytest.mark.slow

LARGE = crowded(agents=8, systems=300)


class Beside:
    """Stands for what is worked out beside: it ends when it is cancelled, or after the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
        self.begun, self.ended, self.over = threading.Event(), threading.Event(), threading.Event()

        def waits(*arguments: object, is_cancelled: Callable[[], bool] | None = None, **_: object) -> object:
            last = arguments[-1]
            stop = is_cancelled or getattr(last, "is_cancelled", last)
            if not callable(stop):
                return LensResult(InLens(None))  # a lens that takes no time
            self.begun.set()
            while not self.over.wait(0.01):
                if stop():
                    self.ended.set()
                    break
            raise RuntimeError("of no use")

        monkeypatch.setattr(module, name, waits)


WORK: list[tuple[object, str, str]] = [
    (plans, "work_out_plan", "F"),
    (lens, "work_out", "C"),
    (traces, "follow_log", "L"),
    (why, "way_of", "w"),
    (offboarding, "plan_in_lines", "D"),
]


@pytest.mark.parametrize(("module", "name", "key"), WORK[:3])
async def test_leaving_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str, key: str
) -> None:
    beside = Beside(monkeypatch, module, name)
    async with desk(tmp_path, LARGE) as it:
        await begin(it, key)
        assert beside.begun.wait(5)
        await it.press("q")
        try:
            assert beside.ended.wait(5)
        finally:
            beside.over.set()


@pytest.mark.parametrize(("module", "name", "key"), WORK[3:])
async def test_being_ended_from_outside_ends_what_a_dialog_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str, key: str
) -> None:
    beside = Beside(monkeypatch, module, name)
    try:
        async with desk(tmp_path, LARGE) as it:
            await begin(it, key)
            assert beside.begun.wait(5)
            assert it.app.screen is not it.bench
            it.app.signals.end("terminated")
        assert beside.ended.wait(5)
    finally:
        beside.over.set()


async def begin(it: Desk, key: str) -> None:
    """Have it worked out beside, as the key would."""
    await it.computed()
    await it.select("agent", "a001")
    if key == "L":
        it.bench.trace.begin(LogRequest(Path("events.jsonl")))
        await it.pilot.pause()
    else:
        await it.press(key)
