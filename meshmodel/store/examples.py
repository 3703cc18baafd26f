"""The worked examples: finds them and their logs, reads their names and stories, makes copies to work on."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import did_you_mean, one_line

ORDER: Final = (
    "support-agent",
    "code-agent",
    "workflow-broker",
    "agent-chain",
    "token-leak",
    "answer-desk",
    "federated-release",
    "coding-agent-mcp",
    "finance-orchestrator",
    "crm-assistant-gateway",
)
"""The examples in the order in which they are best read; the first one is the demonstration."""


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example.

    Attributes:
        id: its name on the command line, that of its file.
        name: the name of the model.
        description: the story it tells, a paragraph.
        path: its interchange file; never to be written.
    """

    id: str
    name: str
    description: str
    path: Path

    @property
    def sentence(self) -> str:
        """The first sentence of its story."""
        return self.description.partition(". ")[0].rstrip(".")

    @property
    def logs(self) -> tuple[Path, ...]:
        """Its logs: beside it under its name, or in the folder of its name."""
        found = [self.path.with_suffix(".jsonl"), *sorted(self.path.with_suffix("").glob("*"))]
        return tuple(each for each in found if each.is_file() and each != self.log_map)

    @property
    def log_map(self) -> Path | None:
        """The map of the names in its logs, if they need one."""
        path = self.path.with_suffix("") / "map.toml"
        return path if path.is_file() else None


def examples() -> tuple[Example, ...]:
    """The worked examples that came with the program, in the order of reading.

    Raises:
        MeshmodelError: they are not there, so the installation is incomplete.
    """
    found = []
    for name in ORDER:
        path = _folder() / f"{name}.toml"
        try:
            about = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            reason = error.strerror or "cannot be read"
            raise MeshmodelError(
                f"the example {name} is missing from this installation ({reason}); install meshmodel again"
            ) from None
        found.append(Example(name, str(about["name"]), str(about["description"]), path))
    return tuple(found)


def example(name: str) -> Example:
    """One example by its id.

    Raises:
        MeshmodelError: there is none of that name; the line lists those there are.
    """
    for each in examples():
        if each.id == name:
            return each
    hint = did_you_mean(name, ORDER) or f"there are {', '.join(ORDER)}"
    raise MeshmodelError(f"there is no example {one_line(name)}; {hint}")


def private_copy(wanted: Example, folder: Path) -> Path:
    """A new model file with the example in it, under the first free name of the folder.

    Args:
        wanted: the example.
        folder: where the copy goes; it is made if it is not there.

    Raises:
        MeshmodelError: the folder cannot be made or written to.
    """
    from meshmodel.interchange import read_file
    from meshmodel.store.store import Store

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or "cannot be made"
        raise MeshmodelError(f"{one_line(folder)}: {reason}; no place for a copy of the example") from None
    snapshot = read_file(wanted.path)
    number = 1
    while True:
        path = folder / (f"{wanted.id}.mesh" if number == 1 else f"{wanted.id}-{number}.mesh")
        number += 1
        if path.exists():
            continue
        with Store.create(path, snapshot):
            return path


def write_files(wanted: Example, folder: Path) -> None:
    """Write the interchange file of an example, its logs and their map into a folder.

    Args:
        wanted: the example.
        folder: where they go; it is made if it is not there.

    Raises:
        MeshmodelError: a file of such a name is there, or the folder cannot be made or written to.
    """
    from meshmodel.model.atomic_file import replace_files

    files = {folder / each.name: each for each in (wanted.path, *wanted.logs, wanted.log_map) if each}
    for path in files:
        if path.exists() or path.is_symlink():
            raise MeshmodelError(f"{one_line(path)}: is there already; name another folder")
    replace_files({path: each.read_bytes() for path, each in files.items()}, folder)


def _folder() -> Path:
    """The folder of the examples: ``examples`` in an installed wheel, ``models`` in a working copy."""
    package = Path(__file__).resolve().parent.parent
    travelled = package / "examples"
    return travelled if travelled.is_dir() else package.parent / "models"


def copies_path() -> Path:
    """Where private copies of the worked examples go."""
    from platformdirs import user_data_path

    return user_data_path("meshmodel", appauthor=False) / "copies"
