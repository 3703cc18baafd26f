"""The pages of the manual and README.md, cut into blocks of code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from meshmodel.commands.help import FOLDER, TOPICS

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
PAGES: Final = {"README": README, **{topic: FOLDER / f"{topic}.md" for topic in TOPICS}}
"""Every page by its name."""
RAN: Final = frozenset({"sh", "python"})
"""Blocks that are run; a ``text`` block right after one shows what it prints."""

_FENCE: Final = re.compile(r"^```([a-z-]*)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        language: the first word after the fence.
        name: the second, the file that it is.
        code: what it says.
        start: where the code begins in the page.
        end: where it ends.
        is_output: whether it shows what the block before prints.
    """

    language: str
    name: str | None
    code: str
    start: int
    end: int
    is_output: bool


def text_of(page: str) -> str:
    """The Markdown of a page."""
    return PAGES[page].read_text(encoding="utf-8")


def blocks(text: str) -> Iterator[Block]:
    """The blocks of code of a page, in their order."""
    before, end = "", 0
    for found in _FENCE.finditer(text):
        language = found[1]
        follows = before in RAN and not text[end : found.start()].strip()
        yield Block(language, found[2], found[3], *found.span(3), language == "text" and follows)
        before, end = language, found.end()
