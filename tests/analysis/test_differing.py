"""What agents reach otherwise after an edit, beside what each of them reaches before and after it."""

import random

import pytest

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.reached import Reached
from meshmodel.analysis.relations import Related
from meshmodel.analysis.steps import bits
from meshmodel.analysis.updating import differing, losing
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.engines import keep, move
from meshmodel.store.edits import Edit, Remove, apply_edit
from tests.benchmarks.meshes import clustered

PARTLY = (1, 30, 39, 53, 56, 66, 99)
"""Meshes in which some agents reached not all of what others miss."""


@pytest.mark.parametrize("few", [0, 1, 16])
@pytest.mark.parametrize("seed", PARTLY)
def test_agents_miss_what_they_reached_and_do_no_more(seed, few, monkeypatch):
    monkeypatch.setattr(losing, "_LARGE", 0)
    monkeypatch.setattr(differing, "_FEW", few)
    rng = random.Random(seed)
    snapshot = clustered(110, 220, dense=True, seed=seed, guarded=0.1)
    kept = keep(Engine(snapshot, "built"), Related(snapshot))
    who = Reached(kept.engine)
    who.prepare()
    for _ in range(10):
        table = rng.choice(("system", "credential", "grant", "hold", "custody", "agent"))
        keys = sorted(snapshot.table(table))
        if not keys:
            continue
        snapshot = apply_edit(snapshot, Edit("remove", (Remove(table, rng.choice(keys)),)))
        moved = move(kept, Changes.between(kept.engine.snapshot, snapshot))
        found = differing.Differing(kept, moved, who)
        mesh = moved.kept.engine.mesh
        rows = [
            {agent: each.effective.row(node) for agent, node in each.engine.mesh.agent_node.items()}
            for each in (kept, moved.kept)
        ]
        naive = {agent: rows[0].get(agent, 0) ^ rows[1].get(agent, 0) for agent in rows[0] | rows[1]}
        told = {mesh.agents[number]: each for each, marks in found.effective for number in bits(marks)}
        assert told == {agent: each for agent, each in naive.items() if each}
        for each, agents in found.told:
            for agent in agents:
                one, other = kept.engine.alone[agent].row, moved.kept.engine.alone[agent].row
                assert each == naive[agent] | one ^ other
        who = who.after(moved.kept.engine, found.effective, renamed=True)
        again = Reached(moved.kept.engine)
        again.prepare()
        for node in range(mesh.size):
            assert who.marks(node) == again.marks(node)
        assert who.every == again.every
        kept = moved.kept
