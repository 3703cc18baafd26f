"""Approvers that nothing in the model names are asked about, in the list and beside the record."""

from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.api import analyse
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.state import WorkbenchState
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.language import parse
from meshmodel.model.records import Snapshot
from tests.app.desk import desk
from tests.app.form_host import Host
from tests.edits.models import full_snapshot

ASKED = "ask human-approval on file-key > files"
REFERENCE = ("checkpoint", "ask")


def after(text: str) -> Snapshot:
    """The model with the sentences; its checkpoint names an approver whom nothing names, as files may."""
    edit = parse(text, full_snapshot()).edit
    drawn = full_snapshot() if edit is None else apply_edit(full_snapshot(), edit)
    asked = replace(drawn.checkpoint["ask"], approvers=("ann",))
    return apply_edit(drawn, Edit("approvers", (Put(asked),)))


def shown(text: str) -> WorkbenchState:
    snapshot = after(text)
    return WorkbenchState(snapshot, selected=REFERENCE, built=analyse(snapshot))


async def test_the_inspector_asks_who_an_approver_is_until_there_is_such_a_person() -> None:
    inspector = Inspector()
    app = Host(inspector, after(ASKED), REFERENCE)
    async with app.run_test(size=(60, 40)) as pilot:
        for text, is_asked in ((ASKED, True), (f"{ASKED}; ann is person", False)):
            app.show(shown(text))
            await pilot.pause()
            told = any("Who is ann?" in row.content.plain for row in inspector.rows.shown_rows)
            assert told is is_asked


PEOPLE = "zoe is person; ann is person; bot > key > files; ask human-approval on key > files"


@pytest.mark.parametrize("by_mouse", [False, True])
async def test_the_persons_of_the_model_are_offered_first_as_approvers(
    tmp_path: Path, by_mouse: bool
) -> None:
    edit = parse(f"{PEOPLE}; abel > key; abel is person", Snapshot()).edit
    assert edit is not None
    async with desk(tmp_path, apply_edit(Snapshot(), edit)) as it:
        await it.select("checkpoint", "human-approval-files")
        await it.press("enter")
        it.bench.query_one(Inspector).edit_field("approvers")
        await it.pilot.pause()
        await it.shows("Tab completes:  abel  ann  zoe")
        if by_mouse:
            for name in ("zoe", "abel"):
                hint = it.app.screen.query_one("#hint").region
                line = it.screen_text().splitlines()[hint.bottom - 1]
                await it.pilot.click("#hint", offset=(line.index(name) - hint.x, hint.height - 1))
                await it.pilot.pause()
            await it.pilot.click("#accept")
            await it.pilot.pause()
        else:
            await it.press("z", "tab", ",", "space", "a", "b", "tab", "enter")
        assert it.model.checkpoint["human-approval-files"].approvers == ("abel", "zoe")


async def test_a_checkpoint_of_another_kind_is_called_by_that_and_stays_selected(tmp_path: Path) -> None:
    edit = parse("bot > key > files; ask policy-decision on key > files", Snapshot()).edit
    assert edit is not None
    async with desk(tmp_path, apply_edit(Snapshot(), edit)) as it:
        before = it.model
        await it.select("checkpoint", "policy-decision-files")
        await it.press("enter")
        it.bench.query_one(Inspector).edit_field("kind")
        await it.pilot.pause()
        await it.type("human")
        await it.press("enter")
        assert [(each.id, each.kind) for each in it.model.checkpoint.values()] == [
            ("human-approval-files", "human-approval")
        ]
        assert it.bench.shown.selected == ("checkpoint", "human-approval-files")
        await it.press("u")
        assert it.model == before
        assert it.bench.shown.selected == ("checkpoint", "policy-decision-files")
        await it.sentence("policy-decision-files is human-approval; rename human-approval-files ask")
        await it.sentence("ask is policy-decision")
        assert list(it.model.checkpoint) == ["ask"], "an id that was given stays"
