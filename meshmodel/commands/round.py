"""``meshmodel round``: the places that a workshop goes through, and what was decided since."""

import argparse
from pathlib import Path

from meshmodel.commands.models import (
    AnswerPrinter,
    Subparsers,
    add_json,
    add_models,
    add_view,
    for_each,
    load,
    seconds,
    view_of,
)
from meshmodel.commands.output import answer, style


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "round",
        help="list the few places that a workshop goes through to close everything",
        description="List the stops of a guided round: the steps of the minimum fix, each after those before "
        "it, with what guarding it closes, whom it interrupts and what is unknown there; then the findings "
        "of high or above that no checkpoint mends. The workbench goes through them with the command round.",
        allow_abbrev=False,
    )
    add_models(parser)
    parser.add_argument(
        "--deadline",
        type=seconds,
        metavar="SECONDS",
        default=10.0,
        help="how long the fixes may take, all together (default: 10)",
    )
    add_view(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for every model; 2 if time was over before a fix was proven."""
    printer = AnswerPrinter(arguments.models)

    def tell(path: Path) -> int:
        from meshmodel.analysis.analysis import analyse
        from meshmodel.answers.painters import text_of, titled
        from meshmodel.answers.round.stops import round_of
        from meshmodel.answers.round.words import round_blocks, round_json

        snapshot = load(path)
        found = round_of(analyse(snapshot, view=view_of(arguments)), arguments.deadline)
        if arguments.json:
            answer(round_json(found))
        else:
            printer.say(path, text_of(titled(snapshot, round_blocks(found), view_of(arguments)), style()))
        return 0 if found.is_proven else 2

    return for_each(arguments.models, tell)
