"""The pieces in which ``check`` answers are the one document that they stand for."""

import json

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.model.records import Agent, Credential, Grant, Hold, System, Zone
from meshmodel.reports.answers_json import check_answer, check_json
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
    answer = check_answer(analysis, crossings=crossings and name != "several zones")
    pieces = check_json(analysis, crossings=crossings and name != "several zones")
    assert "".join(pieces) == json.dumps(answer, ensure_ascii=False)


def test_what_is_heard_stands_after_what_is_missing():
    answer = check_answer(analyse(DESIGNS["quotes"]))
    keys = list(answer)
    assert keys[keys.index("missing") + 1] == "heard"
    assert answer["heard"] == [{"system": "bank", "first_hand": True}]
