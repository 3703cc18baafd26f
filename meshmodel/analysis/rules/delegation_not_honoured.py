"""A delegate that the system takes for the principal, or that may do more than the person it acts for."""

from collections.abc import Iterator

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, can
from meshmodel.analysis.steps import ALL_ACTIONS, actions_of, implied_mask
from meshmodel.model.records import Credential, Grant
from meshmodel.model.vocabulary import Action


def beyond_entitlement(grant: Grant) -> tuple[Action, ...]:
    """The granted actions that the person may not do there; none where that is not stated."""
    if grant.entitled is None:
        return ()
    return actions_of(implied_mask(grant.actions) & ~implied_mask(grant.entitled) & ALL_ACTIONS)


def _is_delegated(credential: Credential) -> bool:
    return credential.on_behalf_of is not None


def _of(facts: Facts, credential: Credential) -> Iterator[Case]:
    """It holds of the grants, whoever carries the credential; what a person is entitled to is unknown
    where it is not stated.
    """
    if _is_delegated(credential) and credential.is_active:
        for grant in facts.related("grant", "credential", credential.id):
            yield from _of_grant(facts, credential, grant)


def _of_grant(facts: Facts, credential: Credential, grant: Grant) -> Iterator[Case]:
    beyond = beyond_entitlement(grant)
    whom = credential.on_behalf_of
    system = facts.snapshot.system[grant.system]
    if grant.honoured_as == "principal":
        actions = grant.actions
        message = (
            f"{system.title} takes {credential.title} for a principal of its own, though it is presented on "
            f"behalf of {whom}"
        )
        if beyond:
            message += f", who may not {can(beyond)} it"
    elif beyond:
        actions = beyond
        message = f"{credential.title} can {can(beyond)} {system.title}, and {whom}, on whose behalf, may not"
    else:
        return
    who = facts.reaching(facts.engine.mesh.credential_node[credential.id])
    yield Case(
        subject=f"{credential.id}>{system.id}",
        severity="high",
        told=Told(
            message=message,
            about=(
                ("grant", (credential.id, system.id)),
                ("credential", credential.id),
                ("system", system.id),
                *who.lit,
            ),
        ),
        agents=who.agents,
        actions=actions,
    )


RULE = Rule(
    id="delegation-not-honoured",
    severity="high",
    detects=(
        "A system takes a credential that acts on behalf of a person for a principal of its own, or lets it "
        "do more than the person may"
    ),
    remedy=(
        "Let the system decide for the person and the agent together: honour the credential as a delegate, "
        "and grant no more than the person is entitled to"
    ),
    references=(
        "ASI03:2026",
        "T3 (Agentic threats 1.1)",
        "CWE-441",
        "CSF 2.0 PR.AA-04",
    ),
    false_positives=(
        "The system decides by the person's own rights and only the drawing does not say so yet: draw the "
        "grant as honoured as delegate"
    ),
    per="credential",
    of=_of,
    worth=_is_delegated,
    near=frozenset({"reached"}),
)
