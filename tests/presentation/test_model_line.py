"""The line about a model: what goes first where there is little room."""

from dataclasses import replace

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.app.presentation.model_line import GAP, Part, count_parts, fitted, model_parts, needed
from meshmodel.model.records import Note
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import width
from meshmodel.store.load import load
from tests.commands.running import MODELS

MODEL = load(MODELS / "agent-chain.toml")
ANALYSIS = analyse(MODEL)


def texts(parts):
    return [each.text for each in parts]


def test_it_names_the_model_what_it_holds_and_what_is_missing():
    parts = [*model_parts(MODEL), *count_parts(ANALYSIS, ANALYSIS, ANALYSIS, None)]
    assert parts[0].text.strip() == MODEL.about.name
    assert f"{len(MODEL.agent)} agents" in parts[1].text
    crossings = f"{ANALYSIS.summary.uncontrolled} uncontrolled crossings"
    assert parts[2].text == f"✖ {ANALYSIS.summary.missing} missing · {crossings}"
    assert parts[2].short == (f"✖ {ANALYSIS.summary.missing} missing",)
    assert parts[3].text == f"designed {ANALYSIS.summary.missing}"


def test_it_says_what_the_last_edit_did():
    none = analyse(type(MODEL)())
    (_, *_, change) = count_parts(ANALYSIS, ANALYSIS, ANALYSIS, (none.summary, none.summary))
    assert change.text == f"▲+{ANALYSIS.summary.missing} by the last edit"
    assert change.short == (f"▲+{ANALYSIS.summary.missing}",)
    (first, *_, change) = count_parts(none, none, none, (none.summary, ANALYSIS.summary))
    assert (first.text, change.text) == (
        "◆ 0 missing",
        f"designed ▼−{ANALYSIS.summary.missing} by the last edit",
    )


@pytest.mark.parametrize("questions", [1, 26])
def test_where_something_is_asked_nothing_is_praised(questions):
    notes = {f"n{number}": Note(f"n{number}", "what?", kind="question") for number in range(questions)}
    analysis = analyse(replace(Snapshot(), note=notes))
    first, *_ = count_parts(analysis, analysis, analysis, None)
    assert first.text.startswith("0 missing in what is drawn · ")
    assert first.look != "good"
    (shortest,) = [each.text for each in fitted([first], 1)]
    assert "drawn" in shortest


@pytest.mark.parametrize("room", [1, 20, 40, 60, 80, 200])
def test_it_fits_or_keeps_only_what_never_goes(room):
    parts = [*model_parts(MODEL), *count_parts(ANALYSIS, ANALYSIS, ANALYSIS, None)]
    found = fitted(parts, room)
    assert needed(found) <= room or not any(each.rank for each in found)
    assert any(text.startswith(f"✖ {ANALYSIS.summary.missing} missing") for text in texts(found))


def test_the_highest_rank_is_shortened_first_and_then_goes():
    parts = [Part("name", rank=1), Part("a long one", rank=6, short=("a short", "one")), Part("kept")]
    full = sum(map(width, texts(parts))) + 2 * GAP + 1
    assert texts(fitted(parts, full)) == ["name", "a long one", "kept"]
    assert texts(fitted(parts, full - 1)) == ["name", "a short", "kept"]
    assert texts(fitted(parts, full - 4)) == ["name", "one", "kept"]
    assert texts(fitted(parts, full - 8)) == ["name", "kept"]
    assert texts(fitted(parts, 1)) == ["kept"]
