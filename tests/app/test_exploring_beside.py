"""In a large model what a lens shows is worked out beside: keys go on, Esc stops it, nothing is stale."""

import threading
from pathlib import Path

import pytest

from meshmodel.app.panels.compromise import CompromiseList
from meshmodel.app.workbench.controllers import lens as lens_module
from tests.analysis.crowds import crowded
from tests.app.desk import Desk, desk

pytestmark = pytest.mark.slow

LARGE = crowded(agents=8, systems=300)


class Gate:
    """Holds back what is worked out until it is let through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[object] = []
        self._open = threading.Event()
        work_out = lens_module.work_out

        def held(lens, analysis, about, is_cancelled=None):
            if is_cancelled is not None:  # beside
                self.asked.append(about)
                while not self._open.wait(0.01) and not is_cancelled():
                    pass
            return work_out(lens, analysis, about, is_cancelled)

        monkeypatch.setattr(lens_module, "work_out", held)

    def open(self) -> None:
        self._open.set()


def listed(it: Desk) -> str:
    return "\n".join(row.content.plain for row in it.bench.query_one(CompromiseList).rows.shown_rows)


async def test_what_falls_is_computed_beside_and_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    async with desk(tmp_path, LARGE, size=(120, 40)) as it:
        await it.app.workers.wait_for_complete()
        await it.press("O")
        assert it.bench.shown.compromise is None
        assert "computing the blast radius: " in listed(it)
        assert " s, Esc stops it" in listed(it)
        await it.shows("computing the blast radius")
        await it.press("escape")
        await it.computed()
        assert it.bench.shown.compromise is None
        assert "stopped; C or O asks again" in listed(it)
        gate.open()
        await it.press("O")
        await it.computed()
        assert it.bench.shown.compromise is not None
        assert len(it.bench.shown.compromise.unchecked.agents) == 8
        rows = it.bench.query_one(CompromiseList).rows
        made = sum("content" in vars(row) for row in rows.shown_rows)
        assert made < len(rows.shown_rows), "what rows show is made when they are seen"
        rows.filter_by("s299")
        rows.settle()
        assert [row.key for row in rows.shown_rows if not row.heading] == [("system", "s299", "free")]
        rows.filter_by("")
        assert "8 agents driven from there" in listed(it)
        await it.shows("1 credential to revoke, 8 agents, 300 systems")


async def test_what_was_asked_before_is_never_shown_as_what_is_asked_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    async with desk(tmp_path, LARGE, size=(120, 40)) as it:
        await it.app.workers.wait_for_complete()
        await it.select("agent", "a001")
        await it.press("C")
        await it.select("agent", "a002")
        await it.select("agent", "a003")
        assert it.bench.shown.compromise is None
        assert gate.asked[0] == "agent:a001"
        gate.open()
        for _ in range(3):
            await it.computed()
        assert it.bench.shown.compromise is not None
        assert it.bench.shown.compromise.start == "agent:a003"
        assert gate.asked[-1] == "agent:a003"
        assert "If a003 is compromised, as built" in listed(it)
