"""Applying a plan: its drops, limits and asks as one edit."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

from meshmodel.edits.checkpoints import Decider, add_checkpoints
from meshmodel.edits.edit import Change, Edit, Put, Remove, difference, edit
from meshmodel.model.measures import MEASURE_KINDS, Ask, Drop, Limit, Measure, MeasureKind, narrowed
from meshmodel.model.records import Snapshot
from meshmodel.model.text import counted

_KIND: Final[dict[type[Measure], MeasureKind]] = {Ask: "ask", Drop: "drop", Limit: "limit"}


MOST_BY_PEOPLE: Final = 50
"""So many decisions a day people look at; of more a policy has to decide (rule approval-fatigue)."""


def plan_edit(
    snapshot: Snapshot,
    measures: Sequence[Measure],
    state: Literal["planned", "enforced"],
    decided_by: Decider | None = None,
) -> Edit:
    """One undoable edit that makes the drops and limits of a plan, and places a checkpoint where it asks.

    The checkpoints are those of ``add_checkpoints``. The analysis of the model after it, as built or, where
    they are planned, as designed, shows what the plan leaves open; but what is theft is judged anew there.

    Args:
        snapshot: the model as it is now.
        measures: those of the plan, or some of them.
        state: of the new checkpoints.
        decided_by: who decides at them; ``None``: people where a plan says that it is up to 50 times a day,
            else a policy.

    Raises:
        InvalidModelError: a relation that a plan would change is not in the model any more.
    """
    after = narrowed(snapshot, measures)
    changes: list[Change] = []
    for table, key, _, record in difference(snapshot, after):
        if record is not None:
            changes.append(Put(record))
        elif table != "checkpoint":  # those go with their relations
            changes.append(Remove(table, key))
    asks = [each for each in measures if isinstance(each, Ask)]
    approvals = {each.step: each.decisions_per_day for each in asks if _is_for_people(each, decided_by)}
    added = add_checkpoints(after, [each.step for each in asks], state, approvals)
    changes += added.changes
    if len(asks) == len(measures):
        return added
    counts = Counter(_KIND[type(each)] for each in measures)
    said = [counted(counts[kind], kind) for kind in MEASURE_KINDS if counts[kind]]
    return edit(f"plan: {', '.join(said)}", changes)


def _is_for_people(ask: Ask, decided_by: Decider | None) -> bool:
    """Whether people decide at a checkpoint: where the price of it is their decisions."""
    is_counted = bool(ask.passes) and not ask.unknown and ask.decisions_per_day <= MOST_BY_PEOPLE
    return decided_by == "people" or (decided_by is None and is_counted)
