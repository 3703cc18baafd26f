"""People who are asked so often that they no longer look."""

from collections.abc import Iterator
from typing import Final

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.places import is_active, place_title, record_of
from meshmodel.model.records import Checkpoint

MOST_A_DAY: Final = 50
"""So many decisions a day are still looked at; one more is too many."""


def _of(facts: Facts, checkpoint: Checkpoint) -> Iterator[Case]:
    """Planned and advisory approvals too: who is asked too often learns to agree, whatever follows."""
    if checkpoint.kind != "human-approval" or checkpoint.rate is None or checkpoint.rate <= MOST_A_DAY:
        return
    snapshot = facts.snapshot
    if not is_active(snapshot, checkpoint):
        return
    who = " or ".join(checkpoint.approvers) if checkpoint.approvers else "somebody"
    yield Case(
        subject=checkpoint.id,
        severity="medium",
        told=Told(
            message=(
                f"{checkpoint.id} on {place_title(snapshot, checkpoint)} asks {who} {checkpoint.rate} times "
                "a day: nobody looks at each of so many"
            ),
            about=(("checkpoint", checkpoint.id), *record_of(snapshot, checkpoint)),
        ),
    )


RULE = Rule(
    id="approval-fatigue",
    severity="medium",
    detects="A person is asked for more than 50 approvals a day",
    remedy=(
        "Let a policy decide what is routine and ask a person about the rest, or share the approvals among "
        "more people"
    ),
    references=("T10 (Agentic threats 1.1)", "ASI09:2026"),
    false_positives="The approvals are shared among so many people that each one sees few of them",
    per="checkpoint",
    of=_of,
    near=frozenset(),
)
