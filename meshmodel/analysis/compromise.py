"""What follows from a compromise (section 7): with checkpoints and without, and how each thing fell."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import StepKey, StepKind
from meshmodel.analysis.spreading import Spreader, Spreading
from meshmodel.analysis.steps import READ, STEP_ORDER, WRITE, Pair, actions_of, bits
from meshmodel.analysis.witness import reference_of
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import no_such, one_line
from meshmodel.model.vocabulary import ACTIONS, Action

OUTSIDER: Final = "outsider"
"""The start of somebody who may only put words into systems with untrusted input."""

_DEAD: Final = {"agent": "retired", "credential": "revoked"}


class CannotStartError(MeshmodelError, ValueError):
    """A start that section 7 refuses: unknown, retired or revoked; ``str()`` is one clear line."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What a compromise spreads to: ids sorted, for each system its actions in the order of section 2."""

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
    steps: frozenset[StepKey]
    origins: tuple[Origin, ...]
    holding: tuple[str, ...]
    controlled: tuple[str, ...]


def compromise(engine: Engine, start: str, spreader: Spreader | None = None) -> Compromise:
    """What follows if an agent, a credential or a system is compromised, or an outsider writes.

    Args:
        engine: the model in one view.
        start: ``agent:ID``, ``credential:ID``, ``system:ID`` (all its accesses) or ``outsider`` (the
            write access of every system with untrusted input).
        spreader: of that model, where there is one already.

    Raises:
        CannotStartError: there is no such element, or it is retired or revoked.
    """
    nodes = start_nodes(engine, start)
    spreader = spreader or Spreader(engine)
    free = spreader.unchecked(nodes)
    everything = spreader.everything(nodes) if free.stopped else free
    ids, guards = engine.candidates.ids, engine.candidates.guards
    holding = 0
    for step in free.stopped:
        holding |= guards[step] & ~free.dropped
    unchecked, all_ = _spread(engine, free.before), _spread(engine, everything.before)
    return Compromise(
        start,
        unchecked,
        all_,
        _difference(all_, unchecked),
        frozenset(_steps(engine, free)),
        _origins(engine, free, everything),
        tuple(sorted(ids[number] for number in bits(holding))),
        tuple(sorted(ids[number] for number in bits(free.dropped))),
    )


def start_nodes(engine: Engine, start: str) -> list[int]:
    """The nodes of a start; raises CannotStartError as ``compromise`` does."""
    mesh, snapshot = engine.mesh, engine.snapshot
    if start == OUTSIDER:
        return [read - READ + WRITE for read in bits(mesh.untrusted)]
    table, colon, key = start.partition(":")
    if not colon or table not in {"agent", "credential", "system"}:
        raise CannotStartError(
            f"{one_line(start)}: a compromise starts at agent:ID, credential:ID, system:ID or outsider"
        )
    known = snapshot.table(table)
    if key not in known:
        raise CannotStartError(no_such(table, key, known, f"{table}:"))
    if table == "system":
        return [mesh.access_node(key, action) for action in range(len(ACTIONS))]
    node = (mesh.agent_node if table == "agent" else mesh.credential_node).get(key)
    if node is None:
        what = _DEAD[table]
        raise CannotStartError(f"{table} {one_line(key)} is {what}, so nothing starts from it; name another")
    return [node]


def _spread(engine: Engine, reached: Iterable[int]) -> Spread:
    mesh = engine.mesh
    agents: list[str] = []
    credentials: list[str] = []
    systems: dict[str, int] = {}
    for node in reached:
        if node >= mesh.first_agent:
            agents.append(mesh.agents[node - mesh.first_agent])
        elif node >= mesh.first_credential:
            credentials.append(mesh.credentials[node - mesh.first_credential])
        else:
            system = mesh.systems[node // 5]
            systems[system] = systems.get(system, 0) | 1 << node % 5
    return Spread(
        tuple(sorted(agents)),
        tuple(sorted(credentials)),
        tuple((system, actions_of(mask)) for system, mask in sorted(systems.items())),
    )


def _difference(whole: Spread, part: Spread) -> Spread:
    agents, credentials, systems = set(part.agents), set(part.credentials), dict(part.systems)
    left = (
        (system, tuple(each for each in actions if each not in systems.get(system, ())))
        for system, actions in whole.systems
    )
    return Spread(
        tuple(each for each in whole.agents if each not in agents),
        tuple(each for each in whole.credentials if each not in credentials),
        tuple(each for each in left if each[1]),
    )


def _steps(engine: Engine, free: Spreading) -> Iterator[StepKey]:
    mesh, guards, reached = engine.mesh, engine.candidates.guards, free.before
    for kind in STEP_ORDER:
        if kind == "implies":
            continue
        for step in _triggers(engine) if kind == "trigger" else mesh.steps[kind]:
            leaves, enters = step
            if leaves in reached and not guards.get(step, 0) & ~free.dropped:
                yield kind, _name(engine, leaves), _name(engine, enters)


def _triggers(engine: Engine) -> frozenset[Pair]:
    """Those that are relations, or on which a checkpoint stands."""
    mesh = engine.mesh
    placed = {
        (mesh.access_node(each.from_, WRITE), mesh.agent_node.get(each.to, -1))
        for each in engine.snapshot.checkpoint.values()
        if each.step == "trigger"
    }
    return mesh.declared_triggers | (placed.intersection(mesh.steps["trigger"]) if placed else placed)


def _name(engine: Engine, node: int) -> str:
    return reference_of(engine.mesh, node).partition(":")[2]


def _origins(engine: Engine, free: Spreading, everything: Spreading) -> tuple[Origin, ...]:
    mesh = engine.mesh
    found: list[Origin] = []
    for unchecked, before in ((True, free.before), (False, everything.before)):
        for node, origin in before.items():
            if node < mesh.first_credential or (not unchecked and node in free.before):
                continue
            element = reference_of(mesh, node)
            if origin == node:
                found.append(Origin(element, None, None, None, unchecked))
                continue
            action = ACTIONS[origin % 5] if origin < mesh.first_credential else None
            found.append(
                Origin(element, mesh.kind(origin, node), reference_of(mesh, origin), action, unchecked)
            )
    return tuple(found)
