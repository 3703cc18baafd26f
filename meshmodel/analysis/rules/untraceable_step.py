"""An action of which nobody can tell later who did it, or for whom."""

from collections.abc import Iterator

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, joined, titles
from meshmodel.analysis.steps import ALL_ACTIONS, READ, actions_of, bits, implied_mask
from meshmodel.model.records import System

_ACTING = ALL_ACTIONS & ~(1 << READ)


def _of(facts: Facts, system: System) -> Iterator[Case]:
    """A log of which nothing is known is a question, not a finding."""
    if system.audit == "none":
        yield from _unlogged(facts, system)
    elif system.audit == "identity":
        yield from _unnamed(facts, system)


def _unlogged(facts: Facts, system: System) -> Iterator[Case]:
    first = 5 * facts.engine.mesh.system_number[system.id]
    acted = facts.reached >> first & _ACTING
    if not acted:
        return
    who = facts.reaching(*(first + action for action in bits(acted)))
    yield Case(
        subject=system.id,
        severity="medium",
        told=Told(
            message=f"{who.words} can act on {system.title}, and its log tells nothing of it",
            about=(("system", system.id), *who.lit),
        ),
        agents=who.agents,
        actions=actions_of(acted),
    )


def _unnamed(facts: Facts, system: System) -> Iterator[Case]:
    snapshot, mesh = facts.snapshot, facts.engine.mesh
    used, acted, nodes = [], 0, []
    for grant in facts.related("grant", "system", system.id):
        actions = implied_mask(grant.actions) & _ACTING
        if not actions or snapshot.credential[grant.credential].on_behalf_of is None:
            continue
        node = mesh.credential_node.get(grant.credential)
        if node is not None and facts.reached >> node & 1:
            used.append(grant)
            nodes.append(node)
            acted |= actions
    if not used:
        return
    who = facts.reaching(*nodes)
    people = sorted({str(snapshot.credential[each.credential].on_behalf_of) for each in used})
    names = titles(snapshot, "credential", [each.credential for each in used])
    yield Case(
        subject=system.id,
        severity="medium",
        told=Told(
            message=(
                f"{who.words} can act on {system.title} with {names}, and its log does "
                f"not tell that it was on behalf of {joined(people)}"
            ),
            about=(
                ("system", system.id),
                *(("grant", (each.credential, each.system)) for each in used),
                *who.lit,
            ),
        ),
        agents=who.agents,
        actions=actions_of(acted),
    )


def _tells_little(system: System) -> bool:
    return system.audit in ("none", "identity")


RULE = Rule(
    id="untraceable-step",
    severity="medium",
    detects=(
        "An agent acts where nothing is logged, or on behalf of a person where the log has the identity alone"
    ),
    remedy=(
        "Let the system log the identity and the subject of every action, and keep the log where no agent "
        "can change it"
    ),
    references=(
        "SP 800-53 AU-10",
        "SP 800-53 AU-12",
        "T8 (Agentic threats 1.1)",
        "CSF 2.0 PR.PS-04",
    ),
    false_positives="Another system on every way to it logs what is missing here",
    per="system",
    of=_of,
    worth=_tells_little,
    near=frozenset({"reached", "presented"}),
)
