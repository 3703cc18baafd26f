"""While what follows an edit is computed, what is told is of the model shown, or says that it is not."""

import threading
from pathlib import Path

import pytest

from meshmodel.app.screens.analysing import Analysing
from meshmodel.app.session import Session
from meshmodel.app.widgets.compromise import CompromiseList
from meshmodel.app.widgets.how import Told
from meshmodel.store.edits import Remove, edit
from tests.analysis.crowds import crowded
from tests.app.desk import Desk, desk

LARGE = crowded(agents=8, systems=300)
BEFORE = "before the last edit"


class Gate:
    """Holds back what follows an edit, beside, until it is let through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._open = threading.Event()
        self._open.set()
        analyse = Session.analyse

        def held(session: Session) -> object:
            assert self._open.wait(60)
            return analyse(session)

        monkeypatch.setattr(Session, "analyse", held)
        monkeypatch.setattr(Analysing, "ANALYSED_BESIDE", 0)

    def close(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


def told(it: Desk) -> str:
    return it.bench.query_one(Told).said


def listed(it: Desk) -> str:
    return "\n".join(row.content.plain for row in it.bench.query_one(CompromiseList).rows.shown_rows)


async def settled(it: Desk) -> None:
    for _ in range(5):
        await it.app.workers.wait_for_complete()
        await it.pilot.pause()


async def looked(it: Desk) -> None:
    """Wait until nothing is worked out for a lens, whatever follows the edit."""
    for _ in range(500):
        await it.pilot.pause()
        if it.bench._beside is None:
            return


async def remove_system(it: Desk) -> None:
    """An edit after which less falls."""
    it.bench.apply(edit("remove", [Remove("system", "s005")]), on=it.model)
    await it.pilot.pause()


@pytest.mark.parametrize(("key", "lens"), [("C", "compromise"), ("l", "reach")])
async def test_what_a_lens_is_asked_meanwhile_is_told_of_the_newest_model(
    tmp_path: Path, gate: Gate, key: str, lens: str
) -> None:
    async with desk(tmp_path, LARGE) as it:
        await settled(it)
        await it.select("agent", "a001")
        gate.close()
        try:
            await remove_system(it)
            await it.press(key)
            await looked(it)
            assert not it.bench.shown.is_current
            assert f"{lens}: computing..." in told(it)
            assert it.bench.shown.compromise is None
        finally:
            gate.open()
        await settled(it)
        assert it.bench.canvas._shown is not None
        assert it.bench.lens_says in told(it)
        assert "computing" not in told(it)


async def test_what_was_known_says_that_it_is_of_the_model_before(tmp_path: Path, gate: Gate) -> None:
    async with desk(tmp_path, LARGE) as it:
        await settled(it)
        await it.select("agent", "a001")
        await it.press("C")
        await settled(it)
        before = it.bench.lens_says
        assert told(it) == before
        assert BEFORE not in listed(it)
        gate.close()
        try:
            await remove_system(it)
            await it.press("C")
            assert told(it) == f"{before}, {BEFORE}"
            assert BEFORE in listed(it)
            assert "s005" in listed(it), "a system that is gone is still in it"
        finally:
            gate.open()
        await settled(it)
        assert it.bench.lens_says != before
        assert told(it) == it.bench.lens_says
        assert BEFORE not in listed(it)
        assert "s005" not in listed(it)
