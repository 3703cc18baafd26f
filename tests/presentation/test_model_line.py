"""The line about a model: what goes first where there is little room."""

from dataclasses import replace

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.causes import Counts, counts_of
from meshmodel.app.presentation import model_line
from meshmodel.app.presentation.model_line import GAP, LinePart, count_parts, fitted, model_parts, needed
from meshmodel.model.records import Note, Snapshot
from meshmodel.model.text import width
from meshmodel.store.load import load
from tests.commands.running import MODELS
from tests.rows import all_rows

MODEL = load(MODELS / "agent-chain.toml")
ANALYSIS = analyse(MODEL)
COUNTS = counts_of(ANALYSIS)


def texts(parts):
    return [each.text for each in parts]


def test_it_names_the_model_what_it_holds_and_its_two_numbers():
    parts = [*model_parts(MODEL), *count_parts(ANALYSIS, ANALYSIS, ANALYSIS, None)]
    assert parts[0].text.strip() == MODEL.about.name
    assert f"{len(MODEL.agent)} agents" in parts[1].text
    listed = " ".join(f"{number} {each}" for each, number in COUNTS.findings.items())
    assert parts[2].text == f"{len(ANALYSIS.findings)} findings: {listed}"
    assert parts[2].short[-1] == f"{len(ANALYSIS.findings)} findings"
    assert parts[3].text == f"✖ {ANALYSIS.summary.uncontrolled} unchecked paths"
    assert len(parts) == 4, "nothing is planned"


def test_with_planned_checkpoints_the_paths_that_are_left_are_told():
    planned, built = analyse(replace(MODEL, agent={})), ANALYSIS
    assert "(planned: 0)" in texts(count_parts(built, planned, built, None))
    assert f"(built: {built.summary.uncontrolled})" in texts(count_parts(built, planned, planned, None))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"high": 1}, ["1 finding: 1 high", "1 finding"]),
        ({"low": 2}, ["0 findings +2 low"]),
        (
            {"critical": 1_117, "high": 3, "low": 1},
            [
                "1,120 findings: 1,117 critical 3 high +1 low",
                "1,120 findings: 1,117 critical …",
                "1,120 findings +1 low",
            ],
        ),
    ],
)  # fmt: skip
def test_in_less_room_the_highest_severities_are_told_and_then_the_number(counts, expected, monkeypatch):
    monkeypatch.setattr(model_line, "counts_of", lambda _: Counts(counts, 0))
    part = count_parts(ANALYSIS, ANALYSIS, ANALYSIS, None)[0]
    assert list(dict.fromkeys([part.text, *part.short])) == expected


def test_it_says_what_the_last_edit_did_to_both_numbers():
    none = analyse(type(MODEL)())
    nothing = counts_of(none)
    (*_, change) = count_parts(ANALYSIS, ANALYSIS, ANALYSIS, (nothing, nothing))
    gained = ", ".join(f"+{number} {each}" for each, number in COUNTS.findings.items())
    gained += f", +{COUNTS.paths} paths"
    assert change.text == f"{gained} by the last edit"
    assert change.short == (gained,)
    (first, _, change) = count_parts(none, none, none, (nothing, COUNTS))
    lost = gained.replace("+", "-")
    assert (first.text, change.text) == ("0 findings", f"planned: {lost} by the last edit")


def test_changes_name_only_what_changed_large_numbers_with_commas():
    before, after = Counts({"high": 3, "low": 1}, 1), Counts({"high": 2, "medium": 1, "low": 1}, 4_232)
    assert after.since(before) == "-1 high, +1 medium, +4,231 paths"
    assert Counts({}, 0).since(Counts({}, 1)) == "-1 path"
    assert after.since(after) == ""


@pytest.mark.parametrize("questions", [1, 26])
def test_where_something_is_asked_nothing_is_praised(questions):
    notes = {f"n{number}": Note(f"n{number}", "what?", kind="question") for number in range(questions)}
    analysis = analyse(replace(Snapshot(), note=notes))
    _, first, *_ = count_parts(analysis, analysis, analysis, None)
    assert first.text.startswith("0 unchecked paths in what is drawn · ")
    assert first.look != "good"
    (shortest,) = [each.text for each in fitted([first], 1)]
    assert "drawn" in shortest


@all_rows("room", [1, 20, 40, 60, 80, 200])
def test_it_fits_or_keeps_only_what_never_goes(room):
    parts = [*model_parts(MODEL), *count_parts(ANALYSIS, ANALYSIS, ANALYSIS, None)]
    found = fitted(parts, room)
    assert needed(found) <= room or not any(each.rank for each in found)
    assert any(text.startswith(f"{len(ANALYSIS.findings)} findings") for text in texts(found))
    assert any(f"{ANALYSIS.summary.uncontrolled} unchecked" in text for text in texts(found))


def test_the_highest_rank_is_shortened_first_and_then_goes():
    parts = [
        LinePart("name", rank=1),
        LinePart("a long one", rank=6, short=("a short", "one")),
        LinePart("kept"),
    ]
    full = sum(map(width, texts(parts))) + 2 * GAP + 1
    assert texts(fitted(parts, full)) == ["name", "a long one", "kept"]
    assert texts(fitted(parts, full - 1)) == ["name", "a short", "kept"]
    assert texts(fitted(parts, full - 4)) == ["name", "one", "kept"]
    assert texts(fitted(parts, full - 8)) == ["name", "kept"]
    assert texts(fitted(parts, 1)) == ["kept"]
