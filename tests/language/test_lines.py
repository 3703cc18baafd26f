"""Several lines at once: each has its own verdict, and the good ones are one edit."""

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.edits.edit import apply_edit
from meshmodel.language import parse, parse_lines
from meshmodel.model.records import Snapshot
from tests.edits.models import full_snapshot
from tests.language.test_any_text import WORDS


def test_a_line_with_a_problem_stops_no_other() -> None:
    lines = [
        "robot > robot-key > archive: read",
        "robot sotres what",
        "archive in vaults",
        "robot home vaults",
    ]
    found = parse_lines(lines, Snapshot())
    assert [each.problem is None for each in found.sentences] == [True, False, True, True]
    assert found.first_problem == 1
    problem = found.sentences[1].problem
    assert problem is not None
    assert lines[1][problem.start : problem.end] == "sotres"
    assert "stores" in problem.message
    assert found.edit is not None
    after = apply_edit(Snapshot(), found.edit)
    assert after.system["archive"].zone == after.agent["robot"].home == "vaults"
    assert "sotres" not in found.edit.label


def test_a_line_is_carried_out_as_a_whole_or_not_at_all() -> None:
    found = parse_lines(["zone a; files is nonsense; zone b", "zone c"], full_snapshot())
    assert found.edit is not None
    after = apply_edit(full_snapshot(), found.edit)
    assert set(after.zone) - set(full_snapshot().zone) == {"c"}


def test_lines_that_change_nothing_are_no_edit() -> None:
    found = parse_lines(["bot home desk", "nonsense here now"], full_snapshot())
    assert found.edit is None
    assert found.sentences[0].problem is None
    assert found.first_problem == 1


@given(st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), max_size=6))
def test_the_good_lines_alone_do_the_same(lines: list[str]) -> None:
    snapshot = full_snapshot()
    found = parse_lines(lines, snapshot)
    assert [each.text for each in found.sentences] == lines
    good = [each.text for each in found.sentences if each.problem is None]
    alone = snapshot
    for line in good:
        wanted = parse(line, alone).edit
        alone = alone if wanted is None else apply_edit(alone, wanted)
    assert (snapshot if found.edit is None else apply_edit(snapshot, found.edit)) == alone
