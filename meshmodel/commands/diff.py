"""``meshmodel diff``: what agents can do in one version of a model that they could not do in another."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.commands.models import Subparsers, add_json, add_view, load, seconds, view_of
from meshmodel.commands.output import answer, say, style
from meshmodel.commands.progress import ProgressLine
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan
    from meshmodel.answers.work import Work

_PICTURES = (".svg", ".png", ".pdf", ".dot")
_SIDE = "a .mesh or .toml file, or REV:PATH of git; - is standard input"


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "diff",
        help="show what changed between two versions of a model, and in what agents can reach",
        description="Show what changed between two versions of a model, and which reach agents gained and "
        "lost. Unchecked paths, missing checkpoints and findings are new, worse, closed or unchanged. What "
        "the fix costs is said before and after. Exit status 1 if and only if a path is unchecked in NEW "
        "that was not so in OLD, or is more severe. A side is a file, or REV:PATH: what git has there.",
    )
    parser.add_argument("old", metavar="OLD", help=_SIDE)
    parser.add_argument("new", metavar="NEW", help=_SIDE)
    add_view(parser)
    fix = parser.add_mutually_exclusive_group()
    fix.add_argument(
        "--deadline",
        type=seconds,
        metavar="SECONDS",
        help="how long the search for each fix may take (default: no limit)",
    )
    fix.add_argument("--without-fix", action="store_true", help="do not search for the fixes")
    parser.add_argument(
        "--closes",
        action="store_true",
        help="show which actions of OLD are closed in NEW, by the numbers that its report and its tickets "
        "have",
    )
    parser.add_argument(
        "--picture",
        type=Path,
        metavar="FILE",
        help="draw both in one diagram too, with what was added, removed and changed marked: "
        ".svg, .png, .pdf or .dot",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="answer in Markdown, for a comment on a change")
    add_json(form)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare; 2 if a fix was not proven in time, else 1 if something new is uncontrolled."""
    from meshmodel.analysis.analysis import analyse
    from meshmodel.answers.diff.compare import compare, work_changes
    from meshmodel.store.git_revision import load_side

    if arguments.picture is not None:
        _check_picture(arguments.picture)
    if arguments.old == arguments.new == "-":
        raise MeshmodelError("OLD and NEW are both standard input; name a file for one")
    snapshots = [load(each) if each == "-" else load_side(each) for each in (arguments.old, arguments.new)]
    old = analyse(snapshots[0], view=view_of(arguments))
    new = analyse(snapshots[1], view=old.view, today=old.today)
    if arguments.closes and arguments.without_fix:
        raise MeshmodelError("--closes needs the fix of OLD: leave --without-fix out")
    with ProgressLine(lambda: "comparing all paths"):
        fixes = None if arguments.without_fix else _fixes(old, new, arguments.deadline)
        diff = compare(old, new, fixes)
        if arguments.closes and fixes is not None:
            work = _work(old, fixes[0], arguments.deadline)
            diff = replace(diff, work=work_changes(work, new))
    if arguments.picture is not None:
        _draw(arguments.picture, old, new)
    status = 2 if not diff.is_complete else 1 if diff.opened else 0
    if arguments.json:
        from meshmodel.answers.diff.answer import diff_json

        answer(diff_json(diff))
    elif arguments.markdown:
        from meshmodel.answers.diff.text import diff_markdown

        say(diff_markdown(diff, old, new))
    else:
        from meshmodel.answers.diff.text import diff_text

        say(diff_text(diff, old, new, style(), status))
    return status


def _fixes(old: "Analysis", new: "Analysis", deadline: float | None) -> "tuple[Plan, Plan]":
    return old.minimum_fix(deadline=deadline), new.minimum_fix(deadline=deadline)


def _work(old: "Analysis", fix: "Plan", deadline: float | None) -> "Work":
    """The list of actions of the model before, as its report and its tickets have it."""
    from meshmodel.answers.plan_options import usual_options
    from meshmodel.answers.plan_state import in_order
    from meshmodel.answers.work import work_of

    asked = usual_options(old.snapshot)
    plan = fix if asked.is_fix else old.cheapest_plan(asked, deadline=deadline)
    return work_of(old, in_order(old, plan))


def _check_picture(path: Path) -> None:
    """Refuse what is no name of a picture, or a model, before anything is computed."""
    from meshmodel.store.load import kind_by_content

    if path.suffix.lower() not in _PICTURES:
        raise MeshmodelError(f"{one_line(path)}: a picture ends with {', '.join(_PICTURES)}; name it so")
    if kind_by_content(path) is not None:
        raise MeshmodelError(f"{one_line(path)}: is a model, and would be lost; name another file")


def _draw(path: Path, old: "Analysis", new: "Analysis") -> None:
    """Write the picture, replacing the file in one step."""
    from meshmodel.exporters.diagram.render import picture
    from meshmodel.exporters.request import ExportRequest
    from meshmodel.model.atomic_file import replace_file

    to = path.suffix.lower().removeprefix(".")
    request = ExportRequest(to, new.view, lens="changes", since=old.snapshot)
    replace_file(path, picture(new.snapshot, new, request).content)
