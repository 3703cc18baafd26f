"""A memory through which one person, or one zone, speaks to the agents of another."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import joined, lit, titles
from meshmodel.model.actions import READ, WRITE, action_mask, actions_of, implied
from meshmodel.model.records import System

REMEMBERING: Final = frozenset({"agent-memory", "knowledge-base"})
"""The kinds of systems that give back later what was put into them."""
_BOTH: Final = 1 << READ | 1 << WRITE


def _find(facts: Facts) -> Iterator[Case]:
    """Somebody writes and somebody reads, and the two differ.

    Only what is stated differs: a credential on nobody's behalf and an agent without home say nothing.
    """
    for system in facts.snapshot.system.values():
        if system.kind not in REMEMBERING or system.partitioned:
            continue
        people, homes = _people(facts, system), _homes(facts, system)
        if people or homes:
            first = facts.mesh.access(system.id, 0)
            agents = facts.names(facts.reaching(first + READ, first + WRITE)) if homes else ()
            tell = partial(_told, facts, system, people, homes, agents)
            yield Case(system.id, "medium", tell, agents, actions_of(_BOTH))


def _people(facts: Facts, system: System) -> list[str]:
    """On whose behalf it is written and read, where these differ.

    What active credentials are granted counts, whether or not an active agent reaches them: whoever has one
    can use it.
    """
    writing, reading = set[str](), set[str]()
    for grant in facts.grants_on.get(system.id, ()):
        whom = facts.snapshot.credential[grant.credential].on_behalf_of
        actions = implied(action_mask(grant.actions))
        if whom is not None:
            writing |= {whom} if actions >> WRITE & 1 else set()
            reading |= {whom} if actions >> READ & 1 else set()
    return _differing(writing, reading)


def _homes(facts: Facts, system: System) -> list[str]:
    """The homes of the agents that write and that read it, where these differ."""
    first, homes = facts.mesh.access(system.id, 0), facts.mesh.homes
    writing, reading = (
        {zone for zone, agents in homes.items() if agents & facts.reaching(first + action)}
        for action in (WRITE, READ)
    )
    return _differing(writing, reading)


def _differing(writing: set[str], reading: set[str]) -> list[str]:
    """All of them, sorted, if one who writes differs from one who reads."""
    every = writing | reading
    return sorted(every) if writing and reading and len(every) > 1 else []


def _told(facts: Facts, system: System, people: list[str], homes: list[str], agents: tuple[str, ...]) -> Told:
    reasons = [f"on behalf of {joined(people)}"] if people else []
    if homes:
        reasons.append(f"by agents at home in {titles(facts.snapshot, 'zone', homes)}")
    used = [
        grant.credential
        for grant in (facts.grants_on.get(system.id, ()) if people else ())
        if facts.snapshot.credential[grant.credential].on_behalf_of is not None
        and implied(action_mask(grant.actions)) & _BOTH
    ]
    return Told(
        f"{system.title}: written and read {' and '.join(reasons)}; what one puts in, another gets",
        (("system", system.id), *lit("credential", sorted(used)), *lit("agent", agents)),
    )


RULE = Rule(
    id="shared-memory",
    severity="medium",
    detects=(
        "An unpartitioned memory or knowledge base is written and read under credentials on behalf of "
        "different people, whether an agent here reaches them or not, or by agents of different homes"
    ),
    remedy="Partition it by the person or the task, or let others read only what was looked at",
    references=("ASI06:2026", "SP 800-53 AC-4"),
    false_positives=(
        "What is written is looked at before anybody else can read it, all who write and read may see and "
        "steer one another's work, or nobody has one of the credentials any more: revoke it"
    ),
    find=_find,
)
