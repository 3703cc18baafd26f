"""Pairs of a source and an access, against looking at them one by one."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshmodel.analysis import products
from meshmodel.analysis.closure import union
from meshmodel.analysis.products import Pairs
from meshmodel.analysis.relations import Related
from meshmodel.analysis.steps import Mesh, bits
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.meshes import edited
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import SENSITIVITIES
from meshmodel.store.edits import Edit, Put, Remove, apply_edit, edit
from tests.analysis.random_models import random_model
from tests.benchmarks.meshes import clustered


def crosses(mesh: Mesh, source: int, access: int, home: str | None) -> bool:
    """Whether a source and an access are a crossing (section 6)."""
    zone, target = mesh.zone_of[source // 5], mesh.zone_of[access // 5]
    if zone == target:
        return False
    if target != home:
        return True
    above = mesh.sensitivity[source // 5] > mesh.sensitivity[access // 5]
    return access % 5 > 0 and (above or bool(mesh.untrusted >> source & 1))


def counted_one_by_one(mesh: Mesh, sources: int, accesses: int, home: str | None, *, begins: bool) -> int:
    pairs = sum(crosses(mesh, one, other, home) for one in bits(sources) for other in bits(accesses))
    return pairs + begins * sum(mesh.zone_of[access // 5] != home for access in bits(accesses))


@pytest.mark.parametrize("similar", [0, 32])
@given(st.integers(0, 10_000), st.integers(2, 14))
@settings(max_examples=40)
def test_crossings_are_counted_as_if_one_by_one(similar, seed, size):
    rng = random.Random(seed)
    mesh = Mesh(random_model(seed, size))
    homes = [None, *sorted(mesh.zone_mask)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "_FEW", rng.choice((0, 2, 4)))
        patch.setattr(products, "_SIMILAR", similar)
        pairs = Pairs(mesh)
        for turn in range(8):
            if turn == 4:
                pairs = pairs.after(mesh, redrawn=False)
            sources = mesh.read & rng.getrandbits(5 * len(mesh.systems))
            accesses = mesh.access & rng.getrandbits(5 * len(mesh.systems))
            home, begins = rng.choice(homes), rng.random() < 0.5
            found = pairs.crossings(pairs.known(sources, accesses), pairs.home_of(home), begins=begins)
            assert found == counted_one_by_one(mesh, sources, accesses, home, begins=begins)


@pytest.mark.parametrize("similar", [0, 32])
@given(st.integers(0, 10_000), st.integers(2, 14))
@settings(max_examples=40)
def test_crossings_are_counted_as_if_one_by_one_after_systems_changed(similar, seed, size):
    rng = random.Random(seed)
    snapshot = random_model(seed, size)
    mesh = Mesh(snapshot)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "_FEW", rng.choice((0, 2, 4)))
        patch.setattr(products, "_SIMILAR", similar)
        pairs = Pairs(mesh)
        for turn in range(8):
            if turn and snapshot.system:
                after = apply_edit(snapshot, _other_systems(rng, snapshot, turn))
                changes = Changes.between(snapshot, after)
                moved = edited(mesh, changes, Related(snapshot), Related(after))
                snapshot, mesh = after, moved.mesh
                pairs = pairs.after(mesh, redrawn=moved.redrawn)
            for _ in range(3):
                sources = mesh.read & rng.getrandbits(5 * len(mesh.systems))
                accesses = mesh.access & rng.getrandbits(5 * len(mesh.systems))
                here = sum(31 << 5 * number for number in mesh.system_number.values())
                sources, accesses = sources & here, accesses & here
                home, begins = rng.choice([None, *sorted(mesh.zone_mask)]), rng.random() < 0.5
                found = pairs.crossings(pairs.known(sources, accesses), pairs.home_of(home), begins=begins)
                assert found == counted_one_by_one(mesh, sources, accesses, home, begins=begins)


def _other_systems(rng: random.Random, snapshot: Snapshot, turn: int) -> Edit:
    record = rng.choice(list(snapshot.system.values()))
    zones = [None, *snapshot.zone]
    match rng.randrange(4):
        case 0:
            return edit("level", [Put(replace(record, sensitivity=rng.choice(SENSITIVITIES)))])
        case 1:
            return edit("zone", [Put(replace(record, zone=rng.choice(zones)))])
        case 2:
            return edit("new", [Put(replace(record, id=f"new-{turn}", zone=rng.choice(zones)))])
        case _:
            return edit("gone", [Remove("system", record.id)])


def test_similar_sets_are_counted_by_the_difference():
    mesh, rng = Mesh(clustered(600, 1_100, dense=True, seed=2)), random.Random(1)
    pairs, number = Pairs(mesh), 5 * len(mesh.systems)
    accesses = union(sorted(rng.sample(range(number), number // 2)))
    sources = mesh.read & union(sorted(rng.sample(range(number), number // 2)))
    for _ in range(40):
        accesses ^= 1 << rng.randrange(number)
        sources ^= 1 << 5 * rng.randrange(number // 5)
        found = pairs.product(sources, accesses).apart
        assert found == counted_one_by_one(mesh, sources, accesses, None, begins=False)
