"""Writes answers to standard output, and complaints to standard error."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from meshmodel.model.errors import MeshmodelError
from meshmodel.model.secrets import masked
from meshmodel.model.text import one_line, without_commands

if TYPE_CHECKING:
    from meshmodel.answers.style import Style


def complain(error: object) -> None:
    """Write one line to standard error, without secrets; ignored if standard error is closed."""
    with suppress(OSError, ValueError):
        line = without_commands(one_line(masked(str(error)), limit=2_000))
        sys.stderr.write(f"meshmodel: {line}\n")
        sys.stderr.flush()


def fault(error: Exception, about: object = None) -> None:
    """Report a fault, or too little memory, in one line; with a traceback if ``MESHMODEL_TRACEBACK`` is set.

    Args:
        error: the unexpected exception.
        about: the file that was to be answered for.
    """
    if os.environ.get("MESHMODEL_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    place = "" if about is None else f"{one_line(about)}: "
    if isinstance(error, MemoryError):
        error.__traceback__ = None  # lets go of what the computation held, so that a line can be written
        complain(
            f"{place}there is not enough memory, so there is no complete answer; make some free, or ask less"
        )
        return
    complain(
        f"{place}a fault of the program, and no complete answer: {type(error).__name__}: {error} "
        "(MESHMODEL_TRACEBACK=1 shows where)"
    )


def say(text: str) -> None:
    """Lines on standard output, in which no log of a pipeline finds a command."""
    say_commands([without_commands(text)])


def say_commands(lines: Iterable[str]) -> None:
    """Lines on standard output as they are, which a log of a pipeline may take for commands."""
    for line in lines:
        sys.stdout.write(line + "\n")


def say_in_pieces(pieces: Iterable[str]) -> None:
    """JSON on standard output, in pieces; no pipeline finds a command in it, no terminal a control."""
    sys.stdout.writelines(_without_controls(each).replace("##", "#\\u0023") for each in pieces)


def _without_controls(text: str) -> str:
    """JSON in which DEL and the control characters after it are escaped too: JSON lets them stand."""
    if text.isascii() and "\x7f" not in text:
        return text
    return re.sub("[\x7f-\x9f]", lambda found: f"\\u{ord(found[0]):04x}", text)


def answer(document: dict[str, Any]) -> None:
    """One JSON document on one line of standard output; an interrupt does not part it from its end."""
    say_in_pieces([json.dumps(document, ensure_ascii=False) + "\n"])


def style() -> "Style":
    """What standard output can show: colour only on a terminal, and not where ``NO_COLOR`` is set."""
    from meshmodel.answers.style import Style

    terminal = sys.stdout.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    try:
        "✖✔✓◆◇·→←▸".encode(sys.stdout.encoding or "ascii")
        glyphs = True
    except (UnicodeEncodeError, LookupError):
        glyphs = False
    return Style(colour, min(columns, 120), glyphs)


def write_out(content: bytes, *, binary: bool) -> None:
    """Write to standard output as it is; raises MeshmodelError where a picture would go to a terminal."""
    if binary and sys.stdout.isatty():
        raise MeshmodelError(
            "a picture does not go to a terminal; add -o FILE, or send it to a file or a pipe"
        )
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
