"""An agent with declared intents that reaches more than they say."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, by_agent
from meshmodel.analysis.rules.phrases import deeds, lit
from meshmodel.model.actions import READ, action_mask, actions_of, implied


def _find(facts: Facts) -> Iterator[Case]:
    """Where an intent comes from plays no part: what is approved is the action on the system."""
    mesh, allowed, intended = facts.mesh, defaultdict[int, int](int), 0
    for intent in facts.snapshot.intent.values():
        if intent.agent in mesh.agent:
            agent = 1 << mesh.agent[intent.agent]
            intended |= agent
            for action in bits(implied(action_mask(intent.actions))):
                allowed[mesh.access(intent.system, action)] |= agent
    if not intended:
        return
    sets, grave = [0] * 5, 0
    for access in range(mesh.first_credential):
        beyond = facts.reaches.full[access] & intended & ~allowed.get(access, 0)
        sets[access % 5] |= beyond
        if access % 5 != READ and facts.is_private[access // 5]:
            grave |= beyond
    for number, mask in by_agent(sets, union(sets)):
        name, tell = mesh.agents[number], partial(_told, facts, number)
        yield Case(name, "high" if grave >> number & 1 else "medium", tell, (name,), actions_of(mask))


def _told(facts: Facts, agent: int) -> Told:
    mesh, snapshot, reach = facts.mesh, facts.snapshot, facts.reaches.full
    record = snapshot.agent[mesh.agents[agent]]
    beyond = facts.done(reach, agent, range(len(mesh.systems)))
    for intent in snapshot.intent.values():
        if intent.agent == record.id and intent.system in beyond:
            beyond[intent.system] &= ~implied(action_mask(intent.actions))
    beyond = {system: mask for system, mask in beyond.items() if mask}
    return Told(
        f"{record.title} is meant for less: it can also {deeds(snapshot, beyond)}",
        (("agent", record.id), *facts.grants_into(reach, agent, beyond), *lit("system", beyond)),
    )


RULE = Rule(
    id="unapproved-reach",
    severity="high if it acts on a confidential or restricted system, else medium",
    detects="An agent has intents, and reaches systems or actions that none of them names",
    remedy="Narrow the grants, or what it finds on the way, to what is intended; or declare the rest",
    references=("NHI5:2025", "ASI03:2026", "SP 800-53 AC-6", "CSF 2.0 PR.AA-05", "CWE-269"),
    false_positives="The intents are not complete yet: declare the paths that were approved since",
    find=_find,
)
