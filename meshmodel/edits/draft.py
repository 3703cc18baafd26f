"""``Draft``: a snapshot that is changed step by step, with the list of changes and a preview of each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from meshmodel.edits.edit import Change, Edit, Put, apply_edit, unused_id
from meshmodel.edits.ids import exact_id_of
from meshmodel.model.phrases import phrase
from meshmodel.model.records import (
    Agent,
    Checkpoint,
    Credential,
    Element,
    Note,
    Record,
    Snapshot,
    System,
    Zone,
    key_of,
    table_of,
)
from meshmodel.model.validation import with_actual_step


class SentenceError(Exception):
    """A sentence that cannot be carried out; ``str()`` is one line."""

    def __init__(self, message: str, start: int, end: int) -> None:
        """Arguments: one line, and where in the text (positions in characters)."""
        super().__init__(message)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Name:
    """A name as typed, of one or more words; ``table`` is the kind before its colon, if it has one."""

    text: str
    table: str | None
    start: int
    end: int


ELEMENTS = ("agent", "credential", "system", "zone")
"""The tables of elements, the most usual subject of a sentence first."""
WITH_IDS = (*ELEMENTS, "checkpoint", "note")
"""All tables whose records have an id, and so can be named; notes come last."""


_ACTING = ("agent", "credential", "system")
"""The kinds of elements that are seldom called alike; a zone often is called as the system in it."""


_SERVERS = ("agent", "system")
"""What one MCP server is drawn as by mistake twice, so that a stated kind does not settle it."""


_PERSONS = ("human", "person")
"""A new agent that is called so is a person."""


def new_element(table: str, id_: str, name: str | None = None) -> Element:
    """An element with only an id and a name."""
    match table:
        case "zone":
            return Zone(id_, name)
        case "system":
            return System(id_, name)
        case "agent":
            return Agent(id_, name)
        case _:
            return Credential(id_, name)


def named_element(snapshot: Snapshot, table: str, typed: str) -> Element:
    """A new element for a typed name: its id is made from the name, which is kept if it differs."""
    id_ = unused_id(snapshot, table, typed)
    return new_element(table, id_, typed if typed != id_ else None)


class Draft:
    """A snapshot that sentences change one after the other.

    Attributes:
        snapshot: the model as changed so far; every change was checked by the store's own rules.
        changes: the changes, in order.
        preview: one line for each thing that changes.
        warnings: one line for each thing that was perhaps not meant so.
        added: the names that elements were added for.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Arguments: the model to begin with, which stays as it is."""
        self.snapshot = snapshot
        self.changes: list[Change] = []
        self.preview: list[str] = []
        self.warnings: list[str] = []
        self.added: list[Name] = []

    def change(self, change: Change, line: str) -> None:
        """Make one change; raises InvalidModelError, with nothing changed, where it is refused."""
        self.snapshot = apply_edit(self.snapshot, Edit(line, (change,)))
        self.changes.append(change)
        self.preview.append(line)

    def put(self, record: Record, line: str | None = None) -> None:
        """Insert or replace a record, unless it is there as it is."""
        if isinstance(record, Checkpoint):
            record = with_actual_step(record, self.snapshot.trigger)
        before = self.snapshot.get(table_of(record), key_of(record))
        if before == record:
            return
        if line is None:
            line = phrase(record) if before is None else f"{phrase(record)} (changed)"
        self.change(Put(record), line)

    def find(self, name: Name, tables: Iterable[str]) -> list[tuple[str, str]]:
        """The records of these tables that a typed name means: by id, by slug, or by name.

        A note is meant only where nothing else is called so, or its kind stands before it: importers name
        notes as they like.
        """
        found: list[tuple[str, str]] = []
        for table in tables:
            if name.table not in {None, table} or (table == "note" and found):
                continue
            key = self.lookup(table, name.text)
            if key is not None:
                found.append((table, key))
        return found

    def lookup(self, table: str, typed: str) -> str | None:
        """The id of the record of a table that a text means: by id, by the id made from it, or by name."""
        records = self.snapshot.table(table)
        for candidate in (typed, typed.lower(), exact_id_of(typed)):
            if candidate in records:
                return candidate
        folded = typed.casefold()
        for key, record in records.items():
            name = None if isinstance(record, Checkpoint | Note) else record.name
            if name is not None and name.casefold() == folded:
                return str(key)
        return None

    def find_one(self, name: Name, tables: Iterable[str]) -> tuple[str, str]:
        """The one element that a name means; raises SentenceError for none or several."""
        wanted = tuple(tables)
        found = self.find(name, wanted)
        if not found:
            raise SentenceError(f"there is no {_either(wanted)} {name.text!r}", name.start, name.end)
        return self.single_match(name, found)

    def single_match(self, name: Name, found: list[tuple[str, str]]) -> tuple[str, str]:
        """The only one of the records found for a name; raises SentenceError if there are several."""
        if len(found) > 1:
            ways = " or ".join(f"{table}:{key}" for table, key in found)
            raise SentenceError(f"{name.text!r} can be several things: write {ways}", name.start, name.end)
        return found[0]

    def find_or_add(self, name: Name, table: str) -> str:
        """The id of the element of a table that a name means; a missing element is added."""
        if name.table is not None and name.table != table:
            raise SentenceError(
                f"a {table} is needed here, not the {name.table} {name.text!r}", name.start, name.end
            )
        if not name.text:
            raise SentenceError(f"a {table} is needed here", name.start, name.end)
        key = self.lookup(table, name.text)
        if key is not None:
            return key
        alike = _SERVERS if name.table else _ACTING
        others = self.find(replace(name, table=None), [each for each in alike if each != table])
        if others and table in alike:
            other, known = others[0]
            self.warnings.append(f"{name.text!r} becomes a new {table}, though there is the {other} {known}")
        self.added.append(name)
        record = named_element(self.snapshot, table, name.text)
        if isinstance(record, Agent) and name.text.casefold() in _PERSONS:
            record = replace(record, kind="person")
        self.put(record, f"new {table} {_shown(record)}")
        return record.id


def _shown(record: Element) -> str:
    return record.id if record.name is None else f"{record.id} ({record.name})"


def _either(tables: tuple[str, ...]) -> str:
    return tables[0] if len(tables) == 1 else "element"
