"""Views that show less than there is say how much is left out."""

from pathlib import Path

import pytest
from textual.content import Content

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import Finding, FindingText
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.panels.status_bar import fitting
from meshmodel.app.presentation.findings_index import findings_index, is_about
from meshmodel.app.presentation.inspection import finding_sections
from meshmodel.app.start.screen import RECENT_SHOWN, StartScreen
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.row_list import RowList
from meshmodel.edits.edit import Put, edit
from meshmodel.interchange import read_file
from meshmodel.language import completions
from meshmodel.model import records as r
from meshmodel.store.examples import example
from tests.app.desk import desk
from tests.app.form_host import Host, enter
from tests.app.test_start_and_help import Beginning
from tests.reference.random_models import snapshot_of


def many(count):
    return snapshot_of([r.Agent(f"bot-{number:03}") for number in range(count)])


@pytest.mark.parametrize("count", [3, 12, 13, 200])
def test_completions_count_those_that_are_left_out(count):
    shown, left = completions("bot", 3, many(count))
    assert len(shown) == min(count, 12)
    assert left == max(0, count - 12)


async def test_the_quick_line_says_how_many_completions_more_there_are():
    line = QuickLine()
    app = Host(line, many(20))
    async with app.run_test(size=(80, 40)) as pilot:
        line.open_line()
        await enter(pilot, "=bot")
        rows = line.query(RowList).last()  # below the lines that were pasted
        assert "8 more: type on" in rows.shown_rows[-1].content.plain


def test_an_agent_of_a_finding_with_very_many_is_told_of_it():
    agents = tuple(f"bot-{number:03}" for number in range(80))
    about = tuple(("agent", each) for each in agents[:50])
    finding = Finding(
        "shared-credential",
        "medium",
        "key",
        lambda: FindingText("m", about),
        "r",
        lambda _: (),
        agents=agents,
    )
    assert is_about(finding, "agent", "bot-079")
    assert not is_about(finding, "agent", "bot-080")


@pytest.mark.parametrize("name", ["finance-orchestrator", "coding-agent-mcp", "crm-assistant-gateway"])
def test_the_findings_about_every_record_are_looked_up(name):
    analysis = analyse(read_file(example(name).path))
    snapshot, some = analysis.snapshot, 0
    for table in ("zone", "system", "agent", "credential", "hold", "grant", "custody", "checkpoint"):
        for key in snapshot.table(table):
            found = [each for each in analysis.findings if is_about(each, table, key)]
            assert findings_index(analysis).about(table, key) == found
            named = [each for each in analysis.findings if (table, key) in each.about]
            assert {id(each) for each in named} <= {id(each) for each in found}
            some += len(found)
    assert some


def test_a_system_is_told_of_findings_that_name_others_in_its_place():
    """An agent that reaches sixty systems more than it is meant to, of which its finding names fifty."""
    systems = [r.System(f"s-{number:02}", zone="z") for number in range(60)]
    grants = [r.Grant("key", each.id, ("read",)) for each in systems]
    held = [r.Agent("bot", home="z"), r.Credential("key"), r.Hold("bot", "key"), r.Zone("z")]
    apart = r.System("apart", zone="z")
    intent = r.Intent("bot", "apart", ("read",))
    analysis = analyse(snapshot_of([*systems, *grants, *held, apart, intent]))
    (finding,) = [each for each in analysis.findings if each.rule == "unapproved-reach"]
    named = [each for each in systems if is_about(finding, "system", each.id)]
    assert len(named) == 50
    for system in [*systems, apart]:
        sections = finding_sections(analysis, system)
        said = [section.lines[0].text.strip() for section in sections if not section.title]
        left_out = system is not apart and system not in named
        assert said == ["1 more may be about it: each names 50 systems and leaves others out"] * left_out


def test_the_steps_that_do_not_fit_in_a_row_are_counted():
    pieces = [Content(f"{number} does something") for number in range(1, 8)]
    assert fitting(pieces, 500).plain == " ".join(each.plain for each in pieces)
    short = fitting(pieces, 70).plain
    assert short == "1 does something 2 does something … 4 more … 7 does something"


async def test_the_start_screen_says_of_how_many_recent_files_it_shows_some(tmp_path: Path) -> None:
    for count, said in ((RECENT_SHOWN, "recent"), (RECENT_SHOWN + 3, f"recent: 5 of {RECENT_SHOWN + 3}")):
        app = Beginning(
            StartScreen([tmp_path / f"{number}.mesh" for number in range(count)], folder=tmp_path)
        )
        async with app.run_test(size=(80, 40)) as pilot:
            await pilot.pause()
            texts = [row.content.plain for row in app.start.query_one(RowList).shown_rows]
            assert said in texts


async def test_why_is_not_answered_from_an_analysis_of_before(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        with it.held():
            it.bench.context.apply(edit("add", [Put(r.Agent("new"))]), on=it.model)
            await it.press("w")
            assert it.app.screen is it.bench
            await it.shows("why: computing...")


@pytest.mark.parametrize("panel", ["f", "F", "C", "o"])
async def test_escape_gives_back_what_the_filter_of_a_list_leaves_out(panel, tmp_path):
    async with desk(tmp_path, "code-agent") as at:
        await at.select("agent", "code-agent")
        await at.press(panel)
        await at.computed()
        listing = at.app.focused.query_ancestor(FilterList)
        rows = [row.key for row in listing.rows.shown_rows]
        await at.press("/", "z", "z", "z", "escape")
        assert [row.key for row in listing.rows.shown_rows] == rows
        assert listing.rows.has_focus
        await at.press("escape")
        assert at.bench.context.canvas.has_focus
