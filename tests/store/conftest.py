"""A model file that is in order, for tests that spoil it."""

import shutil
from pathlib import Path

import pytest

from meshmodel.edits.edit import Put, Remove, edit
from meshmodel.model.records import System
from meshmodel.store.store import Store
from tests.store.sample import SAMPLE


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
