"""What foreign files say now that a model does not: the model as importing would make it if the files won."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from meshmodel.edits.edit import Edit, Put, apply_edit
from meshmodel.importers.fingerprints import is_changed
from meshmodel.importers.importing import Import, prepare
from meshmodel.importers.last_import import Renamed, brought_forward
from meshmodel.importers.plan import Outcome
from meshmodel.model.records import Agent, Record, Snapshot
from meshmodel.model.schema import SCHEMA
from meshmodel.store.imports import RecordImport


def drifted(
    paths: Sequence[Path],
    base: Path,
    model: Snapshot,
    last: Sequence[RecordImport] | None,
    *,
    renamed: Renamed = lambda _: {},
    form: str | None = None,
    only: Sequence[str] = (),
) -> Import:
    """What importing files would change if the model had only what was imported: the files win.

    What somebody changed in the model, took out of it or rejected differs from the files too. Nothing is
    applied.

    Args:
        paths: files and folders.
        base: the folder of the model.
        model: the model now.
        last: what was last imported; ``None`` for an interchange file, which does not keep that.
        renamed: looks up new ids of what is missing.
        form: what all files are; by default their content says it.
        only: as for ``prepare``.

    Raises:
        MeshmodelError: one line; a file cannot be read.
    """
    rows = None if last is None else brought_forward(last, model, renamed)
    known = None if rows is None else _with_values_of_model(rows, model)
    done = prepare(paths, base, model, known, form=form, only=only)
    done = replace(done, outcomes=tuple(_with_programs(done, _approved(rows, model))))
    disputed = [_with_fields_of_file(done.after, each) for each in done.outcomes if each.against]
    if not disputed:
        return done
    return replace(done, after=apply_edit(done.after, Edit("drift", tuple(map(Put, disputed)))))


def _with_values_of_model(rows: Sequence[RecordImport], model: Snapshot) -> list[RecordImport]:
    """The rows as if the files had said last what the model says, where they said anything at all."""
    found = []
    for row in rows:
        here = model.get(row.table, row.key)
        if here is None or row.record is None:
            continue
        unsaid = {
            each.attribute: each.default
            for each in SCHEMA[row.table].fields
            if getattr(row.record, each.attribute) == each.default
        }
        found.append(replace(row, record=replace(here, **unsaid)))
    return found


def _approved(rows: Sequence[RecordImport] | None, model: Snapshot) -> dict[str, str | None]:
    """By agent what was to run when it was last imported; of a model that does not keep that, as it says."""
    if rows is None:
        return {each.id: each.description for each in model.agent.values()}
    return {row.record.id: row.record.description for row in rows if isinstance(row.record, Agent)}


def _with_programs(done: Import, approved: Mapping[str, str | None]) -> Iterator[Outcome]:
    """The outcomes, where an agent is another program than was approved as such; those first.

    A server at another address, or of another key, is one that is new in place of one of that name.
    """
    said = {id_ for proposed in done.proposals for id_ in proposed.model.agent}
    gone = {each.key for each in done.outcomes if each.kind in {"gone", "kept"}}
    left = {
        each.name or each.id: approved.get(each.id)
        for each in done.before.agent.values()
        if each.id in gone or (not done.is_compared_with_last and each.id not in said)
    }
    found = [_with_program(done, each, approved, left) for each in done.outcomes]
    yield from sorted(found, key=lambda each: each.kind != "program changed")


def _with_program(
    done: Import, outcome: Outcome, approved: Mapping[str, str | None], left: Mapping[str, str | None]
) -> Outcome:
    agent = done.after.agent.get(str(outcome.key)) if outcome.table == "agent" else None
    if agent is None:
        return outcome
    if outcome.kind == "new":
        before, now = left.get(agent.name or agent.id), agent.description
    else:
        before = approved.get(agent.id)
        now = next((theirs for key, _, theirs in outcome.fields if key == "description"), None)
    fields = (("description", before, now),)
    return replace(outcome, kind="program changed", fields=fields) if is_changed(before, now) else outcome


def _with_fields_of_file(model: Snapshot, outcome: Outcome) -> Record:
    """The record of an outcome with the fields of the file where the model says something else."""
    record = model.get(outcome.table, outcome.key)
    assert record is not None
    fields = {SCHEMA[outcome.table].field(key).attribute: theirs for key, _, theirs in outcome.against}
    return replace(record, **fields)
