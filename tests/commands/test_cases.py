"""The conformance cases, through the command line."""

import json

import pytest

from tests.commands.running import CASES, documents
from tests.rows import all_rows

PATHS = sorted(CASES.glob("*.toml"))
NAMES = [path.stem for path in PATHS]


@pytest.fixture(scope="module")
def expected():
    return {path.stem: json.loads(path.with_suffix(".json").read_text(encoding="utf-8")) for path in PATHS}


@pytest.fixture(scope="module")
def checked():
    answers = documents("check", "--json", "--crossings", *PATHS)
    return dict(zip(NAMES, answers, strict=True))


@pytest.fixture(scope="module")
def designed():
    answers = documents("check", "--json", "--as-designed", *PATHS)
    return dict(zip(NAMES, answers, strict=True))


@pytest.fixture(scope="module")
def reached():
    return dict(zip(NAMES, documents("reach", "--json", *PATHS), strict=True))


def test_there_are_cases():
    assert len(PATHS) == 81


@all_rows("name", NAMES)
def test_reach(name, reached, expected):
    assert reached[name] == {"format": "meshmodel-reach/1", "agents": expected[name]["agents"]}


@all_rows("name", NAMES)
def test_crossings(name, checked, expected):
    assert checked[name]["crossings"] == expected[name]["crossings"]


@all_rows("name", NAMES)
def test_missing_checkpoints(name, checked, expected):
    assert checked[name]["missing"] == expected[name]["missing"]
    doors = [each for each in checked[name]["findings"] if each["rule"] == "missing-checkpoint"]
    assert sorted((each["subject"], each["severity"]) for each in doors) == sorted(
        (f"{each['credential']}>{each['system']}", each["severity"]) for each in expected[name]["missing"]
    )


@all_rows("name", NAMES)
def test_counts_agree_with_the_lists(name, checked, designed, expected):
    summary, listed = checked[name]["summary"], expected[name]["crossings"]
    assert summary["crossings"] == len(listed)
    for state in ("uncontrolled", "approved"):
        assert summary[state] == sum(each["state"] == state for each in listed)
    assert summary["missing"] == len(expected[name]["missing"])
    assert designed[name]["summary"]["uncontrolled"] == expected[name]["uncontrolled_as_designed"]
    assert "crossings" not in designed[name]
