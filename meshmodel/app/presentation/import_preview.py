"""An import as the workbench shows it: what it changes, row by row, and its ledger."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, NamedTuple

from meshmodel.app.computed import Computed
from meshmodel.app.presentation.import_request import ImportRequest
from meshmodel.app.presentation.since import CanvasComparison
from meshmodel.importers.answers import change_words, leads_to, reading_lines
from meshmodel.importers.importing import Import
from meshmodel.importers.ledger import LedgerRow, record_named, words_for
from meshmodel.importers.plan import Outcome
from meshmodel.model.records import Note, Reference, Snapshot
from meshmodel.model.text import counted, one_line

Look = Literal["", "bold", "muted", "success", "warning", "error"]
_LOOKS: Final[dict[str, Look]] = {
    "new": "success",
    "changed": "warning",
    "gone": "error",
    "conflict": "error",
    "mapped": "",
    "question": "warning",
    "not understood": "warning",
    "secret withheld": "error",
}


class PreviewRow(NamedTuple):
    """One row: its key, the word in front and how that looks, the rest, and what it stands for.

    ``value`` is the name of what it does, an outcome or a row of the ledger; ``None``: it only says so.
    """

    key: Any
    head: str
    look: Look
    words: str
    value: str | Outcome | LedgerRow | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ImportPreview(Computed[Snapshot, ImportRequest, tuple[Import, CanvasComparison]]):
    """An import that is looked at, with what the canvas marks of it.

    Attributes:
        rejected: records about which nothing is to be done.
        is_applied: whether the model was changed.
        is_ledger: whether its ledger is shown, and not the changes.
        at: the record that is lit on the canvas.
        order: the records in the order in which they were first shown, which a rejection does not change.
    """

    rejected: frozenset[Reference] = frozenset()
    is_applied: bool = False
    is_ledger: bool = False
    at: Reference | None = None
    order: tuple[Reference, ...] = ()

    @property
    def done(self) -> Import | None:
        """What it would do or did; ``None`` while the files are read for the first time."""
        return None if self.result is None else self.result[0]

    @property
    def places(self) -> tuple[Reference, ...]:
        """The records in their order, also those that come last because they are new."""
        found = () if self.done is None else ((each.table, each.key) for each in self.done.outcomes)
        return tuple(dict.fromkeys((*self.order, *found)))

    @property
    def count(self) -> str:
        """How many records change."""
        number = 0 if self.done is None else sum(each.is_done for each in self.done.outcomes)
        return counted(number, "record")

    def rejecting(self, value: object) -> "ImportPreview | None":
        """The import with a row rejected, or no longer so; ``None`` where nothing is done about it."""
        if not isinstance(value, Outcome):
            return None
        reference = value.table, value.key
        if not value.is_done and reference not in self.rejected:
            return None
        return replace(self, rejected=self.rejected ^ {reference})

    def leads_to(self, value: object) -> Reference | None:
        """The record that a row is about, before or after the import; ``None`` where there is none."""
        found: Reference | None = None
        if isinstance(value, Outcome):
            found = value.table, value.key
        elif isinstance(value, LedgerRow) and self.done is not None:
            found = leads_to(value, self.done.after)
        note = (
            None if self.done is None or found is None or found[0] != "note" else self.done.after.get(*found)
        )
        return record_named(note.about) if isinstance(note, Note) and note.about else found

    def key_of(self, record: Reference | None) -> Any:
        """The key of the first row that is about a record; ``None`` where none is."""
        if self.done is None or record is None:
            return None
        words = words_for(record)
        found = (number for number, each in enumerate(self.done.rows) if words in each.became)
        return next(found, None) if self.is_ledger else record

    def rows(self) -> Iterator[PreviewRow]:
        """The rows of the list that is shown."""
        if self.done is None:
            return
        if self.is_ledger:
            if not self.is_applied:
                yield PreviewRow(
                    "turn", "changes", "bold", "Enter or Tab goes back to what would change", "turn"
                )
            for number, row in enumerate(self.done.rows):
                yield PreviewRow(number, row.verdict, _LOOKS.get(row.verdict, "muted"), _of_leaf(row), row)
            return
        does = f"{self.count} as one edit" if self.done.edit.changes else "nothing changes in the model"
        yield PreviewRow(
            "apply",
            "apply",
            "bold",
            f"{does}; Enter or Ctrl+S does it, Space or the right button rejects a row",
            "apply",
        )
        yield PreviewRow("turn", "ledger", "bold", "Enter or Tab shows what became of each value", "turn")
        for line in reading_lines(self.done):
            yield PreviewRow(line, "", "muted", line)
        place = {reference: number for number, reference in enumerate(self.places)}
        for each in sorted(self.done.outcomes, key=lambda each: place[each.table, each.key]):
            is_rejected = (each.table, each.key) in self.rejected
            kind = "rejected" if is_rejected else each.kind
            yield PreviewRow(
                (each.table, each.key), kind, _LOOKS.get(kind, "muted"), change_words(each), each
            )


def _of_leaf(row: LedgerRow) -> str:
    became = f" -> {one_line(' '.join(row.became), 1_000)}" if row.became else ""
    what = f" ({row.construct})" if row.construct else ""
    return f"{row.source}:{row.line}  {row.path}{what}{became}  [{row.rule}: {row.why}]"
