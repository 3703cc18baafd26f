"""``meshmodel report``: all that is known of a model as one document."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from meshmodel.answers.report.options import SECTIONS, ReportOptions
from meshmodel.commands.models import Subparsers, add_model, add_view, is_same_file, load, seconds, view_of
from meshmodel.commands.output import complain
from meshmodel.commands.progress import ProgressLine
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.answers.report.pictures import Form

_FORMS: Final = ("md", "html", "pdf", "docx")


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "report",
        help="write a document: a page to decide on, findings with pictures, what to do, appendices",
        description="Write all that is known of a model as a document: a page to decide on, an index of "
        "findings, each finding with its attack path, and what to do. Its appendices are pictures of the "
        "model and of its boundaries, the reach of each agent, the smallest fix, inventories and open "
        "questions. The ending of FILE is the form: .md (its pictures in a folder beside it, "
        "NAME-pictures), .html (one file), .pdf, or .docx (needs meshmodel[docx]). A file that is a model "
        "is not replaced.",
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
        help="how long each search, for the plan and for its trade-off, may take (default: no limit)",
    )
    parser.add_argument(
        "--brief", action="store_true", help="the decision page, the index and the worst paths"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="SECTION",
        default=(),
        help=f"these sections alone: {', '.join(SECTIONS)}",
    )
    parser.add_argument("--author", metavar="NAME", help="who wrote it (default: the user.name of git)")
    parser.add_argument(
        "--reviewer",
        dest="reviewers",
        action="append",
        default=[],
        metavar="NAME",
        help="who is to sign it; may be given several times",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the document; 2 if the plan, or its trade-off, was not proven in time, as the document says."""
    path: Path = arguments.output
    form = _form(path)
    _refuse_to_replace_model(path, arguments.model)
    from meshmodel.analysis.analysis import analyse
    from meshmodel.answers.report.build import ReportBuilder
    from meshmodel.answers.report.files import files
    from meshmodel.answers.report.tree import LEAST
    from meshmodel.exporters.diagram.dot import SMALLEST

    if form == "docx":
        from meshmodel.answers.report.docx import require

        require()
    options = _options(arguments)
    options.check()
    analysis = analyse(load(arguments.model), view=view_of(arguments))
    builder = ReportBuilder(analysis, form, arguments.deadline, options=options)
    with ProgressLine(lambda: f"{one_line(path)}: {builder.status}"):
        report = builder.report()
        made = files(report, form, path)
    from meshmodel.model.atomic_file import replace_files

    folder = next(iter(made)).parent
    replace_files(made, None if folder == path.parent else folder)
    small = [*report.small_pictures(SMALLEST)] if form != "md" else []
    if small:
        picture, points = min(small, key=lambda each: each[1])
        others = f" (and {len(small) - 1} more)" if len(small) > 1 else ""
        complain(
            f"{one_line(path)}: on this page the text of {one_line(picture.title)}{others} has {points:.1f} "
            f"points, less than {LEAST:g}; zoom in to read it"
        )
    if builder.complete:
        return 0
    complain(
        f"{one_line(path)}: was written, but in time the plan or its trade-off was not proven, as it says"
    )
    return 2


def _options(arguments: argparse.Namespace) -> ReportOptions:
    """What is asked for; without an author, whom git knows."""
    author = arguments.author
    if author is None:
        from meshmodel.store.git_revision import author_of

        author = author_of(arguments.model)
    return ReportOptions(
        arguments.brief,
        tuple(arguments.only),
        author,
        tuple(arguments.reviewers),
    )


def _form(path: Path) -> "Form":
    ending = path.suffix.lower().removeprefix(".")
    if ending not in _FORMS:
        raise MeshmodelError(f"{one_line(path)}: in which form? name a file .md, .html, .pdf or .docx")
    return cast("Form", ending)


def _refuse_to_replace_model(path: Path, model: Source) -> None:
    """Refuse to replace a model by a document: there would be no copy of it."""
    from meshmodel.store.load import kind_by_content

    kind = "the model itself" if is_same_file(path, model) else kind_by_content(path)
    if kind is not None:
        raise MeshmodelError(f"{one_line(path)}: is {kind}, and would be lost; name another file")
