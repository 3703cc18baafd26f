"""Adding a guard never opens anything: no crossing, no flow, no way for words, no reach."""

import random
from dataclasses import replace

import pytest

from meshmodel.interchange.writer import write_text
from meshmodel.model import records as r
from meshmodel.model.vocabulary import SEVERITIES
from tests.analysis.comparison import VIEWS, engine_says, text_says
from tests.reference.minimum_fix import candidates
from tests.reference.random_models import few_and_many, random_model
from tests.reference.reading import Reading, all_starts

OPEN = ("uncontrolled", "approved")


def with_a_guard(model, rng):
    """One more decision on a step or a boundary, decided where somebody may have power over it."""
    reading = Reading(model)
    zones = sorted({reading.mesh.zone(system) for system in model.system})
    places = candidates(reading)
    places += [("boundary", one, other) for one in zones for other in zones if one != other]
    if not places:
        return model
    place, systems = rng.choice(places), sorted(model.system)
    decided_at = rng.choice(systems if place[0] == "boundary" else [None, None, *systems])
    guard = r.Checkpoint("the-guard", "policy-decision", *place, decided_at=decided_at)
    return replace(model, checkpoint={**model.checkpoint, guard.id: guard})


def crossings_of(says):
    return {(c["agent"], c["source"], c["target"], c["action"]): c for c in says["crossings"]}


def worst(severity):
    return -1 if severity is None else SEVERITIES.index(severity)


def what_is_open(says, starts):
    """Everything that may become less and never more, as one set."""
    yield from (("open", at) for at, each in crossings_of(says).items() if each["state"] in OPEN)
    for at, each in crossings_of(says).items():
        yield from (("severity", at, least) for least in range(worst(each["severity"]) + 1))
    yield from (("heard", each["system"]) for each in says["heard"])
    yield from (("toxic", subject) for rule, subject in says["findings"] if rule == "toxic-flow")
    for each in says["reach"]:
        yield from (
            ("reach", each["agent"], on["system"], x) for on in each["reach"] for x in on["unchecked"]
        )
    for start in starts:
        spread = says[f"compromise of {start}"].get("unchecked", {})
        for kind in ("agents", "credentials"):
            yield from ((start, kind, name) for name in spread.get(kind, ()))
        yield from ((start, on["system"], x) for on in spread.get("systems", ()) for x in on["actions"])


def assert_nothing_opens(seed, flavour, reads):
    model, rng = random_model(seed, 4, flavour), random.Random(f"guard {flavour} {seed}")
    guarded = with_a_guard(model, rng)
    starts = all_starts(model)
    view = VIEWS[seed % 2]
    before = set(what_is_open(reads(model, view, starts), starts))
    after = set(what_is_open(reads(guarded, view, starts), starts))
    assert after <= before, f"{sorted(map(str, after - before))}\n{write_text(guarded)}"


@pytest.mark.parametrize("reads", [engine_says, text_says])
@few_and_many(1, 28)
def test_a_guard_opens_nothing(drawn, reads):
    for seed, flavour in drawn:
        assert_nothing_opens(seed, flavour, reads)
