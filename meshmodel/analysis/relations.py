"""The relations of a model by the elements at their ends."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, cast

from meshmodel.analysis.layered import Layered
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
        # Those at one end are put in order when they are first asked about: until then they are a list.
        self._known: dict[tuple[str, str], Layered[Sequence[Any]]] = {}
        self._chosen: dict[tuple[str, Callable[[Any], bool]], dict[Key, Any]] = {}

    def of(self, table: str, end: str, ident: str) -> tuple[Any, ...]:
        """The records of a table that name an element at one end, by key."""
        every = self.at(table, end)
        known = every.get(ident, ())
        if isinstance(known, tuple):
            return known
        # At one end they are all alike, so the other one orders them.
        other = attrgetter(ENDS[table][1 - ENDS[table].index(end)])
        ordered = tuple(sorted(known, key=other))
        every.settle(ident, ordered)
        return ordered

    def at(self, table: str, end: str) -> Layered[Sequence[Any]]:
        """The records of a table by the elements that they name at one end, in no order."""
        every = self._known.get((table, end))
        return self._arranged(table, end) if every is None else every

    def chosen(self, table: str, worth: Callable[[Any], bool]) -> Mapping[Key, Any]:
        """The records of a table that are worth something, by key: looked for when first asked for.

        Args:
            table: any table.
            worth: whether a record is; it may depend on nothing else.
        """
        known = self._chosen.get((table, worth))
        if known is None:
            every = self._snapshot.table(table)
            known = self._chosen[table, worth] = {key: each for key, each in every.items() if worth(each)}
        return known

    def prepare(self) -> None:
        """Look at all tables from both ends now, since edits ask for all of them sooner or later."""
        for table, ends in ENDS.items():
            for end in ends:
                self.at(table, end)

    def _arranged(self, table: str, end: str) -> Layered[Sequence[Any]]:
        place = ENDS[table].index(end)
        lists: defaultdict[str, list[Any]] = defaultdict(list)
        for key, record in self._snapshot.table(table).items():
            lists[key[place]].append(record)
        lists.default_factory = None
        arranged = self._known[table, end] = Layered(cast("dict[str, Sequence[Any]]", lists))
        return arranged

    def after(
        self, snapshot: Snapshot, changed: Mapping[str, Iterable[tuple[Key, Record | None]]]
    ) -> "Related":
        """The same for the model after an edit.

        Args:
            snapshot: the model after it.
            changed: for each table the keys that changed, with the record after (``None``: there is none).
        """
        after = Related(snapshot)
        # Another thread may ask for more of these meanwhile.
        known = dict(self._known)
        for (table, end), every in known.items():
            if table in changed:
                known[table, end] = every.after(_anew(every, table, end, changed[table]))
        after._known = known
        after._chosen = dict(self._chosen)
        for table, worth in tuple(after._chosen):
            if table in changed:
                records = after._chosen[table, worth] = after._chosen[table, worth].copy()
                for key, record in changed[table]:
                    if record is not None and worth(record):
                        records[key] = record
                    else:
                        records.pop(key, None)
        return after


def _anew(
    every: Mapping[str, Sequence[Any]], table: str, end: str, changed: Iterable[tuple[Key, Record | None]]
) -> dict[str, Sequence[Any] | None]:
    """The records at one end after some changed, by the elements there that these name.

    Args:
        every: those before, by all elements.
        table: the table.
        end: the end.
        changed: the keys that changed, with the record after (``None``: there is none).
    """
    place = ENDS[table].index(end)
    other = attrgetter(ENDS[table][1 - place])
    found: dict[str, Sequence[Any] | None] = {}
    for key, record in changed:
        ident, opposite = key[place], key[1 - place]
        there = found[ident] if ident in found else every.get(ident)
        rest = [each for each in there or () if other(each) != opposite]
        if record is not None:
            rest.append(record)
        found[ident] = tuple(sorted(rest, key=other)) or None
    return found
