"""Where a program takes words from outside: routes of a web server, and chats, by what a file imports.

A file is looked at if it imports one of the servers and chats of ``endpoints.toml``; which agents its code
uses is told by the names in it, file by file. Nothing is executed.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshmodel.importers.code_names import reached_from
from meshmodel.importers.routes import routes_in
from meshmodel.importers.syntax import LANGUAGES
from meshmodel.importers.word_lists import WordLists
from meshmodel.model.open_file import read_small_file
from meshmodel.model.stop import check_current
from meshmodel.model.text import first_few

_LISTS: Final = WordLists(__file__)
_SERVERS: Final = _LISTS.all_of("servers")
_CHATS: Final = _LISTS.by_word("chats")
_OF_MEMBERS: Final = _LISTS.all_of("of-members")
_WALKED: Final = WordLists(str(Path(__file__).with_name("scanning.py")))
_LEFT_OUT: Final = _WALKED.all_of("not-entered") | _WALKED.all_of("examples")
_IMPORTED: Final = re.compile(
    r"^\s*(?:from|import)\s+([A-Za-z_]\w*)|(?:\bfrom|\brequire\()\s*[\"']([^\"'\n]+)[\"']", re.MULTILINE
)
_HEARD: Final = re.compile(
    r"MessageHandler|CommandHandler|\bon_message\b|\.(?:on|command|event|message|message_handler|hears|action)\("
)
"""How code says that it takes what is written in a chat."""
_TEST: Final = re.compile(r"test[-_.].*|.*[-_.](?:test|spec)\.\w+|conftest\.py")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a file takes from outside.

    Attributes:
        source: the file, as the model calls it.
        title: what is taken.
        is_open: whether anybody may send it, as far as the file says; in chats of a workspace members may.
        for_accounts: whether whoever has an account may.
        reached: by file of the project the lines of the code that its code uses.
    """

    source: str
    title: str
    is_open: bool
    for_accounts: bool
    reached: dict[str, list[range]]

    def reaches(self, source: str, line: int) -> bool:
        """Whether its code uses what stands on a line of a file."""
        return any(line in each for each in self.reached.get(source, ()))


def endpoints_of(root: Path, source: str) -> Iterator[Endpoint]:
    """What the files of a project take from outside.

    Args:
        root: its folder.
        source: that folder, as the model calls it.
    """
    for path in _code_in(root):
        check_current()
        title, is_open, for_accounts = _taken(path)
        if title:
            named = "/".join([*([source] if source else []), *path.relative_to(root).parts])
            yield Endpoint(named, title, is_open, for_accounts, reached_from(path, named))


def _code_in(root: Path) -> Iterator[Path]:
    """The files of code of a project, but for tests, examples and what others wrote."""
    for folder, below, files in os.walk(root):
        below[:] = sorted(
            each for each in below if not each.startswith(".") and each.lower() not in _LEFT_OUT
        )
        for each in sorted(files):
            path = Path(folder, each)
            if path.suffix in LANGUAGES and not _TEST.fullmatch(each) and not path.is_symlink():
                yield path


def _taken(path: Path) -> tuple[str, bool, bool]:
    """What a file takes, whether anybody may send it, or whoever has an account; empty: nothing."""
    try:
        text = read_small_file(path).decode("utf-8", "replace")
    except OSError:
        return "", False, False
    imported = [each[1] or each[2] for each in _IMPORTED.finditer(text)]
    if not _SERVERS.isdisjoint(imported):
        routes = routes_in(text)
        opened = [each.name for each in routes if each.is_open]
        if routes:
            names = opened or [each.name for each in routes]
            return f"requests to {first_few(list(dict.fromkeys(names)), 2)}", bool(opened), not opened
    chat = next((_CHATS[each] for each in imported if each in _CHATS), "")
    is_heard = chat and _HEARD.search(text)
    return (f"{chat} messages", chat not in _OF_MEMBERS, False) if is_heard else ("", False, False)
