"""A checkpoint that is not effective.

See ``docs/semantics.md#effective-checkpoints``, points 1 to 3.
"""

from functools import partial
from typing import Final

from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import FindingText
from meshmodel.analysis.rules.base import Case, Cases, Rule, is_active, step_records, step_title
from meshmodel.model.records import Checkpoint

_EACH: Final = "make it decide each action"
_WHY: Final = {
    "binding": ("it only proves who holds the token ({})", "add a decision beside it"),
    "per-session": ("it decides only once a session", _EACH),
    "cached": ("it reuses a cached decision", _EACH),
    "planned": ("it is only planned", "enforce it"),
    "advisory": ("it is only in a prompt, and nothing enforces it", "enforce it outside the agent"),
    "no gateway": ("no gateway enforces it", "name the gateway that all traffic passes"),
}
"""Of each shortcoming why, and what to do about it."""


def _find(engine: Engine) -> Cases:
    """Only where no other checkpoint on the step is effective."""
    decided = {(each.step, each.from_, each.to) for each in engine.checkpoints.records}
    for each in engine.snapshot.checkpoint.values():
        if (each.step, each.from_, each.to) not in decided and is_active(engine.snapshot, each):
            yield Case(each.id, "low", partial(_finding_text, engine, each))


def _finding_text(engine: Engine, checkpoint: Checkpoint) -> FindingText:
    short = [_WHY[each] for each in shortcomings(checkpoint, engine.view)]
    why = "; ".join(why for why, _ in short).format(checkpoint.kind)
    remedy = "; ".join(dict.fromkeys(remedy for _, remedy in short))
    return FindingText(
        f"{checkpoint.id} does not stop anything {step_title(engine.snapshot, checkpoint)}: {why}.",
        step_records(engine.snapshot, checkpoint),
        f"{remedy[0].upper()}{remedy[1:]}.",
        named=(checkpoint.id,),
    )


RULE = Rule(
    id="checkpoint-does-not-count",
    title="Checkpoint not effective",
    why="It looks safe and is not.",
    severity="low",
    detects="A checkpoint is only planned or in a prompt, decides once, proves only who holds a token, or "
    "has "
    "no gateway",
    remedy="Make it decide each action, outside the agent.",
    cites="SP 800-207 tenet 6; SP 800-53 IA-11; CWE-613; AISVS v1.0-C9.5.6; AISVS v1.0-C9.2.8; "
    "AISVS v1.0-C9.5.3; ATLAS AML.M0029",
    false_positives=("The checkpoint is not there to authorize, but to bind a token to its holder",),
    find=_find,
)
