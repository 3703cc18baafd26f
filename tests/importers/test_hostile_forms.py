"""Files in which any value is a secret, or not what is expected there: nothing comes out, nothing breaks."""

import itertools
import json
from pathlib import Path

import pytest

from meshmodel.importers.foreign_files import read_document
from meshmodel.importers.forms import FORMS as ALL_FORMS
from meshmodel.importers.importing import Import, prepare
from meshmodel.interchange import write_text
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Snapshot
from tests.importers.foreign import FIXTURES, fixtures, ledger_lines

TESTED_ALONE = {"aws-iam", "claude-code", "github-actions", "kubernetes", "mcp", "threagile", "threat-dragon"}
"""Forms whose own tests plant secrets and wrong values."""
FORMS = [each for each in ALL_FORMS if each not in TESTED_ALONE | {"home-files"}]
SAMPLES = (*((form, each.name) for form in FORMS for each in fixtures(form)), ("kubernetes", "toolhive"))
SECRET = "ghp_" + "aZ3kQ9mX7bT2wL5rN8vJ1cH6dF4gS0pYeUiO"
ODD = (None, [], {}, 7, "x", [None], {"x": [SECRET]}, [[{"name": {}}]], SECRET)


def plain(node):
    """The value of a node without its positions."""
    if node.is_map:
        return {key: plain(each) for key, each in node.items()}
    return [plain(each) for each in node] if node.is_list else node.value


def places(value):
    """The keys that lead to the values in it, one of those that differ in numbers of lists alone."""
    found = {tuple(key for key in each if isinstance(key, str)): each for each in all_places(value)}
    return list(found.values())


def all_places(value, *above):
    """The keys that lead to every value in it."""
    yield above
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from all_places(each, *above, key)


def leaves(value):
    """The keys that lead to every text, number or truth value in it."""
    inner = {each[:-1] for each in all_places(value) if each}
    return [each for each in places(value) if each not in inner]


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


def values(form, name):
    """The files of a fixture as values; several documents of a file as one list of manifests."""
    path = FIXTURES / form / name
    for file in [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file()):
        root = read_document(file, file.parent).root
        value = plain(root)
        yield file.name, {"apiVersion": "v1", "kind": "List", "items": value} if root.is_list else value


@pytest.mark.parametrize(("form", "name"), SAMPLES)
def test_a_secret_in_any_field_is_in_nothing(form, name, tmp_path):
    withheld = 0
    for file, value in values(form, name):
        for place in leaves(value):
            done = imported(replaced(value, place, SECRET), tmp_path / file, form)
            if done is None:
                continue
            said = write_text(done.after) + ledger_lines(done.rows) + repr(done.imported) + done.edit.label
            assert SECRET.lower() not in said.lower(), place
            withheld += any(row.verdict == "secret withheld" for row in done.rows)
    assert withheld > 5


@pytest.mark.parametrize(("form", "name"), SAMPLES)
def test_a_value_of_another_kind_breaks_nothing(form, name, tmp_path):
    odd = itertools.cycle(ODD)
    for file, value in values(form, name):
        for place in places(value):
            imported(replaced(value, place, next(odd)), tmp_path / file, form)
