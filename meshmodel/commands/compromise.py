"""``meshmodel compromise``: what follows if an element is compromised, or an outsider writes."""

import argparse

from meshmodel.commands.models import Subparsers, add_json, add_model, load
from meshmodel.commands.output import answer, say, style


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "compromise",
        help="show what follows if something is compromised, and what to revoke",
        description="Show what somebody reaches who took over an agent, a credential or a system, or who "
        "may only put words where outsiders write: the credentials to revoke, the agents driven, the "
        "systems with actions, and what the checkpoints that count hold back.",
        allow_abbrev=False,
    )
    add_model(parser)
    parser.add_argument(
        "start", metavar="START", help="agent:ID, credential:ID, system:ID, or the word outsider"
    )
    parser.add_argument(
        "--as-designed", action="store_true", help="count planned checkpoints as if they were enforced"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for one start."""
    from meshmodel.api import analyse

    snapshot = load(arguments.model)
    analysis = analyse(snapshot, view="designed" if arguments.as_designed else "built")
    found = analysis.compromise(arguments.start)
    from meshmodel.exporters.compromise_answer import compromise_answer, compromise_text

    if arguments.json:
        answer(compromise_answer(found))
    else:
        say(compromise_text(snapshot, found, analysis.view, style()))
    return 0
