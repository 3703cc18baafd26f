"""Every finding that is opened lights something and tells something, whether a way leads to it or not."""

from dataclasses import replace

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import Finding, FindingText
from meshmodel.answers.highlights import highlighted_by_finding, highlighted_by_way
from meshmodel.app.panels.explanation import ExplanationList
from meshmodel.canvas.draw import draw
from meshmodel.canvas.scene import CanvasFacts, Options
from meshmodel.interchange import read_file
from meshmodel.model.records import Trigger
from tests.app.desk import MODELS, SIZES, desk


def test_what_a_finding_names_is_lit_with_the_ends_of_its_relations():
    about = (("custody", ("disk", "key")), ("system", "disk"))
    finding = Finding(
        "secret-at-rest", "high", "disk>key", lambda: FindingText("m", about), "r", lambda _: ()
    )
    assert highlighted_by_finding(finding) == {*about, ("credential", "key")}


def test_the_line_by_which_the_agent_reads_where_a_way_starts_is_lit():
    model = read_file(MODELS / "support-agent.toml")
    told = analyse(model).explain("support-bot", "attachments", "read", "tickets")
    drawing = draw(model, CanvasFacts(), Options(120, 40))
    lit = drawing.highlight(highlighted_by_way(told, model))
    lines = {each.link.relation for each in drawing.branches if each.reference in lit}
    assert lines == {("grant", ("ticket-token", "tickets")), ("grant", ("file-sas", "attachments"))}
    inbox = Trigger("tickets", "support-bot")
    triggered = replace(model, trigger={("tickets", "support-bot"): inbox})
    assert ("trigger", ("tickets", "support-bot")) not in highlighted_by_way(
        told, triggered
    )  # it may be decided about
    unread = replace(
        triggered, hold={key: each for key, each in model.hold.items() if key[1] != "ticket-token"}
    )
    assert ("trigger", ("tickets", "support-bot")) in highlighted_by_way(told, unread)


async def test_every_finding_lights_what_it_is_about(tmp_path):
    """Of each rule the first finding; a retired agent and an orphan are among them."""
    async with desk(tmp_path, "finance-orchestrator") as at:
        by_rule = {each.rule: each for each in reversed(at.bench.shown.analysis.findings)}
        assert {"retired-agent-access", "orphaned-credential", "copied-secret"} <= set(by_rule)
        for finding in by_rule.values():
            at.bench.context.open_finding(finding)
            await at.pilot.pause()
            told, canvas = at.bench.shown.explanation, at.bench.context.canvas
            records = highlighted_by_finding(finding) if told is None else highlighted_by_way(told, at.model)
            assert canvas.lighting.highlighted == canvas.drawing.highlight(records)
            assert canvas.lighting.highlighted
            rows = [row.content.plain for row in at.bench.query_one(ExplanationList).rows.shown_rows]
            assert finding.message in rows
            assert f"Fix: {finding.remedy}" in rows
            assert ("no path of an agent leads through it: what it names is lit" in rows) == (told is None)


@pytest.mark.parametrize("size", SIZES)
async def test_where_the_way_ends_is_seen_beside_the_list(size, tmp_path):
    async with desk(tmp_path, "crm-assistant-gateway", size=size) as at:
        await at.press("f")
        for _ in at.bench.shown.analysis.findings:
            told, canvas = at.bench.shown.explanation, at.bench.context.canvas
            if told is not None:
                box = canvas.drawing.box_of(("system", told.system))
                top = canvas.region.y + box.y - canvas.scroll_offset.y
                below = at.bench.query_one("#below").region.y
                assert canvas.region.y <= top
                assert top + box.height <= below
            await at.press("down")


async def test_findings_have_the_whole_row_while_nothing_is_told_beside_them(tmp_path):
    async with desk(tmp_path, "support-agent", size=(120, 40)) as it:
        findings = it.bench.query_one("#findings")
        assert findings.size.width == it.app.size.width
        await it.press("f")
        assert findings.size.width <= it.app.size.width / 2
        await it.press("escape", "escape")
        assert it.bench.shown.finding is None
        assert findings.size.width == it.app.size.width
