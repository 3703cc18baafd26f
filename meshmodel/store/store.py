"""A model in its file: every edit is one transaction, journalled, on disk when ``apply`` returns.

Several stores, in one program or in several, may have one file open. Each keeps its own snapshot
and compares revisions inside the transaction of an edit, so that none overwrites what another did.
A file is created, opened and read in plain SQL; SQLAlchemy is imported for the first edit.
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from meshmodel.edits.edit import Difference, Edit, apply_edit, difference
from meshmodel.edits.merge import carry_out, inverse, rebase
from meshmodel.model.errors import StoreError
from meshmodel.model.records import Reference
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line
from meshmodel.model.validation import check_snapshot
from meshmodel.store import create, drawn_order, imports, presence, reader, sqlite_file
from meshmodel.store.imports import Imported
from meshmodel.store.sqlite_file import path_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from meshmodel.store.guided_round import GuidedRound
    from meshmodel.store.journal import JournalEntry

_LOCK: Final = threading.RLock()  # SQLite's locks belong to the process: they keep no threads apart


@dataclass(frozen=True, slots=True)
class Undone:
    """An edit that undo took back or redo did again: what it is called, and the model now."""

    label: str
    snapshot: Snapshot


class Store:
    """One open model file.

    Attributes:
        path: the file, symbolic links resolved.
        snapshot: the model as this store last saw it.
        order: lanes and cards as some window drew them last, as this store last saw it.
        read_only: whether edits are refused.
        author: an opaque word for this open store, as journal entries name it.
        person: who edits, whose edits undo takes back; empty: it was opened without a name.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        snapshot: Snapshot,
        version: int,
        *,
        read_only: bool,
        person: str,
        author: str,
    ) -> None:
        """Use ``open`` or ``create`` instead."""
        self.path = path
        self.snapshot = snapshot
        self.read_only = read_only
        self.order = drawn_order.read(connection)
        self.person = person
        self.author = author
        self._raw = connection
        self._file = sqlite_file.identity(path)
        self._version = version
        self._registered_at: float | None = None
        self._closed = False
        presence.OPEN_STORES[self.author] = self

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], snapshot: Snapshot | None = None, imported: Iterable[Imported] = ()
    ) -> Self:
        """A new model file, whole or not at all.

        Args:
            path: where nothing is yet.
            snapshot: what it begins with; by default an empty model. It is no edit to be undone.
            imported: what the import said that it was made by.

        Raises:
            StoreError: something is there already, or the folder cannot be written.
            InvalidModelError: the semantics refuse the snapshot.
        """
        target = sqlite_file.absolute_path(path)
        first = reader.normalise_snapshot(snapshot or Snapshot())
        check_snapshot(first)
        with (
            _LOCK,
            sqlite_file.store_errors(target),
            sqlite_file.new_file(target) as draft,
            contextlib.closing(sqlite_file.connect(draft, read_only=False)) as raw,
            sqlite_file.transaction(raw, "BEGIN IMMEDIATE"),
        ):
            create.create_tables(raw)
            create.insert_all(raw, first)
            imports.keep(raw, imported, None)
        return cls.open(target)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        read_only: bool = False,
        person: str = "",
        is_assistant: bool = False,
    ) -> Self:
        """An existing model file, checked whole; one of an older schema version is migrated.

        Args:
            path: the file.
            read_only: refuse edits, as in a file that is read-only; only a killed edit is rolled back.
            person: who edits, as the journal is to name them (``person_name``); empty: nobody by name.
            is_assistant: a program edits under that name, and who has none may undo it too.

        Raises:
            StoreError: it is no model, damaged, busy for ``OPEN_TIMEOUT``, or made by a newer version; it is
                untouched.
        """
        target = sqlite_file.resolve_path(path)
        author = ("assistant-" if is_assistant else "") + os.urandom(8).hex()
        until = time.monotonic() + sqlite_file.OPEN_TIMEOUT
        with sqlite_file.store_errors(target, waited=sqlite_file.OPEN_TIMEOUT):
            while True:
                try:
                    with _LOCK:
                        return cls._open(target, read_only=read_only, person=person, author=author)
                except Exception as error:
                    if not sqlite_file.is_busy(error) or time.monotonic() > until:
                        raise
                time.sleep(0.01)  # releasing _LOCK alone hands it to no other thread that waits for it

    @classmethod
    def _open(cls, target: Path, *, read_only: bool, person: str, author: str) -> Self:
        """Open it now, or raise that it is busy."""
        sqlite_file.check_header(target)
        sqlite_file.roll_back(target)
        reading = bool(read_only or sqlite_file.unwritable_part(target))
        connection = sqlite_file.connect(target, read_only=reading)
        try:
            moved = frozenset[str]()
            if sqlite_file.schema_version(connection, target) < sqlite_file.SCHEMA_VERSION:
                from meshmodel.store.migrations import migrate

                if reading:
                    connection.close()
                    connection = sqlite_file.connect_copy(target)
                moved = migrate(connection, path_text(target))
            version = sqlite_file.data_version(connection)
            with sqlite_file.transaction(connection, "BEGIN"):
                reader.check_file(connection, path_text(target))
                number = reader.revision(connection)
                snapshot = reader.read_all(connection, number, path_text(target))
                snapshot = replace(snapshot, moved=moved)
            if not reading:
                sqlite_file.remove_other_journals(connection, target)
            return cls(target, connection, snapshot, version, read_only=reading, person=person, author=author)
        except BaseException:
            connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; no journal is left beside it. Closing it again does nothing."""
        with _LOCK:
            if self._closed:
                return
            self._closed = True
            presence.OPEN_STORES.pop(self.author, None)
            if self._registered_at is not None:
                self._deregister()
            if "_connection" in self.__dict__:
                self._connection.close()
            self._raw.close()

    def _deregister(self) -> None:
        """Delete this program's row; if that fails, others see that its process no longer runs."""
        from meshmodel.store import journal

        try:
            with self._transaction("BEGIN IMMEDIATE"):
                journal.deregister(self._connection, self.author)
        except Exception as error:
            if sqlite_file.sqlite_error(error) is None:
                raise

    @cached_property
    def _connection(self) -> "Connection":
        """The open file as a SQLAlchemy connection."""
        from meshmodel.store.writer import sqlalchemy_connection

        return sqlalchemy_connection(self._raw)

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._connection  # noqa: B018  # made before the transaction: it begins with a rollback
        with sqlite_file.transaction(self._raw, begin):
            yield

    def prepare(self) -> None:
        """Import what edits need, so that the first edit does not wait for it; safe in any thread."""
        from meshmodel.store import journal, writer  # noqa: F401  # imported to be there

    def apply(
        self, wanted: Edit, *, on: Snapshot | None = None, imported: Iterable[Imported] = ()
    ) -> Snapshot:
        """Make an edit: one transaction, in the journal, on disk when this returns.

        Edits that another program has made since are kept, and this one is made on top of them.

        Args:
            wanted: the edit.
            on: the snapshot that it was made for, if there is a newer one; by default the newest.
            imported: what an import said, to be kept with it, also where nothing else changes.

        Returns:
            The model now. Where the edit changes nothing, the file is not read; ``refresh`` does that.

        Raises:
            InvalidModelError: the semantics refuse the edit.
            StoreError: it contradicts what another program did, or cannot be written.
        """
        from meshmodel.store import journal

        base = on or self.snapshot

        def work(fresh: Snapshot, number: int) -> Snapshot | None:
            after = apply_edit(base, wanted)
            changes = wanted_changes = difference(base, after)
            if changes and fresh is not base:
                changes = rebase(changes, fresh)
                after = carry_out(changes, fresh, wanted.label, f"“{one_line(wanted.label)}” was not done")
            if not changes:
                imports.keep(self._raw, imported, None)
                return fresh if wanted_changes else None  # the other program has done the very same
            self._write(changes)
            entry = journal.record(self._connection, self.author, self.person, wanted.label, changes, number)
            imports.keep(self._raw, imported, entry)
            return replace(after, revision=number)

        return self._edit(work) or self.snapshot

    def undo(self) -> Undone | None:
        """Take back the last edit that is one's own; ``None``: there is none.

        With a name that is the last of this person. Without one it is the last without a name, of this
        program or of one that is no longer open.

        Raises:
            StoreError: another program has changed the same records since.
        """
        from meshmodel.store import journal

        return self._undo_or_redo("undone", journal.next_undo, journal.UNDONE, inverse)

    def redo(self) -> Undone | None:
        """Do again what was undone last, unless an edit followed; returns and raises as ``undo``."""
        from meshmodel.store import journal

        return self._undo_or_redo("redone", journal.next_redo, journal.DONE, tuple)

    def _undo_or_redo(
        self,
        did: str,
        choose: "Callable[[Connection, str, str], tuple[int, str] | None]",
        state: int,
        direction: Callable[[Difference], Difference],
    ) -> Undone | None:
        from meshmodel.store import journal

        label = ""

        def work(fresh: Snapshot, number: int) -> Snapshot | None:
            nonlocal label
            found = choose(self._connection, self.author, self.person)
            if found is None:
                return None
            entry, name = found
            changes = direction(journal.changes_of(self._connection, entry))
            because = f"“{name}” cannot be {did}"
            if any(fresh.get(table, key) != before for table, key, before, _ in changes):
                raise StoreError(f"{because}: another program has changed the same things since")
            after = carry_out(changes, fresh, name, because)
            self._write(changes)
            journal.mark(self._connection, entry, self.author, state, number)
            label = name
            return replace(after, revision=number)

        snapshot = self._edit(work)
        return None if snapshot is None else Undone(label, snapshot)

    def refresh(self) -> Snapshot | None:
        """The new model if another program has edited it since this store last looked, else ``None``.

        Cheap enough to be called four times a second; ``None`` at once while another program writes.

        Raises:
            StoreError: the file was damaged or cannot be read any more.
        """
        with _LOCK, sqlite_file.store_errors(self.path):
            self._require_open()
            sqlite_file.set_busy_timeout(self._raw, 0)
            try:
                self._register_again()
                return self._reload()
            except Exception as error:
                if sqlite_file.is_busy(error):
                    return None
                raise
            finally:
                sqlite_file.set_busy_timeout(self._raw, sqlite_file.BUSY_TIMEOUT)

    def guided_round(self) -> "GuidedRound | None":
        """The guided round that was begun last, in any window."""
        from meshmodel.store import guided_round

        with self._reading():
            return guided_round.read(self._raw)

    def keep_round(self, kept: "GuidedRound") -> None:
        """Keep where a guided round began, and whether it is over.

        Raises:
            StoreError: it cannot be written.
        """
        from meshmodel.store import guided_round

        with _LOCK, sqlite_file.store_errors(self.path):
            self._require_open()
            self._require_same_file()
            with self._transaction("BEGIN IMMEDIATE"):
                guided_round.write(self._raw, kept)

    def keep_order(self, order: Iterable[Reference]) -> None:
        """Keep how lanes and cards are drawn now, for every window; not at all while another program writes.

        Raises:
            StoreError: it cannot be written.
        """
        wanted = tuple(order)
        with _LOCK, sqlite_file.store_errors(self.path):
            self._require_open()
            self._require_same_file()
            sqlite_file.set_busy_timeout(self._raw, 0)
            try:
                with self._transaction("BEGIN IMMEDIATE"):
                    drawn_order.write(self._raw, wanted)
                self.order = wanted
            except Exception as error:
                if not sqlite_file.is_busy(error):
                    raise
            finally:
                sqlite_file.set_busy_timeout(self._raw, sqlite_file.BUSY_TIMEOUT)

    def journal(self) -> "list[JournalEntry]":
        """Every edit since the file was made, oldest first."""
        from meshmodel.store import journal

        with self._reading():
            return journal.entries(self._connection, self.author)

    def earlier(self, number: int) -> Snapshot:
        """The model as an entry of the journal left it; 0: before the first (``journal.earlier``)."""
        from meshmodel.store import journal

        with self._reading():
            return journal.earlier(self._connection, number, self._current())

    def changes_since(self, number: int) -> "list[tuple[JournalEntry, Difference]]":
        """The edits after an entry of the journal that stand, with what each changed, oldest first."""
        from meshmodel.store import journal

        with self._reading():
            entries = {each.number: each for each in journal.entries(self._connection, self.author)}
            return [(entries[n], changes) for n, changes in journal.standing_since(self._connection, number)]

    def _reload(self) -> Snapshot | None:
        version = sqlite_file.data_version(self._raw)
        if version == self._version:
            return None
        with self._transaction("BEGIN"):
            fresh = self._current()
            self.order = drawn_order.read(self._raw)
        self._version = version
        if fresh is self.snapshot:
            return None
        self.snapshot = fresh
        return fresh

    def _current(self) -> Snapshot:
        """The model as it is in the file; the same object if nobody else edited it."""
        number = reader.revision(self._raw)
        if number == self.snapshot.revision:
            return self.snapshot
        from meshmodel.store import journal

        names = journal.touched_since(self._connection, self.snapshot.revision)
        return reader.read_changed(self._raw, names, self.snapshot, number, path_text(self.path))

    def _edit(self, work: Callable[[Snapshot, int], Snapshot | None]) -> Snapshot | None:
        """Do ``work`` in one transaction; if it raises or returns ``None``, the snapshot stays as it is."""
        with _LOCK, sqlite_file.store_errors(self.path):
            self._require_open()
            if self.read_only:
                raise StoreError(f"{path_text(self.path)}: is open for reading only; copy it to edit it")
            self._require_same_file()
            with self._transaction("BEGIN IMMEDIATE"):
                fresh = self._current()
                after = work(fresh, fresh.revision + 1)
                if edited := after is not None and after is not fresh:
                    self._register()
            if edited:
                self._registered_at = time.monotonic()
            if after is not None:
                self.snapshot = after
            return after

    def _write(self, changes: Difference) -> None:
        from meshmodel.store import writer

        writer.write_changes(self._connection, changes, path_text(self.path))

    def _register_again(self) -> None:
        """Renew this program's row if it has edited and the row is older than the interval."""
        if self._registered_at is None or time.monotonic() - self._registered_at < presence.REGISTER_INTERVAL:
            return
        with self._transaction("BEGIN IMMEDIATE"):
            self._register()
        self._registered_at = time.monotonic()

    def _register(self) -> None:
        from meshmodel.store import journal

        journal.register(self._connection, presence.this_program(self.author))

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        with _LOCK, sqlite_file.store_errors(self.path):
            self._require_open()
            with self._transaction("BEGIN"):
                yield

    def _require_open(self) -> None:
        if self._closed:
            raise StoreError(f"{path_text(self.path)}: was closed")

    def _require_same_file(self) -> None:
        """Refuse to write into a file to which the path no longer leads."""
        if sqlite_file.identity(self.path) != self._file:
            raise StoreError(f"{path_text(self.path)}: was moved, deleted or replaced; open it again")
