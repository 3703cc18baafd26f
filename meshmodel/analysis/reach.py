"""Reach and identities of every agent (section 4)."""

from collections.abc import Iterator

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import AgentReach, SystemReach
from meshmodel.analysis.steps import ALL_ACTIONS, actions_of, bits


def identities(engine: Engine, row: int) -> tuple[str, ...]:
    """The identities of the credentials in a set of nodes, sorted."""
    mesh = engine.mesh
    carried = (row >> mesh.first_credential) & ((1 << len(mesh.credentials)) - 1)
    credentials = engine.snapshot.credential
    return tuple(sorted({credentials[mesh.credentials[number]].principal for number in bits(carried)}))


def identity_counts(engine: Engine) -> dict[str, int]:
    """How many identities every active agent effectively carries; ``reach_of`` names them."""
    mesh = engine.mesh
    every = (1 << len(mesh.credentials)) - 1
    known: dict[int, int] = {}
    found = {}
    for agent, node in mesh.agent_node.items():
        row = engine.effective.row(node)
        carried = row >> mesh.first_credential & every
        if carried not in known:
            known[carried] = len(identities(engine, row))
        found[agent] = known[carried]
    return found


def reach_of(engine: Engine, agent: str) -> AgentReach:
    """The reach of one active agent; raises KeyError for any other."""
    mesh = engine.mesh
    node = mesh.agent_node[agent]
    effective, direct, own = engine.effective.row(node), engine.direct.row(node), engine.own.row(node)
    unchecked = engine.alone[agent].row
    return AgentReach(
        agent,
        identities(engine, effective),
        identities(engine, direct),
        identities(engine, own),
        tuple(
            SystemReach(
                system,
                actions_of(effective >> first & ALL_ACTIONS),
                actions_of(direct >> first & ALL_ACTIONS),
                actions_of(own >> first & ALL_ACTIONS),
                actions_of(unchecked >> first & ALL_ACTIONS),
            )
            for system, first in sorted(_systems(engine, effective))
        ),
    )


def _systems(engine: Engine, row: int) -> Iterator[tuple[str, int]]:
    mesh = engine.mesh
    touched = row & mesh.access
    while touched:
        first = ((touched & -touched).bit_length() - 1) // 5 * 5
        touched &= ~(ALL_ACTIONS << first)
        yield mesh.systems[first // 5], first
