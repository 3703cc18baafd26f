"""The pieces in which ``check`` answers are one document with the missing checkpoints in it."""

import json

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.answers.check import check_json
from meshmodel.model.records import Agent, Credential, Grant, Hold, System, Zone
from tests.benchmarks.meshes import clustered
from tests.exporters.parts import snapshot_of

AWKWARD = 'a", "agents": [], "é'
DESIGNS = {
    "nothing": snapshot_of([]),
    "quotes": snapshot_of(
        [
            Zone("desk"),
            Zone("vault"),
            System("bank", name=AWKWARD, zone="vault", untrusted_input=True),
            Agent("clerk", home="desk", name=AWKWARD),
            Credential("key", name=AWKWARD),
            Hold("clerk", "key"),
            Grant("key", "bank", ("read",)),
        ]
    ),
    "several zones": clustered(400, 700, dense=True, seed=3),
}


@pytest.mark.parametrize("crossings", [False, True], ids=["counts", "crossings"])
@pytest.mark.parametrize("name", DESIGNS)
def test_the_pieces_are_the_answer(name, crossings):
    analysis = analyse(DESIGNS[name])
    assert bool(analysis.doors) == (name != "nothing")
    text = "".join(check_json(analysis, crossings=crossings and name != "several zones"))
    answer = json.loads(text)
    assert text == json.dumps(answer, ensure_ascii=False)
    doors = sorted((each.credential, each.system, list(each.agents)) for each in analysis.doors)
    assert [(each["credential"], each["system"], each["agents"]) for each in answer["missing"]] == doors


def test_what_is_heard_stands_after_what_is_missing():
    answer = json.loads("".join(check_json(analyse(DESIGNS["quotes"]))))
    keys = list(answer)
    assert keys[keys.index("missing") + 1] == "heard"
    assert answer["heard"] == [{"system": "bank", "first_hand": True}]
