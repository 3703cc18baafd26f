"""Where the commands' words go: the terminal or a pipe, standard error, a file."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.exporters.style import Style


def complain(error: object) -> None:
    """One line on standard error, whatever the text."""
    sys.stderr.write(f"meshmodel: {one_line(error, limit=2_000)}\n")
    sys.stderr.flush()


def say(text: str) -> None:
    """Lines on standard output."""
    sys.stdout.write(text + "\n")


def answer(document: dict[str, Any]) -> None:
    """One JSON document on one line of standard output."""
    say(json.dumps(document, ensure_ascii=False))


def style() -> "Style":
    """What standard output can show: colour only on a terminal, and not where ``NO_COLOR`` is set."""
    from meshmodel.exporters.style import Style

    terminal = sys.stdout.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    try:
        "✖✔◆◇·→▸".encode(sys.stdout.encoding or "ascii")
        glyphs = True
    except (UnicodeEncodeError, LookupError):
        glyphs = False
    return Style(colour, min(columns, 120), glyphs)


def write_file(path: Path, content: bytes) -> None:
    """Replace a file in one step: its readers see the old content or the new, never a part.

    Raises:
        MeshmodelError: it cannot be written; what was there is unchanged.
    """
    import tempfile

    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise MeshmodelError(f"{one_line(path)}: is a folder; name a file")
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MeshmodelError(f"{one_line(path)}: cannot be written: {error.strerror or error}") from None


def write_out(content: bytes, *, binary: bool) -> None:
    """Write to standard output as it is.

    Raises:
        MeshmodelError: a picture would go to a terminal.
    """
    if binary and sys.stdout.isatty():
        raise MeshmodelError(
            "a picture does not go to a terminal; add -o FILE, or send it to a file or a pipe"
        )
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
