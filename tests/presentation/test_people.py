"""The others who have the model open, as one line, as parts of the first row, and as initials."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.app.presentation.model_line import fitted, needed
from meshmodel.app.presentation.people import (
    Lead,
    Participant,
    Presence,
    RoundLeader,
    initials,
    initials_by_place,
    people_line,
    people_parts,
)
from meshmodel.model.text import width
from meshmodel.store.load import load
from tests.app.desk import MODELS
from tests.rows import all_rows

BOT, FILES = ("agent", "support-bot"), ("grant", ("file-sas", "attachments"))
LEADING = RoundLeader(FILES[:1] + FILES[1], (), ())
KEYS = st.lists(st.text(), min_size=2, max_size=3).map(tuple)
PRESENCES = st.builds(
    Presence,
    st.none() | st.tuples(st.text(), st.text() | st.tuples(st.text(), st.text())),
    st.booleans(),
    st.none()
    | st.builds(RoundLeader, st.none() | KEYS, st.lists(KEYS).map(tuple), st.lists(KEYS).map(tuple)),
    st.booleans(),
)


def people(*shown: Presence) -> list[Participant]:
    names = ["Ada Lovelace", "Bo", "Kim", "Lou", "Zoe", "Max"]
    return [Participant(number, names[number], each) for number, each in enumerate(shown)]


@given(PRESENCES)
def test_what_somebody_shows_arrives_as_it_was_sent(presence: Presence) -> None:
    assert Presence.of_json(json.loads(json.dumps(presence.as_json()))) == presence


@all_rows(
    ("name", "letters"),
    [("Ada", "Ad"), ("Ada King Lovelace", "AL"), ("B", "B"), ("王小明", "王小"), ("e\u0301va", "e\u0301v")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_of_many_in_one_place_two_are_named() -> None:
    there = people(*(Presence(BOT) for _ in range(4)), Presence(FILES), Presence())
    assert initials_by_place(there) == {BOT: "AL Bo +2", FILES: "Ze"[:1] + "o"}


def test_names_go_where_there_is_no_room_and_raised_hands_stay() -> None:
    parts = people_parts(people(Presence(), Presence(hand=True), Presence()), hand=True, follow_key="&")
    texts = [[each.text for each in fitted(parts, room)] for room in range(needed(parts), 0, -1)]
    assert texts[0] == ["✋ you, Bo", "Ada Lovelace · Bo · Kim"]
    assert ["✋ you, Bo", "3 more here"] in texts
    assert texts[-1] == ["✋ 2"]


def test_who_leads_is_named_with_the_key_that_follows_until_it_is_followed() -> None:
    there = people(Presence(leading=LEADING, lead=Lead(1.0)))
    assert "Ada Lovelace leads: & follows" in [
        each.text for each in people_parts(there, hand=False, follow_key="&")
    ]
    assert "leads" not in str(people_parts(there, hand=False, follow_key=""))
    assert people_parts([], hand=False, follow_key="&") == []


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (90, "Ada leads, 1 follow · Bo ✋ · Ada Lovelace at Support bot · 1 more"),
        (50, "Ada leads, 1 follow · Bo ✋ · 2 more"),
        (20, "Ada leads, 1 follow"),
    ],
)
def test_the_room_in_one_line(cells: int, line: str) -> None:
    model = load(MODELS / "support-agent.toml")
    there = people(Presence(BOT), Presence(hand=True), Presence(FILES, follows=True), Presence())
    assert people_line("Ada", there, model, cells) == line
    assert width(line) <= cells
