"""The command line: one function that runs a command and gives its exit status.

See ``docs/commands.md#exit-status``.

Status 0: done; 1: ``check`` found something; 2: the input or the call was wrong, or the answer is
incomplete, and one line on standard error says how. So whatever ends a command early (Ctrl+C, a
termination, a reader that went away, a full disk, a fault of the program) can not be mistaken for a
clean result. Every command imports the rooms it needs when it runs, so that ``check`` starts in the
time of a shell command.
"""

import argparse
import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from meshmodel.commands.complete_writes import complete_writes
from meshmodel.commands.output import complain, fault, say
from meshmodel.model.errors import CombinedError, MeshmodelError, RequestError
from meshmodel.model.text import did_you_mean, one_line

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

INCOMPLETE: Final = 2
"""The status where the input or the call was wrong, or the answer is incomplete."""


class UsageError(MeshmodelError):
    """The call itself was wrong."""


class _CommandParser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong, and where to read more.

    Attributes:
        commands: the parsers of the commands that it knows, by name.
    """

    _between = False
    commands: "Mapping[str, _CommandParser]" = MappingProxyType({})

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the call; ``main`` prints it."""
        raise UsageError(f"{message}; see {self.prog} --help")

    def in_options(self, refused: MeshmodelError) -> MeshmodelError:
        """A refusal that begins with the option by which the choice was made, if there is one."""
        if isinstance(refused, CombinedError):
            return CombinedError([self.in_options(each) for each in refused.errors])
        if not isinstance(refused, RequestError):
            return refused
        named = (each.option_strings for each in self._actions if each.dest == refused.field)
        option = next((each[0] for each in named if each), None)
        return refused if option is None else MeshmodelError(f"{option}: {refused}")

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        """Print the help; what argparse has for this is silent where it cannot be written."""
        (file or sys.stderr).write(message)

    def parse_known_args(  # type: ignore[override]  # its overloads are about namespaces of other types
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse what is known; an option may stand between words too, as in ``check A --json B``.

        What argparse has for this takes no subcommands, so each command parses so for itself, and
        only where words would be left over: it reads ``--`` otherwise.
        """
        found, left = super().parse_known_args(args, namespace)
        if not left or self._subparsers is not None or self._between:
            return found, left
        self._between = True
        try:
            found, left = self.parse_known_intermixed_args(args)
        finally:
            self._between = False
        if left:
            words, hint = one_line(" ".join(left)), did_you_mean(left[0], self._option_string_actions)
            raise UsageError(f"unrecognized arguments: {words}; {hint or f'see {self.prog} --help'}")
        return found, left


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
        The exit status: 0, 1 or 2 as in ``docs/commands.md#exit-status``.
    """
    itself = arguments is None
    if itself:
        gc.disable()  # a short run of a process of its own does not need the collector
        signal.signal(signal.SIGTERM, _terminate)
        if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # else by nohup
            signal.signal(signal.SIGHUP, _terminate)
    if sys.stderr is None:  # closed by whoever called: what is complained of goes nowhere
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  # until the end
    if sys.stdin is None:  # closed likewise: no file that is opened may take its number
        os.open(os.devnull, os.O_RDONLY)
    if sys.stdout is None:
        complain("there is no standard output to answer on")
        return INCOMPLETE
    with complete_writes():
        return _answer(sys.argv[1:] if arguments is None else arguments, itself=itself)


def _answer(arguments: Sequence[str], *, itself: bool) -> int:
    """Run the command and give its status, however it ends; what it says is written out by then."""
    try:
        try:
            if itself and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
                signal.signal(signal.SIGINT, signal.default_int_handler)
            status = _run(arguments)
        except MeshmodelError as error:
            for each in error.errors:
                complain(each)
            status = INCOMPLETE
        except KeyboardInterrupt as stop:
            if itself:  # what is left to do takes no time, and is not to be broken off in its turn
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
            complain(stop.args[0] if stop.args else "interrupted: the answer is incomplete")
            status = INCOMPLETE
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # a fault must not look like a result, whatever it is
            fault(error)
            status = INCOMPLETE
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
        complain("nobody read the answer to its end")
        return INCOMPLETE
    except OSError as error:
        _silence()
        complain(f"the answer could not be written: {error.strerror or error}")
        return INCOMPLETE
    return status


def _terminate(number: int, frame: object) -> NoReturn:  # noqa: ARG001  # the signature is the system's
    """Let whatever runs end as after Ctrl+C, so that nothing half done is left."""
    raise KeyboardInterrupt("terminated: the answer is incomplete")


def _run(arguments: Sequence[str]) -> int:
    if arguments and _is_path_of_a_model(arguments[0]):
        arguments = ["open", *arguments]
    if "" in arguments:
        raise UsageError("an argument is empty; name what is meant (is a variable of the shell not set?)")
    parser = command_parser()
    if arguments and arguments[0] not in parser.commands and not arguments[0].startswith("-"):
        name = one_line(arguments[0])
        hint = did_you_mean(name, parser.commands) or "see meshmodel --help"
        raise UsageError(f"there is no command {name}; {hint}")
    try:
        chosen = parser.parse_args(arguments)
    except SystemExit as done:  # --help and --version have printed what they print
        return int(done.code or 0)
    try:
        status: int = chosen.run(chosen)
    except (CombinedError, RequestError) as refused:
        command = parser.commands.get(next(iter(arguments), ""), parser)
        raise command.in_options(refused) from refused
    return status


def _is_path_of_a_model(word: str) -> bool:
    """Whether a word in place of a command ends as models do."""
    return not word.startswith("-") and word.lower().endswith((".mesh", ".toml"))


def command_parser() -> _CommandParser:
    """The parser of all commands."""
    # Only now, so that little runs before an interruption is told in one line.
    from meshmodel.commands import (
        catalogue,
        check,
        completion,
        compromise,
        database,
        describe,
        diff,
        drift,
        explain,
        export,
        fix,
        forms,
        git,
        help,  # noqa: A004  # a command is called as its file
        import_model,
        keys,
        mcp,
        names,
        offboard,
        plan,
        policy,
        reach,
        report,
        round,  # noqa: A004  # a command is called as its file
        rules,
        scan,
        serve,
        trace,
        used,
        workbench,
    )

    parser = _CommandParser(
        prog="meshmodel",
        description="See what your AI agents can reach, with which identity, and where no checkpoint stops "
        "them. Each attack path is shown step by step: lateral movement, confused deputies, prompt "
        "injection that spreads and toxic flows. So is the blast radius of a compromise, and how far each "
        "non-human identity is from least privilege. Without a command: the start screen.",
        epilog="MODEL is a model file (.mesh) or an interchange file (.toml); meshmodel help tells more. "
        "Exit status: 0 done; 1 check, diff, drift or policy found something, or git-merge a conflict; 2 the "
        "input or the call was wrong, or the answer is incomplete.",
    )
    parser.add_argument("-V", "--version", action=_Version, nargs=0, help="show the version")
    parser.add_argument(
        "--print-completion",
        action=completion.PrintCompletion,
        choices=completion.SHELLS,
        metavar="SHELL",
        help=f"print the script by which a shell completes words: {', '.join(completion.SHELLS)}",
    )
    parser.set_defaults(run=workbench.start)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    listed = (
        workbench,
        serve,
        mcp,
        scan,
        check,
        describe,
        reach,
        explain,
        diff,
        fix,
        plan,
        compromise,
        offboard,
        round,
        trace,
        used,
        names,
        rules,
        export,
        report,
        policy,
        import_model,
        catalogue,
        forms,
        drift,
        database,
        git,
        keys,
        help,
    )
    for module in listed:
        module.add(commands)
    parser.commands = commands.choices
    return parser


def _silence() -> None:
    """Let what is still in the buffer go nowhere, so that the end of the program is quiet."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
