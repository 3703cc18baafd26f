"""``meshmodel catalogue``: what well-known MCP servers, variables and commands reach, with the sources."""

import argparse

from meshmodel.commands.models import Subparsers, add_json
from meshmodel.commands.output import answer, say


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "catalogue",
        help="show what well-known MCP servers reach",
        description="List the well-known MCP servers by which an import is filled in, or show one of them: "
        "what it reaches, by which tools, with which credential, what limits it, and where that was read. "
        "Rows of your own go into catalogue.toml of the configuration folder.",
    )
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help="a server, system, variable, command, package, image or address",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List all servers, or tell the rows of a name."""
    from meshmodel.importers.catalogue import load_catalogue
    from meshmodel.importers.catalogue_answers import catalogue_json, catalogue_text, row_text, rows_named

    rows = load_catalogue()
    found = None if arguments.name is None else rows_named(rows, arguments.name)
    if arguments.json:
        answer(catalogue_json(rows, found))
    elif found is None:
        say(catalogue_text(rows))
    else:
        say("\n\n".join(row_text(each, rows) for each in found))
    return 0
