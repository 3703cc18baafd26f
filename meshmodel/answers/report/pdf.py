"""A report as PDF: pages with an outline, the pictures drawn as lines and letters.

The font, Bitstream Vera, comes with reportlab; it has the letters of western European languages. Others are
written in Latin letters, and the report says so.
"""

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from itertools import accumulate, chain, pairwise, takewhile
from typing import Any, Final, NamedTuple
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
    CondPageBreak,
    Flowable,
    Frame,
    ListFlowable,
    ListItem,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
)
from reportlab.platypus import Paragraph as Words
from reportlab.platypus.doctemplate import ActionFlowable

from meshmodel.answers.blocks import (
    AttackPath,
    Block,
    Break,
    Contents,
    Facts,
    Heading,
    Link,
    Paragraph,
    PathPart,
    Picture,
    Table,
)
from meshmodel.answers.report.tree import LEAST, LETTERS, PUT_OFF, Report
from meshmodel.answers.report.vector import FONT, PageDrawing
from meshmodel.exporters.diagram.compact import program_name
from meshmodel.exporters.diagram.dot import SMALLEST
from meshmodel.exporters.diagram.pdf import shows

_BOLD: Final = f"{FONT}-bold"
_SIGNS: Final = {"✖": "×", "◆": "◊", "◇": "◊", "→": "->"}
"""What is written for the program's own signs that the font has not."""
_MARGIN: Final = 2 * cm
_CAPTION: Final = 1.4 * cm
_IN_LATIN: Final = "Names in letters that this format has no font for are written in Latin letters."
_WIDTH: Final = A4[0] - 2 * _MARGIN
_UPRIGHT: Final = (_WIDTH, A4[1] - 2 * _MARGIN - _CAPTION)
"""Width and height that a picture may take on an upright page."""
_ACROSS: Final = (A4[1] - 2 * _MARGIN, A4[0] - 2 * _MARGIN - _CAPTION)
FIRST_PAGE: Final = A4[1] - 2 * _MARGIN
"""Points of the height of the first page."""
_EMPTY: Final = 0.2
"""So much of a page does not stay empty below a table: its next row is parted."""
_MOST_EMPTY: Final = 0.45
"""So much of a page does not stay empty above a picture that needs the next one."""
_LEAST_SCALE: Final = LEAST / (SMALLEST * LETTERS)
"""With this the smallest letters of a picture are as small as they may be."""
_PADDING: Final = 3
_BEGINNING: Final = 90
"""Points that a heading and the beginning of the table or list below it take."""
_ARROW: Final = 10
"""Points between two stages of an attack path, where an arrow is."""
_BETWEEN: Final = 3
"""Points between two rows of them."""
_BOXES: Final = {
    "": ("#6B6B6B", "#F2F2F2"),
    "agent": ("#0072B2", "#DCEBF7"),
    "harm": ("#D55E00", "#FCE8DA"),
    "measure": ("#009E73", "#E0F3EC"),
}
"""Edge and ground of the box of a stage, by its look."""
_PAGE_COLUMN: Final = 8
"""The share of the column of page numbers."""
_GREY: Final = colors.HexColor("#555555")
_LINK: Final = "#0072B2"


class _Styles:
    """How texts look: small on the first page, which has to hold all that it says."""

    def __init__(self, text: float, cell: float, headings: tuple[float, float, float]) -> None:
        self.text = ParagraphStyle(
            "text", fontName=FONT, fontSize=text, leading=text * 1.37, spaceAfter=text / 2, splitLongWords=1
        )
        self.lead = ParagraphStyle("lead", self.text, fontName=_BOLD, fontSize=text * 1.2, leading=text * 1.6)
        self.fact = ParagraphStyle("fact", self.text, leftIndent=12, firstLineIndent=-12, spaceAfter=2)
        self.cell = ParagraphStyle("cell", self.text, fontSize=cell, leading=cell * 1.33, spaceAfter=0)
        self.small = ParagraphStyle("small", self.cell, textColor=_GREY, spaceAfter=text / 2)
        self.items = ListStyle(
            "items", bulletType="bullet", start="-", leftIndent=14, bulletFontName=FONT, bulletFontSize=text
        )
        self.headings = {
            level: ParagraphStyle(
                f"heading{level}",
                self.text,
                fontName=_BOLD,
                fontSize=size,
                leading=size * 1.3,
                spaceBefore=size * 0.8,
            )
            for level, size in enumerate(headings, 1)
        }


_USUAL: Final = _Styles(9.5, 7.5, (18, 14, 10.5))
_FIRST: Final = _Styles(8.5, 7.5, (15, 10, 9.5))


class PdfLayout(NamedTuple):
    """A report on pages.

    Attributes:
        content: the file.
        pages_of: by what links lead to a heading the number of its page.
        scales: by the name of a picture, how large it is drawn, 1 where it is as it is laid out.
        later: by the name of a picture that would leave half a page empty, the number of the block before
            which it stands instead.
    """

    content: bytes
    pages_of: Mapping[str, int]
    scales: Mapping[str, float]
    later: Mapping[str, int]


def laid_out(report: Report) -> PdfLayout:
    """The report as PDF; equal reports give equal bytes. Pictures without SVG take their room alone."""
    _register()
    rl_config.useA85 = 0  # pages as bytes: as letters they are longer, and take longer to write
    out = io.BytesIO()
    document, flowables = _PdfDocument(out, report), _Flowables(report).flowables
    drawings = [each for each in flowables if isinstance(each, PageDrawing)]
    document.build([*flowables, _PageNumbers(document.pages_of)])
    scales = {each.stem: each.scale for each in drawings}
    return PdfLayout(out.getvalue(), document.pages_of, scales, document.later)


def height_of(blocks: Sequence[Block]) -> float:
    """Points that blocks take at the top of the first page."""
    _register()
    high, blank = 0.0, math.inf
    for each in _Flowables(Report.of("", "", (*blocks, Break()))).flowables:
        if not isinstance(each, (CondPageBreak, PageBreak)):
            _, own = each.wrap(_WIDTH, FIRST_PAGE)
            high += max(0.0, each.getSpaceBefore() - blank) + own + each.getSpaceAfter()
            blank = each.getSpaceAfter()
    return high


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
    letters = set[str]().union(*(text for text in report.texts() if not text.isascii()))
    return any(not shows(letter) and letter not in _SIGNS for letter in letters)


class _PdfDocument(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Pages upright and across, each with the title and its number; headings go into the outline.

    Attributes:
        pages_of: by what links lead to a heading the number of its page, as far as it is laid out.
        later: as that of ``PdfLayout``.
    """

    def __init__(self, out: io.BytesIO, report: Report) -> None:
        super().__init__(
            out,
            pagesize=A4,
            invariant=1,
            pageCompression=1,
            title=report.title,
            author=report.title,
            subject=report.stamp,
            creator=program_name(),
            lang="en",
            displayDocTitle=True,
            initialFontName=FONT,
        )
        self._foot = f"{_letters(report.title)[:60]} · {report.stamp}"
        self._headings = 0
        self.pages_of: dict[str, int] = {}
        self.later: dict[str, int] = {}
        for name, size in (("upright", A4), ("across", landscape(A4))):
            box = (_MARGIN, _MARGIN, size[0] - 2 * _MARGIN, size[1] - 2 * _MARGIN)
            frame = Frame(*box, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
            self.addPageTemplates(PageTemplate(name, [frame], pagesize=size, onPage=self._page))

    def _page(self, canvas: Any, document: Any) -> None:
        canvas.setFont(FONT, 7)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN, 1.2 * cm, self._foot)
        canvas.drawRightString(document.pageTemplate.pagesize[0] - _MARGIN, 1.2 * cm, f"{document.page}")

    def handle_keepWithNext(self, flowables: list[Flowable]) -> None:  # noqa: N802  # reportlab's name
        """Before pictures are placed with their titles: make those smaller that then fill the page.

        What follows one that would leave half a page empty goes before it.
        """
        if frame := getattr(self, "frame", None):  # there is none before the first page
            left, whole = frame._y - frame._y1p, frame._height  # noqa: SLF001  # there is no public way
            if not _fill(flowables, left) and not (
                left > whole * _MOST_EMPTY and self._put_off(flowables, left)
            ):
                _fill(flowables, whole)
        super().handle_keepWithNext(flowables)

    def _put_off(self, flowables: list[Flowable], room: float) -> bool:
        """Let what follows the first picture, as far as it fits onto the page, go before it.

        Args:
            flowables: what comes next: what stands above the picture, the picture, its title, and the rest.
            room: points that are left of the page.

        Returns:
            Whether something is above it, so that it can be looked for, and something after it.
        """
        place = next(place for place, each in enumerate(flowables) if isinstance(each, PageDrawing))
        note = _words(PUT_OFF, _USUAL.text)
        above, (drawing, title), rest = (
            flowables[:place],
            flowables[place : place + 2],
            flowables[place + 2 :],
        )
        room -= sum(map(_height, (*above, note)))
        fits = 0
        for number, (each, after) in enumerate(pairwise(rest)):
            if isinstance(each, ActionFlowable):
                break
            is_break = isinstance(each, CondPageBreak)
            high = each.height if is_break else _height(each)
            if high > room:
                break
            room -= 0 if is_break else high
            is_title = number > 0 and isinstance(rest[number - 1], PageDrawing)
            if is_title or (isinstance(after, _BEFORE_A_SECTION) and not isinstance(each, _BEFORE_A_SECTION)):
                fits = number + 1
        block = next((each.block for each in rest[fits:] if hasattr(each, "block")), None)
        if not above or block is None:
            return False
        self.later[drawing.stem] = block
        flowables[place:] = [note, *rest[:fits], drawing, title, *rest[fits:]]
        return True

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802  # reportlab's name
        """Put a heading into the outline, and note its page."""
        if isinstance(flowable, _PdfHeading):
            self._headings += 1
            name = f"heading-{self._headings}"
            self.canv.bookmarkPage(name)
            self.canv.addOutlineEntry(flowable.words, name, flowable.level - 1, closed=flowable.level > 1)
            if flowable.anchor:
                self.pages_of[flowable.anchor] = self.page


def _fill(flowables: Sequence[Flowable], room: float) -> bool:
    """Make the pictures that come next smaller where one more then fits onto the page.

    Args:
        flowables: what comes next.
        room: points that are left of the page.

    Returns:
        Whether the first of them fits.
    """
    drawings, words, fits = list[PageDrawing](), 0.0, True
    for number, plate in enumerate(_plates(flowables)):
        new = [each for each in plate if isinstance(each, PageDrawing)]
        drawings += new
        words += sum(_height(each) for each in plate if each not in new)
        high = sum(each.height for each in drawings)
        if words + high > room:
            smaller = (room - words - 1) / high
            fits = min(each.scale for each in drawings) * smaller > _LEAST_SCALE
            for each in drawings if fits else ():
                each.shrink(smaller)
            return fits or number > 0
    return fits


def _plates(flowables: Sequence[Flowable]) -> Iterator[list[Flowable]]:
    """The pictures that come next, each with its title and what is kept with them, up to anything else."""
    plate = list[Flowable]()
    for each in flowables:
        plate.append(each)
        if each.getKeepWithNext():
            continue
        if not any(isinstance(part, PageDrawing) for part in plate):
            return
        yield plate
        plate = []


def _height(flowable: Flowable) -> float:
    """Points that a flowable takes at most: its blanks may overlap those of its neighbours."""
    _, high = flowable.wrap(_WIDTH, FIRST_PAGE)
    return float(flowable.getSpaceBefore() + high + flowable.getSpaceAfter())


class _PageNumbers(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Nothing that is seen: writes the numbers of pages where they are shown, once all of them are known."""

    def __init__(self, pages_of: dict[str, int]) -> None:
        super().__init__()
        self._pages_of = pages_of

    def draw(self) -> None:
        """Make a form of each number; pages before this one refer to it."""
        for anchor, page in self._pages_of.items():
            self.canv.beginForm(f"page-{anchor}")
            self.canv.setFont(FONT, _USUAL.cell.fontSize)
            self.canv.drawString(0, 0, f"{page}")
            self.canv.endForm()


class _PdfHeading(Words):  # type: ignore[misc]  # reportlab has no types
    """A heading, with its words and level."""

    def __init__(self, heading: Heading, style: ParagraphStyle, *, keep: bool) -> None:
        self.words, self.level, self.anchor = _letters(heading.text), heading.level, heading.anchor
        super().__init__(escape(self.words), style)
        self.keepWithNext = int(keep)

    def draw(self) -> None:
        """Draw it, and let links lead there."""
        if self.anchor:
            self.canv.bookmarkHorizontal(self.anchor, 0, self.height)
        super().draw()


_BEFORE_A_SECTION: Final = (_PdfHeading, CondPageBreak)
"""With what a section begins."""


class _Flowables:
    """The flowables of a report, each with the number of its block."""

    def __init__(self, report: Report) -> None:
        self.flowables: list[Flowable] = []
        self._is_across, self._report = False, report
        first = report.first_page
        placed = zip(report.placed(), [*report.blocks[1:], None], strict=True)
        for number, ((block, across, above), after) in enumerate(placed):
            self._styles = _FIRST if number < first else _USUAL
            self._is_first = number < first
            self._turn(across)
            made = len(self.flowables)
            self._add(block, after, above)
            for each in self.flowables[made:]:
                each.block = number
            if block is report.blocks[0] and _has_other_letters(report):
                self.flowables.append(Words(_IN_LATIN, self._styles.small))
        self.flowables = [*_with_room(self.flowables)]

    def _turn(self, across: bool) -> None:
        """Go on with a page that lies the other way, where the next block needs it."""
        if across != self._is_across:
            self.flowables += [NextPageTemplate("across" if across else "upright"), PageBreak()]
            self._is_across = across

    def _add(self, block: Block, after: Block | None, above: float) -> None:
        styles = self._styles
        match block:
            case Heading():
                is_parted = isinstance(after, (Table, Contents))
                keep = after is not None and not is_parted
                is_list = isinstance(after, Contents) or (isinstance(after, Table) and not after.head)
                if is_list:  # it is not kept whole with its heading
                    self.flowables.append(CondPageBreak(styles.headings[block.level].fontSize + _BEGINNING))
                self.flowables.append(_PdfHeading(block, styles.headings[block.level], keep=keep))
            case Paragraph():
                made = _words(block.line, styles.lead if block.look == "lead" else styles.text)
                made.keepWithNext = int(isinstance(after, (Picture, AttackPath)))
                self.flowables.append(made)
            case AttackPath():
                self.flowables.append(_Stages(block.parts, styles.cell))
            case Facts():
                self._facts(block)
            case Table() if block.head:
                self.flowables.append(_table(block, styles.cell))
            case Table():
                items = [ListItem(_words(each, styles.text)) for (each,) in block.cells]
                self.flowables.append(ListFlowable(items, style=styles.items))
            case Picture():
                self._picture(block, above)
            case Break():
                self.flowables.append(PageBreak())
            case Contents():
                links = [(Link.to(each.anchor, each.text),) for each in self._report.sections if each.anchor]
                self.flowables.append(_table(Table.to_fill_in(("Section",), (92,), links), styles.cell))

    def _facts(self, facts: Facts) -> None:
        said = [f"<b>{escape(name)}:</b> {_linked(value)}" for name, value in facts.rows]
        if self._is_first and said:  # there in a line, since the page has no room
            said = [" · ".join(said)]
        self.flowables += [Words(each, self._styles.fact) for each in said]

    def _picture(self, picture: Picture, above: float) -> None:
        wide, high = _ACROSS if picture.across else _UPRIGHT
        drawing = PageDrawing(picture, (wide, high - above), _letters)
        drawing.keepWithNext = 1
        self.flowables += [drawing, _words(picture.title, self._styles.small)]


def _with_room(flowables: Sequence[Flowable]) -> Iterator[Flowable]:
    """The same, in which a heading above a table goes to the page where that begins."""
    for place, each in enumerate(flowables):
        if isinstance(each, _PdfHeading):
            above, grid = flowables[place : place + 2], flowables[place + 1 : place + 3]
            found = next((part for part in grid if isinstance(part, _PlainTable)), None)
            if found is not None:
                above = above[: 1 + grid.index(found)]
                yield CondPageBreak(sum(map(_height, above)) + found.beginning)
        yield each


def _words(text: str, style: ParagraphStyle) -> Words:
    return Words(_linked(text), style)


def _linked(text: str) -> str:
    """A text for reportlab, as a link where it is one."""
    said = escape(_letters(text))
    return f'<a href="{escape(text.target)}" color="{_LINK}">{said}</a>' if isinstance(text, Link) else said


class _Stages(Flowable):  # type: ignore[misc]  # reportlab has no types
    """The stages of an attack path, each in its box, in as many rows as they need."""

    spaceBefore, spaceAfter = 1, 5  # noqa: N815  # reportlab's names

    def __init__(self, parts: Sequence[PathPart], style: ParagraphStyle) -> None:
        super().__init__()
        self._parts, self._style, self._size = parts, style, style.fontSize
        self._placed: list[tuple[float, int, float, Lines, str]] = []
        """Of each box its left edge, its row, its width, its lines and its look."""
        self._tops: list[float] = []

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """The size, and where each box is."""
        del height
        self._placed, x, row, highest = [], 0.0, 0, [0]
        for text, look in self._parts:
            lines = _lines(text, FONT, self._size, width - 2 * _PADDING)
            wide = max(pdfmetrics.stringWidth(each, FONT, self._size) for each in lines) + 2 * _PADDING
            if x and x + wide > width:
                x, row, highest = 0.0, row + 1, [*highest, 0]
            self._placed.append((x, row, wide, lines, look))
            highest[row] = max(highest[row], len(lines))
            x += wide + _ARROW
        heights = [each * self._style.leading + _PADDING + _BETWEEN for each in highest]
        self.width, self.height = width, sum(heights)
        self._tops = [self.height - sum(heights[:number]) for number in range(len(heights))]
        return self.width, self.height

    def draw(self) -> None:
        """Paint the boxes, and an arrow before each but the first."""
        for number, (x, row, wide, lines, look) in enumerate(self._placed):
            top, high = self._tops[row], len(lines) * self._style.leading + _PADDING
            edge, ground = _BOXES[look]
            self.canv.setStrokeColor(colors.HexColor(edge))
            self.canv.setFillColor(colors.HexColor(ground))
            self.canv.setLineWidth(1.4 if look == "measure" else 0.7)
            self.canv.rect(x, top - high, wide, high, stroke=1, fill=1)
            self.canv.setFillColor(colors.black)
            text = self.canv.beginText(x + _PADDING, top - _PADDING / 2 - self._size)
            text.setFont(FONT, self._size, self._style.leading)
            for line in lines:
                text.textLine(line)
            self.canv.drawText(text)
            if number + 1 < len(self._placed):
                self.canv.setFont(FONT, self._size)
                self.canv.drawString(x + wide + 3, top - _PADDING / 2 - self._size, "\u203a")


Lines = tuple[str, ...]
"""The lines of a cell."""
Place = tuple[int, str]
"""A column, and where it leads to."""


class _PlainTable(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A table of plain texts, whose head is repeated on each page; a high row is parted.

    reportlab's own makes a flowable of each cell, and of all rows that are left anew for each page.
    """

    spaceBefore, spaceAfter = 4, 8  # noqa: N815  # reportlab's names

    def __init__(
        self,
        widths: Sequence[float],
        head: Sequence[Lines],
        rows: list[tuple[Lines, ...]],
        style: ParagraphStyle,
        links: "Sequence[Sequence[Place]]" = (),
        highest: float = 0.0,
    ) -> None:
        """What it has.

        Args:
            widths: of the columns, in points.
            head: the lines of each of its cells.
            rows: likewise.
            style: of its letters.
            links: for each row the columns that lead somewhere, and where to.
            highest: points that a page has; a row that is higher is parted.
        """
        super().__init__()
        self._widths, self._head, self._rows, self._style = widths, head, rows, style
        self._links, self._highest = list(links) or [()] * len(rows), highest

    def _height(self, row: Sequence[Lines]) -> float:
        return float(max(map(len, row)) * self._style.leading + 2 * _PADDING)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """The size; of a table that is too high, one that is higher than there is room."""
        del width
        self.width, self.height = sum(self._widths), self._height(self._head)
        for row in self._rows:
            self.height += self._height(row)
            if self.height > height:
                break
        return self.width, self.height

    @property
    def beginning(self) -> float:
        """Points that it takes at least before it goes on to another page."""
        first = min(map(self._height, self._rows[:1]), default=0.0)
        return self._height(self._head) + min(first, self._highest * _EMPTY) + 1

    def split(self, width: float, height: float) -> list[Flowable]:
        """The part that there is room for, and the rest; empty where the first row is for the next page."""
        del width
        room, fits = height - self._height(self._head), 0
        while fits < len(self._rows) and self._height(self._rows[fits]) <= room:
            room -= self._height(self._rows[fits])
            fits += 1
        here, rest = self._rows[:fits], self._rows[fits:]
        links, left = self._links[:fits], self._links[fits:]
        lines = int((room - 2 * _PADDING) // self._style.leading)
        is_high = bool(rest) and self._height(self._head) + self._height(rest[0]) > self._highest
        if rest and lines > 0 and (is_high or room > self._highest * _EMPTY):
            here.append(tuple(cell[:lines] for cell in rest[0]))
            rest[0] = tuple(cell[lines:] for cell in rest[0])
            links, left = [*links, left[0]], [(), *left[1:]]
        if not here:
            return []
        parts = ((here, links), (rest, left))
        return [
            _PlainTable(self._widths, self._head, part, self._style, some, self._highest)
            for part, some in parts
            if part
        ]

    def draw(self) -> None:
        """Paint the ground of the head, the lines of the grid, and each cell as one text."""
        left, top = [0.0, *accumulate(self._widths)], self.height
        tops = [top, *(top := top - self._height(row) for row in (self._head, *self._rows))]
        self.canv.setStrokeColor(colors.HexColor("#BFBFBF"))
        self.canv.setFillColor(colors.HexColor("#F2F2F2"))
        self.canv.setLineWidth(0.5)
        self.canv.rect(0, tops[1], self.width, tops[0] - tops[1], stroke=0, fill=1)
        self.canv.grid(left, tops)
        self.canv.setFillColor(colors.black)
        text = self.canv.beginText()
        for number, (top, row) in enumerate(zip(tops, (self._head, *self._rows), strict=False)):
            if number < 2:
                text.setFont(FONT if number else _BOLD, self._style.fontSize, self._style.leading)
            for x, cell in zip(left, row, strict=False):
                if any(cell):
                    text.setTextOrigin(x + _PADDING, top - _PADDING - self._style.fontSize)
                for line in cell:
                    text.textLine(line)
        self.canv.drawText(text)
        for top, bottom, links in zip(tops[1:], tops[2:], self._links, strict=False):
            for column, anchor in links:
                box = left[column], bottom, left[column + 1], top
                if "://" in anchor:
                    self.canv.linkURL(anchor, box, relative=1)
                    continue
                self.canv.linkRect("", anchor, box, relative=1, Border="[0 0 0]")
                if column == len(self._widths) - 1:
                    self._number(anchor, left[column], top)

    def _number(self, anchor: str, x: float, top: float) -> None:
        """The number of the page of an anchor, which is not known yet."""
        self.canv.saveState()
        self.canv.translate(x + _PADDING, top - _PADDING - self._style.fontSize)
        scale = self._style.fontSize / _USUAL.cell.fontSize
        self.canv.scale(scale, scale)
        self.canv.doForm(f"page-{anchor}")
        self.canv.restoreState()


def _table(table: Table, style: ParagraphStyle) -> _PlainTable:
    """A table; one of links within the report has a last column with the pages that they lead to."""
    links = [
        [(place, cell.anchor) for place, cell in enumerate(row) if isinstance(cell, Link)]
        for row in table.cells
    ]
    shares, head, rows = [*table.widths], [*table.head], [[*row] for row in table.cells]
    if any("://" not in anchor for led in links for _, anchor in led):
        shares.append(_PAGE_COLUMN)
        head.append("Page")
        for row, led in zip(rows, links, strict=True):
            row.append("")
            led.extend([(len(shares) - 1, led[0][1])] if led else [])
    widths = [_WIDTH * share / sum(shares) for share in shares]
    first, *others = (
        tuple(
            _lines(text, font, style.fontSize, width - 2 * _PADDING)
            for text, width in zip(row, widths, strict=True)
        )
        for font, row in chain([(_BOLD, head)], ((FONT, row) for row in rows))
    )
    return _PlainTable(widths, first, others, style, links, _UPRIGHT[1])


@lru_cache(10_000)
def _lines(text: str, font: str, size: float, width: float) -> Lines:
    """A text in lines that are not wider, parted between words, or in words that are wider."""
    lines, line, left = list[str](), "", width
    measured = partial(pdfmetrics.stringWidth, fontName=font, fontSize=size)
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
