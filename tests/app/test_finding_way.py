"""Every finding that is opened lights something and tells something, whether a way leads to it or not."""

import pytest

from meshmodel.analysis.results import Finding, Told
from meshmodel.app.panels.explanation import ExplanationList
from meshmodel.reports.witness import lit_by, lit_by_finding
from tests.app.desk import SIZES, desk


def test_what_a_finding_names_is_lit_with_the_ends_of_its_relations():
    about = (("custody", ("disk", "key")), ("system", "disk"))
    finding = Finding("secret-at-rest", "high", "disk>key", lambda: Told("m", about), "r", ())
    assert lit_by_finding(finding) == {*about, ("credential", "key")}


async def test_every_finding_lights_what_it_is_about(tmp_path):
    """Of each rule the first finding; a retired agent and an orphan are among them."""
    async with desk(tmp_path, "finance-orchestrator") as at:
        by_rule = {each.rule: each for each in reversed(at.bench.shown.analysis.findings)}
        assert {"retired-agent-access", "orphaned-credential", "copied-secret"} <= set(by_rule)
        for finding in by_rule.values():
            at.bench.context.open_finding(finding)
            await at.pilot.pause()
            told, canvas = at.bench.shown.explanation, at.bench.context.canvas
            records = lit_by_finding(finding) if told is None else lit_by(told)
            assert canvas.lighting.witness == canvas.drawing.light(records)
            assert canvas.lighting.witness
            rows = [row.content.plain for row in at.bench.query_one(ExplanationList).rows.shown_rows]
            assert finding.message in rows
            assert finding.remedy in rows
            assert ("no agent's way leads through it: what it names is lit" in rows) == (told is None)


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
