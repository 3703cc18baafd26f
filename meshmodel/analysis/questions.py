"""What the drawing does not say yet, one row an element (section 9)."""

from collections.abc import Iterable, Sequence
from itertools import compress

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.parts import Parts
from meshmodel.analysis.reach import identities
from meshmodel.analysis.results import Question
from meshmodel.analysis.steps import Mesh
from meshmodel.model.records import Agent, Credential, System
from meshmodel.model.snapshot import Snapshot


def questions(engine: Engine, parts: Parts | None = None) -> tuple[Question, ...]:
    """The questions about all active elements, by element.

    Args:
        engine: the model as read.
        parts: the batches in which it is looked at, if it is.
    """
    found = of_agents(engine, parts)
    found += of_credentials(engine)
    found += of_systems(engine)
    # Sorted by the kinds of elements they are already.
    return tuple(found)


def of_agents(engine: Engine, parts: Parts | None) -> list[Question]:
    """The questions about agents, by id."""
    intended = {intent.agent for intent in engine.intents()}
    records = engine.snapshot.agent
    names = sorted(engine.names())
    zones = those_in_one_zone(engine, names) if parts is None else parts.pairs.in_one_zone()
    known: dict[tuple[bool, bool, bool, str | None], tuple[str, ...]] = {}
    asks = []
    for name in names:
        agent, zone, meant = records[name], zones.get(name), name in intended
        key = agent.owner is None, agent.home is None, agent.is_steerable and not meant, zone
        if key not in known:
            known[key] = asked_of_agent(engine.snapshot, agent, zone, intended=meant)
        asks.append(known[key])
    return _asked("agent", names, asks)


def of_credentials(engine: Engine) -> list[Question]:
    """The questions about credentials, by id."""
    names = sorted(engine.mesh.credential_node)
    records = list(map(engine.snapshot.credential.__getitem__, names))
    keys = [(each.owner is None, each.lifetime is None) for each in records]
    known = {key: asked_of_credential(each) for key, each in dict(zip(keys, records, strict=True)).items()}
    return _asked("credential", names, list(map(known.__getitem__, keys)))


def of_systems(engine: Engine) -> list[Question]:
    """The questions about systems, by id."""
    names = sorted(engine.snapshot.system)
    records = list(map(engine.snapshot.system.__getitem__, names))
    keys = [(each.owner is None, each.sensitivity is None, each.audit is None) for each in records]
    known = {key: asked_of_system(each) for key, each in dict(zip(keys, records, strict=True)).items()}
    return _asked("system", names, list(map(known.__getitem__, keys)))


def _asked(kind: str, names: Sequence[str], asks: Sequence[tuple[str, ...]]) -> list[Question]:
    """The questions about elements of one kind: those that there are any about."""
    elements = [f"{kind}:{name}" for name in compress(names, asks)]
    return Question.several(elements, filter(None, asks))


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
    zones = first_zones(engine.mesh, row)
    return zones[0] if len(zones) == 1 and len(identities(engine, row)) > 1 else None


def those_in_one_zone(engine: Engine, names: Iterable[str]) -> dict[str, str]:
    """The zones in which all lies that agents reach which have several identities."""
    effective, nodes = engine.effective, engine.mesh.agent_node
    component = effective.component
    several: dict[int, bool] = {}
    found = {}
    for name in names:
        node = nodes[name]
        after = [component[each] for each in effective.successors[node]]
        # Most go on to where several zones are reached.
        if any(map(several.get, after)):
            continue
        for number in after:
            if number not in several:
                several[number] = len(first_zones(engine.mesh, effective.row_of(number))) > 1
        if not any(map(several.__getitem__, after)):
            zone = in_one_zone(engine, name)
            if zone is not None:
                found[name] = zone
    return found


def first_zones(mesh: Mesh, row: int) -> list[str]:
    """The zones of the systems in a set of nodes: one, or the first two of more."""
    found: list[str] = []
    touched = row & mesh.access
    while touched and len(found) < 2:
        zone = mesh.zone_of[((touched & -touched).bit_length() - 1) // 5]
        found.append(zone)
        touched &= ~mesh.zone_mask[zone]
    return found
