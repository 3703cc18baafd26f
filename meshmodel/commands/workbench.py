"""``meshmodel``, ``meshmodel demo`` and ``meshmodel open``: the commands that need a screen."""

import argparse
import sys
from pathlib import Path

from meshmodel.commands.models import NAMED, Subparsers
from meshmodel.commands.output import say
from meshmodel.model.errors import NOT_FOUND, MeshmodelError
from meshmodel.model.source import Source
from meshmodel.model.text import one_line, person_name


def add(commands: Subparsers) -> None:
    """Declare both commands and their arguments."""
    parser = commands.add_parser(
        "open",
        help="open a model in the workbench",
        description="Open a model file in the workbench. An interchange file opens for reading.",
    )
    parser.add_argument("model", type=Source.parse, metavar="MODEL", help=NAMED)
    what = "who you are, no login: the journal keeps it, and undo takes back your edits alone"
    parser.add_argument("--name", metavar="NAME", help=what)
    parser.add_argument("--read-only", action="store_true", help="look at it, and edit nothing")
    parser.set_defaults(run=run_open)
    parser = commands.add_parser(
        "demo",
        help="open a private copy of a worked example",
        description="Open a private copy of a worked example in the workbench; by default the support agent. "
        "Without a terminal: list the examples.",
    )
    parser.add_argument("example", nargs="?", metavar="EXAMPLE", help="its name")
    what = "write its interchange file, and its logs if it has some, into this folder instead"
    parser.add_argument("--files", type=Path, metavar="DIR", help=what)
    parser.set_defaults(run=run_demo)


def start(arguments: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes its arguments
    """Show the start screen."""
    _need_a_terminal("meshmodel")
    return _show(None)


def run_open(arguments: argparse.Namespace) -> int:
    """Open a model in the workbench."""
    source: Source = arguments.model
    if not source.address and not source.path.exists():
        raise MeshmodelError(f"{one_line(source)} {NOT_FOUND}")
    name = "" if arguments.name is None else person_name(arguments.name)
    _need_a_terminal("meshmodel open")
    return _show(source, name, read_only=arguments.read_only)


def run_demo(arguments: argparse.Namespace) -> int:
    """Open a private copy of an example, removed again if it was left as it came; or write its files."""
    from meshmodel.store.examples import copies_path, example, examples, private_copy, write_files

    if arguments.example is None and arguments.files is None and not _has_terminal():
        for each in examples():
            say(f"{each.id}: {each.sentence}.")
        return 0
    wanted = example(arguments.example or "support-agent")
    if arguments.files is not None:
        write_files(wanted, arguments.files)
        return 0
    _need_a_terminal("meshmodel demo")
    copy = private_copy(wanted, copies_path())
    try:
        return _show(Source(copy))
    finally:
        if _untouched(copy):
            copy.unlink(missing_ok=True)
        else:
            say(f"Your copy: {one_line(copy, limit=1_000)}")


def _show(source: Source | None, name: str = "", *, read_only: bool = False) -> int:
    from meshmodel.app.access import Access
    from meshmodel.app.app import run

    try:
        return run(source, Access(name, read_only))
    except KeyboardInterrupt as stop:
        how = str(stop).partition(":")[0] or "interrupted"
        raise KeyboardInterrupt(f"{how}; every edit that was shown is in the model file") from None


def _has_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _need_a_terminal(command: str) -> None:
    if not _has_terminal():
        raise MeshmodelError(
            f"{command} needs a terminal to draw on; meshmodel check MODEL answers anywhere, "
            "meshmodel export MODEL --to svg draws a picture"
        )


def _untouched(path: Path) -> bool:
    """Whether nobody edited the model."""
    from meshmodel.store.store import Store

    try:
        with Store.open(path, read_only=True) as store:
            return not store.journal()
    except MeshmodelError:
        return False
