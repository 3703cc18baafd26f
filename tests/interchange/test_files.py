import subprocess
import sys

import pytest

from meshmodel.interchange import read_file, write_file
from meshmodel.model import atomic_file
from meshmodel.model.errors import StoreError
from meshmodel.store.load import load
from tests.store.sample import SAMPLE


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text("old")
    path.chmod(0o640)
    write_file(path, SAMPLE)
    assert read_file(path) == SAMPLE
    assert load(path) == SAMPLE
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["m.toml"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.toml").write_text("old")
    (tmp_path / "m.toml").symlink_to("real.toml")
    write_file(tmp_path / "m.toml", SAMPLE)
    assert (tmp_path / "m.toml").is_symlink()
    assert read_file(tmp_path / "real.toml") == SAMPLE


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "m.toml"
    path.write_text("old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file.os, "fsync", full)
    with pytest.raises(StoreError, match=r"m\.toml: cannot be written: No space left"):
        write_file(path, SAMPLE)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["m.toml"]


def test_where_nothing_can_be_written(tmp_path):
    for path in (tmp_path, tmp_path / "no" / "m.toml", str(tmp_path / "a\0b")):
        with pytest.raises(StoreError, match="cannot be written"):
            write_file(path, SAMPLE)


def test_reading_an_interchange_file_imports_no_database_and_no_screen(tmp_path):
    path = tmp_path / "m.toml"
    write_file(path, SAMPLE)
    program = (
        "import sys; from meshmodel.store.load import load; load(sys.argv[1]);"
        "heavy = ('textual', 'sqlmodel', 'sqlalchemy', 'networkx', 'numpy', 'rich');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
