"""The conformance cases, answered by the naive reading."""

import json
from pathlib import Path

from meshmodel.interchange import read_file
from tests.reference.minimum_fix import minimum_cost
from tests.reference.plan import Plans
from tests.reference.reading import Reading
from tests.reference.rules import Rules
from tests.rows import all_rows

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.toml"))


@all_rows("path", CASES)
def test_the_naive_reading_answers_the_case(path):
    expected = json.loads(path.with_suffix(".json").read_text())
    reading = Reading(read_file(path))
    answer = reading.answer()
    assert reading.reach() == expected["agents"]
    assert answer["crossings"] == expected["crossings"]
    assert answer["missing"] == expected["missing"]
    assert answer["heard"] == expected["heard"]
    assert reading.toxic() == expected["toxic"]
    rules = Rules(read_file(path))
    assert sorted(rules.lost_delegation()) == expected["lost"]
    found = {
        name: sorted(map(list, getattr(rules, name.replace("-", "_"))().items()))
        for name in expected["findings"]
    }
    assert found == expected["findings"]
    designed = Reading(read_file(path), "designed").answer()
    assert designed["summary"]["uncontrolled"] == expected["uncontrolled_as_designed"]
    for compromise in expected["compromise"]:
        assert reading.compromise(compromise["start"]) == compromise
    assert minimum_cost(reading) == expected["minimum_fix"]
    if expected["plan"]:
        assert list(Plans(read_file(path)).best().cost) == expected["plan"]["cost"]
