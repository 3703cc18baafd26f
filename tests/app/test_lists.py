"""The reach matrix, the journal, the questions, and lists that are filtered."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from textual.widgets import Static

from meshmodel.analysis.results import Finding, SystemReach
from meshmodel.answers.causes import causes_of
from meshmodel.api import analyse
from meshmodel.app.messages import ExplanationRequested, SelectionRequested
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.journal import JournalList
from meshmodel.app.panels.questions import QuestionList
from meshmodel.app.panels.reach_matrix import MatrixView, ReachMatrix
from meshmodel.app.presentation.journal_lines import shown_time
from meshmodel.app.presentation.reach_cells import cell_of
from meshmodel.app.state import OpenedFinding, WorkbenchState
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.rows import ListRow, heading, line
from meshmodel.edits.edit import Edit, Put
from meshmodel.interchange import read_file
from meshmodel.model.records import Snapshot, Zone
from meshmodel.store.store import Store
from tests.app.form_host import Host, enter
from tests.edits.models import HOSTILE, MODELS, full_snapshot

CHAIN = read_file(MODELS / "agent-chain.toml")


def screen_lines(table: MatrixView) -> list[str]:
    return [table.render_line(y).text for y in range(table.size.height)]


def shown(snapshot: Snapshot) -> WorkbenchState:
    return WorkbenchState(snapshot, built=analyse(snapshot), designed=analyse(snapshot, view="designed"))


def test_direct_hidden_and_deputy_are_told_apart() -> None:
    reach = SystemReach("s", ("read", "write", "admin"), ("read",), ("read", "write"), ())
    assert cell_of(reach).text == "r·w»a"
    assert cell_of(reach).how == "deputy"
    assert cell_of(SystemReach("s", ("read",), ("read",), ("read",), ())).text == "r"
    assert cell_of(SystemReach("s", ("read",), (), ("read",), ())).how == "hidden"


async def test_the_matrix_says_what_the_analysis_says_and_explains_a_cell() -> None:
    matrix = ReachMatrix()
    app = Host(matrix, CHAIN)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(shown(CHAIN))
        matrix.focus_list()
        await pilot.pause()
        built = app.shown.built
        assert built is not None
        assert matrix.table.agents == tuple(each.agent for each in built.reach())
        lines = screen_lines(matrix.table)
        for agent in built.reach():
            row = next(each for each in lines[1:] if each.startswith(f" {agent.agent} "))
            for each in agent.reach:
                assert cell_of(each).text in row
        assert any("»" in each for each in lines), "deputies are marked by a sign"
        legend = str(matrix.query_one(Static).content)
        assert "found" in legend
        assert "through" in legend
        agent_id, system = matrix.table.at
        await pilot.press("enter")
        await pilot.pause()
        heard = [each for each in app.heard if isinstance(each, ExplanationRequested)]
        assert (heard[0].agent, heard[0].system) == (agent_id, system)


async def test_the_matrix_filters_and_says_how_much_it_leaves_out() -> None:
    matrix = ReachMatrix()
    app = Host(matrix, CHAIN)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(shown(CHAIN))
        matrix.focus_list()
        system = matrix.table.systems[-1]
        await enter(pilot, "/", f"={system}")
        await pilot.pause()
        assert matrix.table.systems == (system,)
        assert " of " in str(matrix.query_one(Static).content)
        await pilot.press("enter")
        assert app.focused is matrix.table
        await pilot.press("escape")
        await pilot.pause()
        assert len(matrix.table.systems) > 1


def read_everywhere(_: str, system: str) -> SystemReach:
    return SystemReach(system, ("read",), ("read",), ("read",), ("read",))


async def test_the_matrix_scrolls_both_ways_with_its_heads_in_place() -> None:
    matrix = ReachMatrix()
    app = Host(matrix, Snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        agents = [f"agent-{number:03}" for number in range(100)]
        systems = [f"system-{number:03}" for number in range(60)]
        matrix.table.show_table(agents, systems, read_everywhere)
        matrix.focus_list()
        await pilot.pause()
        await pilot.press("end", "pagedown", "pagedown")
        await pilot.pause()
        lines = screen_lines(matrix.table)
        assert matrix.table.at[1] == "system-059"
        assert "system-059" in lines[0]
        assert lines[0].startswith(" agent ")
        assert matrix.table.at[0] is not None
        row = next(each for each in lines if each.startswith(f" {matrix.table.at[0]}"))
        assert row.rstrip().endswith("r")
        assert all(len(each) == matrix.table.size.width for each in lines)
        await pilot.click(MatrixView, offset=(matrix.table.size.width - 4, 2))
        await pilot.pause()
        assert lines[2].startswith(f" {matrix.table.at[0]}")
        await pilot.press("home", *["pageup"] * 6)
        await pilot.pause()
        assert matrix.table.at == ("agent-000", "system-000")
        assert "system-000" in screen_lines(matrix.table)[0]
        assert screen_lines(matrix.table)[1].startswith(" agent-000")


async def test_an_empty_matrix() -> None:
    matrix = ReachMatrix()
    app = Host(matrix, Snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(shown(Snapshot()))
        matrix.focus_list()
        await pilot.press("down", "right", "end", "enter", "pagedown")
        await pilot.pause()
        assert matrix.table.at == (None, None)
        assert app.heard == []


async def test_the_journal_lists_every_edit_with_its_time_and_what_was_undone(tmp_path: Path) -> None:
    with Store.create(tmp_path / "a.mesh") as store:
        for name in ("one", "two", "three"):
            store.apply(Edit(f"add [b]{name}[/]", (Put(Zone(name)),)))
        store.undo()
    with Store.open(tmp_path / "a.mesh", person="[b]Ada[/]") as store:
        store.apply(Edit("hers", (Put(Zone("hers")),)))
        entries = store.journal()
    read = [[], entries]
    journal = JournalList(lambda: read.pop(0))
    app = Host(journal, Snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        assert "no edits" in journal.rows.shown_rows[0].content.plain
        journal.follow(WorkbenchState(Snapshot()))
        await pilot.pause()
        texts = [row.content.plain for row in journal.rows.shown_rows]
        assert texts.pop().split() == ["0", "before", "the", "first", "edit"]
        assert len(texts) == len(entries)
        undone = [text for text in texts if text.endswith("undone")]
        assert len(undone) == sum(entry.undone for entry in entries) > 0
        assert all("add [b]three[/]" in text for text in undone)
        for entry in entries:
            assert any(shown_time(entry.time) in text and entry.label in text for text in texts)
        assert (
            [text for text in texts if "Ada" in text]
            == [text for text in texts if "[b]Ada[/]  hers" in text]
            != []
        )


async def test_an_edit_that_takes_several_lines_begins_in_one_row_only(tmp_path: Path) -> None:
    with Store.create(tmp_path / "a.mesh") as store:
        store.apply(Edit("add a zone whose label says a good deal of it", (Put(Zone("one")),)))
        entries = store.journal()
    journal = JournalList(lambda: entries)
    async with Host(journal, Snapshot()).run_test(size=(50, 24)) as pilot:
        journal.follow(WorkbenchState(Snapshot()))
        await pilot.pause()
        lines = [journal.rows.render_line(y).text.rstrip() for y in range(5)]
        lines = [text for text in lines if text and "before the first edit" not in text]
        assert len(lines) > 1
        front = len(f"{entries[0].number:>5}  {shown_time(entries[0].time)}  ")
        assert all(text[:front].isspace() and text[front:].strip() for text in lines[1:])


def test_times_are_those_of_this_machine() -> None:
    moment = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert shown_time(moment) == moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


async def test_questions_open_their_element() -> None:
    questions = QuestionList()
    snapshot = full_snapshot()
    app = Host(questions, snapshot)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(shown(snapshot))
        await pilot.pause()
        built = app.shown.built
        assert built is not None
        *first, more = [row.key for row in questions.rows.shown_rows]
        assert 0 < len(first) < len(built.questions), "those about owners, lifetimes and logs are folded"
        questions.focus_list()
        assert questions.rows.go_to(more)
        await pilot.press("enter")
        await pilot.pause()
        assert len(questions.rows.shown_rows) - 1 == len(built.questions)
        questions.rows.go_to(built.questions[0].element)
        await pilot.press("enter")
        await pilot.pause()
        (heard,) = [each for each in app.heard if isinstance(each, SelectionRequested)]
        assert heard.edit
        assert f"{heard.reference[0]}:{heard.reference[1]}" == built.questions[0].element  # type: ignore[index] # a reference


async def test_a_list_keeps_its_place_when_it_is_rebuilt_and_filtered() -> None:
    rows = [heading("first"), *(ListRow(name, line(name), name) for name in ("ab", "bc", "cd"))]
    listing = FilterList(rows)
    app = Host(listing, Snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        listing.focus_list()
        listing.rows.go_to("cd")
        listing.set_rows([ListRow("new", line(HOSTILE), "new"), *rows])
        assert listing.rows.row is not None
        assert listing.rows.row.key == "cd"
        await enter(pilot, "/", "=b")
        await pilot.pause()
        assert [row.key for row in listing.rows.shown_rows if not row.heading] == ["new", "ab", "bc"]
        await enter(pilot, "=zzz")
        await pilot.pause()
        assert [row.content.plain for row in listing.rows.shown_rows] == ["4 left out by the filter"]
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert len(listing.rows.shown_rows) == 5


async def test_a_finding_that_only_moves_down_its_list_is_not_opened_again() -> None:
    snapshot = full_snapshot()
    opened: list[Finding | None] = []
    findings = FindingsList(opened.append)
    app = Host(findings, snapshot)
    async with app.run_test(size=(80, 24)) as pilot:
        app.show(shown(snapshot))
        findings.focus_list()
        await pilot.pause()
        findings.rows.action_step(1)
        assert findings.rows.row is not None
        assert opened == [findings.rows.row.value], "at once"
        before = findings.rows.cursor
        app.show(replace(app.shown, is_current=False))  # a row on top says that they are from before
        await pilot.pause()
        assert findings.rows.cursor == (before or 0) + 1
        assert len(opened) == 1


async def test_the_list_of_findings_shows_the_row_of_the_open_one() -> None:
    app = Host(findings := FindingsList(), full_snapshot())
    async with app.run_test(size=(80, 24)) as pilot:
        app.set_focus(None)
        await pilot.pause()
        analysed = shown(full_snapshot())
        assert analysed.built is not None
        last = causes_of(analysed.built)[-1].finding
        app.show(replace(analysed, opened=OpenedFinding(last, None)))
        assert findings.rows.row is not None
        assert findings.rows.row.value is last


def test_without_findings_it_is_said_how_the_crossings_are_settled() -> None:
    release = read_file(MODELS / "federated-release.toml")
    for snapshot, said in (
        (
            release,
            [
                "no findings: no checkpoint is missing",
                "11 of 14 paths are intended uses",
                "3 of 14 paths have a checkpoint",
            ],
        ),
        (Snapshot(), ["no findings: no checkpoint is missing", "no path crosses a trust boundary"]),
    ):
        found = FindingsList()
        found.follow(shown(snapshot))
        assert [row.content.plain for row in found.rows.shown_rows] == said
