"""Where the compromise of what is selected starts, and what is lit of a way and a finding."""

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.highlights import highlighted_by_finding, highlighted_by_opened, highlighted_by_way
from meshmodel.app.presentation.lenses import empty_result, start_of, work_out
from meshmodel.model.records import Agent, Credential, Grant, Hold, Reference, System
from meshmodel.store.load import load
from tests.canvas.building import snapshot_of
from tests.edits.models import MODELS
from tests.rows import all_rows


@all_rows(
    ("selected", "start"),
    [
        (("agent", "bot"), "agent:bot"),
        (("credential", "key"), "credential:key"),
        (("system", "files"), "system:files"),
        (("hold", ("bot", "key")), "credential:key"),
        (("custody", ("files", "key")), "credential:key"),
        (("grant", ("key", "files")), "credential:key"),
        (("delegation", ("bot", "helper")), None),
        (("zone", "cloud"), None),
        (None, None),
    ],
)
def test_a_compromise_starts_at_what_is_selected(selected: Reference | None, start: str | None) -> None:
    assert start_of(selected) == start


def test_a_lens_that_shows_nothing_says_why() -> None:
    assert empty_result("reach", "computing...").content.says == "reach: computing..."
    assert (empty_result("reach", "x").refusal, empty_result("compromise", "x").refusal) == ("", "x")


def test_the_reach_of_an_agent_does_not_count_the_agent() -> None:
    reached = System("files"), Credential("key"), Grant("key", "files", ("read",)), Hold("bot", "key")
    analysis = analyse(snapshot_of(Agent("bot"), Agent("idle"), *reached))
    said = [work_out("reach", analysis, ("agent", each)).content.says for each in ("bot", "idle")]
    assert said == ["reach of bot: 2 direct", "reach of idle: nothing reached"]


def test_a_way_is_lit_before_the_finding() -> None:
    analysis = analyse(load(MODELS / "support-agent.toml"))
    finding = analysis.findings[0]
    way = analysis.explain_finding(finding)
    assert way is not None
    assert highlighted_by_opened(way, finding, analysis.snapshot) == highlighted_by_way(
        way, analysis.snapshot
    )
    assert highlighted_by_opened(None, finding, analysis.snapshot) == highlighted_by_finding(finding)
    assert highlighted_by_opened(None, None, analysis.snapshot) == frozenset()
