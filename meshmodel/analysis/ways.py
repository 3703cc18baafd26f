"""All ways to an access: what every one of them takes, and what would cut them (section 6).

The ways of an uncontrolled crossing are the unguarded ones from its start to its open doors that are
not approved; those of anything else that is reached are all effective ones.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Final, cast

from meshmodel.analysis.explain import Asked, Explaining
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.openings import Between, blocked, searched
from meshmodel.analysis.results import Cut, LastDoor, Passed, Reached, Standing, StepKey, Ways
from meshmodel.analysis.stopping import NEVER, Stop
from meshmodel.analysis.ways_story import tell
from meshmodel.analysis.witness import RANK, Counting, reference_of
from meshmodel.model.actions import ADMIN, NUMBER, actions_of
from meshmodel.model.vocabulary import ACTIONS

if TYPE_CHECKING:
    import networkx as nx

_START: Final = "start"
_GOAL: Final = "goal"


def all_ways(why: Explaining, asked: Asked, stop: Stop = NEVER) -> Ways:
    """See ``Analysis.all_ways``."""
    found = (_reached if asked.reached else _unreached)(why, asked, stop)
    stop.check()
    return found._replace(sentences=tell(why.snapshot, found))


def _reached(why: Explaining, asked: Asked, stop: Stop) -> Ways:
    place, mesh, agent = asked.place, why.mesh, why.mesh.agent[asked.agent]
    if place is None:
        access, starts, open_ = asked.reached[0], [mesh.first_agent + agent], dict[int, bool]()
        counting = why.counting_alone(agent)
        unasked = bool(why.reaches.alone.reach[access] >> agent & 1)
    else:
        access, starts, open_ = place.access, why.starts(place.coming), place.doors
        counting, unasked = why.counting(place.coming), bool(open_)
    uncontrolled = place is not None and place.state == "uncontrolled"
    closed = why.paths.closed(counting) if uncontrolled else frozenset()
    ends = [step for step in mesh.steps["grant"] if step not in closed and _ends(mesh, step, access)]
    meant = [step for step in ends if uncontrolled and open_.get(step[0])]
    graph = WayGraph(why, starts, frozenset(ends).difference(meant), closed, stop)
    through, standing = graph.through(), list(_standing(why, graph, counting))
    if place is not None:
        boundary: StepKey = "boundary", why.listing.zone(place.coming) or "", mesh.zone[access // 5]
        ids = sorted(why.checkpoints.records[each].id for each in why.boundaries(place))
        standing += [Standing(each, boundary) for each in ids]
    doors = tuple(_doors(why, [*graph.ends, *meant], counting, open_))
    return Ways(why.answer(asked), unasked, through, doors, graph.cut(through), tuple(standing))


def _ends(mesh: Mesh, step: Step, access: int) -> bool:
    """Whether a grant step leads to an access, by itself or by admin."""
    system, admin = access // 5, access - access % 5 + ADMIN
    copies = mesh.sessions.copies.get(step[0])
    if copies is not None and mesh.original(step[1]) == admin != step[1]:
        return copies.allow(mesh.systems[system], access % 5)
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


def _standing(why: Explaining, graph: "WayGraph", counting: Counting) -> Iterator[Standing]:
    checkpoints = why.checkpoints
    for key in _ordered(graph.pairs):
        some = {each for step in graph.pairs[key] for each in checkpoints.guards.get(step, ())}
        yield from (Standing(checkpoints.records[each].id, key) for each in sorted(some & counting))


def _unreached(why: Explaining, asked: Asked, stop: Stop) -> Ways:
    mesh, actions = why.mesh, ACTIONS if asked.action is None else (asked.action,)
    wanted = {mesh.access(asked.system, NUMBER[each]) for each in actions}
    between = Between(mesh, asked.agent, wanted)
    stop.check()
    return Ways(
        why.answer(asked),
        reaches=_sorted(between, between.near - {mesh.node("agent", asked.agent)}),
        reached_from=_sorted(between, between.far - wanted),
        blocked=blocked(why.snapshot, asked.agent, asked.system, actions),
        openings=between.openings(),
        openings_complete=between.is_complete,
    )


def _sorted(between: Between, nodes: Collection[int | None]) -> Reached:
    some = {node for node in nodes if node is not None}
    systems: defaultdict[str, int] = defaultdict(int)
    for node in between.of("system", some):
        systems[between.mesh.name(node)] |= 1 << node % 5
    agents, credentials = (map(between.mesh.name, between.of(each, some)) for each in ("agent", "credential"))
    actions = tuple((name, actions_of(mask)) for name, mask in systems.items())
    return Reached(tuple(agents), tuple(credentials), actions)


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
        stop: Stop,
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
        for leaves, enters in (step for some in after.values() for step in some):
            before[enters].append(leaves)
        between = searched(before, (leaves for leaves, _ in doors))
        self._after = {
            node: [step for step in some if step in doors or step[1] in between]
            for node, some in after.items()
            if node in between
        }
        self.ends = [step for some in self._after.values() for step in some if step in doors]
        self.pairs: defaultdict[StepKey, list[Step]] = defaultdict(list)
        for step in (step for some in self._after.values() for step in some):
            key = self._key(step)
            if key is not None:
                self.pairs[key].append(step)

    def _key(self, step: Step) -> StepKey | None:
        """The relation that makes a step, as a checkpoint names it; ``None`` for an implied action."""
        relation = self.mesh.relation(*step)
        return None if relation[0] == "implies" else cast("StepKey", relation)

    def _way(self, without: StepKey | None = None, gone: int | None = None) -> list[int] | None:
        """The nodes of a shortest way but for one relation, or one element; ``None`` if there is none."""
        before: dict[int, int | None] = {each: None for each in self._starts if each != gone}
        waiting = list(before)
        for node in waiting:
            for step in self._after.get(node, ()):
                if without is not None and self._key(step) == without:
                    continue
                if step in self._doors:
                    path: list[int] = [step[1], node]
                    while (last := before[path[-1]]) is not None:
                        path.append(last)
                    return path[::-1]
                if step[1] not in before and self.mesh.original(step[1]) != gone:
                    before[step[1]] = node
                    waiting.append(step[1])
        return None

    def through(self) -> tuple[Passed, ...]:
        """What every way passes, in order: what the shortest passes, and no way avoids."""
        return tuple(dict.fromkeys(self._passed(self._way() or [])))

    def _passed(self, way: Sequence[int]) -> Iterator[Passed]:
        mesh = self.mesh
        for number, node in enumerate(way[:-1]):
            self._stop.check()
            original = mesh.original(node)
            if [node] != list(self._starts) and self._way(gone=original) is None:
                action = ACTIONS[original % 5] if original < mesh.first_credential else None
                yield Passed(reference_of(mesh, node), action, None)
            key = self._key((node, way[number + 1]))
            if key is not None and self._way(without=key) is None:
                yield Passed(None, None, key)

    def cut(self, through: Sequence[Passed]) -> Cut:
        """The smallest sets of steps of which every way takes one.

        A minimum cut counts a relation once for each session in which it is used. So those that are used in
        several are cut outright, some of them after another, and the rest of the ways by a minimum cut.
        """
        import networkx as nx

        single = [each.step for each in through if each.step is not None]
        if single:
            return Cut(1, (single[0],), (single[-1],), _ordered(single))
        again = [key for key, steps in self.pairs.items() if len({*map(self._place, steps)}) > 1]
        least = most = len(self.pairs) + 1
        chosen, cut = nx.DiGraph(), tuple[StepKey, ...]()
        for some in (some for size in range(len(again) + 1) for some in combinations(again, size)):
            self._stop.check()
            if len(some) >= least:
                break
            flows = self._flows(some, again, most)
            size = len(some) + nx.minimum_cut_value(flows, _START, _GOAL)
            if size < least:
                least, chosen, cut = size, flows, some
        near_target = _ordered({*cut, *_crossed(chosen, _START, _GOAL)})
        near_start = _ordered({*cut, *_crossed(chosen.reverse(), _GOAL, _START)})
        return Cut(least, near_start, near_target, _ordered({*near_start, *near_target}))

    def _place(self, step: Step) -> int:
        """Tells steps of one relation apart that do not lead to the same: where a session differs."""
        sessions = self.mesh.sessions
        copies = next((sessions.copies[each] for each in step if each in sessions.copies), None)
        if copies is not None:
            return max(copies.nodes.values())
        return step[1] if step[1] in sessions.by_node else 0

    def _flows(
        self, cut: Collection[StepKey], again: Collection[StepKey], most: int
    ) -> "nx.DiGraph[Hashable]":
        """The ways that are left without some steps; of others that are used again, none is cut."""
        import networkx as nx

        graph: nx.DiGraph[Hashable] = nx.DiGraph([(_START, node) for node in self._starts])
        graph.add_node(_GOAL)
        for step in (step for some in self._after.values() for step in some):
            key = self._key(step)
            if key is None:
                graph.add_edge(*step)
            elif key not in cut:
                one, other = (key, self._place(step), 0), (key, self._place(step), 1)
                graph.add_edge(one, other, capacity=most if key in again else 1)
                graph.add_edge(step[0], one)
                graph.add_edge(other, _GOAL if step in self._doors else step[1])
        return graph


def _crossed(graph: "nx.DiGraph[Hashable]", from_: str, to: str) -> set[StepKey]:
    """The steps of the minimum cut that is nearest to the end."""
    import networkx as nx

    _, (side, other) = nx.minimum_cut(graph, from_, to)
    ends = [{node[:2] for node in some if isinstance(node, tuple)} for some in (side, other)]
    return {key for key, _ in set.intersection(*ends)}


def _ordered(steps: Iterable[StepKey]) -> tuple[StepKey, ...]:
    """Steps in the order of the table in section 3, then by their ends."""
    return tuple(sorted(steps, key=lambda step: (RANK[step[0]], *step[1:])))
