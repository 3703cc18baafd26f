"""Parts of a model as interchange text, for the clipboard: a valid file, with a comment before it."""

import re
from typing import Final

from meshmodel.interchange.reader import FORMAT, read_text
from meshmodel.interchange.writer import write_text
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.vocabulary import ELEMENT_TABLES

_COMMENT: Final = "# A part of a model. Only named here, and not part of it: "
_FORMAT: Final = re.compile(r"""^[ \t]*format[ \t]*=[ \t]*["']meshmodel/""", re.MULTILINE)


def write_fragment(model: Snapshot, named: frozenset[Reference]) -> str:
    """The text of a part of a model.

    Args:
        model: a valid model.
        named: its elements that are only named.

    Raises:
        InvalidModelError: as ``write_text``.
    """
    text = write_text(model)
    listed = ", ".join(f"{table}:{key}" for table, key in sorted(named))
    return f"{_COMMENT}{listed}\n{text}" if named else text


def is_fragment(text: str) -> bool:
    """Whether a text is meant as interchange text, and not as sentences."""
    return _FORMAT.search(text) is not None


def read_fragment(text: str) -> tuple[Snapshot, frozenset[Reference]]:
    """The model in a text, and its elements that are only named; in a file of other origin those are none.

    Raises:
        InvalidModelError: as ``read_text``; one line.
    """
    if not is_fragment(text):
        raise InvalidModelError(
            f'the clipboard: is no part of a model, which begins with format = "{FORMAT}"'
        )
    first = text.lstrip("\ufeff \t\r\n").partition("\n")[0].strip()
    said = first.removeprefix(_COMMENT).split(", ") if first.startswith(_COMMENT) else []
    model = read_text(text.lstrip("\ufeff"), "the clipboard")
    pairs = [each.strip().partition(":") for each in said]
    named = ((table, key) for table, _, key in pairs if table in ELEMENT_TABLES)
    return model, frozenset(each for each in named if model.get(*each) is not None)
