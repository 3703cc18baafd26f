"""Why and why not: of a finding, of a cell of the reach matrix, of any agent and system."""

import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from meshmodel.answers.ways_sentences import ways_sentences
from meshmodel.app import jobs
from meshmodel.app.dialogs import why
from meshmodel.app.dialogs.why import WhyDialog
from meshmodel.app.widgets.row_list import RowList
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.model import stop
from meshmodel.model.records import Agent, Snapshot
from meshmodel.store.load import load
from tests.app.desk import MODELS, SIZES, Desk, desk
from tests.edits.models import HOSTILE

pytestmark = pytest.mark.slow


def dialog(it: Desk) -> WhyDialog:
    found = it.app.screen
    assert isinstance(found, WhyDialog)
    return found


async def told(it: Desk) -> str:
    """All rows, once all ways are known."""
    found = dialog(it)
    await it.computed()
    assert found.ways is not None
    return "\n".join(row.content.plain for row in found.query_one(RowList).shown_rows)


async def test_a_finding_is_told_with_all_ways_and_its_way_lit(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain", size=SIZES[0]) as it:
        await it.press("f", "w")
        analysis = it.bench.shown.analysis
        finding = it.bench.shown.finding
        assert analysis is not None
        assert finding is not None
        text = await told(it)
        asked = dialog(it).asked
        ways = analysis.all_ways(asked.agent, asked.system, asked.action, asked.source)
        assert ways is not None
        for sentence in (finding.message, finding.remedy, *ways_sentences(analysis.snapshot, ways)):
            assert sentence in text
        await it.press("ctrl+s")
        assert it.app.screen is it.bench
        shown = it.bench.shown.explanation
        assert shown is not None
        assert (shown.agent, shown.system) == (asked.agent, asked.system)
        assert it.bench.context.canvas.lighting.highlighted


@pytest.mark.parametrize("size", SIZES)
async def test_while_all_ways_are_computed_it_says_for_how_long_and_what_escape_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    go_on = threading.Event()

    def slowly(analysis: object, asked: object, is_cancelled: object) -> list[str]:
        del analysis, asked, is_cancelled
        go_on.wait(20)
        return ["all of them"]

    monkeypatch.setattr(why, "ways_in_words", slowly)
    monkeypatch.setattr(jobs, "TICK", 0.01)
    async with desk(tmp_path, "agent-chain", size=size) as it:
        try:
            await it.press("f", "w")
            assert isinstance(it.app.screen, WhyDialog)
            later = SimpleNamespace(monotonic=lambda: time.monotonic() + 6_000)
            monkeypatch.setattr(stop, "time", later)
            await it.shows("computing all paths: 60")
            await it.shows(" s, Esc goes back without them")
            await it.press("escape")
            assert it.app.screen is it.bench, "and Escape does so"
            await it.press("w")
        finally:
            go_on.set()
        assert "all of them" in await told(it)
        await it.pilot.pause()
        assert "computing all paths" not in it.screen_text()


async def test_why_not_and_what_one_more_relation_opens(tmp_path: Path) -> None:
    base = load(MODELS / "support-agent.toml")
    lonely: Snapshot = apply_edit(base, Edit("x", (Put(Agent("lonely", HOSTILE, home="helpdesk")),)))
    async with desk(tmp_path, lonely) as it:
        await it.select("agent", "lonely")
        await it.press("w")
        text = await told(it)
        analysis = it.bench.shown.analysis
        assert analysis is not None
        explained = analysis.explain("lonely", dialog(it).asked.system)
        assert explained is not None
        assert explained.why_not is not None
        assert explained.why_not in text
        ways = analysis.all_ways("lonely", dialog(it).asked.system)
        assert ways is not None
        for sentence in ways_sentences(analysis.snapshot, ways):
            assert sentence in text
        await it.press("ctrl+s")
        assert isinstance(it.app.screen, WhyDialog), "there is no way to be lit"


@pytest.mark.parametrize("at_once", [0, why.AT_ONCE])
async def test_it_begins_with_the_worst_that_is_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(why, "AT_ONCE", at_once)
    async with desk(tmp_path, "agent-chain") as it:
        for selected, asked in (
            (None, (None, None)),
            (("agent", "executor"), ("executor", "payments")),
            (("agent", "retriever"), ("retriever", "payments")),
            (("system", "warehouse"), (None, "warehouse")),
        ):
            if selected is not None:
                await it.select(*selected)
            await it.press("w")
            await told(it)
            analysis = it.bench.shown.analysis
            assert analysis is not None
            worst = analysis.explain(*asked)
            assert worst is not None
            assert worst.steps, "it is reached"
            found = dialog(it)
            assert (found.asked.agent, found.asked.system) == (worst.agent, worst.system)
            assert (found.asked.action, found.asked.source) == (None, None)
            assert found.explanation == worst
            await it.press("escape")
            assert it.app.screen is it.bench


async def test_it_asks_about_the_card_that_was_clicked_while_a_finding_is_open(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain", size=SIZES[1]) as it:
        await it.press("f", "escape")
        shown = it.bench.shown
        assert shown.explanation is not None
        ends = {("agent", shown.explanation.agent), ("system", shown.explanation.system)}
        snapshot = shown.snapshot
        cards = [("agent", key) for key in snapshot.agent] + [("system", key) for key in snapshot.system]
        table, key = next(each for each in cards if each not in ends)
        await it.pilot.click("#canvas", offset=it.cell((table, key)))
        await it.press("w")
        text = await told(it)
        assert getattr(dialog(it).asked, table) == key
        assert shown.finding is not None
        assert shown.finding.message not in text
