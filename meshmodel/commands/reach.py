"""``meshmodel reach``: the systems and actions that every agent reaches, and its identities."""

import argparse

from meshmodel.commands.models import AnswerPrinter, Subparsers, add_json, add_models, for_each, load
from meshmodel.commands.output import answer, style
from meshmodel.model.source import Source


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "reach",
        help="show what every agent can do where, and with which identity",
        description="Show what every active agent can reach: its identities, the systems, and the actions "
        "there. It says which of them a review of its own credentials would not show.",
    )
    add_models(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for every model."""
    printer = AnswerPrinter(arguments.models)

    def reach(source: Source) -> int:
        from meshmodel.analysis.analysis import analyse

        snapshot = load(source)
        found = analyse(snapshot).reach()
        from meshmodel.answers.painters import text_of, titled
        from meshmodel.answers.reach import reach_blocks, reach_json

        if arguments.json:
            answer(reach_json(found))
        else:
            printer.say(source, text_of(titled(snapshot, reach_blocks(snapshot, found)), style()))
        return 0

    return for_each(arguments.models, reach)
