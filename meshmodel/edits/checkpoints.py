"""Placing checkpoints: one drafted field by field, or several in one edit, as a plan has them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from types import MappingProxyType
from typing import Any, Final, Literal, cast

from meshmodel.edits import checkpoint_places
from meshmodel.edits.edit import Change, Edit, Put, Remove, difference, edit, unused_id
from meshmodel.edits.fields import refusal_of
from meshmodel.edits.notes import new_note
from meshmodel.edits.operations import Step
from meshmodel.model.measures import MEASURE_KINDS, Ask, Drop, Limit, Measure, MeasureKind, narrowed
from meshmodel.model.note_subject import NoteSubject
from meshmodel.model.phrases import step_phrase
from meshmodel.model.records import Checkpoint, Snapshot
from meshmodel.model.text import counted
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

    See ``docs/semantics.md#effective-checkpoints``, points 1 to 3.
    """
    if checkpoint.kind in BINDING_KINDS:
        return "a binding proves who holds a token; it decides nothing, so it is not effective alone"
    if checkpoint.freshness != "per-action":
        return "not effective: a remembered decision does not see each action; use per-action"
    if checkpoint.state == "planned":
        return "planned only: effective once it is enforced"
    if checkpoint.state == "advisory":
        return "not effective: nothing stops an agent that skips it"
    if checkpoint.step == "boundary" and checkpoint.decided_at is None:
        return "not effective yet: say at which gateway it is decided (decided at)"
    return "effective, as long as the agent cannot change the decision"


Decider = Literal["people", "policy-check"]
NOT_PROVEN: Final = "it is not proven that no cheaper set exists"
"""Why ``--apply`` of a plan or fix changes nothing; the workbench, which can undo it, only warns."""


def add_checkpoints(
    snapshot: Snapshot,
    steps: Sequence[tuple[CheckpointStep, str, str]],
    state: Literal["planned", "enforced"],
    approvals: Mapping[tuple[CheckpointStep, str, str], float] = MappingProxyType({}),
) -> Edit:
    """One undoable edit that puts a checkpoint on each of these steps.

    Each is a policy decision for every action, or people's approval with the question who approves, decided
    where no agent has power: ``decided_at`` is left open. A step that has another checkpoint gets one more,
    since that one may not count, or not for every agent. A step that has just such a checkpoint in the state
    planned gets none: that one is enforced, or stays planned.

    Args:
        snapshot: the model as it is now.
        steps: their kinds and two ends, as checkpoints name them.
        state: of the new checkpoints.
        approvals: the steps where people approve, with how often a day.

    Returns:
        The edit; applying it raises InvalidModelError if a step is not in the model any more.
    """
    changes = list[Change]()
    planned = {
        (each.step, each.from_, each.to): each
        for each in snapshot.checkpoint.values()
        if replace(each, kind="policy-decision", approvers=None, rate=None)
        == _decision(each.id, (each.step, each.from_, each.to), "planned", each.description)
    }
    checkpoints, notes = dict(snapshot.checkpoint), dict(snapshot.note)
    snapshot = replace(snapshot, checkpoint=checkpoints, note=notes)
    added = enforced = 0
    for step in steps:
        if step in planned:
            if state == "enforced":
                enforced += 1
                changes.append(Put(replace(planned[step], state=state)))
            continue
        kind = "human-approval" if step in approvals else "policy-decision"
        name = unused_id(snapshot, "checkpoint", f"{kind}-{step[2]}")
        checkpoints[name] = replace(_decision(name, step, state), kind=kind)
        if step in approvals:
            checkpoints[name] = replace(checkpoints[name], rate=ceil(approvals[step]))
            text = f"Who approves {step_phrase(*step)}? {name} names no person yet"
            note = new_note(snapshot, NoteSubject(step[0], step[1:]).about, text, "question")
            notes[note.id] = note
            changes.append(Put(note))
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
