"""Exported policies in Open Policy Agent itself, whose bindings for Python ``.ci/run`` installs."""

import json
import sys
from pathlib import Path

import pytest

from meshmodel.interchange import read_file
from tests.exporters.asking import MALFORMED, Answers, Said, in_state, request, texts
from tests.exporters.parts import MODELS
from tests.exporters.test_engines import SIDES, requests_of, small_model
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

    def answer(made, asked):
        hidden = ("agent", "actors") if made.side == "target" else ()
        found = []
        with OpaEngine() as engine:
            engine.add_policy("policy.rego", made.rego)
            engine.add_data(json.loads(made.data))
            for each in asked:
                told = {key: value for key, value in each.items() if key not in hidden}
                try:
                    found.append(Said(engine.eval_document("meshmodel.authz.allow", told) is True))
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


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_answer_about_random_models_is_wrong(flavour, ask):
    for seed in range(10, 15):
        check(ask, random_model(seed, 4, flavour))


@pytest.mark.parametrize("side", SIDES)
def test_what_is_malformed_is_denied(side, ask):
    asked = [in_state(request(["bot"], "key", "files", "read"), state) for state in MALFORMED.values()]
    said = dict(zip(MALFORMED, ask(texts(small_model(), side), asked), strict=True))
    assert not any(each.permits for each in said.values())
    assert "must be number" in said["null for the time of a decision"].error
