"""The files of a report: the document, and of Markdown the pictures beside it."""

from pathlib import Path

from meshmodel.answers.report.pictures import Form
from meshmodel.answers.report.tree import Report


def files(report: Report, form: Form, path: Path) -> dict[Path, bytes]:
    """By path the content of each file, the document last.

    Args:
        report: the tree, with pictures for this format.
        form: the format.
        path: of the document; pictures go into a folder beside it, called as it with ``-pictures``.

    Raises:
        MeshmodelError: a library for the format is not installed.
    """
    if form == "pdf":
        from meshmodel.answers.report.pdf import laid_out

        return {path: laid_out(report).content}
    if form == "docx":
        from meshmodel.answers.report.docx import docx

        return {path: docx(report)}
    if form == "html":
        from meshmodel.answers.report.html import html

        return {path: html(report).encode()}
    from meshmodel.answers.report.markdown import markdown

    folder = path.with_name(f"{path.stem}-pictures")
    made = {
        folder / f"{picture.stem}.{ending}": content
        for picture in report.pictures
        for ending, content in (("png", picture.png), ("svg", picture.svg))
        if content
    }
    return {**made, path: markdown(report, folder.name).encode()}
