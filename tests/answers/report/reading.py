"""Reads reports back: from each format its headings, its pictures, and all of its text without blanks."""

import re
import zipfile
from html.parser import HTMLParser
from io import BytesIO
from typing import NamedTuple

import docx
import pypdf
from markdown_it import MarkdownIt

VOID = {"meta", "br", "hr", "img", "link", "input", "col"}


class Read(NamedTuple):
    """What a report says: its headings with their levels, how many pictures, its text without blanks."""

    headings: list[tuple[int, str]]
    pictures: int
    text: str


def squeezed(text):
    return re.sub(r"\s+", "", text)


class Page(HTMLParser):
    """An HTML file: texts with the elements that they are in, all elements, all attributes."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.inside, self.texts, self.tags, self.attributes = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *each) for each in attributes]
        if tag not in VOID:
            self.inside.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, *each) for each in attributes]

    def handle_endtag(self, tag):
        assert self.inside[-1] == tag, (self.inside, tag)
        self.inside.pop()

    def handle_data(self, data):
        self.texts.append((tuple(self.inside), data))

    def headings(self):
        return [
            (int(inside[-1][1]), text)
            for inside, text in self.texts
            if inside and re.fullmatch("h[1-6]", inside[-1])
        ]

    def text(self):
        """What a reader sees outside of pictures and of the list of sections."""
        unseen = {"svg", "style", "title", "nav"}
        return "".join(text for inside, text in self.texts if not unseen & {*inside})


def of_html(content):
    page = Page(content.decode())
    assert page.inside == []
    return Read(page.headings(), page.tags.count("svg"), squeezed(page.text()))


def of_markdown(content):
    page = Page(MarkdownIt("commonmark").enable("table").render(content.decode()))
    return Read(page.headings(), page.tags.count("img"), squeezed(page.text()))


def of_docx(content):
    document = docx.Document(BytesIO(content))
    headings = []
    for each in document.paragraphs:
        style = re.fullmatch(r"Heading (\d)", each.style.name)
        if style:
            headings.append((int(style[1]), each.text))
    text = "".join(part.text or "" for part in document.element.body.iter() if part.tag.endswith("}t"))
    return Read(headings, len(document.inline_shapes), squeezed(text))


def of_pdf(content):
    reader = pypdf.PdfReader(BytesIO(content))
    text = "".join(page.extract_text() for page in reader.pages)
    return Read(list(_outline(reader.outline)), -1, squeezed(text))


def _outline(entries, level=1):
    for each in entries:
        if isinstance(each, list):
            yield from _outline(each, level + 1)
        else:
            yield level, each.title


READ = {"md": of_markdown, "html": of_html, "pdf": of_pdf, "docx": of_docx}


def entries(archive):
    """By name the dates in an archive."""
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        return {each.filename: each.date_time for each in opened.infolist()}
