"""An action that no log can trace to who did it, or to the person behind it."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import bits, union
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, can, highlighted, joined, titles
from meshmodel.model.records import Snapshot, System
from meshmodel.model.vocabulary import ACTING, Action, action_mask, actions_of, expand_admin


def _find(engine: Engine) -> Cases:
    """A log of which nothing is known is a question, not a finding."""
    for system in engine.snapshot.system.values():
        unseen = [each for each in _unseen(engine, system) if each[0]]
        if unseen:
            agents = engine.mesh.names(union(some for some, _, _ in unseen))
            by = sorted(credential for _, _, credential in unseen if credential is not None)
            actions = actions_of(union(mask for _, mask, _ in unseen))
            tell = partial(_finding_text, engine.snapshot, system, by, agents, actions)
            yield Case(system.id, "medium", tell, agents, actions)


def _unseen(engine: Engine, system: System) -> Iterator[tuple[int, int, str | None]]:
    """The agents that act, the actions, and where the log lacks only for whom, with which credential."""
    mesh, reaches = engine.mesh, engine.reaches
    if system.audit == "none":
        for action in bits(ACTING):
            yield reaches.full[mesh.access(system.id, action)], 1 << action, None
    for grant in mesh.grants_on[system.id] if system.audit == "identity" else ():
        if engine.snapshot.credential[grant.credential].on_behalf_of is not None:
            mask = expand_admin(action_mask(grant.actions)) & ACTING
            yield reaches.using(grant, mask), mask, grant.credential


def _finding_text(
    snapshot: Snapshot, system: System, by: list[str], agents: tuple[str, ...], actions: tuple[Action, ...]
) -> FindingText:
    who, what = titles(snapshot, "agent", agents), "Its log has no entry."
    if by:
        people = sorted({str(snapshot.credential[each].on_behalf_of) for each in by})
        what = f"Its log does not show the person behind it: {joined(people)}."
    does = can(actions)
    grants = (("grant", (each, system.id)) for each in by)
    return FindingText(
        f"{who} can {does} {system.title}.",
        (("system", system.id), *grants, *highlighted("agent", agents)),
        named=(str(system.title),),
        more=what,
    )


RULE = Rule(
    id="untraceable-step",
    title="Actions cannot be traced",
    why="There is no evidence after an incident.",
    severity="medium",
    detects="An agent acts where nothing is logged, or for a person where the log has only the identity",
    remedy="Log identity and person, where no agent can change the log.",
    cites="SP 800-53 AU-10; SP 800-53 AU-12; T8 (Agentic threats 1.1); CSF 2.0 PR.PS-04; AISVS v1.0-C9.4.2; "
    "AISVS v1.0-C12.4.2; AISVS v1.0-C12.1.1; ATLAS AML.M0024",
    false_positives=("Another system on every path logs what is missing here",),
    find=_find,
)
