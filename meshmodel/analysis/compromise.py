"""What follows from a compromise: with checkpoints and without, and how each thing fell.

See ``docs/compromise.md#the-blast-radius``.
"""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, cast

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.example_paths import Paths, reference_of
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import CannotStartError, StepKey, StepKind
from meshmodel.analysis.steps import KINDS
from meshmodel.model.text import no_such, one_line
from meshmodel.model.vocabulary import ACTIONS, WRITE, Action, actions_of

OUTSIDER: Final = "outsider"
"""The start of somebody who may only put words into systems with untrusted input, and look at open ones."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What a compromise spreads to: ids sorted, for each system its actions in the order of ``ACTIONS``.

    What a limited delegation does is in the systems; the credentials that it uses are not in hand.
    """

    agents: tuple[str, ...]
    credentials: tuple[str, ...]
    systems: tuple[tuple[str, tuple[Action, ...]], ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """How an agent or a credential was first come by.

    Attributes:
        element, from_: as ``agent:ID``, ``credential:ID`` or ``system:ID``; ``None`` before the start.
        step: of which kind, from one to the other.
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
        unchecked: what is reached where nobody who counts is asked; its credentials are the
            revocation set.
        all: what is reached with checkpoints aside.
        held_back: ``all`` without ``unchecked``.
        limited: the sessions reached unchecked, as (agent, the agent that it works for within a limit).
        steps: the unchecked steps from what is reached unchecked, but implies, answers, and hearing, of
            which there can be a hundred thousand, unless a checkpoint stands there.
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
    """What follows if an agent, a credential or a system (all its accesses) is compromised, or an outsider
    writes; as ``Analysis.compromise``.
    """
    nodes, checkpoints = _start(engine.mesh, start), engine.reaches.intruder
    mesh, stored = checkpoints.mesh, _stored(engine.mesh, start)
    checkpoints = checkpoints.unasked(stored) if stored else checkpoints
    power, paths = checkpoints.unchecked(dict.fromkeys(nodes, 1)).power, Paths(mesh, checkpoints)
    counting, guards, records = paths.counting(power, 0), checkpoints.guards, checkpoints.records
    closed = paths.closed(counting)
    free = paths.search(nodes, closed)
    writing = _writing(mesh)
    stopped = [step for step in closed if step[0] in free and writing.get(step[1], step[1]) not in free]
    everything = paths.search(nodes) if stopped else free
    holding = {number for step in stopped for number in counting.intersection(guards[step])}
    asked = engine.checkpoints.guards
    drawn = {
        step
        for step in mesh.answers.intersection(mesh.steps["delegation"])
        if not counting.intersection(asked.get(step, ()))
    }
    sessions = (session for node, session in mesh.sessions.by_node.items() if node in free)
    return Compromise(
        start,
        _spread(mesh, free),
        _spread(mesh, everything),
        _spread(mesh, (each for each in everything if each not in free)),
        tuple(sorted({(each.delegation.to, each.delegation.from_) for each in sessions})),
        _steps(mesh, free, closed, drawn),
        (*_origins(mesh, free, (), drawn), *_origins(mesh, everything, free, drawn)),
        tuple(sorted(records[number].id for number in holding)),
        tuple(sorted(each.id for number, each in enumerate(records) if number not in counting)),
    )


def _start(mesh: Mesh, start: str) -> list[int]:
    """The nodes of a start; raises as ``compromise`` does."""
    if start == OUTSIDER:
        return mesh.outside
    table, _, key = start.partition(":")
    if table not in {"agent", "credential", "system"} or table == start:
        raise CannotStartError(
            f"{one_line(start)}: a compromise starts at agent:ID, credential:ID, system:ID or outsider"
        )
    known = mesh.snapshot.table(table)
    if key not in known:
        raise CannotStartError(no_such(table, key, known, f"{table}:"))
    if table == "system":
        return [mesh.access(key, action) for action in range(len(ACTIONS))]
    node = mesh.node(table, key)
    if node is not None:
        return mesh.in_hand(key) if table == "credential" else [node]
    what = "retired" if table == "agent" else "revoked"
    raise CannotStartError(f"{table} {one_line(key)} is {what}, so nothing starts from it; name another")


def _stored(mesh: Mesh, start: str) -> list[Step]:
    """The steps by which a system as the start yields what it stores: who has it asks nobody there."""
    found = list[Step]()
    for (system, credential), each in mesh.snapshot.custody.items() if start != OUTSIDER else ():
        if start == f"system:{system}" and each.how == "stores":
            found += mesh.ends("custody", system, credential)
    return found


def _writing(mesh: Mesh) -> dict[int, int]:
    """By copy of an access in a session that copies, the writing there: nothing else follows from it."""
    copies = mesh.sessions.copying.values()
    nodes = (each for session in copies for each in session.nodes.items() if each[0] < mesh.first_credential)
    return {copy: access - access % 5 + WRITE for access, copy in nodes}


def _spread(mesh: Mesh, reached: Iterable[int]) -> Spread:
    nodes = sorted(node for node in reached if node not in mesh.origin)  # they are numbered by id
    systems: defaultdict[str, int] = defaultdict(int)
    for node in nodes:
        if node < mesh.first_credential:
            systems[mesh.name(node)] |= 1 << node % 5
    return Spread(
        tuple(mesh.name(node) for node in nodes if node >= mesh.first_agent),
        tuple(mesh.name(node) for node in nodes if mesh.first_credential <= node < mesh.first_agent),
        tuple((system, actions_of(mask)) for system, mask in systems.items()),
    )


def _kind(mesh: Mesh, step: Step, drawn: Container[Step]) -> str:
    """The kind of a step; ``drawn``: the unguarded delegations back to whom is answered as well."""
    return "delegation" if step in drawn else mesh.kind(*step)


def _steps(
    mesh: Mesh, reached: Container[int], closed: Container[Step], drawn: Container[Step]
) -> frozenset[StepKey]:
    """The steps that are unguarded for the start, by the relations that they stand for."""
    steps = {step for kind in KINDS if kind != "implies" for step in mesh.steps[kind]}
    for each in mesh.snapshot.checkpoint.values():
        if each.step == "hearing":
            steps.update(filter(mesh.has, mesh.ends("hearing", each.from_, each.to)))
    found = (
        (_kind(mesh, step, drawn), *map(mesh.name, step))
        for step in steps
        if step[0] in reached and step not in closed
        if not mesh.is_between(step[1]) and step[1] not in mesh.astray
    )
    return frozenset(cast("StepKey", each) for each in found if each[0] != "answer")


def _origins(
    mesh: Mesh, before: dict[int, int | None], known: Collection[int], drawn: Container[Step]
) -> Iterator[Origin]:
    """How elements were come by that are not known already."""
    for node, origin in before.items():
        if node < mesh.first_credential or node in mesh.origin or node in known:
            continue
        step = from_ = action = None
        if origin is not None:
            step = cast("StepKind", _kind(mesh, (origin, node), drawn))
            from_ = reference_of(mesh, origin)
            access = mesh.original(origin)
            action = ACTIONS[access % 5] if access < mesh.first_credential else None
        yield Origin(reference_of(mesh, node), step, from_, action, not known)
