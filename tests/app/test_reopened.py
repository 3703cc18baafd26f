"""A list that is opened again has its cursor on the same row, whatever was added before it meanwhile."""

from meshmodel.app.panels.reach_matrix import MatrixView, ReachMatrix
from meshmodel.app.panels.trace import TraceView
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import ListRow, line, note_row
from meshmodel.edits.edit import Put, edit
from meshmodel.model.records import Agent, Credential, Hold, System
from tests.app.desk import desk

FIRST = edit(
    "first", [Put(each) for each in (Agent("aaa"), System("aaa"), Credential("aaa"), Hold("aaa", "aaa"))]
)
LAST = edit(
    "last", [Put(each) for each in (Agent("zzz"), System("zzz"), Credential("zzz"), Hold("zzz", "zzz"))]
)
PAGES = {"Q": "questions", "J": "journal", "o": "outline"}


async def test_a_list_opens_again_on_its_row(tmp_path):
    async with desk(tmp_path, "support-agent", size=(80, 24)) as it:
        it.bench.context.apply(LAST, on=it.model)
        await it.pilot.pause()
        matrix, at = it.bench.query_one(ReachMatrix), {}
        for key, page in PAGES.items():
            await it.press(key, "end")
            rows = it.bench.query_one(f"#{page} RowList", RowList)
            at[page] = rows.row.key, rows.cursor
            await it.press("escape")
        await it.press("r", "down", "right")
        pair = matrix.pair
        await it.press("escape")
        it.bench.context.apply(FIRST, on=it.model)
        await it.pilot.pause()
        for key, page in PAGES.items():
            await it.press(key)
            rows = it.bench.query_one(f"#{page} RowList", RowList)
            assert rows.row.key == at[page][0], page
            assert rows.cursor > at[page][1], f"rows of {page} were added before it"
            await it.press("escape")
        await it.press("r")
        assert matrix.pair == pair
        assert matrix.table.cursor == 2
        await it.press("/", "q")
        assert matrix.pair is None
        await it.press("escape")
        assert matrix.pair == pair


def test_a_cursor_comes_back_to_its_row_after_there_were_none() -> None:
    choices = [ListRow(name, line(name), name) for name in "abcd"]
    rows = RowList(choices)
    rows.go_to("c")
    rows.set_rows([note_row("computing...")])
    assert rows.row is None
    rows.set_rows([ListRow("first", line("first"), "first"), *choices])
    assert rows.row.key == "c"
    rows.set_rows([])
    rows.set_rows(choices[:2])
    assert rows.row.key == "a", "its row is gone"


def test_a_cell_and_an_event_come_back_too() -> None:
    matrix = MatrixView()
    matrix.show_table("ab", "xyz", lambda *_: None)
    matrix.cursor, matrix.column = 1, 2
    matrix.show_table((), (), lambda *_: None)
    assert matrix.at == (None, None)
    matrix.show_table("Aab", "wxyz", lambda *_: None)
    assert matrix.at == ("b", "z")
    assert TraceView(lambda _: None).at is None
