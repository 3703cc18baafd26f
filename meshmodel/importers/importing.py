"""Reads foreign files and says what importing them does to a model: what the command and the screen use."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from meshmodel.edits.edit import Edit
from meshmodel.importers.catalogue import Catalogue
from meshmodel.importers.document import Document, ForeignFileError, Node
from meshmodel.importers.foreign_files import CODE, Reading, read_files
from meshmodel.importers.forms import FORMS, Form
from meshmodel.importers.last_import import Renamed
from meshmodel.importers.ledger import Became, Ledger, LedgerRow, words_for
from meshmodel.importers.plan import ImportPlan, Outcome, plan
from meshmodel.importers.proposal import Pick, ProposedModel
from meshmodel.model.errors import CombinedError, MeshmodelError
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.text import did_you_mean
from meshmodel.model.validation import label_of
from meshmodel.store.imports import RecordImport

AGENTS: Final = "agents"
"""What is said to ``only`` for the users and roles that agents of the model reach."""


@dataclass(frozen=True)
class Import:
    """An import that can be shown, and done by its edit.

    Attributes:
        reading: the files by form, and what was skipped.
        proposals: what each form makes of its files.
        ids: of each of them what its records are called in the model, where that differs.
        before: the model now.
        after: the model then.
        edit: what leads there; without changes where the model says already what the files say.
        outcomes: what is done about each record that is not as it was.
        imported: what is to be kept in a model file for the next import (``Store.apply``).
        is_compared_with_last: whether the last import was known; else files and model were compared.
    """

    reading: Reading
    proposals: tuple[ProposedModel, ...]
    ids: tuple[dict[Became, Became], ...]
    before: Snapshot
    after: Snapshot
    edit: Edit
    outcomes: tuple[Outcome, ...]
    imported: tuple[RecordImport, ...]
    is_compared_with_last: bool

    @cached_property
    def marks(self) -> dict[str, dict[Reference, str]]:
        """What a scan tells of records and the model does not keep, by the ids that the model has."""
        found: dict[str, dict[Reference, str]] = {}
        for each, ids in zip(self.proposals, self.ids, strict=True):
            for mark, records in each.marks.items():
                found.setdefault(mark, {}).update(
                    {ids.get(one, one): words for one, words in records.items()}
                )
        return found

    @cached_property
    def rows(self) -> tuple[LedgerRow, ...]:
        """The ledger: what became of each leaf, with the ids that the model then has; made when asked for."""
        made = zip(self.proposals, self.ids, strict=True)
        return tuple(row for each, ids in made for row in each.ledger.rows(each.documents, ids))


def prepare(
    paths: Sequence[Path],
    base: Path,
    model: Snapshot,
    last: Sequence[RecordImport] | None,
    *,
    renamed: Renamed = lambda _: {},
    form: str | None = None,
    rejected: AbstractSet[Reference] = frozenset(),
    only: Sequence[str] = (),
) -> Import:
    """Read files and compare them with a model and with what they said last.

    Args:
        paths: files and folders.
        base: the folder of the model, from which files are named in it.
        model: the model now; an empty one for a new model.
        last: ``store.imports.read``; ``[]`` for a new model; ``None`` for an interchange file.
        renamed: ``store.imports.renamed`` of that file.
        form: what all files are; by default their content says it.
        rejected: records about which nothing is to be done, now and at later imports.
        only: users and roles of an export that are read alone, with what they may become; ``agents`` are
            those that agents of the model reach.

    Raises:
        MeshmodelError: one line; a file cannot be read, or what is rejected is not proposed.
        Stopped: ``CURRENT`` says so.
    """
    reading = read_files(paths, base, form)
    return prepare_read(reading, model, last, renamed=renamed, rejected=rejected, only=only)


def prepare_read(
    reading: Reading,
    model: Snapshot,
    last: Sequence[RecordImport] | None,
    *,
    renamed: Renamed = lambda _: {},
    rejected: AbstractSet[Reference] = frozenset(),
    only: Sequence[str] = (),
    catalogue: Catalogue | None = None,
) -> Import:
    """The same for files that have been read; ``catalogue`` as of ``Reading.propose``."""
    proposals = tuple(reading.propose(_picked(only, model) if only else None, catalogue))
    after, plans, said = model, list[ImportPlan](), last
    for each in proposals:
        made = plan(each, [one.source for one in each.documents], after, said, renamed, rejected)
        after = made.after
        plans.append(made)
        said = None if said is None else _brought_up_to_date(said, made.imported)
        refused = _refused(reading, each)
        if refused:
            for document, why in refused:
                reading.leave_out(document, why)
            return prepare_read(
                reading, model, last, renamed=renamed, rejected=rejected, only=only, catalogue=catalogue
            )
    outcomes = tuple(each for made in plans for each in made.outcomes)
    _check_rejected(rejected, outcomes)
    labels = [made.edit.label for made in plans]
    label = labels[0] if len(labels) == 1 else f"import {len(reading.all_documents())} files"
    edit = Edit(label, tuple(change for made in plans for change in made.edit.changes))
    imported = tuple(each for made in plans for each in made.imported)
    ids = tuple(made.ids for made in plans)
    return Import(reading, proposals, ids, model, after, edit, outcomes, imported, last is not None)


def _check_rejected(rejected: AbstractSet[Reference], outcomes: Sequence[Outcome]) -> None:
    """Refuse what is rejected though nothing is proposed about it."""
    unknown = rejected - {(each.table, each.key) for each in outcomes}
    if unknown:
        record = min(unknown, key=str)
        hint = did_you_mean(words_for(record), [words_for((each.table, each.key)) for each in outcomes])
        raise MeshmodelError(
            f"{label_of(*record)}: nothing is proposed about it, so it cannot be rejected"
            + (f"; {hint}" if hint else "")
        )


def _refused(reading: Reading, proposed: ProposedModel) -> list[tuple[Document, str]]:
    """The files of folders that are of another form than they look, and why they are left out.

    Raises:
        MeshmodelError: so are files that were named.
    """
    form_of = {id(each): form for form, some in reading.documents.items() for each in some}
    reasons = [
        (each, why)
        for each in proposed.documents
        if id(each) in form_of
        and each.syntax not in CODE  # code is known by what it imports
        and (why := _misread(each, FORMS[form_of[id(each)]], proposed.ledger))
    ]
    named = [each for each in reasons if each[0].source not in reading.in_folders]
    if named or len(reasons) == len(reading.all_documents()):
        errors = [ForeignFileError(each.source, None, why) for each, why in named or reasons]
        raise errors[0] if len(errors) == 1 else CombinedError(errors)
    return reasons


def _misread(document: Document, form: Form, ledger: Ledger) -> str | None:
    """Why a file is not taken for one of a form: less than half of what looks like its own is understood.

    Of a file that the form recognises its own is each part (a key at its top, a document) in which it
    understands anything; of any other, such as with a wrong ``--as``, all of it. One in a folder that the
    product has for it is nothing else: what it does not know there does not make the product ask.
    """
    is_known = form.load().recognise(document)
    if is_known and form.has_place_for(document.source):
        return None
    leaves = [*document.leaves()]
    understood = [each for each in leaves if ledger.understands(each)]
    if not understood:
        return f"nothing in it is understood as {form.title}"
    if len(understood) * 2 >= len(leaves):
        return None
    own = len(leaves)
    if is_known:
        parts = Counter(map(_part, leaves))
        own = sum(parts[each] for each in set(map(_part, understood)))
    if len(understood) * 2 >= own:
        return None
    said = f"{len(understood)} of {own} values"
    return f"only {said} are understood as {form.title}: it seems to be something else"


def _part(leaf: Node) -> str | int | None:
    """The first step to a leaf: a key, or the number of a document."""
    key = leaf.key
    while leaf.parent is not None:
        leaf, key = leaf.parent, leaf.key
    return key


def _brought_up_to_date(last: Sequence[RecordImport], now: Sequence[RecordImport]) -> list[RecordImport]:
    """What imports last said, with what was read just now by another form in place of what it said before."""
    found = {each.place: each for each in (*last, *now)}
    return [each for each in found.values() if each.record is not None]


def _picked(only: Sequence[str], model: Snapshot) -> Pick:
    reached = frozenset[str]()
    if AGENTS in only:
        from meshmodel.analysis.analysis import analyse

        reached = reached.union(*(each.identities for each in analyse(model).reach()))
    return Pick(frozenset(only) - {AGENTS}, reached)
