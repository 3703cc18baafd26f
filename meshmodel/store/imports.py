"""What imports last said, kept in the model, and how records were renamed since; in plain SQL."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from meshmodel.model.records import Key, Record, Reference
from meshmodel.model.schema import SCHEMA
from meshmodel.store.codec import damage_error, from_json, load_json, to_json
from meshmodel.store.database import Database

_RENAMES: Final = 100
"""How many renames of one record are followed."""


@dataclass(frozen=True, slots=True)
class RecordImport:
    """What the last import of a file said of one record.

    Attributes:
        source: the file, as it is called in the model.
        form: what it was read as.
        scope: the file in which the stable key is unique; empty: it is the same thing in every file.
        stable_key: a digest of what came in; empty of a relation, which its ends identify.
        table: the table of the record.
        key: its key in the model then.
        record: the record with the ids of the model then; ``None``: the file no longer says it.
    """

    source: str
    form: str
    scope: str
    stable_key: str
    table: str
    key: Key
    record: Record | None

    @property
    def place(self) -> tuple[str, str, str, Key]:
        """What a later row replaces: the same record of the same file and form."""
        return self.source, self.form, self.table, self.key


def read(database: Database) -> list[RecordImport]:
    """What imports last said of each record, those that were undone left out.

    Args:
        database: in a transaction.

    Raises:
        StoreError: a row holds anything that this program does not write.
    """
    where = f"{database.name}: table imported"
    found: dict[tuple[str, str, str, Key], RecordImport] = {}
    query = (
        "SELECT i.source, i.form, i.scope, i.stable_key, i.record_table, i.record_key, i.record "
        "FROM imported i LEFT JOIN journal j ON j.number = i.entry "
        "WHERE i.entry IS NULL OR j.state = 0 ORDER BY i.number"
    )
    for source, form, scope, stable_key, table, key_text, record in database.execute(query):
        texts = source, form, scope, stable_key
        if not all(isinstance(each, str) for each in texts) or table not in SCHEMA:
            raise damage_error(where, "holds the wrong type of value")
        key = _key(load_json(key_text, where), where)
        row = RecordImport(source, form, scope, stable_key, table, key, from_json(table, record, where))
        found[row.place] = row
    return [each for each in found.values() if each.record is not None]


def keep(database: Database, rows: Iterable[RecordImport], entry: int | None) -> None:
    """Write rows, inside the transaction of the edit that they came with.

    Args:
        database: in that transaction.
        rows: what an import said.
        entry: the number of the edit in the journal; ``None``: there was no edit.
    """
    database.execute(
        "INSERT INTO imported (entry, source, form, scope, stable_key, record_table, record_key, record) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                entry,
                each.source,
                each.form,
                each.scope,
                each.stable_key,
                each.table,
                json.dumps(each.key, ensure_ascii=False, separators=(",", ":")),
                to_json(each.record),
            )
            for each in rows
        ],
    )


def renamed(database: Database, missing: Iterable[Reference]) -> Mapping[Reference, str]:
    """The ids that records have now, which are no longer there under their old ones.

    An edit that renamed a record removed it and added one that differs in its id alone; the journal has
    both. What was removed for good is left out.

    Args:
        database: in a transaction.
        missing: tables and ids that the model no longer has.
    """
    found: dict[Reference, str] = {}
    for table, key in missing:
        now = str(key)
        for _ in range(_RENAMES):
            later = _next_id(database, table, now)
            if later is None:
                break
            now = later
        if now != key:
            found[table, key] = now
    return found


def _key(value: object, where: str) -> Key:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and len(value) == 2 and all(isinstance(each, str) for each in value):
        return value[0], value[1]
    raise damage_error(where, "names no record")


def _next_id(database: Database, table: str, id_: str) -> str | None:
    """The id that the last edit which removed a record gave it; ``None`` where it was removed for good."""
    key = json.dumps(id_, ensure_ascii=False)
    row = database.execute(
        "SELECT c.entry, c.before FROM journal_change c JOIN journal j ON j.number = c.entry "
        "WHERE j.state = 0 AND c.record_table = ? AND c.record_key = ? AND c.after IS NULL "
        "ORDER BY j.touched DESC LIMIT 1",
        (table, key),
    ).fetchone()
    if row is None:
        return None
    entry, before = row
    added = database.execute(
        "SELECT after FROM journal_change WHERE entry = ? AND record_table = ? AND before IS NULL",
        (entry, table),
    ).fetchall()
    alike = [each for (each,) in added if _without_id(each) == _without_id(before)]
    if len(alike) != 1:
        return None
    found = load_json(alike[0], "the journal").get("id")
    return found if isinstance(found, str) else None


def _without_id(text: object) -> dict[str, Any]:
    record = load_json(text, "the journal")
    if not isinstance(record, dict):
        raise damage_error("the journal", "holds no record where one is expected")
    record.pop("id", None)
    record.pop("identity", None)  # stated where it followed the id so far
    return record
