"""Replaces files atomically: a reader, or a kill, finds the old content or the new, never a part.

Every file that the program writes goes through here, those too that must be written in place: exports,
interchange files and the state of the workbench by ``replace_file``, new model files by ``new_draft``.
Drafts lie beside what they become and are called ``.meshmodel-`` and 16 digits. Each is locked as long as
its program runs, so the next writer in the folder can tell which ones a killed program left, and removes
them.
"""

import contextlib
import errno
import os
import re
import select
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from meshmodel.model.errors import StoreError
from meshmodel.model.text import one_line

if sys.platform != "win32":  # which has no such locks: nothing is locked there, and no leftover removed
    import fcntl

LOCK_WAIT: Final = 10.0
"""Seconds to wait for another program that writes in the same folder."""

_DRAFT: Final = re.compile(r"\.meshmodel-[0-9a-f]{16}")
_JOURNAL: Final = "-journal"
_LINKS: Final = 40
"""Symbolic links that are followed, as the system does."""
_STREAMS: Final[Mapping[str, int]] = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR: Final = re.compile(r"/(?:dev|proc/([a-z0-9-]{1,20}))/fd/([0-9]{1,9})")


def replace_file(path: str | Path, content: bytes, *, instead_of: bytes | None = None) -> None:
    """Replace the content of a file in one step, or create it.

    An existing file keeps its mode and its owner; a symbolic link stays one, and what it points to is
    replaced. Only where a file has further names (hard links) or an owner that cannot be given to a new
    one, it is written in place, which a kill can leave half done. What is no ordinary file (a device, a
    pipe) is written into and stays what it is; so is what is open already (``/dev/stdout``), where that is.

    Args:
        path: of the file.
        content: all of the new content.
        instead_of: the content that the file must have before; by default any.

    Raises:
        StoreError: one line; it cannot be written there, or holds something else than ``instead_of``.
            It is as before, and nothing is left behind.
    """
    with _refusing(path), contextlib.ExitStack() as stack:
        _staged(path, content, stack, set(), instead_of)()


def replace_files(files: Mapping[Path, bytes], new_folder: Path | None = None) -> None:
    """Replace the contents of files that belong together, each as ``replace_file`` does, in their order.

    None is replaced before all that can lie beside what they become.

    Args:
        files: the contents by path; what refers to the others comes last.
        new_folder: of some of them, created if it is not there.

    Raises:
        StoreError: the folder cannot be created, or a file not be written.
    """
    locked: set[Path] = set()
    with contextlib.ExitStack() as stack:
        if new_folder is not None:
            stack.callback(_make_folder(new_folder))
        puts = []
        for path, content in files.items():
            with _refusing(path):
                puts.append((path, _staged(path, content, stack, locked)))
        for path, put in puts:
            with _refusing(path):
                put()


def _make_folder(folder: Path) -> Callable[[], None]:
    """Make a folder; what removes it again if nothing came into it, and does nothing if it was there."""
    was_there = folder.is_dir()
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        reason = one_line(error.strerror)
        raise StoreError(f"{one_line(folder, 400)}: cannot be made a folder: {reason}") from None

    def remove() -> None:
        with contextlib.suppress(OSError):
            if not was_there:
                folder.rmdir()

    return remove


def descriptor_of(path: str | Path) -> int | None:
    """The number of the open file that a path stands for, as ``/dev/stdout`` does; ``None`` for any other.

    Opened by such a path, a file that the shell appends to would be overwritten from its beginning.
    """
    here = os.path.abspath(path)  # noqa: PTH100  # which follows no link
    for _ in range(_LINKS):
        if here in _STREAMS:
            return _STREAMS[here]
        found = _DESCRIPTOR.fullmatch(here)
        if found is not None and found[1] in {None, "self", "thread-self", str(os.getpid())}:
            return int(found[2])
        try:
            here = os.path.normpath(os.path.join(os.path.dirname(here), os.readlink(here)))  # noqa: PTH115, PTH118, PTH120  # links are looked at one by one
        except (OSError, ValueError):
            return None
    return None


@contextlib.contextmanager
def _refusing(path: str | Path) -> Iterator[None]:
    """Say in one line why a file cannot be written."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise StoreError(f"{one_line(path, 400)}: cannot be written: {one_line(reason)}") from None


@contextlib.contextmanager
def new_draft(folder: Path) -> Iterator[Path]:
    """An empty file in a folder, to be filled and then linked or renamed; this name is removed at the end.

    Drafts that killed programs have left in the folder are removed.

    Raises:
        OSError: it cannot be created there.
    """
    with _folder_lock(folder):
        draft, handle = _create_draft(folder, 0o666)
    try:
        yield draft
    finally:
        os.close(handle)
        _remove_draft(draft)


def _staged(
    path: str | Path,
    content: bytes,
    stack: contextlib.ExitStack,
    locked: set[Path],
    instead_of: bytes | None = None,
) -> Callable[[], None]:
    """Write a draft beside a file; what puts it in place of the file, as ``replace_file`` does."""
    number = descriptor_of(path)
    if number is not None:
        return partial(_write_to_descriptor, number, content)
    found = _status(path)
    if found is not None and not stat.S_ISREG(found.st_mode):
        return partial(_write_into, path, content)
    target = Path(os.path.realpath(path))
    if target.parent not in locked:
        stack.enter_context(_folder_lock(target.parent))
        locked.add(target.parent)
    if instead_of is not None and target.read_bytes() != instead_of:
        raise StoreError(
            f"{one_line(path, 400)}: was changed by another program meanwhile; "
            "nothing was written, do it again"
        )
    before = _status(target)
    if before is not None and before.st_nlink > 1:
        return partial(_write_in_place, target, content)
    draft, handle = _create_draft(target.parent, 0o666 if before is None else 0o600)
    stack.callback(_remove_draft, draft)
    try:
        if before is not None and not _copy_owner(handle, before):
            return partial(_write_in_place, target, content)
        _write_all(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    return partial(_put, draft, target)


def _put(draft: Path, target: Path) -> None:
    draft.replace(target)
    sync_folder(target.parent)


def _status(path: str | Path) -> os.stat_result | None:
    try:
        return Path(path).stat()
    except FileNotFoundError:
        return None


def _create_draft(folder: Path, mode: int) -> tuple[Path, int]:
    """A new draft and its open descriptor, which keeps it locked; called with the folder locked."""
    draft = folder / f".meshmodel-{os.urandom(8).hex()}"
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), mode)
    _lock(handle)
    return draft, handle


def _copy_owner(handle: int, before: os.stat_result) -> bool:
    """Give a new file the owner and mode of the one that it replaces; returns whether it has them."""
    if hasattr(os, "fchown"):
        made = os.fstat(handle)
        try:
            if (made.st_uid, made.st_gid) != (before.st_uid, before.st_gid):
                os.fchown(handle, before.st_uid, before.st_gid)
        except PermissionError:
            return False
        os.fchmod(handle, stat.S_IMODE(before.st_mode))
    return True


def _write_in_place(target: Path, content: bytes) -> None:
    """Overwrite a file that a renamed draft cannot replace: with hard links, or of another owner.

    Not atomic: a kill can leave a part of the content.
    """
    handle = os.open(target, os.O_WRONLY | getattr(os, "O_BINARY", 0))
    try:
        if content and hasattr(os, "posix_fallocate"):
            _reserve(handle, len(content))
        _write_all(handle, content)
        os.truncate(handle, len(content))
        os.fsync(handle)
    finally:
        os.close(handle)


def _reserve(handle: int, size: int) -> None:
    """See that the disk has room before anything of the old content is lost; raises OSError."""
    before = os.fstat(handle).st_size
    try:
        os.posix_fallocate(handle, 0, size)
    except OSError as error:
        os.truncate(handle, before)
        if error.errno not in {errno.EINVAL, errno.EOPNOTSUPP}:  # a file system that reserves nothing
            raise


def _write_into(path: str | Path, content: bytes) -> None:
    """Write to a device or a pipe; a pipe that nobody reads is an error and not waited for."""
    try:
        handle = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "nobody reads from it") from None
        raise
    try:
        if hasattr(os, "set_blocking"):
            os.set_blocking(handle, True)
        _write_all(handle, content)
    finally:
        os.close(handle)


def _write_to_descriptor(number: int, content: bytes) -> None:
    """Write to what is open already, behind all that was said there."""
    if sys.stdout is not None:
        sys.stdout.flush()
    handle = os.dup(number)
    try:
        _write_all(handle, content)
    finally:
        os.close(handle)


def _write_all(handle: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        try:
            left = left[os.write(handle, left) :]
        except BlockingIOError:  # a full pipe that whoever opened it made so
            select.select([], [handle], [])


@contextlib.contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    """Lock a folder against other writers, and remove drafts that killed programs have left there."""
    handle = None
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # one that may be written to but not listed is not locked
            handle = os.open(folder, os.O_RDONLY)
    try:
        if handle is not None:
            _wait_for_lock(handle)
            _remove_leftovers(folder)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _wait_for_lock(handle: int) -> None:
    until = time.monotonic() + LOCK_WAIT
    while _lock(handle) is False:
        if time.monotonic() > until:
            raise OSError(errno.EAGAIN, "another program is writing in the folder; try again")
        time.sleep(0.02)


def _lock(handle: int) -> bool | None:
    """Lock a file or folder until its descriptor is closed.

    Returns:
        Whether that could be, which it cannot while another program has; ``None``: there are no locks.
    """
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None
    return True


def _remove_leftovers(folder: Path) -> None:
    """Remove the drafts of programs that were killed; what cannot be removed stays."""
    with contextlib.suppress(OSError):
        names = [each.name for each in folder.glob(".meshmodel-*")]
        for name in names:
            if _DRAFT.fullmatch(name):
                _remove_unless_locked(folder / name)
            elif _DRAFT.fullmatch(name.removesuffix(_JOURNAL)) and name.removesuffix(_JOURNAL) not in names:
                (folder / name).unlink(missing_ok=True)


def _remove_unless_locked(draft: Path) -> None:
    with contextlib.suppress(OSError):
        if not stat.S_ISREG(draft.lstat().st_mode):
            return
        handle = os.open(draft, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        try:
            if _lock(handle):
                _remove_draft(draft)
        finally:
            os.close(handle)


def _remove_draft(draft: Path) -> None:
    draft.unlink(missing_ok=True)
    draft.with_name(draft.name + _JOURNAL).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush a folder to disk, so that a new name in it survives a power cut; errors are ignored."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
