"""``meshmodel mcp``: one model as tools for an assistant, on standard input and output."""

import argparse
import sys
from pathlib import Path
from typing import Final

from meshmodel.commands.models import NAMED, Subparsers
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.text import one_line, person_name

_NAME: Final = "assistant"


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "mcp",
        help="offer one model to an assistant as tools, for reading unless --write",
        description="Offer one model to an assistant that speaks the Model Context Protocol, on standard "
        "input and output; the assistant's program starts it. Nothing is changed without --write, and what "
        "would accept, approve or lower a finding is left to people.",
    )
    parser.add_argument("model", type=Source.parse, metavar="MODEL", help=NAMED)
    parser.add_argument("--folder", type=Path, metavar="DIR", help="the only folder that it may scan")
    parser.add_argument(
        "--write", action="store_true", help="let it edit the model file (.mesh), or begin one"
    )
    parser.add_argument("--name", metavar="NAME", help=f"by whom the journal says it edits ({_NAME})")
    parser.add_argument(
        "--allow-approvals", action="store_true", help="let it accept, approve and lower findings too"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until the assistant's program closes its end.

    Raises:
        MeshmodelError: what is given does not go together, or the model or the folder cannot be read.
    """
    if sys.platform == "win32":
        raise MeshmodelError("meshmodel mcp has not been tried on Windows: run it in WSL")
    from meshmodel.commands.help import TOPICS, page
    from meshmodel.store.load import is_model_file, load
    from meshmodel.store.new_model import create_empty

    model: Source = arguments.model.absolute()
    folder: Path | None = None if arguments.folder is None else arguments.folder.absolute()
    if not arguments.write and (arguments.name is not None or arguments.allow_approvals):
        raise MeshmodelError("--name and --allow-approvals are for --write")
    if arguments.write and not is_model_file(model):
        raise MeshmodelError(
            f"{one_line(arguments.model)}: has no journal of edits; --write needs a model file (.mesh)"
        )
    if folder is not None and not folder.is_dir():
        raise MeshmodelError(f"{one_line(arguments.folder)}: is no folder; name one that may be scanned")
    writer = person_name(_NAME if arguments.name is None else arguments.name) if arguments.write else None
    try:
        from meshmodel.mcp_server.server import serve
    except ModuleNotFoundError as missing:
        raise MeshmodelError(f"meshmodel mcp needs {missing.name}: pip install 'meshmodel[mcp]'") from None
    from meshmodel.mcp_server.tools import ServerOptions

    if arguments.write and not model.address and not model.path.exists():
        create_empty(model.path)
    load(model)
    serve(ServerOptions(model, folder, writer, arguments.allow_approvals), TOPICS, page)
    return 0
