"""Whether a file with a name that many have may be meant by a form, by how it begins; nothing is parsed."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from meshmodel.importers.forms import Form

SNIFFED: Final = 64 << 10
"""So much of a file with a common name is looked at."""
ENDINGS_OF_CODE: Final = (".py", ".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx")


def shown_by(path: Path, source: str, forms: Iterable[Form]) -> list[Form]:
    """The forms that a file may be of: all that know no others with such names, and those that its start
    shows.

    Raises:
        OSError: it cannot be read.
    """
    forms = [*forms]
    if not any(each.is_common for each in forms):
        return forms
    with path.open("rb") as file:
        start = b"\n" + file.read(SNIFFED)
    return [each for each in forms if not each.is_common or shows(each, source, start)]


def shows(form: Form, source: str, start: bytes) -> bool:
    """Whether the beginning of a file has all that its form expects there."""
    if form.packages and source.endswith(ENDINGS_OF_CODE):
        is_named = any(map(start.__contains__, _encoded(form.packages)))
        return is_named and _imports(form.packages).search(start) is not None
    if form.packages and not any(_is_called(source, each) for each in form.files):
        return False
    has_marks = all(_begins_line(each, start) for each in form.marks)
    return has_marks and (
        any(_is_called(source, each) for each in form.files)
        or all(any(one.encode() in start for one in each.split("|")) for each in form.holds)
    )


def _is_called(source: str, pattern: str) -> bool:
    """Whether a file is called as a pattern without ``*`` says."""
    return "*" not in pattern and f"/{source}".endswith(f"/{pattern}")


@lru_cache
def _encoded(names: tuple[str, ...]) -> tuple[bytes, ...]:
    """Names as they stand in a file: the bytes are searched for these before anything else is done."""
    return tuple(each.encode() for each in names)


@lru_cache
def _imports(packages: tuple[str, ...]) -> re.Pattern[bytes]:
    """Lines of Python and JavaScript that import one of some packages."""
    names = "|".join(re.escape(each) for each in packages)
    python = rf"^[ \t]*(?:from|import)[ \t]+(?:{names})\b"
    script = rf"(?:from|require\(|import)[ \t]*[\"'](?:{names})[\"'/]"
    return re.compile(f"{python}|{script}".encode(), re.MULTILINE)


def _begins_line(mark: str, start: bytes) -> bool:
    return any(f"\n{each}".encode() in start for each in mark.split("|"))
