"""What follows from a compromise (section 7): with checkpoints and without, and how each thing fell."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, cast

from meshmodel.engine.actions import WRITE, actions_of
from meshmodel.engine.engine import Engine
from meshmodel.engine.graph import Graph, Step
from meshmodel.engine.mesh import Mesh
from meshmodel.engine.results import CannotStartError, StepKey, StepKind
from meshmodel.engine.steps import KINDS
from meshmodel.model.text import no_such, one_line
from meshmodel.model.vocabulary import ACTIONS, Action

OUTSIDER: Final = "outsider"
"""The start of somebody who may only put words into systems with untrusted input."""

_DEAD: Final = {"agent": "retired", "credential": "revoked"}
_RANK: Final = {kind: number for number, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Spread:
    """What a compromise spreads to: ids sorted, for each system its actions in the order of section 2.

    What a limited delegation does is in the systems; the credentials that it uses are not in hand.
    """

    agents: tuple[str, ...]
    credentials: tuple[str, ...]
    systems: tuple[tuple[str, tuple[Action, ...]], ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """How an agent or a credential was first come by.

    Attributes:
        element: ``agent:ID`` or ``credential:ID``.
        step: by which kind of step; ``None`` for the start.
        from_: what that step leaves, as ``agent:ID``, ``credential:ID`` or ``system:ID``.
        action: done on that system, where it is one.
        unchecked: whether nobody was asked on the way.
    """

    element: str
    step: StepKind | None
    from_: str | None
    action: Action | None
    unchecked: bool


@dataclass(frozen=True, slots=True)
class Compromise:
    """What follows from one compromise.

    Attributes:
        start: as asked for.
        unchecked: what is reached where nobody who counts is asked; its credentials are the
            revocation set.
        all: what is reached with checkpoints aside.
        held_back: what only the checkpoints hold back: ``all`` without ``unchecked``.
        limited: the sessions reached unchecked, as (agent, the agent that it works for within a limit).
        steps: the unchecked steps between what is reached unchecked, as (kind, from, to). Left out are
            implies, and triggers that arise by themselves, of which there can be a hundred thousand,
            unless a checkpoint stands there.
        origins: of every agent and credential in ``all``, the nearest first, what is unchecked first.
        holding: the checkpoints that count for this start and stand where the unchecked part ends.
        controlled: the checkpoints that would count, but over whose decision this start has power.
    """

    start: str
    unchecked: Spread
    all: Spread
    held_back: Spread
    limited: tuple[tuple[str, str], ...]
    steps: frozenset[StepKey]
    origins: tuple[Origin, ...]
    holding: tuple[str, ...]
    controlled: tuple[str, ...]


def compromise(engine: Engine, start: str) -> Compromise:
    """What follows if an agent, a credential or a system is compromised, or an outsider writes.

    Args:
        engine: the model in one view.
        start: ``agent:ID``, ``credential:ID``, ``system:ID`` (all its accesses) or ``outsider`` (the
            write access of every system with untrusted input).

    Raises:
        CannotStartError: there is no such element, or it is retired or revoked.
    """
    nodes, mesh, checkpoints = start_nodes(engine.mesh, start), engine.mesh, engine.checkpoints
    power = checkpoints.unchecked(dict.fromkeys(nodes, 1)).power
    free = _search(engine, nodes, power)
    everything = _search(engine, nodes, None) if free.stopped else free
    holding = {number for step in free.stopped for number in checkpoints.guards[step] if not power[number]}
    sessions = (session for node, session in mesh.sessions.by_node.items() if node in free.before)
    return Compromise(
        start,
        _spread(mesh, free.before),
        _spread(mesh, everything.before),
        _spread(mesh, (each for each in everything.before if each not in free.before)),
        tuple(sorted({(each.delegation.to, each.delegation.from_) for each in sessions})),
        frozenset(_steps(engine, free.before, power)),
        (*_origins(mesh, free.before, {}), *_origins(mesh, everything.before, free.before)),
        tuple(sorted(checkpoints.records[number].id for number in holding)),
        tuple(sorted(each.id for each, some in zip(checkpoints.records, power, strict=True) if some)),
    )


def start_nodes(mesh: Mesh, start: str) -> list[int]:
    """The nodes of a start; raises CannotStartError as ``compromise`` does."""
    if start == OUTSIDER:
        return [5 * number + WRITE for number, untrusted in enumerate(mesh.untrusted) if untrusted]
    table, colon, key = start.partition(":")
    if not colon or table not in {"agent", "credential", "system"}:
        raise CannotStartError(
            f"{one_line(start)}: a compromise starts at agent:ID, credential:ID, system:ID or outsider"
        )
    known = mesh.snapshot.table(table)
    if key not in known:
        raise CannotStartError(no_such(table, key, known, f"{table}:"))
    if table == "system":
        return [mesh.access(key, action) for action in range(len(ACTIONS))]
    node = mesh.node(table, key)
    if node is None:
        what = _DEAD[table]
        raise CannotStartError(f"{table} {one_line(key)} is {what}, so nothing starts from it; name another")
    return [node]


class _Found(NamedTuple):
    """What one start leads to.

    Attributes:
        before: for every node reached the node it was first come by from, in the order in which they
            are found (the nearest first); a node of the start is before itself.
        stopped: the guarded steps that lead out of what is reached.
    """

    before: dict[int, int]
    stopped: list[Step]


def _search(engine: Engine, starts: list[int], power: list[int] | None) -> _Found:
    """Search breadth first; among the steps of one node by the order of section 3, then by id.

    Args:
        engine: the model in one view.
        starts: the nodes of the start.
        power: by checkpoint whether the start has power over it; ``None``: guards are no matter.
    """
    mesh, checkpoints = engine.mesh, engine.checkpoints
    graph = mesh.graph if power is None else checkpoints.graph
    guarded: defaultdict[int, list[int]] = defaultdict(list)
    if power is not None:
        for leaves, enters in checkpoints.guards:
            guarded[leaves].append(enters)
    before, hubs, stopped = {node: node for node in starts}, set[int](), list[Step]()

    def rank(step: Step) -> tuple[int, int, int]:
        return _RANK[mesh.kind(*step)], mesh.original(step[1]), step[1]

    queue = list(before)
    for node in queue:
        after = [(node, each) for each in _after(mesh, graph, node, hubs)]
        for enters in guarded.get(node, ()):
            is_open = power is not None and checkpoints.opened((node, enters), power)
            (after if is_open else stopped).append((node, enters))
        for _, enters in sorted({step for step in after if step[1] not in before}, key=rank):
            before[enters] = node
            queue.append(enters)
    return _Found(before, [step for step in stopped if step[1] not in before])


def _after(mesh: Mesh, graph: Graph, node: int, hubs: set[int]) -> Iterator[int]:
    """The nodes after a node; those behind hubs once, as by one step.

    Args:
        mesh: the mesh.
        graph: the one that is searched.
        node: of an element.
        hubs: those that were passed before; more are added.
    """
    todo = [node]
    for each in todo:
        for enters in graph.successors[each]:
            if enters < mesh.size:
                yield enters
            elif enters not in hubs:
                hubs.add(enters)
                todo.append(enters)


def _spread(mesh: Mesh, reached: Iterable[int]) -> Spread:
    agents: list[str] = []
    credentials: list[str] = []
    systems: defaultdict[str, int] = defaultdict(int)
    for node in reached:
        if node in mesh.origin:
            continue
        if node < mesh.first_credential:
            systems[mesh.name(node)] |= 1 << node % 5
        else:
            (agents if node >= mesh.first_agent else credentials).append(mesh.name(node))
    return Spread(
        tuple(sorted(agents)),
        tuple(sorted(credentials)),
        tuple((system, actions_of(mask)) for system, mask in sorted(systems.items())),
    )


def _steps(engine: Engine, reached: dict[int, int], power: list[int]) -> Iterator[StepKey]:
    """The steps that are unguarded for the start, by the relations that they stand for."""
    mesh, checkpoints = engine.mesh, engine.checkpoints
    placed = (each for each in mesh.snapshot.checkpoint.values() if each.step == "trigger")
    arising = [
        step for each in placed for step in mesh.ends("trigger", each.from_, each.to) if mesh.has(step)
    ]
    for kind in KINDS[:-1]:  # the last is implies
        for step in {*mesh.steps[kind], *(arising if kind == "trigger" else ())}:
            if step[0] not in reached:
                continue
            if step not in checkpoints.guards or checkpoints.opened(step, power):
                yield kind, mesh.name(step[0]), mesh.name(step[1])


def _origins(mesh: Mesh, before: dict[int, int], known: dict[int, int]) -> Iterator[Origin]:
    """How elements were come by; of those that are not known already."""
    for node, origin in before.items():
        if node < mesh.first_credential or node in mesh.origin or node in known:
            continue
        unchecked = not known
        if origin == node:
            yield Origin(_reference(mesh, node), None, None, None, unchecked)
            continue
        action = ACTIONS[origin % 5] if origin < mesh.first_credential else None
        step = cast("StepKind", mesh.kind(origin, node))
        yield Origin(_reference(mesh, node), step, _reference(mesh, origin), action, unchecked)


def _reference(mesh: Mesh, node: int) -> str:
    node = mesh.original(node)
    table = "agent" if node >= mesh.first_agent else "credential"
    return f"{table if node >= mesh.first_credential else 'system'}:{mesh.name(node)}"
