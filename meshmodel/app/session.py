"""The one writer of the workbench: an open model, its edits, and what follows from each of them."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, thread_time
from typing import TYPE_CHECKING, cast

from textual.message import Message

from meshmodel.app.messages import AnalysisChanged, Cause, ModelChanged
from meshmodel.canvas.scene import Facts
from meshmodel.model.errors import StoreError
from meshmodel.model.records import Agent, Credential, Record, System, Zone
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import View
from meshmodel.store.edits import Edit, difference
from meshmodel.store.opening import identity, not_writable, shown

if TYPE_CHECKING:
    from meshmodel.analysis.results import Summary
    from meshmodel.api import Analysis
    from meshmodel.store.database import Store, Undone
    from meshmodel.store.journal import JournalEntry


@dataclass(frozen=True, slots=True)
class Results:
    """Both readings of one snapshot, and what they add to its drawing, by view.

    ``seconds`` is how long the processor took where they follow from those before an edit; ``None``: all
    was new.
    """

    snapshot: Snapshot
    built: "Analysis"
    designed: "Analysis"
    facts: Mapping[View, Facts]
    seconds: float | None = None

    @property
    def is_followed(self) -> bool:
        """Whether what an edit comes to is found sooner from these than anew."""
        return self.snapshot.elements <= AT_ONCE or self.is_ready

    @property
    def is_ready(self) -> bool:
        """Whether all is there that an edit follows from."""
        return self.built.is_ready and self.designed.is_ready


ELEMENTS = Zone | System | Agent | Credential
READ_ONLY = "this model is open for reading only"
AT_ONCE = 300
"""Up to so many elements the analysis takes a few milliseconds."""
BESIDE = 1_000
"""Models of more elements are analysed and drawn beside, however little that takes."""
FEW = 4
"""An edit of so many records follows from the analysis before it ..."""
SOON = 0.04
"""... at once where the edit before took no more seconds, and all is there that the next one follows from."""
MANY = 100
"""What an edit of more records comes to is found sooner anew than from the analysis before it."""
BURST = 1.0
"""Edits with fewer seconds between them are told as one: nobody read the counts in between."""


class _EditedError(Exception):
    """Somebody waits for the processor."""


def _version(path: Path) -> tuple[int, ...]:
    """What tells one state of a file from another without reading it; nothing where it cannot be seen."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def only_moved(before: Snapshot, after: Snapshot) -> bool:
    """Whether two models differ in the places of cards alone, which the analysis does not look at."""
    return all(_is_moved(one, other) for _, _, one, other in difference(before, after))


def _is_moved(before: Record | None, after: Record | None) -> bool:
    if isinstance(before, ELEMENTS) and isinstance(after, ELEMENTS):
        return replace(before, at=after.at) == after
    return False


def _answers(snapshot: Snapshot, known: "Results | None") -> Results:
    """Both readings of a snapshot; what an edit left alone is taken from what was known before it."""
    from meshmodel.api import analyse
    from meshmodel.app.lenses import facts_of

    start = thread_time()
    built = analyse(snapshot, previous=None if known is None else known.built)
    # Where nothing is planned, both readings are one.
    planned = any(each.state == "planned" for each in snapshot.checkpoint.values())
    before = None if known is None else known.designed
    designed = analyse(snapshot, view="designed", previous=before) if planned else built
    for each in (built, designed):  # computed when first asked for: that is here
        each.summary, each.findings, each.questions  # noqa: B018  # cached properties
    facts = facts_of(built)
    views: dict[View, Facts] = {"built": facts, "designed": facts_of(designed) if planned else facts}
    seconds = None if known is None else thread_time() - start
    return Results(snapshot, built, designed, views, seconds)


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

    @classmethod
    def open(cls, path: Path) -> "Session":
        """Open a model file, or an interchange file for reading.

        Raises:
            MeshmodelError: it cannot be opened; one line says why.
        """
        if path.suffix.lower() == ".toml":
            from meshmodel.store.interchange import read_file

            return cls(path, read_file(path), None)
        from meshmodel.store.database import Store

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
        from meshmodel.store.database import Store

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
        from meshmodel.store.interchange import read_file

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
            from meshmodel.store.interchange import write_text

            return write_text(self.snapshot).encode()
        analysis = self.built if self.built is not None and self.is_analysed else analyse(self.snapshot)
        if to == "policy":
            from meshmodel.exporters.policy import policy_stub

            return policy_stub(self.snapshot, analysis).encode()
        from meshmodel.exporters import diagram

        return diagram.export(
            self.snapshot,
            analysis,
            to=cast("diagram.Format", to),
            lens=cast("diagram.Lens", lens),
            agent=agent,
        )

    @property
    def is_analysed(self) -> bool:
        """Whether the analyses are those of the newest snapshot."""
        return self._results is not None and self._results.snapshot is self.snapshot

    @property
    def is_analysed_soon(self) -> bool:
        """Whether ``analyse`` takes no time: in a small model, after a small edit like the one before, or
        where cards were moved and no more.
        """
        known = self._results
        if self.snapshot.elements <= AT_ONCE:
            return True
        if known is None:
            return False
        changed = difference(known.snapshot, self.snapshot)
        was_soon = known.seconds is not None and known.seconds <= SOON
        if was_soon and len(changed) <= FEW and known.is_followed:
            return True
        return all(_is_moved(one, other) for _, _, one, other in changed)

    def analyse(self) -> "Results":
        """Compute both readings of the newest snapshot; touches nothing, so any thread may call it."""
        snapshot, known = self.snapshot, self._results
        if known is not None and only_moved(known.snapshot, snapshot):
            return replace(known, snapshot=snapshot)
        if known is not None and known.is_followed and len(difference(known.snapshot, snapshot)) <= MANY:
            return _answers(snapshot, known)
        return _answers(snapshot, None)

    @property
    def can_be_readied(self) -> bool:
        """Whether the next edit will be looked at from scratch, though it could follow from what is known."""
        known = self._results
        return self.is_analysed and known is not None and not known.is_followed

    def make_ready(self) -> None:
        """Make what the next edit follows from: what is shown stays. Any thread may call it while nobody
        waits; it ends soon where the model is edited meanwhile.
        """
        known, snapshot = self._results, self.snapshot

        def pause() -> None:
            if self.snapshot is not snapshot:
                raise _EditedError

        if known is not None:
            with suppress(_EditedError):
                known.built.make_ready(pause)
                known.designed.make_ready(pause)

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
