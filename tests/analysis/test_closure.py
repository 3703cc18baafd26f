"""Closures: what nodes reach, and marks carried forward, against searches from every node."""

from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshmodel.analysis import around, closure
from meshmodel.analysis import arrays as in_arrays
from meshmodel.analysis.around import around_core
from meshmodel.analysis.arrays import Arrays
from meshmodel.analysis.closure import Closure, Searched, forward, part, search

Graph = list[list[int]]


@pytest.fixture(autouse=True, params=[0, 100], ids=["large", "small"])
def size_of_large_components(request) -> Iterator[None]:
    """Rows of components are found in one way where they are large, and in another one where they are not."""
    with patch.object(closure, "_LARGE", request.param):
        yield


@st.composite
def graphs(draw) -> tuple[Graph, Graph]:
    """A graph, and one that lacks some of its steps."""
    size = draw(st.integers(1, 9))
    nodes = st.integers(0, size - 1)
    steps = draw(st.lists(st.tuples(nodes, nodes), unique=True, max_size=20))
    kept = draw(st.lists(st.sampled_from(steps), unique=True)) if steps else []
    whole: Graph = [[] for _ in range(size)]
    some: Graph = [[] for _ in range(size)]
    for one, other in steps:
        whole[one].append(other)
    for one, other in kept:
        some[one].append(other)
    return whole, some


def check(found: Closure, graph: Graph) -> None:
    reached: list[set[int]] = [set() for _ in graph]
    for node, each in enumerate(reached):
        search(graph, node, each)
    assert [found.row(node) for node in range(len(graph))] == [
        sum(1 << other for other in each) for each in reached
    ]
    for node, number in enumerate(found.component):
        assert {other for other in reached[node] if node in reached[other]} == set(found.members[number])
        assert all(found.component[after] <= number for after in graph[node])
    assert all(not graph[node] for [node] in found.members[: found.leaves])
    seeds = {node: 1 << node for node in range(0, len(graph), 2)}
    columns = found.columns(seeds)
    assert [columns[number] for number in found.component] == [
        sum(1 << start for start in seeds if node in reached[start]) for node in range(len(graph))
    ]


@given(graphs())
def test_a_closure_and_one_that_lacks_steps_have_what_searches_find(both: tuple[Graph, Graph]):
    whole, some = both
    closed = forward(whole)
    check(part(closed, some), some)
    check(closed, whole)
    check(part(closed, some), some)


@given(graphs(), st.sampled_from((1, 2, 100)), st.sampled_from((0, 1, 100)))
def test_a_closure_around_a_core_and_one_that_lacks_steps_have_the_same(
    both: tuple[Graph, Graph], rounds: int, wide: int
):
    whole, some = both
    arrays = Arrays.of(whole)
    with patch.object(around, "_ROUNDS", rounds), patch.object(in_arrays, "_WIDE", wide):
        closed = around_core(whole, arrays)
        check(closed, whole)
        changed = {node for node, after in enumerate(whole) if sorted(after) != sorted(some[node])}
        part = arrays.other(some, changed)
        check(around_core(some, part), some)
        check(around_core(some, part, (arrays, closed)), some)
        check(closed, whole)


@given(graphs(), st.sampled_from((0, 1 << 16)))
def test_a_graph_as_arrays_has_its_steps_in_order(both: tuple[Graph, Graph], narrow: int):
    whole, some = both
    with patch.object(in_arrays, "_NARROW", narrow):
        found = Arrays.of(whole).other(some, range(len(whole)))
        core, reached = found.core()
    assert list(zip(found.leaves.tolist(), found.enters.tolist(), strict=True)) == [
        (node, after) for node, following in enumerate(some) for after in following
    ]
    start = core.tolist().index(True)
    after: set[int] = set()
    search(some, start, after)
    assert set(reached.nonzero()[0].tolist()) == after


@given(graphs())
def test_a_closure_that_is_searched_has_the_same(both: tuple[Graph, Graph]):
    whole, some = both
    check(Searched(whole), whole)
    check(part(Searched(whole), some), some)


def test_nodes_are_taken_away_one_after_the_other_as_long_as_no_other_follows():
    arrays = Arrays.of([[1], [2], [], [4, 1], [3], [1, 3]])
    every = np.ones(6, np.bool_)
    single, left = arrays.peeled(every, 100)
    assert (single.tolist(), left.tolist()) == ([2, 1, 0], [3, 4, 5])
    single, left = arrays.peeled(every, 2)
    assert (single.tolist(), left.tolist()) == ([2, 1], [0, 3, 4, 5])
