"""A checkpoint that decides nothing about this action (section 5, points 1 to 3)."""

from collections.abc import Iterator
from functools import partial

from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Case, Facts, Rule
from meshmodel.analysis.rules.checkpoint_step import is_active, step_records, step_title
from meshmodel.model.records import Checkpoint
from meshmodel.model.vocabulary import DECISION_KINDS


def _find(facts: Facts) -> Iterator[Case]:
    """It is of no use only where no other one on the step decides."""
    decided = {(each.step, each.from_, each.to) for each in facts.engine.checkpoints.records}
    for each in facts.snapshot.checkpoint.values():
        if (each.step, each.from_, each.to) not in decided and is_active(facts.snapshot, each):
            yield Case(each.id, "medium", partial(_told, facts, each))


def _told(facts: Facts, checkpoint: Checkpoint) -> Told:
    short = list(_shortcomings(checkpoint, as_designed=facts.engine.view == "designed"))
    remedy = "; ".join(dict.fromkeys(remedy for _, remedy in short))
    return Told(
        f"{checkpoint.id} on {step_title(facts.snapshot, checkpoint)} does not count: "
        f"{'; '.join(why for why, _ in short)}",
        step_records(facts.snapshot, checkpoint),
        remedy[0].upper() + remedy[1:],
    )


def _shortcomings(checkpoint: Checkpoint, *, as_designed: bool) -> Iterator[tuple[str, str]]:
    """Why it fails points 1 to 3, and what to do about each."""
    if checkpoint.kind not in DECISION_KINDS:
        yield f"a binding ({checkpoint.kind}) proves who holds the token", "add a decision beside it"
    if checkpoint.freshness == "per-session":
        yield (
            "a decision made once a session says nothing about this action",
            "make it decide for each action",
        )
    if checkpoint.freshness == "cached":
        yield "a remembered decision says nothing about this action", "make it decide for each action"
    if checkpoint.state == "planned" and not as_designed:
        yield "it is only planned", "enforce it"
    if checkpoint.state == "advisory":
        yield "nothing stops the agent that skips it", "enforce it outside the agent"
    if checkpoint.step == "boundary" and checkpoint.decided_at is None:
        remedy = "name the system that all traffic passes as the one that decides"
        yield "no gateway decides for the boundary", remedy


RULE = Rule(
    id="checkpoint-does-not-count",
    severity="medium",
    detects="A checkpoint is a binding, remembers its decision, is not enforced, or lacks its gateway",
    remedy="Make it a decision for each action, enforced outside the agent; a boundary needs its gateway",
    references=("SP 800-207 tenet 6", "SP 800-53 IA-11", "CWE-613"),
    false_positives="It is there for another reason than authorization: to bind a token to its holder",
    find=_find,
)
