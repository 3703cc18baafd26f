"""``meshmodel describe``: the drawing in words, for whoever sees no picture."""

import argparse

from meshmodel.commands.models import AnswerPrinter, Subparsers, add_models, add_view, for_each, load, view_of
from meshmodel.commands.output import style
from meshmodel.model.source import Source


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "describe",
        help="describe a model in words",
        description="Describe a model in words, zone by zone: every agent, system and credential with its "
        "relations, and where a checkpoint decides or is missing. It is for screen readers, and for text in "
        "place of a picture.",
    )
    add_models(parser)
    add_view(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell every model."""
    printer = AnswerPrinter(arguments.models)

    def describe(source: Source) -> int:
        from meshmodel.analysis.analysis import analyse
        from meshmodel.answers.description import description

        printer.say(source, description(analyse(load(source), view=view_of(arguments)), style()))
        return 0

    return for_each(arguments.models, describe)
