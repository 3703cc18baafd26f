"""Whose edits they are, and that undo and redo take one's own and never another's."""

import contextlib
import sqlite3
from dataclasses import dataclass, field
from random import Random

import pytest

from meshmodel.edits.edit import Put, Remove, edit
from meshmodel.model.errors import MeshmodelError, StoreError
from meshmodel.model.records import Zone
from meshmodel.model.text import person_name, unprintable
from meshmodel.store.store import Store
from tests.rows import all_rows
from tests.store.labels import redo_label, undo_label


@dataclass
class Person:
    """What one person's undo list holds: name of the zone before and after each edit, and its label."""

    name: str
    windows: list[Store]
    past: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    future: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    zone: str | None = None

    @property
    def key(self) -> str:
        return f"zone-of-{self.name.lower() or 'nobody'}"


def act(random: Random, who: Person, path, number: int) -> Store:
    """One edit, undo, redo or restart, in any of the windows of somebody, which is returned."""
    at = random.randrange(len(who.windows))
    window = who.windows[at]
    match random.choices(("edit", "undo", "redo", "restart"), (4, 3, 2, 1))[0]:
        case "edit":
            before = who.zone
            who.zone = None if before and random.random() < 0.3 else f"name {number}"
            change = Put(Zone(who.key, name=who.zone)) if who.zone else Remove("zone", who.key)
            window.refresh()
            window.apply(edit(f"edit {number}", [change]))
            who.past.append((f"edit {number}", before, who.zone))
            who.future.clear()
        case "undo":
            step = who.past.pop() if who.past else None
            done = window.undo()
            assert (done and done.label) == (step and step[0])
            if step:
                who.zone = step[1]
                who.future.append(step)
        case "redo":
            step = who.future.pop() if who.future else None
            done = window.redo()
            assert (done and done.label) == (step and step[0])
            if step:
                who.zone = step[2]
                who.past.append(step)
        case "restart":
            window.close()
            who.windows[at] = Store.open(path, person=who.name)
    return who.windows[at]


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))])
def test_three_persons_undo_their_own_edits_alone(place, seed):
    random = Random(seed)
    Store.create(place).close()
    room = [
        Person(name, [Store.open(place, person=name) for _ in range(windows)])
        for name, windows in (("Ada", 2), ("Bo", 1), ("", 1))
    ]
    made = dict[str, int]()
    for number in range(200):
        who = random.choice(room)
        window = act(random, who, place, number)
        made.update({step[0]: 1 for step in who.past})
        assert undo_label(window) == (who.past[-1][0] if who.past else None)
        assert redo_label(window) == (who.future[-1][0] if who.future else None)
        window.refresh()
        zones = {each.key: each.zone for each in room if each.zone}
        assert {key: zone.name for key, zone in window.snapshot.zone.items()} == zones
    with Store.open(place, read_only=True) as after:
        standing = {(each.label, each.person) for each in after.journal() if not each.undone}
        assert standing == {(label, who.name) for who in room for label, _, _ in who.past}
        assert {each.label for each in after.journal()} == set(made)
    for window in (window for who in room for window in who.windows):
        window.close()


def test_what_somebody_else_changed_since_is_not_taken_back(place):
    with (
        Store.create(place) as nobody,
        Store.open(place, person="Ada") as ada,
        Store.open(place, person="Bo") as bo,
    ):
        ada.apply(edit("add", [Put(Zone("z", name="A"))]))
        bo.refresh()
        bo.apply(edit("name", [Put(Zone("z", name="B"))]))
        with pytest.raises(StoreError, match="“add” cannot be undone"):
            ada.undo()
        ada.close()
        bo.close()
        assert nobody.undo() is None, "it has a name, and is of nobody else once that is closed"
        assert [(each.label, each.person) for each in nobody.journal()] == [("add", "Ada"), ("name", "Bo")]


def test_an_edit_without_a_name_takes_no_redo_from_somebody_who_has_one(place):
    with Store.create(place) as nobody:
        with Store.open(place, person="Ada") as ada:
            ada.apply(edit("hers", [Put(Zone("a"))]))
            ada.undo()
        nobody.apply(edit("nobody's", [Put(Zone("b"))]))
        with Store.open(place, person="Ada") as ada:
            assert (undo_label(ada), redo_label(ada)) == (None, "hers")


@all_rows("name", ["A", "Ada Lovelace", "a" * 40, "José 票", "علی\u200cرضا", "Ada 🚀", "ක්\u200dෂ"])
def test_a_name_is_a_printable_line(name):
    assert person_name(name) == name


def test_a_name_has_one_form():
    assert person_name("Jose\u0301") == "José"


@all_rows(
    "name",
    [
        *("", " ", "\u200b", " Ada", "Ada ", "a" * 41, "A\nB", "A\x1b[2J", "A\u202eB"),
        *("A\u200b", "A\u200d", "A\u00ad", "\u0301", "\u3164", "\u2800"),  # two names would look alike
        *("👩\u200d👧", "❤\ufe0f", "👋\U0001f3fd"),  # of several parts, whose width differs
    ],
)
def test_what_is_no_name_is_refused_in_a_line(name):
    with pytest.raises(MeshmodelError, match="printable line of 1 to 40 characters") as refused:
        person_name(name)
    assert unprintable(str(refused.value)) is None


def test_a_name_in_a_foreign_file_is_shown_as_text(tmp_path):
    path = tmp_path / "m.mesh"
    with Store.create(path) as store:
        store.apply(edit("z", [Put(Zone("z"))]))
        store.apply(edit("y", [Put(Zone("y"))]))
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(
            "UPDATE journal SET person = CASE number WHEN 1 THEN ? ELSE x'00' END", ("A\x1b[2J" * 20,)
        )
    with Store.open(path, read_only=True) as store:
        assert all(each.person.isprintable() for each in store.journal())
