"""The random models are valid, repeat themselves, and hold what they are for."""

from collections import Counter

from meshmodel.interchange.reader import read_text
from meshmodel.interchange.writer import write_text
from meshmodel.model.schema import SCHEMA
from meshmodel.model.validation import check_snapshot
from tests.reference.random_models import FLAVOURS, few_and_many, random_model
from tests.reference.reading import Reading


@few_and_many(10, 60)
def test_models_are_valid_and_repeat_themselves(drawn):
    for seed, flavour in drawn:
        model = random_model(seed, 5, flavour)
        check_snapshot(model)
        assert read_text(write_text(model)) == model == random_model(seed, 5, flavour)


def test_every_field_that_is_computed_with_occurs():
    models = [random_model(seed, 5, flavour) for flavour in FLAVOURS for seed in range(40)]
    idle = {"name", "description", "known_as", "at", "scope", "due", "source"}
    for name in ("zone", "system", "agent", "credential", "hold", "grant", "custody", "exchange"):
        check_fields(models, name, idle)
    for name in ("delegation", "trigger", "intent", "checkpoint"):
        check_fields(models, name, idle)


def check_fields(models, table, idle):
    records = [record for model in models for record in model.table(table).values()]
    for field in SCHEMA[table].fields:
        if field.key not in idle:
            values = {getattr(record, field.attribute) for record in records}
            assert len(values) > 1, (table, field.key)


def test_limits_words_and_powers_decide_in_many_models():
    readings = [Reading(random_model(seed, 5, flavour)) for flavour in FLAVOURS for seed in range(40)]
    carried = [r for r in readings if any(not first_hand for _, first_hand in r.heard())]
    stopped = [r for r in readings if r.mesh.words_come_to - r.heard_systems]
    limited = [
        r for r in readings if any(step.kind == "grant" and step.leaves[0] == "copy" for step in r.mesh.steps)
    ]
    dropped = [
        r
        for r in readings
        if any(len(r.unchecked({("agent", a)})[1]) < len(r.meeting) for a in r.acting_agents())
    ]
    assert min(map(len, (carried, stopped, limited, dropped))) >= 10


def test_what_is_rare_decides_in_some_models():
    readings = [
        Reading(random_model(seed, 5, flavour)) for flavour in (*FLAVOURS, "shapes") for seed in range(40)
    ]
    astray, copied, fitting, gated, judged = (Counter() for _ in range(5))
    for number, reading in enumerate(readings):
        reached = [(a, node) for a in reading.acting_agents() for node in reading.mesh.effective(a)]
        astray[number] = any(
            node[0] == "stray" and node not in reading.unchecked({("agent", a)})[0] for a, node in reached
        )
        copied[number] = any(node[0] == "copying" for _, node in reached)
        fitting[number] = any(
            step.kind == "exchange" and step.leaves[0] == "cred" and step.key[0] != step.leaves[1]
            for step in reading.mesh.steps
        )
        gated[number] = any(k.step == "boundary" for k in reading.meeting)
        judged[number] = any(
            step.kind == "trigger"
            and any(k.step == "hearing" and reading.covers(k, step) for k in reading.meeting)
            for step in reading.mesh.steps
        )
    assert min(each.total() for each in (astray, copied, fitting, gated, judged)) >= 10
