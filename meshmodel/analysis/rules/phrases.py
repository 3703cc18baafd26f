"""Lists, actions and elements as they stand in sentences, and as the records that a finding lights."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from meshmodel.analysis.results import Place
from meshmodel.model.actions import actions_of
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import Action

MOST_LIT: Final = 50
"""Of more elements than this a finding lights the first ones: one can concern thousands."""
_FEW: Final = 5
"""A list names so many; of more the first three."""
_VERBS: Final[Mapping[Action, tuple[str, str]]] = {
    "read": ("read", "reads"),
    "write": ("write", "writes"),
    "execute": ("execute on", "executes on"),
    "issue": ("issue from", "issues from"),
    "admin": ("administer", "administers"),
}


def verb(action: Action, *, third: bool = True) -> str:
    """The verb of an action, before the name of a system: ``reads``, ``executes on``."""
    return _VERBS[action][third]


def can(actions: Iterable[Action]) -> str:
    """Several actions after *can*: ``read, write and execute on``."""
    return joined([verb(action, third=False) for action in actions])


def joined(words: Sequence[str], *, last: str = "and", total: int | None = None) -> str:
    """Words as a list in a sentence: ``a, b and c``; of many, how many more there are.

    Args:
        words: all of them, or the first three of many.
        last: the word before the last one.
        total: how many there are, if not all are given.
    """
    total = len(words) if total is None else total
    if total > _FEW:
        return f"{', '.join(words[:3])} {last} {total - 3} more"
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def titles(
    snapshot: Snapshot, table: str, ids: Sequence[str], *, last: str = "and", total: int | None = None
) -> str:
    """What people call these elements, as a list in a sentence; ``last`` and ``total`` as in ``joined``."""
    total = len(ids) if total is None else total
    records, named = snapshot.table(table), ids if total <= _FEW else ids[:3]
    return joined([str(records[each].title) for each in named], last=last, total=total)


def deeds(snapshot: Snapshot, actions: Mapping[str, int]) -> str:
    """What can be done where: ``write A and read B``; of many, in how many more.

    Args:
        snapshot: the model.
        actions: by the id of a system, the actions as five bits.
    """
    named = list(actions.items())
    named = named if len(named) <= _FEW else named[:3]
    words = [f"{can(actions_of(mask))} {snapshot.system[each].title}" for each, mask in named]
    if len(actions) > len(named):
        return f"{', '.join(words)} and so on in {len(actions) - len(named)} more"
    return joined(words)


def relation(table: str, ends: tuple[str, str], agents: Iterable[str] = ()) -> tuple[Place, ...]:
    """A relation with the elements at its ends, and agents, as records."""
    one, other = STEP_ENDS[table]
    return ((table, ends), (one, ends[0]), (other, ends[1]), *lit("agent", agents))


def lit(table: str, ids: Iterable[str]) -> tuple[Place, ...]:
    """Elements as records, as far as a finding lights them."""
    return tuple((table, each) for each in list(ids)[:MOST_LIT])
