"""A model file that is in order, for tests that spoil it; and where a new model may be made, of each kind."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshmodel.edits.edit import Put, Remove, edit
from meshmodel.model.records import System
from meshmodel.store.store import Store
from tests.store.sample import SAMPLE
from tests.store.servers import looking, needs_server, new_address


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a journal."""
    path = tmp_path_factory.mktemp("good") / "m.mesh"
    with Store.create(path, SAMPLE) as store:
        store.apply(edit("name", [Put(System("sts", name="Tokens"))]))
        store.apply(edit("delete", [Remove("agent", "bot")]))
        store.undo()
    return path


@pytest.fixture
def path(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(good, tmp_path / "m.mesh"))


@pytest.fixture(params=["file", pytest.param("postgres", marks=needs_server)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where no model is yet: a file, and an address in a database."""
    if request.param == "file":
        yield tmp_path / "mesh.mesh"
        return
    with looking(), new_address() as address:
        yield address
