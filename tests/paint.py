# ruff: noqa: E501 - tables of glyphs are easier to read in long rows
"""Paints the cells of a screen as a PNG: text with a fixed-width font of this machine, box drawing by geometry.

Converters from SVG shift box glyphs; here every line runs from edge to edge of its cell, so boxes are unbroken.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import ColorType
from rich.style import Style
from textual.strip import Strip

CELL = (12, 24)
"""The size of a cell in pixels."""

FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
FONT_NAMES = (
    ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"),
    ("LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf"),
    ("Menlo.ttc", "Menlo.ttc"),
    ("consola.ttf", "consolab.ttf"),
)

# Arms of a glyph: up, right, down, left; 1 light, 2 heavy.
ARMS = {
    "─": (0, 1, 0, 1), "│": (1, 0, 1, 0), "┌": (0, 1, 1, 0), "┐": (0, 0, 1, 1), "└": (1, 1, 0, 0), "┘": (1, 0, 0, 1),
    "╭": (0, 1, 1, 0), "╮": (0, 0, 1, 1), "╰": (1, 1, 0, 0), "╯": (1, 0, 0, 1), "├": (1, 1, 1, 0), "┤": (1, 0, 1, 1),
    "┬": (0, 1, 1, 1), "┴": (1, 1, 0, 1), "┼": (1, 1, 1, 1), "━": (0, 2, 0, 2), "┃": (2, 0, 2, 0), "┏": (0, 2, 2, 0),
    "┓": (0, 0, 2, 2), "┗": (2, 2, 0, 0), "┛": (2, 0, 0, 2), "┣": (2, 2, 2, 0), "┫": (2, 0, 2, 2), "┳": (0, 2, 2, 2),
    "┻": (2, 2, 0, 2), "╋": (2, 2, 2, 2),
}  # fmt: skip
DASHED = {"╌": (1, True), "╍": (2, True), "┄": (1, True), "┅": (2, True), "╎": (1, False), "╏": (2, False),
          "┆": (1, False), "┇": (2, False)}  # fmt: skip
BLOCKS = {
    "▌": (0, 0, 0.5, 1), "▐": (0.5, 0, 1, 1), "█": (0, 0, 1, 1), "▀": (0, 0, 1, 0.5), "▄": (0, 0.5, 1, 1),
    "▏": (0, 0, 0.125, 1), "▎": (0, 0, 0.25, 1), "▍": (0, 0, 0.375, 1), "▊": (0, 0, 0.75, 1), "▉": (0, 0, 0.875, 1),
    "▕": (0.875, 0, 1, 1), "▔": (0, 0, 1, 0.125), "▁": (0, 0.875, 1, 1), "▂": (0, 0.75, 1, 1), "▃": (0, 0.625, 1, 1),
    "▅": (0, 0.375, 1, 1), "▆": (0, 0.25, 1, 1), "▇": (0, 0.125, 1, 1),
}  # fmt: skip

Colour = tuple[int, int, int]


def fonts() -> tuple[ImageFont.FreeTypeFont, ImageFont.FreeTypeFont]:
    """A regular and a bold fixed-width font of this machine."""
    found: dict[str, Path] = {}
    for folder in FONT_FOLDERS:
        for path in Path(folder).rglob("*.tt[fc]") if Path(folder).is_dir() else ():
            found.setdefault(path.name, path)
    for regular, bold in FONT_NAMES:
        if regular in found and bold in found:
            size = 10
            while ImageFont.truetype(found[regular], size + 1).getlength("M") <= CELL[0] + 0.1:
                size += 1
            return ImageFont.truetype(found[regular], size), ImageFont.truetype(found[bold], size)
    raise SystemExit("no fixed-width font found: install DejaVu Sans Mono or Liberation Mono")


def characters(strip: Strip) -> Iterator[tuple[int, str, int, Style]]:
    """Every character of a row with its first cell, its cells, and its style."""
    x = 0
    for segment in strip:
        if segment.control:
            continue
        style = segment.style or Style.null()
        text = segment.text
        at = 0
        while at < len(text):
            character = text[at]
            at += 1
            while at < len(text) and cell_len(text[at]) == 0:
                character += text[at]
                at += 1
            cells = cell_len(character)
            yield x, character, cells, style
            x += cells


def paint(strips: Sequence[Strip], width: int, ground: Colour) -> Image.Image:
    """The rows of a screen as a picture.

    Args:
        strips: its rows.
        width: how many cells they are wide.
        ground: the colour where a style has none.
    """
    regular, bold = fonts()
    ascent = regular.getmetrics()[0]
    top = (CELL[1] - sum(regular.getmetrics())) // 2
    image = Image.new("RGB", (width * CELL[0], len(strips) * CELL[1]), ground)
    draw = ImageDraw.Draw(image)
    for row, strip in enumerate(strips):
        cells = list(characters(strip))
        y = row * CELL[1]
        looks = [
            (x, character, count, *_colours(style, ground), style) for x, character, count, style in cells
        ]
        for x, _, count, _, behind, _ in looks:
            draw.rectangle((x * CELL[0], y, (x + count) * CELL[0] - 1, y + CELL[1] - 1), fill=behind)
        for x, character, _count, front, _, style in looks:
            left = x * CELL[0]
            if character in ARMS:
                _arms(draw, left, y, ARMS[character], front, rounded=character in "╭╮╰╯")
            elif character in DASHED:
                _dashes(draw, left, y, *DASHED[character], front)
            elif character in BLOCKS:
                x0, y0, x1, y1 = BLOCKS[character]
                box = (left + x0 * CELL[0], y + y0 * CELL[1], left + x1 * CELL[0] - 1, y + y1 * CELL[1] - 1)
                draw.rectangle(box, fill=front)
            elif character.strip():
                font = bold if style.bold else regular
                draw.text((left, y + top + ascent), character, font=font, fill=front, anchor="ls")
                if style.underline:
                    draw.line((left, y + CELL[1] - 2, left + CELL[0] - 1, y + CELL[1] - 2), fill=front)
    return image


def _colours(style: Style, ground: Colour) -> tuple[Colour, Colour]:
    behind = _rgb(style.bgcolor, ground)
    front = _rgb(style.color, (230, 230, 230) if sum(ground) < 384 else (20, 20, 20))
    if style.dim:
        front = tuple((a + b) // 2 for a, b in zip(front, behind, strict=True))  # type: ignore[assignment]  # three of them
    return (behind, front) if style.reverse else (front, behind)


def _rgb(colour: object, otherwise: Colour) -> Colour:
    if colour is None or colour.type == ColorType.DEFAULT:  # type: ignore[attr-defined]  # a colour of rich
        return otherwise
    red, green, blue = colour.get_truecolor()  # type: ignore[attr-defined]  # the same
    return red, green, blue


def _arms(
    draw: ImageDraw.ImageDraw,
    x: int,
    y: int,
    arms: tuple[int, int, int, int],
    colour: Colour,
    *,
    rounded: bool,
) -> None:
    width, height = CELL
    middle_x, middle_y = x + width // 2, y + height // 2
    up, right, down, left = arms
    if rounded:
        radius = width // 2
        centre_x = middle_x + (radius if right else -radius)
        centre_y = middle_y + (radius if down else -radius)
        start = {(True, True): 180, (False, True): 270, (True, False): 90, (False, False): 0}[
            bool(right), bool(down)
        ]
        box = (centre_x - radius, centre_y - radius, centre_x + radius, centre_y + radius)
        draw.arc(box, start, start + 90, fill=colour, width=2)
        if down:
            draw.rectangle((middle_x - 1, centre_y, middle_x, y + height - 1), fill=colour)
        else:
            draw.rectangle((middle_x - 1, y, middle_x, centre_y), fill=colour)
        return
    for weight, box in (
        (up, (middle_x, y, middle_x, middle_y)),
        (right, (middle_x, middle_y, x + width - 1, middle_y)),
        (down, (middle_x, middle_y, middle_x, y + height - 1)),
        (left, (x, middle_y, middle_x, middle_y)),
    ):
        if weight:
            thick = 1 if weight == 1 else 2
            x0, y0, x1, y1 = box
            if x0 == x1:
                draw.rectangle((x0 - thick, y0, x0 + thick - 1, y1), fill=colour)
            else:
                draw.rectangle((x0, y0 - thick, x1, y1 + thick - 1), fill=colour)


def _dashes(draw: ImageDraw.ImageDraw, x: int, y: int, weight: int, across: bool, colour: Colour) -> None:
    width, height = CELL
    thick = 1 if weight == 1 else 2
    if across:
        middle = y + height // 2
        for at in (0, width // 2):
            draw.rectangle((x + at, middle - thick, x + at + width // 2 - 3, middle + thick - 1), fill=colour)
    else:
        middle = x + width // 2
        for at in (0, height // 2):
            draw.rectangle(
                (middle - thick, y + at, middle + thick - 1, y + at + height // 2 - 4), fill=colour
            )
