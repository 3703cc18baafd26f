"""The marks of groups that follow edits, beside the groups themselves."""

import random
from dataclasses import replace

import pytest

from meshmodel.analysis import classes, groups
from meshmodel.analysis.updating import following
from meshmodel.analysis.updating.doors import KeptDoors
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import Put, Remove, apply_edit, edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model
from tests.benchmarks.meshes import clustered


@pytest.fixture
def followed(monkeypatch):
    """How many agents were looked at whose marks followed an edit."""
    told = []
    follow = KeptDoors.follow

    def noted(doors, kept, moved, altered, excuses, before):
        follow(doors, kept, moved, altered, excuses, before)
        marks = doors.marks
        for each in kept.engine.travellers:
            alone = each.id if each.id in excuses else None
            others = (*each.groups[1:], *each.situation.common.groups) if each.groups else ()
            expected = [
                (
                    group.sources,
                    group.unchecked.row & marks.credentials,
                    group.unchecked.dropped,
                    each.home,
                    each.steered,
                    alone,
                )
                for group in others
            ]
            numbers = marks.others.get(each.node - marks.first_agent, ())
            assert [marks.alike[number] for number in numbers] == expected
            assert all(marks.holders[number] >> each.node - marks.first_agent & 1 for number in numbers)
            told.append(len(numbers))

    monkeypatch.setattr(KeptDoors, "follow", noted)
    monkeypatch.setattr(following, "_FEW", 10_000)
    return told


MODELS = {
    **{f"random {seed}": lambda seed=seed: random_model(seed, 6 + seed) for seed in (6, 30, 31, 43)},
    "several groups": lambda: clustered(300, 600, dense=True, seed=3, guarded=0.3),
    "few groups": lambda: clustered(100, 150, dense=False, seed=2, guarded=0.2),
}


@pytest.mark.parametrize("model", MODELS)
def test_agents_have_the_marks_of_what_their_groups_mean(model, followed):
    snapshot = MODELS[model]()
    edits = RandomEdits(random.Random(len(model)))
    analysis = analyse(snapshot, today=TODAY)
    for _ in range(25):
        try:
            after = apply_edit(snapshot, edits.edit(snapshot))
        except InvalidModelError:
            continue
        assert analysis.findings is not None
        snapshot, analysis = after, analyse(after, today=TODAY, previous=analysis)
        assert analysis.doors is not None
    assert followed


@pytest.mark.parametrize("in_common", [False, True])
def test_marks_are_others_elsewhere_with_other_words_and_where_intents_excuse(
    in_common, followed, monkeypatch
):
    if in_common:
        monkeypatch.setattr(groups, "_CROWD", 0)
        monkeypatch.setattr(groups, "_VAST", 0)
        monkeypatch.setattr(classes, "_FAR", -1)
        monkeypatch.setattr(classes, "_SHARE", 10**9)
    snapshot = MODELS["several groups"]()
    analysis = analyse(snapshot, today=TODAY)
    rng = random.Random(3)
    for agent in list(snapshot.agent)[:10]:
        intents = {
            (agent, each.system): Put(r.Intent(agent, each.system, each.actions))
            for held in snapshot.hold.values()
            for each in snapshot.grant.values()
            if (held.agent, held.credential) == (agent, each.credential)
        }
        read = rng.choice(list(snapshot.system.values()))
        for changes in (
            [Put(replace(snapshot.agent[agent], home=rng.choice(list(snapshot.zone))))],
            list(intents.values()),
            [Remove("intent", each) for each in intents],
            [Put(replace(read, untrusted_input=not read.untrusted_input))],
        ):
            if not changes:
                continue
            assert analysis.findings is not None
            snapshot = apply_edit(snapshot, edit("marks", changes))
            analysis = analyse(snapshot, today=TODAY, previous=analysis)
            assert analysis.doors == analyse(snapshot, today=TODAY).doors
    assert sum(followed) > len(followed) > 100
