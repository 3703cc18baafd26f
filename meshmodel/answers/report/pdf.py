"""A report as PDF: A4 pages with an outline, the pictures drawn as lines and letters.

The font, Bitstream Vera, comes with reportlab; it has the letters of western European languages. Others are
written in Latin letters, and the report says so.
"""

import io
from collections.abc import Sequence
from functools import cache, lru_cache, partial
from itertools import accumulate, chain, takewhile
from typing import Any, Final
from xml.sax.saxutils import escape

from anyascii import anyascii
from reportlab import rl_config
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ListStyle, ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    ListItem,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
)
from reportlab.platypus import Paragraph as Words

from meshmodel.answers.blocks import Facts
from meshmodel.answers.report.tree import Block, Heading, Items, Paragraph, Picture, Report, Table
from meshmodel.answers.report.vector import FONT, Drawing
from meshmodel.exporters.diagram.pdf import shows

_BOLD: Final = f"{FONT}-bold"
_SIGNS: Final = {"✖": "×", "◆": "◊", "◇": "◊", "→": "->"}
"""What is written for the program's own signs that the font has not."""
_MARGIN: Final = 2 * cm
_WIDTH: Final = A4[0] - 2 * _MARGIN
_CAPTION: Final = 1.4 * cm
_UPRIGHT: Final = (_WIDTH, A4[1] - 2 * _MARGIN - _CAPTION)
_ACROSS: Final = (A4[1] - 2 * _MARGIN, A4[0] - 2 * _MARGIN - _CAPTION)
_IN_LATIN: Final = "Names in letters that this format has no font for are written in Latin letters."

_TEXT: Final = ParagraphStyle("text", fontName=FONT, fontSize=9.5, leading=13, spaceAfter=5, splitLongWords=1)
_FACT: Final = ParagraphStyle("fact", _TEXT, leftIndent=12, firstLineIndent=-12, spaceAfter=2)
_CELL: Final = ParagraphStyle("cell", _TEXT, fontSize=7.5, leading=10, spaceAfter=0)
_ITEMS: Final = ListStyle(
    "items", bulletType="bullet", start="-", leftIndent=14, bulletFontName=FONT, bulletFontSize=_TEXT.fontSize
)
_SMALL: Final = ParagraphStyle("small", _TEXT, fontSize=7.5, leading=10, textColor=colors.HexColor("#555555"))
_SIZES: Final = {1: 18, 2: 14, 3: 10.5}
_HEADINGS: Final = {
    level: ParagraphStyle(
        f"heading{level}", _TEXT, fontName=_BOLD, fontSize=size, leading=size * 1.3, spaceBefore=size * 0.8
    )
    for level, size in _SIZES.items()
}
_PADDING: Final = 3


def pdf(report: Report) -> bytes:
    """The file; equal reports give equal bytes."""
    _register()
    rl_config.useA85 = 0  # pages as bytes: as letters they are longer, and take longer to write
    out = io.BytesIO()
    document = _Document(out, report)
    document.build(_Flowables(report).flowables)
    return out.getvalue()


@cache
def _register() -> None:
    """Make the font known to reportlab, upright and bold, by names that nothing else registers anew."""
    for name, file in ((FONT, "Vera.ttf"), (_BOLD, "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, file))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=_BOLD, italic=FONT, boldItalic=_BOLD)


@cache
def _latin(letter: str) -> str:
    return letter if shows(letter) else _SIGNS.get(letter) or anyascii(letter) or " "


def _letters(text: str) -> str:
    """A text with the letters of the font; others in Latin ones."""
    return text if text.isascii() else "".join(map(_latin, text))


def _has_other_letters(report: Report) -> bool:
    return any(not shows(letter) and letter not in _SIGNS for text in report.texts() for letter in text)


class _Document(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Pages upright and across, each with the title and its number; headings go into the outline."""

    def __init__(self, out: io.BytesIO, report: Report) -> None:
        super().__init__(
            out,
            pagesize=A4,
            invariant=1,
            pageCompression=1,
            title=report.title,
            author=report.title,
            subject=report.stamp,
            creator=report.program,
            lang="en",
            displayDocTitle=True,
            initialFontName=FONT,
        )
        self._foot = f"{_letters(report.title)[:60]} · {report.stamp}"
        self._headings = 0
        for name, size in (("upright", A4), ("across", landscape(A4))):
            box = (_MARGIN, _MARGIN, size[0] - 2 * _MARGIN, size[1] - 2 * _MARGIN)
            frame = Frame(*box, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
            self.addPageTemplates(PageTemplate(name, [frame], pagesize=size, onPage=self._page))

    def _page(self, canvas: Any, document: Any) -> None:
        canvas.setFont(FONT, 7)
        canvas.setFillColor(colors.HexColor("#555555"))
        canvas.drawString(_MARGIN, 1.2 * cm, self._foot)
        canvas.drawRightString(document.pageTemplate.pagesize[0] - _MARGIN, 1.2 * cm, f"{document.page}")

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802  # reportlab's name
        """Put a heading into the outline."""
        if isinstance(flowable, _Title):
            self._headings += 1
            name = f"heading-{self._headings}"
            self.canv.bookmarkPage(name)
            self.canv.addOutlineEntry(flowable.words, name, flowable.level - 1, closed=flowable.level > 1)


class _Title(Words):  # type: ignore[misc]  # reportlab has no types
    """A heading, with its words and level."""

    def __init__(self, heading: Heading, *, keep: bool) -> None:
        self.words, self.level = _letters(heading.text), heading.level
        super().__init__(escape(self.words), _HEADINGS[heading.level])
        self.keepWithNext = int(keep)


class _Flowables:
    """The flowables of a report."""

    def __init__(self, report: Report) -> None:
        self.flowables: list[Flowable] = []
        self._is_across = False
        for (block, across, above), after in zip(report.placed(), [*report.blocks[1:], None], strict=True):
            self._turn(across)
            self._add(block, after, above)
            if block is report.blocks[0] and _has_other_letters(report):
                self.flowables.append(Words(_IN_LATIN, _SMALL))

    def _turn(self, across: bool) -> None:
        """Go on with a page that lies the other way, where the next block needs it."""
        if across != self._is_across:
            self.flowables += [NextPageTemplate("across" if across else "upright"), PageBreak()]
            self._is_across = across

    def _add(self, block: Block, after: Block | None, above: float) -> None:
        match block:
            case Heading():
                self.flowables.append(_Title(block, keep=isinstance(after, (Heading, Paragraph, Picture))))
            case Paragraph():
                self.flowables.append(_words(block.text))
            case Items():
                items = [ListItem(_words(each)) for each in block.items]
                self.flowables.append(ListFlowable(items, style=_ITEMS))
            case Facts():
                for name, value in block.rows:
                    said = f"<b>{escape(name)}:</b> {escape(_letters(value))}"
                    self.flowables.append(Words(said, _FACT))
            case Table():
                self.flowables.append(_table(block))
            case Picture():
                wide, high = _ACROSS if block.across else _UPRIGHT
                drawing = Drawing(block, (wide, high - above), _letters)
                drawing.keepWithNext = 1
                self.flowables += [drawing, _words(block.title, _SMALL)]


def _words(text: str, style: ParagraphStyle = _TEXT) -> Words:
    return Words(escape(_letters(text)), style)


Lines = tuple[str, ...]
"""The lines of a cell."""


class _Grid(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A table of plain texts, whose head is repeated on each page; a row higher than a page is parted.

    reportlab's own makes a flowable of each cell, and of all rows that are left anew for each page.
    """

    spaceBefore, spaceAfter = 4, 8  # noqa: N815  # reportlab's names

    def __init__(self, widths: Sequence[float], head: Sequence[Lines], rows: list[tuple[Lines, ...]]) -> None:
        """Arguments: the widths of the columns in points, and the lines of each cell of the head and rows."""
        super().__init__()
        self._widths, self._head, self._rows = widths, head, rows

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """The size; of a table that is too high, one that is higher than there is room."""
        del width
        self.width, self.height = sum(self._widths), _height(self._head)
        for row in self._rows:
            self.height += _height(row)
            if self.height > height:
                break
        return self.width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """The part that there is room for, and the rest; empty where the first row is for the next page."""
        del width
        room, fits = height - _height(self._head), 0
        while fits < len(self._rows) and _height(self._rows[fits]) <= room:
            room -= _height(self._rows[fits])
            fits += 1
        here, rest = self._rows[:fits], self._rows[fits:]
        lines = int((room - 2 * _PADDING) // _CELL.leading)
        if rest and lines > 0 and _height(self._head) + _height(rest[0]) > _UPRIGHT[1]:
            here.append(tuple(cell[:lines] for cell in rest[0]))
            rest[0] = tuple(cell[lines:] for cell in rest[0])
        return [_Grid(self._widths, self._head, part) for part in (here, rest) if part] if here else []

    def draw(self) -> None:
        """Paint the ground of the head, the lines of the grid, and each cell as one text."""
        left, top = [0.0, *accumulate(self._widths)], self.height
        tops = [top, *(top := top - _height(row) for row in (self._head, *self._rows))]
        self.canv.setStrokeColor(colors.HexColor("#BFBFBF"))
        self.canv.setFillColor(colors.HexColor("#F2F2F2"))
        self.canv.setLineWidth(0.5)
        self.canv.rect(0, tops[1], self.width, tops[0] - tops[1], stroke=0, fill=1)
        self.canv.grid(left, tops)
        self.canv.setFillColor(colors.black)
        text = self.canv.beginText()
        for number, (top, row) in enumerate(zip(tops, (self._head, *self._rows), strict=False)):
            if number < 2:
                text.setFont(FONT if number else _BOLD, _CELL.fontSize, _CELL.leading)
            for x, cell in zip(left, row, strict=False):
                if any(cell):
                    text.setTextOrigin(x + _PADDING, top - _PADDING - _CELL.fontSize)
                for line in cell:
                    text.textLine(line)
        self.canv.drawText(text)


def _height(row: Sequence[Lines]) -> float:
    return float(max(map(len, row)) * _CELL.leading + 2 * _PADDING)


def _table(table: Table) -> _Grid:
    whole = sum(table.widths)
    widths = [_WIDTH * width / whole for width in table.widths]
    head, *rows = (
        tuple(_lines(text, font, width - 2 * _PADDING) for text, width in zip(row, widths, strict=True))
        for font, row in chain([(_BOLD, table.head)], ((FONT, row) for row in table.rows))
    )
    return _Grid(widths, head, rows)


@lru_cache(10_000)
def _lines(text: str, font: str, width: float) -> Lines:
    """A text in lines that are not wider, parted between words, or in words that are wider."""
    lines, line, left = list[str](), "", width
    measured = partial(pdfmetrics.stringWidth, fontName=font, fontSize=_CELL.fontSize)
    blank = measured(" ")
    for word in _letters(text).split(" "):
        needed = measured(word)
        if line and needed + blank <= left:
            line, left = f"{line} {word}", left - needed - blank
            continue
        if line:
            lines.append(line)
        rest = word
        while needed > width and len(rest) > 1:
            fits = max(1, sum(1 for _ in takewhile(width.__ge__, accumulate(map(measured, rest)))))
            lines.append(rest[:fits])
            rest, needed = rest[fits:], needed - measured(rest[:fits])
        line, left = rest, width - needed
    return (*lines, line)
