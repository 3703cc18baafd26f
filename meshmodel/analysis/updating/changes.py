"""What differs between two models, found quickly where they share their tables."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
from operator import is_not
from typing import Any, Final

from meshmodel.model.records import Key
from meshmodel.model.snapshot import TABLES, Snapshot

_PLACES: Final = ("zone", "system", "agent", "credential")
"""The tables of what has a place on the canvas, which follows from nothing and nothing follows from it."""

Change = tuple[Key, Any, Any]
"""A key, the record before and the record after; ``None`` where there was or is none."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an edit changed.

    Attributes:
        before, after: the models.
        tables: the changes of each table that has any; places on the canvas are none.
        elements: for zones, systems, agents and credentials the ids that changed.
        ends: the same for those at an end of a relation that changed.
    """

    before: Snapshot
    after: Snapshot
    tables: Mapping[str, tuple[Change, ...]]

    @classmethod
    def between(cls, before: Snapshot, after: Snapshot) -> "Changes":
        """The changes from one model to another."""
        tables: dict[str, tuple[Change, ...]] = {}
        for name in TABLES:
            old, new = before.table(name), after.table(name)
            if old is not new:
                touched = after.touched.get(name)
                if touched is not None and touched.before is old and touched.after is new:
                    found = tuple(_different(name, old, new, touched.keys))
                else:
                    found = tuple(_different(name, old, new, _differing(old, new)))
                if found:
                    tables[name] = found
        return cls(before, after, tables)

    def of(self, table: str) -> tuple[Change, ...]:
        """The changes of one table."""
        return self.tables.get(table, ())


def _differing(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[Any]:
    """The keys whose records are others, gone or new: those are the same that are the same object."""
    yield from compress(old, map(is_not, map(new.get, old), old.values()))
    if len(new) != len(old) or any(key not in new for key in old):
        yield from new.keys() - old.keys()


def _different(
    name: str, old: Mapping[Any, Any], new: Mapping[Any, Any], keys: Iterable[Any]
) -> Iterator[Change]:
    for key in keys:
        one, other = old.get(key), new.get(key)
        if one == other or (
            name in _PLACES and one is not None and other is not None and _only_moved(one, other)
        ):
            continue
        yield key, one, other


def _only_moved(one: Any, other: Any) -> bool:
    return all(getattr(one, each) == getattr(other, each) for each in one.__slots__ if each != "at")
