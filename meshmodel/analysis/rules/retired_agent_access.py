"""An agent that is gone, and whose credentials are not."""

from collections.abc import Iterator

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule, titles
from meshmodel.model.records import Agent


def _of(facts: Facts, agent: Agent) -> Iterator[Case]:
    """By hold relations: what a delegation would hand over, nobody hands to who is retired."""
    if agent.is_active:
        return
    snapshot = facts.snapshot
    held = [
        each.credential
        for each in facts.related("hold", "agent", agent.id)
        if snapshot.credential[each.credential].is_active
    ]
    if not held:
        return
    names = titles(snapshot, "credential", held)
    yield Case(
        subject=agent.id,
        severity="high",
        told=Told(
            message=f"{agent.title} is retired and still holds {names}",
            about=(("agent", agent.id), *(("credential", each) for each in held)),
        ),
        agents=(agent.id,),
    )


def _is_retired(agent: Agent) -> bool:
    return not agent.is_active


RULE = Rule(
    id="retired-agent-access",
    severity="high",
    detects="A retired agent still holds an active credential",
    remedy="Revoke what it alone held, and change what it shared with others",
    references=("NHI1:2025", "SP 800-53 AC-2"),
    false_positives="What it holds was changed since and is no longer valid: delete the hold",
    per="agent",
    of=_of,
    worth=_is_retired,
    near=frozenset(),
)
