"""While what follows an edit is computed, nothing told is of another model, and what is asked waits."""

import threading
from pathlib import Path

import pytest

from meshmodel.app.screens.analysing import Analysing
from meshmodel.app.screens.offboarding import OffboardingDialog
from meshmodel.app.screens.why import WhyDialog
from meshmodel.app.session import Session
from meshmodel.app.widgets.compromise import CompromiseList
from meshmodel.app.widgets.header import MeshHeader
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


async def remove_system(it: Desk, system: str = "s005") -> None:
    """An edit after which less falls."""
    it.bench.apply(edit("remove", [Remove("system", system)]), on=it.model)
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


async def test_the_header_says_at_once_that_it_is_computing_even_what_is_there_soon(
    tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshmodel.app.session.SOON", 60.0)
    async with desk(tmp_path, LARGE, size=(120, 40)) as it:
        await settled(it)
        await remove_system(it)
        await settled(it)
        header = it.bench.query_one(MeshHeader)
        assert "computing" not in header.render().plain
        gate.close()
        try:
            it.bench.apply(edit("remove", [Remove("system", "s006")]), on=it.model)
            assert it.bench.session.is_analysed_soon
            await it.shows("computing...  was ")
            assert "computing..." in it.screen_text().splitlines()[0]
        finally:
            gate.open()
        await settled(it)
        assert "computing" not in header.render().plain


async def test_a_key_pressed_again_meanwhile_places_no_second_checkpoint(tmp_path: Path, gate: Gate) -> None:
    async with desk(tmp_path, "agent-chain", size=(120, 40)) as it:
        await settled(it)
        it.bench.session._results = None  # as in a large model: what follows is not there soon
        await it.press("f")
        gate.close()
        try:
            await it.press("p", "p", "p")
            await it.shows("was placed there just now; what follows is being computed")
            assert len(it.model.checkpoint) == 1
        finally:
            gate.open()
        await settled(it)

        await it.shows("1 missing")
        await it.press("p")
        assert "just now" not in told(it), "it is of the next one"


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


@pytest.mark.parametrize(
    ("key", "what", "dialog"), [("w", "why", WhyDialog), ("D", "offboard", OffboardingDialog)]
)
async def test_what_a_dialog_is_asked_meanwhile_waits_and_is_answered(
    tmp_path: Path, gate: Gate, key: str, what: str, dialog: type[WhyDialog] | type[OffboardingDialog]
) -> None:
    async with desk(tmp_path, LARGE) as it:
        await settled(it)
        await it.select("agent", "a001")
        gate.close()
        try:
            await remove_system(it)
            await it.press(key)
            assert told(it) == f"{what}: computing..."
            assert it.app.screen is it.bench
        finally:
            gate.open()
        await settled(it)
        found = it.app.screen
        assert isinstance(found, dialog)
        assert found.analysis is it.bench.shown.analysis
        assert "s005" not in found.analysis.snapshot.system
        await it.press("escape")
        assert told(it) == ""


@pytest.mark.parametrize("keys", [("escape",), ("l",)])
async def test_what_nobody_waits_for_any_more_does_not_come(
    tmp_path: Path, gate: Gate, keys: tuple[str, ...]
) -> None:
    async with desk(tmp_path, LARGE) as it:
        await settled(it)
        await it.select("agent", "a001")
        gate.close()
        try:
            await remove_system(it)
            await it.press("w", *keys)
            assert "why" not in told(it)
            assert it.bench.shown.selected == ("agent", "a001"), "Esc stops the waiting and nothing else"
        finally:
            gate.open()
        await settled(it)
        assert it.app.screen is it.bench


@pytest.mark.parametrize("key", ["?", ".", "e", ":", "o", "g", "right"])
async def test_what_was_asked_does_not_come_over_what_somebody_went_on_to(
    tmp_path: Path, gate: Gate, key: str
) -> None:
    async with desk(tmp_path, LARGE) as it:
        await settled(it)
        await it.select("agent", "a001")
        gate.close()
        try:
            await remove_system(it)
            await it.press("w", key)
            opened = it.app.screen
        finally:
            gate.open()
        await settled(it)
        assert it.app.screen is opened
        assert "computing" not in told(it)


async def test_the_fix_that_is_asked_meanwhile_is_computed_once_it_can_be(tmp_path: Path, gate: Gate) -> None:
    async with desk(tmp_path, LARGE) as it:
        await settled(it)
        gate.close()
        try:
            await remove_system(it)
            await it.press("F")
            assert it.bench.shown.fixing is None
        finally:
            gate.open()
        await settled(it)
        known = it.bench.shown.fixing
        assert known is not None
        assert known.fix is not None
        assert known.analysis is it.bench.shown.analysis
        await remove_system(it, "s006")
        await settled(it)
        assert it.bench.shown.fixing is None, "and after the next edit only where it is asked again"
