"""``meshmodel drift``: what foreign files say now that a model does not, and what that means in reach."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.commands.import_model import add_form, refuse_models
from meshmodel.commands.models import Subparsers, add_json, add_model, add_view, load, view_of
from meshmodel.commands.output import answer, say, style
from meshmodel.commands.progress import ProgressLine
from meshmodel.model.source import Source

if TYPE_CHECKING:
    from meshmodel.importers.importing import Import


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "drift",
        help="show what the files that a model was imported from say now that the model does not",
        description="Read files of other programs as import does, change nothing, and show what they say "
        "that the model does not. Shown is also what agents could do then, in the terms of diff. What "
        "somebody changed in the model, took out of it or rejected differs too. Exit status 1 if and only "
        "if a path would be unchecked that is not so in the model, or more severe, or another program would "
        "run than was imported.",
    )
    add_model(parser)
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="FILE", help="files or folders, as for import"
    )
    add_form(parser)
    add_view(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare the model with what the files say; 1 if something new would be uncontrolled."""
    from meshmodel.analysis.analysis import analyse
    from meshmodel.answers.diff.compare import compare

    refuse_models(arguments.sources, "meshmodel diff compares two models")
    done = _read(arguments)
    old = analyse(done.before, view=view_of(arguments))
    new = analyse(done.after, view=old.view, today=old.today)
    with ProgressLine(lambda: "comparing all paths"):
        diff = compare(old, new)
    is_other_program = any(each.kind == "program changed" for each in done.outcomes)
    status = 1 if diff.opened or is_other_program else 0
    if arguments.json:
        from meshmodel.answers.diff.answer import diff_json
        from meshmodel.importers.answers import import_answer

        read = {key: value for key, value in import_answer(done, applied=False).items() if key != "format"}
        answer({"format": "meshmodel-drift/1", "import": read, "diff": diff_json(diff)})
    else:
        from meshmodel.answers.diff.text import diff_text
        from meshmodel.importers.answers import drift_text

        say(drift_text(done))
        say(diff_text(diff, old, new, style(), status))
    return status


def _read(arguments: argparse.Namespace) -> "Import":
    from meshmodel.importers.drift import drifted
    from meshmodel.store.load import is_model_file

    model: Source = arguments.model
    if not is_model_file(model):
        return drifted(
            arguments.sources, model.folder, load(model), None, form=arguments.form, only=arguments.only
        )
    from meshmodel.store.store import Store

    with Store.open(model, read_only=True) as store:
        return drifted(
            arguments.sources,
            model.folder,
            store.snapshot,
            store.imported(),
            renamed=store.renamed,
            form=arguments.form,
            only=arguments.only,
        )
