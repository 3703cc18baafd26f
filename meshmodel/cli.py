"""The command line: one function that runs a command and gives the exit status of section 11.

Status 0: done; 1: ``check`` found something; 2: the input or the call was wrong, and one line on
standard error says how. Every command imports the rooms it needs when it runs, so that ``check``
starts in the time of a shell command.
"""

import argparse
import gc
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, NoReturn

from meshmodel.commands import (
    check,
    compromise,
    explain,
    export,
    fix,
    imports,
    keys,
    offboard,
    reach,
    rules,
    trace,
    workbench,
)
from meshmodel.commands.output import complain, say
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

INTERRUPTED: Final = 130
"""The status after Ctrl+C, as shells have it."""
NOBODY_READS: Final = 141
"""The status when the reader of the output went away, as shells have it for SIGPIPE."""


class UsageError(MeshmodelError):
    """The call itself was wrong."""


class _Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong, and where to read more."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the call; ``main`` prints it."""
        raise UsageError(f"{message}; see {self.prog} --help")


class _Version(argparse.Action):
    """Prints the installed version; looked up only when asked for, since that takes a while."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002  # the signature is argparse's
        values: object,  # noqa: ARG002  # as above
        option_string: str | None = None,  # noqa: ARG002  # as above
    ) -> None:
        """Print it and be done."""
        from importlib.metadata import version

        say(f"meshmodel {version('meshmodel')}")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: the words after the program's name; by default those it was called with.

    Returns:
        The exit status: 0, 1 or 2 as in section 11; 130 after Ctrl+C; 141 if nobody reads.
    """
    if arguments is None:
        gc.disable()  # a short run of a process of its own does not need the collector
    _allow_any_text()
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except MeshmodelError as error:
        complain(error)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _silence()
        return NOBODY_READS
    except OSError as error:
        _silence()
        complain(f"the answer could not be written: {error.strerror or error}")
        return 2
    return status


def _run(arguments: Sequence[str]) -> int:
    if arguments and _is_path_of_a_model(arguments[0]):
        name = one_line(arguments[0])
        raise UsageError(f"{name}: is no command; meshmodel open {shlex.quote(name)} opens a model")
    try:
        chosen = _parser().parse_args(arguments)
    except SystemExit as done:  # --help and --version have printed what they print
        return int(done.code or 0)
    status: int = chosen.run(chosen)
    return status


def _is_path_of_a_model(word: str) -> bool:
    """Whether a word in place of a command ends as models do."""
    return not word.startswith("-") and word.lower().endswith((".mesh", ".toml"))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="meshmodel",
        description="Draw which agent acts as whom and where, and see where nobody is asked. "
        "Without a command: the start screen.",
        epilog="MODEL is a model file (.mesh) or an interchange file (.toml). "
        "Exit status: 0 done; 1 check found something; 2 the input or the call was wrong.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version")
    parser.set_defaults(run=workbench.start)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    listed = (
        workbench,
        check,
        reach,
        explain,
        fix,
        compromise,
        offboard,
        trace,
        rules,
        export,
        imports,
        keys,
    )
    for module in listed:
        module.add(commands)
    return parser


def _allow_any_text() -> None:
    """Never fail over a character that the terminal's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _silence() -> None:
    """Let what is still in the buffer go nowhere, so that the end of the program is quiet."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
