"""Agents whose homes change: the doors that follow, beside all doors from scratch."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis.updating import following, homes
from meshmodel.api import analyse
from meshmodel.store.edits import Put, apply_edit, edit
from tests.analysis.random_edits import TODAY
from tests.analysis.random_models import random_model
from tests.benchmarks.meshes import clustered


@given(st.integers(0, 10_000), st.integers(4, 12))
def test_doors_are_the_same_where_homes_changed(seed, size):
    rng = random.Random(seed)
    snapshot = random_model(seed, size)
    analysis = analyse(snapshot, today=TODAY)
    for _ in range(6):
        agent = rng.choice(list(snapshot.agent.values()))
        home = rng.choice([None, *snapshot.zone, *snapshot.zone])
        snapshot = apply_edit(snapshot, edit("home", [Put(replace(agent, home=home))]))
        assert analysis.summary
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        scratch = analyse(snapshot, today=TODAY)
        assert analysis.doors == scratch.doors
        assert analysis.findings == scratch.findings


def test_in_other_zones_nothing_is_looked_for(monkeypatch):
    snapshot = clustered(1_000, 2_000, dense=True, seed=3, guarded=0)
    monkeypatch.setattr(following, "_FEW", 10_000)
    analysis = analyse(snapshot, today=TODAY)
    used = []
    told = homes.homes_only

    def noted(*told_of):
        used.append(told(*told_of))
        return used[-1]

    monkeypatch.setattr("meshmodel.analysis.updating.doors.homes_only", noted)
    for agent in list(snapshot.agent.values())[:12]:
        home = "zone-0" if agent.home != "zone-0" else "zone-1"
        snapshot = apply_edit(snapshot, edit("home", [Put(replace(agent, home=home))]))
        assert analysis.summary
        analysis = analyse(snapshot, today=TODAY, previous=analysis)
        assert analysis.doors == analyse(snapshot, today=TODAY).doors
        assert used[-1] == {agent.home, home}
