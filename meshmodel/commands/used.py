"""``meshmodel used``: what logs show of what is granted and intended."""

import argparse
from typing import TYPE_CHECKING

from meshmodel.commands.logs import add_logs, load_with_logs, logs_of, progress_text
from meshmodel.commands.models import Subparsers, add_json, add_model
from meshmodel.commands.output import answer, say, style
from meshmodel.commands.progress import ProgressLine
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import counted

if TYPE_CHECKING:
    from meshmodel.analysis.used import ModelUse
    from meshmodel.edits.edit import Edit
    from meshmodel.logs.several import Logs
    from meshmodel.model.records import Snapshot


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "used",
        help="show unused access: what was granted and never used, and what no intended use covers",
        description="Count in logs how often each grant was used, by how many sessions, first and last. "
        "Shown are also what was granted and never used, what was used and is not granted, and what no "
        "intended use covers. A log shows its own period, and not what is rare: the answer names both ends "
        "of it. With --intents what no intended use covers is added to the model as one. In a model file "
        "that is one edit that undo takes back; an interchange file is written anew.",
        epilog="Exit status: 0 the logs were read to their end; 2 the call was wrong, or a log could not "
        "be read on: the answer is then marked as incomplete, and nothing is added.",
    )
    add_model(parser)
    add_logs(parser)
    parser.add_argument(
        "--intents",
        action="store_true",
        help="add to the model, as intended uses, what no intended use covers",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what was used, after declaring the intents if ``--intents`` is given."""
    from meshmodel.answers.painters import text_of, titled
    from meshmodel.answers.used import used_blocks, used_json

    snapshot = load_with_logs(arguments)
    logs = logs_of(arguments, snapshot)
    used = _counted(snapshot, logs, laid=arguments.intents)
    done = ""
    if arguments.intents and not logs.problem:
        done = _declare(arguments, snapshot, used)
    if arguments.json:
        answer(used_json(used, logs.unused_rules, complete=not logs.problem))
    else:
        cut = [each.file.name for each in logs.read if each.problem]
        say(text_of(titled(snapshot, used_blocks(used, cut, done, logs.unused_rules)), style()))
    if logs.problem:
        raise MeshmodelError(logs.problem)
    return 0


def _counted(snapshot: "Snapshot", logs: "Logs", *, laid: bool) -> "ModelUse":
    """What is used; where intents are declared events are laid on the model, which says what is wrong."""
    from meshmodel.analysis.analysis import analyse
    from meshmodel.analysis.used import UseCounter, UsedTally

    analysis = analyse(snapshot)
    counter = UseCounter(analysis.engine)
    tally = UsedTally(analysis.engine) if laid else counter.tally
    with ProgressLine(lambda: progress_text(logs, tally.events)):
        if laid:
            for traced in analysis.trace(logs.events()):
                tally.add(traced)
        else:
            for event in logs.events():
                counter.add(event)
    return tally.result()


def _declare(arguments: argparse.Namespace, snapshot: "Snapshot", used: "ModelUse") -> str:
    """Declare the intents in the model; what was done, in a sentence."""
    from meshmodel.commands.rewrite import change
    from meshmodel.edits.intents import declare_used

    def declared(now: "Snapshot") -> "Edit | None":
        if now != snapshot:
            raise MeshmodelError("the model was changed while the logs were read; nothing is declared")
        return declare_used(now, used.declarable)

    pairs, every = ({(each.agent, each.system) for each in some} for some in (used.declarable, used.intents))
    left = counted(len(every - pairs), "use")
    kept = f"; {left} that no checkpoint decided are not proposed" if every - pairs else ""
    if not pairs:
        return f"Nothing is to be declared{kept}"
    lost = change(arguments.model, declared)
    return f"Declared {counted(len(pairs), 'intended use')} in the model{kept}{lost}"
