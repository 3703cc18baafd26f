"""Fields of a Word document: a list of its sections, and the number of a page.

Each shows a number that is known before; Word counts anew when it is told to update fields. No field is
marked as outdated: Word would ask about that whenever the document is opened.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

_HINT: Final = " \\o 2-2 \\h \\z"
"""What Word makes the list of when it is updated: headings of level 2, with links, as it does itself."""


def add_contents(lines: Sequence[Any], names: Iterable[str], pages: Iterable[str]) -> None:
    """Make paragraphs a table of contents.

    Args:
        lines: empty paragraphs, one a section.
        names: the texts of the headings; ``mark`` puts the marks of these lines to the headings.
        pages: their pages.
    """
    for number, (line, name, page) in enumerate(zip(lines, names, pages, strict=True)):
        if number == 0:
            _begin(line._p, f"TOC{_HINT}")  # noqa: SLF001  # python-docx knows no fields
        link = _element("w:hyperlink", {"w:anchor": _mark(number), "w:history": "1"})
        line._p.append(link)  # noqa: SLF001  # as above
        _run(link, _text(name))
        _run(link, _element("w:tab"))
        _field(link, f"PAGEREF {_mark(number)} \\h", page)
    _end(lines[-1]._p)  # noqa: SLF001  # as above


def mark(heading: Any, number: int) -> None:
    """Put the mark of the contents to a heading.

    Args:
        heading: its paragraph.
        number: of its line, from 0.
    """
    start = _element("w:bookmarkStart", {"w:id": str(number), "w:name": _mark(number)})
    heading._p.insert(1, start)  # noqa: SLF001  # behind its properties
    heading._p.append(_element("w:bookmarkEnd", {"w:id": str(number)}))  # noqa: SLF001  # as above


def mark_anchor(heading: Any, anchor: str, number: int) -> None:
    """Put a mark to a heading by which links lead to it; ``number`` is its own among all marks."""
    start = _element("w:bookmarkStart", {"w:id": str(number), "w:name": bookmark(anchor)})
    heading._p.insert(1, start)  # noqa: SLF001  # behind its properties
    heading._p.append(_element("w:bookmarkEnd", {"w:id": str(number)}))  # noqa: SLF001  # as above


def link_run(run: Any, anchor: str) -> None:
    """Make a run of words lead to a heading."""
    parent = run._r.getparent()  # noqa: SLF001  # python-docx knows no links within a document
    link = _element("w:hyperlink", {"w:anchor": bookmark(anchor), "w:history": "1"})
    parent.replace(run._r, link)  # noqa: SLF001  # as above
    link.append(run._r)  # noqa: SLF001  # as above


def bookmark(anchor: str) -> str:
    """The name of a mark, which Word takes with letters, digits and underscores alone."""
    return anchor.replace("-", "_")


def add_page_number(line: Any) -> None:
    """Go on with ``3 of 12``, which programs count themselves."""
    _field(line._p, "PAGE", "1")  # noqa: SLF001  # python-docx knows no fields
    line.add_run(" of ")
    _field(line._p, "NUMPAGES", "1")  # noqa: SLF001  # as above


def _mark(number: int) -> str:
    return f"_Toc{number + 1:06}"


def _field(parent: Any, code: str, shown: str) -> None:
    """A field with what it shows before it is computed."""
    _begin(parent, code)
    _run(parent, _text(shown))
    _end(parent)


def _begin(parent: Any, code: str) -> None:
    _run(parent, _element("w:fldChar", {"w:fldCharType": "begin"}))
    instruction = _element("w:instrText", {"xml:space": "preserve"})
    instruction.text = f" {code} "
    _run(parent, instruction)
    _run(parent, _element("w:fldChar", {"w:fldCharType": "separate"}))


def _end(parent: Any) -> None:
    _run(parent, _element("w:fldChar", {"w:fldCharType": "end"}))


def _run(parent: Any, content: Any) -> None:
    run = _element("w:r")
    run.append(content)
    parent.append(run)


def _text(text: str) -> Any:
    made = _element("w:t", {"xml:space": "preserve"})
    made.text = text
    return made


def _element(name: str, attributes: dict[str, str] | None = None) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in (attributes or {}).items():
        made.set(qn(key), value)
    return made
