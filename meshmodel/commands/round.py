"""``meshmodel round``: the places that a workshop goes through, and what was decided since."""

import argparse
from typing import TYPE_CHECKING, Final

from meshmodel.commands.models import (
    OTHER_NAMES,
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
from meshmodel.commands.output import answer, say, style
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.answers.round.summary import RoundSummary
    from meshmodel.model.records import Snapshot

_LAST_ROUND: Final = "last"


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "round",
        aliases=OTHER_NAMES["round"],
        help="guided review: list the few topics that close everything",
        description="List the topics of a guided review. First come the checkpoints of the smallest fix, "
        "the one that closes most first. Each topic says what it closes, which intended uses wait for a "
        "decision, and what is unknown there. Then come the findings of high or above that no checkpoint "
        "closes. The workbench leads through them (@). --summary lists what was decided since, and who "
        "decided it.",
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
    parser.add_argument(
        "--summary",
        nargs="?",
        const=_LAST_ROUND,
        metavar="FROM",
        help="what was decided after this entry of the journal (default: since the round in the workbench "
        "began, or the model was made)",
    )
    parser.add_argument("--to", choices=("md",), metavar="FORMAT", help="with --summary: as Markdown (md)")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Answer for every model; 2 if time was over before a fix was proven.

    Raises:
        MeshmodelError: ``--to`` without ``--summary``, or with ``--json``.
    """
    if arguments.to and (arguments.summary is None or arguments.json):
        raise MeshmodelError("--to md is for --summary alone, without --json")
    printer = AnswerPrinter(arguments.models)

    def tell(source: Source) -> int:
        if arguments.summary is not None:
            return _tell_summary(source, arguments, printer)
        from meshmodel.analysis.analysis import analyse
        from meshmodel.answers.painters import text_of, titled
        from meshmodel.answers.round.stops import round_of
        from meshmodel.answers.round.words import round_blocks, round_json

        snapshot = load(source)
        found = round_of(analyse(snapshot, view=view_of(arguments)), arguments.deadline)
        if arguments.json:
            answer(round_json(found))
        else:
            printer.say(source, text_of(titled(snapshot, round_blocks(found), view_of(arguments)), style()))
        return 0 if found.is_proven else 2

    return for_each(arguments.models, tell)


def _tell_summary(source: Source, arguments: argparse.Namespace, printer: AnswerPrinter) -> int:
    from meshmodel.answers.painters import text_of, titled
    from meshmodel.answers.round.summary import summary_blocks, summary_json

    snapshot, found = _summary(source, arguments.summary, arguments.deadline)
    if arguments.json:
        answer(summary_json(found))
    elif arguments.to:
        from meshmodel.answers.report.minutes import minutes

        say(minutes(snapshot, found))
    else:
        printer.say(source, text_of(titled(snapshot, summary_blocks(found)), style()))
    return 0


def _summary(source: Source, text: str, deadline: float) -> "tuple[Snapshot, RoundSummary]":
    from meshmodel.analysis.analysis import analyse
    from meshmodel.answers.round.stops import round_of
    from meshmodel.answers.round.summary import summary_of
    from meshmodel.store.load import is_model_file
    from meshmodel.store.store import Store

    name = one_line(source, limit=1_000)
    if not is_model_file(source):
        raise MeshmodelError(
            f"{name}: has no journal of edits to sum up; --summary needs a model file (.mesh)"
        )
    with Store.open(source, read_only=True) as store:
        last = max((each.number for each in store.journal()), default=0)
        kept = store.guided_round()
        if text == _LAST_ROUND:
            text = "0" if kept is None else str(kept.began)
        since = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
        if not 0 <= since <= last:
            entry = f"--summary {one_line(text, 40)}"
            raise MeshmodelError(f"{name}: {entry} is no entry of its journal: a number from 0 to {last}")
        before, edits = store.earlier(since), store.changes_since(since)
        stops = round_of(analyse(store.snapshot), deadline).stops
        return store.snapshot, summary_of(since, before, store.snapshot, edits, stops)
