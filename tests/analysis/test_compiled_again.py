"""A model after an edit compiled anew: what is the same is taken over; the mesh is the one from scratch."""

import random
from itertools import pairwise

import pytest

from meshmodel.analysis import compiling, steps
from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.steps import STEP_ORDER, Mesh
from meshmodel.model import records as r
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import Put, apply_edit, edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model, snapshot_of


def models(seed):
    """A model, and what becomes of it by some edits."""
    rng = random.Random(seed)
    edits = RandomEdits(rng)
    snapshot = random_model(seed, 14)
    yield snapshot
    for _ in range(12):
        try:
            snapshot = apply_edit(snapshot, edits.edit(snapshot))
        except InvalidModelError:
            continue
        yield snapshot


def told(mesh):
    """All of a mesh that anybody asks for."""
    hidden = {"snapshot", "_compiled"}
    return {
        **{name: each for name, each in vars(mesh).items() if name not in hidden},
        "ahead": [list(each) for each in mesh.successors(STEP_ORDER)],
        "triggered_by": mesh.triggered_by,
    }


@pytest.mark.parametrize("many", [0, 10**9], ids=["in arrays", "in lists"])
def test_the_mesh_is_the_one_from_scratch(many, monkeypatch):
    monkeypatch.setattr(compiling, "_MANY", many)
    kept = set()
    for seed in range(30):
        mesh = None
        for before, after in pairwise(models(seed)):
            mesh = Mesh(before, mesh)
            made = Mesh(after, mesh)
            assert told(made) == told(Mesh(after)), seed
            kept |= {kind for kind in STEP_ORDER if made.steps[kind] is mesh.steps[kind]}
    assert kept == set(STEP_ORDER) - {"trigger"}, "each was taken over some time"


def test_what_an_edit_made_of_a_mesh_is_not_taken_over():
    """Its numbers are others than those from scratch, and its steps no more those of any model compiled."""
    redrawn = 0
    for seed in range(6):
        analysis = None
        for before, after in pairwise(models(seed)):
            analysis = analyse(before, today=TODAY, previous=analysis)
            mesh = analysis._engine.mesh
            assert told(Mesh(after, mesh)) == told(Mesh(after)), seed
            redrawn += mesh.systems != Mesh(before).systems
    assert redrawn, "numbers were others some time"


@pytest.mark.parametrize("many", [0, 10**9], ids=["in arrays", "in lists"])
def test_what_was_undone_is_not_taken_for_what_it_became(many, monkeypatch):
    monkeypatch.setattr(compiling, "_MANY", many)
    for seed in range(6):
        for before, after in pairwise(models(seed)):
            made = Mesh(after, Mesh(before))
            assert told(Mesh(before, made)) == told(Mesh(before)), seed


def test_where_numbers_run_out_the_view_stays(monkeypatch):
    monkeypatch.setattr(steps, "FREE", 0)
    records = [
        *(r.Zone(each) for each in ("desk", "vault")),
        r.System("bank", zone="vault"),
        r.Agent("ann", home="desk"),
        r.Credential("key"),
        r.Hold("ann", "key"),
        r.Grant("key", "bank", ("write",)),
        r.Checkpoint("gate", "policy-decision", "grant", "key", "bank", state="planned"),
    ]
    before = snapshot_of(records)
    after = apply_edit(before, edit("one more", [Put(r.Agent("bob"))]))
    for view, number in (("built", 1), ("designed", 0)):
        known = analyse(before, view=view, today=TODAY)
        made = analyse(after, view=view, today=TODAY, previous=known)
        assert (len(known.doors), len(made.doors)) == (number, number)
