"""Changes a model in place, or replaces an interchange file that is still as it was read."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.model.errors import MeshmodelError, StoreError
from meshmodel.model.source import Source
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.edits.edit import Edit
    from meshmodel.model.records import Snapshot


def change(source: Source, edit_of: "Callable[[Snapshot], Edit | None]") -> str:
    """Apply an edit to a model of either kind: to a model file as one edit that undo takes back.

    Args:
        source: of the model.
        edit_of: gives the edit for the model in the file; ``None``: leave it as it is.

    Returns:
        A clause for the message if comments or layout of an interchange file were lost, else empty.

    Raises:
        MeshmodelError: one line; the file cannot be read or changed, and is as before.
    """
    from meshmodel.edits.edit import apply_edit
    from meshmodel.store.load import is_model_file

    if not is_model_file(source):
        content, snapshot = read(source.path)
        edit = edit_of(snapshot)
        return "" if edit is None else rewrite(source.path, content, snapshot, apply_edit(snapshot, edit))
    from meshmodel.store.store import Store

    with Store.open(source) as store:
        if store.read_only:
            raise StoreError(
                f"{one_line(source)}: may only be read, so nothing can be changed in it{store.no_right}"
            )
        edit = edit_of(store.snapshot)
        if edit is not None:
            store.apply(edit)
    return ""


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
