"""Runs the examples of a form that is data: what its files become, and which of its rows matter for that."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from meshmodel.importers.data_form import DataForm, FormExample
from meshmodel.importers.data_reader import DataReader
from meshmodel.importers.foreign_files import read_document
from meshmodel.importers.ledger import LedgerRow
from meshmodel.importers.paths import glob
from meshmodel.importers.proposal import Proposal
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Snapshot


def problems_of(form: DataForm) -> Iterator[str]:
    """What is not as the examples of a form say, and the rows that change nothing in them, each in a line."""
    made: list[tuple[list[str], list[LedgerRow]]] = []
    for number, example in enumerate(form.examples, 1):
        where = f"{form.name}, example {number}"
        try:
            model, rows = read_example(form, example)
        except MeshmodelError as error:
            yield f"{where}: {error}"
            return
        lines = sorted(sentences(model))
        made.append((lines, rows))
        missing = [each for each in example.says if not _matching(each, lines)]
        yield from (f"{where}: does not say “{each}”" for each in missing)
        yield from (f"{where}: says “{line}”" for line in (lines if missing else ()))
        for each in example.never:
            yield from (f"{where}: says “{line}”" for line in _matching(each, lines)[:1])
        for row in rows:
            if row.verdict == "not understood":
                yield f"{where}: {row.source}: {row.path} is not understood"
    for one in form.rows:
        less = form.without(one)
        if [_outcome(less, each) for each in form.examples] == made:
            yield f"{form.name}: no example needs the row {one.rule.name}"


def _outcome(form: DataForm, example: FormExample) -> tuple[list[str], list[LedgerRow]]:
    model, rows = read_example(form, example)
    return sorted(sentences(model)), rows


def _matching(pattern: str, lines: list[str]) -> list[str]:
    return [each for each in lines if glob(pattern).fullmatch(each)]


def read_example(form: DataForm, example: FormExample) -> tuple[Snapshot, list[LedgerRow]]:
    """The model and the ledger that the files of an example become.

    Raises:
        MeshmodelError: no file is recognised, or one cannot be read.
    """
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder, "example")
        for name, text in example.files.items():
            path = base / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        read = [read_document(base / name, base) for name in example.files]
        documents = [each for each in read if form.recognise(each)]
        if not documents:
            raise MeshmodelError("no file is recognised")
        out = Proposal(form.joins or form.name)
        out.read.update((each.source, each) for each in documents)
        out.paths.update((each.source, each.path) for each in documents)
        DataReader(form).read(documents, out)
        made = out.finish()
        return made.model, made.ledger.rows([*documents, *out.also_read])


def sentences(model: Snapshot) -> Iterator[str]:
    """A model as lines for people and patterns."""

    def name(table: str, id_: str) -> str:
        return str(getattr(getattr(model, table)[id_], "name", None) or id_)

    yield from (f"agent {name('agent', each.id)} ({each.kind})" for each in model.agent.values())
    for system in model.system.values():
        yield f"system {name('system', system.id)}"
        if system.untrusted_input:
            yield f"outsiders write into {name('system', system.id)}"
    yield from (f"{name('agent', one)} holds {name('credential', other)}" for one, other in model.hold)
    yield from (f"{name('system', one)} stores {name('credential', other)}" for one, other in model.custody)
    yield from (
        f"{name('agent', one)} sets {name('agent', other)} to work" for one, other in model.delegation
    )
    yield from (f"{name('system', one)} starts {name('agent', other)}" for one, other in model.trigger)
    for (one, other), grant in model.grant.items():
        yield f"{name('credential', one)} opens {name('system', other)}: {', '.join(grant.actions)}"
    for each in model.checkpoint.values():
        if each.step == "grant":
            opened = f"{name('credential', each.from_)} opens {name('system', each.to)}"
            actions = ", ".join(each.actions or model.grant[each.from_, each.to].actions)
            yield f"{each.kind} before {opened}: {actions}"
        elif each.step == "delegation":
            yield f"{each.kind} before {name('agent', each.from_)} sets {name('agent', each.to)} to work"
    yield from (f"{note.kind}: {note.text}" for note in model.note.values())
