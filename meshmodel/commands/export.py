"""``meshmodel export``: the model in one of the formats of ``meshmodel.answers.export``."""

import argparse
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshmodel.answers.export import export, export_files, page_files
from meshmodel.answers.targets import refuse_export, refuse_to_lose_work
from meshmodel.commands.models import Subparsers, add_model, add_view, is_same_file, load, view_of
from meshmodel.commands.output import complain, write_out
from meshmodel.commands.progress import ProgressLine
from meshmodel.exporters.request import FINDING, FORMATS, LENSES, ExportRequest
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.exporters.diagram.render import Page


_TRADE_OFF: Final = "trade-off"


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "export",
        help="write the interchange file, a diagram, policies or another form",
        description="Write the model in another form, to standard output or, replacing it in one step, to "
        "a file. A file that is a model is not replaced, but an interchange file by another one; nor is a "
        "policy stub that was filled in. A device or a pipe is written into. Beside a file of Cedar policies "
        "their schema (.cedarschema) and their tests (.requests.json) are written, beside a Rego policy its "
        "data (.json) and its tests (_test.rego), beside an OpenGraph payload its schema (.schema.json).",
    )
    add_model(parser)
    parser.add_argument(
        "--to",
        dest="format",
        choices=tuple(FORMATS),
        metavar="FORM",
        help=f"the form: {', '.join(FORMATS)}; default: what the name of FILE ends with",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to write it; - is standard output"
    )
    parser.add_argument("--lens", choices=tuple(LENSES), help="what a diagram shows (default: structure)")
    parser.add_argument("--agent", metavar="A", help="the agent whose reach a diagram shows")
    parser.add_argument("--zone", metavar="Z", help="the one zone that a diagram shows")
    parser.add_argument(
        "--finding", metavar="RULE:SUBJECT", help="the finding whose attack path is drawn, step by step"
    )
    parser.add_argument(
        "--form",
        choices=("whole", "compact"),
        help="whether credentials and missing checkpoints are shapes of their own, or words on the lines "
        "(the default in models of more than 15 elements)",
    )
    parser.add_argument(
        "--pages",
        type=Path,
        metavar="DIR",
        help="write as many pictures as can be read on A4 pages: an overview, and one or more a zone; "
        "or as many flowcharts as Mermaid can draw",
    )
    parser.add_argument(
        "--dark", dest="colours", action="store_const", const="dark", help="draw a diagram light on dark"
    )
    parser.add_argument("--dpi", type=_dpi, metavar="N", help="dots per inch of a PNG")
    parser.add_argument(
        "--view",
        dest="asks",
        choices=("initiator", "target", _TRADE_OFF),
        help="who calls a policy: one who knows all agents behind a request (the default), or a target "
        "that sees the credential alone; of a picture (svg, png): trade-off shows what fewer decisions a "
        "day leave unchecked, in place of the model",
    )
    parser.add_argument(
        "--by",
        choices=("fix", "plan"),
        help="whether tickets begin with the smallest fix or with the plan (the default where an intended "
        "use says how often a day it is used)",
    )
    add_view(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the model in the form that was asked for."""
    if arguments.output is not None and str(arguments.output) == "-":
        arguments.output = None
    if arguments.asks == _TRADE_OFF:
        return _draw_trade_off(arguments)
    request = _request(arguments)
    if arguments.output is not None and is_same_file(arguments.output, arguments.model):
        raise MeshmodelError(f"{one_line(arguments.output)}: is the model itself; name another file")
    if arguments.output is not None:
        refuse_export(arguments.output, request.format)
    from meshmodel.analysis.analysis import analyse

    snapshot = load(arguments.model)
    analysis, progress = (
        analyse(snapshot, view=request.view),
        ProgressLine(lambda: f"making {request.format}"),
    )
    if arguments.pages is not None:
        with progress:
            pages = page_files(analysis, request, _say_how_small)
        return _write_pages(arguments.pages, pages, request.format)
    if FORMATS[request.format].is_diagram:
        from meshmodel.exporters.diagram.render import picture

        with progress:
            page = picture(snapshot, analysis, request)
        _say_if_unreadable(page)
        return _write(page.content, arguments.output, request.format)
    if arguments.output is None:
        with progress:
            content = export(analysis, request)
        return _write(content, None, request.format)
    with progress:
        files = export_files(analysis, request, arguments.output)
    from meshmodel.model.atomic_file import replace_files

    replace_files(files)
    return 0


def _draw_trade_off(arguments: argparse.Namespace) -> int:
    """Write the trade-off of the plan as a picture."""
    to = arguments.format or _format_of(arguments.output)
    others = ("lens", "agent", "zone", "finding", "form", "pages", "colours")
    chosen = [each for each in others if getattr(arguments, each, None) is not None]
    from meshmodel.answers.report.trade_off import PAINTED, trade_off_page

    form = next((each for each in PAINTED if each == to), None)
    if form is None:
        raise MeshmodelError(f"--view {_TRADE_OFF} is a picture: --to {' or '.join(PAINTED)}, not {to}")
    if arguments.dpi is not None and form != "png":
        raise MeshmodelError(f"--dpi is for a PNG: use --to png, not {form}")
    if chosen:
        raise MeshmodelError(f"--view {_TRADE_OFF} shows no part of the model: leave out what chooses one")
    if arguments.output is not None:
        if is_same_file(arguments.output, arguments.model):
            raise MeshmodelError(f"{one_line(arguments.output)}: is the model itself; name another file")
        refuse_export(arguments.output, to)
    from meshmodel.analysis.analysis import analyse
    from meshmodel.answers.measures import point_words
    from meshmodel.answers.plan_options import plan_options
    from meshmodel.exporters.diagram.compact import stamp

    snapshot = load(arguments.model)
    analysis = analyse(snapshot, view=view_of(arguments))
    if not analysis.summary.uncontrolled:
        raise MeshmodelError(
            f"{one_line(arguments.model)}: nothing is open, so there is no trade-off to draw"
        )
    with ProgressLine(lambda: "searching for the trade-off"):
        options = plan_options(snapshot)
        plan = analysis.cheapest_plan(options)
        points = analysis.trade_off(options, plan=plan)
        labels = point_words(points, snapshot)
        page = trade_off_page(plan, points, labels, stamp(snapshot), form, dpi=arguments.dpi)
    return _write(page.content, arguments.output, to)


def _request(arguments: argparse.Namespace) -> ExportRequest:
    """What is asked for. An option of one kind of format is refused with another rather than ignored."""
    if arguments.pages is not None and arguments.output is not None:
        raise MeshmodelError("--pages names the folder to write to: leave -o out")
    names = (each.name for each in fields(ExportRequest))
    given = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
    if arguments.format is None:
        given["format"] = ExportRequest().format if "pages" in given else _format_of(arguments.output)
    if arguments.as_designed and given["format"] == "toml":
        raise MeshmodelError("--planned makes no difference to toml: it is the model itself")
    usual = FINDING if "finding" in given else "reach" if "agent" in given else "structure"
    filled = {"lens": usual, **given, "view": view_of(arguments)}
    request = ExportRequest(**filled | ({"pages": "readable"} if "pages" in given else {}))
    request.check(given)
    return request


def _write(content: bytes, output: Path | None, to: str) -> int:
    if output is None:
        write_out(content, binary=not FORMATS[to].is_text)
        return 0
    from meshmodel.model.atomic_file import replace_file

    replace_file(output, content)
    return 0


def _say_if_unreadable(page: "Page") -> None:
    """Say that a picture is too large for a page, and what to do."""
    if not page.is_readable:
        complain(
            f"on an A4 page the text of this picture has {page.points:.1f} points; "
            "--pages DIR draws it as pages that can be read"
        )


def _say_how_small(page: "Page") -> None:
    """Say that a page can be made no smaller, and yet not be read on paper."""
    complain(f"{page.stem}: on an A4 page its text has {page.points:.1f} points; zoom in to read it")


def _write_pages(folder: Path, pages: Mapping[str, bytes], to: str) -> int:
    """Write the pages, by the stem of their names, into a folder, which is made if it does not exist."""
    from meshmodel.model.atomic_file import replace_files

    files = {folder / f"{stem}.{FORMATS[to].ending}": content for stem, content in pages.items()}
    for path in files:
        refuse_to_lose_work(path, to)
    replace_files(files, folder)
    return 0


def _format_of(output: Path | None) -> str:
    """The format that a file's name asks for: the one with the longest ending that it has.

    ``.json`` alone is the ending of data beside a policy, and says nothing.
    """
    name = "" if output is None else output.name.lower()
    found = [each for each in FORMATS.values() if each.ending != "json" and name.endswith(f".{each.ending}")]
    if found:
        return max(found, key=lambda each: len(each.ending)).name
    if name.endswith(".mesh"):
        raise MeshmodelError(
            f"{one_line(output)}: export writes no model file; meshmodel import makes one of a .toml file"
        )
    where = "" if output is None else f"{one_line(output)}: "
    raise MeshmodelError(f"{where}in which form? add --to and one of {', '.join(FORMATS)}")


def _dpi(text: str) -> int:
    """A whole number of dots per inch that makes a picture."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 36 <= int(text) <= 1200):
        raise argparse.ArgumentTypeError(f"a whole number from 36 to 1200, not {one_line(text, 20)}")
    return int(text)
