"""The journal of edits in the model: what was edited, by whom, and what undo takes back.

Who opens the model with a name undoes the edits of that name, in any window and after a restart; who opens it
without one undoes the edits without a name of this program and of programs that are closed.
"""

import json
import time
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeGuard

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from meshmodel.edits.edit import Difference
from meshmodel.edits.merge import carry_out, inverse
from meshmodel.model.records import Key, key_of
from meshmodel.model.schema import SCHEMA
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import LINE_LIMIT, PERSON_LIMIT, one_line, unprintable
from meshmodel.store.codec import damage_error, from_json, load_json, to_json
from meshmodel.store.database import Database
from meshmodel.store.presence import Program, is_open
from meshmodel.store.tables import JOURNAL, JOURNAL_CHANGE, PROGRAM

DONE: Final = 0
UNDONE: Final = 1
DROPPED: Final = 2

_UNKNOWN_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One edit of the journal.

    Attributes:
        number: counts from 1 in the order in which they were made.
        time: when it was made, UTC.
        label: what it is called.
        author: the program run that made it, an opaque word.
        undone: whether it is taken back.
        own: whether this open store made it.
        person: who made it, by the name that the model was opened with; empty: it was opened without one.
    """

    number: int
    time: datetime
    label: str
    author: str
    undone: bool
    own: bool = False
    person: str = ""


def entries(connection: Connection, author: str) -> list[JournalEntry]:
    """The whole journal, oldest first."""
    columns = (
        JOURNAL.c.number,
        JOURNAL.c.time,
        JOURNAL.c.label,
        JOURNAL.c.author,
        JOURNAL.c.state,
        JOURNAL.c.person,
    )
    return [
        JournalEntry(
            _integer(number),
            _parse_time(when),
            one_line(label, LINE_LIMIT),
            one_line(by, 80),
            state != DONE,
            by == author,
            one_line(person or "", PERSON_LIMIT),
        )
        for number, when, label, by, state, person in connection.execute(
            select(*columns).order_by(JOURNAL.c.number)
        )
    ]


def newest_of_others(connection: Connection, author: str, since: int) -> tuple[str, str] | None:
    """By whom and what the newest edit of another program is, undoing included; ``None``: there is none.

    Args:
        connection: inside a transaction.
        author: the program that asks.
        since: a revision; edits up to that are left out.
    """
    query = select(JOURNAL.c.person, JOURNAL.c.label, JOURNAL.c.state)
    query = query.where(JOURNAL.c.touched > since, JOURNAL.c.last_by != author)
    found = connection.execute(query.order_by(JOURNAL.c.touched.desc()).limit(1)).first()
    if found is None:
        return None
    person, label, state = found
    did = "" if state == DONE else "undid: "
    return one_line(person or "", PERSON_LIMIT), did + one_line(label, LINE_LIMIT)


def last_person(connection: Connection, table: str, key: Key, since: int) -> str:
    """Who changed a record last after a revision, by name; empty where that has none."""
    query = select(JOURNAL.c.person).join(JOURNAL_CHANGE, JOURNAL.c.number == JOURNAL_CHANGE.c.entry)
    is_of_record = and_(JOURNAL_CHANGE.c.record_table == table, JOURNAL_CHANGE.c.record_key == _key_text(key))
    query = query.where(JOURNAL.c.touched > since, is_of_record).order_by(JOURNAL.c.touched.desc())
    return one_line(connection.execute(query.limit(1)).scalar() or "", PERSON_LIMIT)


def programs(connection: Connection) -> list[Program]:
    """The programs that are registered, open or not."""
    found = []
    for row in connection.execute(select(*PROGRAM.c)):
        if [type(value) for value in row] != [str, str, int, str, int]:
            raise damage_error("the table of programs", "holds the wrong type of value")
        found.append(Program(*row))
    return found


def register(connection: Connection, program: Program) -> None:
    """Insert or renew the row of a program, and delete the rows of programs that no longer run."""
    gone = [row.id for row in programs(connection) if row.id == program.id or not is_open(row)]
    if gone:
        connection.execute(delete(PROGRAM).where(PROGRAM.c.id.in_(gone)))
    names = [column.name for column in PROGRAM.c]
    connection.execute(insert(PROGRAM), [dict(zip(names, astuple(program), strict=True))])


def deregister(connection: Connection, author: str) -> None:
    """Delete the row of a program, which closes the file."""
    connection.execute(delete(PROGRAM).where(PROGRAM.c.id == author))


def _undoable_by(database: Database, author: str, person: str) -> ColumnElement[bool]:
    """Entries of the person; without a name, those last done or undone by no other program that is open.

    Without a name also what an assistant did: by its name nobody sits at a screen.
    """
    if person:
        return JOURNAL.c.person == person
    nameless = and_(
        JOURNAL.c.person.is_(None),
        func.coalesce(JOURNAL.c.last_by, JOURNAL.c.author).not_in(database.others_open(author)),
    )
    return or_(nameless, JOURNAL.c.author.startswith("assistant-"))


def next_undo(database: Database, author: str, person: str) -> tuple[int, str] | None:
    """The number and the label of what undo would take back."""
    return _first(database, author, person, JOURNAL.c.state == DONE, JOURNAL.c.number)


def next_redo(database: Database, author: str, person: str) -> tuple[int, str] | None:
    """The number and the label of what redo would do again: what was undone last."""
    return _first(database, author, person, JOURNAL.c.state == UNDONE, JOURNAL.c.touched)


def _first(database: Database, author: str, person: str, state: Any, order: Any) -> tuple[int, str] | None:
    query = select(JOURNAL.c.number, JOURNAL.c.label).where(state, _undoable_by(database, author, person))
    found = database.connection.execute(query.order_by(order.desc()).limit(1)).first()
    return None if found is None else (_integer(found[0]), one_line(found[1], LINE_LIMIT))


def record(database: Database, author: str, person: str, label: str, changes: Difference, number: int) -> int:
    """Add an edit to the journal; what redo would have done again can no longer be redone.

    Args:
        database: inside the transaction of the edit.
        author: the program.
        person: by the name that it was opened with; empty: it has none.
        label: what the edit is called; cut to one line.
        changes: what it changed.
        number: the revision that it leads to.

    Returns:
        The number of the entry.
    """
    connection = database.connection
    connection.execute(
        update(JOURNAL)
        .where(JOURNAL.c.state == UNDONE, _undoable_by(database, author, person))
        .values(state=DROPPED)
    )
    now = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
    row = {
        "time": now,
        "label": one_line(label, LINE_LIMIT),
        "author": author,
        "state": DONE,
        "touched": number,
        "last_by": author,
        "person": person or None,
    }
    entry = connection.execute(insert(JOURNAL).returning(JOURNAL.c.number), [row]).scalar_one()
    rows = [
        {
            "entry": entry,
            "position": position,
            "record_table": table,
            "record_key": _key_text(key),
            "before": to_json(before),
            "after": to_json(after),
        }
        for position, (table, key, before, after) in enumerate(changes)
    ]
    connection.execute(insert(JOURNAL_CHANGE), rows)
    return int(entry)


def mark(connection: Connection, entry: int, author: str, state: int, number: int) -> None:
    """Mark an entry as undone, or as done again.

    Args:
        connection: inside a transaction.
        entry: its number.
        author: the program that undoes or redoes it.
        state: DONE or UNDONE.
        number: the revision that this leads to.
    """
    values = {"state": state, "touched": number, "last_by": author}
    connection.execute(
        update(JOURNAL).where(JOURNAL.c.number == bindparam("entry")).values(values), {"entry": entry}
    )


def changes_of(connection: Connection, entry: int) -> Difference:
    """What an edit changed.

    Raises:
        StoreError: the entry holds anything that ``record`` does not write.
    """
    (found,) = _changes(connection, [entry])
    return found


def earlier(connection: Connection, number: int, model: Snapshot) -> Snapshot:
    """The model as an entry of the journal left it: later edits that stand are taken back, the last first.

    Args:
        connection: inside a transaction.
        number: of the entry; 0 for the model before the first edit.
        model: as it is now.

    Raises:
        StoreError: two programs changed the same things by turns, so that it cannot be told; or an entry
            holds anything that ``record`` does not write.
    """
    because = f"the model at entry {number} of the journal cannot be rebuilt"
    for _, changes in reversed(standing_since(connection, number)):
        model = carry_out(inverse(changes), model, "", because)
    return model


def standing_since(connection: Connection, number: int) -> list[tuple[int, Difference]]:
    """The edits after an entry of the journal that stand, with what each changed, oldest first.

    Raises:
        StoreError: an entry holds anything that ``record`` does not write.
    """
    later = select(JOURNAL.c.number).where(JOURNAL.c.number > number, JOURNAL.c.state == DONE)
    numbers = [_integer(each) for (each,) in connection.execute(later.order_by(JOURNAL.c.touched)).all()]
    return list(zip(numbers, _changes(connection, numbers), strict=True))


def _changes(connection: Connection, numbers: list[int]) -> list[Difference]:
    """What each of these edits changed."""
    columns = (
        JOURNAL_CHANGE.c.record_table,
        JOURNAL_CHANGE.c.record_key,
        JOURNAL_CHANGE.c.before,
        JOURNAL_CHANGE.c.after,
    )
    query = select(*columns).where(JOURNAL_CHANGE.c.entry == bindparam("number"))
    query = query.order_by(JOURNAL_CHANGE.c.position)
    return [
        _difference(connection.execute(query, {"number": number}).all(), f"journal entry {number}")
        for number in numbers
    ]


def _difference(rows: Iterable[Any], where: str) -> Difference:
    found = []
    for table, key_text, before_text, after_text in rows:
        table_name, key = _record_name(table, key_text, where)
        before = from_json(table_name, before_text, where)
        after = from_json(table_name, after_text, where)
        if any(each is not None and key_of(each) != key for each in (before, after)):
            raise damage_error(where, "holds a record under another's key")
        found.append((table_name, key, before, after))
    if not found or len({(table, key) for table, key, _, _ in found}) < len(found):
        raise damage_error(where, "does not say what was changed")
    return tuple(found)


def touched_since(connection: Connection, since: int) -> list[tuple[str, Key]]:
    """Table and key of every record that was changed after a revision.

    Raises:
        StoreError: the journal names no record.
    """
    query = (
        select(JOURNAL_CHANGE.c.record_table, JOURNAL_CHANGE.c.record_key)
        .join(JOURNAL, JOURNAL.c.number == JOURNAL_CHANGE.c.entry)
        .where(JOURNAL.c.touched > since)
        .distinct()
    )
    return [_record_name(table, key, "the journal") for table, key in connection.execute(query)]


def _key_text(key: Key) -> str:
    return json.dumps(key, ensure_ascii=False, separators=(",", ":"))


def _record_name(table: object, key_text: object, where: str) -> tuple[str, Key]:
    if not isinstance(table, str) or table not in SCHEMA:
        raise damage_error(where, "names an unknown table")
    key = load_json(key_text, where)
    if len(SCHEMA[table].key) < 2 and _is_name(key):
        return table, key
    if len(SCHEMA[table].key) == 2 and isinstance(key, list) and len(key) == 2 and all(map(_is_name, key)):
        return table, (key[0], key[1])
    raise damage_error(where, "names no record")


def _is_name(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and len(text) <= LINE_LIMIT and unprintable(text) is None


def _integer(value: object) -> int:
    if type(value) is not int:
        raise damage_error("the journal", "holds the wrong type of value")
    return value


def _parse_time(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no time, or one that is in no year of UTC
        return _UNKNOWN_TIME
