"""Few of many names in a row."""

from collections.abc import Sequence
from typing import Final

from meshmodel.model.text import first_few, one_line

_NAMED: Final = 4


def few(names: Sequence[str]) -> str:
    """The names with commas between them; of many the first ones, and how many more there are."""
    return first_few([*map(one_line, names)], _NAMED)
