"""A new model by a typed name: its path, why it cannot be there, and the empty file."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

from meshmodel.model.records import About, Snapshot
from meshmodel.model.text import clean_line, one_line


def new_model_path(text: str, folder: Path) -> Path:
    """The file that a typed name means; ``.mesh`` is added where it is missing.

    Args:
        text: what was typed; ``~`` stands for the home folder.
        folder: where it lies, unless the name is absolute.
    """
    path = folder / Path(text).expanduser()
    return path if path.suffix == ".mesh" else path.with_name(f"{path.name}.mesh")


def new_model_problem(text: str, folder: Path) -> str | None:
    """Why no new model can have a typed name, in a line; ``None`` if it can."""
    if not text.strip():
        return "a file name is needed"
    if Path(text).suffix == ".toml":
        return "a new model is a .mesh file; an interchange file (.toml) is made by exporting it"
    path = new_model_path(text, folder)
    if path.exists():
        return f"{one_line(path.name)} is there already: open it, or choose another name"
    return None if path.parent.is_dir() else f"there is no folder {one_line(path.parent)}"


def proposed_model_name(sources: Sequence[Path], folder: Path) -> str:
    """A free file name for the model of some files: that of the file, or of the folder of several.

    Args:
        sources: files and folders, at least one; a file whose name begins with a dot is called as its folder.
        folder: where the model will lie.
    """
    first = sources[0].expanduser().absolute()
    is_named = len(sources) == 1 and not first.name.startswith(".")
    name = (first.stem if first.is_file() else first.name) if is_named else first.parent.name
    name = clean_line(name) or "model"
    names = (f"{name}{'' if number == 1 else f'-{number}'}.mesh" for number in count(1))
    return next(each for each in names if not (folder / each).exists())


def create_empty(path: Path) -> Path:
    """Make an empty model, named as its file; returns the path.

    Raises:
        MeshmodelError: it cannot be made there.
        OSError: the same.
    """
    from meshmodel.store.store import Store

    Store.create(path, Snapshot(about=About(name=clean_line(path.stem) or None))).close()
    return path
