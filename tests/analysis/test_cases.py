"""The conformance cases, answered by the engine."""

import json
from pathlib import Path

from meshmodel.analysis.analysis import analyse
from meshmodel.interchange import read_file
from tests.analysis.comparison import compromise_computed, computed
from tests.rows import all_rows

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.toml"))


def test_all_cases_are_there():
    assert len(CASES) == 81


@all_rows("path", CASES)
def test_the_engine_answers_the_case(path):
    expected = json.loads(path.with_suffix(".json").read_text())
    model = read_file(path)
    built = computed(model, "built")
    assert built["reach"] == expected["agents"]
    for part in ("crossings", "missing", "heard"):
        assert built[part] == expected[part]
    designed = analyse(model, view="designed").summary
    assert designed.uncontrolled == expected["uncontrolled_as_designed"]
    analysis = analyse(model)
    for part, rule in (("toxic", "toxic-flow"), ("lost", "lost-delegation")):
        assert sorted(each.subject for each in analysis.findings if each.rule == rule) == expected[part]
    for rule, found in expected["findings"].items():
        here = [[each.subject, each.severity] for each in analysis.findings if each.rule == rule]
        assert sorted(here) == sorted(found), rule
    for each in expected["compromise"]:
        assert compromise_computed(analysis, each["start"]) == each
    if expected["minimum_fix"] is not None:
        fix = analysis.minimum_fix()
        assert (fix.cost, fix.optimal) == (expected["minimum_fix"], True)
