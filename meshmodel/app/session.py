"""The one writer of the workbench: an open model, its edits, and what follows from each of them."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, cast

from textual.message import Message

from meshmodel.app.limits import BURST
from meshmodel.app.messages import AnalysisChanged, Cause, ModelChanged
from meshmodel.canvas.scene import Facts
from meshmodel.edits.edit import Edit, difference
from meshmodel.model.errors import StoreError
from meshmodel.model.records import Record
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import View
from meshmodel.store.sqlite_file import identity, not_writable, shown

if TYPE_CHECKING:
    from meshmodel.analysis.results import Summary
    from meshmodel.api import Analysis
    from meshmodel.store.journal import JournalEntry
    from meshmodel.store.store import Store, Undone


@dataclass(frozen=True, slots=True)
class Results:
    """Both readings of one snapshot, and what they add to its drawing, by view."""

    snapshot: Snapshot
    built: "Analysis"
    designed: "Analysis"
    facts: Mapping[View, Facts]


READ_ONLY = "this model is open for reading only"


_PLACES = frozenset({"at"}), frozenset({"note"})
"""Fields, and tables, on which no answer depends."""
_WORDS = frozenset({"at", "name", "owner", "description"}), frozenset({"note", "about", "acceptance"})
"""Those on which only the words of the answers depend, and what is asked or accepted."""


def _version(path: Path) -> tuple[int, ...]:
    """What tells one state of a file from another without reading it; nothing where it cannot be seen."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _differ_in(before: Snapshot, after: Snapshot, these: tuple[AbstractSet[str], AbstractSet[str]]) -> bool:
    """Whether two models differ in these fields, and in records of these tables, and in nothing else."""
    names, tables = these
    return all(
        table in tables or _is_same_but(one, other, names)
        for table, _, one, other in difference(before, after)
    )


def _is_same_but(one: Record | None, other: Record | None, names: AbstractSet[str]) -> bool:
    """Whether two records of one key are the same in all fields but these."""
    if one is None or other is None:
        return False
    return all(
        each.name in names or getattr(one, each.name) == getattr(other, each.name) for each in fields(one)
    )


def _readings(snapshot: Snapshot, known: "Results | None") -> "tuple[Analysis, Analysis]":
    """Both readings of a snapshot, of which nothing has been computed yet; they are one where nothing is
    planned.
    """
    if known is not None and _differ_in(known.snapshot, snapshot, _WORDS):
        built = known.built.with_words_of(snapshot)
        is_one = known.designed is known.built
        return built, built if is_one else known.designed.with_words_of(snapshot)
    from meshmodel.api import analyse

    built = analyse(snapshot)
    planned = any(each.state == "planned" for each in snapshot.checkpoint.values())
    return built, analyse(snapshot, view="designed") if planned else built


def _stages(of: "Analysis") -> Iterator[object]:
    """Compute what the workbench shows of an analysis, one part after the other, each kept in it."""
    yield of.summary
    yield of.doors
    yield of.findings
    yield of.questions


class Session:
    """One model that is open: its newest snapshot and both analyses.

    A model file (``.mesh``) is edited in place: every edit is on disk when it is seen. An interchange
    file (``.toml``) is open for reading; ``meshmodel import`` makes a model file of it.
    """

    def __init__(self, path: Path, snapshot: Snapshot, store: "Store | None") -> None:
        """Arguments: the file, its snapshot, and its store (``None``: read only)."""
        self.path = path
        self.snapshot = snapshot
        self.built: Analysis | None = None
        self.designed: Analysis | None = None
        self._store = store
        self._file = identity(path)
        self._read = self._seen = _version(path) if store is None else None
        self._post: Callable[[Message], object] | None = None
        self._results: Results | None = None
        self._before: tuple[Summary, Summary] | None = None
        self._changed_at = -BURST
        self._is_closed = False

    @classmethod
    def open(cls, path: Path) -> "Session":
        """Open a model file, or an interchange file for reading.

        Raises:
            MeshmodelError: it cannot be opened; one line says why.
        """
        if path.suffix.lower() == ".toml":
            from meshmodel.interchange import read_file

            return cls(path, read_file(path), None)
        from meshmodel.store.store import Store

        store = Store.open(path)
        return cls(path, store.snapshot, store)

    def listen(self, post: Callable[[Message], object]) -> None:
        """Say who hears of changes from now on: the ``post_message`` of a screen."""
        self._post = post

    @property
    def read_only(self) -> bool:
        """Whether edits are refused."""
        return self._store is None or self._store.read_only

    @property
    def why_read_only(self) -> str:
        """What to do about it, in one line."""
        if self._store is None:
            target = self.path.with_suffix(".mesh").name
            return f"{READ_ONLY}; to edit: meshmodel import {self.path.name} -o {target}"
        what = not_writable(self.path) or "file"
        return f"{READ_ONLY}: its {what} cannot be written; to edit: export it (e) as another model file"

    @property
    def is_lost(self) -> bool:
        """Whether the file was moved, deleted or replaced while it is open: nothing can be saved in it."""
        return self._store is not None and identity(self.path) != self._file

    @property
    def why_lost(self) -> str:
        """What to do about that, in one line."""
        return (
            f"{shown(self.path)}: was moved, deleted or replaced, so no edit can be saved; "
            "export (e) saves what is shown as a model and opens it"
        )

    def save_as(self, path: Path) -> None:
        """Save what is shown as another model file; undo begins afresh there.

        Raises:
            MeshmodelError: something is there already, or it cannot be written.
        """
        from meshmodel.store.store import Store

        Store.create(path, self.snapshot).close()

    @property
    def undo_label(self) -> str | None:
        """What an undo would take back."""
        return None if self._store is None else self._store.undo_label

    @property
    def redo_label(self) -> str | None:
        """What a redo would bring back."""
        return None if self._store is None else self._store.redo_label

    def apply(self, edit: Edit, *, on: Snapshot | None = None) -> Snapshot:
        """Make one edit; it is on disk when this returns.

        Arguments:
            edit: the edit.
            on: the model that it was made on; what has been edited since is kept, or the edit refused.

        Raises:
            MeshmodelError: it is refused; nothing changed.
        """
        store = self._writable()
        return self._changed(store.apply(edit, on=on), edit.label, "edit")

    def undo(self) -> "Undone | None":
        """Take back the last edit made by this program; ``None`` where there is none."""
        undone = self._writable().undo()
        if undone is not None:
            self._changed(undone.snapshot, undone.label, "undo")
        return undone

    def redo(self) -> "Undone | None":
        """Bring back what was undone last; ``None`` where there is nothing."""
        redone = self._writable().redo()
        if redone is not None:
            self._changed(redone.snapshot, redone.label, "redo")
        return redone

    def refresh(self) -> bool:
        """Look for edits of other programs; whether there were any. Cheap: call it a few times a second.

        Raises:
            MeshmodelError: the file cannot be read as it is now; what is shown stays. Said once.
        """
        if self._store is None:
            return self._read is not None and self._read_again()
        snapshot = self._store.refresh()
        if snapshot is None:
            return False
        self._changed(snapshot, "edited by another program", "elsewhere")
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

    def journal(self) -> "list[JournalEntry]":
        """Every edit with its time; empty for an interchange file."""
        return [] if self._store is None else self._store.journal()

    def export(self, to: str, *, lens: str = "structure", agent: str | None = None) -> bytes:
        """The model in another form: dot, svg, png, pdf, toml or policy.

        Arguments:
            to: the form.
            lens: of a picture: structure, missing or reach.
            agent: whose reach the lens shows.
        """
        from meshmodel.api import analyse

        if to == "toml":
            from meshmodel.interchange import write_text

            return write_text(self.snapshot).encode()
        analysis = self.built if self.built is not None and self.is_analysed else analyse(self.snapshot)
        if to == "policy":
            from meshmodel.exporters.policy import policy_stub

            return policy_stub(self.snapshot, analysis).encode()
        from meshmodel.exporters.diagram import export

        return export.export(
            self.snapshot,
            analysis,
            to=cast("export.Format", to),
            lens=cast("export.Lens", lens),
            agent=agent,
        )

    @property
    def is_analysed(self) -> bool:
        """Whether the analyses are those of the newest snapshot."""
        return self._results is not None and self._results.snapshot is self.snapshot

    def unaffected(self) -> "Results | None":
        """What is known, as that of the newest snapshot, where no answer depends on what was edited since."""
        known = self._results
        if known is None or not _differ_in(known.snapshot, self.snapshot, _PLACES):
            return None
        return replace(known, snapshot=self.snapshot)

    def analyse(self) -> "Results | None":
        """Compute both readings of the newest snapshot; touches nothing, so any thread may call it.

        Returns:
            ``None`` as soon as there is a newer snapshot, or the file was closed: nobody waits any more.
        """
        from meshmodel.app.lenses import facts_of

        snapshot = self.snapshot
        built, designed = _readings(snapshot, self._results)
        facts: dict[View, Facts] = {}
        for each in dict.fromkeys((built, designed)):
            for _ in _stages(each):
                if self.snapshot is not snapshot or self._is_closed:
                    return None
            facts[each.view] = facts_of(each)
        return Results(snapshot, built, designed, {"designed": facts["built"], **facts})

    def analysed(self, results: "Results") -> None:
        """Take over what ``analyse`` computed, unless the model has moved on since."""
        if results.snapshot is not self.snapshot:
            return
        self.built, self.designed, self._results = results.built, results.designed, results
        self._tell(AnalysisChanged(results.built, results.designed, self._before))

    def failed(self) -> None:
        """What follows from the newest snapshot could not be computed: what was known before is no answer."""
        self.built = self.designed = self._results = self._before = None

    def facts(self, view: View) -> Facts:
        """What the newest analysis adds to the drawing, perhaps one edit behind the model."""
        return Facts() if self._results is None else self._results.facts[view]

    def prepare(self) -> None:
        """Import what the first edit needs; any thread may do so while nobody waits for it."""
        if not self.read_only and self._store is not None:
            self._store.prepare()

    def close(self) -> None:
        """Close the file, and let an analysis that is under way end; a clean close leaves one file."""
        self._is_closed = True
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
        now = monotonic()
        if self._before is None or now - self._changed_at > BURST:
            both = self.built, self.designed
            self._before = None if both[0] is None or both[1] is None else (both[0].summary, both[1].summary)
        self._changed_at = now
        self.snapshot = snapshot
        self._tell(ModelChanged(snapshot, label, cause))
        return snapshot

    def _tell(self, message: Message) -> None:
        if self._post is not None:
            self._post(message)
