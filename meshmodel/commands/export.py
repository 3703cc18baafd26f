"""``meshmodel export``: the model in one of the formats of ``meshmodel.exporters.export``."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.answers.targets import refuse_export, refuse_to_lose_work
from meshmodel.commands.models import Subparsers, add_model, add_view, load, view_of
from meshmodel.commands.output import complain, write_out
from meshmodel.commands.progress import Progress
from meshmodel.exporters.export import (
    FORMATS,
    LENSES,
    POLICIES,
    ExportOptions,
    export,
    export_files,
    export_picture,
    page_files,
)
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.exporters.diagram.render import Page


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "export",
        help="write the interchange file, a diagram, policies or another form",
        description="Write the model in another form, to standard output or, replacing it in one step, to "
        "a file. A file that is a model is not replaced, but an interchange file by another one; nor is a "
        "policy stub that was filled in. A device or a pipe is written into. Beside a file of Cedar policies "
        "their schema is written (.cedarschema), beside a Rego policy its data (.json), beside an OpenGraph "
        "payload its schema (.schema.json).",
        allow_abbrev=False,
    )
    add_model(parser)
    parser.add_argument(
        "--to",
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
        "--finding", metavar="RULE:SUBJECT", help="the finding whose witness is drawn, step by step"
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
    parser.add_argument("--dark", action="store_const", const=True, help="draw a diagram light on dark")
    parser.add_argument("--dpi", type=_dpi, metavar="N", help="dots per inch of a PNG")
    parser.add_argument(
        "--view",
        choices=("initiator", "target"),
        help="who asks a policy: one who knows all agents behind a request (the default), or a target that "
        "sees the credential alone",
    )
    add_view(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the model in the form that was asked for."""
    if arguments.output is not None and str(arguments.output) == "-":
        arguments.output = None
    to = arguments.to or ("svg" if arguments.pages is not None else _format_of(arguments.output))
    if to == "tickets" and arguments.output is not None and arguments.output.suffix.lower() == ".json":
        to = "tickets-json"
    _check_options(arguments, to)
    if arguments.output is not None and _same_file(arguments.output, arguments.model):
        raise MeshmodelError(f"{one_line(arguments.output)}: is the model itself; name another file")
    if arguments.output is not None:
        refuse_export(arguments.output, to)
    from meshmodel.analysis.analysis import analyse

    snapshot = load(arguments.model)
    options = _options(arguments, to)
    analysis, progress = analyse(snapshot, view=view_of(arguments)), Progress(lambda: f"making {to}")
    if arguments.pages is not None:
        with progress:
            pages = page_files(snapshot, analysis, options, _say_how_small)
        return _write_pages(arguments.pages, pages, to)
    if FORMATS[to].is_diagram:
        with progress:
            page = export_picture(snapshot, analysis, options)
        _say_if_unreadable(page)
        return _write(page.content, arguments.output, to)
    if arguments.output is None:
        with progress:
            content = export(snapshot, analysis, options)
        return _write(content, None, to)
    with progress:
        files = export_files(snapshot, analysis, options, arguments.output)
    from meshmodel.model.atomic_file import replace_files

    replace_files(files)
    return 0


def _write(content: bytes, output: Path | None, to: str) -> int:
    if output is None:
        write_out(content, binary=not FORMATS[to].is_text)
        return 0
    from meshmodel.model.atomic_file import replace_file

    replace_file(output, content)
    return 0


def _options(arguments: argparse.Namespace, to: str) -> ExportOptions:
    return ExportOptions(
        to,
        arguments.lens,
        arguments.agent,
        arguments.dpi,
        side=arguments.view or "initiator",
        zone=arguments.zone,
        finding=arguments.finding,
        compact=None if arguments.form is None else arguments.form == "compact",
        dark=bool(arguments.dark),
    )


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


def _check_options(arguments: argparse.Namespace, to: str) -> None:
    """Refuse options of one kind of format with another rather than ignore them."""
    if arguments.view is not None and to not in POLICIES[1:]:
        raise MeshmodelError(f"--view is for policies of engines ({', '.join(POLICIES[1:])}), not for {to}")
    if arguments.pages is not None and arguments.output is not None:
        raise MeshmodelError("--pages names the folder to write to: leave -o out")
    if FORMATS[to].is_diagram:
        return
    diagrams = ", ".join(sorted(name for name, each in FORMATS.items() if each.is_diagram))
    for option in ("lens", "agent", "zone", "finding", "form", "pages", "dark", "dpi"):
        if getattr(arguments, option) is not None and (option, to) != ("pages", "mermaid"):
            raise MeshmodelError(f"--{option} is for diagrams ({diagrams}), not for {to}")
    if arguments.as_designed and to == "toml":
        raise MeshmodelError("--as-designed makes no difference to toml: it is the model itself")


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _dpi(text: str) -> int:
    """A whole number of dots per inch that makes a picture."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 36 <= int(text) <= 1200):
        raise argparse.ArgumentTypeError(f"a whole number from 36 to 1200, not {one_line(text, 20)}")
    return int(text)
