"""What the drawing does not say yet, one row an element (section 9)."""

from collections.abc import Iterator

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.parts import Parts
from meshmodel.analysis.reach import identities
from meshmodel.analysis.results import Question
from meshmodel.model.records import Agent, Credential, System
from meshmodel.model.snapshot import Snapshot


def questions(engine: Engine, parts: Parts | None = None) -> tuple[Question, ...]:
    """The questions about all active elements, by element.

    Args:
        engine: the model as read.
        parts: the batches in which it is looked at, if it is.
    """
    every = (
        *of_agents(engine, parts),
        *of_credentials(engine),
        *of_systems(engine),
    )
    return tuple(sorted(every, key=lambda each: each.element))


def of_agents(engine: Engine, parts: Parts | None) -> Iterator[Question]:
    """The questions about agents."""
    intended = {intent.agent for intent in engine.intents()}
    records = engine.snapshot.agent
    zones = None if parts is None else parts.pairs.in_one_zone()
    for name in engine.names():
        zone = in_one_zone(engine, name) if zones is None else zones.get(name)
        asks = asked_of_agent(engine.snapshot, records[name], zone, intended=name in intended)
        if asks:
            yield Question(f"agent:{name}", asks)


def of_credentials(engine: Engine) -> Iterator[Question]:
    """The questions about credentials."""
    records = engine.snapshot.credential
    for name in engine.mesh.credential_node:
        asks = asked_of_credential(records[name])
        if asks:
            yield Question(f"credential:{name}", asks)


def of_systems(engine: Engine) -> Iterator[Question]:
    """The questions about systems."""
    for name, record in engine.snapshot.system.items():
        asks = asked_of_system(record)
        if asks:
            yield Question(f"system:{name}", asks)


def asked_of_agent(snapshot: Snapshot, agent: Agent, zone: str | None, *, intended: bool) -> tuple[str, ...]:
    """The questions about an active agent.

    Args:
        snapshot: the model.
        agent: the agent.
        zone: as ``in_one_zone`` tells.
        intended: whether it has intents.
    """
    asks = []
    if agent.owner is None:
        asks.append("Who owns it?")
    if agent.home is None:
        asks.append("Where was its task authorized: what is its home zone?")
    if zone is not None:
        record = snapshot.zone.get(zone)
        title = zone if record is None else record.title
        asks.append(f"All it reaches lies in {title}: is this really one trust domain?")
    if agent.is_steerable and not intended:
        asks.append("It can be steered: what is it meant to do?")
    return tuple(asks)


def asked_of_credential(credential: Credential) -> tuple[str, ...]:
    """The questions about an active credential."""
    asks = []
    if credential.owner is None:
        asks.append("Who owns it?")
    if credential.lifetime is None:
        asks.append("How long does it live?")
    return tuple(asks)


def asked_of_system(system: System) -> tuple[str, ...]:
    """The questions about a system."""
    asks = []
    if system.owner is None:
        asks.append("Who owns it?")
    if system.sensitivity is None:
        asks.append("How sensitive is it? It is computed as internal")
    if system.audit is None:
        asks.append("What can its log later tell: nothing, the identity, or the subject too?")
    return tuple(asks)


def in_one_zone(engine: Engine, agent: str) -> str | None:
    """The zone in which all that an active agent reaches lies, if it has several identities."""
    row = engine.effective.row(engine.mesh.agent_node[agent])
    zones = _zones(engine, row)
    return zones[0] if len(zones) == 1 and len(identities(engine, row)) > 1 else None


def _zones(engine: Engine, row: int) -> list[str]:
    """The zones of the systems in a set of nodes: one, or the first two of more."""
    mesh = engine.mesh
    found: list[str] = []
    touched = row & mesh.access
    while touched and len(found) < 2:
        zone = mesh.zone_of[((touched & -touched).bit_length() - 1) // 5]
        found.append(zone)
        touched &= ~mesh.zone_mask[zone]
    return found
