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
    joined,
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
    """What agents do on some systems, unchecked, and no intended use covers."""
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
    zones = (snapshot.zone[snapshot.system[each].zone or ""] for each in touches)
    environments = {str(each.environment) for each in zones}
    return FindingText(
        f"{snapshot.agent[name].title} can {deeds(snapshot, acts)} in production and "
        f"{deeds(snapshot, touches)} in {joined(sorted(environments))}.",
        (("agent", name), *grants_into(mesh, reach, agent, acts), *highlighted("system", [*acts, *touches])),
        named=(str(snapshot.agent[name].title),),
        more="No checkpoint is in between.",
    )


RULE = Rule(
    id="environment-crossing",
    title="Agent spans production and test",
    why="A test flaw reaches production.",
    severity="high",
    detects="An agent acts in production beyond its intended uses and reaches development or staging, "
    "unchecked",
    remedy="Separate agents and credentials, or put a checkpoint before production.",
    cites="NHI8:2025; SP 800-53 AC-4; ATLAS AML.M0032",
    false_positives=("A person who looks after both decides each time: model that checkpoint",),
    find=_find,
)
