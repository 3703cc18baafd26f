"""Reads foreign files in tests, and compares what became of them with goldens.

A fixture ``NAME`` in ``fixtures/FORM/`` has ``NAME.toml``, the model, and ``NAME.ledger``, a line for each
row, beside it. ``MESHMODEL_GOLDENS=new`` writes them anew: look at what git says has changed.
"""

import os
from pathlib import Path

from meshmodel.importers.foreign_files import read_files
from meshmodel.importers.forms import FORMS
from meshmodel.importers.ledger import LedgerRow
from meshmodel.importers.proposal import ProposedModel
from meshmodel.interchange import write_text

FIXTURES = Path(__file__).parent / "fixtures"
_NOTES = frozenset({".toml", ".ledger"})


def fixtures(form: str) -> list[Path]:
    """The fixtures of a form, files and folders of files read together, without notes."""
    found = sorted((FIXTURES / form).iterdir()) if (FIXTURES / form).is_dir() else []
    return [each for each in found if each.suffix not in _NOTES and each.name != "README.md"]


def read(paths: list[Path], form: str, base: Path) -> tuple[ProposedModel, list[LedgerRow]]:
    """What a form makes of files, and its ledger."""
    reading = read_files(paths, base, form)
    assert list(reading.documents) == [form]
    (proposed,) = reading.propose()
    return proposed, proposed.ledger.rows(reading.documents[form])


def read_text(
    text: str, form: str, folder: Path, name: str = "file.json"
) -> tuple[ProposedModel, list[LedgerRow]]:
    """What a form makes of a text, written into a folder under a name."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read([path], form, folder)


def ledger_lines(rows: list[LedgerRow]) -> str:
    """A line for each row."""
    return "".join(
        f"{row.source}:{row.line} {row.path} | {row.verdict} | {row.rule} | {' '.join(row.became)}\n"
        for row in rows
    )


def check_goldens(path: Path, form: str) -> None:
    """Compare the model and the ledger of a fixture with its goldens; its form is recognised by content."""
    reading = read_files([path], FIXTURES / form)
    joined = {FORMS[each].joins or each for each in reading.documents}
    assert joined == {FORMS[form].joins or form}, "recognised by its content"
    assert form in reading.documents
    (proposed,) = reading.propose()
    rows = proposed.ledger.rows(proposed.documents)
    for ending, text in ((".toml", write_text(proposed.model)), (".ledger", ledger_lines(rows))):
        golden = path.with_name(path.name + ending)
        if os.environ.get("MESHMODEL_GOLDENS") == "new":
            golden.write_text(text, encoding="utf-8")
        assert text == golden.read_text(encoding="utf-8")
