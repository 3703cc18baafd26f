"""The renderer's SVG, rebuilt from a list of what may be in it.

Only shapes, texts and titles are copied, with attributes that draw; scripts, links, styles, references,
comments and the document type (which names an address) cannot come through, whatever was in a name.
The root gets a title and a description for those who cannot see the picture, with the digest of the model
and the version of the program. Each text is fitted to the width it was laid out for, so that another font
does not push it out of its shape. Ids begin with a digest of the picture, so that several can stand in one
page, and the size is in pixels, since some programs refuse points.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from meshmodel.exporters.diagram.elements import Diagram
from meshmodel.exporters.diagram.labels import text_width
from meshmodel.model.errors import MeshmodelError, RequestError

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_FONTS: Final = "Arial, Helvetica, 'Liberation Sans', Arimo, 'DejaVu Sans', 'Noto Sans', sans-serif"

_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "svg": frozenset({"width", "height", "viewBox"}),
    "g": frozenset({"id", "class", "transform"}),
    "a": frozenset(),
    "title": frozenset(),
    "path": frozenset({"d"}),
    "polygon": frozenset({"points"}),
    "polyline": frozenset({"points"}),
    "ellipse": frozenset({"cx", "cy", "rx", "ry"}),
    "text": frozenset({"x", "y", "text-anchor", "font-size"}),
}
_PAINT: Final = frozenset({"fill", "stroke", "stroke-width", "stroke-dasharray"})
_PAINTED: Final = frozenset({"path", "polygon", "polyline", "ellipse", "text"})
_PIXELS: Final = 96 / 72
_BLANK: Final = 0.278  # the width of a blank at one point of size
_PLAIN_VALUE: Final = re.compile(r"[#\w .,:/+()%-]*")


def clean_svg(drawn: bytes, diagram: Diagram, widths: Mapping[str, float]) -> bytes:
    """The picture with nothing in it that is not part of the picture.

    Args:
        drawn: what the renderer wrote.
        diagram: what was to be drawn; gives title and description.
        widths: the width that texts were laid out for, at one point of size.

    Raises:
        MeshmodelError: it is no SVG, or something in it is not in the list, or lines are missing.
    """
    try:
        source = ET.fromstring(drawn)  # noqa: S314  # from the renderer, which writes no entities
    except ET.ParseError:
        raise RequestError("format", "the renderer wrote no readable SVG: try pdf or dot") from None
    ET.register_namespace("", _NAMESPACE)
    root = _Copy(diagram, widths, f"m{hashlib.sha256(drawn).hexdigest()[:10]}").of(source)
    prefix = root.get("id")
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title {prefix}-description")
    names = ET.Element(_tag("title"), {"id": f"{prefix}-title"})
    names.text = diagram.title[0]
    description = ET.Element(_tag("desc"), {"id": f"{prefix}-description"})
    description.text = " ".join((diagram.description, *diagram.notes, diagram.stamp))
    root.insert(0, description)
    root.insert(0, names)
    lines = sum(group.get("class") == "edge" for group in root.iter(_tag("g")))
    if lines < len(diagram.edges):
        raise RequestError("format", "the renderer lost lines in the SVG, which is not written: try pdf")
    box = [float(number) for number in root.get("viewBox", "").split()]
    if len(box) != 4:
        raise RequestError("format", "the renderer wrote an SVG without a size: try pdf or dot")
    root.set("width", f"{box[2] * _PIXELS:.2f}")
    root.set("height", f"{box[3] * _PIXELS:.2f}")
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def text_widths(layout: Mapping[str, Any]) -> dict[str, float]:
    """For every text in a layout the width it takes at one point of size.

    The renderer measures plain ASCII alone; the width of other texts is estimated from their columns.
    """
    widths: dict[str, float] = {}
    for each in (layout, *layout.get("objects", ()), *layout.get("edges", ())):
        size = 1.0
        for drawn in each.get("_ldraw_", ()):
            if drawn["op"] == "F":
                size = float(drawn["size"])
            elif drawn["op"] == "T":
                text = drawn["text"].strip()
                cut = len(drawn["text"]) - len(text)
                # A backslash is laid out as another letter than in the SVG itself (``graphviz.lay_out``).
                if text.isascii() and "\\" not in text:
                    widths[text] = float(drawn["width"]) / size - cut * _BLANK
                else:
                    widths[text] = text_width(text)
    return widths


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


class _Copy:
    """Copies what may be in a picture."""

    def __init__(self, diagram: Diagram, widths: Mapping[str, float], prefix: str) -> None:
        self.links, self.widths, self.prefix = diagram.links, widths, prefix

    def of(self, source: ET.Element) -> ET.Element:
        """An element with all in it; a group that links is wrapped in its link."""
        name = source.tag.removeprefix(f"{{{_NAMESPACE}}}")
        allowed = _ALLOWED.get(name)
        if allowed is None:
            raise MeshmodelError(f"the renderer put <{name[:40]}> into the SVG, which is not written")
        if name in _PAINTED:
            allowed |= _PAINT
        kept = {
            key: value
            for key, value in source.attrib.items()
            if key in allowed and _PLAIN_VALUE.fullmatch(value)
        }
        if name == "svg":
            kept["id"] = self.prefix
        elif "id" in kept:
            kept["id"] = f"{self.prefix}-{kept['id']}"
        made = ET.Element(_tag(name), kept)
        made.tail = source.tail if source.tail and not source.tail.strip() else None
        if name == "title":
            made.text = source.text
        elif name == "text":
            self._write(made, (source.text or "").strip(), float(kept.get("font-size", "10")))
        else:
            made.text = source.text if source.text and not source.text.strip() else None
            made.extend([self.of(child) for child in source if isinstance(child.tag, str)])
        address = self.links.get(made.findtext(_tag("title"), "")) if name == "g" else None
        if address is None:
            return made
        link = ET.Element(_tag("a"), {"href": address})
        link.append(made)
        return link

    def _write(self, made: ET.Element, text: str, size: float) -> None:
        made.text = text
        made.set("font-family", _FONTS)
        made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        width = self.widths.get(text.replace("\u00a0", " "))
        if width:
            made.set("textLength", f"{width * size:.2f}")
            made.set("lengthAdjust", "spacingAndGlyphs")
