"""An analysis after an edit, from the one before."""

from dataclasses import dataclass

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.relations import Related
from meshmodel.analysis.updating.changes import Changes
from meshmodel.analysis.updating.engines import Kept, Moved, keep, move
from meshmodel.model.snapshot import Snapshot


@dataclass(slots=True)
class Following:
    """One reading, ready for the next edit.

    Attributes:
        kept: what the next reading begins with.
        moved: how this one came from the one before; ``None`` where it was read from scratch.
    """

    kept: Kept
    moved: Moved | None = None

    def after(self, snapshot: Snapshot) -> "Following | None":
        """The reading after an edit, or ``None`` where it has to be read from scratch."""
        moved = move(self.kept, Changes.between(self.kept.engine.snapshot, snapshot))
        return None if moved is None else Following(moved.kept, moved)


def follow(engine: Engine) -> Following:
    """Make a reading from scratch ready for edits."""
    return Following(keep(engine, Related(engine.snapshot)))
