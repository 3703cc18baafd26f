"""Reads an exported SVG back and says what is wrong with it: words or lines that lie over something else.

It works on what was drawn, not on the layout that the exporter computed, and shares no code with it.
"""

import re
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from math import cos, pi, sin
from xml.etree import ElementTree as ET

from reportlab.pdfbase.pdfmetrics import stringWidth

SVG = "{http://www.w3.org/2000/svg}"
FONT = "Helvetica"  # has the widths of the fonts that the SVG names


@dataclass
class Part:
    """A shape, a line or a frame: its outline, what is drawn inside it, its words with their boxes."""

    name: str
    ends: tuple[str, ...] = ()
    outline: list = field(default_factory=list)
    strokes: list = field(default_factory=list)
    words: list = field(default_factory=list)


def read(svg):
    """The parts of a picture by their class, and the page as a box."""
    root = ET.fromstring(svg)
    parts = {"node": [], "edge": [], "cluster": [], "graph": []}
    for group in root.iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        ends = tuple(title.text.split("->")) if group.get("class") == "edge" else ()
        part = Part((title.text or "") if title is not None else "", ends)
        for each in group:
            tag = each.tag.removeprefix(SVG)
            if tag == "text" and (each.text or "").strip():
                part.words.append((each.text.strip(), text_box(each)))
            elif tag in {"polygon", "path", "ellipse"}:
                part.outline += points(each)
            elif tag == "polyline":
                part.strokes += pairwise(points(each))
                part.outline += points(each)
        parts[group.get("class")].append(part)
    across, up = map(float, re.findall(r"translate\((\S+) (\S+)\)", ET.tostring(root).decode())[0])
    left, top, wide, high = map(float, root.get("viewBox").split())
    return parts, (left - across, top - up, left - across + wide, top - up + high)


def points(each):
    if each.tag == f"{SVG}ellipse":
        x, y, wide, high = (float(each.get(name)) for name in ("cx", "cy", "rx", "ry"))
        return [(x + wide * cos(n * pi / 12), y + high * sin(n * pi / 12)) for n in range(24)]
    numbers = [float(part) for part in re.findall(r"-?[\d.]+", each.get("d") or each.get("points"))]
    found = list(zip(numbers[::2], numbers[1::2], strict=True))
    if each.tag != f"{SVG}path":
        return found
    return [bezier(found[n : n + 4], t / 12) for n in range(0, len(found) - 3, 3) for t in range(13)]


def bezier(four, t):
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return tuple(sum(w * point[axis] for w, point in zip(weights, four, strict=True)) for axis in (0, 1))


def text_box(each):
    """The box of the letters, without blanks around them."""
    size, text = float(each.get("font-size")), each.text
    wide = float(each.get("textLength") or stringWidth(text, FONT, size))
    blank = stringWidth(" ", FONT, size)
    start = float(each.get("x")) - wide * {"start": 0, "middle": 0.5, "end": 1}[each.get("text-anchor")]
    left = start + blank * (len(text) - len(text.lstrip()))
    right = start + wide - blank * (len(text) - len(text.rstrip()))
    return left, float(each.get("y")) - 0.72 * size, right, float(each.get("y")) + 0.2 * size


def box_of(outline):
    across, up = zip(*outline, strict=True)
    return min(across), min(up), max(across), max(up)


def hull(outline):
    """The corners of the smallest convex shape around some points, in order."""
    turns = []
    for order in (sorted(set(outline)), sorted(set(outline), reverse=True)):
        half = []
        for point in order:
            while len(half) > 1 and turn(half[-2], half[-1], point) <= 0:
                half.pop()
            half.append(point)
        turns += half[:-1]
    return turns


def turn(one, two, three):
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])


def enters(start, end, corners, by=1.0):
    """Whether a straight piece comes more than so many points into a convex shape."""
    first, last = 0.0, 1.0
    for one, two in pairwise((*corners, corners[0])):
        side = ((two[0] - one[0]) ** 2 + (two[1] - one[1]) ** 2) ** 0.5
        if side == 0:
            continue
        here, there = (turn(one, two, point) / side - by for point in (start, end))
        if here < 0 and there < 0:
            return False
        if (here < 0) != (there < 0):
            cut = here / (here - there)
            first, last = (max(first, cut), last) if here < 0 else (first, min(last, cut))
    return first <= last


def corners_of(box):
    return [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]


def overlap(one, two, by=0.3):
    return min(one[2], two[2]) - max(one[0], two[0]) > by and min(one[3], two[3]) - max(one[1], two[1]) > by


def inside(box, page):
    return box[0] >= page[0] and box[1] >= page[1] and box[2] <= page[2] and box[3] <= page[3]


def faults(svg):
    """What lies over what, or outside the page; each as a line of words."""
    parts, page = read(svg)
    cards, frames = parts["node"], parts["cluster"]
    words = [
        (kind, part, text, box) for kind, each in parts.items() for part in each for text, box in part.words
    ]
    labels = [each for each in words if each[0] != "node" or each[1].name.startswith("label/")]
    solid = [card for card in cards if card.outline]
    shapes = {card.name: hull(card.outline) for card in solid}
    boxes = {card.name: box_of(card.outline) for card in solid}
    found = []
    for (_, one, said, box), (_, two, other, its_box) in combinations(words, 2):
        if one is not two and overlap(box, its_box):
            found.append(f"'{said}' lies over '{other}'")
    for _, _, said, box in labels:
        rim = [*pairwise(corners_of(box)), (corners_of(box)[-1], corners_of(box)[0])]
        found += [
            f"'{said}' lies over the shape {card.name}"
            for card in solid
            if overlap(box, boxes[card.name]) and any(enters(*piece, shapes[card.name]) for piece in rim)
        ]
        found += [
            f"the frame {frame.name} runs through '{said}'"
            for frame in frames
            if overlap(box, box_of(frame.outline)) and not inside(box, box_of(frame.outline))
        ]
    for one, two in combinations(solid, 2):
        if overlap(boxes[one.name], boxes[two.name], 1):
            found.append(f"the shapes {one.name} and {two.name} lie over one another")
    for card in cards:
        for said, box in card.words:
            if any(enters(*stroke, corners_of(box), 0) for stroke in card.strokes):
                found.append(f"the shape {card.name} is drawn through its '{said}'")
            if card.outline and not inside(box, boxes[card.name]):
                found.append(f"'{said}' does not fit into {card.name}")
    for edge in parts["edge"]:
        pieces = list(pairwise(edge.outline))
        around = box_of(edge.outline)
        found += [
            f"the line {edge.name} runs through the shape {card.name}"
            for card in solid
            if card.name not in edge.ends
            and overlap(around, boxes[card.name], -1)
            and any(enters(*piece, shapes[card.name]) for piece in pieces)
        ]
        found += [
            f"the line {edge.name} runs through '{said}' of {part.name}"
            for _, part, said, box in labels
            if overlap(around, box, -1) and any(enters(*piece, corners_of(box), 0.5) for piece in pieces)
        ]
    drawn = [box for *_, box in words] + [
        box_of(part.outline) for kind in ("node", "edge", "cluster") for part in parts[kind] if part.outline
    ]
    found += [f"something is drawn outside the page, at {box}" for box in drawn if not inside(box, page)]
    return found
