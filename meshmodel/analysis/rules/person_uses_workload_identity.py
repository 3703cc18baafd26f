"""A person who signs in as a machine."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule


def _find(facts: Facts) -> Iterator[Case]:
    snapshot = facts.snapshot
    if not facts.mesh.persons:
        return
    workload = {each.id for each in snapshot.credential.values() if each.subject == "workload"}
    for agent, credential in facts.holding(workload):
        if snapshot.agent[agent].is_person:
            tell = partial(_told, facts, agent, credential)
            yield Case(f"{agent}>{credential}", "medium", tell, (agent,), facts.granted[credential])


def _told(facts: Facts, agent: str, credential: str) -> Told:
    record = facts.snapshot.credential[credential]
    return Told(
        f"{facts.snapshot.agent[agent].title} can sign in as {record.principal} with {record.title}: no log "
        "tells the person from the workload",
        (facts.hold_of(agent, credential), ("credential", credential), ("agent", agent)),
    )


RULE = Rule(
    id="person-uses-workload-identity",
    severity="medium",
    detects="A person holds a credential that authenticates a workload",
    remedy="Let people sign in as themselves, with more rights for a limited time where they need them",
    references=("NHI10:2025", "SP 800-53 AU-10"),
    false_positives="The credential is that of a person, and its subject is not drawn yet: mark it as human",
    find=_find,
)
