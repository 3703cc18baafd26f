"""A token that is handed on, or accepted, where it was not issued for."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import lit, relation, titles
from meshmodel.model.actions import action_mask, implied
from meshmodel.model.records import Credential, Delegation, Grant


def _find(facts: Facts) -> Iterator[Case]:
    for delegation in facts.snapshot.delegation.values():
        loose = _loose(facts, delegation) if delegation.passes else []
        if loose and delegation.from_ in facts.mesh.agent and delegation.to in facts.mesh.agent:
            agents = tuple(sorted((delegation.from_, delegation.to)))
            tell = partial(_handed, facts, delegation, loose)
            yield Case(f"{delegation.from_}>{delegation.to}", "high", tell, agents)
    for name, grants in facts.grants_of.items():
        audience = facts.snapshot.credential[name].audience
        for grant in grants:
            if audience is not None and grant.system not in audience:
                agents = facts.names(facts.using(grant, implied(action_mask(grant.actions))))
                tell = partial(_outside, facts, grant, agents)
                yield Case(f"{name}>{grant.system}", "high", tell, agents, grant.actions)


def _loose(facts: Facts, delegation: Delegation) -> list[Credential]:
    """The credentials that it hands over and that are good elsewhere.

    One that is bound to a key or a host is of no use to whoever it is handed to, and one for a single system
    can be used by the second agent only where the first one could use it.
    """
    passed = [facts.snapshot.credential[each] for each in sorted(delegation.passes or ())]
    return [
        each
        for each in passed
        if each.is_active and not each.is_bound and (each.audience is None or len(each.audience) > 1)
    ]


def _handed(facts: Facts, delegation: Delegation, loose: list[Credential]) -> Told:
    snapshot = facts.snapshot
    one, other = snapshot.agent[delegation.from_], snapshot.agent[delegation.to]
    names = titles(snapshot, "credential", [each.id for each in loose])
    several = all(each.audience is not None for each in loose)
    audience = "several systems" if several else "no system in particular"
    they = "it is" if len(loose) == 1 else "they are"
    return Told(
        f"{one.title} hands {names} on to {other.title}; issued for {audience}, {they} good for more than "
        "this task",
        (*relation("delegation", (one.id, other.id)), *lit("credential", [each.id for each in loose])),
    )


def _outside(facts: Facts, grant: Grant, agents: tuple[str, ...]) -> Told:
    snapshot = facts.snapshot
    credential, system = snapshot.credential[grant.credential], snapshot.system[grant.system]
    meant = titles(snapshot, "system", sorted(credential.audience or ()))
    return Told(
        f"{system.title} accepts {credential.title}, which was issued for {meant}",
        relation("grant", (credential.id, system.id), agents),
        f"Let {system.title} refuse what was not issued for it, and exchange the credential for one that "
        "names it",
    )


RULE = Rule(
    id="token-passthrough",
    severity="high",
    detects=(
        "An agent hands another one a bearer credential that names no single system as its audience, or a "
        "system accepts a credential that was issued for others"
    ),
    remedy="Exchange the credential for one that names the single system of the task, and pass on that",
    references=("MCP authorization", "CWE-441", "CSF 2.0 PR.AA-04"),
    false_positives=(
        "The audience is checked and only the drawing does not say which it is; or the name of one resource "
        "stands for several systems that are trusted alike"
    ),
    find=_find,
)
