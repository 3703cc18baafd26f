"""A machine that signs in as a person."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.model.records import Credential

PERSONAL_KINDS: Final = {
    "personal-access-token": "a personal access token",
    "session-cookie": "a session cookie",
}
"""Kinds that stand for a person, whatever else is said of them."""


def _find(facts: Facts) -> Iterator[Case]:
    """Being handed it by a delegation is holding it: the system that it is shown sees no difference."""
    snapshot = facts.snapshot
    personal = {each.id for each in snapshot.credential.values() if _is_personal(each)}
    for agent, credential in facts.holding(personal) if personal else ():
        if not snapshot.agent[agent].is_person:
            tell = partial(_told, facts, agent, credential)
            yield Case(f"{agent}>{credential}", "high", tell, (agent,), facts.granted[credential])


def _is_personal(credential: Credential) -> bool:
    return credential.kind in PERSONAL_KINDS or (
        credential.subject == "human" and credential.on_behalf_of is None
    )


def _told(facts: Facts, agent: str, credential: str) -> Told:
    record = facts.snapshot.credential[credential]
    personal = PERSONAL_KINDS.get(record.kind or "")
    if personal is not None:
        why = f"{personal}: whatever it does, a person seems to have done"
    else:
        why = "the sign-in of a person, who did not delegate it"
    return Told(
        f"{facts.snapshot.agent[agent].title} presents {record.title}, {why}",
        (facts.hold_of(agent, credential), ("credential", credential), ("agent", agent)),
    )


RULE = Rule(
    id="human-identity-in-agent",
    severity="high",
    detects="An agent presents a person's identity that nobody delegated to it, as with a session cookie",
    remedy="Give the agent an identity of its own, or a token on behalf of the person that names the agent",
    references=("ASI03:2026", "SP 800-53 AU-10", "T9 (Agentic threats 1.1)"),
    false_positives="The account is that of a machine, and only the kind of credential is made for people",
    find=_find,
)
