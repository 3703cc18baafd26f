"""An agent with declared intents that reaches more than they say."""

from collections.abc import Iterator

from meshmodel.analysis.rules.base import Case, Facts, Rule, can, joined
from meshmodel.analysis.steps import ALL_ACTIONS, actions_of, bits, implied_mask


def _cases(facts: Facts) -> Iterator[Case]:
    engine, snapshot, mesh = facts.engine, facts.snapshot, facts.engine.mesh
    intended: dict[str, int] = {}
    for intent in snapshot.intent.values():
        block = implied_mask(intent.actions) << 5 * mesh.system_number[intent.system]
        intended[intent.agent] = intended.get(intent.agent, 0) | block
    for agent, allowed in sorted(intended.items()):
        if agent not in mesh.agent_node:
            continue
        beyond = engine.effective.row(mesh.agent_node[agent]) & mesh.access & ~allowed
        if not beyond:
            continue
        acting = beyond & mesh.acting & (mesh.at_level[2] | mesh.at_level[3])
        systems = sorted({mesh.systems[node // 5] for node in bits(beyond)})
        by_system = {each: beyond >> 5 * mesh.system_number[each] & ALL_ACTIONS for each in systems}
        every = 0
        for mask in by_system.values():
            every |= mask
        told = joined(
            f"{can(actions_of(mask))} {snapshot.system[each].title}" for each, mask in by_system.items()
        )
        yield Case(
            subject=agent,
            severity="high" if acting else "medium",
            message=f"{snapshot.agent[agent].title} is meant for less: it can also {told}",
            about=(("agent", agent), *(("system", each) for each in systems)),
            agents=(agent,),
            actions=actions_of(every),
        )


RULE = Rule(
    id="unapproved-reach",
    severity="high if it acts on a confidential or restricted system, else medium",
    detects="An agent has intents, and reaches systems or actions that none of them names",
    remedy="Narrow the grants, or what it finds on the way, to what is intended; or declare the rest",
    references=("NHI5:2025", "ASI03:2026", "SP 800-53 AC-6", "CSF 2.0 PR.AA-05", "CWE-269"),
    false_positives="The intents are not complete yet: declare the paths that were approved since",
    cases=_cases,
)
