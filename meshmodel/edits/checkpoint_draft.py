"""A checkpoint that is about to be placed: how it begins, what a changed field changes with it. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from meshmodel.edits import checkpoint_places
from meshmodel.edits.edit import Edit, Put
from meshmodel.edits.fields import refusal_of
from meshmodel.edits.operations import Step
from meshmodel.model.phrases import step_phrase
from meshmodel.model.records import Checkpoint
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import BINDING_KINDS, CheckpointStep


def first_step(snapshot: Snapshot) -> Step | None:
    """The first step of a model on which a checkpoint can be placed: a grant, where there is one."""
    for step in ("grant", *checkpoint_places.usable_steps(snapshot)):
        for start in checkpoint_places.starts(snapshot, step):
            for end in checkpoint_places.ends(snapshot, step, start):
                return step, start, end
    return None


def new_checkpoint(snapshot: Snapshot, on: Step) -> Checkpoint:
    """A policy decision with a free id, for every action."""
    step, start, end = on
    id_ = checkpoint_places.checkpoint_id(snapshot, "policy-decision", end)
    return Checkpoint(id_, "policy-decision", cast("CheckpointStep", step), start, end)


def changed_checkpoint(snapshot: Snapshot, before: Checkpoint, values: Mapping[str, Any]) -> Checkpoint:
    """The checkpoint with other values; its proposed id follows them, actions go where none are allowed."""
    after = replace(before, **values)
    if after.step not in checkpoint_places.STEPS_WITH_ACTIONS:
        after = replace(after, actions=None)
    proposed = checkpoint_places.checkpoint_id(snapshot, before.kind, before.to)
    if before.id == after.id == proposed:
        after = replace(after, id=checkpoint_places.checkpoint_id(snapshot, after.kind, after.to))
    return after


def placement_edit(checkpoint: Checkpoint) -> Edit:
    """The edit that places it."""
    where = step_phrase(checkpoint.step, checkpoint.from_, checkpoint.to)
    return Edit(f"{checkpoint.kind} on {where}", (Put(checkpoint),))


def placement_problem(snapshot: Snapshot, checkpoint: Checkpoint) -> str | None:
    """Why it cannot be placed as it is, in a line; ``None`` if it can."""
    problem = refusal_of(placement_edit(checkpoint), snapshot)
    if problem is None and checkpoint.id in snapshot.checkpoint:
        return f"there is a checkpoint {checkpoint.id} already: choose another id"
    return problem


def counting_words(checkpoint: Checkpoint) -> str:
    """Whether such a checkpoint counts, in words.

    See ``docs/semantics.md#checkpoints-that-count``, points 1 to 3.
    """
    if checkpoint.kind in BINDING_KINDS:
        return "a binding proves who holds a token; it decides nothing, so it does not count alone"
    if checkpoint.freshness != "per-action":
        return "a remembered decision does not count: only per-action does"
    if checkpoint.state == "planned":
        return "counts as designed, not as built"
    if checkpoint.state == "advisory":
        return "does not count: nothing stops an agent that skips it"
    if checkpoint.step == "boundary" and checkpoint.decided_at is None:
        return "does not count yet: say at which gateway it is decided (decided at)"
    return "counts, as long as the agent has no power over the decision"
