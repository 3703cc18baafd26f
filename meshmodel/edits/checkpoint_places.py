"""Where a checkpoint can be placed: the steps and boundaries that a model has.

See ``docs/semantics.md#effective-checkpoints``.
"""

from collections.abc import Mapping
from typing import Final

from meshmodel.edits.edit import unused_id
from meshmodel.model.records import Checkpoint, Snapshot
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.vocabulary import ACTIONS

STEPS_WITH_ACTIONS: Final = frozenset({"grant", "custody", "boundary"})
"""The steps whose checkpoints may be limited to some actions; elsewhere that is refused."""


def domains(snapshot: Snapshot) -> list[str]:
    """The ends a boundary can have: every zone, and ``system:ID`` of every system without one."""
    alone = [f"system:{system.id}" for system in snapshot.system.values() if system.zone is None]
    return [*sorted(snapshot.zone), *sorted(alone)]


def starts(snapshot: Snapshot, step: str) -> list[str]:
    """What a checkpoint on such a step can start from, sorted; empty where there is no such step."""
    if step == "boundary":
        found = domains(snapshot)
        return found if len(found) > 1 else []
    if step == "hearing":
        return sorted(key for key, each in snapshot.system.items() if each.untrusted_input or not each.typed)
    return sorted({start for start, _ in _pairs(snapshot, step)})


def ends(snapshot: Snapshot, step: str, start: str) -> list[str]:
    """What a checkpoint on such a step from there can lead to, sorted."""
    if step == "boundary":
        found = domains(snapshot)
        return [each for each in found if each != start] if start in found else []
    if step == "hearing":
        return sorted(key for key, each in snapshot.agent.items() if each.is_steerable and not each.is_person)
    return sorted({end for begin, end in _pairs(snapshot, step) if begin == start})


def exists(snapshot: Snapshot, step: str, start: str, end: str) -> bool:
    """Whether a checkpoint may be placed there; on hearing it may wherever the two elements are."""
    if step == "hearing":
        return start in snapshot.system and end in snapshot.agent
    return end in ends(snapshot, step, start)


def usable_steps(snapshot: Snapshot) -> list[str]:
    """The kinds of steps of which the model has at least one, in the order of the vocabulary."""
    return [
        step
        for step in STEP_ENDS
        if starts(snapshot, step) and (step != "hearing" or ends(snapshot, step, ""))
    ]


def slot_values(snapshot: Snapshot, slot: str, slots: Mapping[str, str]) -> list[str]:
    """What one slot of a place can hold, given those before it.

    Args:
        snapshot: the model.
        slot: ``step``, ``from`` or ``to``.
        slots: what each holds now.
    """
    if slot == "step":
        return usable_steps(snapshot)
    return starts(snapshot, slots["step"]) if slot == "from" else ends(snapshot, slots["step"], slots["from"])


def carried_by(snapshot: Snapshot, agent: str) -> list[str]:
    """The credentials that an agent holds or is passed, sorted."""
    return sorted({credential for holder, credential in _pairs(snapshot, "hold") if holder == agent})


def granted_to(snapshot: Snapshot, agent: str) -> frozenset[str]:
    """What the credentials that an agent holds or is passed are granted, as ``system:action``."""
    held = set(carried_by(snapshot, agent))
    return frozenset(
        f"{grant.system}:{action}"
        for grant in snapshot.grant.values()
        if grant.credential in held
        for action in (ACTIONS if "admin" in grant.actions else grant.actions)
    )


def checkpoints_on(snapshot: Snapshot, step: str, start: str, end: str) -> list[Checkpoint]:
    """The checkpoints that sit on one step or boundary, by id."""
    return sorted(
        (
            each
            for each in snapshot.checkpoint.values()
            if (each.step, each.from_, each.to) == (step, start, end)
        ),
        key=lambda each: each.id,
    )


def checkpoint_id(snapshot: Snapshot, kind: str, end: str) -> str:
    """A free id for a new checkpoint: its kind and where it leads, such as ``human-approval-files``."""
    return unused_id(snapshot, "checkpoint", f"{kind}-{end.removeprefix('system:')}")


def renamed_for_kind(snapshot: Snapshot, checkpoint: Checkpoint, kind: str) -> str | None:
    """The id of a checkpoint that becomes one of another kind: where it begins with the kind so far, with
    the new one in its place; ``None``: its own.
    """
    rest = checkpoint.id.removeprefix(checkpoint.kind)
    if kind == checkpoint.kind or rest == checkpoint.id or not (rest == "" or rest.startswith("-")):
        return None
    return unused_id(snapshot, "checkpoint", f"{kind}{rest}")


def _pairs(snapshot: Snapshot, step: str) -> list[tuple[str, str]]:
    """The ends of every step of that kind, which is drawn."""
    if step == "hosting":
        return [(agent.runs_on, agent.id) for agent in snapshot.agent.values() if agent.runs_on]
    pairs: list[tuple[str, str]] = list(snapshot.table(step))
    if step == "hold":
        pairs += [
            (delegation.to, credential)
            for delegation in snapshot.delegation.values()
            for credential in delegation.passes or ()
        ]
    return pairs
