"""What follows from a compromise (section 7): with checkpoints and without, and how each thing fell."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.spreading import Spreader, Spreading
from meshmodel.analysis.steps import READ, WRITE, Pair, actions_of, bits
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
    """What a compromise spreads to: ids sorted, for each system its actions in the order of section 2.

    ``steps`` are the steps between what was reached, as (kind, from, to), sorted; implies left out.
    """

    agents: tuple[str, ...]
    credentials: tuple[str, ...]
    systems: tuple[tuple[str, tuple[Action, ...]], ...]
    steps: tuple[tuple[StepKind, str, str], ...]


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
        origins: of every agent and credential in ``all``, the nearest first, what is unchecked first.
        holding: the checkpoints that count for this start and stand where the unchecked part ends.
        controlled: the checkpoints that would count, but over whose decision this start has power.
    """

    start: str
    unchecked: Spread
    all: Spread
    origins: tuple[Origin, ...]
    holding: tuple[str, ...]
    controlled: tuple[str, ...]

    @property
    def held_back(self) -> Spread:
        """What only the checkpoints hold back: all without the unchecked part."""
        free = dict(self.unchecked.systems)
        left = (
            (system, tuple(each for each in actions if each not in free.get(system, ())))
            for system, actions in self.all.systems
        )
        return Spread(
            tuple(each for each in self.all.agents if each not in set(self.unchecked.agents)),
            tuple(each for each in self.all.credentials if each not in set(self.unchecked.credentials)),
            tuple(each for each in left if each[1]),
            tuple(each for each in self.all.steps if each not in set(self.unchecked.steps)),
        )


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
    free, everything = spreader.unchecked(nodes), spreader.everything(nodes)
    ids, guards = engine.candidates.ids, engine.candidates.guards
    holding = 0
    for step in free.stopped:
        holding |= guards[step] & ~free.dropped
    return Compromise(
        start,
        _spread(engine, free.before, spreader.steps(free.before, free.dropped)),
        _spread(engine, everything.before, spreader.steps(everything.before)),
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


def _spread(engine: Engine, reached: dict[int, int], steps: Iterable[tuple[StepKind, Pair]]) -> Spread:
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
    taken = {(kind, _name(engine, leaves), _name(engine, enters)) for kind, (leaves, enters) in steps}
    return Spread(
        tuple(sorted(agents)),
        tuple(sorted(credentials)),
        tuple((system, actions_of(mask)) for system, mask in sorted(systems.items())),
        tuple(sorted(taken)),
    )


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
