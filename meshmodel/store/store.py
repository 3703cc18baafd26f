"""An open model: every edit is one transaction, journalled, and saved when ``apply`` returns.

Several stores, in one program or in several, may have one model open. Each keeps its own snapshot
and compares revisions inside the transaction of an edit, so that none overwrites what another did.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from meshmodel.edits.edit import Difference, Edit, apply_edit, difference
from meshmodel.edits.merge import ConflictError, carry_out, inverse, rebase
from meshmodel.model.errors import MeshmodelError, StoreError
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.source import AnySource, Source
from meshmodel.model.text import one_line
from meshmodel.model.validation import check_snapshot
from meshmodel.store import (
    imports,
    journal,
    plain_sql,
    presence,
    shared_state,
    sqlite_database,
)
from meshmodel.store.database import BusyError, Database
from meshmodel.store.imports import RecordImport
from meshmodel.store.journal import JournalEntry
from meshmodel.store.shared_state import GuidedRound


def keeper(source: Source) -> Any:
    """The module that opens and creates models of its kind.

    Raises:
        MeshmodelError: it is a model in a database, and the library for that is not installed.
    """
    if not source.address:
        return sqlite_database
    try:
        from meshmodel.store import postgres
    except ImportError:
        raise MeshmodelError(
            "a model in a database needs psycopg: pip install 'meshmodel[postgres]'"
        ) from None
    return postgres


@dataclass(frozen=True, slots=True)
class Undone:
    """An edit that undo took back or redo did again: what it is called, and the model now."""

    label: str
    snapshot: Snapshot


class Store:
    """One open model.

    Attributes:
        source: where it is, as it was named.
        database: what keeps it.
        snapshot: the model as this store last saw it.
        order: lanes and cards as some window drew them last, as this store last saw it.
        author: an opaque word for this open store, as journal entries name it.
        person: who edits, whose edits undo takes back; empty: it was opened without a name.
    """

    def __init__(
        self,
        source: Source,
        database: Database,
        version: object,
        snapshot: Snapshot,
        order: tuple[Reference, ...],
        *,
        person: str,
        author: str,
    ) -> None:
        """Use ``open`` or ``create`` instead."""
        self.source = source
        self.database = database
        self.snapshot = snapshot
        self.order = order
        self.person = person
        self.author = author
        self._version = version
        self._closed = False
        presence.OPEN_STORES[self.author] = self

    @classmethod
    def create(
        cls, named: AnySource, snapshot: Snapshot | None = None, imported: Iterable[RecordImport] = ()
    ) -> Self:
        """A new model, whole or not at all.

        Args:
            named: where nothing is yet.
            snapshot: what it begins with; by default an empty model. It is no edit to be undone.
            imported: what the import said that it was made by.

        Raises:
            StoreError: something is there already, or it cannot be written there.
            InvalidModelError: the semantics refuse the snapshot.
        """
        source = Source.parse(named)
        first = plain_sql.normalise_snapshot(snapshot or Snapshot())
        check_snapshot(first)
        with keeper(source).new_model(source) as database:
            plain_sql.insert_all(database, first)
            imports.keep(database, imported, None)
        return cls.open(source)

    @classmethod
    def open(
        cls, named: AnySource, *, read_only: bool = False, person: str = "", is_assistant: bool = False
    ) -> Self:
        """An existing model, checked whole; one of an older schema version is migrated.

        Args:
            named: where it is.
            read_only: refuse edits, as where they cannot be saved.
            person: who edits, as the journal is to name them (``person_name``); empty: nobody by name.
            is_assistant: a program edits under that name, and who has none may undo it too.

        Raises:
            StoreError: it is no model, damaged, busy for too long, or of a newer version; untouched.
        """
        source = Source.parse(named)
        author = ("assistant-" if is_assistant else "") + os.urandom(8).hex()
        opened = keeper(source).open_model(source, read_only=read_only)
        return cls(source, *opened, person=person, author=author)

    @property
    def read_only(self) -> bool:
        """Whether edits are refused."""
        return bool(self.database.why_read_only)

    @property
    def no_right(self) -> str:
        """What a refusal to edit ends with: which right is missing in a database, nothing for a file."""
        return f": {self.database.why_read_only}" if self.source.address else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the model; closing it again does nothing."""
        with self.database.lock:
            if self._closed:
                return
            self._closed = True
            presence.OPEN_STORES.pop(self.author, None)
            self.database.close()

    def apply(
        self, wanted: Edit, *, on: Snapshot | None = None, imported: Iterable[RecordImport] = ()
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
            ConflictError: it contradicts what another program did; it says who that was.
            StoreError: it cannot be written.
        """
        base = on or self.snapshot

        def work(fresh: Snapshot, number: int) -> Snapshot | None:
            after = apply_edit(base, wanted)
            changes = wanted_changes = difference(base, after)
            if changes and fresh is not base:
                changes = self._rebased(changes, fresh, base.revision)
                after = carry_out(changes, fresh, wanted.label, f"“{one_line(wanted.label)}” was not done")
            if not changes:
                imports.keep(self.database, imported, None)
                return fresh if wanted_changes else None  # the other program has done the very same
            plain_sql.write_changes(self.database, changes)
            entry = journal.record(self.database, self.author, self.person, wanted.label, changes, number)
            imports.keep(self.database, imported, entry)
            return replace(after, revision=number)

        return self._edit(work) or self.snapshot

    def _rebased(self, changes: Difference, fresh: Snapshot, since: int) -> Difference:
        """``rebase``, whose refusal says who has changed a record after a revision."""
        try:
            return rebase(changes, fresh)
        except ConflictError as conflict:
            conflict.name(journal.last_person(self.database, conflict.table, conflict.key, since))
            raise

    def undo(self) -> Undone | None:
        """Take back the last edit that is one's own; ``None``: there is none.

        With a name that is the last of this person. Without one it is the last without a name, of this
        program or of one that is no longer open.

        Raises:
            StoreError: another program has changed the same records since.
        """
        return self._undo_or_redo("undone", journal.next_undo, journal.UNDONE, inverse)

    def redo(self) -> Undone | None:
        """Do again what was undone last, unless an edit followed; returns and raises as ``undo``."""
        return self._undo_or_redo("redone", journal.next_redo, journal.DONE, tuple)

    def _undo_or_redo(
        self,
        did: str,
        choose: Callable[[Database, str, str], tuple[int, str] | None],
        state: int,
        direction: Callable[[Difference], Difference],
    ) -> Undone | None:
        label = ""

        def work(fresh: Snapshot, number: int) -> Snapshot | None:
            nonlocal label
            found = choose(self.database, self.author, self.person)
            if found is None:
                return None
            entry, name = found
            changes = direction(journal.changes_of(self.database, entry))
            because = f"“{name}” cannot be {did}"
            if any(fresh.get(table, key) != before for table, key, before, _ in changes):
                raise StoreError(f"{because}: another program has changed the same things since")
            after = carry_out(changes, fresh, name, because)
            plain_sql.write_changes(self.database, changes)
            journal.mark(self.database, entry, self.author, state, number)
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
        with self.database.lock:
            self._require_open()
            try:
                with self.database.errors():
                    return self._reload()
            except BusyError:
                return None

    def edits_of_others(self, since: int) -> list[tuple[str, str]]:
        """By whom and what the edits of other programs after a revision are (``journal``)."""
        with self._reading():
            return journal.edits_of_others(self.database, self.author, since)

    def guided_round(self) -> GuidedRound | None:
        """The guided round that was begun last, in any window."""
        with self._reading():
            return shared_state.read_round(self.database)

    def keep_round(self, kept: GuidedRound) -> None:
        """Keep where a guided round began, and whether it is over.

        Raises:
            StoreError: it cannot be written.
        """
        with self._writing():
            shared_state.write_round(self.database, kept)

    def keep_order(self, order: Iterable[Reference]) -> None:
        """Keep how lanes and cards are drawn now, for every window; not at all while another program writes.

        Raises:
            StoreError: it cannot be written.
        """
        wanted = tuple(order)
        try:
            with self._writing(waiting=False):
                shared_state.write_order(self.database, wanted)
        except BusyError:
            return
        self.order = wanted

    def imported(self) -> list[RecordImport]:
        """What imports last said of each record (``imports.read``)."""
        with self._reading():
            return imports.read(self.database)

    def renamed(self, missing: Iterable[Reference]) -> Mapping[Reference, str]:
        """The ids that records have now which were renamed since (``imports.renamed``)."""
        with self._reading():
            return imports.renamed(self.database, missing)

    def journal(self) -> list[JournalEntry]:
        """Every edit since the file was made, oldest first."""
        with self._reading():
            return journal.entries(self.database, self.author)

    def earlier(self, number: int) -> Snapshot:
        """The model as an entry of the journal left it; 0: before the first (``journal.earlier``)."""
        with self._reading():
            now = self.database.read_changed(self.snapshot)
            return journal.earlier(self.database, number, now)

    def changes_since(self, number: int) -> list[tuple[JournalEntry, Difference]]:
        """The edits after an entry of the journal that stand, with what each changed, oldest first."""
        with self._reading():
            entries = {each.number: each for each in journal.entries(self.database, self.author)}
            return [(entries[n], changes) for n, changes in journal.standing_since(self.database, number)]

    def _reload(self) -> Snapshot | None:
        version = self.database.version()
        if version == self._version:
            return None
        with self.database.transaction(waiting=False):
            fresh = self.database.read_changed(self.snapshot)
            self.order = shared_state.read_order(self.database)
        self._version = version
        if fresh is self.snapshot:
            return None
        self.snapshot = fresh
        return fresh

    def _edit(self, work: Callable[[Snapshot, int], Snapshot | None]) -> Snapshot | None:
        """Do ``work`` in one transaction; if it raises or returns ``None``, the snapshot stays as it is."""
        with self.database.lock:
            self._require_open()
            if self.read_only:
                raise StoreError(f"{self.database.name}: is open for reading only; copy it to edit it")
            with self._writing():
                fresh = self.database.read_changed(self.snapshot)
                after = work(fresh, fresh.revision + 1)
                if after is not None and after is not fresh:
                    self.database.register(self.author)
            if after is not None:
                self.snapshot = after
            return after

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        with self.database.lock, self.database.errors():
            self._require_open()
            with self.database.transaction():
                yield

    @contextlib.contextmanager
    def _writing(self, *, waiting: bool = True) -> Iterator[None]:
        with self.database.lock, self.database.errors():
            self._require_open()
            if self.is_lost:
                raise StoreError(f"{self.database.name}: was moved, deleted or replaced; open it again")
            with self.database.transaction(writing=True, waiting=waiting):
                yield

    @property
    def is_away(self) -> bool:
        """Whether the database cannot be reached now; what is shown stays."""
        return self.database.is_away()

    @property
    def is_lost(self) -> bool:
        """Whether the model is no longer where it was opened, so that no edit can be saved."""
        return self.database.is_lost()

    def _require_open(self) -> None:
        if self._closed:
            raise StoreError(f"{self.database.name}: was closed")
