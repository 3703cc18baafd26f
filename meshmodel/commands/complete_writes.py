"""Makes each write to standard output and standard error complete, or an error.

Python does not: unbuffered (``PYTHONUNBUFFERED``, ``python -u``) it writes once, and drops
what the system did not take of it: a full disk or a reader that went away is then no error at all. And
where the descriptor does not block (a parent that made it so shares it), it fails as soon as a pipe is full.
"""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_NAMES: Final = ("stdout", "stderr")


class _CompleteWrites(io.FileIO):
    """A file that repeats writes until all bytes are written; it does not close its descriptor."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)

    def write(self, content: "ReadableBuffer", /) -> int:
        """Write all of it and wait for a full pipe; raises OSError where that cannot be."""
        left = memoryview(content).cast("B")
        size = len(left)
        while left:
            written = super().write(left)
            if written is None:  # it does not block, and is full
                self._wait()
            else:
                left = left[written:]
        return size

    def _wait(self) -> None:
        from select import POLLOUT, poll

        waiting = poll()
        waiting.register(self, POLLOUT)
        waiting.poll()


@contextmanager
def complete_writes() -> Iterator[None]:
    """Replace ``sys.stdout`` and ``sys.stderr`` for a while by streams whose writes are complete.

    That holds for what others write there too, such as the help of argparse. Characters that the encoding
    does not have are written as escapes. A stream that is no file, as tests have it, is left as it is.
    """
    before = {name: getattr(sys, name) for name in _NAMES}
    for name, stream in before.items():
        setattr(sys, name, _with_complete_writes(stream))
    try:
        yield
    finally:
        for name, stream in before.items():
            setattr(sys, name, stream)


def _with_complete_writes(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    stream.reconfigure(errors="backslashreplace")
    buffer = stream.buffer
    raw = getattr(buffer, "raw", buffer)
    if not isinstance(raw, io.FileIO):
        return stream
    stream.flush()
    whole = _CompleteWrites(raw.fileno())
    return io.TextIOWrapper(
        whole if raw is buffer else io.BufferedWriter(whole),
        stream.encoding,
        stream.errors,
        newline="\n",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
