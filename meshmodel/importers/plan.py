"""What importing files again changes: the last import, the files now and the model now, field by field.

- A field that only the file changed is changed; one that only the model changed stays; where both did,
  the model's stays and the conflict is shown.
- What was imported before and is no longer in the model was removed there, and is not added again.
- What its file no longer says is removed, unless it was changed in the model, something is tied to it that
  stays (both are said at each import), another file says it too, or the file was read in part.
- An interchange file does not keep what was last imported: then files and model are compared, elements by
  their ids, what the model does not say is filled in, nothing else is changed and nothing is removed.

What is rejected counts as imported, so that it is not proposed again.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from meshmodel.edits.edit import Change, Edit, Put, Remove, apply_edit, free_id
from meshmodel.edits.operations import without_slot
from meshmodel.importers.last_import import Place, Renamed, brought_forward, rows_to_keep
from meshmodel.importers.proposal import Identity, ProposedModel, united
from meshmodel.importers.references import named_in, with_ids
from meshmodel.model.note_subject import note_subject
from meshmodel.model.records import (
    TABLES,
    Checkpoint,
    Delegation,
    Key,
    Note,
    Record,
    Reference,
    Snapshot,
    key_of,
    table_of,
)
from meshmodel.model.schema import SCHEMA
from meshmodel.model.stop import check_current
from meshmodel.model.validation import References, normalise, with_actual_step
from meshmodel.model.vocabulary import ELEMENT_TABLES
from meshmodel.store.imports import RecordImport

Kind = Literal["program changed", "new", "changed", "gone", "conflict", "kept", "left out"]
KINDS: Final[tuple[Kind, ...]] = ("program changed", "new", "changed", "gone", "conflict", "kept", "left out")
"""What may be done about a record; only ``drift`` tells of a changed program apart."""
_WITH_ID: Final = (*ELEMENT_TABLES, "checkpoint", "note")
_REMOVED_FIRST: Final = ("checkpoint", "note", *reversed(TABLES[:11]))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import does about one record.

    Attributes:
        kind: it is new, changed or gone, and that is done; or a conflict, kept, or left out: nothing is done.
        table: its table.
        key: its key in the model.
        fields: of a changed record or a conflict: key of the field, the value in the model, that of the file.
        why: the reason, where it is not plain.
        against: likewise the fields about which the model says something else, which stays.
    """

    kind: Kind
    table: str
    key: Key
    fields: tuple[tuple[str, Any, Any], ...] = ()
    why: str = ""
    against: tuple[tuple[str, Any, Any], ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether the import changes the model for it."""
        return self.kind in {"new", "changed", "gone"}


@dataclass(slots=True)
class ImportPlan:
    """What an import does.

    Attributes:
        after: the model then.
        edit: what leads there.
        outcomes: what it does about each record that is not as it was, by kind, table and key.
        imported: what is to be kept in a model file for the next import.
        ids: what the records of the proposal are called in the model.
    """

    after: Snapshot
    edit: Edit
    outcomes: list[Outcome] = field(default_factory=list)
    imported: list[RecordImport] = field(default_factory=list)
    ids: dict[Reference, Reference] = field(default_factory=dict)


def plan(
    proposed: ProposedModel,
    sources: Iterable[str],
    model: Snapshot,
    last: Sequence[RecordImport] | None,
    renamed: Renamed = lambda _: {},
    rejected: AbstractSet[Reference] = frozenset(),
) -> ImportPlan:
    """What importing does to a model.

    Args:
        proposed: what the files say.
        sources: the files that were read.
        model: the model now.
        last: what imports last said, of all files; ``None``: it is not known, as for an interchange file.
        renamed: looks up new ids of what is missing.
        rejected: table and key of what is not to be done.
    """
    planning = _ImportPlanner(proposed, frozenset(sources), model, last, renamed, rejected)
    planning.compare()
    planning.remove()
    return planning.finish()


class _ImportPlanner:
    """One import of one form."""

    def __init__(
        self,
        proposed: ProposedModel,
        sources: frozenset[str],
        model: Snapshot,
        last: Sequence[RecordImport] | None,
        renamed: Renamed,
        rejected: AbstractSet[Reference],
    ) -> None:
        self.form = proposed.form
        self.sources = sources
        self.partial = proposed.partial
        self.model = model
        self.rejected = rejected
        self.is_known = last is not None
        self.before = list(last or ())  # as it is kept
        self.last = brought_forward(self.before, model, renamed)  # with the ids of now
        self.said: dict[Reference, list[RecordImport]] = defaultdict(list)
        for row in self.last:
            self.said[row.table, row.key].append(row)
        self.ids = self._new_ids(proposed)
        self.now: dict[Reference, Record] = {}
        self.by: dict[Reference, set[str]] = {}
        self.identity: dict[Reference, Identity] = {}
        self._bring_in(proposed)
        self.puts: dict[Reference, Record] = {}
        self.outcomes: dict[Reference, Outcome] = {}
        self.gone: list[Reference] = []
        self.dropped: set[Place] = set()  # what is no longer kept as imported

    # Ids --------------------------------------------------------------------------------------

    def _new_ids(self, proposed: ProposedModel) -> dict[Reference, str]:
        """What each record of the proposal is called in the model."""
        known: dict[tuple[str, str, str], str] = {}
        for row in self.last:
            is_shared = row.form == self.form or not row.scope  # the same thing in every file of every form
            if is_shared and row.stable_key and isinstance(row.key, str):
                known.setdefault((row.table, row.scope, row.stable_key), row.key)
        taken = {table: {*self.model.table(table)} for table in _WITH_ID}
        taken["credential"] |= {each.principal for each in self.model.credential.values()}
        for row in self.last:
            if isinstance(row.key, str):
                taken[row.table].add(row.key)
        found: dict[Reference, str] = {}
        for (table, id_), identity in proposed.identities.items():
            now = known.get((table, identity.scope, identity.digest))
            if now is None:
                now = free_id(str(id_), taken[table]) if self.is_known else str(id_)
            taken[table].add(now)
            found[table, id_] = now
        return found

    def _bring_in(self, proposed: ProposedModel) -> None:
        """The records of the proposal with the ids of the model, as all files together say them."""
        are_others = any(id_ != now for (_, id_), now in self.ids.items())
        for table in TABLES:
            for key, record in proposed.model.table(table).items():
                check_current()
                made = record  # normalised, as the proposal is
                if are_others:
                    made = normalise(with_ids(record, lambda kind, id_: self.ids.get((kind, id_), id_)))
                reference: Reference = (table, key_of(made))
                self.by[reference] = proposed.sources.get((table, key), set())
                if (table, key) in proposed.identities:
                    self.identity[reference] = proposed.identities[table, key]
                for row in self.said[reference]:
                    if row.source not in self.sources and row.record is not None:
                        made = normalise(united(made, row.record))
                self.now[reference] = made

    # Each record ------------------------------------------------------------------------------

    def compare(self) -> None:
        """Decide what is done about each record that the files say."""
        for reference, record in self.now.items():
            here = self.model.get(*reference)
            last = [row.record for row in self.said[reference] if row.record is not None]
            if here is not None:
                self._compare_fields(reference, here, record, last)
            elif last:
                self._note(reference, "left out", why="it was removed from the model, or rejected")
            elif reference in self.rejected:
                self._note(reference, "left out", why="rejected")
            else:
                self.puts[reference] = record
                self._note(reference, "new")
        self._leave_out_dangling()

    def _compare_fields(self, reference: Reference, here: Record, now: Record, last: list[Record]) -> None:
        changed: list[tuple[str, Any, Any]] = []
        against: list[tuple[str, Any, Any]] = []
        made = here
        for each in SCHEMA[reference[0]].fields:
            ours, theirs = getattr(here, each.attribute), getattr(now, each.attribute)
            # Without a last import, what the model does not say may be filled in.
            was = {getattr(record, each.attribute) for record in last} or {each.default}
            if theirs in {ours, *was} or _is_moved(each.key, ours, theirs):
                continue
            if ours in was:
                changed.append((each.key, ours, theirs))
                made = replace(made, **{each.attribute: theirs})
            else:
                against.append((each.key, ours, theirs))
        if changed and reference in self.rejected:
            self._note(reference, "left out", changed, "rejected")
        elif changed:
            self.puts[reference] = made
            why = ", ".join(f"{key} stays as it is in the model" for key, _, _ in against)
            self._note(reference, "changed", changed, why, against)
        elif against:
            self._note(reference, "conflict", against, "the model says something else, which stays", against)

    def _leave_out_dangling(self) -> None:
        """Leave out what names an element that was removed or rejected; drop it from other fields."""
        while True:
            there = {each for table in ELEMENT_TABLES for each in _references(self.model, table)}
            there |= {each for each in self.puts if each[0] in _WITH_ID}
            dangling = [
                each for each, record in self.puts.items() if any(it not in there for it in _named(record))
            ]
            if not dangling:
                return
            for each in dangling:
                self._repair(each, there)

    def _repair(self, reference: Reference, there: set[Reference]) -> None:
        record = self.puts[reference]

        def kept(table: str, id_: str) -> str | None:
            return id_ if (table, id_) in there or table in {"checkpoint", "note"} else None

        made = with_ids(record, kept)
        ends = [getattr(made, each.attribute) for each in SCHEMA[reference[0]].fields if each.required]
        lost_limit = (
            isinstance(made, Delegation) and isinstance(record, Delegation) and record.only and not made.only
        )
        lost_subject = getattr(record, "about", None) is not None and getattr(made, "about", None) is None
        if None in ends or lost_limit or lost_subject:
            del self.puts[reference]
            self._note(reference, "left out", why="what it belongs to is not in the model")
        else:
            self.puts[reference] = made

    # What is gone -----------------------------------------------------------------------------

    def remove(self) -> None:
        """Decide what of that which the files no longer say is removed."""
        candidates: dict[Reference, Record] = {}
        for row in self.last:
            reference: Reference = (row.table, row.key)
            if not self._no_longer_says(row) or row.record is None:
                continue
            here = self.model.get(*reference)
            others = [each for each in self.said[reference] if not self._no_longer_says(each)]
            if others or reference in self.now:
                self.dropped.add(row.place)
            elif here is None:
                continue  # what was removed there is remembered, so that it does not come back
            elif reference in self.rejected:
                self.dropped.add(row.place)
                self._note(reference, "kept", why="rejected")
            elif without_slot(here) != without_slot(row.record):
                self._note(
                    reference, "kept", why="its file no longer has it, but it was changed in the model"
                )
            else:
                candidates[reference] = here
        self._keep_tied(candidates)
        self.gone = list(candidates)
        self.dropped.update(row.place for row in self.last if (row.table, row.key) in candidates)
        for reference in candidates:
            self._note(reference, "gone", why="its file no longer has it")

    def _no_longer_says(self, row: RecordImport) -> bool:
        return (
            row.form == self.form
            and row.source in self.sources
            and row.source not in self.partial
            and row.source not in self.by.get((row.table, row.key), ())
        )

    def _keep_tied(self, candidates: dict[Reference, Record]) -> None:
        """Keep what something is tied to that stays; what is tied to that stays then too."""
        while candidates:
            staying = [
                record
                for table in TABLES
                for key, record in self.model.table(table).items()
                if (table, key) not in candidates
            ]
            staying = [self.puts.get((table_of(each), key_of(each)), each) for each in staying]
            staying += self.puts.values()
            tied = {each for record in staying for each in named_in(record) | _steps_of(record)}
            kept = tied & candidates.keys()
            if not kept:
                return
            for reference in kept:
                del candidates[reference]
                self._note(reference, "kept", why="its file no longer has it, but something is tied to it")

    # The whole ---------------------------------------------------------------------------------

    def _note(
        self,
        reference: Reference,
        kind: Kind,
        fields: Iterable[tuple[str, Any, Any]] = (),
        why: str = "",
        against: Iterable[tuple[str, Any, Any]] = (),
    ) -> None:
        self.outcomes[reference] = Outcome(kind, *reference, tuple(fields), why, tuple(against))

    def finish(self) -> ImportPlan:
        """The plan; its edit is checked as any is."""
        changes: list[Change] = [
            Put(each) for each in self.puts.values() if not isinstance(each, Checkpoint | Note)
        ]
        placed = [each for each in self.puts.values() if isinstance(each, Checkpoint | Note)]
        after = apply_edit(self.model, Edit("", tuple(changes))) if placed else self.model
        references = References(after)
        for each in placed:
            if _has_its_step(each, references, after):
                changes.append(Put(each))
            else:
                self._note((table_of(each), each.id), "left out", why="the model has no such step")
        changes += (
            Remove(*each) for table in _REMOVED_FIRST for each in sorted(self.gone) if each[0] == table
        )
        label = f"import {', '.join(sorted(self.sources)[:3])}{', …' if len(self.sources) > 3 else ''}"
        edit = Edit(label, tuple(changes))
        order = sorted(
            self.outcomes.values(),
            key=lambda each: (KINDS.index(each.kind), TABLES.index(each.table), each.key),
        )
        return ImportPlan(apply_edit(self.model, edit), edit, order, self._to_keep(), self._ids_of_all())

    def _to_keep(self) -> list[RecordImport]:
        """What is to be kept in a model file; nothing where the model is none."""
        if not self.is_known:
            return []
        said = [
            RecordImport(source, self.form, identity.scope, identity.digest, *reference, record)
            for reference, record in self.now.items()
            for identity in [self.identity.get(reference, Identity("", ""))]
            for source in sorted(self.by[reference])
        ]
        return rows_to_keep(said, self.before, self.last, self.dropped)

    def _ids_of_all(self) -> dict[Reference, Reference]:
        """Table and key in the model of each record of the proposal that is called otherwise there."""
        return {each: (each[0], now) for each, now in self.ids.items() if each[1] != now}


def _has_its_step(record: Checkpoint | Note, references: References, after: Snapshot) -> bool:
    """Whether a model has the step that a checkpoint sits on, or that a note is about if it is about one."""
    if isinstance(record, Checkpoint):
        return references.supports(with_actual_step(record, after.trigger))
    step = note_subject(record.about or "").step
    return step is None or references.has_step(*step)


def _references(model: Snapshot, table: str) -> Iterable[Reference]:
    return ((table, key) for key in model.table(table))


def _named(record: Record) -> set[Reference]:
    """The elements that a record names; identities of approvers are none."""
    if isinstance(record, Checkpoint):
        return named_in(replace(record, approvers=None))
    return named_in(record)


def _steps_of(record: Record) -> set[Reference]:
    """The relation that a checkpoint sits on."""
    return {(record.step, (record.from_, record.to))} if isinstance(record, Checkpoint) else set()


def _is_moved(field: str, ours: Any, theirs: Any) -> bool:
    """Whether a note comes from another line of the same file: nothing that anybody has to look at."""
    if field != "source" or not (isinstance(ours, str) and isinstance(theirs, str)):
        return False
    return ours.rpartition(":")[0] == theirs.rpartition(":")[0] != ""
