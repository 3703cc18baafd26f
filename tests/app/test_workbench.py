"""The workbench through Textual's Pilot, judged by the model that comes of it."""

from pathlib import Path

import pytest

from meshmodel.app.panels.explanation import ExplanationList
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.model.records import Agent, Credential, Grant, Hold, Snapshot, System, Zone
from meshmodel.model.text import width
from tests.app.desk import MODELS, SIZES, desk


@pytest.mark.parametrize("size", SIZES)
async def test_opening_draws_and_analyses(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as it:
        assert it.missing == 1
        text = it.screen_text()
        assert "Support bot" in text
        assert "2 unchecked" in text
        assert "Attachments" in text


@pytest.mark.parametrize("size", SIZES)
async def test_finding_lights_its_witness_and_a_key_closes_it(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as it:
        await it.press("f")
        told = it.bench.shown.explanation
        assert told is not None
        assert told.system == "attachments"
        assert it.bench.context.canvas.lighting.highlighted
        await it.shows("✖ no checkpoint")
        await it.press("p")
        placed = list(it.model.checkpoint.values())
        assert [(each.step, each.from_, each.to, each.state) for each in placed] == [
            ("grant", "file-sas", "attachments", "enforced")
        ]
        assert it.missing == 0
        await it.shows("-1 high, -2 paths")
        await it.press("escape", "u")
        assert it.missing == 1
        assert not it.model.checkpoint
        await it.press("U")
        assert it.missing == 0


async def test_checkpoint_on_the_selected_step(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select("grant", ("ticket-token", "tickets"))
        await it.press("p")
        assert [(each.step, each.to) for each in it.model.checkpoint.values()] == [("grant", "tickets")]


async def test_step_in_the_story_takes_the_checkpoint(tmp_path: Path) -> None:
    async with desk(tmp_path, "code-agent") as it:
        await it.press("f")
        how = it.bench.query_one("#how")
        how.focus_list()
        await it.press("down", "up")
        assert it.bench.shown.selected == ("grant", ("forge-token", "pipeline-secrets"))
        await it.press("p")
        assert [each.to for each in it.model.checkpoint.values()] == ["pipeline-secrets"]


async def test_intent_where_it_approves_and_why_not_elsewhere(tmp_path: Path) -> None:
    async with desk(tmp_path, "workflow-broker") as it:
        before = it.missing
        await it.press("f", "i")
        await it.computed()
        await it.shows("broker then has more access than intended: 1 new high.")
        assert not it.model.intent, "what it makes worse is said before"
        await it.press("enter")
        await it.shows("write why, or leave with Esc")
        await it.press(*"agreed", "enter")
        assert len(it.model.intent) == 1
        (note,) = it.model.note.values()
        assert note.text == "Intended, broker on payroll: agreed"
        assert note.about == "grant:user-token>payroll"
        assert it.bench.shown.built is not None
        assert it.bench.shown.built.summary.approved >= 1
        assert it.missing <= before
    second = tmp_path / "second"
    second.mkdir()
    async with desk(second) as it:
        await it.press("f", "i")
        assert not it.model.intent
        await it.shows("Cannot mark as intended: Support bot reads untrusted content")


async def test_adding_naming_connecting_and_deleting_by_key(tmp_path: Path) -> None:
    async with desk(tmp_path, Snapshot()) as it:
        await it.shows("Nothing here yet")
        await it.press("a", "z")
        await it.type("desk")
        await it.press("enter")
        assert "desk" in it.model.zone
        assert it.bench.shown.selected == ("zone", "desk")
        await it.press("a", "a")
        await it.type("Bot")
        await it.press("enter")
        assert it.model.agent["bot"].home == "desk"
        await it.press("a", "s")
        await it.type("files")
        await it.press("enter")
        assert it.model.system["files"].zone == "desk"
        await it.select("agent", "bot")
        await it.press("c", "right")
        assert it.bench.context.canvas.aimed == ("system", "files")
        await it.press("enter", "enter", "enter")
        assert [key[0] for key in it.model.hold] == ["bot"]
        assert [each.actions for each in it.model.grant.values()] == [("read",)]
        await it.select("agent", "bot")
        await it.press("n")
        await it.type("Robot")
        await it.press("enter")
        assert it.model.agent["bot"].name == "Robot"
        await it.select("system", "files")
        await it.press("x")
        assert not it.model.system
        assert not it.model.grant
        await it.press("u")
        assert it.model.system
        assert it.model.grant


async def test_quick_line_edits_and_selects(tmp_path: Path) -> None:
    async with desk(tmp_path, Snapshot()) as it:
        await it.sentence("bot > token > tickets: read, write")
        assert it.model.grant["token", "tickets"].actions == ("read", "write")
        assert it.bench.focused is it.bench.context.canvas


async def test_moving_by_key_changes_the_zone_in_one_edit(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select("system", "tickets")
        await it.press("m", "down", "enter")
        moved = it.model.system["tickets"]
        assert moved.zone == "cloud"
        assert moved.at is not None
        assert "into cloud" in it.bench.session.journal()[-1].label
        await it.press("u")
        assert it.model.system["tickets"].zone == "helpdesk"
        assert it.model.system["tickets"].at is None


@pytest.mark.parametrize("size", SIZES)
async def test_mouse_selects_drags_and_connects(tmp_path: Path, size: tuple[int, int]) -> None:
    async with desk(tmp_path, size=size) as it:
        await it.pilot.click("#canvas", offset=it.cell(("agent", "support-bot")))
        assert it.bench.shown.selected == ("agent", "support-bot")
        start, end = it.cell(("system", "tickets"), dx=4), it.cell(("system", "attachments"), dx=4, dy=1)
        await it.drag(start, end)
        assert it.model.system["tickets"].zone == "cloud"
        await it.press("u")
        assert it.model.system["tickets"].zone == "helpdesk"
        await it.drag(it.cell(("agent", "support-bot"), dx=-1), it.cell(("system", "attachments"), dx=4))
        await it.press("enter", "enter")
        assert len(it.model.grant) == 3


async def test_arrows_follow_the_lines_and_tab_the_reading_order(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select("agent", "support-bot")
        await it.press("right", "right")
        assert it.bench.shown.selected is not None
        assert it.bench.shown.selected[0] == "system"
        drawing = it.bench.context.canvas.drawing
        assert drawing is not None
        await it.select(*drawing.reading_order[0])
        seen = []
        for _ in drawing.reading_order:
            seen.append(it.bench.shown.selected)
            await it.press("tab")
        assert seen == list(drawing.reading_order)


async def test_jump_labels(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("g")
        assert it.bench.context.canvas.is_jumping
        await it.press("s")
        assert not it.bench.context.canvas.is_jumping
        drawing = it.bench.context.canvas.drawing
        assert drawing is not None
        assert it.bench.shown.selected == drawing.reading_order[1]


async def test_lenses_dim_what_is_outside(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select("agent", "support-bot")
        seen = []
        for _ in range(5):
            await it.press("l")
            seen.append((it.bench.shown.lens, it.bench.context.canvas.lighting.shown is None))
        assert seen == [
            ("reach", False),
            ("missing", False),
            ("compromise", False),
            ("boundaries", False),
            ("structure", True),
        ]


HOSTILE = (
    "[bold red]x[/]", "[/]", "\\[", "漢字" * 30, "שלום עולם", "e\u0301" * 20, "a" * 200, "👩‍💻 dev", "{$x}",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
async def test_hostile_names_are_text(tmp_path: Path, size: tuple[int, int]) -> None:
    snapshot = Snapshot()
    records = [Zone("z", HOSTILE[0]), Zone("y", HOSTILE[3])]
    records += [Agent(f"agent{n}", name, home="z") for n, name in enumerate(HOSTILE)]
    records += [System(f"system{n}", name, zone="y") for n, name in enumerate(HOSTILE)]
    records += [Credential(f"key{n}", name, identity=name) for n, name in enumerate(HOSTILE)]
    records += [Hold(f"agent{n}", f"key{n}") for n in range(len(HOSTILE))]
    records += [Grant(f"key{n}", f"system{n}", ("read",)) for n in range(len(HOSTILE))]
    snapshot = apply_edit(snapshot, Edit("all", tuple(Put(each) for each in records)))
    async with desk(tmp_path, snapshot, size=size) as it:
        assert it.missing == len(HOSTILE)
        await it.press("f", "down", "down", "escape", "o", "escape", "r", "escape")
        for n in range(len(HOSTILE)):
            await it.select("agent", f"agent{n}")
            await it.press("enter", "escape")
        await it.press("?", "escape", "/", "escape", "ctrl+p", "escape", "-", "-", "0")
        await it.select("agent", "agent0")
        await it.shows("[bold red]x[/]")
        assert {width(line) for line in it.screen_text().split("\n")} == {size[0]}


@pytest.mark.slow
async def test_interchange_file_opens_for_reading(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text((MODELS / "support-agent.toml").read_text())
    async with desk(tmp_path, path) as it:
        assert it.bench.session.read_only
        await it.shows("meshmodel import x.toml")
        before = it.model
        await it.select("agent", "support-bot")
        for key in ("x", "a", "p", "u", "A"):
            it.bench.context.say("something else")
            await it.press(key)
            await it.shows("to edit: meshmodel import x.toml")
        assert it.model is before
        assert it.app.screen is it.bench
        await it.press("f")
        assert it.bench.shown.explanation is not None


async def test_refused_edit_is_said_and_changes_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        before = it.model
        it.bench.context.apply(Edit("bad", (Put(Hold("nobody", "nothing")),)), on=it.model)
        await it.pilot.pause()
        assert it.model is before
        await it.shows("nobody")


async def test_ascii_mode_draws_nothing_else(tmp_path: Path) -> None:
    async with desk(tmp_path, is_ascii=True) as it:
        await it.press("f")
        rows = it.screen_text().splitlines()
        canvas = it.bench.context.canvas.region
        drawn = "".join(row[canvas.x : canvas.right] for row in rows[canvas.y : canvas.bottom])
        assert drawn.isascii()
        assert rows[0].isascii()


async def test_what_is_told_of_a_finding_is_read_from_its_first_line(tmp_path: Path) -> None:
    async with desk(tmp_path, "finance-orchestrator", size=(120, 40)) as it:
        await it.press("f")
        told = it.bench.query_one(ExplanationList).rows
        assert told.virtual_size.height > told.size.height, "it is longer than the panel"
        assert told.scroll_offset.y == 0
