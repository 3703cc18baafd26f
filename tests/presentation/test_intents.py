"""The intents that close a missing checkpoint: all that it needs, and only what approves a crossing."""

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.app.presentation.intents import closing_intents
from meshmodel.edits.edit import Put, apply_edit, edit
from meshmodel.model.rule_cards import DOOR
from meshmodel.store.examples import ORDER
from meshmodel.store.load import load
from tests.commands.running import MODELS
from tests.reference.random_models import FLAVOURS, random_model


def check(snapshot):
    analysis = analyse(snapshot)
    for finding in analysis.findings:
        found = closing_intents(analysis, finding)
        is_door = finding.rule == DOOR
        assert bool(found) == (is_door and "declare each path" in finding.remedy)
        if found:
            after = analyse(apply_edit(snapshot, edit("intend", map(Put, found))))
            assert finding.subject not in {each.subject for each in after.doors}
            for each in found:
                known = snapshot.intent.get((each.agent, each.system))
                assert known is None or set(known.from_ or ["home"]) <= set(each.from_ or ["home"])


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_they_close_the_finding_and_there_are_some_where_it_offers_them(flavour):
    for seed in range(12):
        check(random_model(seed, 5, flavour))


@pytest.mark.parametrize("name", ORDER)
def test_they_close_findings_of_the_examples(name):
    check(load(MODELS / f"{name}.toml"))


def test_each_of_them_is_needed():
    for seed in range(30):
        snapshot = random_model(seed, 5, "mixed")
        analysis = analyse(snapshot)
        for finding in analysis.findings:
            found = list(closing_intents(analysis, finding))
            for left_out in found if len(found) > 1 else ():
                fewer = edit("intend", [Put(each) for each in found if each != left_out])
                doors = analyse(apply_edit(snapshot, fewer)).doors
                assert finding.subject in {each.subject for each in doors}
