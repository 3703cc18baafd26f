"""``meshmodel offboard``: what to revoke, rotate and delete when somebody goes, and doing it."""

import argparse
from typing import TYPE_CHECKING, Final

from meshmodel.commands.models import Subparsers, add_json, add_model, load, nearest
from meshmodel.commands.output import answer, say, style
from meshmodel.model.errors import MeshmodelError, StoreError
from meshmodel.model.source import Source
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.offboarding import Offboarding
    from meshmodel.analysis.rotation import RotationPlan
    from meshmodel.model.records import Snapshot

_KINDS: Final = ("agent:", "person:", "vendor:", "credential:")


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "offboard",
        help="show what to revoke, rotate and delete when an agent, a person or a vendor leaves, or do it",
        description="Show what is to be done when an agent, a person or group, or a vendor leaves. Listed "
        "are the credentials to revoke, those to rotate (shared, or obtainable), the copies to delete, and "
        "what needs a new owner. So are checkpoints that lose their approver, what breaks, and who else "
        "notices. Of a credential: how its secret is rotated, in a safe order. With --apply it is done in "
        "the model: in a model file as one edit that undo takes back. An interchange file is written anew. "
        "A secret is rotated outside the model, so that remains to be done.",
    )
    add_model(parser)
    parser.add_argument(
        "who",
        metavar="WHO",
        help="agent:ID (or the id alone), person:NAME (a person or group), vendor:NAME, or credential:ID",
    )
    parser.add_argument("--apply", action="store_true", help="do it in the model")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the plan for one of them, after applying it if ``--apply`` is given."""
    from meshmodel.analysis.rotation import RotationPlan

    plan: Offboarding | RotationPlan
    done: str | None = None
    if arguments.apply:
        snapshot, plan, done = _apply(arguments.model, arguments.who)
    else:
        snapshot = load(arguments.model)
        plan = _plan(snapshot, arguments.who)
    from meshmodel.answers.offboarding import offboarding_json
    from meshmodel.answers.painters import text_of, titled
    from meshmodel.answers.rotation import plan_blocks, rotation_json

    if not arguments.json:
        say(text_of(titled(snapshot, plan_blocks(snapshot, plan, done=done)), style()))
    elif isinstance(plan, RotationPlan):
        answer(rotation_json(plan))
    else:
        answer(offboarding_json(plan, applied=arguments.apply))
    return 0


def _plan(snapshot: "Snapshot", who: str) -> "Offboarding | RotationPlan":
    from meshmodel.analysis.analysis import analyse
    from meshmodel.analysis.offboarding import everybody
    from meshmodel.analysis.results import CannotStartError

    try:
        return analyse(snapshot).offboarding(who)
    except CannotStartError:
        hint = "" if who.startswith(_KINDS) else nearest(who, everybody(snapshot))
        if not hint:
            raise
        raise MeshmodelError(f"the model has no {one_line(who)} that could go; {hint}") from None


def _applicable_plan(snapshot: "Snapshot", who: str) -> "Offboarding":
    """The plan for one who leaves; raises MeshmodelError for a rotation, which a model cannot show."""
    from meshmodel.analysis.rotation import RotationPlan

    plan = _plan(snapshot, who)
    if isinstance(plan, RotationPlan):
        raise MeshmodelError(f"{one_line(who)}: a rotation cannot be drawn, so there is nothing to apply")
    return plan


def _apply(source: Source, who: str) -> "tuple[Snapshot, Offboarding, str]":
    """Apply the plan to a file: the model before, the plan, and a sentence that says what was done."""
    from meshmodel.edits.edit import apply_edit
    from meshmodel.edits.offboarding import offboard
    from meshmodel.store.load import is_model_file

    if not is_model_file(source):
        from meshmodel.commands.rewrite import read, rewrite

        content, snapshot = read(source.path)
        plan = _applicable_plan(snapshot, who)
        lost = rewrite(source.path, content, snapshot, apply_edit(snapshot, offboard(snapshot, plan)))
        return snapshot, plan, f"Done in the file{lost}"
    from meshmodel.store.store import Store

    with Store.open(source) as store:
        if store.read_only:
            raise StoreError(
                f"{one_line(source)}: may only be read, so nothing can be done in it{store.no_right}"
            )
        snapshot = store.snapshot
        plan = _applicable_plan(snapshot, who)
        store.apply(offboard(snapshot, plan))
    return snapshot, plan, "Done in the model, as one edit that undo takes back"
