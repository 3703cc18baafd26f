"""Each writer shows every text of a tree as it is, whatever stands in it."""

from dataclasses import replace
from io import BytesIO
from itertools import chain

import docx as python_docx
import pypdf
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as Words
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.pdfbase.pdfmetrics import stringWidth

from meshmodel.answers.blocks import Contents, Facts, Heading, Link, Paragraph, Picture, Table, plain
from meshmodel.answers.report.docx import docx
from meshmodel.answers.report.html import POLICY, html
from meshmodel.answers.report.markdown import escaped, markdown
from meshmodel.answers.report.pdf import laid_out
from meshmodel.answers.report.tree import PUT_OFF, Report
from meshmodel.answers.report.vector import FONT
from tests.answers.report.reading import READ, Page, entries, squeezed
from tests.exporters.parts import HOSTILE
from tests.exporters.test_diagram import check_fonts_and_title
from tests.rows import all_rows

MARKUP = (
    *HOSTILE,
    "# not a heading #",
    "- no item",
    "+ no item",
    "1. no item",
    "2) no item",
    "> no quote",
    "=====",
    "---",
    "***",
    "`code` ``code``",
    "*a* _b_ ~~c~~ **d**",
    "[text](https://evil.example) ![p](x.png) [x]: y",
    "<https://evil.example> https://evil.example www.evil.example",
    "a | b | c",
    "@everyone $x^2$ :smile:",
    "&copy; &#35; &amp;",
    "<b>bold</b> <i>x</i> <font size=99>x</font> <para/> <br/>",
    "</td></table></body>",
    "\\*a\\* \\\\",
    "{{ 1 + 1 }} ${x} %s",
    "[[link]] <!-- comment -->",
)


def pdf(tree):
    return laid_out(tree).content


def report(texts):
    blocks = [Heading(1, "Title"), Contents()]
    for text in texts:
        blocks += [Heading(2, text), Paragraph(text), Table.items((text, text)), Facts(((text, text),))]
        blocks += [Table.to_fill_in((text, "b"), (70, 30), ((text, ""), ("", text)))]
    return Report("Title", "model sha256:0, meshmodel 0", tuple(blocks))


WRITERS = {
    "md": lambda tree: markdown(tree, "folder").encode(),
    "html": lambda tree: html(tree).encode(),
    "pdf": pdf,
    "docx": docx,
}


@all_rows("form", WRITERS)
def test_texts_are_shown_as_they_are(form):
    tree = report([plain(each) for each in MARKUP])
    read = READ[form](WRITERS[form](tree))
    assert read.headings == [(each.level, each.text) for each in tree.blocks if isinstance(each, Heading)]
    at = 0
    for text in tree.texts():
        if form == "pdf" and text.startswith("w" * 100):
            continue  # longer than a page is wide: its pieces may stand beside others
        found = read.text.find(squeezed(text), at if form in {"md", "html"} else 0)
        assert found >= 0, text
        at = found + len(squeezed(text))


@all_rows("form", WRITERS)
def test_equal_trees_give_equal_bytes(form):
    tree = report([plain(each) for each in MARKUP[:6]])
    assert WRITERS[form](tree) == WRITERS[form](tree)


@given(st.text(max_size=60).map(plain).filter(str.strip))
def test_markdown_and_html_show_any_line(text):
    text = text.strip()
    rendered = Page(MarkdownIt("gfm-like", {"linkify": False}).render(escaped(text)))
    assert rendered.tags == ["p"]
    assert rendered.text().rstrip("\n") == text
    page = Page(html(Report(text, "", (Paragraph(text),))))
    assert page.tags.count("p") == 1
    assert ("html", "body", "p") in {inside for inside, _ in page.texts}
    assert "".join(said for inside, said in page.texts if inside[-1:] == ("p",)) == text


def test_html_states_its_policy_before_anything_that_it_could_forbid():
    page = html(report(["a"]))
    assert page.index(f'content="{POLICY}"') < page.index("<title>") < page.index("<style>")


def test_a_word_document_has_no_date_of_its_own():
    dates = entries(docx(report(["a"])))
    assert set(dates.values()) == {(1980, 1, 1, 0, 0, 0)}


def test_a_pdf_writes_letters_that_it_has_no_font_for_in_latin_ones_and_says_so():
    said = "no font for"
    assert squeezed(said) not in READ["pdf"](pdf(report(["Straße, déjà vu ✖"]))).text
    read = READ["pdf"](pdf(report(["東京 Москва"])))
    assert squeezed(said) in read.text
    assert "DongJingMoskva" in read.text


def test_every_font_of_a_pdf_is_embedded_and_its_title_and_language_are_told():
    reader = pypdf.PdfReader(BytesIO(pdf(report(["a"]))))
    check_fonts_and_title(reader)
    assert reader.metadata.title == "Title"


def test_a_cell_longer_than_a_page_is_split():
    words = plain(" ".join(f"word{number}" for number in range(4_000)))
    tree = Report("T", "s", (Heading(1, "T"), Table.to_fill_in(("a", "b"), (50, 50), ((words, "x"),))))
    content = pdf(tree)
    assert len(pypdf.PdfReader(BytesIO(content)).pages) > 2
    assert "word0word1" in READ["pdf"](content).text
    assert "word3999" in READ["pdf"](content).text


def test_cells_of_a_pdf_keep_within_their_columns():
    texts = ("some words " * 9, "x" * 200, "one " + "Ä" * 90 + " two", "-" * 40 + " " + "(" * 40)
    table = Table.to_fill_in(("a", "b"), (20, 80), ((text, "") for text in texts))
    edge = A4[0] / 2 - 8.5 * cm + 17 * cm * 0.2
    written = []

    def hear(text, _, at, font, size):
        if size == 7.5:
            written.extend((line, at[4]) for line in text.splitlines() if line.strip())

    content = pdf(Report("T", "s", (Heading(1, "T"), table)))
    pypdf.PdfReader(BytesIO(content)).pages[0].extract_text(visitor_text=hear)
    cells = [(line, x) for line, x in written if line not in table.head]
    assert squeezed("".join(line for line, _ in cells)) == squeezed("".join(texts))
    assert len(cells) > 20
    assert all(x + stringWidth(line, FONT, 7.5) < edge for line, x in cells)


def test_the_head_of_a_table_is_on_each_page_and_a_high_row_is_parted():
    rows = tuple((f"row{number}.", "x " * (number * 3_500)) for number in range(3))
    content = pdf(Report("T", "s", (Heading(1, "T"), Table.to_fill_in(("First", "b"), (50, 50), rows))))
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]
    assert len(pages) > 2
    assert all("First" in page for page in pages)
    assert "".join(pages).count("x") == sum(cell.count("x") for _, cell in rows)


def test_a_heading_goes_with_its_table_whose_high_rows_fill_pages():
    for lines in range(20, 52):
        above = (Paragraph("x") for _ in range(lines))
        rows = tuple((f"row{number}.", "word " * 400) for number in range(4))
        blocks = (
            Heading(1, "T"),
            *above,
            Heading(2, "Rows"),
            Paragraph("of it"),
            Table.to_fill_in(("First", "b"), (80, 20), rows),
        )
        pages = pypdf.PdfReader(BytesIO(pdf(Report("T", "s", blocks)))).pages
        texts = [page.extract_text() for page in pages]
        (begins,) = [text for text in texts if "Rows" in text]
        assert "First" in begins
        assert "row0." in begins
        assert all(text.count("word") > 100 for text in texts[1:-1])


WIDE = b"""<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 300" id="m1"><g transform="translate(4 296)">
<polygon fill="#ffffff" stroke="#1a1a1a" points="0,0 0,-290 890,-290 890,0 0,0" />
<text x="10" y="-20" font-size="9.5" textLength="40">far left</text>
<text text-anchor="end" x="890" y="-280" font-size="9.5" textLength="50">far right</text></g></svg>"""


def test_a_wide_picture_lies_across_with_its_heading_and_pages_after_it_are_upright():
    picture = Picture("wide", "A wide picture", (900.0, 300.0), across=True, svg=WIDE)
    blocks = (Heading(1, "T"), Paragraph("a"), Heading(2, "Above"), picture, picture, Paragraph("after"))
    reader = pypdf.PdfReader(BytesIO(pdf(Report("T", "s", blocks))))
    sizes = [(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages]
    assert sizes == [(595, 842), (842, 595), (842, 595), (595, 842)]
    texts = [page.extract_text() for page in reader.pages]
    assert "Above" in texts[1]
    assert all("far left" in text and "far right" in text for text in texts[1:3])
    assert "after" in texts[3]


def tall(name, high):
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 %d"/>' % high
    return Picture(name, f"Picture {name}", (300.0, float(high)), svg=drawn)


def test_pictures_are_made_smaller_where_that_fills_a_page_and_stay_readable():
    first, second, third = tall("a", 400), tall("b", 400), tall("c", 680)
    blocks = (Heading(1, "T"), Paragraph("x"), first, second, third)
    content, _, scales, _ = laid_out(Report("T", "s", blocks))
    assert len(pypdf.PdfReader(BytesIO(content)).pages) == 2
    assert 0.784 < scales["a"] == scales["b"] < 0.85
    assert scales["c"] == 1
    lines = (Paragraph("x") for _ in range(16))
    content, _, scales, _ = laid_out(Report("T", "s", (Heading(1, "T"), *lines, tall("a", 680))))
    assert len(pypdf.PdfReader(BytesIO(content)).pages) == 2, "it would be unreadable on the first page"
    assert scales == {"a": 1}


def test_what_follows_a_picture_that_would_leave_half_a_page_empty_goes_before_it():
    late = replace(tall("p", 680), png=painted(30, 68))
    after = [
        (Heading(2, f"After {each}"), Paragraph("words"), Table.of("ab", (50, 50), ["cd"] * 9))
        for each in "xyz"
    ]
    blocks = (Heading(1, "T"), *[Paragraph("x")] * 9, Heading(2, "Drawn"), late, *chain(*after))
    content, _, scales, later = laid_out(Report("T", "s", blocks))
    assert 0.9 < scales["p"] < 1
    texts = [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]
    assert [[each in text for text in texts] for each in (PUT_OFF, "Picture p", "After x", "After z")] == [
        [True, False, False],
        [False, True, False],
        [True, False, False],
        [False, False, True],
    ]
    words = [each.text for each in python_docx.Document(BytesIO(docx(Report("T", "s", blocks)))).paragraphs]
    assert words[words.index("Drawn") + 1] == PUT_OFF
    assert words[words.index("Picture p") + 1] == blocks[later["p"]].text == "After z"


def test_a_word_document_shows_the_pages_and_the_sizes_of_the_pdf():
    sections = [(Heading(2, name, name), *(Paragraph("text") for _ in range(60))) for name in "abc"]
    links = Table.to_fill_in(("Where", "b"), (50, 50), ((Link.to("c", "see"), "x"),))
    picture = replace(tall("p", 5_000), png=painted(30, 500))
    blocks = (Heading(1, "T"), Contents(), links, picture, *chain(*sections))
    _, pages, scales, _ = laid_out(Report("T", "s", blocks))
    assert len({*pages.values()}) == 3
    document = python_docx.Document(BytesIO(docx(Report("T", "s", blocks))))
    body = document.element.body
    contents = [each.text for each in document.paragraphs if each.style.name == "toc 1"]
    assert contents == [f"{name}\t{pages[name]}" for name in "abc"]
    (field,) = body.iter(qn("w:fldSimple"))
    assert "".join(each.text for each in field.iter(qn("w:t"))) == f"{pages['c']}"
    assert not [each for each in body.iter(qn("w:fldChar")) if each.get(qn("w:dirty"))]
    (shown,) = document.inline_shapes
    assert abs(shown.height.pt - 5_000 * scales["p"]) < 4, "the caption has more room"


def codes_of(element):
    """The codes of the fields in a part of a Word document, in order."""
    return [each.text.split() for each in element.iter(qn("w:instrText"))]


def test_a_word_document_has_contents_that_lead_to_its_headings():
    document = python_docx.Document(BytesIO(docx(report(["first", "<second>"]))))
    body = document.element.body
    links = list(body.iter(qn("w:hyperlink")))
    assert ["".join(each.text or "" for each in link.iter(qn("w:t"))) for link in links] == [
        "first",
        "<second>",
    ]
    marks = {each.get(qn("w:name")): each.getparent() for each in body.iter(qn("w:bookmarkStart"))}
    led = [Words(marks[link.get(qn("w:anchor"))], document) for link in links]
    assert [(each.text, each.style.name) for each in led] == [
        ("first", "Heading 2"),
        ("<second>", "Heading 2"),
    ]
    contents, *pages = codes_of(body)
    assert contents[:3] == ["TOC", "\\o", "2-2"]
    assert [each[:2] for each in pages] == [["PAGEREF", link.get(qn("w:anchor"))] for link in links]
    kinds = [each.get(qn("w:fldCharType")) for each in body.iter(qn("w:fldChar"))]
    assert [kinds.count(each) for each in ("begin", "separate", "end")] == [3, 3, 3]


def test_a_word_document_counts_its_pages_and_repeats_the_heads_of_its_tables():
    blocks = [*report(["a"]).blocks, Picture("wide", "Wide", (90.0, 30.0), across=True, png=painted(9, 3))]
    document = python_docx.Document(BytesIO(docx(Report("Title", "s", tuple(blocks)))))
    assert len(document.sections) == 3
    for section in document.sections:
        assert codes_of(section.footer._element) == [["PAGE"], ["NUMPAGES"]]
    for table in document.tables:
        heads = [
            row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None
            for row in table.rows
        ]
        assert heads == [True, False, False]


def painted(wide, high):
    paint = BytesIO()
    Image.new("RGB", (wide, high)).save(paint, "PNG")
    return paint.getvalue()


def test_pictures_of_a_word_document_fit_its_pages():
    tall = Picture("tall", "Tall", (900.0, 2_700.0), png=painted(300, 900))
    wide = Picture("wide", "Wide", (2_700.0, 900.0), across=True, png=painted(900, 300))
    blocks = (Heading(1, "T"), tall, Heading(2, "Above"), wide, Paragraph("after"))
    document = python_docx.Document(BytesIO(docx(Report("T", "s", blocks))))
    rooms = [
        (each.page_width - each.left_margin - each.right_margin, each.page_height - 2 * each.top_margin)
        for each in document.sections
    ]
    assert [wide > high for wide, high in rooms] == [False, True, False]
    for shape, (wide, high) in zip(document.inline_shapes, rooms[:2], strict=True):
        assert 0 < shape.width <= wide
        assert 0 < shape.height <= high
    assert "Above" in [each.text for each in document.paragraphs]
