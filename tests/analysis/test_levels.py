"""Systems that an edit gives another sensitivity, while nothing else changes: all answers beside those from
scratch.
"""

import random
from dataclasses import replace

import pytest

from meshmodel.analysis.updating import engines, levels
from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.vocabulary import SENSITIVITIES
from meshmodel.store.edits import Edit, Put, apply_edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model, snapshot_of
from tests.analysis.sharing import sharing_model
from tests.analysis.test_incremental import answers, assert_equal, followed
from tests.analysis.test_redrawn import bounded
from tests.benchmarks.meshes import clustered

NEVER = 10**9
FORMS = {
    "usual": {},
    "much in common": {"groups._CROWD": 0, "classes._FAR": -1, "classes._SHARE": NEVER},
    "in parts": {
        "closure.LARGE": 0,
        "closure._SHARE": 1,
        "closure._MUCH": NEVER,
        "engine._PASSING": 1,
    },
}


def leveled(rng, snapshot):
    """One system with another sensitivity, or several."""
    some = rng.sample(sorted(snapshot.system), min(len(snapshot.system), rng.choice((1, 1, 2, 3))))
    changes = [
        Put(replace(snapshot.system[each], sensitivity=rng.choice((*SENSITIVITIES, None)))) for each in some
    ]
    return apply_edit(snapshot, Edit("level", tuple(changes)))


def models():
    for seed in range(12):
        yield seed, random_model(seed, 12 + seed % 3)
        yield seed, bounded(random.Random(seed))
        yield seed, sharing_model(seed)
    yield 0, clustered(60, 110, dense=True, seed=3, guarded=0.2)


@pytest.mark.parametrize("form", FORMS)
def test_all_is_as_from_scratch(form, monkeypatch):
    for name, value in FORMS[form].items():
        monkeypatch.setattr(f"meshmodel.analysis.{name}", value)
    for seed, snapshot in models():
        rng = random.Random(seed)
        edits = RandomEdits(rng)
        analysis = analyse(snapshot, today=TODAY)
        for turn in range(8):
            if turn != 1:
                answers(analysis)
            after = leveled(rng, analysis.snapshot)
            if turn % 4 == 3:
                try:
                    after = apply_edit(after, edits.edit(after))
                except InvalidModelError:
                    continue
            analysis = analyse(after, today=TODAY, previous=analysis)
            assert_equal(analysis, analyse(after, today=TODAY))


def at_a_desk(*more):
    """An agent at its desk, and another zone with notes."""
    return snapshot_of(
        [
            *(r.Zone(each) for each in ("desk", "vault")),
            r.Agent("ann", kind="service", home="desk"),
            r.Credential("key"),
            r.Hold("ann", "key"),
            r.System("notes", zone="vault"),
            r.System("ledger", zone="desk"),
            r.Grant("key", "ledger", ("write",)),
            *more,
        ]
    )


def leveled_notes(snapshot, level):
    """The model before and after the notes are given a sensitivity."""
    return followed(snapshot, Put(replace(snapshot.system["notes"], sensitivity=level)))


def test_what_triggers_an_agent_is_a_source_though_nobody_reads_it():
    before, after = leveled_notes(at_a_desk(r.Trigger("notes", "ann")), "restricted")
    assert not before.doors
    assert [(door.system, door.severity) for door in after.doors] == [("ledger", "low")]


def test_what_is_carried_home_may_be_approved():
    snapshot = at_a_desk(
        r.Grant("key", "notes", ("read",)), r.Intent("ann", "ledger", ("write",), from_=("notes",))
    )
    before, after = leveled_notes(snapshot, "restricted")
    assert (before.summary.approved, after.summary.approved) == (0, 1)
    assert leveled_notes(after.snapshot, "public")[1].summary.approved == 0


def test_a_source_that_is_read_once_somebody_decided_is_no_source_of_what_is_open_before():
    snapshot = at_a_desk(
        r.System("shop", zone="shop", exposed=True),
        r.System("gate", zone="desk"),
        r.Zone("shop"),
        r.Credential("found"),
        r.Grant("key", "notes", ("read",)),
        r.Checkpoint("asked", "policy-decision", "grant", "key", "notes", decided_at="gate"),
        r.Custody("notes", "found"),
        r.Grant("found", "shop", ("write",)),
    )
    before, after = leveled_notes(snapshot, "restricted")
    severities = [[door.severity for door in each.doors if door.system == "shop"] for each in (before, after)]
    assert severities == [["medium"], ["critical"]]


def test_what_was_not_counted_yet_is_counted_as_it_was():
    snapshot = at_a_desk(
        r.Grant("key", "notes", ("read",)),
        r.Agent("bob", kind="service", home="vault"),
        r.Hold("bob", "key"),
    )
    analysis = analyse(snapshot, today=TODAY)
    assert analysis.findings
    notes = replace(snapshot.system["notes"], sensitivity="restricted")
    for change in (Put(notes), Put(replace(notes, zone="desk"))):
        snapshot = apply_edit(snapshot, Edit("put", (change,)))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert analysis.findings == analyse(snapshot, today=TODAY).findings
        assert analysis.summary == analyse(snapshot, today=TODAY).summary


def test_agents_are_not_looked_at_again(monkeypatch):
    snapshot = clustered(200, 400, dense=True, seed=3, guarded=0)
    analysis = analyse(snapshot, today=TODAY)
    answers(analysis)
    concerned, counted = [], []
    move, count = engines.move, levels.Leveled.__call__

    def moving(*given):
        moved = move(*given)
        concerned.append((len(moved.agents), len(moved.nearby)))
        return moved

    def counting(*given):
        counted.append(count(*given))
        return counted[-1]

    monkeypatch.setattr("meshmodel.analysis.updating.following.move", moving)
    monkeypatch.setattr(levels.Leveled, "__call__", counting)
    for system in list(snapshot.system.values())[:12]:
        level = "public" if system.sensitivity == "restricted" else "restricted"
        snapshot = apply_edit(snapshot, Edit("level", (Put(replace(system, sensitivity=level)),)))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert_equal(analysis, analyse(snapshot, today=TODAY))
    assert not any(agents for agents, _ in concerned)
    assert any(nearby for _, nearby in concerned)
    assert any(every and opened for every, opened in counted)
