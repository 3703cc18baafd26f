"""An agent that acts in production and can be reached from where anything may be tried."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from meshmodel.analysis.bitset import union
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import ACTING, Case, Facts, Rule, by_agent, doing
from meshmodel.analysis.rules.phrases import deeds, lit
from meshmodel.model.actions import actions_of

TRIED: Final = frozenset({"development", "staging"})
"""The environments of zones that must not lead to production."""


def _find(facts: Facts) -> Iterator[Case]:
    """An agent is anybody who acts, a person too; a system without a zone has no environment."""
    production, tried = _systems(facts, {"production"}), _systems(facts, TRIED)
    if not (production and tried):
        return
    reach = facts.reaches.alone.reach
    acting = doing(reach, production, ACTING)
    for agent, mask in by_agent(acting, union(acting) & union(doing(reach, tried))):
        name = facts.mesh.agents[agent]
        tell = partial(_told, facts, agent, production, tried)
        yield Case(name, "high", tell, (name,), actions_of(mask))


def _systems(facts: Facts, environments: frozenset[str] | set[str]) -> Sequence[int]:
    """The systems in zones of these environments."""
    zones = {each.id for each in facts.snapshot.zone.values() if each.environment in environments}
    return [system for system, zone in enumerate(facts.mesh.zone) if zone in zones]


def _told(facts: Facts, agent: int, production: Sequence[int], tried: Sequence[int]) -> Told:
    snapshot, reach = facts.snapshot, facts.reaches.alone.reach
    record = snapshot.agent[facts.mesh.agents[agent]]
    acts = facts.done(reach, agent, production, ACTING)
    touches = facts.done(reach, agent, tried)
    return Told(
        f"{record.title} can {deeds(snapshot, acts)} in production, and outside it can "
        f"{deeds(snapshot, touches)}: nobody is asked in between",
        (("agent", record.id), *facts.grants_into(reach, agent, acts), *lit("system", [*acts, *touches])),
    )


RULE = Rule(
    id="environment-crossing",
    severity="high",
    detects="Without being asked, an agent acts in production and has access to development or staging",
    remedy="Give each environment an agent and credentials of its own, or decide on the way to production",
    references=("NHI8:2025", "SP 800-53 AC-4"),
    false_positives="A person who looks after both decides afresh each time: draw that decision",
    find=_find,
)
