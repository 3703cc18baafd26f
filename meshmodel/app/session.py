"""The one writer of the workbench: an open model and its edits."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.message import Message

from meshmodel.app.access import ANYONE, Access
from meshmodel.app.messages import Cause, ModelChanged
from meshmodel.edits.edit import Edit
from meshmodel.model import secrets
from meshmodel.model.errors import StoreError
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.source import AnySource, Source
from meshmodel.model.text import one_line
from meshmodel.store.shared_state import LIMIT

if TYPE_CHECKING:
    from meshmodel.edits.edit import Difference
    from meshmodel.store.imports import RecordImport
    from meshmodel.store.journal import JournalEntry
    from meshmodel.store.shared_state import GuidedRound
    from meshmodel.store.store import Store, Undone


READ_ONLY = "this model is open for reading only"
_TOLD: Final = 3
"""So many edits of others that came together are named."""


def _version(path: Path) -> tuple[int, ...]:
    """What tells one state of a file from another without reading it; nothing where it cannot be seen."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


class Session:
    """One model that is open, and its newest snapshot.

    A model file (``.mesh``) is edited in place: every edit is on disk when it is seen. An interchange
    file (``.toml``) is open for reading; ``meshmodel import`` makes a model file of it. The content tells
    them apart, not the name.
    """

    def __init__(
        self, source: Source, snapshot: Snapshot, store: "Store | None", access: Access = ANYONE
    ) -> None:
        """Arguments: where it is, its snapshot, its store (``None``: read only), and who opens it."""
        self.access = access
        self.source = source
        self.snapshot = snapshot
        self._store = store
        self._read = self._seen = _version(source.path) if store is None else None
        self._post: Callable[[Message], object] | None = None

    @classmethod
    def open(cls, named: AnySource, access: Access = ANYONE) -> "Session":
        """Open a model for editing, or an interchange file for reading.

        Raises:
            MeshmodelError: it cannot be opened; one line says why.
        """
        from meshmodel.store.load import is_model_file

        source = Source.parse(named)
        if not is_model_file(source) and source.path.exists():
            from meshmodel.interchange import read_file

            return cls(source, read_file(source.path), None, access)
        from meshmodel.store.store import Store

        store = Store.open(source, read_only=access.read_only, person=access.person)
        return cls(source, store.snapshot, store, access)

    def listen(self, post: Callable[[Message], object]) -> None:
        """Say who hears of changes from now on: the ``post_message`` of a screen."""
        self._post = post

    @property
    def path(self) -> Path:
        """The file, or the name beside which logs are looked for and exports are proposed."""
        return self.source.path

    @property
    def read_only(self) -> bool:
        """Whether edits are refused."""
        return self._store is None or self._store.read_only

    @property
    def why_read_only(self) -> str:
        """What to do about it, in one line."""
        if self.access.why_read_only:
            return f"{READ_ONLY}: {self.access.why_read_only}"
        if self._store is None:
            target = self.path.with_suffix(".mesh").name
            if target == self.path.name:
                target = f"{self.path.stem}-model.mesh"
            return f"{READ_ONLY}; to edit: meshmodel import {self.path.name} -o {target}"
        why = self._store.database.why_read_only
        return f"{READ_ONLY}: {why}; to edit: export it (e) as another model file"

    @property
    def is_lost(self) -> bool:
        """Whether the model is no longer where it was opened: nothing can be saved in it."""
        return self._store is not None and self._store.is_lost

    @property
    def is_away(self) -> bool:
        """Whether the database cannot be reached now."""
        return self._store is not None and self._store.is_away

    @property
    def why_lost(self) -> str:
        """What to do about that, in one line."""
        return (
            f"{one_line(self.source, 300)}: was moved, deleted or replaced, so no edit can be saved; "
            "export (e) saves what is shown as a model and opens it"
        )

    def save_as(self, path: Path) -> None:
        """Save what is shown as another model file; undo begins afresh there.

        Raises:
            MeshmodelError: something is there already, or it cannot be written.
        """
        from meshmodel.store.store import Store

        Store.create(path, self.snapshot).close()

    def apply(
        self, edit: Edit, *, on: Snapshot | None = None, imported: "Iterable[RecordImport]" = ()
    ) -> Snapshot:
        """Make one edit; it is on disk when this returns.

        Args:
            edit: the edit.
            on: the model that it was made on; what has been edited since is kept, or the edit refused.
            imported: what an import said, to be kept with it.

        Raises:
            MeshmodelError: it is refused; nothing changed.
        """
        store = self._writable()
        return self._changed(store.apply(edit, on=on, imported=imported), edit.label, "edit")

    def undo(self) -> "Undone | None":
        """Take back the last edit made by this program; ``None`` where there is none."""
        return self._stepped(self._writable().undo(), "undo")

    def redo(self) -> "Undone | None":
        """Bring back what was undone last; ``None`` where there is nothing."""
        return self._stepped(self._writable().redo(), "redo")

    def _stepped(self, step: "Undone | None", cause: Cause) -> "Undone | None":
        if step is not None:
            self._changed(step.snapshot, step.label, cause)
        return step

    def refresh(self) -> bool:
        """Look for edits of other programs; whether there were any. Cheap: call it a few times a second.

        Raises:
            MeshmodelError: the file cannot be read as it is now; what is shown stays. Said once.
        """
        if self._store is None:
            return self._read is not None and self._read_again()
        since = self.snapshot.revision
        snapshot = self._store.refresh()
        if snapshot is None:
            return False
        news = list[tuple[str, str]]()
        with suppress(StoreError):  # the model is there, whoever edited it
            news = self._store.edits_of_others(since)
        told = [f"{person or 'another program'}: {label}" for person, label in news[-_TOLD:]]
        more = [f"{len(news) - _TOLD} earlier"] if len(news) > _TOLD else []
        self._changed(snapshot, "; ".join([*told, *more]) or "another program: edited the model", "elsewhere")
        return True

    def _read_again(self) -> bool:
        """An interchange file that was written anew is read, once it has been left alone for a look."""
        before, self._seen = self._seen, _version(self.path)
        if self._seen == self._read or self._seen != before:
            return False
        self._read = self._seen
        from meshmodel.interchange import read_file

        snapshot = read_file(self.path)
        if snapshot == self.snapshot:
            return False
        self._changed(snapshot, f"{one_line(self.path.name)} was changed: read again", "elsewhere")
        return True

    @property
    def order(self) -> tuple[Reference, ...]:
        """Lanes and cards as some window drew them last; empty where the model alone orders them."""
        return () if self._store is None else self._store.order

    def keep_order(self, order: tuple[Reference, ...]) -> None:
        """Keep how lanes and cards are drawn now, for every window; what cannot be written is left."""
        if self._store is not None and not self.read_only and len(order) <= LIMIT and order != self.order:
            with suppress(StoreError):
                self._store.keep_order(order)

    def journal(self) -> "list[JournalEntry]":
        """Every edit with its time; empty for an interchange file."""
        return [] if self._store is None else self._store.journal()

    def earlier(self, number: int) -> Snapshot:
        """The model as an entry of the journal left it; 0: before the first edit.

        Raises:
            MeshmodelError: it cannot be rebuilt.
        """
        return self.snapshot if self._store is None else self._store.earlier(number)

    @property
    def guided_round(self) -> "GuidedRound | None":
        """The guided round that was begun last, in any window; ``None`` where none is kept."""
        return None if self._store is None else self._store.guided_round()

    def keep_round(self, kept: "GuidedRound") -> None:
        """Keep where a guided round began, for every window; what cannot be written is left."""
        if self._store is not None and not self.read_only:
            with suppress(StoreError):
                self._store.keep_round(kept)

    def changes_since(self, number: int) -> "list[tuple[JournalEntry, Difference]]":
        """The edits after an entry of the journal that stand, with what each changed, oldest first."""
        return [] if self._store is None else self._store.changes_since(number)

    def imported(self) -> "list[RecordImport]":
        """What imports last said of each record; nothing for an interchange file."""
        return [] if self._store is None else self._store.imported()

    def renamed(self, missing: Iterable[Reference]) -> Mapping[Reference, str]:
        """The ids that records have now, which are no longer there under their old ones."""
        return {} if self._store is None else self._store.renamed(missing)

    def prepare(self) -> None:
        """Compile what the first edit needs; any thread may do so while nobody waits for it."""
        if not self.read_only and self._store is not None:
            secrets.prepare()

    def close(self) -> None:
        """Close the file; a clean close leaves one file."""
        if self._store is not None:
            self._store.close()
            self._store = None
        self._read = None

    def _writable(self) -> "Store":
        if self._store is None or self._store.read_only:
            raise StoreError(self.why_read_only)
        if self.is_lost:
            raise StoreError(self.why_lost)
        return self._store

    def _changed(self, snapshot: Snapshot, label: str, cause: Cause) -> Snapshot:
        self.snapshot = snapshot
        if self._post is not None:
            self._post(ModelChanged(snapshot, label, cause))
        return snapshot
