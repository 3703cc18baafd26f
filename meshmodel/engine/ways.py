"""All ways to an access: what every one of them takes, and what would cut them (section 6).

The ways of an uncontrolled crossing are the unguarded ones from its start to its open doors that are
not approved; those of anything else that is reached are all effective ones.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final, NamedTuple, cast

from meshmodel.engine.actions import ADMIN, NUMBER, actions_of
from meshmodel.engine.explain import Asked, Explaining
from meshmodel.engine.graph import Step
from meshmodel.engine.mesh import Mesh
from meshmodel.engine.openings import Between, Blocked, Opening, blocked, searched
from meshmodel.engine.results import Explanation, StepKey
from meshmodel.engine.starts import HOME
from meshmodel.engine.stopping import NEVER, Stop
from meshmodel.engine.witness import RANK, Counting, reference_of
from meshmodel.engine.worst import Place
from meshmodel.model.vocabulary import ACTIONS, Action

_START: Final = "start"
_GOAL: Final = "goal"


class Passed(NamedTuple):
    """Something that every way passes: an element (for a system with the action) or a step."""

    element: str | None
    action: Action | None
    step: StepKey | None


class LastDoor(NamedTuple):
    """A grant step into the access, with which ways end.

    ``intended`` where an intent covers it; the ways of an uncontrolled crossing do not end there.
    ``checkpoint`` is the first that counts on it.
    """

    credential: str
    system: str
    actions: tuple[Action, ...]
    intended: bool
    checkpoint: str | None


class Cut(NamedTuple):
    """The smallest sets of steps of which every way takes at least one; each relation counts once.

    Attributes:
        size: how many steps such a set has; where it is 1, every step of ``steps`` is one.
        near_start: a set that is near to the start.
        near_target: a set that is near to the target.
        steps: every step that is in some smallest set.
    """

    size: int
    near_start: tuple[StepKey, ...]
    near_target: tuple[StepKey, ...]
    steps: tuple[StepKey, ...]


class Standing(NamedTuple):
    """A checkpoint that counts for the start and stands on a step, or a boundary, of the ways."""

    checkpoint: str
    step: StepKey


class Reached(NamedTuple):
    """The systems, with their actions, the credentials and the agents in a set of nodes; sorted."""

    agents: tuple[str, ...]
    credentials: tuple[str, ...]
    systems: tuple[tuple[str, tuple[Action, ...]], ...]


class Ways(NamedTuple):
    """All ways from an agent to an access, or what is in between where there is none.

    Attributes:
        explanation: the shortest way, or why there is none.
        unasked: whether some way has no checkpoint that counts on it.
        through: what every way passes, in the order in which it does.
        doors: the grant steps with which ways end.
        cut: the smallest sets of steps that cut all ways; ``None`` where there is no way.
        standing: the checkpoints that count on steps of the ways.
        reaches: where nothing is reached, what the agent does reach,
        reached_from: what does lead to the access,
        blocked: what is out of use, of no use at rest, or limited, on ways that exist but for that,
        openings: and the single relations whose step would open a way;
        openings_complete: whether no other relation would.
        sentences: all of it in words.
    """

    explanation: Explanation
    unasked: bool = False
    through: tuple[Passed, ...] = ()
    doors: tuple[LastDoor, ...] = ()
    cut: Cut | None = None
    standing: tuple[Standing, ...] = ()
    reaches: Reached | None = None
    reached_from: Reached | None = None
    blocked: tuple[Blocked, ...] = ()
    openings: tuple[Opening, ...] = ()
    openings_complete: bool = True
    sentences: tuple[str, ...] = ()


def ordered(steps: Iterable[StepKey]) -> tuple[StepKey, ...]:
    """Steps in the order of the table in section 3, then by their ends."""
    return tuple(sorted(steps, key=lambda step: (RANK[step[0]], *step[1:])))


class WayGraph:
    """The ways from some nodes to the end of some grants.

    Attributes:
        ends: the grant steps with which ways end.
        pairs: by relation, its steps on ways, those of sessions included.
    """

    def __init__(
        self,
        why: Explaining,
        starts: Sequence[int],
        doors: Collection[Step],
        closed: Collection[Step],
        stop: Stop = NEVER,
    ) -> None:
        self.mesh, self._starts, self._doors, self._stop = why.mesh, starts, doors, stop
        after: dict[int, list[Step]] = {}
        waiting = list(starts)
        for node in waiting:
            if node not in after:
                steps = dict.fromkeys(why.paths.steps_from(node))
                after[node] = [step for step in steps if step not in closed and step[1] not in starts]
                waiting += [enters for _, enters in after[node]]
        stop.check()
        before: list[list[int]] = [[] for _ in range(self.mesh.size)]
        for steps in after.values():
            for leaves, enters in steps:
                before[enters].append(leaves)
        between = searched(before, (leaves for leaves, _ in doors))
        self._after = {
            node: [step for step in steps if step in doors or step[1] in between]
            for node, steps in after.items()
            if node in between
        }
        self.ends = [step for steps in self._after.values() for step in steps if step in doors]
        self.pairs: defaultdict[StepKey, list[Step]] = defaultdict(list)
        for step in (step for steps in self._after.values() for step in steps):
            key = step_key(self.mesh, step)
            if key is not None:
                self.pairs[key].append(step)

    def way(self, without: StepKey | None = None, gone: int | None = None) -> list[int] | None:
        """The nodes of a shortest way but for one relation, or one element; ``None`` if there is none."""
        original = self.mesh.original
        before: dict[int, int | None] = {each: None for each in self._starts if each != gone}
        waiting = list(before)
        for node in waiting:
            for step in self._after.get(node, ()):
                if without is not None and step_key(self.mesh, step) == without:
                    continue
                if step in self._doors:
                    path, last = [step[1]], cast("int | None", node)
                    while last is not None:
                        path.append(last)
                        last = before[last]
                    return path[::-1]
                if step[1] not in before and original(step[1]) != gone:
                    before[step[1]] = node
                    waiting.append(step[1])
        return None

    def through(self) -> tuple[Passed, ...]:
        """What every way passes, in order: what the shortest passes, and no way avoids."""
        way = self.way() or []
        return tuple(dict.fromkeys(self._passed(way)))

    def _passed(self, way: Sequence[int]) -> Iterator[Passed]:
        mesh = self.mesh
        for number, node in enumerate(way[:-1]):
            self._stop.check()
            original = mesh.original(node)
            if [node] != list(self._starts) and self.way(gone=original) is None:
                action = ACTIONS[original % 5] if original < mesh.first_credential else None
                yield Passed(reference_of(mesh, node), action, None)
            key = step_key(mesh, (node, way[number + 1]))
            if key is not None and self.way(without=key) is None:
                yield Passed(None, None, key)

    def cut(self, through: Sequence[Passed]) -> Cut:
        """The smallest sets of steps of which every way takes one.

        A minimum cut counts a relation once for each session in which it is used. So those that are used in
        several are cut outright, some of them after another, and the rest of the ways by a minimum cut.
        """
        single = [each.step for each in through if each.step is not None]
        if single:
            return Cut(1, (single[0],), (single[-1],), ordered(single))
        again = [key for key, steps in self.pairs.items() if len({*map(self._place, steps)}) > 1]
        best: Cut | None = None
        for size in range(len(again) + 1):
            if best is not None and size > best.size:
                break
            for some in combinations(again, size):
                self._stop.check()
                found = self._flow(frozenset(some), frozenset(again))
                if found is not None and (best is None or found.size < best.size):
                    best = found
                elif found is not None and best is not None and found.size == best.size:
                    best = best._replace(steps=ordered({*best.steps, *found.steps}))
        assert best is not None
        return best

    def _place(self, step: Step) -> int:
        """Tells steps of one relation apart that do not lead to the same: where a session differs."""
        sessions = self.mesh.sessions
        copies = next((sessions.copies[each] for each in step if each in sessions.copies), None)
        return (
            max(copies.nodes.values())
            if copies is not None
            else step[1]
            if step[1] in sessions.by_node
            else 0
        )

    def _flow(self, cut: frozenset[StepKey], again: frozenset[StepKey]) -> Cut | None:
        """A minimum cut of what is left after some steps; the others that are used again stay."""
        import networkx as nx
        from networkx.algorithms.flow import edmonds_karp

        graph: nx.DiGraph[Hashable] = nx.DiGraph([(_START, node) for node in self._starts])
        graph.add_node(_GOAL)
        most = len(self.pairs) + 1
        for steps in self._after.values():
            for step in steps:
                key = step_key(self.mesh, step)
                if key is None:
                    graph.add_edge(*step)
                elif key not in cut:
                    one, other = (key, self._place(step), 0), (key, self._place(step), 1)
                    graph.add_edge(one, other, capacity=most if key in again else 1)
                    graph.add_edge(step[0], one)
                    graph.add_edge(other, _GOAL if step in self._doors else step[1])
        rest: Any = edmonds_karp(graph, _START, _GOAL)  # what can still flow once a most flows
        value = int(rest.graph["flow_value"])
        if value >= most:
            return None
        left = nx.DiGraph([(a, b) for a, b, each in rest.edges(data=True) if each["flow"] < each["capacity"]])
        left.add_nodes_from(rest)
        after, before = nx.descendants(left, _START) | {_START}, nx.ancestors(left, _GOAL) | {_GOAL}
        place = {node: n for n, some in enumerate(nx.strongly_connected_components(left)) for node in some}
        full = [
            (one, other)
            for one, other, each in rest.edges(data=True)
            if isinstance(one, tuple) and isinstance(other, tuple) and each["flow"] == 1 == each["capacity"]
        ]
        return Cut(
            value + len(cut),
            ordered({*cut, *(a[0] for a, b in full if a in after and b not in after)}),
            ordered({*cut, *(a[0] for a, b in full if a not in before and b in before)}),
            ordered({*cut, *(a[0] for a, b in full if place[a] != place[b])}),
        )


def step_key(mesh: Mesh, step: Step) -> StepKey | None:
    """The relation that makes a step, as a checkpoint names it; ``None`` for an implied action."""
    relation = mesh.relation(*step)
    return None if relation[0] == "implies" else cast("StepKey", relation)


def all_ways(why: Explaining, asked: Asked, stop: Stop = NEVER) -> Ways:
    """See ``Analysis.all_ways``."""
    from meshmodel.engine.ways_story import tell

    found = (_reached if asked.reached else _unreached)(why, asked, stop)
    stop.check()
    return found._replace(sentences=tell(why.engine.snapshot, found))


def _reached(why: Explaining, asked: Asked, stop: Stop) -> Ways:
    place, mesh, agent = asked.place, why.mesh, why.mesh.agent[asked.agent]
    access, starts, open_ = asked.reached[0], [mesh.first_agent + agent], dict[int, bool]()
    counting, boundaries = why.counting_alone(agent), list[Standing]()
    unasked = bool(why.engine.reaches.alone.reach[access] >> agent & 1)
    if place is not None:
        access, starts, open_ = place.access, why.starts(place.coming), place.doors
        counting, unasked, boundaries = why.counting(place.coming), bool(open_), _boundaries(why, place)
    uncontrolled = place is not None and place.state == "uncontrolled"
    closed = why.paths.closed(counting) if uncontrolled else frozenset()
    ends = [step for step in mesh.steps["grant"] if step not in closed and _ends(mesh, step, access)]
    meant = {node for node, approved in open_.items() if approved}
    counted = {step for step in ends if not (uncontrolled and step[0] in meant)}
    graph = WayGraph(why, starts, counted, closed, stop)
    through = graph.through()
    doors = [*graph.ends, *(step for step in ends if step not in counted)]
    return Ways(
        why.answer(asked),
        unasked,
        through,
        tuple(_doors(why, doors, counting, open_)),
        graph.cut(through),
        (*_standing(why, graph, counting), *boundaries),
    )


def _ends(mesh: Mesh, step: Step, access: int) -> bool:
    """Whether a grant step leads to an access, by itself or by admin."""
    system, action = divmod(access, 5)
    admin = 5 * system + ADMIN
    copies = mesh.sessions.copies.get(step[0])
    if copies is not None and step[1] not in (access, admin):
        return mesh.original(step[1]) == admin and copies.allow(mesh.systems[system], action)
    return step[1] in (access, admin)


def _doors(
    why: Explaining, steps: Iterable[Step], counting: Counting, open_: Mapping[int, bool]
) -> list[LastDoor]:
    """The grants of some steps; those that an intent covers last."""
    grants: defaultdict[tuple[str, str], set[Step]] = defaultdict(set)
    for step in steps:
        grants[why.mesh.name(step[0]), why.mesh.name(step[1])].add(step)
    found = []
    for (credential, system), some in grants.items():
        actions = actions_of(sum({1 << why.mesh.original(enters) % 5 for _, enters in some}))
        guards = (why.paths.first_guard(step, counting) for step in sorted(some))
        first = next((each for each in guards if each is not None), None)
        intended = {open_[leaves] for leaves, _ in some if leaves in open_} == {True}
        found.append(LastDoor(credential, system, actions, intended, first))
    return sorted(found, key=lambda door: (door.intended, door.credential))


def _standing(why: Explaining, graph: WayGraph, counting: Counting) -> Iterator[Standing]:
    checkpoints = why.engine.checkpoints
    for key in ordered(graph.pairs):
        some = {each for step in graph.pairs[key] for each in checkpoints.guards.get(step, ())}
        yield from (Standing(checkpoints.records[each].id, key) for each in sorted(some & counting))


def _boundaries(why: Explaining, place: Place) -> list[Standing]:
    mesh, coming = why.mesh, place.coming
    zone = why.listing.home(coming.agent) if coming.source == HOME else mesh.zone[coming.source]
    key: StepKey = "boundary", zone or "", mesh.zone[place.access // 5]
    records = why.engine.checkpoints.records
    return [Standing(each, key) for each in sorted(records[number].id for number in why.boundaries(place))]


def _unreached(why: Explaining, asked: Asked, stop: Stop) -> Ways:
    snapshot, mesh = why.engine.snapshot, why.mesh
    actions = ACTIONS if asked.action is None else (asked.action,)
    wanted = {mesh.access(asked.system, NUMBER[each]) for each in actions}
    between = Between(mesh, asked.agent, wanted)
    stop.check()
    hindered = blocked(snapshot, asked.agent, asked.system, actions)
    stop.check()
    return Ways(
        why.answer(asked),
        reaches=_sorted(between, between.near - {mesh.node("agent", asked.agent)}),
        reached_from=_sorted(between, between.far - wanted),
        blocked=hindered,
        openings=between.openings(),
        openings_complete=between.is_complete,
    )


def _sorted(between: Between, nodes: Collection[int | None]) -> Reached:
    some = {node for node in nodes if node is not None}
    systems: defaultdict[str, int] = defaultdict(int)
    for node in between.of("system", some):
        systems[between.mesh.name(node)] |= 1 << node % 5
    agents, credentials = (
        tuple(between.mesh.name(each) for each in between.of(table, some))
        for table in ("agent", "credential")
    )
    return Reached(agents, credentials, tuple((name, actions_of(mask)) for name, mask in systems.items()))
