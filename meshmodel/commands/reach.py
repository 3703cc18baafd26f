"""``meshmodel reach``: the systems and actions that every agent reaches, and its identities."""

import argparse
from pathlib import Path

from meshmodel.commands.models import AnswerPrinter, Subparsers, add_json, add_models, for_each, load
from meshmodel.commands.output import answer, style


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "reach",
        help="show what every agent can do where, and as whom",
        description="Show the effective reach of every active agent: the identities it carries, the systems "
        "and actions it reaches, and which of them a review of its own credentials would not show.",
        allow_abbrev=False,
    )
    add_models(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for every model."""
    printer = AnswerPrinter(arguments.models)

    def reach(path: Path) -> int:
        from meshmodel.analysis.analysis import analyse

        snapshot = load(path)
        found = analyse(snapshot).reach()
        if arguments.json:
            from meshmodel.answers.answers_json import reach_answer

            answer(reach_answer(found))
        else:
            from meshmodel.answers.answers_text import reach_text

            text = reach_text(snapshot.about.name, found, style())
            printer.say(path, text)
        return 0

    return for_each(arguments.models, reach)
