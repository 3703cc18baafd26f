"""Credentials that several elements have in the same way."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Final

from meshmodel.analysis.relations import ENDS
from meshmodel.analysis.rules.base import Facts
from meshmodel.model.records import Credential

Ends = tuple[str, str]
"""The key of a relation: an element and a credential."""

_FEW: Final = 100
"""The relations of so many credentials are looked up one by one."""


def several(
    facts: Facts,
    credentials: Sequence[Credential],
    relation: str,
    counted: Callable[[Mapping[Ends, Any]], Iterable[Ends]],
) -> tuple[list[int], Sequence[tuple[str, ...]]]:
    """Which active credentials have two or more ends, by their places, and these, sorted.

    Args:
        facts: the model as read.
        credentials: those in question.
        relation: ``hold`` or ``custody``: the other ends of these are meant.
        counted: the keys of those that count among such relations, which it is given by their keys.
    """
    relations = facts.snapshot.table(relation)
    if len(credentials) <= _FEW:
        there, end = facts.relations.at(relation, "credential"), ENDS[relation][0]
        names = [each.id for each in credentials]
        relations = {(getattr(each, end), name): each for name in names for each in there.get(name, ())}
    keys = partial(counted, relations)
    shared = {name for name, number in Counter(map(itemgetter(1), keys())).items() if number > 1}
    places = [
        place for place, each in enumerate(credentials) if each.id in shared and each.status == "active"
    ]
    return places, facts.column(_Ends(keys), [credentials[place].id for place in places])


class _Ends:
    """The ends of any credential, put together for all of them when they are first asked for."""

    def __init__(self, keys: Callable[[], Iterable[Ends]]) -> None:
        self._keys: Callable[[], Iterable[Ends]] | None = keys
        self._found: defaultdict[str, list[str]] = defaultdict(list)

    def __call__(self, credential: str) -> tuple[str, ...]:
        keys = self._keys
        if keys is not None:
            found: defaultdict[str, list[str]] = defaultdict(list)
            for one, name in keys():
                found[name].append(one)
            # Last: another thread may ask meanwhile.
            self._found, self._keys = found, None
        return tuple(sorted(self._found[credential]))
