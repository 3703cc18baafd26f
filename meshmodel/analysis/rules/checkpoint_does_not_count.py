"""A checkpoint that decides nothing about this action (section 5, points 1 to 3)."""

from collections.abc import Iterator

from meshmodel.analysis.checkpoints import shortcomings
from meshmodel.analysis.results import Told
from meshmodel.analysis.rules.base import EVERYTHING, Case, Facts, Rule, joined
from meshmodel.analysis.rules.places import is_active, place_title, record_of
from meshmodel.model.records import Checkpoint

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


def _cases(facts: Facts) -> Iterator[Case]:
    engine, snapshot = facts.engine, facts.snapshot
    lacking: list[tuple[Checkpoint, tuple[str, ...]]] = []
    decided: set[tuple[str, str, str]] = set()
    for checkpoint in sorted(snapshot.checkpoint.values(), key=lambda each: each.id):
        short = shortcomings(checkpoint, engine.view)
        if short:
            lacking.append((checkpoint, short))
        else:
            decided.add((checkpoint.step, checkpoint.from_, checkpoint.to))
    for checkpoint, short in lacking:
        place = checkpoint.step, checkpoint.from_, checkpoint.to
        if place in decided or not is_active(snapshot, checkpoint):
            continue
        why = joined([_WHY[each].format(kind=checkpoint.kind) for each in short])
        remedy = "; ".join(dict.fromkeys(_REMEDY[each] for each in short))
        yield Case(
            subject=checkpoint.id,
            severity="medium",
            told=Told(
                message=f"{checkpoint.id} on {place_title(snapshot, checkpoint)} does not count: {why}",
                about=(("checkpoint", checkpoint.id), *record_of(snapshot, checkpoint)),
                remedy=remedy[0].upper() + remedy[1:],
            ),
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
    cases=_cases,
    reads=EVERYTHING - {"acceptance", "doors", "intent", "reach"},
)
