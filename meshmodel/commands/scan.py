"""``meshmodel scan``: what a folder tells of agents, in one model and a screen of lines."""

import argparse
from pathlib import Path
from typing import Final

from meshmodel.commands.forms import add_forms, load_forms
from meshmodel.commands.import_model import keep, refuse_target
from meshmodel.commands.models import Subparsers, add_json, seconds
from meshmodel.commands.output import answer, complain, say, style
from meshmodel.model.text import one_line

DEADLINE: Final = 5.0
"""Seconds within which walking and reading end, unless another number is given."""
_SHOWN: Final = 10


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "scan",
        help="find the agents in a folder, what they reach with which identity, and the worst path",
        description="Look through a folder for what configures AI agents: MCP clients and servers, coding "
        "assistants, workflows, manifests. One screen says which agents there are, what they can reach with "
        "which identity, where no checkpoint decides, and what to find out first. Nothing is started, "
        "fetched or written unless -o names a model; files that hold secrets are never opened.",
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="where to look; by default the one you are in"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="MODEL", help="keep the model in a new .mesh or .toml file"
    )
    parser.add_argument(
        "--home",
        action="store_true",
        help="also read your own configuration of assistants, below your home folder and /etc; FOLDER may be "
        "left out then",
    )
    parser.add_argument(
        "--catalogue",
        type=Path,
        metavar="FILE",
        help="rows about MCP servers that come before those of the program and your own",
    )
    add_forms(parser)
    parser.add_argument(
        "--deadline",
        type=seconds,
        default=DEADLINE,
        metavar="SECONDS",
        help="stop looking after so many seconds, and say what was left out (default: 5)",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Scan, and tell; 2 where something that was recognised could not be read.

    Raises:
        MeshmodelError: the folder is none, or the model is there already.
    """
    from meshmodel.answers.scan import scan_json, scan_lines
    from meshmodel.app.presentation.scan_words import tell_scan
    from meshmodel.importers.catalogue import load_catalogue
    from meshmodel.importers.scanning import scan
    from meshmodel.model.stop import Stop

    folder: Path | None = arguments.folder or (None if arguments.home else Path())
    output: Path | None = arguments.output
    if output is not None:
        refuse_target(output, "name another file")
    load_forms(arguments.forms)
    stop = Stop(arguments.deadline, None)
    folders = [] if folder is None else [folder]
    base = output.parent if output is not None else folder or Path()
    catalogue = load_catalogue(arguments.catalogue) if arguments.catalogue else None
    found = scan(folders, base, stop, Path.home() if arguments.home else None, catalogue)
    if output is not None:
        keep(found.done, output)
    own = "your own configuration"
    also, name = (f" and {own}", "") if arguments.home and folder is not None else ("", "" if folder else own)
    told = tell_scan(found, stop, kept=output, also=also, name=name)
    if arguments.json:
        answer(scan_json(told))
    else:
        text = "\n".join(scan_lines(told))
        say(text if style().glyphs else text.replace("⚑", "!").replace("…", "..."))
    refused = [*found.unread, *found.walked.refused]
    for source, why in refused[:_SHOWN]:
        complain(f"{one_line(source)}: {why}")
    if len(refused) > _SHOWN:
        complain(f"{len(refused) - _SHOWN:,} more files could not be read; --json lists them")
    for each in found.missing:
        complain(each)
    return 0 if found.is_whole else 2
