"""All ways to an access: what every one of them takes, and what would cut them.

See ``docs/commands.md#meshmodel-explain``.

The ways of an uncontrolled crossing are the unguarded ones from its start to its open doors that are
not approved; those of anything else that is reached are all effective ones.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from itertools import pairwise
from typing import Final, cast

from meshmodel.analysis.example_paths import RANK
from meshmodel.analysis.explain import Explainer, elements, unreached
from meshmodel.analysis.graph import Step
from meshmodel.analysis.listing import ListedCrossing
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import Element, Explanation, LastDoor, StepKey, Ways
from meshmodel.model.stop import Stop
from meshmodel.model.vocabulary import actions_of

_START: Final = -1
_GOAL: Final = -2
"""Two nodes more than the mesh has: all ways lead from the first to the second."""


def all_ways(why: Explainer, asked: ListedCrossing | Explanation, stop: Stop) -> Ways:
    """See ``Analysis.all_ways``."""
    if isinstance(asked, Explanation):
        return unreached(asked, why.mesh, stop)
    mesh, crossing, closed, counting = why.mesh, asked, why.closed(asked), why.counting(asked)
    records = why.checkpoints.records
    into = {crossing.access, *(admin for admin, each in mesh.steps["implies"] if each == crossing.access)}
    ends = [step for step in mesh.steps["grant"] if step[1] in into and step not in closed]
    is_open = crossing.state == "uncontrolled"  # boundaries close doors then, which are no ways
    ends = [step for step in ends if not is_open or step[0] in crossing.doors]
    meant = [step for step in ends if is_open and crossing.doors[step[0]]]
    graph = WayGraph(why, crossing, set(ends).difference(meant), stop)
    standing = {
        (records[number].id, key)
        for step, key in graph.key.items()
        for number in counting.intersection(why.checkpoints.guards.get(step, ()))
    }
    home = why.listing.home(crossing.coming.agent) or ""
    boundary: StepKey = "boundary", home, mesh.zone[crossing.access // 5]
    alone = why.reaches.alone.reach[crossing.access] >> crossing.coming.agent & 1
    single = graph.single()
    used = why.boundaries(crossing, [leaves for leaves, _ in graph.ends])
    return Ways(
        why.explain_path(crossing),
        bool(alone if crossing.state is None else crossing.doors),
        graph.through(),
        tuple(_doors(mesh, [*graph.ends, *meant], crossing.doors)),
        single,
        () if single else graph.cut(),
        tuple(sorted({*standing, *((records[each].id, boundary) for each in used)})),
    )


def _doors(mesh: Mesh, steps: Iterable[Step], approved: Mapping[int, bool]) -> list[LastDoor]:
    """The grants of some steps; those that an intent covers last."""
    grants: defaultdict[tuple[str, str], set[Step]] = defaultdict(set)
    for step in steps:
        grants[mesh.name(step[0]), mesh.name(step[1])].add(step)
    found = [
        LastDoor(
            *ends,
            actions_of(sum({1 << mesh.original(enters) % 5 for _, enters in some})),
            _is_approved([leaves for leaves, _ in some], approved),
        )
        for ends, some in grants.items()
    ]
    return sorted(found, key=lambda door: (door.intended, door.credential))


def _is_approved(credentials: Iterable[int], approved: Mapping[int, bool]) -> bool:
    """Whether an intent covers the open doors among these, if there are some; copies behind none aside."""
    doors = [approved[each] for each in credentials if each in approved]
    return bool(doors) and all(doors)


class WayGraph:
    """The ways from a start to some grant steps into an access.

    Attributes:
        ends: these, as far as ways lead to them.
        key: by step on ways, those of sessions included, its relation.
    """

    def __init__(self, why: Explainer, crossing: ListedCrossing, ends: Collection[Step], stop: Stop) -> None:
        import networkx as nx

        mesh, closed, starts = why.mesh, why.closed(crossing), why.starts(crossing)
        graph, waiting = nx.DiGraph([(_START, each) for each in starts]), list(starts)
        for node in waiting:
            for enters in mesh.after(node):
                if (node, enters) not in closed and enters not in starts:
                    if enters not in graph:
                        waiting.append(enters)
                    graph.add_edge(node, enters)
        graph.add_edges_from((leaves, _GOAL) for leaves, _ in ends if leaves in graph)
        self._mesh, self._stop, self._start = mesh, stop, starts[0]
        self._graph: nx.DiGraph[int] = graph.subgraph({_GOAL, *nx.ancestors(graph, _GOAL)}).copy()
        self._way = nx.shortest_path(self._graph, _START, _GOAL)
        self.ends = [step for step in ends if step[0] in self._graph]
        steps = (step for step in {*self._graph.edges, *self.ends} if step[0] != _START and step[1] != _GOAL)
        self.key = {
            step: cast("StepKey", mesh.relation(*step))
            for step in steps
            if mesh.kind(*step) != "implies" and not mesh.is_between(step[1]) and step[1] not in mesh.astray
        }
        self.key |= {(leaves, _GOAL): self.key[leaves, enters] for leaves, enters in self.ends}

    def _is_cut(self, nodes: Collection[int] = (), edges: Collection[Step] = ()) -> bool:
        """Whether every way takes one of some nodes or edges."""
        import networkx as nx

        self._stop.check()
        return not nx.has_path(nx.restricted_view(self._graph, nodes, edges), _START, _GOAL)

    def through(self) -> tuple[Element, ...]:
        """The elements that every way passes, the agent aside: those of the shortest that no way avoids."""
        copies: defaultdict[int, list[int]] = defaultdict(list)
        for node in self._graph:
            copies[self._mesh.original(node)].append(node)
        way = [self._mesh.original(node) for node in self._way[1:-1] if node != self._start]
        return elements(self._mesh, [node for node in way if self._is_cut(copies[self._mesh.original(node)])])

    def single(self) -> tuple[StepKey, ...]:
        """The steps that every way takes."""
        steps: defaultdict[StepKey, list[Step]] = defaultdict(list)
        for step, key in self.key.items():
            steps[key].append(step)
        keys = dict.fromkeys(self.key[step] for step in pairwise(self._way) if step in self.key)
        return tuple(key for key in keys if self._is_cut(edges=steps[key]))

    def cut(self) -> tuple[StepKey, ...]:
        """A smallest set of steps of which every way takes one; of several the nearest to the target.

        A relation that is used in several sessions counts once: what they stand for is taken for the same.
        That joins pieces of ways that cannot follow one another, so there may be a smaller set then.
        """
        import networkx as nx

        flow: nx.DiGraph[Hashable] = nx.DiGraph()
        for edge in self._graph.edges:
            (one, other), key = map(self._mesh.original, edge), self.key.get(edge)
            if key is None:
                flow.add_edge(one, other)
            else:
                flow.add_edge((key, True), (key, False), capacity=1)
                flow.add_edges_from([(one, (key, True)), ((key, False), other)])
        _, (near, far) = nx.minimum_cut(flow, _START, _GOAL)
        found = {key for key in self.key.values() if (key, True) in near and (key, False) in far}
        return tuple(sorted(found, key=lambda step: (RANK[step[0]], *step[1:])))
