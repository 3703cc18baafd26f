"""The renderer's SVG, rebuilt from a list of what may be in it.

Only shapes, texts and titles are copied, with attributes that draw; scripts, links, styles, references,
comments and the document type (which names an address) cannot come through, whatever was in a name.
The root gets a title and a description for those who cannot see the picture, and each text is
fitted to the width it was laid out for, so that another font does not push it out of its shape.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from meshmodel.exporters.diagram.elements import Diagram
from meshmodel.model.errors import MeshmodelError

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_FONTS: Final = "Arial, Helvetica, 'Liberation Sans', Arimo, 'DejaVu Sans', 'Noto Sans', sans-serif"

_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "svg": frozenset({"width", "height", "viewBox"}),
    "g": frozenset({"id", "class", "transform"}),
    "title": frozenset(),
    "path": frozenset({"d"}),
    "polygon": frozenset({"points"}),
    "polyline": frozenset({"points"}),
    "ellipse": frozenset({"cx", "cy", "rx", "ry"}),
    "text": frozenset({"x", "y", "text-anchor", "font-size"}),
}
_PAINT: Final = frozenset({"fill", "stroke", "stroke-width", "stroke-dasharray"})
_PAINTED: Final = frozenset({"path", "polygon", "polyline", "ellipse", "text"})
_PLAIN_VALUE: Final = re.compile(r"[#\w .,:/+()%-]*")


def clean_svg(drawn: bytes, diagram: Diagram, widths: Mapping[str, float]) -> bytes:
    """The picture with nothing in it that is not part of the picture.

    Args:
        drawn: what the renderer wrote.
        diagram: what was to be drawn; gives title and description.
        widths: for texts of plain ASCII letters the width they were laid out for, in points.

    Raises:
        MeshmodelError: it is no SVG, or something in it is not in the list, or lines are missing.
    """
    try:
        source = ET.fromstring(drawn)  # noqa: S314  # from the renderer, which writes no entities
    except ET.ParseError:
        raise MeshmodelError("the renderer wrote no readable SVG: try --to pdf, or --to dot") from None
    ET.register_namespace("", _NAMESPACE)
    root = _copy(source, widths)
    root.set("role", "img")
    root.set("aria-labelledby", "title description")
    names = ET.Element(_tag("title"), {"id": "title"})
    names.text = " ".join(diagram.title[:-1])
    description = ET.Element(_tag("desc"), {"id": "description"})
    description.text = " ".join((diagram.description, *diagram.notes))
    root.insert(0, description)
    root.insert(0, names)
    lines = sum(group.get("class") == "edge" for group in root.iter(_tag("g")))
    if lines < len(diagram.edges):
        raise MeshmodelError("the renderer lost lines in the SVG, which is not written: try --to pdf")
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def text_widths(layout: Mapping[str, Any]) -> dict[str, float]:
    """For every text of plain ASCII in a layout the width it takes at one point of size."""
    widths: dict[str, float] = {}
    for each in (layout, *layout.get("objects", ()), *layout.get("edges", ())):
        size = 1.0
        for drawn in each.get("_ldraw_", ()):
            if drawn["op"] == "F":
                size = float(drawn["size"])
            # A backslash is laid out as another letter here than in the SVG itself (``render``).
            elif drawn["op"] == "T" and drawn["text"].isascii() and "\\" not in drawn["text"]:
                widths[drawn["text"]] = float(drawn["width"]) / size
    return widths


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _copy(source: ET.Element, widths: Mapping[str, float]) -> ET.Element:
    name = source.tag.removeprefix(f"{{{_NAMESPACE}}}")
    allowed = _ALLOWED.get(name)
    if allowed is None:
        raise MeshmodelError(f"the renderer put <{name[:40]}> into the SVG, which is not written")
    if name in _PAINTED:
        allowed |= _PAINT
    kept = {
        key: value for key, value in source.attrib.items() if key in allowed and _PLAIN_VALUE.fullmatch(value)
    }
    made = ET.Element(_tag(name), kept)
    if name in {"title", "text"}:
        made.text = source.text
    made.tail = source.tail if source.tail and not source.tail.strip() else None
    if name == "text":
        made.set("font-family", _FONTS)
        made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        width = widths.get(source.text or "")
        if width and (source.text or "").strip():
            made.set("textLength", f"{width * float(kept.get('font-size', '10')):.2f}")
            made.set("lengthAdjust", "spacingAndGlyphs")
        return made
    if name != "title":
        made.text = source.text if source.text and not source.text.strip() else None
        made.extend([_copy(child, widths) for child in source if isinstance(child.tag, str)])
    return made
