"""Where a checkpoint sits, in words and as records."""

from meshmodel.model.records import Checkpoint, Key
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.snapshot import Snapshot


def end_title(snapshot: Snapshot, checkpoint: Checkpoint, end: int) -> str:
    """What people call one end of the step."""
    name = (checkpoint.from_, checkpoint.to)[end]
    table, key = end_record(snapshot, checkpoint, end)
    record = snapshot.table(table).get(key)
    return name if record is None else str(record.title)


def end_record(snapshot: Snapshot, checkpoint: Checkpoint, end: int) -> tuple[str, str]:
    """One end of the step as table and id; a zone of its own is its system."""
    name = (checkpoint.from_, checkpoint.to)[end]
    if checkpoint.step == "boundary" and name.startswith("system:"):
        return "system", name.removeprefix("system:")
    return STEP_ENDS[checkpoint.step][end], name


def place_title(snapshot: Snapshot, checkpoint: Checkpoint) -> str:
    """The step in words: ``the grant file-key > files``, ``the boundary desk > vault``."""
    ends = f"{end_title(snapshot, checkpoint, 0)} > {end_title(snapshot, checkpoint, 1)}"
    return f"the {checkpoint.step} {ends}"


def record_of(snapshot: Snapshot, checkpoint: Checkpoint) -> tuple[tuple[str, Key], ...]:
    """The relation that it sits on, and the elements at its ends, as far as they are drawn."""
    found: list[tuple[str, Key]] = []
    ends = checkpoint.from_, checkpoint.to
    if checkpoint.step not in ("boundary", "hosting") and snapshot.get(checkpoint.step, ends) is not None:
        found.append((checkpoint.step, ends))
    for end in (0, 1):
        place = end_record(snapshot, checkpoint, end)
        if snapshot.get(*place) is not None:
            found.append(place)
    return tuple(found)


def is_active(snapshot: Snapshot, checkpoint: Checkpoint) -> bool:
    """Whether no end of its step is a retired agent or a revoked credential."""
    for end in (0, 1):
        table, key = end_record(snapshot, checkpoint, end)
        record = snapshot.table(table).get(key)
        if table in ("agent", "credential") and (record is None or not record.is_active):
            return False
    return True
