"""Replaces an interchange file, unless it was changed since it was read."""

from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.model.errors import MeshmodelError

if TYPE_CHECKING:
    from meshmodel.model.snapshot import Snapshot


def read(path: Path) -> "tuple[bytes, Snapshot]":
    """The bytes of an interchange file, and the model in them; raises InvalidModelError."""
    from meshmodel.interchange.reader import file_content, read_bytes

    if str(path) == "-":
        raise MeshmodelError("-: standard input can be read, but not be changed; name a file")
    content = file_content(path)
    return content, read_bytes(content, str(path))


def rewrite(path: Path, content: bytes, before: "Snapshot", after: "Snapshot") -> str:
    """Write another model into an interchange file that is still as it was read.

    Args:
        path: of the file.
        content: the bytes that were read from it.
        before: the model in them.
        after: the model that it has then.

    Returns:
        A clause for the message if comments or layout were lost, else empty.

    Raises:
        StoreError: one line; it was changed meanwhile, or cannot be written there, and is as before.
    """
    from meshmodel.interchange import write_file, write_text

    was_canonical = content == write_text(before).encode("utf-8")
    write_file(path, after, instead_of=content)
    return "" if was_canonical else "; all of it was written anew in canonical form, without its comments"
