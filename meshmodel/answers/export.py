"""``export``, which writes a model in any format, and what files that makes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from meshmodel.answers.targets import export_names
from meshmodel.exporters.request import FORMATS, ExportRequest

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.exporters.diagram.render import Page


def export(analysis: "Analysis", request: ExportRequest) -> bytes:
    """The content of the file that a model is exported to; equal models give equal bytes.

    Args:
        analysis: of the model, as built or as designed; nothing is computed of it for ``toml``.
        request: the format, and what it shows.

    Returns:
        The bytes; text is UTF-8.

    Raises:
        MeshmodelError: choices do not fit, or what makes it refuses.
    """
    request.check()
    write = FORMATS[request.format].write
    if write is not None:
        return write(analysis, request).encode()
    if request.format.startswith("tickets"):
        return _tickets(analysis, request).encode()
    from meshmodel.exporters.diagram.render import picture

    return picture(analysis.snapshot, analysis, request).content


def _tickets(analysis: "Analysis", request: ExportRequest) -> str:
    """The tickets in a format; they are made of answers, of which exporters know nothing."""
    from meshmodel.answers import tickets as t

    write = t.tickets_json if request.format == "tickets-json" else t.tickets_markdown
    return write(analysis, request.by)


def export_files(analysis: "Analysis", request: ExportRequest, path: Path) -> dict[Path, bytes]:
    """The content of each of the files that ``export_names`` names.

    Raises:
        MeshmodelError: as ``export`` does.
    """
    return {
        each: export(analysis, replace(request, format=form))
        for form, each in export_names(path, request.format).items()
    }


def page_files(
    analysis: "Analysis", request: ExportRequest, tell: "Callable[[Page], None]" = lambda _: None
) -> dict[str, bytes]:
    """The pages of a diagram, or flowcharts that Mermaid can draw, by the stems of the names of files.

    Args:
        analysis: of the model.
        request: what is shown, and how.
        tell: told of each page that cannot be read on paper.

    Raises:
        MeshmodelError: as ``export`` does.
    """
    request.check()
    write_pages = FORMATS[request.format].write_pages
    if write_pages is not None:
        return {f"page-{n:03}": text.encode() for n, text in enumerate(write_pages(analysis), 1)}
    from meshmodel.exporters.diagram.render import pages

    drawn = pages(analysis.snapshot, analysis, request)
    for page in (each for each in drawn if not each.is_readable):
        tell(page)
    return {page.stem: page.content for page in drawn}
