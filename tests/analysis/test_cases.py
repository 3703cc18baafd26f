import json
from dataclasses import asdict
from pathlib import Path

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.store.interchange import read_file
from tests.analysis.naive import Naive

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.toml"))


def plain(results):
    rows = [each._asdict() if isinstance(each, tuple) else asdict(each) for each in results]
    return json.loads(json.dumps(rows))


def test_all_cases_are_there():
    assert len(CASES) == 28


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_case_agrees(path):
    expected = json.loads(path.with_suffix(".json").read_text())
    analysis = analyse(read_file(path))
    assert plain(analysis.reach()) == expected["agents"]
    assert plain(analysis.crossings()) == expected["crossings"]
    assert plain(analysis.doors) == expected["missing"]
    assert analysis.summary.crossings == len(expected["crossings"])
    states = [each["state"] for each in expected["crossings"]]
    assert analysis.summary.uncontrolled == states.count("uncontrolled")
    assert analysis.summary.approved == states.count("approved")
    assert analysis.summary.missing == len(expected["missing"])
    designed = analyse(read_file(path), view="designed")
    assert designed.summary.uncontrolled == expected["uncontrolled_as_designed"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_naive_reading_agrees_with_the_case(path):
    expected = json.loads(path.with_suffix(".json").read_text())
    crossings, doors = Naive(read_file(path), "built").crossings_and_doors()
    names = ("agent", "source", "target", "action", "state", "severity")
    assert [dict(zip(names, row, strict=True)) for row in crossings] == expected["crossings"]
    assert [(door[0], door[1]) for door in doors] == [
        (each["credential"], each["system"]) for each in expected["missing"]
    ]
