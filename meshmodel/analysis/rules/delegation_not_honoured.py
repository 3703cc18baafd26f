"""A delegate that the system takes for the principal, or that may do more than the person it acts for."""

from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, can, relation
from meshmodel.model.records import Grant, Snapshot
from meshmodel.model.vocabulary import Action, action_mask, actions_of, expand_admin


def _find(engine: Engine) -> Cases:
    """It holds of the grants, whoever carries the credential; what is not said is a question."""
    for name, grants in engine.mesh.grants_of.items():
        for grant in grants if engine.snapshot.credential[name].on_behalf_of is not None else ():
            actions = grant.actions if grant.honoured_as == "principal" else _beyond(grant)
            if actions:
                agents = engine.mesh.names(engine.reaches.using(grant, expand_admin(action_mask(actions))))
                tell = partial(_finding_text, engine.snapshot, grant, agents)
                yield Case(f"{name}>{grant.system}", "high", tell, agents, actions)


def _beyond(grant: Grant) -> tuple[Action, ...]:
    """The granted actions that the person may not do there; none where that is not stated."""
    entitled = action_mask(grant.entitled)  # all, where nothing is stated
    return actions_of(expand_admin(action_mask(grant.actions)) & ~expand_admin(entitled))


def _finding_text(snapshot: Snapshot, grant: Grant, agents: tuple[str, ...]) -> FindingText:
    credential, system = snapshot.credential[grant.credential], snapshot.system[grant.system]
    beyond, whom, more = can(_beyond(grant)), credential.on_behalf_of, ""
    if grant.honoured_as == "principal":
        more = f"{whom} may not {beyond} it." if beyond else ""
        message = (
            f"{system.title} treats {credential.title} as an account of its own, though it is used on behalf "
            f"of {whom}."
        )
    else:
        message = f"{credential.title} can {beyond} {system.title} on behalf of {whom}, who may not."
    return FindingText(
        message,
        relation("grant", (credential.id, system.id), agents),
        f"Make {system.title} apply the rights of {whom}, and grant no more than {whom} has.",
        named=(credential.title, system.title),
        more=more,
    )


RULE = Rule(
    id="delegation-not-honoured",
    title="User's rights are not applied",
    why="A user gets more than they may have.",
    severity="high",
    detects="A system treats a person's delegate as an account of its own, or lets it do more than the "
    "person "
    "may",
    remedy="Make the system apply the person's rights, and grant no more than the person has.",
    cites="ASI03:2026; T3 (Agentic threats 1.1); CWE-441; CSF 2.0 PR.AA-04; AISVS v1.0-C9.5.2; "
    "AISVS v1.0-C5.2.2; ATLAS AML.M0027; LLM03:2026",
    false_positives=(
        "The system decides by the person's own rights: mark the grant as honoured as delegate",
    ),
    find=_find,
)
