"""Names as they are typed, of files and of others: completed as a shell does it, and why one does not do."""

import os
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshmodel.model.text import one_line

SHOWN: Final = 6
"""So many names are shown of those that a text may become."""


@dataclass(frozen=True, slots=True)
class PathCompletion:
    """What a text was completed to, and the names that it may become; those of folders end in a slash.

    Attributes:
        text: what it was completed to.
        names: what may stand behind ``head``.
        head: the beginning of the text, in front of the name that is being typed.
        is_list: whether further names may follow.
    """

    text: str
    names: tuple[str, ...]
    head: str = ""
    is_list: bool = False

    def is_answer(self, name: str) -> bool:
        """Whether a text that ends in a name is an answer, and no folder or list that may go on."""
        return not (self.is_list or name.endswith(os.sep))

    @property
    def shown(self) -> tuple[str, ...]:
        """So many of the names as are shown."""
        return self.names[:SHOWN]

    @property
    def more(self) -> str:
        """How many others there are, in words."""
        more = len(self.names) - SHOWN
        return f"and {more} more" if more > 0 else ""


def complete_path(text: str, folder: Path, endings: Collection[str] = ()) -> PathCompletion:
    """Complete a path that is being typed.

    Args:
        text: what was typed; ``~`` stands for the home folder.
        folder: where it begins, unless it is absolute.
        endings: of files only those with one of these are offered, such as ``.csv``; without any, all.

    Returns:
        The text as far as all that fits agrees, unchanged where nothing does; and what fits, unless it is
        what was typed.
    """
    if text == "~":
        return PathCompletion(f"~{os.sep}", ())
    head, part = text[: text.rfind(os.sep) + 1], text[text.rfind(os.sep) + 1 :]
    try:
        names = _names(folder / Path(head).expanduser(), part, endings)
    except (OSError, RuntimeError, ValueError):  # no such folder, no such home, no such name
        names = ()
    if names == (part,):
        names = ()  # it is one already
    agreed = os.path.commonprefix(names)  # noqa: RUF071  # of letters, as it is meant
    return PathCompletion(head + agreed if len(agreed) > len(part) else text, names, head)


def complete_list(text: str, known: Iterable[str]) -> PathCompletion:
    """Complete the last name of a list that is being typed, with commas between its names.

    Args:
        text: what was typed.
        known: the names to offer, the usual first.
    """
    *before, part = (each.strip() for each in text.split(","))
    found = [each for each in dict.fromkeys(known) if each not in before and "," not in each]
    if part in found:
        before, part, found = [*before, part], "", [each for each in found if each != part]
    names = tuple(each for each in found if each.casefold().startswith(part.casefold()))
    head = "".join(f"{each}, " for each in before)
    agreed = os.path.commonprefix(names)  # noqa: RUF071  # of letters, as it is meant
    return PathCompletion(head + agreed if len(agreed) > len(part) else text, names, head, is_list=True)


def _names(folder: Path, part: str, endings: Collection[str]) -> tuple[str, ...]:
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if not name.startswith(part) or (name.startswith(".") and not part) or not name.isprintable():
                continue
            if entry.is_dir():
                found.append(f"{name}{os.sep}")
            elif not endings or Path(name).suffix.lower() in endings:
                found.append(name)
    return tuple(sorted(found))


def file_problem(text: str) -> str | None:
    """Why what was typed names no file that can be read, in a line; ``None`` if it does."""
    return _name_problem(text) or (None if Path(text).expanduser().is_file() else "there is no such file")


def source_problem(text: str) -> str | None:
    """Why what was typed names neither a file nor a folder, in a line; ``None`` if it does."""
    return None if Path(text).expanduser().is_dir() and text.strip() else file_problem(text)


def new_file_problem(text: str) -> str | None:
    """Why what was typed names no file that can be written, in a line; ``None`` if it does."""
    folder = Path(text).expanduser().absolute().parent
    return _name_problem(text) or (None if folder.is_dir() else f"there is no folder {one_line(folder)}")


def new_folder_problem(text: str) -> str | None:
    """Why what was typed names no folder that files can be written to, in a line; ``None`` if it does."""
    if not text.strip():
        return "the name of a folder is needed"
    path = Path(text).expanduser().absolute()
    if path.exists():
        return None if path.is_dir() else "that is a file: name a folder"
    return None if path.parent.is_dir() else f"there is no folder {one_line(path.parent)}"


def proposed_file(model: Path, ending: str, copies: Path, *, is_copy: bool = False) -> Path:
    """The file to propose for something that is made of a model file: beside it, under its name.

    Args:
        model: the file, absolute.
        ending: of the new one, without the dot.
        copies: the folder of private copies of the examples, where nobody looks: what is made of those, or
            of a model whose folder cannot be written, goes into the current folder.
        is_copy: whether the new file is not to be one that is there.
    """
    is_private = model.is_relative_to(copies)
    folder = Path.cwd() if is_private or not os.access(model.parent, os.W_OK | os.X_OK) else model.parent
    # A second copy of an example is called support-agent-2: what is made of it needs no number.
    stem = re.sub(r"-\d+$", "", model.stem) if is_private else model.stem
    wanted = folder / f"{stem}.{ending}"
    return folder / f"{stem}-copy.{ending}" if is_copy and wanted.exists() else wanted


def _name_problem(text: str) -> str | None:
    if not text.strip():
        return "a file name is needed"
    return "that is a folder: name a file in it" if Path(text).expanduser().is_dir() else None
