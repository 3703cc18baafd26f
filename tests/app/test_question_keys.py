"""One key answers a question: in the list of questions, in the inspector, and of what is selected."""

from pathlib import Path

import pytest

from meshmodel.app.access import Access
from meshmodel.app.dialogs.base import Picker, YesNo
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.questions import QuestionList
from meshmodel.model.records import Snapshot
from tests.app.desk import SIZES, Desk, desk
from tests.edits.test_question_answers import BOUND, GRANT, PERSON, RUNNER
from tests.language.test_parser import after


def drawn(text: str) -> Snapshot:
    return after(text, Snapshot())


async def at_question(it: Desk, element: str) -> QuestionList:
    await it.press("Q")
    panel = it.bench.query_one(QuestionList)
    assert panel.rows.go_to(element)
    return panel


async def undone(it: Desk, before: Snapshot) -> None:
    """What was answered was one edit."""
    assert it.model != before
    await it.press("u")
    assert it.model == before


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", ["y", "n"])
async def test_whether_somebody_outside_is_one_of_yours(
    tmp_path: Path, size: tuple[int, int], key: str
) -> None:
    async with desk(tmp_path, drawn(f"{PERSON}; office is corporate"), size) as it:
        await at_question(it, "agent:customer")
        await it.shows("? ♙ customer  It lives outside: is it one of yours?")
        await it.shows("y yes  n no")
        before = it.model
        await it.press(key)
        found = it.model.agent["customer"]
        assert (found.kind, found.home) == (("person", "office") if key == "y" else ("service", "web"))
        await undone(it, before)


async def test_of_several_zones_one_is_chosen(tmp_path: Path) -> None:
    async with desk(tmp_path, drawn(f"{PERSON}; office is corporate; shop is production")) as it:
        await at_question(it, "agent:customer")
        await it.press("y")
        assert isinstance(it.app.screen, Picker)
        await it.shows("in which zone does customer work?")
        await it.type("shop")
        await it.press("enter")
        assert it.model.agent["customer"].home == "shop"


@pytest.mark.parametrize(("key", "honoured_as"), [("y", "delegate"), ("n", "principal")])
async def test_how_a_system_honours_a_delegation(tmp_path: Path, key: str, honoured_as: str) -> None:
    async with desk(tmp_path, drawn(GRANT)) as it:
        await at_question(it, "credential:obo")
        before = it.model
        await it.press(key)
        assert it.model.grant["obo", "files"].honoured_as == honoured_as
        assert it.model.grant["obo", "mail"].honoured_as is None, "that is asked next"
        await it.shows("Does mail apply the rights of ann")
        await undone(it, before)
        await it.press(key, key)
        assert it.model.grant["obo", "mail"].honoured_as == honoured_as


async def test_who_has_the_key_of_a_bound_credential_is_chosen(tmp_path: Path) -> None:
    async with desk(tmp_path, drawn(f"{BOUND}; robot is service")) as it:
        await at_question(it, "credential:token")
        before = it.model
        await it.press("n")
        assert it.model == before
        await it.shows("yes asks who has the key of token?")
        await it.press("y")
        assert isinstance(it.app.screen, Picker)
        await it.press("escape")
        assert it.model == before
        await it.press("y")
        await it.type("robot")
        await it.press("enter")
        assert [*it.model.hold] == [("robot", "token")]
        await undone(it, before)


@pytest.mark.parametrize(("key", "by"), [("y", ("read", "execute")), ("n", None)])
async def test_whether_jobs_read_secrets_is_answered_in_the_list_too(
    tmp_path: Path, key: str, by: tuple[str, ...] | None
) -> None:
    async with desk(tmp_path, drawn(RUNNER)) as it:
        panel = await at_question(it, "system:ci")
        assert len([each for each in panel.rows.shown_rows if each.key == "system:ci"]) == 1
        before = it.model
        await it.press(key)
        assert it.model.custody["ci", "deploy-key"].by == by
        assert len(it.model.note) == int(key == "n")
        await undone(it, before)


async def test_a_question_that_asks_for_more_is_left_alone(tmp_path: Path) -> None:
    async with desk(tmp_path, drawn("bot > token > files: read")) as it:
        await at_question(it, "system:files")
        before = it.model
        for key in "yn":
            await it.press(key)
            assert it.app.screen is it.bench
            await it.shows("the question in focus asks for more than yes or no")
        assert it.model == before


async def test_what_is_selected_is_asked_about_and_one_key_answers(tmp_path: Path) -> None:
    async with desk(tmp_path, drawn(GRANT)) as it:
        await it.select("credential", "obo")
        await it.press("y")
        assert isinstance(it.app.screen, YesNo)
        await it.shows("Does files apply the rights of ann, not those of an account")
        await it.press("escape")
        assert it.model.grant["obo", "files"].honoured_as is None
        await it.press("y", "n")
        assert it.model.grant["obo", "files"].honoured_as == "principal"


@pytest.mark.parametrize("keys", [("y",), ("enter", "y")])
async def test_the_inspector_answers_the_question_of_its_row(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with desk(tmp_path, drawn(GRANT)) as it:
        await it.select("credential", "obo")
        it.bench.context.open_side("inspector")
        await it.pilot.pause()
        rows = it.bench.query_one(Inspector).rows
        (mail,) = (each for each in rows.shown_rows if "Does mail apply" in each.content.plain)
        assert rows.go_to(mail.key)
        await it.press(*keys)
        assert it.model.grant["obo", "mail"].honoured_as == "delegate"
        assert it.model.grant["obo", "files"].honoured_as is None


async def test_nobody_answers_where_the_model_is_read_only(tmp_path: Path) -> None:
    async with desk(tmp_path, drawn(GRANT), access=Access(read_only=True)) as it:
        before = it.model
        await at_question(it, "credential:obo")
        await it.press("y", "n")
        await it.select("credential", "obo")
        it.bench.context.open_side("inspector")
        await it.pilot.pause()
        rows = it.bench.query_one(Inspector).rows
        (mail,) = (each for each in rows.shown_rows if "Does mail apply" in each.content.plain)
        assert rows.go_to(mail.key)
        await it.press("y", "enter")
        assert it.app.screen is it.bench
        assert it.model == before
