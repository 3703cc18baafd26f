"""Names rows of dialogs in messages that name options of the command line."""

import re
from typing import Final

_OPTION: Final = re.compile(
    r"(?<![^\s(])--(as|format|lens|to|agent|map|only|pages|zone)\b(?: (?:FORM|ID|DIR)\b)?"
)
_ROWS: Final = {"as": "read as", "format": "form", "lens": "shows", "to": "format"}
"""What a row of a dialog is called where that is not the name of the option of the command line."""


def in_rows(why: str) -> str:
    """A refusal with the rows of dialogs in place of the options of the command line."""
    return _OPTION.sub(lambda found: f"“{_ROWS.get(found[1], found[1])}”", why)
