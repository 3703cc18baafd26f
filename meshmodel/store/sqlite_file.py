"""Model files as SQLite sees them: looked at before they are touched, connected to, created whole.

Why these settings. The rollback journal (``DELETE``) and not a write-ahead log: one file holds the
whole model after every edit, not only after a clean close, so it can be copied, mailed and put on a
network folder (a write-ahead log needs memory shared by all programs), and it opens where nothing
may be written. ``synchronous = EXTRA`` also flushes the folder when the journal is deleted; without
it a power cut could take back an edit that was shown. An edit then costs a few flushes of the disk.
"""

import contextlib
import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from meshmodel.model.atomic_file import new_draft, sync_folder
from meshmodel.model.errors import StoreError
from meshmodel.model.text import one_line

APPLICATION_ID: Final = 0x4D455348
"""The word MESH in the file's header."""

SCHEMA_VERSION: Final = 3
"""The version of the tables that this program writes (``user_version``), and the newest migration."""

BUSY_TIMEOUT: Final = 2.0
"""Seconds to wait for another program that is writing."""

_NAME_LIMIT: Final = 240
"""Bytes; SQLite needs room for the name of its journal, and most systems allow 255."""

_VALUE_LIMIT: Final = 16 * 1024 * 1024

_SETTINGS: Final = (
    "trusted_schema = OFF",  # nothing in the file's schema may call a function with side effects
    "cell_size_check = ON",
    "mmap_size = 0",
    "foreign_keys = ON",
    "synchronous = EXTRA",
    "fullfsync = ON",
    "temp_store = MEMORY",
)


def path_text(path: Path) -> str:
    """A path in an error line."""
    return one_line(path, 300)


def identity(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to now, or ``None``."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def absolute_path(path: str | os.PathLike[str]) -> Path:
    """Absolute, its folder resolved; what the name itself may link to is not followed."""
    given = Path(path)
    try:
        return given.parent.resolve() / given.name
    except (OSError, ValueError, RuntimeError) as error:
        raise StoreError(f"{path_text(given)}: is no usable path") from error


def resolve_path(path: str | os.PathLike[str]) -> Path:
    """Absolute, symbolic links followed."""
    given = Path(path)
    try:
        return given.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise StoreError(f"{path_text(given)}: is no usable path") from error


def check_header(path: Path) -> None:
    """See that a file is a model of a version that can be opened, without touching it.

    A version is not judged while a rollback journal lies beside the file: after a kill, what stands in
    the file may be half of a migration that is yet to be rolled back. ``schema_version`` knows it then.

    To be called while no store of this process is in a transaction: closing a file makes a system
    forget the locks that the process has on it.

    Raises:
        StoreError: there is no file, it is no model, or it was made by a newer version.
    """
    name = path_text(path)
    try:
        found = path.stat()
    except FileNotFoundError:
        raise StoreError(f"{name}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{name}: cannot be opened: {_reason(error)}") from None
    if stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{name}: is a folder, not a model file")
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{name}: is no ordinary file, so it is no model")
    if found.st_size == 0:
        raise StoreError(f"{name}: is empty, so it is no model")
    if not os.access(path, os.R_OK):
        raise StoreError(f"{name}: may not be read; ask for the right to read it")
    # The bytes themselves: what SQLite says of a file that another program is writing, or was when
    # it was killed, would need locks and repair, and this may be another program's database.
    with store_errors(path), path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise StoreError(f"{name}: is not a model file (models are .mesh or .toml files)")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise StoreError(f"{name}: is a database of another program, not a model file")
    for ending in ("-journal", "-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if os.path.lexists(beside) and not beside.is_file():
            raise StoreError(
                f"{name}: cannot be opened beside {one_line(beside.name)}, which is no ordinary file; "
                "move that away"
            )
    if not journal_of(path).exists():
        _check_version(int.from_bytes(header[60:64], "big", signed=True), name)


def schema_version(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of an open file, after what a kill left undone was rolled back.

    Raises:
        StoreError: it was made by a newer version, or has none.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    _check_version(version, path_text(path))
    return version


def _check_version(version: int, name: str) -> None:
    if version > SCHEMA_VERSION:
        raise StoreError(f"{name}: was made by a newer version of meshmodel; update meshmodel to open it")
    if version < 1:
        raise StoreError(f"{name}: has no schema version, so it is damaged; restore it from a copy")


def journal_of(path: Path) -> Path:
    """Where SQLite keeps what it needs to roll a transaction back."""
    return path.with_name(path.name + "-journal")


def roll_back(path: Path) -> None:
    """Undo what a program did not finish that was killed in the middle of an edit or a migration.

    SQLite does so when it reads the file, but not through a connection that is for reading only.
    """
    if journal_of(path).exists() and not unwritable_part(path):
        with contextlib.closing(connect(path, read_only=False)) as raw:
            raw.execute("PRAGMA user_version").fetchone()


def unwritable_part(path: Path) -> str:
    """Why no edit could be saved: ``file`` or, where the rollback journal goes, ``folder``; else nothing."""
    if not os.access(path, os.W_OK):
        return "file"
    return "" if os.access(path.parent, os.W_OK | os.X_OK) else "folder"


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection with the settings above; its transactions are begun and ended in plain SQL."""
    address = _address(path, "mode=ro" if read_only else "mode=rw")
    raw = sqlite3.connect(
        address,
        uri=True,
        timeout=BUSY_TIMEOUT,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    return _configure(raw)


def connect_copy(path: Path) -> sqlite3.Connection:
    """A connection to a copy in memory: what may not be written can still be migrated there."""
    raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    with contextlib.closing(
        sqlite3.connect(_address(path, "mode=ro"), uri=True, timeout=BUSY_TIMEOUT)
    ) as source:
        source.backup(raw)
    return _configure(raw)


def _configure(raw: sqlite3.Connection) -> sqlite3.Connection:
    try:
        raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_LIMIT)
        raw.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        if sys.version_info >= (3, 12):
            raw.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        for setting in _SETTINGS:
            raw.execute(f"PRAGMA {setting}")
    except BaseException:
        raw.close()
        raise
    return raw


def remove_other_journals(connection: sqlite3.Connection, path: Path) -> None:
    """Take back a write-ahead log that another tool has set, and an empty journal left by a kill.

    SQLite ignores a rollback journal that was begun but guards nothing yet, and leaves it lying
    there until the next write: so there is one, of what is written there already.
    """
    if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
        connection.execute("PRAGMA journal_mode = DELETE")
    left = journal_of(path)
    if left.exists():
        connection.execute("BEGIN IMMEDIATE")  # whoever is writing now has finished then
        if left.exists():
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")


def set_busy_timeout(connection: sqlite3.Connection, seconds: float) -> None:
    """How long from now on to wait for another program that is writing."""
    connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def data_version(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection has written to the file."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """What is done inside, whole or not at all.

    Args:
        connection: not in a transaction.
        begin: the statement that begins it, as it is to be locked.
    """
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After some errors SQLite has rolled back by itself.
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system raise into one line that says what to do."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path_text(path)}: {_reason(error)}") from error
    except Exception as error:
        cause = sqlite_error(error)
        if cause is None:
            raise
        raise StoreError(f"{path_text(path)}: {_advice(cause)}") from error


def sqlite_error(error: Exception) -> Exception | None:
    """What SQLite has raised, by itself or in the words of SQLAlchemy; ``None``: it was not SQLite.

    SQLite quotes broken names in its messages, which then cannot be decoded.
    """
    cause = getattr(error, "orig", error)  # as SQLAlchemy calls it, which need not be imported here
    return cause if isinstance(cause, sqlite3.Error | UnicodeError) else None


def is_busy(error: Exception) -> bool:
    """Whether another program is writing right now."""
    code = int(getattr(sqlite_error(error), "sqlite_errorcode", 0)) & 0xFF
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _advice(error: object) -> str:
    extended = int(getattr(error, "sqlite_errorcode", 0))
    if extended == sqlite3.SQLITE_READONLY_ROLLBACK:
        return "a program stopped in the middle of an edit; open it once where it can be written"
    return {
        sqlite3.SQLITE_BUSY: f"another program has been using it for {BUSY_TIMEOUT:.0f} seconds; try again",
        sqlite3.SQLITE_LOCKED: "another program is using it; try again",
        sqlite3.SQLITE_READONLY: "is read-only, or its folder is; nothing was changed",
        sqlite3.SQLITE_FULL: "the disk is full; nothing was changed",
        sqlite3.SQLITE_IOERR: "reading or writing failed; nothing was changed",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened; see whether the file and its folder may be used",
        sqlite3.SQLITE_PERM: "may not be opened; ask for the right to",
        sqlite3.SQLITE_NOTADB: "is not a model file, or is damaged; restore it from a copy",
        sqlite3.SQLITE_CONSTRAINT: "its rows contradict one another; nothing was changed",
    }.get(extended & 0xFF, "is damaged; restore it from a copy")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return one_line(error)


def _address(path: Path, query: str) -> str:
    # as_uri quotes ?, # and % and every byte that is no plain letter.
    return f"{path.as_uri()}?{query}"


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A file to fill beside ``path``, which then becomes ``path`` at once, or nothing does.

    Raises:
        StoreError: something is there already, or the folder cannot be written.
    """
    name = path_text(path)
    if len(os.fsencode(path.name)) > _NAME_LIMIT:
        raise StoreError(f"{name}: the name is too long; take at most {_NAME_LIMIT} bytes")
    if os.path.lexists(path):
        raise StoreError(f"{name}: already exists; choose another name, or delete it first")
    with contextlib.ExitStack() as made:
        try:
            draft = made.enter_context(new_draft(path.parent))
        except (OSError, ValueError) as error:
            raise StoreError(f"{name}: cannot be created: {_reason(error)}") from None
        yield draft
        try:
            _claim(draft, path)
        except FileExistsError:
            raise StoreError(f"{name}: already exists; choose another name, or delete it first") from None
    sync_folder(path.parent)


def _claim(draft: Path, path: Path) -> None:
    """Give the draft its name, unless that name is taken."""
    try:
        os.link(draft, path)  # unlike a rename it fails where something is
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        draft.replace(path)
