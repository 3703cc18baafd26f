"""The worked examples as the start screen shows them, and private copies to work on."""

from dataclasses import dataclass
from pathlib import Path

from meshmodel.app.config import copies_path
from meshmodel.store import examples as stored


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example.

    Attributes:
        name: what it is called on the command line, such as ``support-agent``.
        title: the name of its model.
        sentence: what it shows, in a sentence.
        path: its interchange file, never written.
    """

    name: str
    title: str
    sentence: str
    path: Path


def list_examples() -> list[Example]:
    """The worked examples that came with the program, in the order of reading.

    Raises:
        MeshmodelError: they are missing from the installation.
    """
    return [Example(each.id, each.name, each.sentence, each.path) for each in stored.examples()]


def private_copy(example: Example, folder: Path | None = None) -> Path:
    """A fresh model file with the example in it, to edit at will.

    Args:
        example: which one.
        folder: where it goes; the user's data folder if not given.

    Raises:
        MeshmodelError: the folder cannot be written.
    """
    return stored.private_copy(stored.example(example.name), copies_path() if folder is None else folder)
