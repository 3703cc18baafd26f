"""Actions as numbers from 0 to 4, and sets of them as masks of five bits.

See ``docs/semantics.md#relations``.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from meshmodel.model.vocabulary import ACTIONS, Action

READ, WRITE, EXECUTE, ISSUE, ADMIN = range(5)
ALL: Final = 0b11111
"""All five actions."""
ACTING: Final = 0b11110
"""All but read."""
NUMBER: Final[Mapping[str, int]] = {action: number for number, action in enumerate(ACTIONS)}


def action_mask(actions: Iterable[Action] | None) -> int:
    """The mask of actions, admin not expanded; all five bits for ``None``."""
    return ALL if actions is None else sum(1 << NUMBER[each] for each in set(actions))


def expand_admin(mask: int) -> int:
    """The mask, or all five bits where it has admin: admin implies every action."""
    return ALL if mask >> ADMIN & 1 else mask


def actions_of(mask: int) -> tuple[Action, ...]:
    """The actions of a mask, in the order of ``ACTIONS``."""
    return _ACTIONS_OF[mask]


_ACTIONS_OF: Final = [
    tuple(action for number, action in enumerate(ACTIONS) if mask >> number & 1) for mask in range(ALL + 1)
]
