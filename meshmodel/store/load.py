"""Loads a model of either kind: a model file (``.mesh``) or an interchange file (``.toml``)."""

import re
import tempfile
from pathlib import Path
from typing import Final, Literal

from meshmodel.interchange import read_file
from meshmodel.interchange.reader import read_bytes
from meshmodel.model.errors import StoreError
from meshmodel.model.records import Snapshot
from meshmodel.model.source import AnySource, Source
from meshmodel.model.text import one_line

_SQLITE: Final = b"SQLite format 3\0"
"""What every model file begins with."""
_INTERCHANGE: Final = re.compile(
    rb"^(?:\xef\xbb\xbf)?[ \t]*[\"']?format[\"']?[ \t]*=[ \t]*[\"']meshmodel/", re.MULTILINE
)
_LOOKED_AT: Final = 1 << 20
"""Bytes that are searched for the line ``format = …``, which stands before all tables."""

Kind = Literal["model file", "interchange file"]


def kind_by_content(path: str | Path) -> Kind | None:
    """What kind of model a file holds by its content; ``None``: it is no model, or cannot be read.

    An interchange file with mistakes in it, or of a later format, counts as one.
    """
    place = Path(path)
    try:
        if not place.is_file():  # reading from a pipe would take what is meant for somebody else
            return None
        with place.open("rb") as file:
            content = file.read(_LOOKED_AT)
    except (OSError, ValueError):
        return None
    if content.startswith(_SQLITE):
        return "model file"
    return "interchange file" if _INTERCHANGE.search(content) else None


def is_model_file(named: AnySource) -> bool:
    """Whether a model is to be opened as a model file: by its content, whatever it is called.

    What is neither kind is read as the one that its ending names, else as a model file: opening it then
    says in one line why it is none. What is no ordinary file, as a pipe, is not looked into.
    """
    source = Source.parse(named)
    if source.address:
        return True
    path = source.path
    kind = kind_by_content(path)
    if kind is not None:
        return kind == "model file"
    ending = path.suffix.lower()
    return ending == ".mesh" or (ending != ".toml" and path.is_file())


def load(named: AnySource) -> Snapshot:
    """The model at a place; the database is imported for a model file only.

    Args:
        named: of either kind; its content decides, not its name.

    Raises:
        MeshmodelError: one line; it cannot be read, is no model, or is refused (``docs/interchange.md``).
    """
    source = Source.parse(named)
    if not is_model_file(source):
        return read_file(source.path)
    from meshmodel.store.store import Store

    with Store.open(source, read_only=True) as store:
        return store.snapshot


def load_bytes(content: bytes, source: str) -> Snapshot:
    """The model in the bytes of a file of either kind; its content decides which.

    Raises:
        MeshmodelError: as ``load``.
    """
    if not content.startswith(_SQLITE):
        return read_bytes(content, source)
    from meshmodel.model.atomic_file import replace_file
    from meshmodel.store.sqlite_file import path_text
    from meshmodel.store.store import Store

    with tempfile.TemporaryDirectory() as folder:  # SQLite reads files alone
        path = Path(folder).resolve() / "model.mesh"
        replace_file(path, content)
        try:
            with Store.open(path, read_only=True) as store:
                return store.snapshot
        except StoreError as error:
            raise StoreError(str(error).replace(path_text(path), one_line(source, 400))) from None
