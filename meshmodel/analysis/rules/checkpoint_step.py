"""The step or boundary that a checkpoint sits on, in words and as records (section 5)."""

from meshmodel.analysis.results import Place
from meshmodel.model.records import Checkpoint
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.snapshot import Snapshot


def step_title(snapshot: Snapshot, checkpoint: Checkpoint) -> str:
    """The step in words: ``the grant file-key > files``, ``the boundary desk > vault``."""
    titles = []
    for (table, key), name in zip(_ends(checkpoint), (checkpoint.from_, checkpoint.to), strict=True):
        record = snapshot.table(table).get(key)
        titles.append(name if record is None else str(record.title))
    return f"the {checkpoint.step} {' > '.join(titles)}"


def step_records(snapshot: Snapshot, checkpoint: Checkpoint) -> tuple[Place, ...]:
    """A checkpoint, the relation that it sits on, and the elements at its ends, as far as they are drawn."""
    found: list[Place] = [("checkpoint", checkpoint.id)]
    ends = checkpoint.from_, checkpoint.to
    if checkpoint.step not in ("boundary", "hosting") and snapshot.get(checkpoint.step, ends) is not None:
        found.append((checkpoint.step, ends))
    return (*found, *(each for each in _ends(checkpoint) if snapshot.get(*each) is not None))


def is_active(snapshot: Snapshot, checkpoint: Checkpoint) -> bool:
    """Whether no end of its step is a retired agent or a revoked credential."""
    for table, key in _ends(checkpoint):
        record = snapshot.table(table).get(key)
        if table in ("agent", "credential") and (record is None or not record.is_active):
            return False
    return True


def _ends(checkpoint: Checkpoint) -> list[tuple[str, str]]:
    """Its ends as table and id; a zone of its own is its system."""
    found = []
    for table, name in zip(STEP_ENDS[checkpoint.step], (checkpoint.from_, checkpoint.to), strict=True):
        if checkpoint.step == "boundary" and name.startswith("system:"):
            found.append(("system", name.removeprefix("system:")))
        else:
            found.append((table, name))
    return found
