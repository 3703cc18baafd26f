"""``meshmodel names``: the names in logs that nothing knows, and rules of a map for them."""

import argparse

from meshmodel.commands.logs import add_logs, load_with_logs, logs_of
from meshmodel.commands.models import Subparsers, add_model
from meshmodel.commands.output import answer, say, style
from meshmodel.commands.progress import ProgressLine
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import counted


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "names",
        help="list the names in logs that neither a map nor the model knows",
        description="List which names in logs neither a rule of the map nor known_as of the model knows. "
        "Of each: how many records have it and when, and which elements it is likely to mean, with the "
        "reason. Write the rules with --toml, correct and complete them, trace, and list again until what "
        "is left is noise.",
        epilog="Exit status: 0 the logs were read to their end; 2 the call was wrong, or a log could not "
        "be read on: the answer is then marked as incomplete.",
    )
    add_model(parser)
    add_logs(parser)
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--toml",
        action="store_true",
        help="write rules of a map, the certain ones filled in, the likely as comments; with --map those "
        "that are to be put behind its own",
    )
    chosen.add_argument("--json", action="store_true", help="answer for programs: one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer once all logs are read."""
    from meshmodel.answers.names import NamesAnswer, names_blocks, names_json, names_toml
    from meshmodel.answers.painters import text_of, titled
    from meshmodel.logs.likely_elements import listed
    from meshmodel.logs.mapping import FORMAT

    snapshot = load_with_logs(arguments)
    logs = logs_of(arguments, snapshot)
    with ProgressLine(lambda: f"reading: {counted(sum(each.events for each in logs.read), 'record')}"):
        found = logs.unknown_names(snapshot)
    read = [(each.file.name, each.form, each.events) for each in logs.read]
    told = NamesAnswer(listed(found, snapshot), read, found.left_out, not logs.problem)
    if arguments.json:
        answer(names_json(told))
    elif arguments.toml:
        say(names_toml(told, FORMAT if arguments.map is None else None).rstrip("\n"))
    else:
        say(text_of(titled(snapshot, names_blocks(told)), style()))
    if logs.problem:
        raise MeshmodelError(logs.problem)
    return 0
