"""A checkpoint that decides nothing about this action.

See ``docs/semantics.md#checkpoints-that-count``, points 1 to 3.
"""

from functools import partial
from typing import Final

from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, is_active, step_records, step_title
from meshmodel.model.records import Checkpoint

_EACH: Final = "make it decide for each action"
_WHY: Final = {
    "binding": ("a binding ({}) proves who holds the token", "add a decision beside it"),
    "per-session": ("a decision made once a session says nothing about this action", _EACH),
    "cached": ("a remembered decision says nothing about this action", _EACH),
    "planned": ("it is only planned", "enforce it"),
    "advisory": ("nothing stops the agent that skips it", "enforce it outside the agent"),
    "no gateway": ("no gateway decides for the boundary", "name the system that all traffic passes"),
}
"""Of each shortcoming why, and what to do about it."""


def _find(engine: Engine) -> Cases:
    """It is of no use only where no other one on the step decides."""
    decided = {(each.step, each.from_, each.to) for each in engine.checkpoints.records}
    for each in engine.snapshot.checkpoint.values():
        if (each.step, each.from_, each.to) not in decided and is_active(engine.snapshot, each):
            yield Case(each.id, "low", partial(_finding_text, engine, each))


def _finding_text(engine: Engine, checkpoint: Checkpoint) -> FindingText:
    short = [_WHY[each] for each in shortcomings(checkpoint, engine.view)]
    why = "; ".join(why for why, _ in short).format(checkpoint.kind)
    remedy = "; ".join(dict.fromkeys(remedy for _, remedy in short))
    return FindingText(
        f"{checkpoint.id} on {step_title(engine.snapshot, checkpoint)} does not count: {why}",
        step_records(engine.snapshot, checkpoint),
        remedy[0].upper() + remedy[1:],
    )


RULE = Rule(
    id="checkpoint-does-not-count",
    severity="low",
    detects="A checkpoint is a binding, remembers its decision, is not enforced, or lacks its gateway",
    remedy="Make it a decision for each action, enforced outside the agent; a boundary needs its gateway",
    cites="SP 800-207 tenet 6; SP 800-53 IA-11; CWE-613; AISVS v1.0-C9.5.6; AISVS v1.0-C9.2.8; "
    "AISVS v1.0-C9.5.3; ATLAS AML.M0029",
    false_positives="It is there for another reason than authorization: to bind a token to its holder",
    find=_find,
)
