"""What holds of the answers about any mesh, however large it is: nothing else need tell what they are."""

import random
from dataclasses import replace

import pytest

from meshmodel.api import analyse
from meshmodel.edits.edit import Edit, Put, Rename, apply_edit
from meshmodel.interchange import read_text, write_text
from meshmodel.model import records as r
from meshmodel.model.records import TABLES
from tests.benchmarks.meshes import clustered
from tests.reference.builders import decided_everywhere
from tests.reference.random_models import snapshot_of


def without_homes(snapshot):
    return replace(snapshot, agent={each.id: replace(each, home=None) for each in snapshot.agent.values()})


MESHES = {
    "dense": lambda: clustered(200, 400, dense=True, seed=2, guarded=0.1),
    "sparse": lambda: clustered(300, 550, dense=False, seed=5, guarded=0.3),
    "guarded": lambda: clustered(200, 400, dense=False, seed=9, guarded=0.6),
    "decided": lambda: decided_everywhere(clustered(200, 400, dense=True, seed=13)),
    "no homes": lambda: without_homes(clustered(250, 500, dense=True, seed=4, guarded=0.1)),
}


@pytest.fixture(scope="module", params=MESHES)
def mesh(request):
    return MESHES[request.param]()


@pytest.fixture(scope="module")
def analysis(mesh):
    return analyse(mesh)


def told(analysis, name=lambda each: each):
    """What is said about a mesh, with other names of all that it names."""
    return {
        "summary": analysis.summary,
        "doors": {
            (name(each.credential), name(each.system)): (
                each.actions,
                frozenset(map(name, each.agents)),
                each.severity,
            )
            for each in analysis.doors
        },
        "findings": {
            (each.rule, *map(name, each.subject.split(">"))): (
                each.severity,
                each.actions,
                frozenset(map(name, each.agents)),
            )
            for each in analysis.findings
        },
        "identities": {name(agent): number for agent, number in analysis.identity_counts().items()},
    }


def test_there_are_doors_exactly_where_crossings_are_uncontrolled(analysis):
    assert analysis.summary.missing == len(analysis.doors) > 0
    assert analysis.summary.uncontrolled > 0
    rng = random.Random(1)
    for door in rng.sample(analysis.doors, min(30, len(analysis.doors))):
        for agent in rng.sample(door.agents, min(3, len(door.agents))):
            worst = analysis.explain(agent, door.system)
            assert worst is not None
            assert worst.state == "uncontrolled"


def test_names_mean_nothing(mesh, analysis):
    rng = random.Random(2)
    back = {}
    renames = []
    for table in ("zone", "system", "agent", "credential", "checkpoint"):
        keys = sorted(mesh.table(table))
        others = [f"{table}.{number:04}" for number in range(len(keys))]
        rng.shuffle(others)
        back.update(zip(others, keys, strict=True))
        renames += [Rename(table, key, other) for key, other in zip(keys, others, strict=True)]
    renamed = apply_edit(mesh, Edit("rename all", tuple(renames)))
    assert told(analyse(renamed), back.__getitem__) == told(analysis)


def test_the_order_means_nothing(mesh, analysis):
    records = [each for table in TABLES for each in mesh.table(table).values()]
    random.Random(3).shuffle(records)
    assert told(analyse(replace(snapshot_of(records), about=mesh.about))) == told(analysis)


def test_written_and_read_it_is_the_same(mesh, analysis):
    read = read_text(write_text(mesh))
    assert told(analyse(read)) == told(analysis)
    assert write_text(read) == write_text(mesh)


@pytest.mark.slow
def test_a_minimum_fix_leaves_no_door(mesh, analysis):
    fix = analysis.minimum_fix(deadline=20)
    changes = [
        Put(r.Checkpoint(f"fix-{number}", "policy-decision", *step))
        for number, step in enumerate(fix.checkpoints)
    ]
    after = analyse(apply_edit(mesh, Edit("fix", tuple(changes))))
    assert not after.doors
    assert after.summary.uncontrolled == 0
    assert "toxic-flow" not in {each.rule for each in after.findings}
