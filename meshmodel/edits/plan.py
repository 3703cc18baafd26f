"""Applying a plan: its drops, limits and asks as one edit."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import Change, Edit, Put, Remove, difference, edit
from meshmodel.model.measures import MEASURE_KINDS, Ask, Drop, Limit, Measure, MeasureKind, narrowed
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import counted

_KIND: Final[dict[type[Measure], MeasureKind]] = {Ask: "ask", Drop: "drop", Limit: "limit"}


def plan_edit(snapshot: Snapshot, measures: Sequence[Measure], state: Literal["planned", "enforced"]) -> Edit:
    """One undoable edit that makes the drops and limits of a plan, and places a checkpoint where it asks.

    The checkpoints are those of ``add_checkpoints``. The analysis of the model after it, as built or, where
    they are planned, as designed, shows what the plan leaves open; but what is theft is judged anew there.

    Args:
        snapshot: the model as it is now.
        measures: those of the plan, or some of them.
        state: of the new checkpoints.

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
    asks = [each.step for each in measures if isinstance(each, Ask)]
    changes += add_checkpoints(after, asks, state).changes
    if len(asks) == len(measures):
        return add_checkpoints(after, asks, state)
    counts = Counter(_KIND[type(each)] for each in measures)
    said = [counted(counts[kind], kind) for kind in MEASURE_KINDS if counts[kind]]
    return edit(f"plan: {', '.join(said)}", changes)
