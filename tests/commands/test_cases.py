"""The conformance cases, through the command line."""

import json

from tests.commands.running import CASES, documents

PATHS = sorted(CASES.glob("*.toml"))


def test_check_and_reach_answer_the_cases():
    answers = (
        documents("check", "--json", "--crossings", *PATHS),
        documents("check", "--json", "--as-designed", *PATHS),
        documents("reach", "--json", *PATHS),
    )
    for path, checked, designed, reached in zip(PATHS, *answers, strict=True):
        expected, summary = json.loads(path.with_suffix(".json").read_text("utf-8")), checked["summary"]
        assert reached == {"format": "meshmodel-reach/1", "agents": expected["agents"]}, path.stem
        for part in ("crossings", "missing"):
            assert checked[part] == expected[part], path.stem
            assert summary[part] == len(expected[part]), path.stem
        doors = [each for each in checked["findings"] if each["rule"] == "missing-checkpoint"]
        assert sorted((each["subject"], each["severity"]) for each in doors) == sorted(
            (f"{each['credential']}>{each['system']}", each["severity"]) for each in expected["missing"]
        ), path.stem
        for state in ("uncontrolled", "approved"):
            assert summary[state] == sum(each["state"] == state for each in expected["crossings"]), path.stem
        assert designed["summary"]["uncontrolled"] == expected["uncontrolled_as_designed"], path.stem
        assert "crossings" not in designed
