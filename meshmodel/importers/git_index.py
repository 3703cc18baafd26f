"""Which files git tracks: the names in ``.git/index``, and nothing else of a repository.

Source: git's own documentation, gitformat-index, versions 2 to 4. What is not written so, is larger than
``INDEX_LIMIT``, or lies elsewhere (of a worktree or a submodule ``.git`` is a file; a split index keeps names
in another one) is not read, and every file is assumed to be tracked.
"""

import hashlib
import os
from functools import partial
from pathlib import Path
from typing import Final

from meshmodel.model.open_file import open_file, real_path

INDEX_LIMIT: Final = 16 << 20
"""The most bytes of an index that are read: those of some 150,000 files."""
_NAMES_LIMIT: Final = 4 * INDEX_LIMIT
"""The most bytes of all names: in version 4 each can repeat most of the one before."""
_OTHER: Final = "it is not written as gitformat-index says"
_HEADER: Final = 12
_BEFORE_HASH: Final = 40
"""Bytes of an entry before the hash: times, device, mode, owner and size."""
_EXTENDED: Final = 0x4000
"""The flag of an entry with 16 more flags."""


def repository_of(path: Path) -> Path | None:
    """The folder of the repository that a file lies in; ``None``: of none."""
    return next((each for each in path.parents if (each / ".git").exists()), None)


class Repositories:
    """The repositories of one import; each index is read once, when it is asked for."""

    def __init__(self, _: object = None) -> None:
        self._names: dict[Path, frozenset[bytes] | None] = {}

    def tracked(self, path: Path) -> Path | None:
        """A file as seen from the repository that tracks it, or may; ``None``: none does."""
        path = Path(real_path(path))
        root = repository_of(path)
        if root is None:
            return None
        if root not in self._names:
            self._names[root] = _read(root / ".git" / "index")
        names = self._names[root]
        below = path.relative_to(root)
        name = os.fsencode(below.as_posix())
        folders = (name[: at + 1] for at, each in enumerate(name) if each == ord("/"))  # of a sparse index
        return below if names is None or name in names or any(each in names for each in folders) else None


def _read(index: Path) -> frozenset[bytes] | None:
    """The names in an index; ``None`` where it cannot be read; a repository without one tracks nothing."""
    try:
        if not index.is_file():
            return frozenset() if index.parent.is_dir() and not index.exists() else None
        with open_file(index) as file:
            content = file.read(INDEX_LIMIT + 1)
        return names_in(content) if len(content) <= INDEX_LIMIT else None
    except (OSError, ValueError):
        return None


def names_in(content: bytes) -> frozenset[bytes]:
    """The names in an index, with slashes, as bytes.

    Raises:
        ValueError: it is not written as gitformat-index says.
    """
    version, count = int.from_bytes(content[4:8]), int.from_bytes(content[8:_HEADER])
    size = _hash_size(content)
    if content[:4] != b"DIRC" or version not in {2, 3, 4}:
        raise ValueError(_OTHER)
    end, left = len(content) - size, _NAMES_LIMIT
    found, at, name = set[bytes](), _HEADER, b""
    for _ in range(count):
        flags = at + _BEFORE_HASH + size
        if flags + 4 > end:
            raise ValueError(_OTHER)
        begin = flags + (4 if content[flags] << 8 & _EXTENDED and version > 2 else 2)
        keep = 0
        if version == 4:
            dropped, begin = _number(content, begin)
            keep = len(name) - dropped
        stop = content.find(b"\0", begin, end)
        left -= keep + stop - begin
        if stop < 0 or keep < 0 or left < 0:
            raise ValueError(_OTHER)
        name = name[:keep] + content[begin:stop]
        found.add(name)
        at = stop + 1 if version == 4 else at + (stop - at + 8) // 8 * 8
    if any(each == b"link" for each in _extensions(content, at, end)):
        raise ValueError(_OTHER)
    return frozenset(found)


def _hash_size(content: bytes) -> int:
    """The bytes of a hash, which the checksum at the end tells: of SHA-1, or of SHA-256.

    With ``index.skipHash`` there are zeros in its place; these are read as of SHA-1.
    """
    sha1 = partial(hashlib.sha1, usedforsecurity=False)
    for make in (sha1, hashlib.sha256):
        size = make().digest_size
        if make(content[:-size]).digest() == content[-size:]:
            return size
    if content[-20:] == bytes(20) and len(content) > _HEADER:
        return 20
    raise ValueError(_OTHER)


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A number of variable width, as of offsets in a pack, and where it ends."""
    number = -1
    while True:
        if at >= len(content) or number > len(content):
            raise ValueError(_OTHER)
        byte = content[at]
        number, at = number + 1 << 7 | byte & 0x7F, at + 1
        if byte < 0x80:
            return number, at


def _extensions(content: bytes, at: int, end: int) -> list[bytes]:
    """The names of the extensions after the entries."""
    found = []
    while at + 8 <= end:
        found.append(content[at : at + 4])
        at += 8 + int.from_bytes(content[at + 4 : at + 8])
    return found
