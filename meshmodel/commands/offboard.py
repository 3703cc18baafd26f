"""``meshmodel offboard``: what to revoke, rotate and delete when an agent goes, and doing it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.commands.models import Subparsers, add_json, add_model, load
from meshmodel.commands.output import answer, say, style
from meshmodel.model.errors import StoreError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.offboarding import Offboarding
    from meshmodel.model.snapshot import Snapshot


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "offboard",
        help="show what to revoke, rotate and delete when an agent goes, or do it",
        description="Show what is to be done when an agent goes: the credentials to revoke (only it could "
        "present them), those to rotate (shared, or obtainable by it), the copies at rest to delete, what "
        "breaks, and who else notices. With --apply it is done in the model: in a model file as one edit "
        "that undo takes back; an interchange file is written anew. A rotation cannot be drawn: it stays to "
        "be done.",
        allow_abbrev=False,
    )
    add_model(parser)
    parser.add_argument("agent", metavar="AGENT", help="the id of the agent")
    parser.add_argument("--apply", action="store_true", help="do it in the model")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for one agent; with ``--apply`` after it was done."""
    from meshmodel.api import analyse

    if arguments.apply:
        snapshot, plan, done = _applied(arguments.model, arguments.agent)
    else:
        snapshot, done = load(arguments.model), None
        plan = analyse(snapshot).offboarding(arguments.agent)
    from meshmodel.exporters.offboarding_answer import offboarding_answer, offboarding_text

    if arguments.json:
        answer(offboarding_answer(plan, applied=arguments.apply))
    else:
        say(offboarding_text(snapshot, plan, style(), done=done))
    return 0


def _applied(path: Path, agent: str) -> "tuple[Snapshot, Offboarding, str]":
    """The model before, the plan that was carried out in it, and where it is kept."""
    from meshmodel.api import analyse
    from meshmodel.store.edits import apply_edit
    from meshmodel.store.loading import is_model_file
    from meshmodel.store.offboarding import offboard

    if not is_model_file(path):
        from meshmodel.commands.rewriting import rewrite

        snapshot = load(path)
        plan = analyse(snapshot).offboarding(agent)
        lost = rewrite(path, snapshot, apply_edit(snapshot, offboard(snapshot, plan)))
        return snapshot, plan, f"Done in the file{lost}"
    from meshmodel.store.database import Store

    with Store.open(path) as store:
        if store.read_only:
            raise StoreError(f"{one_line(path)}: may only be read, so nothing can be done in it")
        snapshot = store.snapshot
        plan = analyse(snapshot).offboarding(agent)
        store.apply(offboard(snapshot, plan))
    return snapshot, plan, "Done in the model, as one edit that undo takes back"
