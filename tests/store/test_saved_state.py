"""Recent files and places: written whole, tolerant of damage, and only in the user's own folders."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.store import saved_state
from meshmodel.store.saved_state import PLACES_LIMIT, RECENT_LIMIT, LastExport, Place, State, state_path
from tests.rows import all_rows


def test_recent_files_newest_first_without_those_that_are_gone(tmp_path: Path) -> None:
    state = State()
    files = [tmp_path / f"{number}.mesh" for number in range(RECENT_LIMIT + 3)]
    for path in files:
        path.touch()
        state.opened(path)
    state.opened(files[-2])
    expected = [files[-2], files[-1], *reversed(files[3:-2])]
    assert State().recent() == expected
    files[-1].unlink()
    assert files[-1] not in State().recent()
    assert [path.name for path in state_path().parent.iterdir()] == ["state.json"], "nothing is left behind"


def test_windows_forget_nothing_of_each_other(tmp_path: Path) -> None:
    path, files = tmp_path / "state.json", [tmp_path / f"{number}.mesh" for number in range(4)]
    for each in files:
        each.touch()
    one, other = State(path), State(path)
    one.opened(files[0])
    other.opened(files[1])
    one.leave(files[0], Place(x=3))
    other.export(files[1], LastExport("svg", tmp_path / "a.svg", is_paged=False))
    one.opened(files[2])
    assert other.recent() == [files[2], files[1], files[0]]
    assert State(path).recent() == other.recent()
    assert State(path).place(files[0]).x == 3
    assert State(path).exported(files[1]) is not None


def test_a_change_that_another_window_comes_before_is_made_to_what_that_has_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, mine, theirs = tmp_path / "state.json", tmp_path / "mine.mesh", tmp_path / "theirs.mesh"
    mine.touch()
    theirs.touch()
    one, other, replace = State(path), State(path), saved_state.replace_file

    def overtaken(*arguments: Any, **named: Any) -> None:
        monkeypatch.setattr(saved_state, "replace_file", replace)
        other.opened(theirs)
        replace(*arguments, **named)

    monkeypatch.setattr(saved_state, "replace_file", overtaken)
    one.opened(mine)
    assert State(path).recent() == [mine, theirs]


def test_places_come_back(tmp_path: Path) -> None:
    place = Place(3, 4, "line", "missing", ("grant", ("a", "b")), lists_rows=20)
    state = State()
    state.leave(tmp_path / "a.mesh", place)
    state.leave(tmp_path / "b.mesh", Place(selected=("agent", "bot")))
    assert State().place(tmp_path / "a.mesh") == place
    assert State().place(tmp_path / "b.mesh").selected == ("agent", "bot")
    assert State().place(tmp_path / "c.mesh") == Place()
    for number in range(PLACES_LIMIT + 5):
        state.leave(tmp_path / f"{number}.mesh", place)
    assert len(json.loads(state_path().read_text())["places"]) == PLACES_LIMIT


@all_rows(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xff",
        b'{"recent": 3, "places": []}',
        b'{"recent": [3, "", null, "a\\u0000b"], "places": {"x": 3, "": {}}}',
        b"[" * 100_000,
        b'{"places": {"/m": {"x": -1, "y": "z", "zoom": 3, "lens": [], "selected": [1, 2]}}}',
    ],
)
def test_a_damaged_state_counts_as_empty_and_is_replaced(text: bytes, tmp_path: Path) -> None:
    path = state_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    state = State()
    assert state.recent() == []
    assert state.place(Path("/m")) == Place()
    model = tmp_path / "m.mesh"
    model.touch()
    state.opened(model)
    assert State().recent() == [model]


@given(st.binary(max_size=80))
def test_no_bytes_in_the_state_file_stop_the_program(data: bytes) -> None:
    path = state_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    assert State().recent() == []


def test_a_folder_that_cannot_be_written_does_not_stop_the_program(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    state = State(blocked / "state.json")
    state.opened(tmp_path / "file")
    assert state.recent() == [tmp_path / "file"]
    assert State(blocked / "state.json").recent() == []


def test_the_last_export_of_each_model_while_its_folder_is_there(tmp_path: Path) -> None:
    state = State(tmp_path / "state.json")
    folder = tmp_path / "docs"
    folder.mkdir()
    one, two = tmp_path / "one.mesh", tmp_path / "two.mesh"
    assert state.exported(one) is None
    state.export(one, LastExport("svg", folder / "a.svg", is_paged=False))
    state.export(two, LastExport("png", folder / "pages", is_paged=True))
    state.export(one, LastExport("pdf", folder / "b.pdf", is_paged=False))
    again = State(tmp_path / "state.json")
    assert again.exported(one) == LastExport("pdf", folder / "b.pdf", is_paged=False)
    assert again.exported(two) == LastExport("png", folder / "pages", is_paged=True)
    folder.rmdir()
    assert again.exported(one) is None
    many = {f"/m{number}": ["svg", "/x.svg", False] for number in range(PLACES_LIMIT)}
    (tmp_path / "state.json").write_text(json.dumps({"exports": many}))
    State(tmp_path / "state.json").export(one, LastExport("svg", tmp_path / "x.svg", is_paged=False))
    assert len(json.loads((tmp_path / "state.json").read_text())["exports"]) == PLACES_LIMIT


@all_rows("said", [[], {"x": 1}, {"x": ["svg", "", False]}, {"x": ["svg", "a", 1]}, 7, None])
def test_damaged_exports_count_as_none(tmp_path: Path, said: object) -> None:
    (tmp_path / "state.json").write_text(json.dumps({"exports": said}))
    assert State(tmp_path / "state.json").exported(Path("x")) is None
