"""``meshmodel copy`` and ``meshmodel list``: models in a database, and copies with their journals."""

import argparse

from meshmodel.commands.models import NAMED, Subparsers, load
from meshmodel.commands.output import say
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.text import counted, one_line


def add(commands: Subparsers) -> None:
    """Declare both commands and their arguments."""
    parser = commands.add_parser(
        "copy",
        help="copy a model with its journal",
        description="Copy a model with its journal, whole or not at all: from a file to a database, back, or "
        "under another name. Undo works in the copy as in the model that it was made of. An interchange file "
        "has no journal: its copy begins with an empty one.",
    )
    parser.add_argument("source", type=Source.parse, metavar="SOURCE", help=f"{NAMED}; - is standard input")
    parser.add_argument(
        "target",
        type=Source.parse,
        metavar="TARGET",
        help="where nothing is yet: a .mesh file, or postgresql://host/db#model",
    )
    parser.set_defaults(run=copy)
    parser = commands.add_parser(
        "list",
        help="list the models of a database",
        description="List the models of a database of PostgreSQL, and what you may do with each.",
    )
    parser.add_argument(
        "database", type=Source.parse_database, metavar="DATABASE", help="its address: postgresql://host/db"
    )
    parser.set_defaults(run=list_models)


def copy(arguments: argparse.Namespace) -> int:
    """Copy a model."""
    from meshmodel.store.load import is_model_file

    source: Source = arguments.source
    target: Source = arguments.target
    name = one_line(target, limit=1_000)
    if not target.address and target.path.suffix.lower() != ".mesh":
        raise MeshmodelError(f"{name}: a copy with a journal is a .mesh file; name it so")
    entries = 0
    if str(source) == "-" or not is_model_file(source):
        from meshmodel.store.store import Store

        snapshot = load(source)
        Store.create(target, snapshot).close()
    else:
        from meshmodel.store.copy import copy_model

        snapshot, entries = copy_model(source, target)
    edits = f"{entries} {'entry' if entries == 1 else 'entries'} in the journal"
    say(f"{name}: {counted(snapshot.elements, 'element')}, {edits}")
    return 0


def list_models(arguments: argparse.Namespace) -> int:
    """List the models of a database."""
    from meshmodel.store.store import keeper

    database: Source = arguments.database
    if database.model:
        raise MeshmodelError(f"{one_line(database)}: names one model; leave out what begins with #")
    found = keeper(database).models(database)
    width = max((len(each.name) for each in found), default=0)
    for each in found:
        may = "to edit" if each.may_edit else "to read" if each.may_read else "not for you"
        say(f"{database}#{each.name:<{width}}  {may}")
    if not found:
        say(f"no models yet; meshmodel copy SOURCE {database}#NAME makes one")
    return 0
