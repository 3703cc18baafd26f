"""``meshmodel compromise``: what follows if an element is compromised, or an outsider writes."""

import argparse

from meshmodel.commands.models import (
    OTHER_NAMES,
    AnswerPrinter,
    Subparsers,
    add_json,
    add_models,
    add_view,
    for_each,
    load,
    nearest,
    view_of,
)
from meshmodel.commands.output import answer, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Snapshot
from meshmodel.model.source import Source
from meshmodel.model.text import one_line


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "compromise",
        aliases=OTHER_NAMES["compromise"],
        help="show the blast radius: what an attacker gets, and what to revoke",
        description="Show what an attacker can reach who took over an agent, a credential or a system, or "
        "who can only write where outsiders can. Listed are the credentials to revoke, the agents that "
        "follow the attacker, the systems with actions, and what effective checkpoints hold back.",
    )
    add_models(parser)
    parser.add_argument(
        "start",
        metavar="START",
        help="agent:ID, credential:ID, system:ID (the id alone where only one has it), or the word outsider",
    )
    add_view(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for one start in every model."""
    from meshmodel.analysis.analysis import analyse

    printer = AnswerPrinter(arguments.models)

    def compromise(source: Source) -> int:
        snapshot = load(source)
        analysis = analyse(snapshot, view=view_of(arguments))
        found = analysis.compromise(_qualified(arguments.start, snapshot))
        from meshmodel.answers.compromise import compromise_blocks, compromise_json
        from meshmodel.answers.painters import text_of, titled

        if arguments.json:
            answer(compromise_json(found))
        else:
            blocks = titled(snapshot, compromise_blocks(snapshot, found, analysis.view))
            printer.say(source, text_of(blocks, style()))
        return 0

    return for_each(arguments.models, compromise)


def _qualified(start: str, snapshot: Snapshot) -> str:
    """The start with its kind, where only an id is given that one element has."""
    if start == "outsider":
        return start
    tables = "agent", "credential", "system"
    names = [f"{table}:{key}" for table in tables for key in snapshot.table(table)]
    found = [each for each in names if each.partition(":")[2] == start]
    if len(found) > 1:
        raise MeshmodelError(f"{one_line(start)} can be several things: write {' or '.join(found)}")
    if found or start.partition(":")[0] in tables:
        return found[0] if found else start
    hint = nearest(start, [*names, "outsider"]) or "name agent:ID, credential:ID, system:ID or outsider"
    raise MeshmodelError(f"the model has no agent, credential or system {one_line(start)}; {hint}")
