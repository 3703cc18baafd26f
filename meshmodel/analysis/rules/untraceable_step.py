"""An action of which nobody can tell later who did it, or for whom."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.bitset import union
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import ACTING, Case, Facts, Rule, doing
from meshmodel.analysis.rules.phrases import joined, lit, titles
from meshmodel.model.actions import action_mask, actions_of, implied
from meshmodel.model.records import Grant, System


def _find(facts: Facts) -> Iterator[Case]:
    """A log of which nothing is known is a question, not a finding."""
    for system in facts.snapshot.system.values():
        if system.audit == "none":
            sets = doing(facts.reaches.full, [facts.mesh.system[system.id]], ACTING)
            if any(sets):
                agents = facts.names(union(sets))
                tell = partial(_unlogged, facts, system, agents)
                actions = actions_of(sum(1 << action for action, some in enumerate(sets) if some))
                yield Case(system.id, "medium", tell, agents, actions)
        elif system.audit == "identity":
            used = [(grant, some) for grant, some in _delegated(facts, system) if some]
            if used:
                agents = facts.names(union(some for _, some in used))
                credentials = sorted(grant.credential for grant, _ in used)
                tell = partial(_unnamed, facts, system, credentials, agents)
                actions = actions_of(union(_acting(grant) for grant, _ in used))
                yield Case(system.id, "medium", tell, agents, actions)


def _acting(grant: Grant) -> int:
    return implied(action_mask(grant.actions)) & ACTING


def _delegated(facts: Facts, system: System) -> Iterator[tuple[Grant, int]]:
    """The grants on somebody's behalf, each with the agents that act by it."""
    for grant in facts.grants_on.get(system.id, ()):
        if facts.snapshot.credential[grant.credential].on_behalf_of is not None:
            yield grant, facts.using(grant, _acting(grant))


def _unlogged(facts: Facts, system: System, agents: tuple[str, ...]) -> Told:
    return Told(
        f"{titles(facts.snapshot, 'agent', agents)} can act on {system.title}, and its log tells nothing of "
        "it",
        (("system", system.id), *lit("agent", agents)),
    )


def _unnamed(facts: Facts, system: System, credentials: list[str], agents: tuple[str, ...]) -> Told:
    snapshot = facts.snapshot
    people = sorted({str(snapshot.credential[each].on_behalf_of) for each in credentials})
    names = titles(snapshot, "credential", credentials)
    return Told(
        f"{titles(snapshot, 'agent', agents)} can act on {system.title} with {names}, and its log does not "
        f"tell that it was on behalf of {joined(people)}",
        (
            ("system", system.id),
            *(("grant", (each, system.id)) for each in credentials),
            *lit("agent", agents),
        ),
    )


RULE = Rule(
    id="untraceable-step",
    severity="medium",
    detects="An agent acts where nothing is logged, or for a person where the log has the identity alone",
    remedy="Let the system log identity and subject of every action, where no agent can change the log",
    references=("SP 800-53 AU-10", "SP 800-53 AU-12", "T8 (Agentic threats 1.1)", "CSF 2.0 PR.PS-04"),
    false_positives="Another system on every way to it logs what is missing here",
    find=_find,
)
