"""PNG: which letters its renderer has, how many pixels are allowed, and how large it prints.

The renderer paints with fonts of its own (Arimo), the same on every machine.
"""

import struct
import zlib
from typing import Final

from meshmodel.exporters.diagram.graphviz import AS_PLACED, Renderer
from meshmodel.exporters.diagram.layout import Arrangement
from meshmodel.model.errors import RequestError

DEFAULT_DPI: Final = 200
LOWEST_DPI: Final = 72
"""Below this, text of a diagram is no longer read."""
MOST_PIXELS: Final = 50_000_000
"""About 200 MB while the picture is painted."""
_RIM: Final = 0.3  # inches that the rim adds to width and height

_HEAD: Final = b"\x89PNG\r\n\x1a\n"
# Blocks that the bundled font covers without gaps and that need no shaping: Latin, Greek, Cyrillic.
COVERED: Final = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x17F),
    (0x386, 0x386),
    (0x388, 0x38A),
    (0x38C, 0x38C),
    (0x38E, 0x3A1),
    (0x3A3, 0x3CE),
    (0x400, 0x482),
    (0x48A, 0x513),
    (0x1E80, 0x1E85),
    (0x1EA0, 0x1EF9),
    (0x2010, 0x2015),
    (0x2018, 0x201E),
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x20AC, 0x20AC),
    (0x2122, 0x2122),
    (0x2190, 0x2195),
)


def shows(text: str) -> bool:
    """Whether the renderer's own font has every letter of the text."""
    return text.isascii() or all(
        any(first <= ord(character) <= last for first, last in COVERED) for character in text
    )


def paint(renderer: Renderer, arranged: Arrangement, dpi: int | None) -> bytes:
    """The picture at a resolution, with that resolution written into it.

    Args:
        renderer: the program.
        arranged: what to paint.
        dpi: pixels to an inch; ``None``: 200, or less for a picture that would have too many pixels.

    Raises:
        RequestError: it would have too many pixels; the line says which resolution fits.
    """
    wanted = DEFAULT_DPI if dpi is None else dpi
    if wanted < 1:
        raise RequestError("dpi", f"a resolution of {wanted} dpi paints nothing: use {LOWEST_DPI} or more")
    fitting = largest_dpi(arranged)
    if wanted > fitting:
        if fitting < LOWEST_DPI:
            raise RequestError(
                "format", "the diagram is too large for a PNG that can be read: choose svg or pdf, or a lens"
            )
        if dpi is not None:
            raise RequestError(
                "dpi",
                f"at {dpi} dpi the PNG would have more than {MOST_PIXELS // 1_000_000} million pixels: "
                f"use {fitting} or less, or the format svg",
            )
        wanted = fitting
    return with_resolution(renderer.run(arranged.text, "png", (*AS_PLACED, f"-Gdpi={wanted}")), wanted)


def largest_dpi(arranged: Arrangement) -> int:
    """The highest resolution at which the picture stays within the limit of pixels."""
    width, height = (points / 72 + _RIM for points in arranged.size)
    return int((MOST_PIXELS / (width * height)) ** 0.5)


def with_resolution(picture: bytes, dpi: int) -> bytes:
    """The same PNG with a ``pHYs`` chunk, so that a document shows it at its true size."""
    if not (picture.startswith(_HEAD) and picture[-8:-4] == b"IEND"):
        raise RequestError("format", "the renderer wrote no PNG: try svg")
    after_header = len(_HEAD) + 25
    per_metre = round(dpi / 0.0254)
    content = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", 9) + content + struct.pack(">I", zlib.crc32(content))
    return picture[:after_header] + chunk + picture[after_header:]
