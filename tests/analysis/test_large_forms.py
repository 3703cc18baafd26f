"""What large models are looked at with gives small ones the same answers.

Constants decide from where on another way is quicker. Each is set so that small models go that way too,
one after the other and all at once, and the answers are held against those of the usual way.
"""

from collections import Counter

import pytest

from meshmodel.api import analyse
from tests.analysis.random_edits import TODAY, edited
from tests.analysis.random_models import random_model
from tests.analysis.test_severities import spiced

ALWAYS, NEVER = -(10**9), 10**9

FORMS = {
    "severities in bulk": {"severities.MANY": ALWAYS, "severities.SHARE": NEVER},
    "few starts at once": {
        "severities.MANY": ALWAYS,
        "severities.SHARE": NEVER,
        "bulk._TOGETHER": 2,
        "situated._AT_ONCE": 3,
        "tables._WORDS": 1,
        "tables._SMALL": 20,
        "tables._BLOCK": 2,
    },
    "doors by columns": {"doors.MANY": ALWAYS},
    "grants by arrays": {
        "severities.MANY": ALWAYS,
        "severities.SHARE": NEVER,
        "doors.MANY": ALWAYS,
        "compiling._MANY": 0,
    },
    "words by arrays": {"compiling._MANY": 0, "laying._VAST": 0},
    "steps in arrays": {"compiling._MANY": 0},
    "steps in arrays, words by marks": {
        "compiling._MANY": 0,
        "compiling._FEW_WORDS": ALWAYS,
        "laying._FEW_WORDS": ALWAYS,
    },
    "searches wide": {"compiling._MANY": 0, "arrays._WIDE": NEVER},
    "searches narrow": {"compiling._MANY": 0, "arrays._WIDE": 0, "around._ROUNDS": 1},
    "words one by one": {"compiling._FEW_WORDS": NEVER, "compiling._ENOUGH": 1},
    "words by marks": {"compiling._FEW_WORDS": ALWAYS},
    "large components": {"closure._LARGE": 1, "closure._VERY_MANY": 3},
    "rows by bytes": {"closure._MANY": 1},
    "pairs by difference": {"products._FEW": 0, "products._SIMILAR": 0, "products._PIVOTS": 2},
    "many sources": {"spreads._FEW": 0, "crossings._FEW": 0},
    "few systems tell what is most": {"groups._FIRST": 0b11111},
    "power is told by sets": {"checkpoints._FEW_MORE": 0},
    "power is told node by node": {"checkpoints._FEW_MORE": NEVER},
    "few are near": {"classes._NEAR": 0},
    "all are near": {"classes._NEAR": NEVER, "classes._FEW": 0},
    "nothing that opens guards is shared": {"groups._MUCH": -1},
    "all that opens guards is shared": {"groups._MUCH": NEVER, "groups._VARIANTS": 1},
    "much in common": {"groups._CROWD": 0, "groups._VAST": 0, "classes._FAR": -1, "classes._SHARE": 10**9},
    "much in common with most": {
        "groups._CROWD": 0,
        "groups._VAST": 0,
        "classes._FAR": -1,
        "classes._SHARE": 10**9,
        "sharing._FEW": NEVER,
    },
    "much in common, no core": {
        "groups._CROWD": 0,
        "groups._VAST": 0,
        "classes._FAR": -1,
        "classes._SHARE": 10**9,
        "sharing._SEVERAL": NEVER,
    },
    "a crowd": {
        "groups._CROWD": 0,
        "groups._VAST": 0,
        "classes._FAR": -1,
        "classes._SHARE": 10**9,
        "updating.following._CROWD": ALWAYS,
    },
    "many agents": {"reached._ASKED": -1, "reached._SELDOM": 0, "marking._FEW": 0},
    "few agents": {"reached._SELDOM": NEVER, "marking._FEW": NEVER},
    "groups by difference": {"marking._LITTLE": 2, "marking._PIVOTS": 2},
    "little is kept": {"reached._MOST_KNOWN": 0, "meeting._MOST_KNOWN": 0, "listing._MOST_KNOWN": 0},
    "many credentials": {"rules.orphaned_credential._FEW_ASKED": -1, "rules.several._FEW": -1},
    "ends of stored secrets one by one": {"rules.secret_at_rest._FEWER": 0},
    "sets in parts": {"steps._FEW": 0, "steps._PART": 1, "steps._SEVERAL": 0},
    "sets of agents by difference": {"updating.marks._LITTLE": 0, "updating.marks._PIVOTS": 1},
    "nothing is named twice": {"updating.doors._NAMES": 0},
    "doors put in order one by one": {"updating.doors._SELDOM": 0},
    "many come to a component": {"updating.losing._LARGE": 0, "updating.losing._FEW": 0},
    "what is missed, told by rows": {"updating.losing._LARGE": 0, "updating.differing._FEW": 0},
    "findings are looked for one by one": {"updating.chunks._CLOSE": 0, "updating.chunks._FEW": NEVER},
    "what large components lack": {"updating.losing._LARGE": 0, "updating.losing._MANY": 1},
    "all that is come to is counted": {"updating.fewer._MANY": ALWAYS},
    "all that is come to otherwise is counted": {"updating.fewer._MANY": NEVER},
    "all nodes in a list": {"updating.rows._SHARE": NEVER},
    "nodes one by one": {"updating.rows._SHARE": 0},
}
ROWS = {name: value for form in FORMS.values() for name, value in form.items()}
PARTS = {
    "closure.LARGE": 0,
    "closure._LITTLE": NEVER,
    "closure._SHARE": 1,
    "closure._MUCH": NEVER,
    "closure._LAST": 1,
    "engine._PASSING": 1,
    "pairs.looking._BLOCK": 3,
    "parts._BATCH": 5,
}
LONG = PARTS | {"pairs.reaching._ROUNDS": 1}
FORMS |= {"all of these": ROWS, "in parts": PARTS, "long ways in parts": LONG, "all at once": ROWS | PARTS}


def told(analysis):
    return {
        "severities": analysis.uncontrolled_by_severity,
        "summary": analysis.summary,
        "doors": analysis.doors,
        "findings": [(each, each.message, each.about) for each in analysis.findings],
        "questions": analysis.questions,
        "reach": analysis.reach(),
        "marks": dict(analysis.marks()),
        "explained": analysis.explain(),
    }


def models():
    for seed, size in ((3, 9), (0, 14), (5, 14), (11, 14), (10, 20)):
        first = random_model(seed, size)
        yield [first, *edited(seed, first)]
    yield [spiced(100, 220, 1, dense=True, guarded=0.2)]


@pytest.fixture(scope="module")
def expected():
    """Models with their answers in the usual way, each from scratch."""
    return [[(each, told(analyse(each, today=TODAY))) for each in some] for some in models()]


@pytest.mark.parametrize("form", FORMS)
def test_the_answers_are_those_of_the_usual_way(form, expected, monkeypatch):
    for name, value in FORMS[form].items():
        monkeypatch.setattr(f"meshmodel.analysis.{name}", value)
    for some in expected:
        followed = None
        for snapshot, answers in some:
            followed = analyse(snapshot, today=TODAY, previous=followed)
            for analysis in (followed, analyse(snapshot, today=TODAY)):
                found = told(analysis)
                for name, answer in answers.items():
                    assert found[name] == answer, name


def test_models_have_what_is_told_apart(expected):
    rules = Counter(each[0].rule for some in expected for _, told in some for each in told["findings"])
    assert len(rules) > 15
    summaries = [told["summary"] for some in expected for _, told in some]
    assert all(any(getattr(each, name) for each in summaries) for name in ("approved", "uncontrolled"))
