"""The message line names what was just done, and the canvas shows what the header says."""

from pathlib import Path

import pytest
from textual.widgets import Input

from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.status_bar import StatusBar
from meshmodel.model.records import Snapshot
from tests.app.desk import Desk, desk

PLACED = "place policy-decision on grant file-sas > attachments"


def said(it: Desk) -> str:
    return it.bench.query_one(StatusBar).render().plain


async def test_every_edit_undo_and_redo_names_itself_while_a_finding_is_open(tmp_path: Path) -> None:
    async with desk(tmp_path, size=(80, 24)) as it:
        await it.press("f")
        for key, words in (("p", PLACED), ("u", f"undid: {PLACED}"), ("U", f"redid: {PLACED}")):
            await it.press(key)
            assert words in said(it)
        await it.press("u", "f", "y")
        dialog = it.app.screen
        for field, text in zip(dialog.query(Input), ("Ada", "a pilot"), strict=False):
            field.value = text
        await it.press("ctrl+s")
        assert it.model.acceptance
        assert said(it).strip().startswith("accept missing-checkpoint of file-sas>attachments")
        await it.press("u")
        assert said(it).strip().startswith("undid: accept missing-checkpoint")


async def test_a_lens_takes_the_place_of_a_witness(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("f")
        assert it.bench.context.canvas.lighting.highlighted
        await it.press("l")
        assert it.bench.shown.lens == "reach"
        assert not it.bench.context.canvas.lighting.highlighted
        assert "lens reach" in said(it)


async def test_escape_leaves_the_compromise(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select("agent", "support-bot")
        await it.press("C")
        assert it.bench.shown.lens == "compromise"
        await it.press("escape", "escape")
        assert it.bench.shown.lens == "structure"
        assert it.bench.shown.selected == ("agent", "support-bot")


async def test_an_intent_that_would_leave_the_finding_is_refused(tmp_path: Path) -> None:
    async with desk(tmp_path, "code-agent", size=(80, 24)) as it:
        before = it.model
        await it.press("f", "i")
        why = "Cannot mark as intended: Deployment key is found, not held. Remove it or add a checkpoint (p)."
        assert why in " ".join(said(it).split())
        assert it.model is before


async def test_what_an_intent_opens_is_said_before_its_reason_is_asked(tmp_path: Path) -> None:
    async with desk(tmp_path, Snapshot()) as it:
        await it.sentence("bot > key > files: read; bot > other > ledger: write; bot home desk")
        await it.sentence("bot is service; ledger is restricted; files is confidential")
        await it.press("f")
        it.bench.query_one(FindingsList).rows.go_to(("missing-checkpoint", "key>files"))
        await it.press("i")
        await it.computed()
        await it.shows("bot then has more access than intended: 1 new high.")
        await it.press("escape")
        assert not it.model.intent, "nothing is made worse in silence"


async def test_one_press_declares_all_that_closes_a_finding_as_one_edit(tmp_path: Path) -> None:
    async with desk(tmp_path, Snapshot()) as it:
        for text in ("one > key > files: read, write", "two > key; one home desk; two home desk"):
            await it.sentence(text)
        before = it.model
        await it.press("f")
        it.bench.query_one(FindingsList).rows.go_to(("missing-checkpoint", "key>files"))
        await it.press("i")
        await it.computed()
        await it.shows("Unchecked paths: 4 → 0.")
        await it.press(*"so", "enter")
        await it.shows("and 1 other. Unchecked paths: 4 → 0.")
        assert set(it.model.intent) == {("one", "files"), ("two", "files")}
        assert it.missing == 0
        await it.press("u")
        assert it.model.intent == before.intent == {}
        assert it.missing == 1


async def test_below_what_was_said_stands_what_is_open_and_not_its_steps(tmp_path: Path) -> None:
    async with desk(tmp_path, "crm-assistant-gateway", size=(80, 24)) as it:
        await it.press("f", "down", "p")
        assert "place policy-decision" in said(it)
        assert "1 reads" not in said(it)


async def test_the_line_of_a_credential_stands_for_it_where_a_compromise_starts(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.select("grant", ("file-sas", "attachments"))
        await it.press("C")
        assert it.bench.shown.compromise is not None
        assert it.bench.shown.compromise.start == "credential:file-sas"


@pytest.mark.parametrize(
    ("model", "keys"), [("support-agent", ""), ("support-agent", "f"), ("crm-assistant-gateway", "f")]
)
async def test_a_placed_checkpoint_says_that_it_is_enforced_and_what_edits_it(
    tmp_path: Path, model: str, keys: str
) -> None:
    async with desk(tmp_path, model, size=(80, 24)) as it:
        if not keys:
            await it.select("grant", ("file-sas", "attachments"))
        before = set(it.model.checkpoint)
        await it.press(*keys, "p")
        (made,) = set(it.model.checkpoint) - before
        assert it.model.checkpoint[made].state == "enforced"
        words = " ".join(said(it).split())
        assert f"> {it.model.checkpoint[made].to}, enforced; " in words
        assert "Enter edits it" in words
        await it.press(*(["escape"] if "Esc, Enter edits it" in words else []), "enter")
        assert it.bench.query_one(Inspector).record == it.model.checkpoint[made]


async def test_enter_right_behind_the_checkpoint_of_the_last_finding_waits_for_what_follows(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, size=(80, 24)) as it:
        await it.press("f")
        with it.held():
            await it.press("p", "enter")
            assert it.bench.shown.finding is not None, "it is not known yet whether it is closed"
        await it.pilot.pause()
        assert it.bench.shown.finding is None
        assert f"{PLACED}, enforced; Enter edits it" in " ".join(said(it).split())
        await it.press("enter")
        assert it.bench.query_one(Inspector).record == it.model.checkpoint["policy-decision-attachments"]


async def test_enter_right_behind_the_checkpoint_of_another_finding_opens_the_next(tmp_path: Path) -> None:
    async with desk(tmp_path, "coding-agent-mcp") as it:
        await it.press("f")
        first = it.bench.shown.finding
        with it.held():
            await it.press("p", "enter")
        await it.pilot.pause()
        assert it.bench.shown.finding not in {None, first}
        assert it.bench.shown.finding == it.bench.query_one(FindingsList).rows.row.value
        assert "enforced; Esc, Enter edits it" in " ".join(said(it).split())
