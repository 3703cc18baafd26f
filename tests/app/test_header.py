"""The header, the tabs and the rows of findings say the same, whatever the room."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from meshmodel.answers.causes import causes_of, counts_of
from meshmodel.app import analysis_service
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.panels.tabs import TabRow
from meshmodel.edits import operations as changes
from meshmodel.edits.edit import Put, edit
from meshmodel.model.records import Acceptance
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import width
from meshmodel.store.examples import ORDER
from tests.app.desk import SIZES, Desk, desk

CHANGE = re.compile(r"[+-]\d+ paths?\b")
"""How an edit changed the number of unchecked paths."""


def first_row(it: Desk) -> str:
    return it.bench.query_one(MeshHeader).render().plain


@pytest.mark.parametrize("name", ORDER)
async def test_rows_and_those_folded_under_them_are_all_findings(tmp_path: Path, name: str) -> None:
    async with desk(tmp_path, name, size=(200, 60)) as it:
        built = it.bench.shown.built
        assert built is not None
        await it.press("f")
        rows = [row for row in it.bench.query_one(FindingsList).rows.shown_rows if not row.heading]
        words = [row.content.plain.split()[1] for row in rows]
        counts = {each: words.count(each) for each in dict.fromkeys(words)}
        folded = [row.content.plain.split()[2] for row in rows]
        more = sum(int(each) for each in folded if each.startswith("+"))
        assert len(rows) + more == len(built.findings)
        assert words == sorted(words, key=list(counts).index)
        for cause, row in zip(causes_of(built), rows, strict=True):
            itself = f"(itself {cause.finding.severity})"
            assert (itself in row.content.plain) == (cause.finding.severity != cause.severity)


async def test_tab_tells_open_and_accepted_rows_apart(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        built = it.bench.shown.built
        assert built is not None
        every = counts_of(built).main
        low = counts_of(built).low
        found = next(each.finding for each in causes_of(built) if not each.also)
        until = built.today + timedelta(days=9)
        record = Acceptance(
            found.rule,
            found.subject,
            "why",
            "who",
            until,
            found.severity,
            found.agents or None,
            found.actions or None,
        )
        it.bench.context.apply(edit("accept", [Put(record)]), on=it.model)
        await it.shows(f"Findings {every - 1}{f' +{low} low' if low else ''} + 1 accepted")
        tabs = it.bench.query_one(TabRow)
        await it.pilot.resize_terminal(80, 24)
        await it.press("f")
        assert f"[Findings {every - 1} + 1 accepted]" in [text for _, text in tabs.labels()]
        assert sum(width(text) + 1 for _, text in tabs.labels()) <= 80


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_accepted_is_counted_apart(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, "agent-chain", size=size) as it:
        every = it.counts.main
        assert f"{every} findings" in first_row(it)
        assert "accepted" not in first_row(it)
        await it.press("f", "y")
        await it.type("Ada")
        await it.press("enter")
        await it.type("a pilot")
        await it.press("ctrl+s")
        (accepted,) = it.model.acceptance.values()
        assert accepted.rule == DOOR
        assert f"{every - 1} findings" in first_row(it)
        assert "1 accepted" in it.bench.query_one(MeshHeader).tip(0)
        assert "1 accepted" in first_row(it) or "≈ 1" in first_row(it)
        assert f"{it.counts.paths} unchecked" in first_row(it), "no checkpoint decides there all the same"
        await it.press("u")
        assert f"{every} findings" in first_row(it)


async def place(it: Desk) -> None:
    """Place a checkpoint where the first one is missing."""
    assert it.bench.shown.built is not None
    door = it.bench.shown.built.doors[0]
    wanted, _ = changes.placement(it.model, ("grant", door.credential, door.system))
    it.bench.context.apply(wanted, on=it.model)
    await it.pilot.pause()


async def test_edits_that_come_fast_are_told_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(analysis_service, "monotonic", lambda: clock[0])
    async with desk(tmp_path, "agent-chain") as it:
        first = it.counts
        await place(it)
        clock[0] += analysis_service.BURST / 2
        await place(it)
        assert it.counts.since(first) in first_row(it)
        second = it.counts
        clock[0] += 2 * analysis_service.BURST
        await it.press("u")
        assert it.counts.since(second) in first_row(it), "those before have been read"
        clock[0] += analysis_service.BURST / 2
        await it.press("u")
        assert it.counts == first
        assert first.since(second) in first_row(it)
        clock[0] += analysis_service.BURST / 2
        await it.press("U", "U")
        assert it.counts == second
        assert second.since(first) in first_row(it), "what was redone is compared with what it was redone on"


async def test_an_undo_is_compared_with_what_it_undid_however_fast_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis_service, "monotonic", lambda: 100.0)
    async with desk(tmp_path, "agent-chain") as it:
        first = it.counts
        await place(it)
        placed = it.counts
        await it.sentence("x > y > z: read")
        assert it.counts.since(first) in first_row(it), "both came fast"
        assert it.counts.paths < first.paths
        await it.press("u")
        assert it.bench.shown.message.text.startswith("undid: x > y")
        assert not CHANGE.search(first_row(it)), "that closed nothing"
        await it.press("u")
        assert first.since(placed) in first_row(it)
        assert it.bench.shown.built is not None
        with it.held():
            for door in it.bench.shown.built.doors:
                wanted, _ = changes.placement(it.model, ("grant", door.credential, door.system))
                it.bench.context.apply(wanted, on=it.model)
            await it.press("u")
        await it.pilot.pause()
        assert it.missing == 1
        assert not CHANGE.search(first_row(it)), "the counts before the undo were never known"


async def test_after_a_fault_nothing_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("no luck")

    async with desk(tmp_path, "agent-chain") as it:
        await it.press("f", "p")
        assert CHANGE.search(first_row(it))
        with monkeypatch.context() as broken:
            broken.setattr("meshmodel.analysis.analysis.analyse", fails)
            await it.press("u")
            assert "could not be computed" in first_row(it)
        await it.press("U")
        assert "unchecked" in first_row(it)
        assert not CHANGE.search(first_row(it)), "what was before the fault is not known"
