"""Accepting findings by hand: the form, the list, withdrawing, and what comes back."""

from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from meshmodel.answers.causes import causes_of, counts_of
from meshmodel.app import analysis_service
from meshmodel.app.dialogs.accept import AcceptDialog
from meshmodel.app.dialogs.base import LinesDialog
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.status_bar import StatusBar
from meshmodel.edits.edit import Edit, Put, edit
from meshmodel.edits.notes import USUAL_DAYS
from meshmodel.model.records import Agent, Hold
from tests.app.desk import SIZES, Desk, desk
from tests.canvas.building import helpdesk

KEY = ("missing-checkpoint", "file-sas>attachments")


async def accept(it: Desk, by: str = "Ada", reason: str = "a pilot") -> None:
    await it.press("f", "y")
    await it.type(by)
    await it.press("enter")
    await it.type(reason)
    await it.press("enter")
    await it.press("enter")  # until when stays as it was offered


def listed(it: Desk) -> str:
    rows = it.bench.query_one(FindingsList).rows.shown_rows
    return "\n".join(row.content.plain for row in rows)


async def test_a_finding_is_accepted_by_one_key_and_a_form_in_one_edit(tmp_path: Path) -> None:
    async with desk(tmp_path, size=SIZES[0]) as it:
        before = it.model
        built = it.bench.shown.built
        assert built is not None
        (finding,) = built.findings
        await accept(it)
        record = it.model.acceptance[KEY]
        assert (record.by, record.reason, record.until) == (
            "Ada",
            "a pilot",
            built.today + timedelta(days=USUAL_DAYS),
        )
        assert (record.severity, record.agents, record.actions) == (
            finding.severity,
            finding.agents,
            finding.actions,
        )
        assert f"accepted by Ada until {record.until.isoformat()}: a pilot" in listed(it)
        now = it.bench.shown.built
        assert now is not None
        assert not counts_of(now).findings
        await it.press("u")
        assert it.model.acceptance == before.acceptance
        assert "accepted" not in listed(it)


async def test_it_is_withdrawn_from_the_same_place(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await accept(it)
        await it.press("y")
        dialog = it.app.screen
        assert isinstance(dialog, AcceptDialog)
        assert [each.value for each in dialog.query(Input)][:2] == ["Ada", "a pilot"]
        await it.pilot.click("#withdraw")
        await it.pilot.pause()
        assert not it.model.acceptance
        assert it.bench.session.journal()[-1].label == f"withdraw the acceptance of {KEY[0]} of {KEY[1]}"


async def test_the_form_says_what_does_not_fit_and_changes_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("f", "y")
        dialog = it.app.screen
        assert isinstance(dialog, AcceptDialog)
        for by, reason, until, said in (
            ("", "x", "2999-01-01", "by: needed"),
            ("Ada", "", "2999-01-01", "reason: needed"),
            ("Ada", "x", "tomorrow", "a day like"),
            ("Ada", "x", "2001-01-01", "passed already"),
        ):
            for each, value in zip(dialog.query(Input), (by, reason, until), strict=True):
                each.value = value
            await it.pilot.pause()
            await it.press("ctrl+s")
            assert said in str(dialog.query_one("#problem", Static).content)
        await it.press("escape")
        assert not it.model.acceptance


async def test_a_sentence_accepts_what_the_finding_is_now_and_no_more(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        built = it.bench.shown.built
        assert built is not None
        (finding,) = built.findings
        await it.sentence(f"accept {KEY[0]} of {KEY[1]} by Ada until 2999-01-01: a pilot")
        record = it.model.acceptance[KEY]
        assert (record.by, record.severity, record.agents, record.actions) == (
            "Ada",
            finding.severity,
            finding.agents,
            finding.actions,
        )
        assert it.bench.shown.built is not None
        assert not counts_of(it.bench.shown.built).findings


async def test_what_has_grown_is_open_again_and_says_why(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await accept(it)
        second = (Put(Agent("helper", home="helpdesk")), Put(Hold("helper", "file-sas")))
        it.bench.context.apply(Edit("a second holder", second), on=it.model)
        await it.pilot.pause()
        assert "open again, agent added: helper: was accepted by Ada" in listed(it)
        await it.press("escape", "f")
        await it.shows("open again, agent added: helper")


async def test_acceptances_whose_finding_is_gone_can_be_withdrawn(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await accept(it)
        await it.press("p")
        assert it.missing == 0
        assert "accepted, but no longer found: 1" in listed(it)
        found = it.bench.query_one(FindingsList)
        found.focus_list()
        found.rows.go_to(("acceptance", *KEY))
        await it.press("enter")
        assert isinstance(it.app.screen, AcceptDialog)
        await it.press("enter")
        assert not it.model.acceptance


async def test_the_rule_of_a_finding_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("R")
        assert it.app.screen is it.bench
        await it.press("f", "R")
        assert isinstance(it.app.screen, LinesDialog)
        await it.shows("Ignore     if the access is intended: mark it so")
        await it.shows("           if the target decides by itself")
        await it.shows("CWE-862")
        await it.press("escape")
        assert it.app.screen is it.bench


async def test_other_rules_of_one_cause_unfold(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.sentence("ask human-approval on file-sas > attachments: advisory")
        built = it.bench.shown.built
        assert built is not None
        folded = next((each for each in causes_of(built) if each.also), None)
        assert folded is not None
        await it.press("f")
        rows = it.bench.query_one(FindingsList).rows
        rows.go_to((folded.finding.rule, folded.finding.subject))
        before = len(rows.shown_rows)
        await it.press("space")
        assert len(rows.shown_rows) == before + len(folded.also)
        await it.press("space")
        assert len(rows.shown_rows) == before
        await it.press("enter")
        assert len(rows.shown_rows) == before + len(folded.also)
        assert it.bench.shown.finding == folded.finding, "what Enter did before"
        await it.press("enter", "/", *folded.finding.rule)
        await it.press("enter")
        assert len(rows.shown_rows) == 1, "the Enter that ends a filter unfolds nothing"


async def test_a_click_on_the_open_finding_unfolds_it_and_one_on_another_opens_that(tmp_path: Path) -> None:
    async with desk(tmp_path, "token-leak") as it:
        await it.press("f")
        rows = it.bench.query_one(FindingsList).rows
        at = next(n for n, row in enumerate(rows.shown_rows) if "+" in row.content.plain)
        before, finding = len(rows.shown_rows), rows.shown_rows[at].value
        assert it.bench.shown.finding != finding
        for expected in (before, before + 1, before):
            await it.pilot.click(rows, offset=(4, rows.first_line(at)))
            await it.pilot.pause()
            assert it.bench.shown.finding == finding
            assert (len(rows.shown_rows) > before) is (expected > before)


async def test_what_could_not_be_computed_is_never_shown_as_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path) as it:

        def fails(*_: object) -> None:
            raise ValueError("out of luck")

        monkeypatch.setattr(analysis_service, "analyse_both", fails)
        await it.sentence("bot > token > tickets: read")
        assert "bot" in it.model.agent, "the edit itself is done"
        text = it.screen_text()
        assert "could not be computed: out of luck" in text
        assert "unchecked" not in text
        assert "no findings" not in text
        assert it.bench.shown.analysis is None, "nor may any other list show what was before"
        await it.press("r")
        await it.shows("could not be computed: out of luck")
        monkeypatch.undo()
        await it.press("u")
        await it.shows("2 unchecked")


async def test_while_it_is_computed_the_counts_are_those_of_before_and_say_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        with it.held():
            it.bench.context.apply(edit("add", [Put(Agent("new"))]), on=it.model)
            await it.shows("computing...")
            assert "was 2 unchecked paths" in it.screen_text()
            assert "✖ 2 unchecked" not in it.screen_text()


async def test_what_is_open_is_told_before_what_is_accepted(tmp_path: Path) -> None:
    async with desk(tmp_path, helpdesk()[0], (80, 24)) as it:
        await accept(it)
        await it.press("escape", "escape", "tab")
        told = str(it.bench.query_one(StatusBar).render()).splitlines()[0]
        assert "≈" not in told, "others are open"
        assert any(sign in told for sign in "✖▲")
