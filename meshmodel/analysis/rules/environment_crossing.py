"""An agent that acts in production and can be reached from where anything may be tried."""

from collections.abc import Collection, Sequence
from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import Reach, union
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import (
    Case,
    Cases,
    Rule,
    by_agent,
    deeds,
    doing,
    done,
    grants_into,
    highlighted,
)
from meshmodel.model.vocabulary import ACTING, actions_of


def _find(engine: Engine) -> Cases:
    """An agent is anybody who acts, a person too; a system without a zone has no environment.

    What an intent covers was meant, wherever the agent comes from.
    """
    production = _systems(engine, {"production"})
    tried = _systems(engine, {"development", "staging"})
    reach = engine.reaches.alone.reach
    beyond = _beyond(engine, production)
    for agent, mask in by_agent(doing(beyond, production, ACTING), union(doing(reach, tried))):
        name, tell = engine.mesh.agents[agent], partial(_finding_text, engine, agent, production, tried)
        yield Case(name, "high", tell, (name,), actions_of(mask))


def _beyond(engine: Engine, systems: Collection[int]) -> Reach:
    """What agents do on some systems, unasked, and no intent covers."""
    covered, found = engine.mesh.covered, list(engine.reaches.alone.reach)
    for access in (5 * system + action for system in systems for action in range(5)):
        found[access] &= ~covered.get(access, 0)
    return found


def _systems(engine: Engine, environments: Collection[str]) -> Sequence[int]:
    """The systems in zones of these environments."""
    zones = {each.id for each in engine.snapshot.zone.values() if each.environment in environments}
    return [system for system, zone in enumerate(engine.mesh.zone) if zone in zones]


def _finding_text(engine: Engine, agent: int, production: Sequence[int], tried: Sequence[int]) -> FindingText:
    mesh, snapshot, reach = engine.mesh, engine.snapshot, engine.reaches.alone.reach
    name, acts = mesh.agents[agent], done(mesh, _beyond(engine, production), agent, production, ACTING)
    touches = done(mesh, reach, agent, tried)
    return FindingText(
        f"{snapshot.agent[name].title} can {deeds(snapshot, acts)} in production, and outside it can "
        f"{deeds(snapshot, touches)}: nobody is asked in between",
        (("agent", name), *grants_into(mesh, reach, agent, acts), *highlighted("system", [*acts, *touches])),
    )


RULE = Rule(
    id="environment-crossing",
    severity="high",
    detects="Unasked, an agent acts in production beyond its intents, and reaches development or staging",
    remedy="Give each environment an agent and credentials of its own, or decide on the way to production",
    cites="NHI8:2025; SP 800-53 AC-4; ATLAS AML.M0032",
    false_positives="A person who looks after both decides afresh each time: draw that decision",
    find=_find,
)
