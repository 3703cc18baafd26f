"""An agent with declared intents that reaches more than they say."""

from collections.abc import Iterator, Sequence

from meshmodel.analysis.reached import lit
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.wording import grants_into, in_words, systems_of
from meshmodel.analysis.steps import actions_of, implied_mask
from meshmodel.model.records import Agent


def _touches(facts: Facts) -> list[str]:
    intended = {intent.agent for intent in facts.snapshot.intent.values()}
    return sorted(intended.intersection(facts.engine.mesh.agent_node))


def _may(facts: Facts, agents: Sequence[Agent]) -> list[Agent]:
    intended = facts.relations.at("intent", "agent")
    return [agent for agent in agents if agent.id in intended]


def _seen(facts: Facts) -> int:
    """With the accesses the credentials are told that open them."""
    return -1 if facts.snapshot.intent else 0


def _of(facts: Facts, agent: Agent) -> Iterator[Case]:
    engine, mesh = facts.engine, facts.engine.mesh
    intents = facts.related("intent", "agent", agent.id)
    if not intents or not agent.is_active:
        return
    allowed = 0
    for intent in intents:
        allowed |= implied_mask(intent.actions) << 5 * mesh.system_number[intent.system]
    reached = engine.effective.row(mesh.agent_node[agent.id])
    beyond = reached & mesh.access & ~allowed
    if not beyond:
        return
    acting = beyond & mesh.acting & (mesh.at_level[2] | mesh.at_level[3])
    actions, told = in_words(facts, beyond)
    yield Case(
        subject=agent.id,
        severity="high" if acting else "medium",
        told=Told(
            message=f"{agent.title} is meant for less: it can also {told}",
            about=(
                ("agent", agent.id),
                *grants_into(facts, reached, beyond),
                *lit("system", systems_of(facts, beyond)),
            ),
        ),
        agents=(agent.id,),
        actions=actions_of(actions),
    )


RULE = Rule(
    id="unapproved-reach",
    severity="high if it acts on a confidential or restricted system, else medium",
    detects="An agent has intents, and reaches systems or actions that none of them names",
    remedy="Narrow the grants, or what it finds on the way, to what is intended; or declare the rest",
    references=("NHI5:2025", "ASI03:2026", "SP 800-53 AC-6", "CSF 2.0 PR.AA-05", "CWE-269"),
    false_positives="The intents are not complete yet: declare the paths that were approved since",
    per="agent",
    of=_of,
    near=frozenset({"reach"}),
    touches=_touches,
    seen=_seen,
    may=_may,
)
