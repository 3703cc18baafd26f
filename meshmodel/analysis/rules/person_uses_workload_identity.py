"""A person who signs in as a machine."""

from collections.abc import Iterator

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.granted import granted_actions
from meshmodel.analysis.rules.holding import held_by
from meshmodel.model.records import Agent


def _of(facts: Facts, agent: Agent) -> Iterator[Case]:
    if not agent.is_person:
        return
    for credential, relation in held_by(facts, agent):
        if credential.subject == "workload":
            yield Case(
                subject=f"{agent.id}>{credential.id}",
                severity="medium",
                told=Told(
                    message=(
                        f"{agent.title} can sign in as {credential.principal} with {credential.title}: no "
                        "log tells the person from the workload"
                    ),
                    about=(relation, ("credential", credential.id), ("agent", agent.id)),
                ),
                agents=(agent.id,),
                actions=granted_actions(facts, credential.id),
            )


def _is_person(agent: Agent) -> bool:
    return agent.is_person


RULE = Rule(
    id="person-uses-workload-identity",
    severity="medium",
    detects="A person holds a credential that authenticates a workload",
    remedy="Let people sign in as themselves, with more rights for a limited time where they need them",
    references=("NHI10:2025", "SP 800-53 AU-10"),
    false_positives="The credential is that of a person, and its subject is not drawn yet: mark it as human",
    per="agent",
    of=_of,
    worth=_is_person,
    near=frozenset(),
)
