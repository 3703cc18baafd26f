"""``meshmodel fix``: the fewest checkpoints that leave nothing uncontrolled, and adding them."""

import argparse

from meshmodel.commands.models import (
    AnswerPrinter,
    Subparsers,
    add_json,
    add_models,
    add_view,
    for_each,
    seconds,
)
from meshmodel.commands.output import answer
from meshmodel.commands.plan import PlanRun
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "fix",
        help="find the fewest checkpoints that close all unchecked paths",
        description="Find the smallest set of checkpoints that closes all unchecked paths and toxic flows. "
        "Among the smallest it is one that guards the fewest stored secrets and interrupts the fewest "
        "intended uses. Findings that no checkpoint closes are listed too. The answer is proven, or says "
        "what could be proven until the deadline (exit status 2). --apply adds the checkpoints: to a model "
        "file as one edit that undo takes back. An interchange file is replaced as a whole, in its "
        "canonical form, without its comments.",
    )
    add_models(parser)
    parser.add_argument(
        "--deadline", type=seconds, metavar="SECONDS", help="how long it may take (default: no limit)"
    )
    add_view(parser)
    parser.add_argument(
        "--apply", choices=("planned", "enforced"), metavar="STATE", help="add them, planned or enforced"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for every model; 2 if time was over before everything was proven.

    Raises:
        MeshmodelError: ``--apply`` with several models.
    """
    if arguments.apply and len(arguments.models) > 1:
        raise MeshmodelError("--apply changes one model at a time; name one")
    printer = AnswerPrinter(arguments.models)

    def fix(source: Source) -> int:
        fix_run = PlanRun(source, arguments, is_fix=True)
        if arguments.json:
            answer(fix_run.json())
        else:
            printer.say(source, fix_run.text())
        return 0 if fix_run.complete else 2

    return for_each(arguments.models, fix)
