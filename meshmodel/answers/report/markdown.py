"""A report as Markdown (CommonMark with tables), its pictures in files beside it.

Whatever stands in a text is shown as it is: characters that Markdown reads are escaped by backslashes,
which CommonMark allows before each of them.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from meshmodel.answers.blocks import (
    AttackPath,
    Block,
    Break,
    Contents,
    Facts,
    Heading,
    Link,
    Paragraph,
    Picture,
    Table,
)
from meshmodel.answers.report.tree import Report

_READ: Final = re.compile(r"[\\`*_\[\]<>#|~&$@]|:(?=\S)|(?<=www)\.", re.IGNORECASE)
"""What would be markup, a link, a mention, a formula or a sign by its name."""
_BEGINS: Final = re.compile(r"[+-]|=+|\d+(?=[.)])")
"""What would begin a list where a paragraph begins."""


def markdown(report: Report, folder: str) -> str:
    """The report as Markdown.

    Args:
        report: the tree.
        folder: the name of the folder beside the file with the pictures.
    """
    blocks = ("\n".join(_lines(block, folder)) for block in report.blocks)
    return "\n\n".join([*filter(None, blocks), f"---\n\n{escaped(report.stamp)}"]) + "\n"


def escaped(text: str) -> str:
    """A text that is shown as it is, anywhere in a line."""
    found = _READ.sub(lambda match: f"\\{match[0]}", text)
    begins = _BEGINS.match(found)
    if begins is None:
        return found
    end = begins.end()
    return f"{found[:end]}\\{found[end:]}" if found[0].isdigit() else f"\\{found}"


def _lines(block: Block, folder: str) -> Iterator[str]:
    match block:
        case Heading():
            if block.anchor:
                yield f'<a id="{block.anchor}"></a>\n'
            yield f"{'#' * block.level} {escaped(block.text)}"
        case Paragraph():
            yield f"**{escaped(block.line)}**" if block.look == "lead" else escaped(block.line)
        case AttackPath():
            parts = ((escaped(each.text), each.look in {"harm", "measure"}) for each in block.parts)
            yield " › ".join(f"**{text}**" if is_strong else text for text, is_strong in parts)
        case Facts():
            for name, value in block.rows:
                yield f"- **{escaped(name)}:** {_linked(value)}"
        case Table() if block.head:
            yield _row(block.head)
            yield f"|{' --- |' * len(block.head)}"
            yield from map(_row, block.cells)
        case Table():
            yield from (f"- {_linked(item)}" for (item,) in block.cells)
        case Picture():
            yield from _picture(block, folder)
        case Break():
            yield "---"
        case Contents():
            pass


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(map(_linked, cells))} |"


def _linked(text: str) -> str:
    """A text, as a link where it is one."""
    return f"[{escaped(text)}]({text.target})" if isinstance(text, Link) else escaped(text)


def _picture(picture: Picture, folder: str) -> Iterator[str]:
    """The PNG, which every program shows, with a link to the SVG."""
    title, path = escaped(picture.title), quote(f"{folder}/{picture.stem}")
    if picture.png:
        yield f"![{title}]({path}.png)"
    if picture.svg:
        yield f"\n[as SVG: {title}]({path}.svg)"
