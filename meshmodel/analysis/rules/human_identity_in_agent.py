"""A machine that signs in as a person."""

from collections.abc import Iterator
from typing import Final

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.granted import granted_actions
from meshmodel.analysis.rules.holding import held_by
from meshmodel.model.records import Agent, Credential

PERSONAL_KINDS: Final = {
    "personal-access-token": "a personal access token",
    "session-cookie": "a session cookie",
}
"""Kinds that stand for a person, whatever else is said of them."""


def _is_personal(credential: Credential) -> bool:
    return credential.kind in PERSONAL_KINDS or (
        credential.subject == "human" and credential.on_behalf_of is None
    )


def _of(facts: Facts, agent: Agent) -> Iterator[Case]:
    """Being handed it by a delegation is holding it: the system that it is shown sees no difference."""
    if agent.is_person:
        return
    for credential, relation in held_by(facts, agent):
        if not _is_personal(credential):
            continue
        personal = PERSONAL_KINDS.get(credential.kind or "")
        if personal is not None:
            why = f"{personal}: whatever it does, a person seems to have done"
        else:
            why = "the sign-in of a person, who did not delegate it"
        yield Case(
            subject=f"{agent.id}>{credential.id}",
            severity="high",
            told=Told(
                message=f"{agent.title} presents {credential.title}, {why}",
                about=(relation, ("credential", credential.id), ("agent", agent.id)),
            ),
            agents=(agent.id,),
            actions=granted_actions(facts, credential.id),
        )


def _among(facts: Facts) -> list[Agent]:
    snapshot = facts.snapshot
    personal = {each.id for each in snapshot.credential.values() if _is_personal(each)}
    if not personal:
        return []
    holding = {each.agent for each in snapshot.hold.values() if each.credential in personal}
    handed = {each.to for each in snapshot.delegation.values() if not personal.isdisjoint(each.passes or ())}
    return [snapshot.agent[each] for each in holding | handed]


RULE = Rule(
    id="human-identity-in-agent",
    severity="high",
    detects=(
        "An agent presents a person's identity that nobody delegated to it, a personal access token or a "
        "session cookie"
    ),
    remedy=(
        "Give the agent an identity of its own; where it acts for a person, let the person delegate: a token "
        "on behalf of the person that names the agent as the actor"
    ),
    references=("ASI03:2026", "SP 800-53 AU-10", "T9 (Agentic threats 1.1)"),
    false_positives="The account is that of a machine, and only the kind of credential is made for people",
    per="agent",
    of=_of,
    among=_among,
    near=frozenset(),
)
