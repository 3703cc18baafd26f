"""The header, the tabs and the rows of findings say the same, whatever the room."""

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from meshmodel.analysis.results import Summary
from meshmodel.answers.causes import causes_of, open_counts
from meshmodel.app import analysis_service
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.panels.tabs import TabRow
from meshmodel.app.presentation.inspection import finding_sections
from meshmodel.app.presentation.lenses import LENSES
from meshmodel.app.presentation.model_line import delta, open_rows
from meshmodel.edits import operations as changes
from meshmodel.edits.edit import Put, edit
from meshmodel.model.records import Acceptance, System
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import counted, width
from meshmodel.store.examples import ORDER
from tests.app.desk import SIZES, Desk, desk
from tests.canvas.building import snapshot_of


def first_row(it: Desk) -> str:
    return it.bench.query_one(MeshHeader).render().plain


@pytest.mark.parametrize("lens", ["reach", "missing", "compromise", "boundaries"])
@pytest.mark.parametrize("size", SIZES)
async def test_lens_and_view_are_told_at_every_size(tmp_path: Path, size: tuple[int, int], lens: str) -> None:
    async with desk(tmp_path, "coding-agent-mcp", size=size) as it:
        it.bench.context.update(lens=lens)
        await it.pilot.pause()
        assert lens in first_row(it)
        assert "as built" in first_row(it)
        await it.press("v")
        assert lens in first_row(it)
        assert "as designed" in first_row(it)
        assert width(first_row(it)) <= size[0]


@pytest.mark.parametrize("name", ["coding-agent-mcp", "crm-assistant-gateway"])
async def test_no_severity_is_left_out_where_there_is_room_for_it(tmp_path: Path, name: str) -> None:
    async with desk(tmp_path, name, size=(120, 40)) as it:
        built = it.bench.shown.built
        assert built is not None
        said = open_rows(open_counts(built))
        shown = next(each for each in said if each in first_row(it))
        if shown != said[0]:
            longer = said[said.index(shown) - 1]
            spare = len(first_row(it)) - len(" ".join(first_row(it).split()))
            assert len(longer) - len(shown) > spare - first_row(it).strip().count("  ")


@pytest.mark.parametrize("counts", [{"high": 1}, {"critical": 5, "high": 3, "low": 1}])
def test_ever_fewer_severities_from_the_highest(counts: dict[str, int]) -> None:
    said = open_rows(counts)  # type: ignore[arg-type]  # words of severities
    assert len(said) == len(counts)
    assert "…" not in said[0]
    assert all(each.endswith(" …") for each in said[1:])
    assert all(f"{number} {name}" in said[0] for name, number in counts.items())


def test_large_numbers_are_written_alike_in_the_whole_header() -> None:
    assert open_rows({"critical": 117, "high": 3_918}) == (
        "open: 117 critical · 3,918 high",
        "open: 117 critical …",
    )
    before, after = (Summary(0, 2_413, 0, 0, 0, 0, missing) for missing in (4_231, 0))
    assert delta(before, after) == "▼−4,231"
    assert delta(after, before) == "▲+4,231"


@pytest.mark.parametrize("name", ORDER)
async def test_rows_tell_the_severity_by_which_the_header_counts_them(tmp_path: Path, name: str) -> None:
    async with desk(tmp_path, name, size=(200, 60)) as it:
        built = it.bench.shown.built
        assert built is not None
        await it.press("f")
        rows = [row for row in it.bench.query_one(FindingsList).rows.shown_rows if not row.heading]
        words = [row.content.plain.split()[1] for row in rows]
        counts = {each: words.count(each) for each in dict.fromkeys(words)}
        assert counts == dict(open_counts(built))
        assert words == sorted(words, key=list(counts).index)
        for cause, row in zip(causes_of(built), rows, strict=True):
            itself = f"(itself {cause.finding.severity})"
            assert (itself in row.content.plain) == (cause.finding.severity != cause.severity)


async def test_tab_tells_open_and_accepted_rows_apart(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        built = it.bench.shown.built
        assert built is not None
        every = len(causes_of(built))
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
        await it.shows(f"Findings {every - 1} + 1 accepted")
        tabs = it.bench.query_one(TabRow)
        await it.pilot.resize_terminal(80, 24)
        await it.press("f")
        assert f"[Findings {every - 1}+1]" in [text for _, text in tabs.labels()]
        assert sum(width(text) + 1 for _, text in tabs.labels()) <= 80


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_accepted_is_counted_apart(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, "agent-chain", size=size) as it:
        many = it.missing
        assert f"✖ {many} missing" in first_row(it)
        assert "accepted" not in first_row(it)
        await it.press("f", "y")
        await it.type("Ada")
        await it.press("enter")
        await it.type("a pilot")
        await it.press("ctrl+s")
        (accepted,) = it.model.acceptance.values()
        assert accepted.rule == DOOR
        assert f"✖ {many - 1} missing" in first_row(it)
        assert "1 accepted" in it.bench.query_one(MeshHeader).tip(0)
        assert "1 accepted" in first_row(it) or "≈ 1" in first_row(it)
        assert it.missing == many, "nobody is asked there all the same"
        await it.press("u")
        assert f"✖ {many} missing" in first_row(it)


@pytest.mark.parametrize("name", ORDER)
async def test_both_numbers_and_the_worst_severity_are_told_on_the_smallest_screen(
    tmp_path: Path, name: str
) -> None:
    async with desk(tmp_path, name, size=(80, 24)) as it:
        for lens, view in product(LENSES, ("built", "designed")):
            it.bench.context.update(lens=lens)
            assert f"as {view}" in first_row(it)
            assert it.bench.shown.analysis is not None
            for severity, number in [*open_counts(it.bench.shown.analysis).items()][:1]:
                assert f"open: {number} {severity}" in first_row(it)
            assert it.bench.shown.designed is not None
            planned = it.bench.shown.designed.summary.missing
            told = f"{it.missing} missing  designed {planned}", f"{it.missing} missing  → {planned}"
            assert any(each in first_row(it) for each in told)
            assert width(first_row(it)) <= 80
            await it.press("v")


async def test_doors_and_crossings_are_both_named_where_there_is_room(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(200, 60)) as it:
        built = it.bench.shown.built
        assert built is not None
        both = f"✖ {it.missing} missing · {counted(built.summary.uncontrolled, 'uncontrolled crossing')}"
        assert both in first_row(it)
        await it.pilot.resize_terminal(80, 24)
        await it.pilot.pause()
        assert both not in first_row(it)
        assert f"✖ {it.missing} missing" in first_row(it)
        assert both in it.bench.query_one(MeshHeader).tip(0)


async def test_the_tab_counts_questions_and_so_does_the_inspector(tmp_path: Path) -> None:
    async with desk(tmp_path, snapshot_of(System("files"))) as it:
        built = it.bench.shown.built
        assert built is not None
        (section,) = finding_sections(built, it.model.system["files"])
        assert len(section.lines) > len(built.questions) == 1
        titles = [text.strip() for _, text in it.bench.query_one(TabRow).labels()]
        assert f"Questions {len(section.lines)}" in titles


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
        first = it.missing
        await place(it)
        clock[0] += analysis_service.BURST / 2
        await place(it)
        assert it.missing == first - 2
        assert "▼−2" in first_row(it)
        clock[0] += 2 * analysis_service.BURST
        await it.press("u")
        assert "▲+1" in first_row(it), "those before have been read"
        clock[0] += analysis_service.BURST / 2
        await it.press("u")
        assert it.missing == first
        assert "▲+2" in first_row(it)
        clock[0] += analysis_service.BURST / 2
        await it.press("U", "U")
        assert it.missing == first - 2
        assert "▼−2" in first_row(it), "what was redone is compared with what it was redone on"


async def test_an_undo_is_compared_with_what_it_undid_however_fast_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis_service, "monotonic", lambda: 100.0)
    async with desk(tmp_path, "agent-chain") as it:
        await place(it)
        await it.sentence("x > y > z: read")
        assert "▼−1" in first_row(it), "both came fast"
        await it.press("u")
        assert it.bench.shown.message.text.startswith("undid: x > y")
        assert "▼" not in first_row(it), "that closed nothing"
        await it.press("u")
        assert "▲+1" in first_row(it)
        assert it.bench.shown.built is not None
        with it.held():
            for door in it.bench.shown.built.doors:
                wanted, _ = changes.placement(it.model, ("grant", door.credential, door.system))
                it.bench.context.apply(wanted, on=it.model)
            await it.press("u")
        await it.pilot.pause()
        assert it.missing == 1
        assert "▼" not in first_row(it), "how many were missing before the undo was never known"


async def test_after_a_fault_nothing_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("no luck")

    async with desk(tmp_path, "agent-chain") as it:
        await it.press("f", "p")
        assert "▼−1" in first_row(it)
        with monkeypatch.context() as broken:
            broken.setattr("meshmodel.analysis.analysis.analyse", fails)
            await it.press("u")
            assert "could not be computed" in first_row(it)
        await it.press("U")
        assert "missing" in first_row(it)
        assert "▼" not in first_row(it), "what was before the fault is not known"
