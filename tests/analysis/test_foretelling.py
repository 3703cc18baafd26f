"""What follows on sources, kept over edits, is what follows on them."""

import contextlib
import random
from itertools import chain

import pytest

from meshmodel.analysis.closure import union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.onward import Onward
from meshmodel.analysis.relations import Related
from meshmodel.analysis.steps import bits
from meshmodel.analysis.updating import losing
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.engines import keep, move
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import apply_edit
from tests.benchmarks.editing import EDITS
from tests.benchmarks.meshes import clustered


@pytest.mark.parametrize("seed", range(8))
def test_what_follows_on_sources_is_known_after_edits(seed, monkeypatch):
    monkeypatch.setattr(losing, "_LARGE", 0)
    rng = random.Random(seed)
    snapshot = clustered(120, 240, dense=seed % 2 == 0, seed=seed, guarded=rng.choice((0.0, 0.1, 0.4)))
    kept = keep(Engine(snapshot, "built"), Related(snapshot))
    several = 0
    for number in range(60):
        engine = kept.engine
        mesh, onward = engine.mesh, Onward(kept.baseline)
        if number and engine.foretold is not None:
            following = engine.foretold.now(engine.guarding.onward)
            known = union(list(following.asked))
            for asked in (known, known & rng.randrange(1 << mesh.first_credential)):
                parted = following.parted(asked)
                assert union(list(chain.from_iterable(map(bits, parted.values())))) == asked
                for place, here in parted.items():
                    assert {following.sets[place]} == {onward.of(source) for source in bits(here)}
                    assert following.sizes[place] == following.sets[place].bit_count()
                several += len(parted) > 1
        if not number % 4:
            agent = engine.snapshot.agent[rng.choice(sorted(mesh.agent_node))]
            engine.traveller(agent, mesh.agent_node[agent.id])
            if engine.following is not None:
                engine.following.parted(mesh.read)
        make, kind = EDITS[rng.choice(sorted(EDITS))]
        with contextlib.suppress(InvalidModelError, IndexError, ValueError):
            snapshot = apply_edit(snapshot, make(rng, snapshot, kind))
        kept = move(kept, Changes.between(engine.snapshot, snapshot)).kept
    assert several > 5
