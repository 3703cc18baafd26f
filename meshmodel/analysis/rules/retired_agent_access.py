"""An agent that is gone, and whose credentials are not."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.phrases import lit, titles
from meshmodel.model.snapshot import Snapshot


def _find(facts: Facts) -> Iterator[Case]:
    """By hold relations: what a delegation would hand over, nobody hands to who is retired."""
    held: defaultdict[str, list[str]] = defaultdict(list)
    for agent, credential in facts.snapshot.hold:
        if agent not in facts.mesh.agent and credential in facts.mesh.credential:
            held[agent].append(credential)
    for agent, credentials in held.items():
        yield Case(agent, "high", partial(_told, facts.snapshot, agent, credentials), (agent,))


def _told(snapshot: Snapshot, agent: str, credentials: list[str]) -> Told:
    names = titles(snapshot, "credential", sorted(credentials))
    return Told(
        f"{snapshot.agent[agent].title} is retired and still holds {names}",
        (("agent", agent), *lit("credential", sorted(credentials))),
    )


RULE = Rule(
    id="retired-agent-access",
    severity="high",
    detects="A retired agent still holds an active credential",
    remedy="Revoke what it alone held, and change what it shared with others",
    references=("NHI1:2025", "SP 800-53 AC-2"),
    false_positives="What it holds was changed since and is no longer valid: delete the hold",
    find=_find,
)
