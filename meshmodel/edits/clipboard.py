"""Copies a part of a model and makes the edit that pastes it, into the same model or another one.

Pure. A copy is a model of its own: what was copied, its relations, and of every element that these name
besides only the id, the name and the kind. ``interchange.fragments`` writes it as text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from meshmodel.edits.draft import new_element
from meshmodel.edits.edit import Change, Edit, Put, Remove, Rename, apply_edit, free_id
from meshmodel.edits.operations import without_slot, words_for
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.note_subject import note_subject
from meshmodel.model.records import (
    TABLES,
    Agent,
    Checkpoint,
    Credential,
    Note,
    Record,
    Reference,
    Snapshot,
    System,
    Zone,
    key_of,
    table_of,
)
from meshmodel.model.schema import SCHEMA, STEP_ENDS
from meshmodel.model.text import first_few
from meshmodel.model.validation import References, RefusedError, with_actual_step
from meshmodel.model.vocabulary import ELEMENT_TABLES, RELATION_TABLES

_WITH_IDS: Final = (*ELEMENT_TABLES, "checkpoint", "note")
_TOLD: Final = 3
"""So many are named in what an edit is called."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a model.

    Attributes:
        model: a valid model with the part, and with what its relations name besides.
        named: the elements that are only named: they are not part of it.
    """

    model: Snapshot
    named: frozenset[Reference] = frozenset()


def copy(snapshot: Snapshot, selected: Iterable[Reference]) -> Fragment:
    """The selected records, with the relations, checkpoints and notes of selected elements.

    Places on the canvas are left out: they are free elsewhere.

    Raises:
        InvalidModelError: nothing of it has a record that can be copied.
    """
    wanted = {each for each in selected if each[0] in TABLES and snapshot.get(*each) is not None}
    elements = {each for each in wanted if each[0] in ELEMENT_TABLES}
    wanted |= _steps_of(snapshot, wanted)
    wanted |= set(_belonging(snapshot, elements, wanted))
    records = [snapshot.get(*each) for each in sorted(wanted, key=_in_order)]
    copied = [without_slot(each) for each in records if each is not None]
    named = {each for record in copied for each in _names(record)} - elements
    stubs = [_named_only(snapshot, each) for each in sorted(named)]
    model = _with_those_on_steps(Snapshot(), [*stubs, *copied])
    if not elements and not any(model.table(table) for table in TABLES[len(ELEMENT_TABLES) :]):
        raise InvalidModelError("copy: select an element, a relation or a checkpoint first")
    return Fragment(model, frozenset(named))


def cut(snapshot: Snapshot, selected: Iterable[Reference]) -> Edit:
    """The edit that removes the selected records, elements with their relations.

    Raises:
        InvalidModelError: nothing of it has a record.
    """
    wanted = {each for each in selected if each[0] in TABLES and snapshot.get(*each) is not None}
    if not wanted:
        raise InvalidModelError("cut: select an element, a relation or a checkpoint first")
    after, changes = snapshot, []
    for table, key in sorted(wanted, key=_in_order):
        if after.get(table, key) is not None:  # else it went with an element
            changes.append(Remove(table, key))
            after = apply_edit(after, Edit("", (changes[-1],)))
    return Edit(f"cut {_listed(sorted(wanted, key=_in_order))}", tuple(changes))


def paste(fragment: Fragment, snapshot: Snapshot, verb: str = "paste") -> tuple[Edit, Reference]:
    """The edit that adds a part to a model, and its first record there.

    Ids that are taken get new ones, and everything in the part follows them. What is only named is looked
    up in the model by kind, id and name; where there is none, the relation to it is left out, as if it had
    been deleted. Relations that the model has already stay as they are there.

    Raises:
        InvalidModelError: nothing is left to add.
    """
    adjustments = tuple(_adjustments(fragment, snapshot))
    part = apply_edit(fragment.model, Edit("", adjustments))
    new = [
        _with_own_name(record, snapshot)
        for table in TABLES
        for key, record in part.table(table).items()
        if (table, key) not in fragment.named and key not in snapshot.table(table)
    ]
    new = [each for each in new if not (isinstance(each, Checkpoint) and _has_like(snapshot, each))]
    after = _with_those_on_steps(snapshot, new)
    added = [each for each in new if after.get(table_of(each), key_of(each)) is not None]
    if not added:
        raise InvalidModelError(f"{verb}: nothing to add, what the copy names is there already or is gone")
    references = [(table_of(each), key_of(each)) for each in added]
    missing = [(each.table, each.key) for each in adjustments if isinstance(each, Remove)]
    label = f"{verb} {_listed(references)}" + (f", without {_listed(missing)}" if missing else "")
    return Edit(label, tuple(Put(each) for each in added)), references[0]


def duplicate(snapshot: Snapshot, selected: Iterable[Reference]) -> tuple[Edit, Reference]:
    """The edit that adds the selected elements once more, with the same relations; and the first of them.

    Raises:
        InvalidModelError: nothing is selected that there can be twice.
    """
    return paste(copy(snapshot, selected), snapshot, "duplicate")


def _in_order(reference: Reference) -> tuple[int, Any]:
    """Elements first, in the order of the interchange file."""
    return TABLES.index(reference[0]), reference[1]


def _listed(references: list[Reference]) -> str:
    """The first few of them; relations only where there are no elements."""
    main = [each for each in references if each[0] in ELEMENT_TABLES] or references
    return first_few([words_for(each) for each in main], _TOLD)


def _steps_of(snapshot: Snapshot, wanted: set[Reference]) -> set[Reference]:
    """The relations that wanted checkpoints sit on."""
    checkpoints = (snapshot.checkpoint[str(key)] for table, key in wanted if table == "checkpoint")
    steps: set[Reference] = {(each.step, (each.from_, each.to)) for each in checkpoints}
    return {each for each in steps if snapshot.get(*each) is not None}


def _belonging(snapshot: Snapshot, elements: set[Reference], wanted: set[Reference]) -> Iterator[Reference]:
    """The relations of elements, the checkpoints on steps to or from them or on wanted ones, the notes."""
    for table in RELATION_TABLES:
        first, second = STEP_ENDS.get(table, ("agent", "system"))
        for key in snapshot.table(table):
            if (first, key[0]) in elements or (second, key[1]) in elements:
                yield table, key
    for each in snapshot.checkpoint.values():
        if (each.step, (each.from_, each.to)) in wanted or not elements.isdisjoint(_ends_of(each)):
            yield "checkpoint", each.id
    for note in snapshot.note.values():
        subject = note_subject(note.about or "")
        on = (subject.table, subject.ids) if subject.step else subject.elements[0]
        if on in elements or on in wanted:
            yield "note", note.id


def _ends_of(checkpoint: Checkpoint) -> Iterator[Reference]:
    for end, kind in zip((checkpoint.from_, checkpoint.to), STEP_ENDS[checkpoint.step], strict=True):
        alone = checkpoint.step == "boundary" and end.startswith("system:")
        yield ("system", end.removeprefix("system:")) if alone else (kind, end)


def _names(record: Record) -> Iterator[Reference]:
    """The elements that a record names."""
    if isinstance(record, Checkpoint):
        yield from _ends_of(record)
    for field in SCHEMA[table_of(record)].fields:
        value = getattr(record, field.attribute)
        if value is None or (isinstance(record, Checkpoint) and field.key in {"from", "to"}):
            continue
        match field.type:
            case "reference":
                yield field.refers[0], value
            case "references":
                yield from (
                    (field.refers[0], each) for each in value if field.key != "from" or each != "home"
                )
            case "accesses":
                yield from (("system", each.partition(":")[0]) for each in value)
            case "element":
                yield from note_subject(value).elements


def _named_only(snapshot: Snapshot, reference: Reference) -> Record:
    """An element with nothing but its id, its name and its kind."""
    table, key = reference
    record: Any = snapshot.get(table, key)
    stub = new_element(table, str(key), record.name)
    return replace(stub, kind=record.kind) if isinstance(stub, System | Agent | Credential) else stub


def _with_those_on_steps(snapshot: Snapshot, records: Iterable[Record]) -> Snapshot:
    """The model with these records, without the checkpoints and notes on steps that it does not have."""
    listed = list(records)
    puts = [Put(each) for each in listed if not isinstance(each, Checkpoint | Note)]
    model = apply_edit(snapshot, Edit("", tuple(puts)))
    references, placed = References(model), []
    for each in listed:
        if isinstance(each, Checkpoint | Note):
            actual = with_actual_step(each, model.trigger) if isinstance(each, Checkpoint) else each
            try:
                references.check(table_of(each), actual)
            except RefusedError:
                continue
            placed.append(Put(each))
    return apply_edit(model, Edit("", tuple(placed)))


def _has_like(snapshot: Snapshot, checkpoint: Checkpoint) -> bool:
    """Whether there is a checkpoint that differs in its id alone."""
    return any(replace(each, id=checkpoint.id) == checkpoint for each in snapshot.checkpoint.values())


def _adjustments(fragment: Fragment, snapshot: Snapshot) -> Iterator[Change]:
    """What makes a part fit a model: away with what that does not have, new ids for those it has already."""
    for table, key in sorted(fragment.named):
        here, there = fragment.model.get(table, key), snapshot.get(table, key)
        if there is None or getattr(here, "name", None) != getattr(there, "name", None):
            yield Remove(table, key)
    for table in _WITH_IDS:
        taken = {*snapshot.table(table), *fragment.model.table(table)}
        if table == "credential":  # one that is new has an identity of its own
            taken |= {each.principal for each in snapshot.credential.values()}
        for key in sorted(fragment.model.table(table)):
            if (table, key) not in fragment.named and key in snapshot.table(table):
                new = free_id(key, taken)
                taken.add(new)
                yield Rename(table, key, new)


def _with_own_name(record: Record, snapshot: Snapshot) -> Record:
    """The record, with a number behind its name where another one of its kind is called so."""
    if not isinstance(record, Zone | System | Agent | Credential) or not record.name:
        return record
    used = {(each.name or "").casefold() for each in snapshot.table(table_of(record)).values()}
    number, candidate = 1, record.name
    while candidate.casefold() in used:
        number += 1
        tail = f" {number}"
        candidate = record.name[: 200 - len(tail)] + tail
    return replace(record, name=candidate)
