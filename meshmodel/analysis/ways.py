"""All ways to an access: what every one of them takes, and what would cut them (section 6).

The ways of an uncontrolled crossing are the unguarded ones from its start to its open doors that are
not approved; those of anything else that is reached are all effective ones. Relations are nodes of
their own here, so that a step can be on all ways like an element, and a relation with several actions
is cut once.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.explain import Asked, Explaining
from meshmodel.analysis.fix.stopping import NEVER, Stop
from meshmodel.analysis.openings import Between, Blocked, Opening, blocked, searched
from meshmodel.analysis.results import Explanation, StepKey, StepKind
from meshmodel.analysis.steps import ADMIN, STEP_ORDER, Mesh, Pair, bits
from meshmodel.analysis.witness import reference_of
from meshmodel.model.vocabulary import ACTIONS, Action, CheckpointStep

START = "start"
GOAL = "goal"
_RANK: dict[str, int] = {kind: number for number, kind in enumerate(STEP_ORDER)}


@dataclass(frozen=True, slots=True)
class Passed:
    """Something that every way passes: an element (for a system with the action) or a step."""

    element: str | None
    action: Action | None
    step: StepKey | None


@dataclass(frozen=True, slots=True)
class LastDoor:
    """A grant step into the access, with which ways end.

    ``intended`` where an intent covers it; the ways of an uncontrolled crossing do not end there.
    ``checkpoint`` is the first that counts on it.
    """

    credential: str
    system: str
    actions: tuple[Action, ...]
    intended: bool
    checkpoint: str | None


@dataclass(frozen=True, slots=True)
class Cut:
    """The smallest sets of steps of which every way takes at least one; each relation counts once.

    Attributes:
        size: how many steps such a set has; where it is 1, every step of ``steps`` is one.
        near_start: the set that is nearest to the start.
        near_target: the set that is nearest to the target.
        steps: every step that is in some smallest set.
    """

    size: int
    near_start: tuple[StepKey, ...]
    near_target: tuple[StepKey, ...]
    steps: tuple[StepKey, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A checkpoint that counts for the start and stands on a step, or a boundary, of the ways."""

    checkpoint: str
    step: StepKey


@dataclass(frozen=True, slots=True)
class Reached:
    """The systems, with their actions, the credentials and the agents in a set of nodes; sorted."""

    agents: tuple[str, ...]
    credentials: tuple[str, ...]
    systems: tuple[tuple[str, tuple[Action, ...]], ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """All ways from an agent to an access, or what is in between where there is none.

    Attributes:
        explanation: the shortest way, or why there is none.
        unasked: whether some way has no checkpoint that counts on it.
        through: what every way passes, in the order in which it does.
        doors: the grant steps with which ways end.
        cut: the smallest sets of steps that cut all ways; ``None`` where there is no way.
        standing: the checkpoints that count on steps of the ways.
        reaches: where nothing is reached, what the agent does reach,
        reached_from: what does reach the access,
        blocked: what is out of use, or of no use at rest, on ways that exist but for that,
        openings: and every single relation that would open a way.
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
    sentences: tuple[str, ...] = ()


def step_key(mesh: Mesh, leaves: int, enters: int) -> StepKey | None:
    """The relation that makes a step, as a checkpoint names it; ``None`` for an implied action."""
    kind: StepKind = mesh.kind(leaves, enters)
    if kind == "implies":
        return None
    ends = (reference_of(mesh, node).partition(":")[2] for node in (leaves, enters))
    return cast("CheckpointStep", kind), *ends  # type: ignore[return-value] # the ends are two


def ordered(steps: Iterable[StepKey]) -> tuple[StepKey, ...]:
    """Steps in the order of the table in section 3, then by their ends."""
    return tuple(sorted(steps, key=lambda step: (_RANK[step[0]], *step[1:])))


class WayGraph:
    """The ways from some nodes to the end of some grants, as a graph with one node for each relation.

    A relation is two nodes, ``(step, 0)`` and ``(step, 1)``, joined by an edge that can be cut.
    """

    def __init__(
        self,
        engine: Engine,
        starts: Sequence[int],
        doors: Mapping[StepKey, Sequence[Pair]],
        allowed: Callable[[Pair], bool] | None,
        stop: Stop = NEVER,
    ) -> None:
        import networkx as nx

        self._stop = stop

        self.mesh = engine.mesh
        self.starts = starts
        self.pairs: dict[StepKey, list[Pair]] = {}
        taken = [
            pair for pairs in self.mesh.steps.values() for pair in pairs if allowed is None or allowed(pair)
        ]
        credentials = {self.mesh.credential_node[step[1]] for step in doors}
        between = _between(self.mesh.size, taken, starts, credentials)
        graph: nx.DiGraph[Hashable] = nx.DiGraph()
        graph.add_edges_from((START, node) for node in starts if node in between)
        for pair in taken:
            stop.check()
            if pair[0] not in between:
                continue
            step = step_key(self.mesh, *pair)
            if pair[1] in between:
                if step is None:
                    graph.add_edge(*pair)
                    continue
                graph.add_edge((step, 1), pair[1])
            elif step is None or pair not in doors.get(step, ()):
                continue
            self.pairs.setdefault(step, []).append(pair)
            graph.add_edge((step, 0), (step, 1), capacity=1)
            graph.add_edge(pair[0], (step, 0))
            if step in doors:
                graph.add_edge((step, 1), GOAL)
        self.graph = graph

    def steps(self) -> tuple[StepKey, ...]:
        """Every step on some way."""
        return ordered(self.pairs)

    @cached_property
    def through(self) -> tuple[Passed, ...]:
        """What every way passes, in order: the dominators of the goal."""
        import networkx as nx

        self._stop.check()
        before = nx.immediate_dominators(self.graph, START)
        found: list[Passed] = []
        node: Hashable = before[GOAL]
        while node != START:
            if isinstance(node, tuple):
                step, side = node
                if side:
                    found.append(Passed(None, None, step))
            elif isinstance(node, int) and [node] != list(self.starts):
                action = ACTIONS[node % 5] if node < self.mesh.first_credential else None
                found.append(Passed(reference_of(self.mesh, node), action, None))
            node = before[node]
        return tuple(reversed(found))

    def cut(self) -> Cut:
        """The smallest sets of steps of which every way takes one: the minimum cuts."""
        single = [each.step for each in self.through if each.step is not None]
        if single:
            return Cut(1, (single[0],), (single[-1],), ordered(single))
        import networkx as nx
        from networkx.algorithms.flow import edmonds_karp

        check = self._stop.check
        check()
        rest = edmonds_karp(self.graph, START, GOAL)  # what can still flow once a most flows
        check()
        left: nx.DiGraph[Hashable] = nx.DiGraph()
        left.add_edges_from(
            (leaves, enters)
            for leaves, enters, data in rest.edges(data=True)
            if data["flow"] < data["capacity"]
        )
        left.add_nodes_from((START, GOAL))
        check()
        after = nx.descendants(left, START) | {START}
        check()
        before = nx.ancestors(left, GOAL) | {GOAL}
        check()
        place = {
            node: number
            for number, nodes in enumerate(nx.strongly_connected_components(left))
            for node in nodes
        }
        full = [step for step in self.steps() if rest.edges[(step, 0), (step, 1)]["flow"]]
        return Cut(
            int(rest.graph["flow_value"]),
            ordered(step for step in full if (step, 0) in after and (step, 1) not in after),
            ordered(step for step in full if (step, 0) not in before and (step, 1) in before),
            ordered(step for step in full if place[step, 0] != place[step, 1]),
        )


def _between(size: int, taken: Iterable[Pair], starts: Iterable[int], ends: Iterable[int]) -> set[int]:
    """The nodes on the ways from the first to the last."""
    after: list[list[int]] = [[] for _ in range(size)]
    before: list[list[int]] = [[] for _ in range(size)]
    for leaves, enters in taken:
        after[leaves].append(enters)
        before[enters].append(leaves)
    return searched(after, starts) & searched(before, ends)


def all_ways(explaining: Explaining, asked: Asked, stop: Stop = NEVER) -> Ways:
    """See ``Analysis.all_ways``."""
    from meshmodel.analysis.ways_story import tell

    found = (_reached if asked.reached else _unreached)(explaining, asked, stop)
    stop.check()
    return replace(found, sentences=tell(explaining.engine.snapshot, found))


def _reached(explaining: Explaining, asked: Asked, stop: Stop) -> Ways:
    engine, mesh = explaining.engine, explaining.mesh
    explanation = explaining.answer(asked)
    boundaries: list[str] = []
    approved, allowed, zone = 0, None, None
    if asked.place is None:
        starts, unchecked = [mesh.agent_node[asked.agent]], engine.alone[asked.agent]
        access = mesh.access_node(asked.system, next(bits(asked.reached)))
    else:
        source, group, access, judged = asked.place
        traveller, unchecked = explaining.travellers.settled(asked.agent), group.unchecked
        starts = explaining.starts(traveller, source)
        boundaries = explaining.boundaries(traveller, group, source, access)
        approved = explaining.listing.approved(asked.agent, source, access)
        zone = traveller.home if source is None else mesh.zone_of[source]
        if judged.state == "uncontrolled":
            allowed = explaining.paths.unguarded_for(unchecked)
    entered = access // 5 * 5 + ADMIN
    grants: dict[int, list[Pair]] = {}
    for pair in mesh.steps["grant"]:
        if pair[1] in (access, entered) and (allowed is None or allowed(pair)):
            grants.setdefault(pair[0], []).append(pair)
    steps = {node: step_key(mesh, *pairs[0]) for node, pairs in grants.items()}
    counted = {
        step: grants[node]
        for node, step in steps.items()
        if step is not None and (allowed is None or not approved >> node & 1)
    }
    graph = WayGraph(engine, starts, counted, allowed, stop)
    doors = []
    for node, step in steps.items():
        if step is None or not (step in graph.pairs or (step not in counted and unchecked.row >> node & 1)):
            continue
        pairs = sorted(grants[node])
        guards = [explaining.paths.first_guard(pair, unchecked) for pair in pairs]
        doors.append(
            LastDoor(
                step[1],
                step[2],
                tuple(ACTIONS[enters % 5] for _, enters in pairs),
                intended=bool(approved >> node & 1),
                checkpoint=next((each for each in guards if each is not None), None),
            )
        )
    guarding = engine.candidates
    standing = [
        Standing(guarding.ids[number], step)
        for step in graph.steps()
        for number in sorted(
            {
                number
                for pair in graph.pairs[step]
                for number in bits(guarding.guards.get(pair, 0) & ~unchecked.dropped)
            }
        )
    ]
    between: StepKey = ("boundary", zone or "", mesh.zone_of[access // 5])
    return Ways(
        explanation,
        unasked=bool(unchecked.row >> access & 1) and not boundaries,
        through=graph.through,
        doors=tuple(sorted(doors, key=lambda door: (door.intended, door.credential))),
        cut=graph.cut(),
        standing=(*standing, *(Standing(each, between) for each in boundaries)),
    )


def _unreached(explaining: Explaining, asked: Asked, stop: Stop) -> Ways:
    snapshot, mesh = explaining.engine.snapshot, explaining.mesh
    actions = range(5) if asked.action is None else (ACTIONS.index(asked.action),)
    between = Between(mesh, asked.agent, asked.system, actions)
    itself = mesh.agent_node.get(asked.agent)
    wanted = {mesh.access_node(asked.system, each) for each in actions}
    stop.check()
    hindered = blocked(snapshot, asked.agent, asked.system, actions)
    stop.check()
    return Ways(
        explaining.answer(asked),
        reaches=_sorted(mesh, between.near - {itself}),
        reached_from=_sorted(mesh, between.far - wanted),
        blocked=hindered,
        openings=between.openings(),
    )


def _sorted(mesh: Mesh, nodes: Iterable[int | None]) -> Reached:
    agents: list[str] = []
    credentials: list[str] = []
    systems: dict[str, list[int]] = {}
    for node in nodes:
        if node is None:
            continue
        table, _, name = reference_of(mesh, node).partition(":")
        if table == "system":
            systems.setdefault(name, []).append(node % 5)
        else:
            (agents if table == "agent" else credentials).append(name)
    return Reached(
        tuple(sorted(agents)),
        tuple(sorted(credentials)),
        tuple((each, tuple(ACTIONS[n] for n in sorted(systems[each]))) for each in sorted(systems)),
    )
