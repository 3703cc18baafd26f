"""Which files an export may be written to, by name and by what is there."""

import re
from pathlib import Path
from typing import Final

from meshmodel.exporters.export import FORMATS
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

_BY_PEOPLE: Final = re.compile(rb"^[ \t]*#|^(?:kind|decided_at) *= *[\"'][^\"']", re.MULTILINE)
"""What a policy stub has once it was filled in, and none has that was just written."""


def endings() -> set[str]:
    """The endings that are the name of a format; a policy stub ends like the interchange file."""
    return {name for name, each in FORMATS.items() if each.ending == name}


def refuse_to_lose_work(path: Path, to: str) -> None:
    """Refuse to replace by an export what people made: there would be no copy of it.

    Args:
        path: of the file.
        to: what is to be written there; only ``toml`` replaces an interchange file.

    Raises:
        MeshmodelError: the file is a model, or a policy stub with decisions or comments of people.
    """
    from meshmodel.store.load import kind_by_content

    kind = kind_by_content(path)
    if kind == "model file" or (kind == "interchange file" and to != "toml"):
        article = "an" if kind == "interchange file" else "a"
        raise MeshmodelError(
            f"{one_line(path)}: is {article} {kind}, and would be lost to {to}; name another file"
        )
    if to == "policy" and path.is_file() and _BY_PEOPLE.search(path.read_bytes()):
        raise MeshmodelError(
            f"{one_line(path)}: is filled in, and that would be lost; name another file "
            "(meshmodel policy verify says what still fits)"
        )


def refuse_wrong_ending(path: Path, to: str) -> None:
    """Refuse a file name with the ending of another format.

    Args:
        path: of the file.
        to: the name of the format.

    Raises:
        MeshmodelError: the name says something else.
    """
    ending = path.suffix.lower().lstrip(".")
    if ending == "mesh":
        raise MeshmodelError(
            f"{one_line(path)}: .mesh is the ending of model files, which meshmodel import makes; "
            f"name a file for {to}"
        )
    own = FORMATS[to].suffix
    if ending != own and ending in endings():
        raise MeshmodelError(f"{one_line(path)}: .{ending} is not the ending of {to}; name it .{own}")
