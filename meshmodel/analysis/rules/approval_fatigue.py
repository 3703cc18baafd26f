"""People who are asked so often that they no longer look."""

from functools import partial
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, is_active, step_records, step_title
from meshmodel.model.records import Checkpoint, Snapshot

MOST_A_DAY: Final = 50
"""So many decisions a day are still looked at; one more is too many."""


def _find(engine: Engine) -> Cases:
    """Planned and advisory approvals too: who is asked too often learns to agree, whatever follows."""
    for each in engine.snapshot.checkpoint.values():
        is_often = each.kind == "human-approval" and (each.rate or 0) > MOST_A_DAY
        if is_often and is_active(engine.snapshot, each):
            yield Case(each.id, "medium", partial(_finding_text, engine.snapshot, each))


def _finding_text(snapshot: Snapshot, checkpoint: Checkpoint) -> FindingText:
    who = " or ".join(checkpoint.approvers or ("somebody",))
    return FindingText(
        f"{checkpoint.id} on {step_title(snapshot, checkpoint)} asks {who} {checkpoint.rate} times a day: "
        "nobody looks at each of so many",
        step_records(snapshot, checkpoint),
    )


RULE = Rule(
    id="approval-fatigue",
    severity="medium",
    detects="A person is asked for more than 50 approvals a day",
    remedy="Let a policy decide what is routine and ask people about the rest, or share the approvals",
    cites="T10 (Agentic threats 1.1); ASI09:2026; ATLAS AML.M0029",
    false_positives="The approvals are shared among so many people that each one sees few of them",
    find=_find,
)
