"""The words for what pictures would be on paper: how many, how large, and the size of their text."""

import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from meshmodel.model.text import counted

if TYPE_CHECKING:
    from meshmodel.exporters.diagram.render import Page

_CENTIMETRES: Final = 2.54 / 72
_PNG: Final = b"\x89PNG"


def preview_words(pages: "Sequence[Page]") -> str:
    """One line about pictures that show a model together, such as ``3 pages, text 7.8 pt at A4``.

    Args:
        pages: one or more, as ``picture`` and ``pages`` of ``exporters.diagram.render`` draw them.
    """
    points = min(each.points for each in pages)
    text = f"text {points:.1f} pt at A4"
    if not all(each.is_readable for each in pages):
        text += ", too small to read"
    sheets = sum(each.sheets for each in pages)
    size = pages[0].size
    if size is None or len(pages) > 1:
        return f"{counted(sheets, 'page')}, {text}"
    width, height = (length * _CENTIMETRES for length in size)
    return f"1 picture, {width:.1f} by {height:.1f} cm{_pixels(pages[0].content)}, {text}"


def _pixels(content: bytes) -> str:
    """The pixels of a PNG (its first chunk says them), nothing of another picture."""
    if not content.startswith(_PNG):
        return ""
    width, height = struct.unpack(">II", content[16:24])
    return f" ({width:,} by {height:,} pixels)"
