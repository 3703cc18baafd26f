"""A memory through which one person, or one zone, speaks to the agents of another."""

from collections.abc import Iterator
from typing import Final

from meshmodel.analysis.reached import lit
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, joined
from meshmodel.analysis.steps import READ, WRITE, actions_of, implied_mask
from meshmodel.model.records import System

REMEMBERING: Final = frozenset({"agent-memory", "knowledge-base"})
"""The kinds of systems that give back later what was put into them."""


def _of(facts: Facts, system: System) -> Iterator[Case]:
    """Somebody writes and somebody reads, and the two differ.

    Only what is stated differs: a credential on nobody's behalf and an agent without home say nothing.
    """
    if not _is_shared(system):
        return
    people, used = _people(facts, system)
    homes = _homes(facts, system)
    reasons = []
    if people:
        reasons.append(f"on behalf of {joined(people)}")
    if homes:
        zones = [facts.snapshot.zone[each].title for each in homes]
        reasons.append(f"by agents at home in {joined(zones)}")
    if not reasons:
        return
    first = 5 * facts.engine.mesh.system_number[system.id]
    who = facts.reaching(*((first + READ, first + WRITE) if homes else ()))
    yield Case(
        subject=system.id,
        severity="medium",
        told=Told(
            message=(
                f"{system.title}: written and read {' and '.join(reasons)}; what one puts in, another gets"
            ),
            about=(
                ("system", system.id),
                *lit("credential", used),
                *who.lit,
            ),
        ),
        agents=who.agents,
        actions=actions_of(1 << READ | 1 << WRITE),
    )


def _people(facts: Facts, system: System) -> tuple[list[str], list[str]]:
    """On whose behalf it is written and read, where these differ, and the credentials used.

    Section 9 says "under credentials", and of agents only in its other half: what active credentials are
    granted counts, whether or not an active agent of the drawing reaches them, since whoever has one can use
    it. Its "active elements" are here the credentials.
    """
    written, read = set[str](), set[str]()
    used: list[str] = []
    for grant in facts.related("grant", "system", system.id):
        credential = facts.snapshot.credential[grant.credential]
        if credential.on_behalf_of is None or not credential.is_active:
            continue
        actions = implied_mask(grant.actions)
        if actions >> WRITE & 1:
            written.add(credential.on_behalf_of)
        if actions >> READ & 1:
            read.add(credential.on_behalf_of)
        if actions & (1 << READ | 1 << WRITE):
            used.append(grant.credential)
    every = written | read
    if not (written and read) or len(every) < 2:
        return [], []
    return sorted(every), used


def _homes(facts: Facts, system: System) -> list[str]:
    """The homes of the agents that write and that read it, where these differ."""
    first = 5 * facts.engine.mesh.system_number[system.id]
    written, read = (
        {facts.snapshot.agent[each].home for each in facts.reaching(first + action).agents} - {None}
        for action in (WRITE, READ)
    )
    every = written | read
    if not (written and read) or len(every) < 2:
        return []
    return sorted(str(each) for each in every)


def _is_shared(system: System) -> bool:
    return system.kind in REMEMBERING and not system.partitioned


RULE = Rule(
    id="shared-memory",
    severity="medium",
    detects=(
        "An unpartitioned memory or knowledge base is written and read under credentials on behalf of "
        "different people, whether an agent here reaches them or not, or by agents of different homes"
    ),
    remedy=(
        "Partition it by the person or the task, or let what others wrote be read only after it was looked at"
    ),
    references=("ASI06:2026", "SP 800-53 AC-4"),
    false_positives=(
        "What is written is looked at before anybody else can read it, all who write and read may see "
        "and steer one another's work, or nobody has one of the credentials any more: revoke it"
    ),
    per="system",
    of=_of,
    worth=_is_shared,
    near=frozenset({"reached", "homes"}),
)
