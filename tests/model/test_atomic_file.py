"""Files are replaced whole; what they are and whose they are stays."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from meshmodel.model import atomic_file
from meshmodel.model.atomic_file import new_draft, replace_file
from meshmodel.model.errors import StoreError

DRAFT = ".meshmodel-0123456789abcdef"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "f.toml"
    path.write_bytes(b"old content")
    return path


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_file_has_the_mode_that_others_would_have(tmp_path, mask):
    before = os.umask(mask)
    try:
        replace_file(tmp_path / "new", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o666 & ~mask
    assert names(tmp_path) == ["new"]


def test_a_file_is_another_one_afterwards_so_that_readers_of_the_old_are_not_disturbed(file):
    with file.open("rb") as reader:
        replace_file(file, b"new")
        assert reader.read() == b"old content"
    assert file.read_bytes() == b"new"


def test_a_file_keeps_its_owner_and_its_mode(file):
    owner = (1234, 4321) if os.geteuid() == 0 else (os.geteuid(), os.getegid())  # only root gives files away
    os.chown(file, *owner)
    file.chmod(0o664)
    replace_file(file, b"new")
    found = file.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (*owner, 0o664)
    assert file.read_bytes() == b"new"


def test_where_the_owner_cannot_be_kept_it_is_written_in_place(file, monkeypatch):
    before = file.stat()
    file.chmod(0o640)
    monkeypatch.setattr(atomic_file, "_copy_owner", lambda handle, found: False)
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"
    assert (file.stat().st_ino, file.stat().st_mode & 0o777) == (before.st_ino, 0o640)
    assert names(file.parent) == ["f.toml"]


@pytest.mark.parametrize("content", [b"", b"new", b"new content that is longer"])
def test_all_names_of_a_file_have_the_new_content(file, content):
    other = file.with_name("other")
    os.link(file, other)
    replace_file(file, content)
    assert other.read_bytes() == file.read_bytes() == content
    assert file.samefile(other)


def test_a_full_disk_leaves_a_file_of_several_names_as_it_is(file, monkeypatch):
    os.link(file, file.with_name("other"))

    def full(handle: int, offset: int, size: int) -> None:
        os.truncate(handle, 100)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(StoreError, match="No space"):
        replace_file(file, b"x" * 1_000)
    assert file.read_bytes() == b"old content"


def test_a_pipe_is_written_into_and_stays_one(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(StoreError, match="cannot be written: nobody reads from it"):
        replace_file(pipe, b"x")
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reading, True)
    found = bytearray()

    def read() -> None:
        assert select.select([reading], [], [], 60)[0]  # there is somebody who writes
        while piece := os.read(reading, 65_536):
            found.extend(piece)

    thread = threading.Thread(target=read)
    thread.start()
    content = b"0123456789" * 100_000  # more than a pipe holds
    replace_file(pipe, content)
    thread.join()
    os.close(reading)
    assert bytes(found) == content
    assert pipe.is_fifo()
    assert names(tmp_path) == ["pipe"]


def test_a_device_and_a_socket_stay_what_they_are(tmp_path, monkeypatch):
    null = tmp_path / "null"
    null.symlink_to(os.devnull)
    replace_file(null, b"x")
    assert null.is_char_device()
    with pytest.raises(StoreError, match=r"cannot be written: No space left on device"):
        replace_file("/dev/full", b"x")
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        listening.listen()
        with pytest.raises(StoreError, match="nobody reads from it"):
            replace_file("socket", b"x")
    assert (tmp_path / "socket").is_socket()


def test_what_was_changed_meanwhile_is_not_replaced(file):
    replace_file(file, b"mine", instead_of=b"old content")
    with pytest.raises(StoreError, match="was changed by another program meanwhile; nothing was written"):
        replace_file(file, b"theirs", instead_of=b"old content")
    assert file.read_bytes() == b"mine"
    file.unlink()
    with pytest.raises(StoreError, match="cannot be written"):
        replace_file(file, b"theirs", instead_of=b"mine")
    assert names(file.parent) == []


TAKE_TURNS = """
import sys
from meshmodel.model.atomic_file import replace_file
from meshmodel.model.errors import StoreError
won, number = 0, int(sys.argv[2])
while won < 40:
    with open(sys.argv[1], "rb") as file:
        content = file.read()
    try:
        replace_file(sys.argv[1], content + b"%d\\n" % number, instead_of=content)
    except StoreError as error:
        assert "meanwhile" in str(error), error
    else:
        won += 1
"""


def test_of_several_at_once_none_loses_what_another_wrote(tmp_path):
    path = tmp_path / "lines"
    path.touch()
    programs = [subprocess.Popen([sys.executable, "-c", TAKE_TURNS, path, str(each)]) for each in range(3)]
    assert [program.wait(timeout=120) for program in programs] == [0, 0, 0]
    lines = path.read_text().splitlines()
    assert [lines.count(str(each)) for each in range(3)] == [40, 40, 40]


def test_a_folder_in_which_another_program_writes_for_long(file, monkeypatch):
    import fcntl

    monkeypatch.setattr(atomic_file, "LOCK_WAIT", 0.05)
    handle = os.open(file.parent, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(StoreError, match="another program is writing in the folder; try again"):
        replace_file(file, b"new")
    os.close(handle)
    assert file.read_bytes() == b"old content"
    assert names(file.parent) == ["f.toml"]


KILLED = """
import os, signal, sys
from meshmodel.model import atomic_file
kill = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "replace":
    atomic_file.os.fsync = kill
    atomic_file.replace_file(sys.argv[1] + "/f", b"new")
with atomic_file.new_draft(atomic_file.Path(sys.argv[1])) as draft:
    draft.with_name(draft.name + "-journal").touch()
    kill()
"""


@pytest.mark.parametrize("what", ["replace", "draft"])
def test_what_a_kill_leaves_is_removed_by_the_next_writer(tmp_path, what):
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path, what], check=False)
    assert done.returncode == -signal.SIGKILL
    assert all(name.startswith(".meshmodel-") for name in names(tmp_path))
    assert names(tmp_path)
    (tmp_path / f"{DRAFT}-journal").touch()  # of a draft that is gone
    replace_file(tmp_path / "f", b"x")
    assert names(tmp_path) == ["f"]


def test_what_another_still_fills_or_others_call_so_is_not_removed(tmp_path):
    for name in (".meshmodel-notes", f"{DRAFT}.txt", ".f.part"):
        (tmp_path / name).touch()
    (tmp_path / DRAFT).symlink_to("f")
    kept = names(tmp_path)
    with new_draft(tmp_path) as draft:
        journal = draft.with_name(f"{draft.name}-journal")
        journal.touch()
        replace_file(tmp_path / "f", b"x")
        assert draft.exists()
        assert journal.exists()
    assert names(tmp_path) == sorted([*kept, "f"])


NULL_DEVICE = re.compile(r"os\.open\(os\.devnull\b|Path\(os\.devnull\)\.open\(")
WRITES = re.compile(r'\.write_(?:bytes|text)\(|mkstemp|NamedTemp|os\.(?:rename|replace|open)\(|open\("[wax]')
OTHERS = {"model/atomic_file.py", "model/open_file.py", "store/sqlite_file.py", "importers/form_examples.py"}
"""The helpers, what gives a draft its name, and what lays examples into a folder that goes at once."""


def test_no_other_module_writes_files():
    package = Path(atomic_file.__file__).parents[1]
    sources = {str(each.relative_to(package)): each.read_text("utf-8") for each in package.rglob("*.py")}
    assert len(sources) > 100
    assert {
        name for name, text in sources.items() if WRITES.search(NULL_DEVICE.sub("", text))
    } - OTHERS == set()
