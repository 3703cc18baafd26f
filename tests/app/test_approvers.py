"""Approvers that nothing in the model names are asked about, in the list and beside the record."""

from meshmodel.api import analyse
from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.questions import QuestionList
from meshmodel.app.state import WorkbenchState
from meshmodel.edits.edit import apply_edit
from meshmodel.language import parse
from meshmodel.model.snapshot import Snapshot
from tests.app.form_host import Host
from tests.edits.models import full_snapshot

ASKED = "ask human-approval by ann on file-key > files"
REFERENCE = ("checkpoint", "ask")


def after(text: str) -> Snapshot:
    edit = parse(text, full_snapshot()).edit
    assert edit is not None
    return apply_edit(full_snapshot(), edit)


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


async def test_the_question_who_an_approver_is_opens_its_checkpoint() -> None:
    questions = QuestionList()
    app = Host(questions, after(ASKED))
    async with app.run_test(size=(120, 24)) as pilot:
        app.show(shown(ASKED))
        await pilot.pause()
        assert "Who is ann?" in questions.rows.shown_rows[-1].content.plain
        questions.focus_list()
        await pilot.press("end", "enter")
        await pilot.pause()
        (heard,) = [each for each in app.heard if isinstance(each, SelectionRequested)]
        assert (heard.reference, heard.edit) == (REFERENCE, True)
