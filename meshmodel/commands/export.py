"""``meshmodel export``: the model as interchange file, diagram or policy stub."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from meshmodel.commands.models import Subparsers, add_model, add_view, load, view_of
from meshmodel.commands.output import write_out
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.exporters.diagram.elements import Format, Lens
    from meshmodel.model.snapshot import Snapshot

FORMS: Final = ("toml", "dot", "svg", "png", "pdf", "policy")
"""What a model can be exported to."""
LENSES: Final = ("structure", "missing", "reach")
"""What a diagram can show."""
_PICTURES: Final = frozenset({"dot", "svg", "png", "pdf"})
_BINARY: Final = frozenset({"png", "pdf"})


def add(commands: Subparsers) -> None:
    """Declare the command and its arguments."""
    parser = commands.add_parser(
        "export",
        help="write the interchange file, a diagram or the policy stub",
        description="Write the model in another form, to standard output or, replacing it in one step, to "
        "a file. A file that is a model is not replaced, but an interchange file by another one; a device or "
        "a pipe is written into.",
        allow_abbrev=False,
    )
    add_model(parser)
    parser.add_argument("--to", choices=FORMS, help="the form; default: what the name of FILE ends with")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to write it; - is standard output"
    )
    parser.add_argument("--lens", choices=LENSES, help="what a diagram shows (default: structure)")
    parser.add_argument("--agent", metavar="A", help="the agent whose reach a diagram shows")
    parser.add_argument("--dpi", type=_dpi, metavar="N", help="dots per inch of a PNG")
    add_view(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the model in the form that was asked for."""
    if arguments.output is not None and str(arguments.output) == "-":
        arguments.output = None
    to = arguments.to or _form_of(arguments.output)
    _fit(arguments, to)
    if arguments.output is not None and _same_file(arguments.output, arguments.model):
        raise MeshmodelError(f"{one_line(arguments.output)}: is the model itself; name another file")
    if arguments.output is not None:
        _keep_models(arguments.output, to)
        _keep_ending(arguments.output, to)
    content = _content(load(arguments.model), to, arguments)
    if arguments.output is None:
        write_out(content, binary=to in _BINARY)
    else:
        from meshmodel.model.atomic_file import replace_file

        replace_file(arguments.output, content)
    return 0


def _content(snapshot: "Snapshot", to: str, arguments: argparse.Namespace) -> bytes:
    if to == "toml":
        from meshmodel.interchange import write_text

        return write_text(snapshot).encode()
    from meshmodel.analysis.analysis import analyse

    analysis = analyse(snapshot, view=view_of(arguments))
    if to == "policy":
        from meshmodel.exporters.policy import policy_stub

        return policy_stub(snapshot, analysis).encode()
    from meshmodel.exporters.diagram.render import render

    lens: Lens = arguments.lens or ("reach" if arguments.agent else "structure")
    return render(
        snapshot, analysis, to=cast("Format", to), lens=lens, agent=arguments.agent, dpi=arguments.dpi
    )


def _keep_models(output: Path, to: str) -> None:
    """Refuse to put something else in the place of a model, which nothing could bring back."""
    from meshmodel.store.load import kind_by_content

    kind = kind_by_content(output)
    if kind == "model file" or (kind == "interchange file" and to != "toml"):
        article = "an" if kind == "interchange file" else "a"
        raise MeshmodelError(
            f"{one_line(output)}: is {article} {kind}, and would be lost to {to}; name another file"
        )


def _keep_ending(output: Path, to: str) -> None:
    """Refuse a name that says it is something else."""
    ending = output.suffix.lower().lstrip(".")
    if ending == "mesh":
        raise MeshmodelError(
            f"{one_line(output)}: .mesh is the ending of model files, which meshmodel import makes; "
            f"name a file for {to}"
        )
    own = "toml" if to == "policy" else to
    if ending != own and ending in {*_PICTURES, "toml"}:
        raise MeshmodelError(f"{one_line(output)}: .{ending} is not the ending of {to}; name it .{own}")


def _form_of(output: Path | None) -> str:
    """The form that a file's name asks for."""
    ending = "" if output is None else output.suffix.lower().lstrip(".")
    if ending in _PICTURES or (ending == "toml" and output is not None):
        return ending
    raise MeshmodelError(f"in which form? add --to and one of {', '.join(FORMS)}")


def _fit(arguments: argparse.Namespace, to: str) -> None:
    """Refuse options of diagrams for what is none, rather than ignore them; ``diagram`` judges the rest."""
    if to in _PICTURES:
        return
    for option in ("lens", "agent", "dpi"):
        if getattr(arguments, option) is not None:
            raise MeshmodelError(f"--{option} is for diagrams ({', '.join(sorted(_PICTURES))}), not for {to}")
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
