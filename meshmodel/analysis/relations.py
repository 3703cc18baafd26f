"""The relations of a model by the elements at their ends."""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from meshmodel.model.records import Key, Record
from meshmodel.model.snapshot import Snapshot

ENDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "hold": ("agent", "credential"),
        "grant": ("credential", "system"),
        "custody": ("system", "credential"),
        "exchange": ("from_", "to"),
        "delegation": ("from_", "to"),
        "trigger": ("system", "agent"),
        "intent": ("agent", "system"),
    }
)
"""For every relation between elements the attributes that name its ends, in the order of its key."""


class Related:
    """The relations by their ends: each table is put in order when it is first asked about."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[tuple[str, str], dict[str, tuple[Any, ...]]] = {}

    def of(self, table: str, end: str, ident: str) -> tuple[Any, ...]:
        """The records of a table that name an element at one end, by key."""
        known = self._known.get((table, end))
        if known is None:
            known = self._known[table, end] = self._arranged(table, end)
        return known.get(ident, ())

    def _arranged(self, table: str, end: str) -> dict[str, tuple[Any, ...]]:
        place = ENDS[table].index(end)
        lists: dict[str, list[Any]] = {}
        for key, record in self._snapshot.table(table).items():
            known = lists.get(key[place])
            if known is None:
                lists[key[place]] = [record]
            else:
                known.append(record)
        # At one end they are all alike, so the other one orders them.
        other = attrgetter(ENDS[table][1 - place])
        return {
            ident: tuple(records) if len(records) == 1 else tuple(sorted(records, key=other))
            for ident, records in lists.items()
        }

    def after(
        self, snapshot: Snapshot, changed: Mapping[str, Iterable[tuple[Key, Record | None]]]
    ) -> "Related":
        """The same for the model after an edit.

        Args:
            snapshot: the model after it.
            changed: for each table the keys that changed, with the record after (``None``: there is none).
        """
        after = Related(snapshot)
        after._known = dict(self._known)
        for table, end in self._known:
            if table not in changed:
                continue
            place = ENDS[table].index(end)
            lists = dict(self._known[table, end])
            for key, record in changed[table]:
                ident = key[place]
                rest = [each for each in lists.get(ident, ()) if _key(table, each) != key]
                if record is not None:
                    rest.append(record)
                    rest.sort(key=lambda each, table=table: _key(table, each))  # type: ignore[misc]  # bound
                if rest:
                    lists[ident] = tuple(rest)
                else:
                    lists.pop(ident, None)
            after._known[table, end] = lists
        return after


def _key(table: str, record: Any) -> Key:
    one, other = ENDS[table]
    return getattr(record, one), getattr(record, other)
