"""The model compared with a point of its journal or a file: on the canvas, and as a list."""

import subprocess
from pathlib import Path

import pytest
from textual.widgets import Input

from meshmodel.app.panels.changes import ChangesList
from meshmodel.edits.edit import Put, edit
from meshmodel.interchange import write_text
from meshmodel.model import records as r
from meshmodel.store.load import load
from tests.app.desk import MODELS, SIZES, Desk, desk

GONE = ("system", "attachments")


async def remove_and_add(it: Desk) -> None:
    """Two edits: a system is removed, and an agent added."""
    await it.select(*GONE)
    await it.press("x")
    it.bench.context.apply(edit("add helper", [Put(r.Agent("helper", home="helpdesk"))]), on=it.model)
    await it.pilot.pause()


async def compare_with_start(it: Desk) -> None:
    await it.press("J", "end", "enter")
    await it.computed()


async def compare_with_file(it: Desk, name: str) -> None:
    await it.press("B")
    it.app.screen.query_one("#text", Input).value = name
    await it.press("enter")
    await it.computed()


def listed(it: Desk) -> list[str]:
    return [" ".join(each.content.plain.split()) for each in it.bench.query_one(ChangesList).rows.shown_rows]


def signs(it: Desk) -> dict[object, str]:
    """What is painted over the drawing, by what it is on."""
    canvas = it.bench.context.canvas
    assert canvas.drawing is not None
    painted = {(each.x, each.y): each.text for row in canvas._painter._overlays.values() for each in row}
    boxes = {each: canvas.drawing.box_of(each) for each in canvas.drawing.reading_order}
    return {each: painted[box.x, box.y] for each, box in boxes.items() if box and (box.x, box.y) in painted}


async def test_the_model_is_compared_with_what_it_was_before_the_first_edit(tmp_path: Path) -> None:
    async with desk(tmp_path, size=SIZES[0]) as it:
        await remove_and_add(it)
        assert it.bench.context.canvas.drawing.box_of(GONE) is None
        await compare_with_start(it)
        assert it.bench.shown.page == "changes"
        assert any(each.startswith("- system attachments") for each in listed(it))
        assert any(each.startswith("+ agent helper") for each in listed(it))
        assert any(each.startswith("since the beginning, as built: ") for each in listed(it))
        assert (signs(it)[GONE], signs(it)["agent", "helper"]) == ("-", "+")
        assert "since the beginning" in it.screen_text() or "compared" in it.screen_text().split("\n")[0]
        await it.press("escape", "escape")
        assert it.bench.shown.comparing is None
        assert not signs(it)
        assert it.bench.context.canvas.drawing.box_of(GONE) is None


async def test_rows_lead_to_their_element_and_of_what_is_gone_nothing_can_be_done(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await remove_and_add(it)
        await compare_with_start(it)
        listing = it.bench.query_one(ChangesList)
        listing.rows.go_to(
            next(row.key for row in listing.rows.shown_rows if row.value == ("agent", "helper"))
        )
        await it.press("enter")
        assert it.bench.shown.selected == ("agent", "helper")
        listing.rows.go_to(next(row.key for row in listing.rows.shown_rows if row.value == GONE))
        await it.press("enter")
        assert (it.bench.shown.selected, it.bench.shown.ghost) == (None, GONE)
        assert "it is not in the model" in it.bench.shown.message.text
        await it.press("escape", "x", "d", "c", "C", "m", "space")
        assert it.bench.session.journal()[-1].number == 2
        assert it.app.screen is it.bench
        assert not it.bench.shown.group
        await it.pilot.double_click("#canvas", offset=it.cell(GONE, 4))
        await it.pilot.pause()
        assert it.bench.shown.ghost == GONE
        await it.drag(it.cell(("agent", "helper"), -1), it.cell(GONE, 4))
        assert it.app.screen is it.bench
        await it.drag(it.cell(GONE, 4), it.cell(("agent", "helper"), 4))
        assert it.app.screen is it.bench
        assert len(it.bench.session.journal()) == 2
        seen = []
        for _ in range(12):
            await it.press("tab")
            seen.append(it.bench.shown.selected or it.bench.shown.ghost)
        assert GONE in seen
        assert ("agent", "helper") in seen


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["toml", "mesh"])
async def test_it_is_compared_with_another_file(tmp_path: Path, kind: str) -> None:
    path = MODELS / "support-agent.toml"
    async with desk(tmp_path) as it:
        if kind == "mesh":
            path = it.bench.session.path
        await remove_and_add(it)
        await compare_with_file(it, str(path))
        assert signs(it).get(GONE) == (None if kind == "mesh" else "-")
        assert it.bench.shown.comparing.asked.name == path.name
        await it.press("B")
        assert it.app.screen.query_one("#text", Input).value == str(path)
        await it.press("escape")
        assert it.bench.shown.comparing is not None


@pytest.mark.slow
async def test_it_is_compared_with_what_git_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-C", str(tmp_path)]
    (tmp_path / "m.toml").write_text(write_text(load(MODELS / "support-agent.toml")), encoding="utf-8")
    for command in (["init", "-q"], ["add", "m.toml"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *command], check=True)  # noqa: ASYNC221  # nothing else runs yet
    monkeypatch.chdir(tmp_path)
    async with desk(tmp_path) as it:
        await remove_and_add(it)
        await compare_with_file(it, "HEAD:./m.toml")
        assert signs(it)[GONE] == "-"
        assert any("since HEAD:./m.toml" in each for each in listed(it))
        await compare_with_file(it, "nothing:./m.toml")
        assert "git" in it.bench.shown.message.text
