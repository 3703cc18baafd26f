"""A model in a file of SQLite: opens and creates it, and answers what the store asks.

Several programs may have one file open.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.source import Source
from meshmodel.store import journal, plain_sql, presence, shared_state, sqlite_file
from meshmodel.store.database import BusyError, Database
from meshmodel.store.sqlite_file import path_text

_LOCK: Final = threading.RLock()  # SQLite's locks belong to the process: they keep no threads apart


class SqliteDatabase(Database):
    """One open file; every connection to files of models is used under one lock."""

    lock = _LOCK

    def __init__(self, path: Path, raw: sqlite3.Connection, given: Path | None = None) -> None:
        """Arguments: the file, symbolic links resolved; a connection to it; and the path that led there."""
        self._path = path
        self._raw = raw
        self._given = (given or path).absolute()
        self._file = sqlite_file.identity(self._given)
        self._author = ""
        self._registered_at: float | None = None
        self._is_registering = False

    @property
    def name(self) -> str:
        """The path, resolved."""
        return path_text(self._path)

    @contextlib.contextmanager
    def transaction(self, *, writing: bool = False, waiting: bool = True) -> Iterator[None]:
        """A transaction: ``BEGIN IMMEDIATE`` where it writes; by default it waits for ``BUSY_TIMEOUT``."""
        with (
            contextlib.nullcontext() if waiting else self._not_waiting(),
            sqlite_file.transaction(self._raw, "BEGIN IMMEDIATE" if writing else "BEGIN"),
        ):
            self._is_registering = False
            yield
        if self._is_registering:
            self._registered_at = time.monotonic()

    @contextlib.contextmanager
    def _not_waiting(self) -> Iterator[None]:
        sqlite_file.set_busy_timeout(self._raw, 0)
        try:
            yield
        finally:
            sqlite_file.set_busy_timeout(self._raw, sqlite_file.BUSY_TIMEOUT)

    def execute(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run a statement in plain SQL."""
        if isinstance(values, list):
            return self._raw.executemany(query, values)
        return self._raw.execute(query, values)

    def read_all(self) -> Snapshot:
        """The whole model, in a transaction."""
        return plain_sql.read_all(self.execute, plain_sql.revision(self.execute), self.name)

    def read_changed(self, known: Snapshot) -> Snapshot:
        """The model as it is now, of which the records that the journal names are read."""
        number = plain_sql.revision(self.execute)
        if number == known.revision:
            return known
        names = journal.touched_since(self, known.revision)
        return plain_sql.read_changed(self.execute, names, known, number, self.name)

    def version(self) -> int:
        """A number that is another one when another connection has written to the file."""
        with self._not_waiting():
            self._register_again()
            return sqlite_file.data_version(self._raw)

    def register(self, author: str) -> None:
        """Insert or renew this program's row, to be deleted when the file is closed."""
        journal.register(self, presence.this_program(author))
        self._author, self._is_registering = author, True

    def _register_again(self) -> None:
        """Renew this program's row if it has edited and the row is older than the interval."""
        if self._registered_at is None or time.monotonic() - self._registered_at < presence.REGISTER_INTERVAL:
            return
        with self.transaction(writing=True, waiting=False):
            self.register(self._author)

    def others_open(self, author: str) -> tuple[str, tuple[str, ...]]:
        """The authors of the rows of programs that still run, as far as this machine can tell."""
        others = sorted(presence.open_programs(journal.programs(self)) - {author})
        return ", ".join("?" * len(others)), tuple(others)

    def is_lost(self) -> bool:
        """Whether the path leads to another file now, or to none."""
        return sqlite_file.identity(self._given) != self._file

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """Raise errors of SQLite and of the system as StoreError."""
        with sqlite_file.store_errors(self._path):
            yield

    def close(self) -> None:
        """Close the file; no journal is left beside it."""
        if self._registered_at is not None:
            self._deregister()
        self._raw.close()

    def _deregister(self) -> None:
        """Delete this program's row; if that fails, others see that its process no longer runs."""
        with contextlib.suppress(sqlite3.Error, UnicodeError), self.transaction(writing=True):
            journal.deregister(self, self._author)


def open_model(
    source: Source, *, read_only: bool
) -> tuple[SqliteDatabase, object, Snapshot, tuple[Reference, ...]]:
    """An existing model file, checked whole, with its version, what it holds and how it was drawn last.

    One of an older schema version is migrated.

    Args:
        source: the file.
        read_only: refuse edits, as in a file that is read-only; only a killed edit is rolled back.

    Raises:
        StoreError: it is no model, damaged, busy for ``OPEN_TIMEOUT``, or made by a newer version; it is
            untouched.
    """
    path = sqlite_file.resolve_path(source.path)
    until = time.monotonic() + sqlite_file.OPEN_TIMEOUT
    with sqlite_file.store_errors(path, waited=sqlite_file.OPEN_TIMEOUT):
        while True:
            try:
                with _LOCK:
                    return _open_now(path, source.path, read_only=read_only)
            except Exception as error:
                is_busy = isinstance(error, BusyError) or sqlite_file.is_busy(error)
                if not is_busy or time.monotonic() > until:
                    raise
            time.sleep(0.01)  # releasing _LOCK alone hands it to no other thread that waits for it


def _open_now(
    path: Path, given: Path, *, read_only: bool
) -> tuple[SqliteDatabase, object, Snapshot, tuple[Reference, ...]]:
    """Open it now, or raise that it is busy."""
    sqlite_file.check_header(path)
    sqlite_file.roll_back(path)
    part = sqlite_file.unwritable_part(path)
    reading = bool(read_only or part)
    raw = sqlite_file.connect(path, read_only=reading)
    try:
        if sqlite_file.schema_version(raw, path) < sqlite_file.SCHEMA_VERSION:
            from meshmodel.store.migrations import migrate

            if reading:
                raw.close()
                raw = sqlite_file.connect_copy(path)
            migrate(raw, path_text(path))
        database = SqliteDatabase(path, raw, given)
        if reading:
            database.why_read_only = f"its {part or 'file'} cannot be written"
        version = sqlite_file.data_version(raw)
        with sqlite_file.transaction(raw, "BEGIN"):
            plain_sql.check_file(raw, database.name)
            snapshot = database.read_all()
        if not reading:
            sqlite_file.turn_off_log(raw)
        return database, version, snapshot, shared_state.read_order(database)
    except BaseException:
        raw.close()
        raise


@contextlib.contextmanager
def new_model(source: Source) -> Iterator[SqliteDatabase]:
    """A new file with the tables and no rows, in a transaction, to be filled: whole or not at all.

    Raises:
        StoreError: something is there already, or the folder cannot be written.
    """
    path = sqlite_file.absolute_path(source.path)
    with (
        _LOCK,
        sqlite_file.store_errors(path),
        sqlite_file.new_file(path) as draft,
        contextlib.closing(sqlite_file.connect(draft, read_only=False)) as raw,
        sqlite_file.transaction(raw, "BEGIN IMMEDIATE"),
    ):
        sqlite_file.create_tables(raw)
        yield SqliteDatabase(draft, raw)
