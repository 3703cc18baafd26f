"""The arguments that commands over logs share: which logs, what their names mean, what part of their time."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshmodel.commands.models import load
from meshmodel.logs.formats import LOG_FORMATS
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import counted, one_line

if TYPE_CHECKING:
    from meshmodel.logs.formats import LogFormat
    from meshmodel.logs.several import LogFile, Logs
    from meshmodel.model.records import Snapshot

_SHIFT: Final = re.compile(r"([+-]?[0-9]{1,7}(?:\.[0-9]{1,3})?)(ms|s|m|h)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def add_logs(parser: argparse.ArgumentParser) -> None:
    """The argument LOG…, and the options about logs."""
    parser.add_argument(
        "logs", nargs="*", type=Path, metavar="LOG", help="the logs, merged by time; - is standard input"
    )
    parser.add_argument(
        "--log",
        dest="formed",
        action="append",
        default=[],
        type=_formed,
        metavar="FORM:FILE",
        help=f"one more log, of a form: {', '.join(LOG_FORMATS)}",
    )
    parser.add_argument(
        "--format",
        dest="form",
        choices=LOG_FORMATS,
        help="what kind of log the one LOG is (default: by its first records, else by its name)",
    )
    parser.add_argument(
        "--map", type=Path, metavar="FILE.toml", help="what the names in the logs of real systems mean"
    )
    parser.add_argument("--from", dest="begin", type=_time, metavar="TIME", help="leave out what was earlier")
    parser.add_argument("--until", type=_time, metavar="TIME", help="leave out what was later")
    parser.add_argument(
        "--shift",
        action="append",
        default=[],
        type=_shift,
        metavar="FILE=-3s",
        help="put the clock of a log on or, with -, back by so many ms, s, m or h",
    )


def _formed(text: str) -> "tuple[LogFormat, Path]":
    form, colon, path = text.partition(":")
    if form not in LOG_FORMATS or not colon or not path:
        raise argparse.ArgumentTypeError(
            f"{one_line(text, 60)} is no FORM:FILE; the forms are {', '.join(LOG_FORMATS)}"
        )
    return form, Path(path)


def _time(text: str) -> float:
    from meshmodel.logs.record_values import seconds

    try:
        return seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _shift(text: str) -> tuple[str, float]:
    name, _, by = text.rpartition("=")
    found = _SHIFT.fullmatch(by)
    if not name or found is None:
        raise argparse.ArgumentTypeError(f"{one_line(text, 60)} is no FILE=-3s, with ms, s, m or h")
    return name, float(found[1]) * _SECONDS[found[2]]


def load_with_logs(arguments: argparse.Namespace) -> "Snapshot":
    """The model; raises MeshmodelError, also if it and a log are both standard input."""
    if str(arguments.model) == "-" and any(str(each) == "-" for each in arguments.logs):
        raise MeshmodelError("MODEL and LOG are both standard input; name a file for one")
    return load(arguments.model)


def logs_of(arguments: argparse.Namespace, snapshot: "Snapshot") -> "Logs":
    """The logs that the arguments name; raises MeshmodelError."""
    from meshmodel.logs.mapping import mapper_of
    from meshmodel.logs.several import Logs, Window

    files = _files(arguments)
    begin, end = arguments.begin, arguments.until
    if begin is not None and end is not None and begin > end:
        raise MeshmodelError("--from is later than --until, so that nothing lies between them")
    return Logs(files, mapper_of(arguments.map, snapshot), Window(begin, end))


def _files(arguments: argparse.Namespace) -> "Sequence[LogFile]":
    from meshmodel.logs.several import LogFile, file_named

    named: list[Path] = arguments.logs
    if arguments.form is not None and len(named) != 1:
        raise MeshmodelError("--format is for one LOG; write --log FORM:FILE for each of several")
    if not named and not arguments.formed:
        raise MeshmodelError("which log? name one or several after the model, or with --log FORM:FILE")
    files = [LogFile(path, arguments.form) for path in named]
    files += [LogFile(path, form) for form, path in arguments.formed]
    shifts = {file_named(files, name).path: by for name, by in arguments.shift}
    return [LogFile(each.path, each.form, shifts.get(each.path, 0.0)) for each in files]


def progress_text(logs: "Logs", laid: int) -> str:
    """How far the logs are read or, once they are, laid."""
    read = len(logs.table)
    name = logs.read[-1].file.name if logs.read else "the logs"
    if laid and read:
        return f"laying {laid:,} of {counted(read, 'event')}"
    return f"reading {name}: {counted(read or laid, 'event')}"
