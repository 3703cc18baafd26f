"""Files in which any value is a secret, or not what is expected there: nothing comes out, nothing breaks."""

import itertools
import json
from pathlib import Path

import pytest

from meshmodel.importers.foreign_files import read_document
from meshmodel.importers.importing import Import, prepare
from meshmodel.interchange import write_text
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.snapshot import Snapshot
from tests.importers.foreign import fixtures, ledger_lines

FORMS = ("codex", "compose")
SECRET = "ghp_" + "aZ3kQ9mX7bT2wL5rN8vJ1cH6dF4gS0pYeUiO"
ODD = (None, [], {}, 7, "x", [None], {"x": [SECRET]}, [[{"name": {}}]], SECRET)


def plain(node):
    """The value of a node without its positions."""
    if node.is_map:
        return {key: plain(each) for key, each in node.items()}
    return [plain(each) for each in node] if node.is_list else node.value


def places(value, *above):
    """The keys that lead to every value in it."""
    yield above
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, *above, key)


def leaves(value):
    """The keys that lead to every text, number or truth value in it."""
    found = list(places(value))
    inner = {each[:-1] for each in found if each}
    return [each for each in found if each not in inner]


def replaced(value, place, by):
    """A copy with the value at a place replaced."""
    if not place:
        return by
    first, *rest = place
    if isinstance(value, list):
        return [replaced(each, rest, by) if at == first else each for at, each in enumerate(value)]
    return {key: replaced(each, rest, by) if key == first else each for key, each in value.items()}


def imported(value, path: Path, form: str) -> Import | None:
    """What an import makes of a value; ``None`` where it is refused in a line."""
    path = path.with_suffix(".json")  # which is read ten times as fast as YAML
    path.write_text(json.dumps(value), encoding="utf-8")
    line = ""
    try:
        return prepare([path], path.parent, Snapshot(), [], form=form)
    except MeshmodelError as refused:
        line = str(refused)
    assert line.isprintable()
    assert SECRET not in line
    return None


def files(form):
    """The files of all fixtures of a form."""
    found = [
        each for path in fixtures(form) for each in (sorted(path.rglob("*")) if path.is_dir() else [path])
    ]
    return [each for each in found if each.is_file()]


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_in_any_field_is_in_nothing(form, tmp_path):
    withheld = 0
    for file in files(form):
        value = plain(read_document(file, file.parent).root)
        for place in leaves(value):
            done = imported(replaced(value, place, SECRET), tmp_path / file.name, form)
            if done is None:
                continue
            said = write_text(done.after) + ledger_lines(done.rows) + repr(done.imported) + done.edit.label
            assert SECRET.lower() not in said.lower(), place
            withheld += any(row.verdict == "secret withheld" for row in done.rows)
    assert withheld > 20


@pytest.mark.parametrize("form", FORMS)
def test_a_value_of_another_kind_breaks_nothing(form, tmp_path):
    odd = itertools.cycle(ODD)
    for file in files(form)[:1]:
        value = plain(read_document(file, file.parent).root)
        for place in places(value):
            imported(replaced(value, place, next(odd)), tmp_path / file.name, form)
