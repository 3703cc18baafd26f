"""Which files an export may be written to, by name and by what is there."""

import re
from pathlib import Path
from typing import Final

from meshmodel.exporters.request import FORMATS
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line

_LOOKED_AT: Final = 4_096
"""Bytes in which a file is told by its mark."""
_BY_PEOPLE: Final = re.compile(rb"^[ \t]*#|^(?:kind|decided_at) *= *[\"'][^\"']", re.MULTILINE)
"""What a policy stub has once it was filled in, and none has that was just written."""


def endings() -> set[str]:
    """The endings that are the name of a format; a policy stub ends like the interchange file."""
    return {name for name, each in FORMATS.items() if each.ending == name}


def export_names(path: Path, to: str) -> dict[str, Path]:
    """By format the files of an export: those that belong beside it, such as a schema, and it, last.

    Args:
        path: of the export; beside a device, a pipe or what is open already nothing is written.
        to: its format.
    """
    from meshmodel.model.atomic_file import descriptor_of

    companions = FORMATS[to].companions
    if (path.exists() and not path.is_file()) or descriptor_of(path) is not None:
        companions = ()
    return {**{each: _companion_path(path, FORMATS[each].ending) for each in companions}, to: path}


def _companion_path(path: Path, ending: str) -> Path:
    """The name of a file that belongs to another one."""
    return path.with_name(f"{path.stem}{ending if ending.startswith('_') else f'.{ending}'}")


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


def refuse_export(path: Path, to: str) -> None:
    """Refuse an export to a file, or to one that belongs beside it, that must not be replaced or called so.

    Args:
        path: of the export.
        to: its format.

    Raises:
        MeshmodelError: as the functions below; or the file beside is none that an export wrote.
    """
    for form, each in export_names(path, to).items():
        refuse_to_lose_work(each, form)
        refuse_wrong_ending(each, form)
        if form != to and not _is_written_by_export(each, form):
            raise MeshmodelError(
                f"{one_line(each)}: belongs beside {one_line(path.name)}, but is there already and was not "
                f"written by an export to {form}; name another file"
            )


def _is_written_by_export(path: Path, form: str) -> bool:
    """Whether a file is one of a format that stands beside others, or not there, or empty."""
    try:
        with path.open("rb") as file:
            begin = file.read(_LOOKED_AT)
    except (OSError, ValueError):
        return not path.is_symlink() and not path.exists()
    return not begin or FORMATS[form].mark in begin


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
