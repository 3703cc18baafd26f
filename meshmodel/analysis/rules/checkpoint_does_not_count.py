"""A checkpoint that decides nothing about this action (section 5, points 1 to 3)."""

from collections.abc import Sequence

from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import Cases, Facts, Rule, joined
from meshmodel.analysis.rules.places import is_active, place_title, record_of
from meshmodel.model.records import Checkpoint
from meshmodel.model.snapshot import Snapshot

_WHY = {
    "binding": "a {kind} proves who holds the token and decides nothing",
    "per-session": "a decision made once a session says nothing about this action",
    "cached": "a remembered decision says nothing about this action",
    "planned": "it is only planned",
    "advisory": "nothing stops the agent that skips it",
    "no gateway": "no gateway decides for the boundary",
}
_REMEDY = {
    "binding": "add a decision beside it",
    "per-session": "make it decide for each action",
    "cached": "make it decide for each action",
    "planned": "enforce it",
    "advisory": "enforce it outside the agent",
    "no gateway": "name the system that all traffic passes as the one that decides",
}


def _many(facts: Facts, checkpoints: Sequence[Checkpoint]) -> Cases:
    """It counts for nothing only where no other one on the step decides."""
    snapshot, view = facts.snapshot, facts.engine.view
    lacking = [
        (number, each, short)
        for number, each in enumerate(checkpoints)
        if (short := shortcomings(each, view)) and is_active(snapshot, each)
    ]
    if lacking:
        every = snapshot.checkpoint.values()
        decided = {(each.step, each.from_, each.to) for each in every if not shortcomings(each, view)}
        lacking = [each for each in lacking if (each[1].step, each[1].from_, each[1].to) not in decided]
    return Cases(
        [checkpoint.id for _, checkpoint, _ in lacking],
        ["medium"] * len(lacking),
        [_told(snapshot, checkpoint, short) for _, checkpoint, short in lacking].__getitem__,
        [()] * len(lacking),
        [()] * len(lacking),
        [number for number, _, _ in lacking],
    )


def _told(snapshot: Snapshot, checkpoint: Checkpoint, short: tuple[str, ...]) -> Told:
    why = joined([_WHY[each].format(kind=checkpoint.kind) for each in short])
    remedy = "; ".join(dict.fromkeys(_REMEDY[each] for each in short))
    return Told(
        f"{checkpoint.id} on {place_title(snapshot, checkpoint)} does not count: {why}",
        (("checkpoint", checkpoint.id), *record_of(snapshot, checkpoint)),
        remedy[0].upper() + remedy[1:],
    )


RULE = Rule(
    id="checkpoint-does-not-count",
    severity="medium",
    detects=(
        "A checkpoint is a binding, remembers its decision, is not enforced, or guards a "
        "boundary without a gateway"
    ),
    remedy=(
        "Make it a decision for each action that is enforced outside the agent; a boundary needs its gateway"
    ),
    references=("SP 800-207 tenet 6", "SP 800-53 IA-11", "CWE-613"),
    false_positives=(
        "It is there for another reason than authorization, such as binding a token to its holder"
    ),
    per="checkpoint",
    many=_many,
    near=frozenset(),
)
