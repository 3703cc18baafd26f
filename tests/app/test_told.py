"""The two rows above the footer of the smallest screen: they tell of what is in front."""

from datetime import date
from pathlib import Path

import pytest
from textual.widgets._toast import Toast

from meshmodel.analysis.results import Finding, SystemReach
from meshmodel.analysis.results import FindingText as Said
from meshmodel.answers.highlights import highlight_note
from meshmodel.app.panels.explanation import ExplanationList
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.header import MeshHeader
from meshmodel.app.panels.reach_matrix import ReachMatrix
from meshmodel.app.panels.status_bar import StatusBar
from meshmodel.app.presentation.cause_lines import severity_sign
from meshmodel.app.presentation.phrases import reach_words
from meshmodel.app.state import OpenedFinding, WorkbenchState
from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.model.records import Acceptance
from meshmodel.store.load import load
from tests.app.desk import MODELS, desk
from tests.app.form_host import Host
from tests.presentation.test_headline import is_seen


def told(at) -> list[str]:
    return [line.strip() for line in at.bench.query_one(StatusBar).render().plain.split("\n")]


def worded(row: str) -> str:
    """What a row says of a finding, without its severity and its key."""
    return row.partition("  ")[2].removesuffix("  f opens it").rstrip()


async def test_a_fix_is_told_row_by_row(tmp_path):
    async with desk(tmp_path, "agent-chain", size=(80, 24)) as at:
        await at.press("F")
        await at.shows("checkpoints close all")
        rows = at.bench.query_one(FixList).rows
        for _ in range(4):
            text = " ".join(told(at)).strip()
            assert text.split() == rows.row.content.plain.split()
            await at.press("down")


async def test_a_journal_without_edits_tells_nothing_and_else_the_edit_under_the_cursor(tmp_path):
    async with desk(tmp_path, size=(80, 24)) as at:
        await at.press("J")
        assert told(at) == ["", ""]
        await at.sentence("vault is secrets-manager")
        await at.press("J")
        assert told(at)[0].startswith("1 ")
        assert "vault" in told(at)[0]


async def test_a_cell_of_reach_is_told_and_once_it_is_opened_its_way(tmp_path):
    async with desk(tmp_path, size=(80, 24)) as at:
        await at.press("r")
        matrix = at.bench.query_one(ReachMatrix)
        assert told(at) == [matrix.says, ""]
        before = matrix.says
        await at.press("right")
        assert matrix.says != before
        assert told(at) == [matrix.says, ""]
        await at.press("enter")
        assert told(at)[0] == matrix.says
        assert told(at)[1].startswith("1  ")
        await at.press("left")
        assert told(at) == [before, ""]
        await at.press("escape")
        assert told(at)[0].startswith("Support bot")  # the way that is open, and not some finding


async def test_what_a_filter_leaves_under_the_cursor_is_told_and_else_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path, "coding-agent-mcp", size=(80, 24)) as at:
        await at.press("r")
        await at.shows("browser-server does not reach agent-notes")
        await at.press("/")
        await at.type("chat")
        await at.press("enter")
        await at.shows("chat-server reaches chat")
        assert "agent-notes" not in at.screen_text()
        await at.press("/")
        await at.type("x")
        await at.pilot.pause()
        assert told(at) == ["", ""], "no cell is shown"
        await at.press("escape")
        await at.shows("agent-notes")
        assert told(at) != ["", ""]


async def test_findings_are_told_as_ever(tmp_path):
    async with desk(tmp_path, size=(80, 24)) as at:
        first = at.bench.shown.analysis.findings[0]
        assert first.headline[:40] in told(at)[0]
        await at.press("f")
        assert first.message[:40] in told(at)[0]


@pytest.mark.parametrize(
    ("table", "named", "agents", "says"),
    [
        ("system", 3, 1, "what it names is lit"),
        ("system", 49, 1, "what it names is lit"),
        ("system", 50, 1, "the first 50 systems that it names are lit, and there may be more"),
        ("agent", 50, 50, "what it names is lit"),
        ("agent", 50, 80, "50 of the 80 agents it is about are lit"),
    ],
)
async def test_where_not_all_is_lit_it_is_said(table, named, agents, says):
    names = tuple(f"bot-{number:02}" for number in range(agents))
    about = tuple((table, f"{table}-{number:02}") for number in range(named))
    finding = Finding(
        "shared-memory", "medium", "notes", lambda: Said("m", about), "r", lambda _: (), agents=names
    )
    assert highlight_note(finding) == says
    panel = ExplanationList()
    async with Host(panel, None).run_test():
        panel.follow(WorkbenchState(None, opened=OpenedFinding(finding, None)))
        assert f"no path of an agent leads through it: {says}" in [
            row.content.plain for row in panel.rows.shown_rows
        ]


def test_a_cell_of_reach_in_words():
    reach = SystemReach("files", ("read", "write", "admin"), ("read",), ("read", "write"), ())
    assert reach_words("bot", reach) == (
        "bot reaches files: read directly; write with a credential that it finds; admin through another agent"
    )


async def test_what_was_written_takes_the_place_of_an_older_error(tmp_path):
    async with desk(tmp_path) as at:
        at.bench.context.say("an older error", "error")
        await at.press("e", "ctrl+s")
        await at.app.workers.wait_for_complete()
        await at.shows("written: ")
        assert at.bench.query_one(StatusBar).message_text.startswith("written: ")


async def test_a_zone_that_is_not_there_is_told_and_how_to_add_it(tmp_path):
    async with desk(tmp_path) as at:
        await at.select("system", "tickets")
        at.bench.context.open_side("inspector")
        at.bench.query_one("#inspector").edit_field("zone")
        await at.pilot.pause()
        await at.type("mars")
        await at.press("enter")
        await at.shows("none is called “mars”; a on the canvas adds a zone")
        assert at.model.system["tickets"].zone == "helpdesk"


async def test_connecting_offers_what_reads_as_a_sentence(tmp_path):
    async with desk(tmp_path) as at:
        await at.select("agent", "support-bot")
        await at.press("c")
        at.bench.context.canvas.gestures.aim(("system", "tickets"))
        await at.press("enter")
        await at.shows("new credential: read …")
        await at.shows("with ticket-token, as now: read, write …")


def in_words(at) -> str:
    return " ".join(" ".join(told(at)).split())


async def test_all_steps_of_a_finding_are_told_over_as_many_rows_as_they_need(tmp_path):
    async with desk(tmp_path, "crm-assistant-gateway", size=(80, 24)) as at:
        await at.press("f")
        for _ in range(8):
            shown = at.bench.shown
            assert " ".join(shown.finding.message.split()) in in_words(at)
            for sentence in shown.explanation.path if shown.explanation else ():
                if sentence.step is not None:
                    assert " ".join(str(sentence).split()) in in_words(at)
            assert "…" not in in_words(at)
            assert len(told(at)) == at.bench.query_one(StatusBar).size.height
            below = at.bench.query_one("#below").region
            assert below.bottom == at.bench.query_one(StatusBar).region.y, "the list hides nothing of it"
            await at.press("down")


@pytest.mark.parametrize("model", sorted(path.stem for path in MODELS.glob("*.toml")))
async def test_a_finding_in_one_row_of_80_columns_says_who_does_what_on_what(
    tmp_path: Path, model: str
) -> None:
    async with desk(tmp_path, model, size=(80, 24)) as at:
        findings = at.bench.shown.analysis.findings
        if findings:
            assert is_seen(worded(told(at)[0]), findings[0]), "the first one, where none is open"
        for each in findings:
            at.bench.context.open_finding(each)
            await at.pilot.pause()
            assert each is at.bench.shown.finding
            assert not at.bench.has_class("-covered")
            row = told(at)[0]
            assert is_seen(worded(row), each), row
            assert severity_sign(each) in row


DOOR = ("missing-checkpoint", "file-sas>attachments")
REASON = (
    "the pilot has no data of customers, and the board looks at it every month until the gateway is there"
)


def accepting(*records):
    return apply_edit(load(MODELS / "support-agent.toml"), Edit("x", tuple(Put(each) for each in records)))


@pytest.mark.parametrize(
    ("until", "said"),
    [(2999, "accepted by "), (2001, "open again, its last day has passed: was accepted by ")],
)
async def test_of_an_accepted_finding_it_is_told_who_until_when_and_why(tmp_path, until, said):
    record = Acceptance(*DOOR, REASON, "Ana of the security board", date(until, 1, 31))
    async with desk(tmp_path, accepting(record), size=(80, 24)) as at:
        await at.press("f")
        finding, way = at.bench.shown.finding, at.bench.shown.explanation
        assert (finding.rule, finding.subject) == DOOR
        assert f"{said}Ana of the security board until {until}-01-31: {REASON}" in in_words(at)
        assert " ".join(finding.message.split()) in in_words(at)
        for sentence in way.path:
            if sentence.step is not None:
                assert " ".join(str(sentence).split()) in in_words(at)


async def test_of_an_acceptance_whose_finding_is_gone_it_is_told_and_no_other_finding_is_open(tmp_path):
    gone = Acceptance("toxic-flow", "ghost", REASON, "Ana of the security board", date(2999, 1, 31))
    async with desk(tmp_path, accepting(gone), size=(80, 24)) as at:
        await at.press("f", "enter")
        assert at.bench.shown.finding is not None
        await at.press("end")
        assert in_words(at).strip() == (
            "Toxic flow (lethal trifecta) of ghost: no longer found; "
            f"accepted by Ana of the security board until 2999-01-31: {REASON}"
        )
        assert at.bench.shown.finding is None
        assert not at.bench.context.canvas.lighting.highlighted
        await at.press("up")
        assert at.bench.shown.finding is not None
        assert "ghost" not in in_words(at)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_long_message_is_told_in_full(tmp_path, size):
    message = "what went wrong and what to do about that " * 4
    async with desk(tmp_path, size=size) as at:
        at.bench.context.say(message)
        await at.pilot.pause()
        assert " ".join(message.split()) in in_words(at)
        assert at.bench.query_one(StatusBar).size.height == len(told(at))
        at.bench.context.say("short")
        await at.pilot.pause()
        assert at.bench.query_one(StatusBar).size.height == (2 if size == (80, 24) else 1)


async def test_what_went_wrong_is_said_once_where_a_notice_would_lie_over_it(tmp_path: Path) -> None:
    async with desk(tmp_path, "support-agent", size=(80, 24)) as it:
        await it.press("f", "i")
        await it.shows("Cannot mark as intended")
        await it.pilot.pause()
        assert it.screen_text().count("Cannot mark as intended") == 1
        assert "No checkpoint decides" in it.screen_text(), "what is open is told below it"


@pytest.mark.parametrize(("size", "times"), [((80, 24), 1), ((120, 40), 2)], ids=["small", "large"])
async def test_what_is_written_is_said_once_where_a_notice_would_lie_over_what_is_told(
    tmp_path: Path, size: tuple[int, int], times: int
) -> None:
    async with desk(tmp_path, "support-agent", size=size) as it:
        await it.press("f", "e", "ctrl+s")
        await it.app.workers.wait_for_complete()
        await it.shows("written: ")
        await it.pilot.pause()
        assert it.screen_text().count("written: ") == times


async def test_a_notice_lies_neither_over_the_header_nor_over_what_is_told(tmp_path: Path) -> None:
    async with desk(tmp_path, "agent-chain", size=(120, 40)) as it:
        await it.press("f", "i")
        await it.computed()
        (notice,) = it.bench.query(Toast)
        assert notice.region.size
        for other in (MeshHeader, ExplanationList, StatusBar):
            assert not notice.region.overlaps(it.bench.query_one(other).region)
