"""An agent that acts in production and can be reached from where anything may be tried."""

from collections.abc import Iterator, Sequence
from typing import Final

from meshmodel.analysis.reached import lit
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.wording import grants_into, in_words, systems_of
from meshmodel.analysis.steps import actions_of
from meshmodel.analysis.unchecked import Unchecked
from meshmodel.model.records import Agent

TRIED: Final = frozenset({"development", "staging"})
"""The environments of zones that must not lead to production."""


def _accesses(facts: Facts, environments: frozenset[str]) -> int:
    """All accesses of the systems in zones of these environments."""
    mask = 0
    for zone in facts.snapshot.zone.values():
        if zone.environment in environments:
            mask |= facts.engine.mesh.zone_mask.get(zone.id, 0)
    return mask


def _touches(facts: Facts) -> list[str]:
    production, tried = _both(facts)
    return facts.touching(production & facts.engine.mesh.acting, tried, unchecked=True)


def _both(facts: Facts) -> tuple[int, int]:
    """The accesses in production, and those where something is tried."""
    return facts.cached(
        "environments", lambda: (_accesses(facts, frozenset({"production"})), _accesses(facts, TRIED))
    )


def _may(facts: Facts, agents: Sequence[Agent]) -> list[Agent]:
    production, tried = _both(facts)
    alone, acting = facts.engine.alone, production & facts.engine.mesh.acting
    # Most agents have what they reach unchecked in common.
    known: dict[int, tuple[Unchecked, bool]] = {}
    found = []
    for agent in agents if acting and tried else ():
        if agent.id in facts.engine.mesh.agent_node:
            unchecked = alone[agent.id]
            if id(unchecked) not in known:
                crosses = bool(unchecked.row & acting and unchecked.row & tried)
                known[id(unchecked)] = unchecked, crosses
            if known[id(unchecked)][1]:
                found.append(agent)
    return found


def _seen(facts: Facts) -> int:
    """With the accesses the credentials are told that open them."""
    return -1 if all(_both(facts)) else 0


def _of(facts: Facts, agent: Agent) -> Iterator[Case]:
    """An agent is anybody who acts, a person too; a system without a zone has no environment."""
    engine = facts.engine
    if agent.id not in engine.mesh.agent_node:
        return
    production, tried = _both(facts)
    row = engine.alone[agent.id].row
    acts, touches = row & production & engine.mesh.acting, row & tried
    if not (acts and touches):
        return
    actions, told = in_words(facts, acts)
    _, other = in_words(facts, touches)
    yield Case(
        subject=agent.id,
        severity="high",
        told=Told(
            message=(
                f"{agent.title} can {told} in production, and outside it can {other}: nobody is asked in "
                "between"
            ),
            about=(
                ("agent", agent.id),
                *grants_into(facts, row, acts),
                *lit("system", systems_of(facts, acts)),
                *lit("system", systems_of(facts, touches)),
            ),
        ),
        agents=(agent.id,),
        actions=actions_of(actions),
    )


RULE = Rule(
    id="environment-crossing",
    severity="high",
    detects=(
        "Without being asked, an agent acts in a production zone and has access to a development or "
        "staging zone"
    ),
    remedy=(
        "Give each environment an agent and credentials of its own, or place a decision on the way into "
        "production"
    ),
    references=("NHI8:2025", "SP 800-53 AC-4"),
    false_positives=(
        "A person who looks after both environments decides afresh each time; draw the decision that "
        "production asks for"
    ),
    per="agent",
    of=_of,
    near=frozenset({"reach"}),
    touches=_touches,
    seen=_seen,
    may=_may,
)
