"""A delegate that the system takes for the principal, or that may do more than the person it acts for."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import can, relation
from meshmodel.model.actions import action_mask, actions_of, implied
from meshmodel.model.records import Grant
from meshmodel.model.vocabulary import Action


def _find(facts: Facts) -> Iterator[Case]:
    """It holds of the grants, whoever carries the credential."""
    for name, grants in facts.grants_of.items():
        if facts.snapshot.credential[name].on_behalf_of is None:
            continue
        for grant in grants:
            actions = grant.actions if grant.honoured_as == "principal" else _beyond(grant)
            if actions:
                agents = facts.names(facts.using(grant, implied(action_mask(actions))))
                subject = f"{name}>{grant.system}"
                yield Case(subject, "high", partial(_told, facts, grant, agents), agents, actions)


def _beyond(grant: Grant) -> tuple[Action, ...]:
    """The granted actions that the person may not do there; none where that is not stated."""
    if grant.entitled is None:
        return ()
    return actions_of(implied(action_mask(grant.actions)) & ~implied(action_mask(grant.entitled)))


def _told(facts: Facts, grant: Grant, agents: tuple[str, ...]) -> Told:
    credential, system = facts.snapshot.credential[grant.credential], facts.snapshot.system[grant.system]
    beyond, whom = _beyond(grant), credential.on_behalf_of
    if grant.honoured_as == "principal":
        message = (
            f"{system.title} takes {credential.title} for a principal of its own, though it is presented on "
            f"behalf of {whom}"
        )
        if beyond:
            message += f", who may not {can(beyond)} it"
    else:
        message = f"{credential.title} can {can(beyond)} {system.title}, and {whom}, on whose behalf, may not"
    return Told(message, relation("grant", (credential.id, system.id), agents))


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
    references=("ASI03:2026", "T3 (Agentic threats 1.1)", "CWE-441", "CSF 2.0 PR.AA-04"),
    false_positives=(
        "The system decides by the person's own rights and only the drawing does not say so yet: draw the "
        "grant as honoured as delegate"
    ),
    find=_find,
)
