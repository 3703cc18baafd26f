"""Exported policies in Open Policy Agent itself, whose bindings for Python ``.ci/run`` installs."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from meshmodel.interchange import read_file
from meshmodel.model import records as r
from tests.exporters.asking import Answers, Said, request, texts
from tests.exporters.parts import MODELS
from tests.exporters.test_engines import (
    NAMES,
    SIDES,
    USES,
    check_loaded_together,
    malformed,
    requests_of,
    small_model,
)
from tests.exporters.test_policy_requests import rego_test_of
from tests.reference.random_models import FLAVOURS, random_model

pytestmark = [pytest.mark.slow, pytest.mark.engines]


@pytest.fixture
def ask(monkeypatch):
    """Asks the policy agent several requests. Its wheel states a newer Python than it needs."""
    folder = Path(sys.prefix) / "opa"
    if not folder.is_dir():
        pytest.fail(f"needs opa-golib-python-bindings in {folder}, as .ci/run installs them")
    monkeypatch.syspath_prepend(folder)
    from opa_bindings import OpaEngine, OpaError

    def answer(made, asked, *, beside=()):
        hidden = ("agent", "actors") if made.side == "target" else ()
        found = []
        with OpaEngine() as engine:
            for number, each in enumerate((made, *beside)):
                engine.add_policy(f"{number}.rego", each.rego)
                engine.add_data(json.loads(each.data))
            for each in asked:
                told = {key: value for key, value in each.items() if key not in hidden}
                try:
                    found.append(Said(engine.eval_document(f"{made.package}.allow", told) is True))
                except OpaError as error:
                    found.append(Said(permits=False, error=str(error)))
        return found

    return answer


def check(ask, snapshot):
    answers = Answers(snapshot)
    asked = requests_of(snapshot, answers)
    for side in SIDES:
        right = [Said(getattr(answers, side)(each)) for each in asked]
        assert ask(texts(snapshot, side), asked) == right


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_no_answer_about_an_example_is_wrong(path, ask):
    check(ask, read_file(path))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_tests_that_come_with_a_policy_hold(path, side, ask):
    from opa_bindings import OpaEngine

    snapshot = read_file(path)
    made, module = texts(snapshot, side), rego_test_of(snapshot, side)
    names = re.findall(r"^(test_\w+) if ", module, re.MULTILINE)
    with OpaEngine() as engine:
        engine.add_policy("policy.rego", made.rego)
        engine.add_policy("policy_test.rego", module)
        engine.add_data(json.loads(made.data))
        found = engine.eval_document(f"{made.package}_test", {})
    assert found == dict.fromkeys(names, True)
    assert len(names) > 3


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_answer_about_random_models_is_wrong(flavour, ask):
    for seed in range(10, 15):
        check(ask, random_model(seed, 4, flavour))


@pytest.mark.parametrize("side", SIDES)
def test_what_is_malformed_or_missing_is_denied(side, ask):
    said = ask(texts(small_model(), side), malformed(side))
    assert not any(each.permits for each in said)


def test_two_models_and_both_sides_of_them_load_into_one_engine_and_answer_as_alone(ask):
    check_loaded_together(ask)


@pytest.mark.parametrize("name", NAMES)
def test_a_package_of_any_name_is_asked(name, ask):
    made = texts(replace(small_model(), about=r.About(name=name)), "initiator")
    assert ask(made, [request(["bot"], *use) for use in USES.values()]) == [Said(permits=True)] * 2
