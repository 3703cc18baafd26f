"""``meshmodel import``: an interchange file becomes a model file."""

import argparse
import shlex
from pathlib import Path

from meshmodel.commands.models import Subparsers
from meshmodel.commands.output import say
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "import",
        help="make a model file of an interchange file",
        description="Make a model file of an interchange file. An existing model is never overwritten.",
        allow_abbrev=False,
    )
    parser.add_argument("source", type=Path, metavar="FILE.toml", help="the interchange file")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="MODEL.mesh", help="the new model file"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read the interchange file, then create the model file; nothing is created if reading fails."""
    from meshmodel.interchange import read_file
    from meshmodel.store.load import kind_by_content

    target: Path = arguments.output
    if target.suffix.lower() != ".mesh":
        raise MeshmodelError(f"{one_line(target)}: a model file ends with .mesh; name it so")
    if kind_by_content(arguments.source) == "model file":
        name = one_line(arguments.source)
        raise MeshmodelError(
            f"{name}: is a model file already; meshmodel open {shlex.quote(name)} opens it, "
            f"meshmodel export {shlex.quote(name)} --to toml writes it as an interchange file"
        )
    snapshot = read_file(arguments.source)
    from meshmodel.store.store import Store

    with Store.create(target, snapshot):
        pass
    say(f"{one_line(target, limit=1_000)}: {snapshot.elements} elements")
    return 0
