import random

import networkx as nx
import numpy as np
import pytest

from meshmodel.analysis.pairs import reaching
from meshmodel.analysis.pairs.reaching import Steps, at, grown, started


def graph(seed):
    """A random graph: a long way, a cycle, and whatever comes of chance; with a start at some nodes."""
    rng = random.Random(seed)
    size = rng.randrange(2, 40)
    successors = [[] for _ in range(size)]
    for node in range(0 if rng.random() < 0.5 else size // 2, size - 1):
        successors[node].append(node + 1)
    for _ in range(rng.randrange(2 * size)):
        successors[rng.randrange(size)].append(rng.randrange(size))
    successors = [sorted(set(each)) for each in successors]
    return successors, [rng.randrange(size) for _ in range(rng.randrange(9))]


def told(pairs, size):
    return [divmod(pair, size) for pair in pairs.tolist()]


def expected(successors, starts):
    whole = nx.DiGraph((node, after) for node, some in enumerate(successors) for after in some)
    whole.add_nodes_from(range(len(successors)))
    return [
        (owner, node)
        for owner, start in enumerate(starts)
        for node in sorted({start, *nx.descendants(whole, start)})
    ]


@pytest.mark.parametrize("rounds", [0, 1, 3, 64])
@pytest.mark.parametrize("seed", range(40))
def test_all_starts_at_once_reach_what_a_search_for_each_finds(seed, rounds, monkeypatch):
    monkeypatch.setattr(reaching, "_ROUNDS", rounds)
    successors, starts = graph(seed)
    steps, size = Steps.of(successors), len(successors)
    begin = started(size, np.arange(len(starts)), np.array(starts, dtype=np.int64))
    assert told(grown(steps, begin[:0], begin), size) == expected(successors, starts)


@pytest.mark.parametrize("rounds", [0, 1, 64])
@pytest.mark.parametrize("seed", range(40))
def test_what_was_reached_without_some_steps_grows_by_them(seed, rounds, monkeypatch):
    monkeypatch.setattr(reaching, "_ROUNDS", rounds)
    successors, starts = graph(seed)
    steps, size = Steps.of(successors), len(successors)
    every = [(node, after) for node, some in enumerate(successors) for after in some]
    left_out = random.Random(seed).sample(every, len(every) // 3)
    fewer = steps.without(left_out)
    assert [list(each) for each in fewer] == [
        [after for after in some if (node, after) not in left_out] for node, some in enumerate(successors)
    ]
    begin = started(size, np.arange(len(starts)), np.array(starts, dtype=np.int64))
    before = grown(fewer, begin[:0], begin)
    leaving = at(frozenset(node for node, _ in left_out), size)
    entered = steps.after(before[leaving[before % size]])
    assert told(grown(steps, before, entered), size) == expected(successors, starts)
