"""Replacing an interchange file, and saying what of it is lost by that."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meshmodel.model.snapshot import Snapshot


def rewrite(path: Path, before: "Snapshot", after: "Snapshot") -> str:
    """Write another model into an interchange file; what was in it beside the model and is not now.

    Args:
        path: of the file.
        before: the model that was read from it.
        after: the model that it has then.

    Returns:
        Words to add to what is said of it, or nothing.

    Raises:
        StoreError: one line; it cannot be written there, and is as before.
    """
    from meshmodel.store.interchange import write_file, write_text

    try:
        was_canonical = path.read_bytes() == write_text(before).encode("utf-8")
    except OSError:  # then writing it will fail too, or there is nothing to lose
        was_canonical = True
    write_file(path, after)
    return "" if was_canonical else "; all of it was written anew in canonical form, without its comments"
