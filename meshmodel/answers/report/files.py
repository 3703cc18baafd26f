"""The files of a report: the document, and of Markdown the pictures beside it."""

from pathlib import Path
from typing import Final

from meshmodel.answers.report.pictures import Form
from meshmodel.answers.report.tree import Report
from meshmodel.model.errors import MeshmodelError, RequestError
from meshmodel.model.text import one_line


def files(report: Report, form: Form, path: Path, template: Path | None = None) -> dict[Path, bytes]:
    """By path the content of each file, the document last.

    Args:
        report: the tree, with pictures for this format.
        form: the format.
        path: of the document; pictures go into a folder beside it, called as it with ``-pictures``.
        template: a folder with styles of the organisation (``template_file``).

    Raises:
        MeshmodelError: a library for the format is not installed.
    """
    if form == "pdf":
        from meshmodel.answers.report.pdf import pdf

        return {path: pdf(report)}
    if form == "docx":
        from meshmodel.answers.report.docx import docx

        return {path: docx(report, None if template is None else template_file(template, form))}
    if form == "html":
        from meshmodel.answers.report.html import html

        style = "" if template is None else stylesheet(template_file(template, form))
        return {path: html(report, style).encode()}
    from meshmodel.answers.report.markdown import markdown

    folder = path.with_name(f"{path.stem}-pictures")
    made = {
        folder / f"{picture.stem}.{ending}": content
        for picture in report.pictures
        for ending, content in (("png", picture.png), ("svg", picture.svg))
        if content
    }
    return {**made, path: markdown(report, folder.name).encode()}


_TEMPLATES: Final[dict[str, str]] = {"html": "report.css", "docx": "report.docx"}
"""By format what a folder of templates has for it."""
_LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a template."""


def check_template(folder: Path, form: str) -> None:
    """Refuse a folder that has no styles for a format, before anything takes long.

    Raises:
        MeshmodelError: one line that says what is missing.
    """
    path = template_file(folder, form)
    if form == "html":
        stylesheet(path)
    else:
        from meshmodel.answers.report.docx import document_of, require

        require()
        document_of(path)


def template_file(folder: Path, form: str) -> Path:
    """The file with the styles for a format.

    Raises:
        MeshmodelError: there is none, or it is too large.
    """
    if form not in _TEMPLATES:
        raise RequestError("template", f".{form} takes no styles; name a file .html or .docx")
    path = folder / _TEMPLATES[form]
    if not path.is_file():
        raise MeshmodelError(f"{one_line(folder)}: has no {_TEMPLATES[form]}, which the styles are read from")
    if path.stat().st_size > _LARGEST:
        raise MeshmodelError(f"{one_line(path)}: is larger than 20 MiB")
    return path


def stylesheet(path: Path) -> str:
    """A stylesheet as it stands in the page; the policy of the page lets it fetch nothing.

    Raises:
        MeshmodelError: it is no text, or could end the element that it stands in.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MeshmodelError(f"{one_line(path)}: cannot be read as UTF-8 text") from error
    if "<" in text:
        raise MeshmodelError(f"{one_line(path)}: has a '<', which no stylesheet needs; leave it out")
    if "{" not in text:
        raise MeshmodelError(f"{one_line(path)}: has no styles")
    return text
