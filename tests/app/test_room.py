"""The others in the workbench: what they are shown, and what is seen of them."""

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from meshmodel.app.access import Access
from meshmodel.app.presentation import round_answers as answers
from meshmodel.app.presentation.people import Lead, Presence
from meshmodel.app.room import Room
from meshmodel.app.workbench import screen
from meshmodel.edits.edit import Put, edit
from meshmodel.model.errors import StoreError
from meshmodel.model.records import Agent
from meshmodel.store.store import Store
from tests.app.desk import Desk, desk
from tests.app.test_round_page import GATEWAY, known, press, stop_of


def leading(led: dict[str, Any], since: float = 0.0, **how: object) -> dict[str, Any]:
    """What somebody shows who leads a round."""
    return {"leading": led, "lead": asdict(Lead(since)) | how}


def somebody(number: int, name: str, *, is_away: bool = False, **shown: object) -> dict[str, Any]:
    """One of the others, as a server tells of them."""
    return {"number": number, "name": name, "here": Presence().as_json() | shown, "is_away": is_away}


class Talk:
    """What the others are shown, and what they are made to show."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, Any]] = []
        self.room = Room(self.told.append)

    async def hear(self, it: Desk, *others: dict[str, Any]) -> None:
        telling = threading.Thread(target=self.room.heard, args=(others, 9))
        telling.start()
        telling.join()
        await it.pilot.pause()


@asynccontextmanager
async def guest(
    folder: Path, model: str = "support-agent", **options: object
) -> AsyncIterator[tuple[Desk, Talk]]:
    talk = Talk()
    async with desk(folder, model, access=Access("Me", folder=folder), room=talk.room, **options) as it:
        yield it, talk


async def test_the_others_are_shown_what_is_selected_and_a_raised_hand(tmp_path: Path) -> None:
    async with guest(tmp_path) as (it, talk):
        assert talk.told == [Presence().as_json()]
        await it.select("agent", "support-bot")
        assert talk.told[-1] == Presence(("agent", "support-bot")).as_json()
        await it.press("!")
        assert talk.told[-1]["hand"]
        await it.shows("✋ you")
        await it.press("!")
        assert talk.told[-1] == Presence(("agent", "support-bot")).as_json()
        count = len(talk.told)
        await it.press("J", "escape", "v")
        assert len(talk.told) == count, "nothing else is told"


async def test_nobody_is_shown_a_hand_where_nobody_else_is(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        await it.press("!")
        await it.shows("hand: nobody else is here")
        assert not it.bench.shown.hand
        await it.press("&")
        await it.shows("follow: nobody else leads a review")


async def test_initials_stand_on_what_others_have_selected_and_names_in_the_first_row(tmp_path: Path) -> None:
    async with guest(tmp_path, size=(160, 40)) as (it, talk):
        facts = "▌  2 identities"
        assert facts in it.screen_text()
        await talk.hear(
            it,
            somebody(1, "Ada King", at=["agent", "support-bot"]),
            somebody(2, "Bo", at=["grant", ["file-sas", "attachments"]], hand=True),
            somebody(3, "Kim", at=["agent", "gone"]),
            somebody(4, "Uma", at=["zone", "helpdesk"]),
        )
        await it.shows("2 identities AK")
        await it.shows("─Bo─as svc-files read─✖▶")
        first = it.screen_text().splitlines()[0]
        assert "✋ Bo" in first
        assert "Ada King · Bo · Kim" in first
        await it.shows("╭─ Help desk Um─")
        await talk.hear(it)
        await it.shows(facts)
        assert "Ada" not in it.screen_text()


async def test_what_somebody_has_just_drawn_is_seen_when_they_select_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "POLL", 3600.0)
    async with guest(tmp_path, size=(160, 40)) as (it, talk):
        with Store.open(it.bench.session.path) as theirs:
            theirs.apply(edit("draw", [Put(Agent("helper"))]))
        await talk.hear(it, somebody(1, "Ada King", at=["agent", "helper"]))
        await it.shows("helper")
        await it.shows("AK")


async def test_the_first_row_says_when_the_database_is_away_and_what_was_typed_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with guest(tmp_path, GATEWAY, size=(160, 40)) as (it, _):
        await press(it, "@", "N", *"seen")

        def refused(*_: object, **__: object) -> None:
            raise StoreError("mesh: cannot be reached")

        with monkeypatch.context() as gone:
            gone.setattr(Store, "is_away", True)
            gone.setattr(Store, "apply", refused)
            it.bench.poll()
            await it.shows("  database away")
            await it.press("enter")
            await it.shows("mesh: cannot be reached")
        it.bench.poll()
        await it.shows("the database is back")
        assert "database away" not in it.screen_text()
        await it.press("enter")
        assert [each.text for each in it.model.note.values()] == ["seen"]


async def test_the_others_are_seen_while_the_model_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with guest(tmp_path, size=(160, 40)) as (it, talk):

        def refused() -> bool:
            raise StoreError("mesh.mesh: cannot be read now")

        monkeypatch.setattr(it.bench.session, "refresh", refused)
        await talk.hear(it, somebody(1, "Ada King", at=["agent", "support-bot"]))
        await it.shows("2 identities AK")
        await it.shows("mesh.mesh: cannot be read now")


async def test_jump_labels_stay_while_others_move(tmp_path: Path) -> None:
    async with guest(tmp_path) as (it, talk):
        await it.press("g")
        labels = it.screen_text()
        await talk.hear(it, somebody(1, "Ada", at=["system", "attachments"]))
        assert "confidential Ad" in it.screen_text()
        assert it.screen_text().splitlines()[2] == labels.splitlines()[2]


@pytest.mark.slow
async def test_what_somebody_shows_of_a_round_is_followed_until_escape(tmp_path: Path) -> None:
    async with guest(tmp_path, GATEWAY) as (it, talk):
        await press(it, "@")
        first = stop_of(it).key
        await press(it, "space", "P")
        led = talk.told[-1]["leading"]
        assert led["stop"] == stop_of(it).key
        assert led["left"] == (first,)
        await press(it, "P", "left", "escape")
        assert talk.told[-1]["leading"] is None

        await talk.hear(it, somebody(1, "Ada", **leading(led)), somebody(2, "Lou", hand=True))
        await it.shows("Ada leads: & follows")
        await press(it, "&")
        assert it.bench.shown.presents
        assert stop_of(it).key == led["stop"]
        await it.shows("Ada leads · Lou ✋")
        await it.shows("all may answer · ! hand · Esc own view")
        assert talk.told[-1] == Presence(it.bench.shown.selected, follows=True).as_json()

        await press(it, "space")
        await it.shows("review: Ada leads; Esc goes on by yourself")
        await press(it, "d")
        assert known(it).is_done, "it is answered by any of them"
        await it.shows("answered  Me: policy check")
        key, on = stop_of(it), it.bench.session
        with Store.open(on.path, person="Lou") as theirs:
            other = answers.noted(key, "note", "seen", theirs.snapshot)
            theirs.apply(other)
            theirs.apply(edit("draw", [Put(Agent("elsewhere"))]))
        it.bench.poll()
        await it.shows("Lou: noted: seen; Lou: draw")
        await it.computed()
        said = known(it).facts["answered"]
        assert said.startswith("Me: policy check")
        assert said.endswith("; Lou: noted: seen"), "and nothing of what was drawn elsewhere"

        led = led | {"stop": first, "left": [], "earlier": []}
        await talk.hear(it, somebody(1, "Ada", **leading(led)))
        await it.computed()
        assert stop_of(it).key == tuple(first)
        await press(it, "escape")
        assert not it.bench.shown.presents
        assert not talk.told[-1]["follows"]
        await talk.hear(it, somebody(1, "Ada", **leading(led | {"stop": stop_of(it).key[::-1]})))
        await it.computed()
        assert stop_of(it).key == tuple(first), "who looks around stays where they are"


@pytest.mark.slow
async def test_one_person_leads_at_a_time_and_another_once_they_are_away(tmp_path: Path) -> None:
    async with guest(tmp_path, GATEWAY) as (it, talk):
        await press(it, "@")
        led = {"stop": None, "left": [], "earlier": []}
        await talk.hear(it, somebody(1, "Ada", **leading(led)))
        await it.press("P")
        await it.shows("review: Ada leads already; & follows")
        assert not it.bench.shown.presents
        await talk.hear(it, somebody(1, "Ada", **leading(led), is_away=True))
        await it.shows("Ada (away)")
        await it.press("&")
        await it.shows("follow: nobody else leads a review")
        await it.press("P")
        assert talk.told[-1]["leading"] is not None
        await talk.hear(it, somebody(1, "Ada", **leading(led)))
        assert talk.told[-1]["leading"] is not None, "who comes back leads no longer"
        began = talk.told[-1]["lead"]["since"]
        await talk.hear(it, somebody(1, "Ada", **leading(led, began + 1)))
        await it.shows("review: Ada leads now")
        assert talk.told[-1] == Presence(it.bench.shown.selected, follows=True).as_json()


@pytest.mark.slow
async def test_who_leads_brings_all_keeps_the_answers_and_hands_over(tmp_path: Path) -> None:
    async with guest(tmp_path, GATEWAY) as (it, talk):
        led = {"stop": None, "left": [], "earlier": []}
        await talk.hear(it, somebody(1, "Ada", **leading(led, brought=1.0)))
        await it.computed()
        assert it.bench.shown.page == "round"
        assert it.bench.shown.follows
        await press(it, "escape")
        await talk.hear(it, somebody(1, "Ada", **leading(led, brought=1.0, is_locked=True)))
        assert not it.bench.shown.follows, "once brought, who looks around does so"
        count = len(it.bench.session.journal())
        for key in ("d", "N"):
            await it.press(key)
            await it.shows("review: only Ada answers now")
        await press(it, "&")
        await it.shows("only Ada answers")
        assert len(it.bench.session.journal()) == count

        await talk.hear(it, somebody(1, "Ada", **leading(led, heir=9)))
        await it.shows("Ada handed over to you: you lead now")
        bo = somebody(2, "Bo", follows=True)
        await talk.hear(it, somebody(1, "Ada", **leading(led, heir=9)), bo)
        lead = it.bench.shown.lead
        assert lead is not None, "who handed over may not have heard of it yet"
        for typed, said, how in (
            ("bring", "bring all here", {"brought"}),
            ("lock", "only you answer", {"is_locked"}),
            ("let", "all may answer", {"is_locked"}),
            ("Bo", "hand over to Bo", {"heir"}),
        ):
            before = talk.told[-1]["lead"]
            await it.press("P", *typed, "enter")
            await it.shows(said)
            assert {name for name, each in talk.told[-1]["lead"].items() if each != before[name]} == how
        await press(it, "P", *"no longer", "enter")
        assert not it.bench.shown.presents
        assert it.bench.shown.led_by == ("Ada", "Me")
        assert talk.told[-1]["lead"] is None


@pytest.mark.slow
async def test_each_votes_unseen_and_the_note_keeps_what_was_voted(tmp_path: Path) -> None:
    async with guest(tmp_path, GATEWAY) as (it, talk):
        await press(it, "@", "P")
        led, lead = talk.told[-1]["leading"], talk.told[-1]["lead"]
        bo, kim = somebody(1, "Bo", follows=True), somebody(2, "Kim", follows=True)
        await talk.hear(it, bo, kim)
        await press(it, "P", *"ask", "enter")
        await it.shows("0 of 3 have voted; your vote: press the key of an answer")
        asked = talk.told[-1]["lead"]["asked"]
        assert asked[0] == led["stop"]
        count = len(it.bench.session.journal())
        await press(it, "n", "d")
        assert talk.told[-1]["vote"] == (asked, "rule")
        await talk.hear(it, bo | {"here": bo["here"] | {"vote": [asked, "no"]}}, kim)
        await it.shows("2 of 3 have voted; your vote: policy check")
        assert "no: remove it: Bo" not in it.screen_text()
        assert len(it.bench.session.journal()) == count
        await press(it, "P", *"open", "enter")
        said = "no: remove it: Bo; policy check: Me; no vote: Kim"
        await it.shows(said)
        assert it.bench.session.journal()[-1].label.startswith("noted: votes:")
        assert [each.text for each in it.model.note.values()] == [f"votes: {said}"]
        await press(it, "d")
        assert known(it).is_done, "an answer is one again"
        await press(it, "space")
        assert said not in it.screen_text(), "it was about the other stop"

        led, asked = talk.told[-1]["leading"], (stop_of(it).key, 1.0)
        ada = leading(led, lead["since"] + 1, asked=asked, is_locked=True)
        await talk.hear(it, somebody(3, "Ada", **ada))
        await press(it, "k")
        assert talk.told[-1]["vote"] == (asked, "park"), "a lock bars no vote"
        await press(it, "N")
        await it.shows("review: only Ada answers now")


async def test_arranging_is_asked_where_others_look_and_is_in_the_journal(tmp_path: Path) -> None:
    async with guest(tmp_path) as (it, talk):
        await talk.hear(it, somebody(1, "Ada"))
        count = len(it.bench.session.journal())
        await it.press("A")
        await it.shows("arrange: nothing was placed by hand")
        await it.select("agent", "support-bot")
        await it.press("m", "down", "enter")
        assert len(it.bench.session.journal()) == count + 1
        for answer, entries in (("n", 1), ("y", 2)):
            await it.press("A")
            await it.shows("for all who are here?")
            await it.press(answer)
            assert len(it.bench.session.journal()) == count + entries


@pytest.mark.slow
async def test_who_no_longer_leads_is_followed_no_longer(tmp_path: Path) -> None:
    async with guest(tmp_path, GATEWAY) as (it, talk):
        led = {"stop": ["grant", "no", "such"], "left": [], "earlier": []}
        await talk.hear(it, somebody(1, "Ada", **leading(led)))
        await press(it, "&")
        assert known(it).stop is not None, "a stop that is not there yet: the next one"
        await talk.hear(it)
        await it.shows("review: who led it no longer does")
        assert not it.bench.shown.presents
        assert not it.bench.shown.follows
        await press(it, "space")
        assert len(known(it).earlier) == 1, "it goes on by itself"
