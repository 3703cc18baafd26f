"""Models as the commands take them: one or several files, each answered or complained about."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from meshmodel.commands.output import complain
from meshmodel.model.errors import MeshmodelError

if TYPE_CHECKING:
    from meshmodel.model.snapshot import Snapshot


class Subparsers(Protocol):
    """Where a command adds itself; argparse has no public name for it."""

    def add_parser(self, name: str, **options: Any) -> argparse.ArgumentParser:
        """The parser of a new command."""


def add_models(parser: argparse.ArgumentParser) -> None:
    """The argument MODEL…, one or more files."""
    parser.add_argument("models", nargs="+", type=Path, metavar="MODEL", help="a .mesh or .toml file")


def add_model(parser: argparse.ArgumentParser) -> None:
    """The argument MODEL, one file."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="a .mesh or .toml file")


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option ``--json``."""
    parser.add_argument(
        "--json", action="store_true", help="answer for programs: one JSON document, on one line"
    )


def load(path: Path) -> "Snapshot":
    """The snapshot of a model; raises MeshmodelError."""
    from meshmodel.store.loading import load as load_any

    return load_any(path)


def for_each(paths: Sequence[Path], run: Callable[[Path], int]) -> int:
    """Answer for every model in the order given; the highest status of all.

    What is wrong with one model is said in one line, and the others are answered all the same.
    """
    highest = 0
    for path in paths:
        try:
            status = run(path)
        except MeshmodelError as error:
            complain(error)
            status = 2
        highest = max(highest, status)
    return highest
