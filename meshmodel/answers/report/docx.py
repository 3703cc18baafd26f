"""A report as a Word document, through python-docx; the archive gets fixed dates."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from xml.sax.saxutils import escape

from meshmodel.answers.blocks import Facts
from meshmodel.answers.report.tree import Block, Heading, Items, Paragraph, Picture, Report, Table
from meshmodel.answers.report.word_fields import add_contents, add_page_number, mark
from meshmodel.model.errors import MeshmodelError

_WIDTH, _HEIGHT, _MARGIN = 21.0, 29.7, 2.5
"""A4 and its margins, in centimetres."""
_FIXED: Final = datetime(2000, 1, 1, tzinfo=UTC)
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

        self.document: Any = Document()
        about = self.document.core_properties
        about.title, about.author, about.comments = report.title[:255], "", report.stamp
        about.created = about.modified = _FIXED
        about.last_modified_by, about.keywords = report.program, ""
        self._add_style_of_contents()
        self._styles = {each.name: each.style_id for each in self.document.styles}
        self._is_across = False
        self._page(self.document.sections[0])
        self._foot(report)
        self._sections = [each.text for each in report.sections]
        self._marked = 0
        self._tables: list[tuple[Any, Any]] = []
        """Each with the paragraph after it."""
        # python-docx looks through the whole body whenever something is added: it is kept short.
        body, made = self.document.element.body, list[Any]()
        for block, across, above in report.placed():
            self._turn(across)
            self._add(block, above)
            made += body[:-1]
            del body[:-1]
        body[:0] = made
        for after, table in self._tables:  # only now: lxml takes nodes times nodes to move a tree away
            after.addprevious(table)
        self._turn(across=False)
        self._line(report.stamp, "Caption")

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

        wide, high = (_HEIGHT, _WIDTH) if self._is_across else (_WIDTH, _HEIGHT)
        section.orientation = WD_ORIENT.LANDSCAPE if self._is_across else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Cm(wide), Cm(high)
        for side in ("left", "right", "top", "bottom"):
            setattr(section, f"{side}_margin", Cm(_MARGIN))

    def _add(self, block: Block, above: float) -> None:
        match block:
            case Heading():
                self._heading(block)
            case Paragraph():
                self._line(block.text)
            case Items():
                for item in block.items:
                    self._line(item, "List Bullet")
            case Facts():
                for name, value in block.rows:
                    line = self._line()
                    line.paragraph_format.space_after = 0
                    line.add_run(f"{name}: ").bold = True
                    line.add_run(value)
            case Table():
                self._table(block)
            case Picture():
                self._picture(block, above)

    def _heading(self, heading: Heading) -> None:
        """A heading; under that of the report the contents, to which those of sections are marked."""
        from docx.shared import Pt

        line = self._line(heading.text, f"Heading {heading.level}")
        if heading.level == 1 and self._sections:
            lines = [self._line("", _CONTENTS) for _ in self._sections]
            lines[-1].paragraph_format.space_after = Pt(14)
            add_contents(lines, self._sections)
        elif heading.level == 2:
            mark(line, self._marked)
            self._marked += 1

    def _foot(self, report: Report) -> None:
        """At the foot of every page what the report is about, and the number of the page."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt, RGBColor

        (line,) = self.document.sections[0].footer.paragraphs
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.style.font.size, line.style.font.color.rgb = Pt(8), RGBColor(0x55, 0x55, 0x55)
        line.add_run(f"{report.title[:60]} · {report.stamp} · page ")
        add_page_number(line)

    def _line(self, text: str = "", style: str | None = None) -> Any:
        """A new paragraph; python-docx would look through all styles for the one that is named."""
        line = self.document.add_paragraph(text)
        if style is not None:
            line._p.style = self._styles[style]  # noqa: SLF001  # as above
        return line

    def _table(self, block: Table) -> None:
        """A table, parsed from text: each cell that python-docx adds takes as long as there are cells."""
        from docx.oxml.ns import nsdecls
        from docx.oxml.parser import parse_xml
        from docx.shared import Cm

        whole, room = sum(block.widths), Cm(_WIDTH - 2 * _MARGIN).twips
        widths = [round(room * width / whole) for width in block.widths]
        columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        rows = [_row(block.head, widths, is_head=True), *(_row(row, widths) for row in block.rows)]
        made = parse_xml(
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="{self._styles["Table Grid"]}"/>'
            '<w:tblW w:type="auto" w:w="0"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:firstRow="1" w:firstColumn="1" w:noVBand="1"/></w:tblPr>'
            f"<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
        )
        self._tables.append((self._line()._p, made))  # noqa: SLF001  # there is no public way

    def _picture(self, picture: Picture, above: float) -> None:
        from docx.shared import Cm, Pt

        wide, high = (_HEIGHT, _WIDTH) if self._is_across else (_WIDTH, _HEIGHT)
        room = Cm(wide - 2 * _MARGIN), Cm(high - 2 * _MARGIN - 1.5) - Pt(above)
        size = [Pt(length) for length in picture.size]
        scale = min(1.0, room[0] / size[0], room[1] / size[1])
        shown = self.document.add_picture(io.BytesIO(picture.png), int(size[0] * scale))
        shown._inline.docPr.set("descr", picture.title)  # noqa: SLF001  # there is no public way
        self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        self._line(picture.title, "Caption")


def _row(texts: Sequence[str], widths: Sequence[int], *, is_head: bool = False) -> str:
    """A row of a table, in letters of 8 points; that of the head is bold, and repeated on each page."""
    repeated = "<w:trPr><w:tblHeader/></w:trPr>" if is_head else ""
    look = f'<w:rPr>{"<w:b/>" if is_head else ""}<w:sz w:val="16"/></w:rPr>'
    cells = (
        f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{width}"/></w:tcPr>'
        f"<w:p><w:r>{look}<w:t>{escape(text)}</w:t></w:r></w:p></w:tc>"
        for text, width in zip(texts, widths, strict=True)
    )
    return f"<w:tr>{repeated}{''.join(cells)}</w:tr>"
