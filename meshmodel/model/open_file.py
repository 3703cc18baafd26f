"""Opens files for reading; of a named pipe without a writer it waits for one at most two seconds."""

import errno
import io
import os
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from meshmodel.model.errors import MeshmodelError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIPE_WAIT: Final = 2.0
"""Seconds to wait until a program opens a named pipe for writing."""
SMALL_LIMIT: Final = 1_000_000
"""Bytes of a file that the program keeps for itself, at most."""


class _Pipe(io.FileIO):
    """A named pipe whose first read waits for a writer at most ``PIPE_WAIT`` seconds."""

    _has_a_writer = False

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        """Read what is there; raises OSError where nobody opens the pipe for writing in time."""
        until = time.monotonic() + PIPE_WAIT
        while not self._has_a_writer:
            count = super().readinto(buffer)
            if count == 0:  # what a pipe without a writer gives; one that waits for its writer gives None
                if time.monotonic() > until:
                    raise OSError(errno.EPIPE, "nobody writes into this pipe")
                time.sleep(0.02)
                continue
            self._has_a_writer = True
            os.set_blocking(self.fileno(), True)
            if count:
                return count
        return super().readinto(buffer)


def open_file(path: str | Path) -> io.BufferedReader:
    """Open a file for reading bytes.

    Raises:
        OSError: it cannot be opened. Reading raises it for a named pipe that has no writer.
        ValueError: the path is not valid.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if stat.S_ISFIFO(os.fstat(handle).st_mode):
            return io.BufferedReader(_Pipe(handle))
        if hasattr(os, "set_blocking"):
            os.set_blocking(handle, True)
        return io.BufferedReader(io.FileIO(handle))
    except BaseException:
        os.close(handle)
        raise


def standard_input() -> BinaryIO:
    """The bytes of standard input.

    Raises:
        MeshmodelError: it was closed by whoever started the program.
    """
    if sys.stdin is None:
        raise MeshmodelError("standard input: is closed, so there is nothing to read; name a file")
    return sys.stdin.buffer


def real_path(path: str | Path) -> Path:
    """The absolute path with all symbolic links followed; a loop of links stays as it is.

    ``Path.resolve`` raises no OSError for such a loop.
    """
    return Path(os.path.realpath(path))


def read_small_file(path: Path) -> bytes:
    """The content of a file that the program keeps for itself.

    Raises:
        OSError: it cannot be read, or is too large for that.
    """
    with open_file(path) as file:
        data = file.read(SMALL_LIMIT + 1)
    if len(data) > SMALL_LIMIT:
        raise OSError(27, "is too large")
    return data
