"""Few of many names in a row."""

from collections.abc import Sequence
from typing import Final

from meshmodel.model.text import one_line

_NAMED: Final = 4


def few(names: Sequence[str]) -> str:
    """The names with commas between them; of many the first ones, and how many more there are."""
    named = ", ".join(map(one_line, names[:_NAMED]))
    return named if len(names) <= _NAMED else f"{named} and {len(names) - _NAMED} more"
