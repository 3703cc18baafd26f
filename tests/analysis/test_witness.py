"""Shortest paths: the one that the page names, and nothing looked for twice."""

from itertools import pairwise, product

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.steps import STEP_ORDER
from meshmodel.analysis.witness import Nearest, Paths
from meshmodel.exporters.diagram_lens import missing
from tests.analysis.random_models import random_model
from tests.benchmarks.meshes import clustered


def by_hand(paths, starts, target, allowed):
    """All shortest paths, one step longer at a time, and the first of them in the order of ties."""
    after = paths.mesh.adjacency(STEP_ORDER)
    found = [[start] for start in starts]
    seen = set(starts)
    while found:
        there = [path for path in found if path[-1] == target]
        if there:
            return min(there, key=lambda path: [paths.order(*step) for step in pairwise(path)])
        found = [
            [*path, enters]
            for path in found
            for enters in dict.fromkeys(after[path[-1]])
            if enters not in seen and allowed((path[-1], enters))
        ]
        seen |= {path[-1] for path in found}
    return None


@pytest.mark.parametrize("seed", range(12))
def test_the_shortest_path_is_that_of_a_search_by_hand(seed):
    engine = Engine(random_model(seed, 4 + seed % 5), "built")
    mesh = engine.mesh
    agents = list(mesh.agent_node.values())
    paths = Paths(engine)
    for agent, read in product(agents, range(0, mesh.first_credential, 5)):
        allowed = paths.unguarded_for(engine.alone[mesh.agents[agent - mesh.first_agent]])
        for target in range(mesh.size):
            wanted = by_hand(paths, [agent, read], target, allowed)
            assert paths.shortest([agent, read], target, allowed) == wanted


def test_what_was_looked_for_from_some_starts_is_not_looked_for_again(monkeypatch):
    entered = []
    enter = Nearest._enter

    def counted(self, steps):
        entered.extend(steps)
        enter(self, steps)

    monkeypatch.setattr(Nearest, "_enter", counted)
    engine = Engine(clustered(600, 1_500, dense=True, seed=3), "built")
    paths, mesh = Paths(engine), engine.mesh
    start = next(iter(mesh.agent_node.values()))
    for target in range(mesh.size):
        paths.shortest([start], target)
    assert len(entered) == len(set(entered)) > 500


def test_for_a_door_only_those_agents_are_asked_that_could_be_worse(monkeypatch):
    """Of a crowd that comes through one door nearly all come alike."""
    analysis = analyse(clustered(1_400, 2_700, dense=True, seed=7))
    worst, asked = analysis._explaining.worst, []
    place = worst.place
    monkeypatch.setattr(worst, "place", lambda *of: asked.append(of) or place(*of))
    lit = missing(analysis.snapshot, analysis)
    number = len(asked)
    monkeypatch.setattr(worst, "at_most", lambda *_: 3)
    assert missing(analysis.snapshot, analysis) == lit, "and who was not asked was none of them"
    assert number < 2 * len(analysis.doors) < len(asked) - number
