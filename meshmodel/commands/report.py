"""``meshmodel report``: all that is known of a model as one document."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from meshmodel.commands.models import Subparsers, add_model, add_view, load, seconds, view_of
from meshmodel.commands.output import complain
from meshmodel.commands.progress import Progress
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.answers.report.pictures import Form

_FORMS: Final = ("md", "html", "pdf", "docx")


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "report",
        help="write a document: findings with pictures, the fix, tickets, credentials",
        description="Write all that is known of a model as a document: summary, pictures of the model and of "
        "its boundaries, the reach of each agent, each finding with its way, the minimum fix, tickets, "
        "credentials and open questions. The ending of FILE is the form: .md (its pictures in a folder "
        "beside it, NAME-pictures), .html (one file that stands alone), .pdf, or .docx (needs "
        "meshmodel[docx]). A file that is a model is not replaced.",
        allow_abbrev=False,
    )
    add_model(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        required=True,
        help="where to write it: .md, .html, .pdf or .docx",
    )
    add_view(parser)
    parser.add_argument(
        "--deadline",
        type=seconds,
        metavar="SECONDS",
        help="how long the searches for the fix and for its curve may each take (default: no limit)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the document; 2 if the fix, or its curve, was not proven in time, which the document says."""
    path: Path = arguments.output
    form = _form(path)
    _refuse_to_replace_model(path, arguments.model)
    from meshmodel.analysis.analysis import analyse
    from meshmodel.answers.report.build import Builder
    from meshmodel.answers.report.files import files

    if form == "docx":
        from meshmodel.answers.report.docx import require

        require()
    analysis = analyse(load(arguments.model), view=view_of(arguments))
    builder = Builder(analysis, form, arguments.deadline)
    with Progress(lambda: f"{one_line(path)}: {builder.status}"):
        made = files(builder.report(), form, path)
    from meshmodel.model.atomic_file import replace_files

    folder = next(iter(made)).parent
    replace_files(made, None if folder == path.parent else folder)
    if builder.complete:
        return 0
    complain(f"{one_line(path)}: was written, but in time the fix or its curve was not proven, as it says")
    return 2


def _form(path: Path) -> "Form":
    ending = path.suffix.lower().removeprefix(".")
    if ending not in _FORMS:
        raise MeshmodelError(f"{one_line(path)}: in which form? name a file .md, .html, .pdf or .docx")
    return cast("Form", ending)


def _refuse_to_replace_model(path: Path, model: Path) -> None:
    """Refuse to replace a model by a document: there would be no copy of it."""
    from meshmodel.store.load import kind_by_content

    kind = "the model itself" if _is_same(path, model) else kind_by_content(path)
    if kind is not None:
        raise MeshmodelError(f"{one_line(path)}: is {kind}, and would be lost; name another file")


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
