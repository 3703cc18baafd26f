"""Files of SQLite: checks a file before it is opened, connects to it, and creates a new one whole.

Why these settings. The rollback journal (``DELETE``) and not a write-ahead log: one file holds the
whole model after every edit, not only after a clean close, so it can be copied, mailed and put on a
network folder (a write-ahead log needs memory shared by all programs), and it opens in a folder
that is read-only. ``synchronous = EXTRA`` also flushes the folder when the journal is deleted; without
it a power cut could take back an edit that was reported as saved. An edit costs a few flushes of the
disk.
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
from meshmodel.store.database import BusyError

APPLICATION_ID: Final = 0x4D455348
"""``MESH`` in ASCII, in the header of the file: tells model files from other databases."""

_REVISIONS: Final = Path(__file__).parent.joinpath("migrations", "versions").glob("revision_*.py")
_VERSIONS: Final = sorted(int(each.name.split("_")[1]) for each in _REVISIONS)
SCHEMA_VERSION: Final = _VERSIONS[-1]
"""The version of the tables that this program writes (``user_version``): that of the newest migration."""

BUSY_TIMEOUT: Final = 2.0
"""Seconds to wait for a lock that another program holds."""

OPEN_TIMEOUT: Final = 10.0
"""The same in all while a file is opened: where many edit at once, SQLite gives its lock to any of them."""

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
    """A path as errors name it: one line of at most 300 characters."""
    return one_line(path, 300)


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode number of the file that a path leads to now; ``None`` where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def absolute_path(path: str | os.PathLike[str]) -> Path:
    """The absolute path, links in its folder followed, but not one that the name itself is.

    Raises:
        StoreError: it is no usable path.
    """
    given = Path(path)
    try:
        return given.parent.resolve() / given.name
    except (OSError, ValueError, RuntimeError) as error:
        raise StoreError(f"{path_text(given)}: is no usable path") from error


def resolve_path(path: str | os.PathLike[str]) -> Path:
    """The absolute path, all symbolic links followed; raises StoreError where it is no usable path."""
    given = Path(path)
    try:
        return given.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise StoreError(f"{path_text(given)}: is no usable path") from error


def check_header(path: Path) -> None:
    """Refuse a file that is no model, or of a newer version, by reading the first 100 bytes of it.

    The version is not checked while a rollback journal lies beside the file: after a kill, the header
    may be that of a migration that is yet to be rolled back. ``schema_version`` checks it afterwards.

    No store of this process may be in a transaction: POSIX drops all locks that a process has on a file
    when it closes any descriptor of it.

    Raises:
        StoreError: there is no file, it is no model, or it was made by a newer version.
    """
    name = path_text(path)
    try:
        found = path.stat()
    except FileNotFoundError:
        raise StoreError(f"{name}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{name}: cannot be opened: {reason_of(error)}") from None
    if stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{name}: is a folder, not a model file")
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{name}: is no ordinary file, so it is no model")
    if found.st_size == 0:
        raise StoreError(f"{name}: is empty, so it is no model")
    if not os.access(path, os.R_OK):
        raise StoreError(f"{name}: may not be read; ask for the right to read it")
    # Not by a query: SQLite would lock the file and roll back what a killed program left, and this may
    # be the database of another program.
    with store_errors(path), path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise StoreError(
            f"{name}: is not a model file (models are .mesh or .toml files); "
            "meshmodel import makes a model of files of other programs"
        )
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
        check_version(int.from_bytes(header[60:64], "big", signed=True), name)


def schema_version(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of an open file; reading it makes SQLite roll back what a killed program left.

    Raises:
        StoreError: it was made by a newer version, or has none.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    check_version(version, path_text(path))
    return version


def check_version(version: int, name: str) -> None:
    """Refuse tables that this program cannot bring forward.

    Raises:
        StoreError: they were made by a newer version, or by one before the first migration, or have none.
    """
    if version > SCHEMA_VERSION:
        raise StoreError(f"{name}: was made by a newer version of meshmodel; update meshmodel to open it")
    if version < 1:
        raise StoreError(f"{name}: has no schema version, so it is damaged; restore it from a copy")
    if version < _VERSIONS[0]:
        raise StoreError(
            f"{name}: was made before version 0.6; run “meshmodel copy OLD.mesh NEW.mesh” of version 0.7.0, "
            "and open the copy"
        )


def journal_of(path: Path) -> Path:
    """The path of the rollback journal of a file."""
    return path.with_name(path.name + "-journal")


def roll_back(path: Path) -> None:
    """Roll back the transaction of a program that was killed in the middle of an edit or a migration.

    SQLite does so when the file is read, but not through a read-only connection. A program that is killed
    before it has changed anything leaves an empty or zeroed journal. SQLite removes that with the next write
    only, so the version that the file has is written again.
    """
    left = journal_of(path)
    if not left.exists() or unwritable_part(path):
        return
    with contextlib.closing(connect(path, read_only=False)) as raw:
        version = schema_version(raw, path)
        set_busy_timeout(raw, 0)
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if is_busy(error):  # whoever is writing now removes it
                return
            raise
        if left.exists():
            raw.execute(f"PRAGMA user_version = {version}")
        raw.execute("COMMIT")


def unwritable_part(path: Path) -> str:
    """What keeps edits from being saved: ``file`` or ``folder``, which takes the journal; else empty."""
    if not os.access(path, os.W_OK):
        return "file"
    return "" if os.access(path.parent, os.W_OK | os.X_OK) else "folder"


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection to a file; it begins no transaction by itself.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
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
    """A connection to a copy of a file in memory, where a file that is read-only can be migrated."""
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


def turn_off_log(connection: sqlite3.Connection) -> None:
    """Turn off a write-ahead log that another tool has set."""
    if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
        connection.execute("PRAGMA journal_mode = DELETE")


def set_busy_timeout(connection: sqlite3.Connection, seconds: float) -> None:
    """Set for how many seconds the connection waits for a lock that another program holds."""
    connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def data_version(connection: sqlite3.Connection) -> int:
    """A number that is another one when another connection has written to the file."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """A transaction: committed at the end, rolled back if anything is raised in it.

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
def store_errors(path: Path, waited: float = BUSY_TIMEOUT) -> Iterator[None]:
    """Raise errors of SQLite and of the system as StoreError: one line with the path and what to do.

    Args:
        path: the file.
        waited: for how many seconds a lock was waited for.
    """
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path_text(path)}: {reason_of(error)}") from error
    except Exception as error:
        cause = sqlite_error(error)
        if cause is None:
            raise
        refused = BusyError if is_busy(error) else StoreError
        raise refused(f"{path_text(path)}: {_advice(cause, waited)}") from error


def sqlite_error(error: Exception) -> Exception | None:
    """The error of SQLite behind an exception of ``sqlite3`` or SQLAlchemy; ``None`` behind others.

    It may be a UnicodeError: SQLite quotes names from a damaged file, which may be no UTF-8.
    """
    cause = getattr(error, "orig", error)  # as SQLAlchemy calls it, which need not be imported here
    return cause if isinstance(cause, sqlite3.Error | UnicodeError) else None


def is_busy(error: Exception) -> bool:
    """Whether the error says that another program holds a lock."""
    code = int(getattr(sqlite_error(error), "sqlite_errorcode", 0)) & 0xFF
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _advice(error: object, waited: float) -> str:
    extended = int(getattr(error, "sqlite_errorcode", 0))
    if extended == sqlite3.SQLITE_READONLY_ROLLBACK:
        return "a program stopped in the middle of an edit; open it once where it can be written"
    return {
        sqlite3.SQLITE_BUSY: f"another program has been using it for {waited:.0f} seconds; try again",
        sqlite3.SQLITE_LOCKED: "another program is using it; try again",
        sqlite3.SQLITE_READONLY: "is read-only, or its folder is; nothing was changed",
        sqlite3.SQLITE_FULL: "the disk is full; nothing was changed",
        sqlite3.SQLITE_IOERR: "reading or writing failed; nothing was changed",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened; see whether the file and its folder may be used",
        sqlite3.SQLITE_PERM: "may not be opened; ask for the right to",
        sqlite3.SQLITE_NOTADB: "is not a model file, or is damaged; restore it from a copy",
        sqlite3.SQLITE_CONSTRAINT: "its rows contradict one another; nothing was changed",
    }.get(extended & 0xFF, "is damaged; restore it from a copy")


def reason_of(error: Exception) -> str:
    """Why something of the system failed, in a line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return one_line(error)


def _address(path: Path, query: str) -> str:
    # as_uri quotes ?, # and % and every byte that is no plain letter.
    return f"{path.as_uri()}?{query}"


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A draft beside ``path``, to be filled; it is renamed to ``path`` at the end, unless an error is raised.

    Args:
        path: absolute; nothing may be there.

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
            raise StoreError(f"{name}: cannot be created: {reason_of(error)}") from None
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


SCHEMA_FILE: Final = Path(__file__).with_name("schema.sql")
SCHEMA: Final = SCHEMA_FILE.read_text(encoding="utf-8")
"""The statements that ``tables`` compiles to, which need not be imported here."""


def create_tables(raw: sqlite3.Connection) -> None:
    """Create all tables and indexes of this schema version, as the migrations would have made them.

    Args:
        raw: an empty file, in a transaction or not.
    """
    for statement in SCHEMA.split(";"):
        raw.execute(statement)
    raw.execute("INSERT INTO alembic_version VALUES (?)", (str(SCHEMA_VERSION),))
    raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
