"""What is no model, is damaged, hostile, read-only or too new: one clear line, the file untouched."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from meshmodel.edits.edit import Put, edit
from meshmodel.model.errors import StoreError
from meshmodel.model.records import Zone
from meshmodel.store.store import Store
from tests.rows import all_rows
from tests.store.labels import redo_label, undo_label
from tests.store.sample import names_in


def _files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def refused(path: Path) -> str:
    """The line with which opening is refused; the folder is as before."""
    before = _files(path.parent)
    with pytest.raises(StoreError) as error:
        Store.open(path)
    line = str(error.value)
    assert line.isprintable()
    assert path.name in line
    assert _files(path.parent) == before
    return line


def test_missing(tmp_path):
    assert "no such file" in refused(tmp_path / "m.mesh")
    with pytest.raises(StoreError, match="no such file"):
        Store.open(tmp_path / "no" / "m.mesh")


def test_folder_pipe_and_loop(tmp_path):
    (tmp_path / "d.mesh").mkdir()
    assert "is a folder" in refused(tmp_path / "d.mesh")
    os.mkfifo(tmp_path / "p.mesh")
    with pytest.raises(StoreError, match="no ordinary file"):
        Store.open(tmp_path / "p.mesh")
    (tmp_path / "l.mesh").symlink_to("l.mesh")
    with pytest.raises(StoreError, match=r"l\.mesh"):
        Store.open(tmp_path / "l.mesh")
    with pytest.raises(StoreError, match="no usable path"):
        Store.open("a\0b.mesh")


@all_rows("content", [b"format = 'meshmodel/1'\n" * 99, b"SQLite format 3\0", os.urandom(5000), b"\0" * 4096])
def test_other_files(tmp_path, content):
    path = tmp_path / "m.mesh"
    path.write_bytes(content)
    assert "not a model" in refused(path)


def test_empty(tmp_path):
    (tmp_path / "m.mesh").touch()
    assert "is empty" in refused(tmp_path / "m.mesh")


def test_another_programs_database(tmp_path):
    raw = sqlite3.connect(tmp_path / "m.mesh")
    raw.execute("CREATE TABLE zone (id TEXT)")
    raw.close()
    assert "database of another program" in refused(tmp_path / "m.mesh")


def test_another_programs_database_with_an_unfinished_edit_is_not_even_repaired(tmp_path):
    path = tmp_path / "m.mesh"
    raw = sqlite3.connect(path, isolation_level=None)
    raw.executescript("PRAGMA cache_size = 1; CREATE TABLE t (x); BEGIN")
    raw.executemany("INSERT INTO t VALUES (?)", [("x" * 900,)] * 200)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("m.mesh", "m.mesh-journal"):
        shutil.copy(tmp_path / name, copy / name)
    raw.close()
    assert "not a model" in refused(copy / "m.mesh") or "another program" in refused(copy / "m.mesh")


def test_a_newer_version(path):
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    assert "newer version of meshmodel; update" in refused(path)


def test_no_version(path):
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 0")
    raw.close()
    assert "damaged" in refused(path)


def test_every_truncation_is_refused(path):
    whole = path.read_bytes()
    for length in range(0, len(whole), 1024):
        path.write_bytes(whole[:length])
        refused(path)


def opens_or_is_refused(path: Path) -> None:
    before = path.read_bytes()
    try:
        with Store.open(path) as store:
            store.journal()
            assert store.snapshot.system
    except StoreError as error:
        line = str(error)
    else:
        line = ""
    assert line == "" or line.isprintable()
    assert path.read_bytes() == before


def test_overwritten_pages_are_refused(path):
    whole = path.read_bytes()
    for start in range(4096, len(whole), 4096):
        path.write_bytes(whole[:start] + b"\xa5" * 4096 + whole[start + 4096 :])
        assert "damaged" in refused(path)


def test_flipped_bytes_never_break_the_program(path):
    whole = path.read_bytes()
    used = [place for place, byte in enumerate(whole) if byte]
    random = Random(7)
    for _ in range(300):
        flipped = bytearray(whole)
        for place in random.sample(used, random.choice((1, 1, 4))):
            flipped[place] ^= random.randrange(1, 256)
        path.write_bytes(flipped)
        opens_or_is_refused(path)


CRAFTED = {
    "a trigger": "CREATE TRIGGER t AFTER UPDATE ON system BEGIN DELETE FROM zone; END",
    "a view": "CREATE VIEW extra AS SELECT * FROM zone",
    "a view for a table": "DROP TABLE hold; CREATE VIEW hold AS SELECT 'bot' AS agent, 'token' AS credential",
    "a table more": "CREATE TABLE extra (x)",
    "a table less": "DROP TABLE trigger",
    "an index more": "CREATE INDEX i ON zone (abs(length(name)))",
    "an index less": "DROP INDEX journal_by_revision",
    "a key in another order": (
        'DROP TABLE acceptance; CREATE TABLE acceptance (rule NOT NULL, subject NOT NULL, reason NOT NULL, '
        '"by" NOT NULL, until NOT NULL, severity, agents, actions, PRIMARY KEY (subject, rule))'
    ),
    "a column that may be empty": (
        "DROP TABLE program; CREATE TABLE program "
        "(id PRIMARY KEY, machine, process NOT NULL, started NOT NULL, seen NOT NULL)"
    ),
    "a computed column": "ALTER TABLE zone ADD COLUMN c GENERATED ALWAYS AS (id || id)",
    "a column more": "ALTER TABLE zone ADD COLUMN c TEXT",
    "a column less": "ALTER TABLE zone DROP COLUMN description",
    "a check": 'DROP TABLE intent; CREATE TABLE intent (agent CHECK (abs(agent) > 0), "from")',
    "a virtual table": "CREATE VIRTUAL TABLE extra USING fts5(x)",
    "statistics": "ANALYZE",
    "a wrong revision": "UPDATE alembic_version SET version_num = '99'",
    "no about": "DELETE FROM about",
    "two abouts": "INSERT INTO about VALUES (2, 'a', 'b')",
    "a dangling end": "INSERT INTO hold VALUES ('nobody', 'token')",
    "a dangling list": "UPDATE credential SET audience = '[\"nowhere\"]' WHERE id = 'token'",
    "a limit to what is gone": "UPDATE delegation SET only = '[\"nowhere:read\"]'",
    "a limit to no action": "UPDATE delegation SET only = '[\"sts\"]'",
    "an unsorted limit": "UPDATE delegation SET only = '[\"sts:write\",\"sts:read\"]'",
    "returns of no kind": "UPDATE delegation SET returns = 'nothing'",
    "a note about what is gone": "UPDATE note SET about = 'system:nowhere'",
    "a note about no element": "UPDATE note SET about = 'sts'",
    "a note without words": "UPDATE note SET text = ''",
    "a wrong day": "UPDATE note SET due = '2027-02-30'",
    "a blob": "UPDATE system SET name = x'0102'",
    "a number for a name": "UPDATE about SET name = 7.5, description = x'00'",
    "no truth value": "UPDATE system SET exposed = 2",
    "a word for a truth value": "UPDATE system SET exposed = 'yes'",
    "no JSON": "UPDATE system SET at = '[1,'",
    "JSON too deep": f"UPDATE system SET at = '{'[' * 100_000}'",
    "JSON of the wrong kind": "UPDATE \"grant\" SET actions = '{}'",
    "an empty list": "UPDATE \"grant\" SET actions = '[]'",
    "a number too long": f"UPDATE system SET at = '[{'9' * 10_000},1]'",
    "an unknown action": "UPDATE \"grant\" SET actions = '[\"fly\"]'",
    "an unsorted list": "UPDATE custody SET by = '[\"execute\",\"read\"]'",
    "a wrong date": "UPDATE acceptance SET until = '2027-02-30'",
    "a date with time": "UPDATE acceptance SET until = '2027-02-03T00:00:00'",
    "a control character": "UPDATE zone SET name = 'a' || char(27) || '[31m'",
    "a nul": "UPDATE zone SET name = 'a' || char(0)",
    "no UTF-8": "UPDATE zone SET name = CAST(x'ff41' AS TEXT)",
    "a name too long": f"UPDATE zone SET name = '{'x' * 5_000}'",
    "a value too long": "UPDATE zone SET name = CAST(zeroblob(17000000) AS TEXT)",
    "a bad id": "UPDATE agent SET id = 'A B' WHERE id = 'helper'",
    "a secret": "UPDATE zone SET name = 'AKIA' || 'IOSFODNN7EXAMPLE'",
    "a number of another type": "UPDATE checkpoint SET rate = 1.5",
    "a choice that is none": "UPDATE system SET sensitivity = 'enormous'",
    "a checkpoint on no step": "UPDATE checkpoint SET \"to\" = 'sts' WHERE id = 'ask'",
    "no required value": "UPDATE agent SET status = ''",
}  # fmt: skip


@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_contents_are_refused(path, name):
    raw = sqlite3.connect(path, isolation_level=None)
    raw.executescript(CRAFTED[name])
    raw.close()
    assert any(word in refused(path) for word in ("damaged", "not meshmodel's"))


JOURNALS = {
    "a number for the label": "UPDATE journal SET label = 5, author = x'00', time = 'yesterday'",
    "control characters": "UPDATE journal SET label = char(27) || char(10), author = char(10)",
    "no JSON": "UPDATE journal_change SET before = '{', after = '{'",
    "JSON too deep": f"UPDATE journal_change SET before = '{'[' * 100_000}', after = '{'{' * 9}'",
    "a blob": "UPDATE journal_change SET before = x'80', after = x'80'",
    "another record": "UPDATE journal_change SET record_key = '\"other\"'",
    "a surrogate for a key": "UPDATE journal_change SET record_key = '\"\\ud800\"'",
    "a list for a key": "UPDATE journal_change SET record_key = '[[], 1, 2]'",
    "an unknown table": "UPDATE journal_change SET record_table = 'sqlite_schema'",
    "unknown fields": 'UPDATE journal_change SET after = \'{"id":"sts","extra":1}\'',
    "wrong types": 'UPDATE journal_change SET after = replace(after, \'"id":"sts"\', \'"id":[7]\')',
    "a forbidden value": "UPDATE journal_change SET before = replace(before, 'token-service', 'a\\u001bb')",
    "an invalid model": "UPDATE journal_change SET before = replace(before, 'sts', 'STS'), after = NULL",
    "no changes": "DELETE FROM journal_change",
    "entries of an odd state": "UPDATE journal SET state = 77",
    "entries of a text state": "UPDATE journal SET state = 'x', touched = number",
    "numbers of another type": "UPDATE journal SET touched = 'x' || number",
    "the last number": "UPDATE journal SET touched = 9223372036854775807 WHERE number = 2",
    "the last entry": "UPDATE journal SET number = 9223372036854775807 WHERE number = 2;"
    "UPDATE journal_change SET entry = 9223372036854775807 WHERE entry = 2",
    "a time in no year of UTC": "UPDATE journal SET time = '9999-12-31T23:59:59-23:59'",
    "an odd program": "INSERT INTO program VALUES ('p', 'm', 'x', 5, x'00')",
    "a program for ever": "INSERT INTO program VALUES ('p', 'm', -5, '', 9223372036854775807)",
}


@pytest.mark.parametrize("name", JOURNALS)
def test_a_crafted_journal_breaks_nothing(path, name):
    raw = sqlite3.connect(path, isolation_level=None)
    raw.executescript(JOURNALS[name])
    raw.close()
    uses: tuple[Callable[[Store], object], ...] = (
        lambda store: all(each.label.isprintable() and each.author.isprintable() for each in store.journal()),
        undo_label,
        lambda store: store.redo(),
        lambda store: store.undo(),
        lambda store: store.apply(edit("x", [Put(Zone("x"))])),
        lambda store: store.undo(),
        lambda store: store.refresh(),
    )
    for use in uses:
        try:
            with Store.open(path) as store:
                result = use(store)
        except StoreError as error:
            result = str(error).isprintable()
        assert result is not False
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.close()


@pytest.mark.parametrize("name", ["the last number", "the last entry"])
def test_a_journal_that_counts_beyond_all_edits_is_damaged(path, name):
    raw = sqlite3.connect(path, isolation_level=None)
    raw.executescript(JOURNALS[name])
    raw.close()
    with pytest.raises(StoreError, match="holds no number of edits where one is expected: the model file is"):
        Store.open(path)


def test_a_write_ahead_log_of_another_tool_is_taken_back(path):
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.close()
    with Store.open(path) as store:
        store.apply(edit("z", [Put(Zone("z"))]))
        assert names_in(path.parent) == ["m.mesh"]
    assert path.read_bytes()[18:20] == b"\x01\x01"


def test_opened_for_reading_only(path):
    before = path.read_bytes()
    with Store.open(path, read_only=True) as store, Store.open(path) as other:
        assert store.read_only
        assert store.snapshot == other.snapshot
        assert (undo_label(store), redo_label(store)) == (None, None)
        for use in (store.undo, store.redo, lambda: store.apply(edit("z", [Put(Zone("z"))]))):
            with pytest.raises(StoreError, match="open for reading only"):
                use()
        assert path.read_bytes() == before
        other.apply(edit("z", [Put(Zone("z"))]))
        assert store.refresh() == other.snapshot


READ_ONLY = """
import sys
from meshmodel.model.errors import StoreError
from meshmodel.model.records import Zone
from meshmodel.store.store import Store
from meshmodel.edits.edit import Put, edit
with Store.open(sys.argv[1]) as store:
    print(store.read_only, len(store.snapshot.system), len(store.journal()), store.refresh())
    try:
        store.apply(edit("z", [Put(Zone("z"))]))
    except StoreError as error:
        print(error)
try:
    Store.create(sys.argv[1] + "2")
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o755), (0o444, 0o555), (0o644, 0o555)])
def test_a_read_only_file_or_folder_opens_for_reading(good, tmp_path_factory, file_mode, folder_mode):
    folder = tmp_path_factory.mktemp("read-only")
    path = Path(shutil.copy(good, folder / "m.mesh"))
    path.chmod(file_mode)
    folder.chmod(folder_mode)
    before = path.read_bytes()
    lines = _run_without_privileges(READ_ONLY, path).splitlines()
    assert lines[0] == "True 3 2 None"
    assert "open for reading only" in lines[1]
    assert path.read_bytes() == before
    assert names_in(folder) == ["m.mesh"] or folder_mode == 0o755
    folder.chmod(0o755)


def _run_without_privileges(code: str, path: Path) -> str:
    """Run as an ordinary user, even where the tests run as root, to whom everything is allowed."""
    program = code
    if os.geteuid() == 0:
        # Imported before the privileges go: the ordinary user may not read the library's folder.
        program = f"import os, sqlmodel, meshmodel.store.store\nos.setgroups([]); os.setuid(65534)\n{code}"
        for folder in path.parents:
            if folder.stat().st_mode & 0o001 == 0:
                folder.chmod(folder.stat().st_mode | 0o011)
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_unreadable(good, tmp_path_factory):
    path = Path(shutil.copy(good, tmp_path_factory.mktemp("unreadable") / "m.mesh"))
    path.chmod(0)
    code = "import sys\nfrom meshmodel.store.store import Store\n"
    code += "from meshmodel.model.errors import StoreError\n"
    code += "try: Store.open(sys.argv[1])\nexcept StoreError as error: print(error)"
    assert "may not be read" in _run_without_privileges(code, path)
