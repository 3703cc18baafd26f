"""People who approve so often that they stop reading."""

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
    who = " or ".join(checkpoint.approvers or ("a person",))
    return FindingText(
        f"{checkpoint.id} asks {who} {checkpoint.rate} times a day, {step_title(snapshot, checkpoint)}.",
        step_records(snapshot, checkpoint),
        named=(checkpoint.id,),
    )


RULE = Rule(
    id="approval-fatigue",
    title="Too many approvals",
    why="People stop reading.",
    severity="medium",
    detects="A person is asked for more than 50 approvals a day",
    remedy="Let a policy decide routine cases, and ask people about the rest.",
    cites="T10 (Agentic threats 1.1); ASI09:2026; ATLAS AML.M0029",
    false_positives=("So many people share the approvals that each of them sees few",),
    find=_find,
)
