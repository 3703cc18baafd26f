"""Loads a model of either kind: a model file (``.mesh``) or an interchange file (``.toml``)."""

from pathlib import Path

from meshmodel.model.snapshot import Snapshot
from meshmodel.store.interchange import read_file

_SQLITE = b"SQLite format 3\0"


def is_model_file(path: str | Path) -> bool:
    """Whether the path is to be opened as a model file: by its ending, else by its first bytes."""
    place = Path(path)
    if place.suffix.lower() == ".mesh":
        return True
    if place.suffix.lower() == ".toml":
        return False
    try:
        with place.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except (OSError, ValueError):
        return False


def load(path: str | Path) -> Snapshot:
    """The model at a path; the database is imported for a model file only.

    Args:
        path: a ``.toml`` or a ``.mesh``; with another ending, its content decides.

    Raises:
        MeshmodelError: one line; it cannot be read, is no model, or is refused (section 10).
    """
    if not is_model_file(path):
        return read_file(path)
    from meshmodel.store.database import Store

    with Store.open(path, read_only=True) as store:
        return store.snapshot
