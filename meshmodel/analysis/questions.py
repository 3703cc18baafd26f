"""What the drawing does not say yet, one row an element (section 9)."""

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.reach import identities
from meshmodel.analysis.results import Question


def questions(engine: Engine) -> tuple[Question, ...]:
    """The questions about all active elements, by element."""
    snapshot, mesh = engine.snapshot, engine.mesh
    asked: dict[str, list[str]] = {}
    intended = {intent.agent for intent in snapshot.intent.values()}
    for name, node in mesh.agent_node.items():
        agent = snapshot.agent[name]
        asks = asked[f"agent:{name}"] = []
        if agent.owner is None:
            asks.append("Who owns it?")
        if agent.home is None:
            asks.append("Where was its task authorized: what is its home zone?")
        row = engine.effective.row(node)
        zones = _zones(engine, row)
        if len(zones) == 1 and len(identities(engine, row)) > 1:
            zone = zones[0]
            record = snapshot.zone.get(zone)
            title = zone if record is None else record.title
            asks.append(f"All it reaches lies in {title}: is this really one trust domain?")
        if agent.is_steerable and name not in intended:
            asks.append("It can be steered: what is it meant to do?")
    for name in mesh.credential_node:
        credential = snapshot.credential[name]
        asks = asked[f"credential:{name}"] = []
        if credential.owner is None:
            asks.append("Who owns it?")
        if credential.lifetime is None:
            asks.append("How long does it live?")
    for name, system in snapshot.system.items():
        asks = asked[f"system:{name}"] = []
        if system.owner is None:
            asks.append("Who owns it?")
        if system.sensitivity is None:
            asks.append("How sensitive is it? It is computed as internal")
        if system.audit is None:
            asks.append("What can its log later tell: nothing, the identity, or the subject too?")
    return tuple(Question(element, tuple(asks)) for element, asks in sorted(asked.items()) if asks)


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
