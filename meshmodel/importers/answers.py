"""What an import did or would do, as text and as JSON (``meshmodel-import/1``), and its ledger."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from meshmodel.importers.forms import FORMS
from meshmodel.importers.importing import Import
from meshmodel.importers.ledger import VERDICTS, LedgerRow, Verdict, record_named, words_for
from meshmodel.importers.plan import Outcome
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.schema import SCHEMA
from meshmodel.model.text import counted, first_few, one_line, plural

_SHOWN: Final = 10
"""So many of a kind are listed in the text; the ledger and the JSON have all."""
_TABLES: Final = {"custody": "custodies"}
_WORDS: Final[dict[Verdict, tuple[str, str]]] = {
    "question": ("asked about", "asked about"),  # values: one question may be of several, or of none
    "secret withheld": ("secret withheld", "secrets withheld"),
}


def import_answer(done: Import, *, applied: bool) -> dict[str, Any]:
    """The machine-readable answer.

    Args:
        done: the import.
        applied: whether the model was changed.
    """
    return {
        "format": "meshmodel-import/1",
        "applied": applied,
        "compared": "three ways" if done.is_compared_with_last else "two ways",
        "files": [_file(done, source, forms, rows) for source, forms, rows in _by_file(done)],
        "skipped": [{"file": name, "why": why} for name, why in done.reading.skipped],
        "changes": [_change(each) for each in done.outcomes],
    }


def _by_file(done: Import) -> Iterator[tuple[str, list[str], list[LedgerRow]]]:
    rows: dict[str, list[LedgerRow]] = {}
    for row in done.rows:
        rows.setdefault(row.source, []).append(row)
    for source, forms in done.reading.forms_by_file().items():
        yield source, forms, rows.get(source, [])


def _file(done: Import, source: str, forms: Sequence[str], rows: Sequence[LedgerRow]) -> dict[str, Any]:
    count = Counter(row.verdict for row in rows)
    return {
        "file": source,
        "form": ", ".join(forms),
        "leaves": len(rows),
        **{verdict.replace(" ", "_"): count[verdict] for verdict in VERDICTS},
        "read": _partial(done, source) or "whole",
    }


def _partial(done: Import, source: str) -> str | None:
    return next((each.partial[source] for each in done.proposals if source in each.partial), None)


def _change(outcome: Outcome) -> dict[str, Any]:
    return {
        "change": outcome.kind,
        "record": words_for((outcome.table, outcome.key)),
        "fields": [
            {"field": key, "model": _plain(ours), "file": _plain(theirs)}
            for key, ours, theirs in outcome.fields
        ],
        "why": outcome.why or None,
    }


def _plain(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return None if value is None else str(value)


# For people --------------------------------------------------------------------------------------


def import_text(done: Import, name: str, outcome: str) -> str:
    """The answer for people: the files, what is left open in them, and what changes.

    Args:
        done: the import.
        name: the model.
        outcome: the last line: whether it was done.
    """
    return "\n".join([*reading_lines(done), *_change_lines(done, name), outcome])


def drift_text(done: Import) -> str:
    """What files say that a model does not, before what follows from it: the files, and each record."""
    lines = [
        line for source, forms, rows in _by_file(done) for line in _file_lines(done, source, forms, rows)
    ]
    return "\n".join([*lines, *map(_change_line, done.outcomes), ""])


def reading_lines(done: Import) -> list[str]:
    """What was read: the files, what is left open in them, and what was skipped."""
    lines = [
        line for source, forms, rows in _by_file(done) for line in _file_lines(done, source, forms, rows)
    ]
    skipped = done.reading.skipped
    lines += [f"skipped: {one_line(file)} ({why})" for file, why in skipped[:_SHOWN]]
    if len(skipped) > _SHOWN:
        lines.append(f"skipped: {counted(len(skipped) - _SHOWN, 'more file')}; --json lists all")
    return lines


def _file_lines(done: Import, source: str, forms: Sequence[str], rows: Sequence[LedgerRow]) -> Iterator[str]:
    count = Counter(row.verdict for row in rows)
    told = [
        f"{count[each]:,} {plural(count[each], *_WORDS.get(each, (each, each)))}"
        for each in VERDICTS
        if count[each]
    ]
    titles = "; ".join(FORMS[each].title for each in forms)
    yield f"{one_line(source, 200)}, {titles}: {counted(len(rows), 'value')}: {', '.join(told)}"
    partial = _partial(done, source)
    if partial:
        yield f"  read in part, so nothing of it is taken for gone: {one_line(partial, 400)}"
    left = [f"{row.path} (line {row.line})" for row in rows if row.verdict == "not understood"]
    if left:
        yield f"  not understood: {first_few(left, _SHOWN)}"


def _change_lines(done: Import, name: str) -> Iterator[str]:
    if not done.is_compared_with_last:
        yield (
            f"{name}: an interchange file does not keep what was last imported; the files are compared with "
            "it as it is, and nothing is removed"
        )
    if done.before.elements or not done.outcomes:
        yield from map(_change_line, done.outcomes)
        return
    count = Counter(each.table for each in done.outcomes if each.kind == "new")
    if count:
        new = (counted(count[table], table, _TABLES.get(table)) for table in SCHEMA if count[table])
        yield f"  new: {', '.join(new)}"


def _change_line(outcome: Outcome) -> str:
    return f"  {outcome.kind:9} {change_words(outcome)}"


def change_words(outcome: Outcome) -> str:
    """The record of an outcome, the fields that differ, and why."""
    return f"{words_for((outcome.table, outcome.key))}{_detail(outcome)}"


def _detail(outcome: Outcome) -> str:
    fields = "; ".join(f"{key}: {_shown(ours)} -> {_shown(theirs)}" for key, ours, theirs in outcome.fields)
    if outcome.kind == "conflict":
        fields = "; ".join(
            f"{key}: {_shown(ours)} in the model, {_shown(theirs)} in the file"
            for key, ours, theirs in outcome.fields
        )
    why = f" ({outcome.why})" if outcome.why else ""
    return (f": {fields}" if fields else "") + why


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return one_line(", ".join(map(str, value)) if isinstance(value, tuple) else value, 80)


# The ledger --------------------------------------------------------------------------------------


def ledger_text(rows: Iterable[LedgerRow]) -> str:
    """The ledger for people, a line for each leaf."""
    return "".join(f"{ledger_words(row)}\n" for row in rows)


def ledger_words(row: LedgerRow) -> str:
    """A row of the ledger in a line."""
    construct = f" as {row.construct}" if row.construct else ""
    became = f" -> {one_line(' '.join(row.became), 1_000)}" if row.became else ""
    return f"{row.source}:{row.line}: {row.path}: {row.verdict}{construct}{became} [{row.rule}: {row.why}]"


def ledger_lines(rows: Iterable[LedgerRow]) -> str:
    """The ledger for programs: a JSON object on a line for each leaf."""
    return "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)


def leads_to(row: LedgerRow, model: Snapshot) -> Reference | None:
    """The record to select for a row of the ledger: an element that it is in, else a relation, else a note.

    Args:
        row: a row of the ledger.
        model: where it is looked for.
    """
    found = [each for each in map(record_named, row.became) if each is not None and model.get(*each)]
    return min(found, key=lambda each: (each[0] == "note", isinstance(each[1], tuple)), default=None)
