"""A report as a Word document, through python-docx; the archive gets fixed dates.

The numbers of pages that it shows, until Word counts them, and the sizes of pictures are those of the PDF.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final
from xml.sax.saxutils import escape

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
from meshmodel.answers.report.word_fields import (
    add_contents,
    add_page_number,
    bookmark,
    link_run,
    mark,
    mark_anchor,
)
from meshmodel.exporters.diagram.compact import program_name
from meshmodel.model.errors import MeshmodelError

_MARGIN = 2.0
"""Centimetres around a page."""
_WIDTH, _HEIGHT = 21.0, 29.7
"""Centimetres of a page."""
_HYPERLINK: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_PAGE_COLUMN: Final = 8
"""The share of the column of page numbers."""
_MOST_SECTIONS: Final = 100
"""Above these numbers are the marks of other headings than those of sections."""
_FIXED: Final = datetime(2000, 1, 1, tzinfo=UTC)
_GROUNDS: Final = {"": "F2F2F2", "agent": "DCEBF7", "harm": "FCE8DA", "measure": "E0F3EC"}
"""The colours of the ground of a stage of an attack path, by its look."""
_CELL_MARGINS: Final = "".join(
    f'<w:{side} w:w="{wide}" w:type="dxa"/>'
    for side, wide in (("top", 40), ("left", 100), ("bottom", 40), ("right", 100))
)
"""The room around the words of a cell, in twentieths of a point."""
_CELL_LINES: Final = '<w:pPr><w:spacing w:after="0" w:line="200" w:lineRule="atLeast"/></w:pPr>'
_SIZES: Final = {"Normal": 10, "Heading 1": 18, "Heading 2": 14, "Heading 3": 10.5, "Caption": 7.5}
"""The points of the letters of styles."""
_CONTENTS: Final = "toc 1"
"""Word's name of the style of a line of the contents."""
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The first date that an archive can have."""


def docx(report: Report) -> bytes:
    """The file; equal reports give equal bytes.

    Raises:
        MeshmodelError: python-docx is not installed.
    """
    require()
    out = io.BytesIO()
    _Writer(report).document.save(out)
    return _with_fixed_dates(out.getvalue())


def require() -> None:
    """See that python-docx is there, before anything takes long.

    Raises:
        MeshmodelError: it is not; the line says how to get it.
    """
    try:
        import docx  # noqa: F401  # only whether it is there
    except ImportError:
        raise MeshmodelError(
            "Word documents need python-docx: install meshmodel[docx], or name a file .md, .html or .pdf"
        ) from None


def _with_fixed_dates(content: bytes) -> bytes:
    """The same archive, in which no entry says when it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.create_system = 3  # the same on every system
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Writer:
    def __init__(self, report: Report) -> None:
        from docx import Document

        from meshmodel.answers.report.pdf import laid_out

        self.document: Any = Document()
        self._layout = laid_out(report)
        report = report.put_off(self._layout.later)
        self._is_first, self._is_new_page = False, False
        self._anchors = 0
        about = self.document.core_properties
        about.title, about.author, about.comments = report.title[:255], "", report.stamp
        about.created = about.modified = _FIXED
        about.last_modified_by, about.keywords = program_name(), ""
        self._style_letters()
        self._add_style_of_contents()
        self._styles = {each.name: each.style_id for each in self.document.styles}
        self._is_across = False
        self._page(self.document.sections[0])
        self._foot(report)
        self._sections = report.sections
        self._marked = 0
        self._tables: list[tuple[Any, Any]] = []
        """Each with the paragraph after it."""
        # python-docx looks through the whole body whenever something is added: it is kept short.
        body, made = self.document.element.body, list[Any]()
        placed = zip(report.placed(), [*report.blocks[1:], None], strict=True)
        for number, ((block, across, above), after) in enumerate(placed):
            self._is_first = number < report.first_page
            self._turn(across)
            self._add(block, above)
            if isinstance(block, Paragraph) and isinstance(after, Picture):
                self.document.paragraphs[-1].paragraph_format.keep_with_next = True
            made += body[:-1]
            del body[:-1]
        body[:0] = made
        for after, table in self._tables:  # only now: lxml takes nodes times nodes to move a tree away
            after.addprevious(table)
        self._turn(across=False)
        self._line(report.stamp, "Caption")

    def _style_letters(self) -> None:
        """The letters of the HTML with lines as high as those of the PDF, so that pages hold as much."""
        from docx.enum.text import WD_LINE_SPACING
        from docx.oxml.ns import qn
        from docx.shared import Pt

        for name, size in _SIZES.items():
            style = self.document.styles[name]
            style.font.size, style.font.name = Pt(size), "Arial"
            style.paragraph_format.space_before = Pt(size * 0.8 if name.startswith("Heading") else 0)
            style.paragraph_format.space_after = Pt(4.75)
            fonts = style.element.rPr.rFonts
            for theme in [each for each in fonts.attrib if each.endswith("Theme")]:
                del fonts.attrib[theme]  # it would come before the name
            fonts.set(qn("w:cs"), "Arial")
        usual = self.document.styles["Normal"].paragraph_format
        usual.line_spacing, usual.line_spacing_rule = Pt(13), WD_LINE_SPACING.AT_LEAST

    def _add_style_of_contents(self) -> None:
        """Word's own style for a line of the contents; the template of python-docx lacks it."""
        from docx.enum.style import WD_STYLE_TYPE
        from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
        from docx.shared import Cm, Pt

        style = self.document.styles.add_style(_CONTENTS, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        style.base_style = self.document.styles["Normal"]
        style.paragraph_format.space_after = Pt(2)
        room = Cm(_WIDTH - 2 * _MARGIN)
        style.paragraph_format.tab_stops.add_tab_stop(room, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)

    def _turn(self, across: bool) -> None:
        """Go on with a page that lies the other way, where the next block needs it."""
        if across != self._is_across:
            self._is_across = across
            self._page(self.document.add_section())

    def _page(self, section: Any) -> None:
        from docx.enum.section import WD_ORIENT
        from docx.shared import Cm

        wide, high = self._room
        section.orientation = WD_ORIENT.LANDSCAPE if wide > high else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Cm(wide), Cm(high)
        for side in ("left", "right", "top", "bottom"):
            setattr(section, f"{side}_margin", Cm(_MARGIN))

    @property
    def _room(self) -> tuple[float, float]:
        """Width and height of the page, in centimetres."""
        return (_HEIGHT, _WIDTH) if self._is_across else (_WIDTH, _HEIGHT)

    def _add(self, block: Block, above: float) -> None:
        match block:
            case Heading():
                self._heading(block)
            case Paragraph():
                is_lead = block.look == "lead"
                self._words(self._line(), block.line, is_bold=is_lead, larger=2 * is_lead)
            case AttackPath():
                self._path(block)
            case Facts():
                self._facts(block)
            case Table() if block.head:
                self._table(block)
            case Table():
                for (item,) in block.cells:
                    self._words(self._line("", "List Bullet"), item)
            case Picture():
                self._picture(block, above)
            case Break():
                self._is_new_page = True
            case Contents():
                self._contents()

    @property
    def _points(self) -> float | None:
        """The size of letters where it is not that of the style: on the first page."""
        return 8.5 if self._is_first else None

    def _words(self, line: Any, text: str, *, is_bold: bool = False, larger: int = 0) -> None:
        """Go on with words, which lead somewhere where they are a link; on the first page some are larger."""
        from docx.shared import Pt

        run = line.add_run(text)
        run.bold = is_bold or None
        if self._points is not None:
            run.font.size = Pt(self._points + larger)
        if isinstance(text, Link):
            link_run(run, text.anchor)

    def _path(self, path: AttackPath) -> None:
        """The stages of an attack path in a line, each on its ground."""
        from docx.oxml.ns import nsdecls
        from docx.oxml.parser import parse_xml

        line = self._line()
        for number, (text, look) in enumerate(path.parts):
            if number:
                self._words(line, " › ")
            self._words(line, f" {text} ", is_bold=look in {"harm", "measure"})
            ground = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{_GROUNDS[look]}"/>'
            line.runs[-1]._r.get_or_add_rPr().append(parse_xml(ground))  # noqa: SLF001  # no public way

    def _facts(self, facts: Facts) -> None:
        """A line each; on the first page one line, since it has no room."""
        line = None
        for name, value in facts.rows:
            if line is None or not self._is_first:
                line = self._line()
                line.paragraph_format.space_after = 0
            else:
                self._words(line, " · ")
            self._words(line, f"{name}: ", is_bold=True)
            self._words(line, value)

    def _heading(self, heading: Heading) -> None:
        """A heading; those of sections are marked for the contents, others for what leads to them."""
        from docx.shared import Pt

        line = self._line(heading.text, f"Heading {heading.level}")
        if self._is_first:
            line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(5), Pt(1)
        if heading.level == 2 and not self._is_first:
            mark(line, self._marked)
            self._marked += 1
        if heading.anchor:
            self._anchors += 1
            mark_anchor(line, heading.anchor, self._anchors + _MOST_SECTIONS)

    def _contents(self) -> None:
        """The list of sections; its lines lead there."""
        from docx.shared import Pt

        if self._sections:
            lines = [self._line("", _CONTENTS) for _ in self._sections]
            lines[-1].paragraph_format.space_after = Pt(14)
            pages = (self._layout.pages_of.get(each.anchor, "") for each in self._sections)
            add_contents(lines, [each.text for each in self._sections], map(str, pages))

    def _foot(self, report: Report) -> None:
        """At the foot of every page what the report is about, and the number of the page."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt, RGBColor

        (line,) = self.document.sections[0].footer.paragraphs
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.style.font.size = Pt(8)
        line.style.font.color.rgb = RGBColor(0x55, 0x55, 0x55)
        line.add_run(f"{report.title[:60]} · {report.stamp} · page ")
        add_page_number(line)

    def _line(self, text: str = "", style: str | None = None) -> Any:
        """A new paragraph; python-docx would look through all styles for the one that is named."""
        from docx.enum.text import WD_LINE_SPACING
        from docx.shared import Pt

        line = self.document.add_paragraph(text)
        if self._is_first:
            line.paragraph_format.space_after, line.paragraph_format.line_spacing = Pt(2), Pt(11.5)
            line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
        if self._is_new_page:
            line.paragraph_format.page_break_before, self._is_new_page = True, False
        if style is not None:
            line._p.style = self._styles[style]  # noqa: SLF001  # as above
        return line

    def _table(self, block: Table) -> None:
        """A table, parsed from text: each cell that python-docx adds takes as long as there are cells."""
        from docx.oxml.ns import nsdecls
        from docx.oxml.parser import parse_xml
        from docx.shared import Cm

        links = [
            next((cell for cell in row if isinstance(cell, Link) and not cell.is_outside), None)
            for row in block.cells
        ]
        shares = [*block.widths, *([_PAGE_COLUMN] if any(links) else [])]
        whole, room = sum(shares), Cm(_WIDTH - 2 * _MARGIN).twips
        widths = [round(room * share / whole) for share in shares]
        size = 7.5 if self._is_first else 8.0
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        head = [*block.head, *(["Page"] if any(links) else [])]
        rows = [_row(head, widths, size, is_head=True)]
        pages = self._layout.pages_of
        outside = {
            cell.anchor for row in block.cells for cell in row if isinstance(cell, Link) and cell.is_outside
        }
        relate = self.document.part.relate_to
        addresses = {each: relate(each, _HYPERLINK, is_external=True) for each in sorted(outside)}
        rows += [
            _row(row, widths, size, link, addresses, pages)
            for row, link in zip(block.cells, links, strict=True)
        ]
        made = parse_xml(
            f'<w:tbl {nsdecls("w", "r")}><w:tblPr><w:tblStyle w:val="{self._styles["Table Grid"]}"/>'
            '<w:tblW w:type="auto" w:w="0"/><w:tblLayout w:type="fixed"/>'
            f"<w:tblCellMar>{_CELL_MARGINS}</w:tblCellMar>"
            '<w:tblLook w:firstRow="1" w:firstColumn="1" w:noVBand="1"/></w:tblPr>'
            f"<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
        )
        self._tables.append((self._line()._p, made))  # noqa: SLF001  # there is no public way

    def _picture(self, picture: Picture, above: float) -> None:
        from docx.shared import Cm, Pt

        wide, high = self._room
        room = Cm(wide - 2 * _MARGIN - 0.01), Cm(high - 2 * _MARGIN - 1.5) - Pt(above)
        size = [Pt(length) for length in picture.size]
        scale = min(self._layout.scales[picture.stem], room[0] / size[0], room[1] / size[1])
        shown = self.document.add_picture(io.BytesIO(picture.png), int(size[0] * scale))
        shown._inline.docPr.set("descr", picture.title)  # noqa: SLF001  # there is no public way
        line = self.document.paragraphs[-1].paragraph_format
        line.keep_with_next, line.space_after = True, 0
        self._line(picture.title, "Caption").paragraph_format.space_after = Pt(5)


def _row(
    texts: Sequence[str],
    widths: Sequence[int],
    size: float,
    link: Link | None = None,
    addresses: Mapping[str, str] = MappingProxyType({}),
    pages: Mapping[str, int] = MappingProxyType({}),
    *,
    is_head: bool = False,
) -> str:
    """A row of a table.

    Args:
        texts: of its cells; where the table has a column of pages, that cell is made of the link.
        widths: of its columns.
        size: of its letters, in points.
        link: where it leads to.
        addresses: by address on the web the number of its relation in the document.
        pages: by anchor its page, until Word counts the pages.
        is_head: whether it is bold, and repeated on each page.
    """
    repeated = "<w:trPr><w:tblHeader/></w:trPr>" if is_head else ""
    look = f'<w:rPr>{"<w:b/>" if is_head else ""}<w:sz w:val="{round(2 * size)}"/></w:rPr>'
    cells = [f"<w:r>{look}<w:t>{escape(text)}</w:t></w:r>" for text in texts]
    for place, text in enumerate(texts):
        if isinstance(text, Link):
            known = addresses.get(text.anchor)
            led = f'w:anchor="{bookmark(text.anchor)}"' if known is None else f'r:id="{known}"'
            cells[place] = f"<w:hyperlink {led}>{cells[place]}</w:hyperlink>"
    if len(cells) < len(widths):
        code = "" if link is None else f" PAGEREF {bookmark(link.anchor)} \\h "
        page = " " if link is None else f"{pages.get(link.anchor, ' ')}"
        shown = f"<w:r>{look}<w:t>{page}</w:t></w:r>"
        cells.append(f'<w:fldSimple w:instr="{code}">{shown}</w:fldSimple>' if code else shown)
    made = (
        f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{width}"/></w:tcPr><w:p>{_CELL_LINES}{cell}</w:p></w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr>{repeated}{''.join(made)}</w:tr>"
