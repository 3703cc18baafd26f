"""The tests that policies come with: every engine answers as they expect, and a wrong policy fails them."""

import json
import re

import cedarpy
import regorus

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.export import export, export_files
from meshmodel.exporters.policies.requests import policy_tests
from meshmodel.exporters.request import ExportRequest
from meshmodel.interchange import read_file
from tests.exporters.asking import Answers, texts
from tests.exporters.parts import MODELS, hostile_model
from tests.exporters.test_engines import SIDES, small_model
from tests.reference.random_models import few_and_many, random_model
from tests.rows import all_rows


def rego_test_of(snapshot, side):
    return export(analyse(snapshot), ExportRequest("rego-test", asks=side)).decode()


def failed_rego(made, module):
    """The names of the tests that do not hold, as opa test would tell them."""
    engine = regorus.Engine()
    engine.add_policy("policy.rego", made.rego)
    engine.add_data_json(made.data)
    engine.add_policy("policy_test.rego", module)
    names = re.findall(r"^(test_\w+) if ", module, re.MULTILINE)
    package = re.search(r"^package (\S+)$", module, re.MULTILINE)[1]
    assert package == f"{made.package}_test"
    return len(names), [each for each in names if not holds(engine, f"data.{package}.{each}")]


def holds(engine, rule):
    return engine.eval_rule(rule) is True


def failed_cedar(made, content):
    """The names of the tests that Cedar answers otherwise."""
    tests = json.loads(content)["tests"]
    policies, schema = cedarpy.PolicySet.from_str(made.cedar), cedarpy.Schema.from_str(made.cedarschema)
    said = cedarpy.is_authorized_batch(
        [each["request"] for each in tests], policies, cedarpy.Entities.from_json_str("[]"), schema
    )
    assert not any(each.diagnostics.errors for each in said)
    answers = ("Allow" if each.allowed else "Deny" for each in said)
    return len(tests), [
        each["name"] for each, answer in zip(tests, answers, strict=True) if answer != each["decision"]
    ]


def check(snapshot, side):
    made = texts(snapshot, side)
    content = export(analyse(snapshot), ExportRequest("cedar-requests", asks=side))
    number, failed = failed_cedar(made, content)
    assert failed == []
    assert failed_rego(made, rego_test_of(snapshot, side)) == (number, [])
    return number


@all_rows("side", SIDES)
@all_rows("path", MODELS)
def test_both_engines_answer_as_the_tests_of_an_example_expect(path, side):
    assert check(read_file(path), side) > 3


@few_and_many(1, 4)
def test_the_answers_are_those_of_a_naive_reading(drawn):
    for seed, flavour in drawn:
        snapshot = random_model(seed, 5, flavour)
        answers = Answers(snapshot)
        for side in SIDES:
            for test in policy_tests(analyse(snapshot), side):
                assert test.allowed == getattr(answers, side)(test.request), test.name


def test_names_do_not_leave_their_place():
    assert check(hostile_model(["a\\b\"c'd", "*/ ] } test if true", "{{x}}"]), "initiator") > 0


def test_each_use_that_needs_a_decision_is_tested_without_it_and_with_one_that_is_no_good():
    names = [each.name for each in policy_tests(analyse(small_model()), "initiator")]
    about = "key>files:read by bot"
    assert [each.removeprefix(about) for each in names if each.startswith(about)] == [
        " without a decision",
        " with a fresh decision",
        " with a decision that was refused",
        " with a decision that was used",
        " with a decision for another request",
        " with a decision that is too old",
        " with a decision from before the last read",
    ]


def test_a_policy_that_lets_more_through_fails_its_tests():
    snapshot = small_model()
    made, module = texts(snapshot, "initiator"), rego_test_of(snapshot, "initiator")
    loose = made._replace(rego=made.rego.replace("\tinput.decision.used == false\n", ""))
    assert loose != made
    _, failed = failed_rego(loose, module)
    assert failed
    _, failed = failed_cedar(
        made._replace(cedar=made.cedar.replace("  !context.decision.used &&\n", "")),
        export(analyse(snapshot), ExportRequest("cedar-requests")),
    )
    assert failed == [f"key>files:read by {each} with a decision that was used" for each in ("bot", "helper")]


def test_they_are_written_beside_the_policies(tmp_path):
    analysis = analyse(small_model())
    made = export_files(analysis, ExportRequest("rego"), tmp_path / "desk.rego")
    assert [each.name for each in made] == ["desk.json", "desk_test.rego", "desk.rego"]
    made = export_files(analysis, ExportRequest("cedar"), tmp_path / "desk.cedar")
    assert [each.name for each in made] == ["desk.cedarschema", "desk.requests.json", "desk.cedar"]
