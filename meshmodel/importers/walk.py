"""One walk through a folder for what tells of agents: by names alone, before anything is opened.

See ``docs/scan.md#what-is-looked-at``.
"""

import os
import re
from collections import deque
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from meshmodel.importers.forms import Form
from meshmodel.importers.name_index import NameIndex
from meshmodel.importers.seeming_agents import is_source, seems_named
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.stop import Stop

ENTRY_LIMIT: Final = 200_000
"""The most files and folders that are looked at."""
_LISTS: Final = WordLists(__file__)
NOT_ENTERED: Final = _LISTS.all_of("not-entered")
"""Folders of what others wrote, or of what is made from the files beside them."""
_MADE: Final = frozenset({"pyvenv.cfg", "CACHEDIR.TAG"})
"""A folder with one of these holds an environment or a cache."""
EXAMPLES: Final = _LISTS.all_of("examples")
"""Below folders so named there are models of other people's agents, or what is yet to be filled in."""
_EXAMPLE: Final = re.compile(r".*[.-](?:example|sample|template)s?\.\w+", re.IGNORECASE)
"""Names of files likewise."""
_WORKFLOWS: Final = "/.github/workflows/"
_WITH_SECRETS: Final = re.compile(
    r"\.env(\..*)?|.*\.(pem|key|p12|pfx|kdbx)|id_(rsa|dsa|ecdsa|ed25519)|auth\.json|\.credentials\.json"
    r"|oauth_creds\.json|secrets?\.ya?ml|.*\.secrets?\.ya?ml",
    re.IGNORECASE,
)
"""Names of files that hold secrets, and nothing that a model needs."""


class Candidate(NamedTuple):
    """A file with a name that forms know.

    Attributes:
        path: where it lies.
        source: its path from the folder that was walked, with slashes.
        forms: the forms that know its name, in their order.
    """

    path: Path
    source: str
    forms: tuple[Form, ...]


HOME: Final = _LISTS.many("home")
"""A person's own configuration, below the home folder."""
_APPLICATIONS: Final = (
    *(
        f"{editor}/User/{file}"
        for editor in ("Code", "Code - Insiders", "VSCodium")
        for file in ("settings.json", "mcp.json", "globalStorage/*/settings/*mcp_settings.json")
    ),
    "Claude/claude_desktop_config.json",
)
"""Likewise below the folder of each application."""
_APPLICATION_FOLDERS: Final = (".config", "Library/Application Support", "AppData/Roaming")
MANAGED: Final = _LISTS.many("managed")
"""What an administrator sets, below ``/etc``."""


@dataclass(slots=True)
class Walk:
    """What a walk found.

    Attributes:
        files: how many files there are.
        found: what forms know by name, the nearest to the folder first.
        examples: likewise below folders of tests, examples and documentation: other people's agents.
        unopened: files that hold secrets: that they exist is all that is known of them.
        idle: workflows below folders that are no repositories: GitHub runs none of them.
        seeming: files that look like agents by their names, and of which product each is.
        code: source code, manifests and files with images, whose beginnings tell more.
        refused: folders that may not be listed, and why.
        is_whole: whether all was walked; else the limit of entries or of time was reached.
        is_late: whether it was time that was up.
    """

    files: int = 0
    found: list[Candidate] = field(default_factory=list)
    examples: list[Candidate] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    idle: list[Candidate] = field(default_factory=list)
    seeming: list[tuple[str, str]] = field(default_factory=list)
    code: list[tuple[Path, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    is_whole: bool = True
    is_late: bool = False


class _Names:
    """The names of all forms' files."""

    def __init__(self, forms: Iterable[Form]) -> None:
        patterns = [(pattern, form) for form in forms for pattern in form.files]
        self._index = NameIndex(patterns)
        self._folders = {each for pattern, _ in patterns for each in pattern.split("/")[:-1]}

    def has_folder(self, name: str) -> bool:
        """Whether forms look for files in folders of that name."""
        return name in self._folders

    def forms_of(self, source: str, name: str) -> tuple[Form, ...]:
        return tuple({each.name: each for each in self._index.values(source, name)}.values())


def walk(folder: Path, forms: Sequence[Form], stop: Stop) -> Walk:
    """Look at the names in a folder and all below; links and other file systems are not followed.

    Args:
        folder: where to begin.
        forms: those whose names are looked for.
        stop: says when the time is up.
    """
    made, names, entries = Walk(), _Names(forms), 0
    device = folder.stat().st_dev
    waiting, repositories = deque([(str(folder), "", False)]), {""}
    while waiting:
        here, source, is_example = waiting.popleft()
        listed = _listed(here, source, made)
        if source and any(each.name in _MADE for each in listed):
            continue
        if any(each.name == ".git" for each in listed):
            repositories.add(source)
        entries += len(listed)
        made.is_late = stop()
        if entries > ENTRY_LIMIT or made.is_late:
            made.is_whole = False
            break
        for entry in listed:
            below = f"{source}/{entry.name}" if source else entry.name
            if (
                entry.is_dir(follow_symlinks=False)
                and entry.name not in NOT_ENTERED
                and _is_on(entry, device)
            ):
                is_known = names.has_folder(entry.name)
                enter = waiting.appendleft if is_known else waiting.append
                enter((entry.path, below, is_example or entry.name.lower() in EXAMPLES))
            elif entry.is_file(follow_symlinks=False):
                _note(made, Path(entry.path), below, names, repositories, is_example=is_example)
    return made


def _listed(folder: str, source: str, made: Walk) -> "list[os.DirEntry[str]]":
    """What a folder holds, by name; where it may not be listed, nothing, and why is noted."""
    try:
        with os.scandir(folder) as listing:
            return sorted(listing, key=lambda each: each.name)
    except OSError as error:
        made.refused.append((source or ".", error.strerror or "cannot be listed"))
        return []


def _note(
    made: Walk, path: Path, source: str, names: _Names, repositories: AbstractSet[str], *, is_example: bool
) -> None:
    """Note a file by its name."""
    made.files += 1
    if _WITH_SECRETS.fullmatch(path.name):
        made.unopened.append(source)
        return
    known = names.forms_of(source, path.name)
    is_example |= _EXAMPLE.fullmatch(path.name) is not None
    if known:
        above, is_workflow, _ = f"/{source}".partition(_WORKFLOWS)
        is_idle = is_workflow and above.lstrip("/") not in repositories
        listed = made.examples if is_example else made.idle if is_idle else made.found
        listed.append(Candidate(path, source, known))
    if is_example:
        return
    what = seems_named(source, path.name)
    if what:
        made.seeming.append((source, what))
    elif is_source(path.name):
        made.code.append((path, source))


def _is_on(entry: "os.DirEntry[str]", device: int) -> bool:
    """Whether a folder lies on the same file system."""
    try:
        return entry.stat(follow_symlinks=False).st_dev == device
    except OSError:
        return False


def home_files(home: Path, forms: Sequence[Form], etc: Path = Path("/etc")) -> list[Candidate]:
    """A person's own configuration and what an administrator sets for it, called ``~/…`` and ``/etc/…``."""
    names = _Names(forms)
    patterns = [*HOME, *(f"{folder}/{file}" for folder in _APPLICATION_FOLDERS for file in _APPLICATIONS)]
    found = []
    for root, shown, some in ((home, "~", patterns), (etc, "/etc", MANAGED)):
        for path in sorted({path for pattern in some for path in root.glob(pattern)}):
            source = path.relative_to(root).as_posix()
            known = names.forms_of(source, path.name)
            if known and path.is_file() and not path.is_symlink():
                found.append(Candidate(path, f"{shown}/{source}", known))
    return found
