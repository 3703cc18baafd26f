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

from meshmodel.edits.edit import Difference
from meshmodel.edits.merge import carry_out, inverse
from meshmodel.model.records import Key, Snapshot, key_of
from meshmodel.model.schema import SCHEMA
from meshmodel.model.text import LINE_LIMIT, PERSON_LIMIT, one_line, unprintable
from meshmodel.store.codec import damage_error, from_json, load_json, to_json
from meshmodel.store.database import Database
from meshmodel.store.presence import PresenceRow, is_open

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


def entries(database: Database, author: str) -> list[JournalEntry]:
    """The whole journal, oldest first."""
    query = "SELECT number, time, label, author, state, person FROM journal ORDER BY number"
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
        for number, when, label, by, state, person in database.execute(query)
    ]


def edits_of_others(database: Database, author: str, since: int) -> list[tuple[str, str]]:
    """By whom and what the edits of other programs are, undoing included, the oldest first.

    Args:
        database: inside a transaction.
        author: the program that asks.
        since: a revision; edits up to that are left out.
    """
    query = "SELECT person, label, state FROM journal WHERE touched > ? AND last_by != ? ORDER BY touched"
    return [
        (
            one_line(person or "", PERSON_LIMIT),
            f"{'' if state == DONE else 'undid: '}{one_line(label, LINE_LIMIT)}",
        )
        for person, label, state in database.execute(query, (since, author)).fetchall()
    ]


def last_person(database: Database, table: str, key: Key, since: int) -> str:
    """Who changed a record last after a revision, by name; empty where that has none."""
    query = (
        "SELECT j.person FROM journal j JOIN journal_change c ON c.entry = j.number "
        "WHERE j.touched > ? AND c.record_table = ? AND c.record_key = ? ORDER BY j.touched DESC LIMIT 1"
    )
    found = database.execute(query, (since, table, _key_text(key))).fetchone()
    return one_line(found[0] or "", PERSON_LIMIT) if found else ""


def programs(database: Database) -> list[PresenceRow]:
    """The programs that are registered, open or not."""
    found = []
    for row in database.execute("SELECT id, machine, process, started, seen FROM program"):
        if [type(value) for value in row] != [str, str, int, str, int]:
            raise damage_error("the table of programs", "holds the wrong type of value")
        found.append(PresenceRow(*row))
    return found


def register(database: Database, program: PresenceRow) -> None:
    """Insert or renew the row of a program, and delete the rows of programs that no longer run."""
    for row in programs(database):
        if row.id == program.id or not is_open(row):
            deregister(database, row.id)
    query = "INSERT INTO program (id, machine, process, started, seen) VALUES (?, ?, ?, ?, ?)"
    database.execute(query, astuple(program))


def deregister(database: Database, author: str) -> None:
    """Delete the row of a program, which closes the file."""
    database.execute("DELETE FROM program WHERE id = ?", (author,))


def _undoable_by(database: Database, author: str, person: str) -> tuple[str, tuple[str, ...]]:
    """Entries of the person; without a name, those last done or undone by no other program that is open.

    Without a name also what an assistant did: by its name nobody sits at a screen.

    Returns:
        A condition, and the values of its question marks.
    """
    if person:
        return "person = ?", (person,)
    others, values = database.others_open(author)
    nameless = f"person IS NULL AND coalesce(last_by, author) NOT IN ({others})"
    return f"({nameless} OR substr(author, 1, 10) = 'assistant-')", values


def next_undo(database: Database, author: str, person: str) -> tuple[int, str] | None:
    """The number and the label of what undo would take back."""
    return _first(database, author, person, DONE, "number")


def next_redo(database: Database, author: str, person: str) -> tuple[int, str] | None:
    """The number and the label of what redo would do again: what was undone last."""
    return _first(database, author, person, UNDONE, "touched")


def _first(database: Database, author: str, person: str, state: int, order: str) -> tuple[int, str] | None:
    condition, values = _undoable_by(database, author, person)
    query = (
        f"SELECT number, label FROM journal WHERE state = ? AND {condition} "  # noqa: S608  # ours
        f"ORDER BY {order} DESC LIMIT 1"
    )
    found = database.execute(query, (state, *values)).fetchone()
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
    condition, values = _undoable_by(database, author, person)
    query = f"UPDATE journal SET state = ? WHERE state = ? AND {condition}"  # noqa: S608  # ours
    database.execute(query, (DROPPED, UNDONE, *values))
    now = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
    query = (
        "INSERT INTO journal (time, label, author, state, touched, last_by, person) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number"
    )
    row = (now, one_line(label, LINE_LIMIT), author, DONE, number, author, person or None)
    ((entry,),) = database.execute(query, row).fetchall()
    database.execute(
        'INSERT INTO journal_change (entry, position, record_table, record_key, "before", "after") '
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (entry, position, table, _key_text(key), to_json(before), to_json(after))
            for position, (table, key, before, after) in enumerate(changes)
        ],
    )
    return int(entry)


def mark(database: Database, entry: int, author: str, state: int, number: int) -> None:
    """Mark an entry as undone, or as done again.

    Args:
        database: inside a transaction.
        entry: its number.
        author: the program that undoes or redoes it.
        state: DONE or UNDONE.
        number: the revision that this leads to.
    """
    query = "UPDATE journal SET state = ?, touched = ?, last_by = ? WHERE number = ?"
    database.execute(query, (state, number, author, entry))


def changes_of(database: Database, entry: int) -> Difference:
    """What an edit changed.

    Raises:
        StoreError: the entry holds anything that ``record`` does not write.
    """
    (found,) = _changes(database, [entry])
    return found


def earlier(database: Database, number: int, model: Snapshot) -> Snapshot:
    """The model as an entry of the journal left it: later edits that stand are taken back, the last first.

    Args:
        database: inside a transaction.
        number: of the entry; 0 for the model before the first edit.
        model: as it is now.

    Raises:
        StoreError: two programs changed the same things by turns, so that it cannot be told; or an entry
            holds anything that ``record`` does not write.
    """
    because = f"the model at entry {number} of the journal cannot be rebuilt"
    for _, changes in reversed(standing_since(database, number)):
        model = carry_out(inverse(changes), model, "", because)
    return model


def standing_since(database: Database, number: int) -> list[tuple[int, Difference]]:
    """The edits after an entry of the journal that stand, with what each changed, oldest first.

    Raises:
        StoreError: an entry holds anything that ``record`` does not write.
    """
    query = "SELECT number FROM journal WHERE number > ? AND state = ? ORDER BY touched"
    numbers = [_integer(each) for (each,) in database.execute(query, (number, DONE)).fetchall()]
    return list(zip(numbers, _changes(database, numbers), strict=True))


def _changes(database: Database, numbers: list[int]) -> list[Difference]:
    """What each of these edits changed."""
    query = (
        'SELECT record_table, record_key, "before", "after" FROM journal_change WHERE entry = ? '
        "ORDER BY position"
    )
    return [_difference(database.execute(query, (number,)), f"journal entry {number}") for number in numbers]


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


def touched_since(database: Database, since: int) -> list[tuple[str, Key]]:
    """Table and key of every record that was changed after a revision.

    Raises:
        StoreError: the journal names no record.
    """
    query = (
        "SELECT DISTINCT c.record_table, c.record_key FROM journal_change c "
        "JOIN journal j ON j.number = c.entry WHERE j.touched > ?"
    )
    return [_record_name(table, key, "the journal") for table, key in database.execute(query, (since,))]


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
