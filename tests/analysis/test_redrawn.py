"""Systems that an edit puts in other zones, or makes otherwise, while their agents come to the same."""

import random
from dataclasses import replace

import pytest

from meshmodel.api import analyse
from meshmodel.model import records as r
from meshmodel.store.edits import Edit, Put, apply_edit
from tests.analysis.random_edits import TODAY
from tests.analysis.random_models import snapshot_of
from tests.analysis.test_incremental import answers, assert_equal, followed


def two_keys(*more):
    """An agent at its desk reads notes there with one key, and a bank with the same one."""
    return snapshot_of(
        [
            *(r.Zone(each) for each in ("desk", "vault")),
            r.Agent("ann", kind="service", home="desk"),
            r.Credential("key"),
            r.Hold("ann", "key"),
            *(r.Grant("key", each, ("read",)) for each in ("bank", "notes")),
            *more,
        ]
    )


def test_a_source_leaves_the_zone_from_which_a_boundary_parts_it_from_a_target():
    boundary = r.Checkpoint("asked", "policy-decision", "boundary", "desk", "vault", decided_at="bank")
    systems = r.System("bank", zone="vault"), r.System("notes", zone="desk")
    before, after = followed(two_keys(boundary, *systems), Put(r.System("notes")))
    assert not before.doors
    assert [door.system for door in after.doors] == ["bank", "notes"]


def test_two_sources_change_places_of_which_an_intent_speaks_of_one():
    one, other = (r.System(each, zone="desk", sensitivity="confidential") for each in ("notes", "files"))
    snapshot = two_keys(
        r.System("bank", zone="vault", exposed=True),
        one,
        r.System("files", zone="desk"),
        r.Grant("key", "files", ("read",)),
        r.Intent("ann", "bank", ("read",), from_=("home", "notes")),
    )
    before, after = followed(snapshot, Put(r.System("notes", zone="desk")), Put(other))
    assert [door.severity for door in before.doors] == ["low"]
    assert [door.severity for door in after.doors] == ["high"]


FIELDS = {
    "zone": ("z0", "z1", None),
    "untrusted_input": (True, False),
    "exposed": (True, False, None),
    "sensitivity": ("public", "confidential", "restricted", None),
}


def bounded(rng):
    """A few agents with a few keys to nearly all systems, and boundaries between zones."""
    zones, agents, keys = ("z0", "z1"), ("ann", "bob"), ("key", "spare")
    systems = [f"s{number}" for number in range(rng.randint(2, 6))]
    records = [*map(r.Zone, zones), *map(r.Credential, keys)]
    records += [r.System(each, zone=rng.choice((*zones, None))) for each in systems]
    records += [r.Agent(each, kind="service", home=rng.choice((*zones, None))) for each in agents]
    records += [r.Hold(agent, key) for agent in agents for key in keys if rng.random() < 0.7]
    records += [
        r.Grant(key, each, rng.choice((("read",), ("read", "write"))))
        for key in keys
        for each in systems
        if rng.random() < 0.8
    ]
    for number, (one, other) in enumerate((zones, zones[::-1])):
        if rng.random() < 0.7:
            at = rng.choice(systems)
            check = r.Checkpoint(f"k{number}", "policy-decision", "boundary", one, other, decided_at=at)
            records.append(check)
    if rng.random() < 0.5:
        from_ = tuple(sorted({"home", rng.choice(systems)}))
        records.append(r.Intent("ann", rng.choice(systems), ("admin",), from_=from_))
    return snapshot_of(records)


@pytest.mark.parametrize("seed", range(25, 47))
def test_systems_are_drawn_otherwise_again_and_again(seed):
    rng = random.Random(seed)
    snapshot = bounded(rng)
    analysis = analyse(snapshot, today=TODAY)
    answers(analysis)
    for _ in range(8):
        some = rng.sample(sorted(snapshot.system), min(len(snapshot.system), rng.choice((1, 1, 2, 3))))
        fields = rng.sample(sorted(FIELDS), rng.choice((1, 1, 2)))
        changes = [
            Put(replace(snapshot.system[each], **{name: rng.choice(FIELDS[name]) for name in fields}))
            for each in some
        ]
        snapshot = apply_edit(snapshot, Edit("redraw", tuple(changes)))
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert_equal(analysis, analyse(snapshot, today=TODAY))
