"""Puts checkpoints on several steps in one edit, such as those that the minimum fix proposes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from meshmodel.edits.edit import Edit, Put, edit, unused_id
from meshmodel.model.records import Checkpoint
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import CheckpointStep

NOT_PROVEN: Final = "the set is not proven to be smallest"
"""Why ``meshmodel fix --apply`` changes nothing; the workbench, which can undo a fix, only warns."""


def add_checkpoints(
    snapshot: Snapshot,
    steps: Sequence[tuple[CheckpointStep, str, str]],
    state: Literal["planned", "enforced"],
) -> Edit:
    """One undoable edit that puts a checkpoint on each of these steps.

    Each is a policy decision for every action, decided where no agent has power: ``decided_at`` is left
    open. A step that has another checkpoint gets one more, since that one may not count, or not for every
    agent. A step that has just such a checkpoint in the state planned gets none: that one is enforced, or
    stays planned.

    Args:
        snapshot: the model as it is now.
        steps: their kinds and two ends, as checkpoints name them.
        state: of the new checkpoints.

    Returns:
        The edit; applying it raises InvalidModelError if a step is not in the model any more.
    """
    changes = []
    planned = {
        (each.step, each.from_, each.to): each
        for each in snapshot.checkpoint.values()
        if each == _decision(each.id, (each.step, each.from_, each.to), "planned", each.description)
    }
    checkpoints = dict(snapshot.checkpoint)
    snapshot = replace(snapshot, checkpoint=checkpoints)
    added = enforced = 0
    for step in steps:
        if step in planned:
            if state == "enforced":
                enforced += 1
                changes.append(Put(replace(planned[step], state=state)))
            continue
        name = unused_id(snapshot, "checkpoint", f"policy-decision-{step[2]}")
        checkpoints[name] = _decision(name, step, state)
        added += 1
        changes.append(Put(checkpoints[name]))
    said = [f"enforce {_many(enforced, 'planned')}"] if enforced else []
    if added or not enforced:
        said.insert(0, f"add {_many(added, state)}")
    return edit(", ".join(said), changes)


def _decision(
    name: str,
    step: tuple[CheckpointStep, str, str],
    state: Literal["planned", "enforced"],
    description: str | None = None,
) -> Checkpoint:
    return Checkpoint(name, "policy-decision", *step, state=state, description=description)


def _many(number: int, state: str) -> str:
    one = "an" if state == "enforced" else "a"
    return f"{one} {state} checkpoint" if number == 1 else f"{number} {state} checkpoints"
