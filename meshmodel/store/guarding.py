"""New checkpoints on steps, as one edit: what the minimum fix proposes, done in the model."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from meshmodel.model.records import Checkpoint
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import CheckpointStep
from meshmodel.store.edits import Edit, Put, edit, unused_id


def guard(
    snapshot: Snapshot,
    steps: Sequence[tuple[CheckpointStep, str, str]],
    state: Literal["planned", "enforced"],
) -> Edit:
    """One undoable edit that puts a checkpoint on each of these steps.

    Each is a policy decision for every action, and is decided where no agent has power (``decided_at``
    is left open). A step that has a checkpoint already gets one more: that one may not count, or not
    for everybody.

    Args:
        snapshot: the model as it is now.
        steps: their kinds and two ends, as checkpoints name them.
        state: of the new checkpoints.

    Returns:
        The edit; to make it raises InvalidModelError where a step is there no more.
    """
    changes = []
    for step, start, end in steps:
        name = unused_id(snapshot, "checkpoint", f"policy-decision-{end}")
        made = Checkpoint(name, "policy-decision", step, start, end, state=state)
        changes.append(Put(made))
        snapshot = replace(snapshot, checkpoint={**snapshot.checkpoint, name: made})
    many = f"{len(changes)} {state} checkpoints"
    return edit(f"add a {state} checkpoint" if len(changes) == 1 else f"add {many}", changes)
