"""An import stops wherever it is asked whether it should: it is asked again and again, in each form."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from meshmodel.importers.data_form import read_form
from meshmodel.importers.document import ForeignFileError
from meshmodel.importers.forms import FORMS as ALL_FORMS
from meshmodel.importers.importing import prepare
from meshmodel.importers.json_text import read_json
from meshmodel.importers.yaml_text import read_yaml
from meshmodel.interchange import read_text
from meshmodel.interchange.toml_text import parse_toml
from meshmodel.model.records import Snapshot
from meshmodel.model.secrets import looks_like_secret
from meshmodel.model.stop import CURRENT, Stop, Stopped
from tests.importers.foreign import fixtures
from tests.importers.test_data_forms import DATA

FORMS = [each for each in ALL_FORMS if each != "home-files"]  # of which nothing is read


@contextmanager
def stopping(after: float) -> Iterator[list[int]]:
    """Whether to stop is asked so often before it is true; gives how often it was asked so far."""
    asked, number = [0], count(1)

    def cancelled() -> bool:
        asked[0] = next(number)
        return asked[0] > after

    token = CURRENT.set(Stop(None, cancelled))
    try:
        yield asked
    finally:
        CURRENT.reset(token)


def _example_of(form: str, folder: Path) -> Iterator[Path]:
    """The files of the first example of a form that is data, in a folder."""
    (data,) = (each for each in DATA if each.stem == form)
    for name, text in read_form(data).examples[0].files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        yield path


@pytest.mark.parametrize("form", FORMS)
def test_an_import_stops_at_any_time_in_any_form(form: str, tmp_path: Path) -> None:
    paths = fixtures(form)[:1] or list(_example_of(form, tmp_path))

    def read() -> None:
        prepare(paths, paths[0].parent, Snapshot(), [], form=form)

    read()  # what is kept for the next, as the catalogue, asks only once
    with stopping(float("inf")) as asked:
        read()
    for after in range(0, asked[0], max(1, asked[0] // 25)):
        with stopping(after), pytest.raises(Stopped):
            read()


def test_it_is_asked_at_each_value(tmp_path: Path) -> None:
    servers = {f"server-{number}": {"command": "npx", "args": [str(number)]} for number in range(200)}
    path = tmp_path / ".mcp.json"
    path.write_text(json.dumps({"mcpServers": servers}, indent=1))
    with stopping(float("inf")) as asked:
        prepare([path], tmp_path, Snapshot(), [])
    assert asked[0] > 200 * 5  # as it is parsed, read, compared and put into the ledger


def test_yaml_stops_before_its_end_is_looked_at() -> None:
    text = "- name: value\n" * 5_000 + "]"
    with pytest.raises(ForeignFileError):
        read_yaml(text, "file.yaml")
    with stopping(3), pytest.raises(Stopped):
        read_yaml(text, "file.yaml")


def test_each_way_to_read_stops_within_a_long_text() -> None:
    """It is asked whether to stop between pieces that take a tenth of a second each, at most."""
    long = "word-1 " * 60_000
    readings = {
        "TOML": lambda: parse_toml("[[agent]]\nid = 'a'\n" * 60_000),
        "rows": lambda: read_text('format = "meshmodel/1"\n' + "[[agent]]\nid = 'a'\n" * 2),
        "comments": lambda: read_json(f"[{'1, // one' * 10}\n" * 10, "f"),
        "YAML": lambda: read_yaml(f"a: {long}\n", "f"),
        "a search for secrets": lambda: looks_like_secret(long),
    }
    not_stopped = []
    for what, read in readings.items():
        with stopping(2):
            try:
                read()
            except Stopped:
                continue
        not_stopped.append(what)
    assert not_stopped == []
