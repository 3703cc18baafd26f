"""The files that an export request makes: how they are called, what may not be replaced, what is in them."""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from zipfile import ZIP_DEFLATED, ZipFile

from meshmodel.answers.export import export_files, page_files
from meshmodel.answers.targets import refuse_export, refuse_to_lose_work
from meshmodel.exporters.request import FORMATS, Choice, ExportRequest, Format
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from meshmodel.model.text import counted, one_line
from meshmodel.model.typed_paths import new_file_problem, new_folder_problem
from meshmodel.store.saved_state import LastExport

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Finding
    from meshmodel.answers.report.pictures import Form
    from meshmodel.exporters.diagram.render import Page
    from meshmodel.model.records import Snapshot
    from meshmodel.model.vocabulary import View


_REPORTS: Final = {
    "html": "the report, as a page that stands alone",
    "pdf": "the report, as A4 pages",
    "docx": "the report, for Word",
    "md": "the report as Markdown, and a folder of pictures",
}
REPORTS: Final = {
    f"report-{form}": Format(f"report-{form}", f"report.{form}", words) for form, words in _REPORTS.items()
}
"""The report in each of its forms; the command line has a command of its own for it."""
MODEL_FILE: Final = "mesh"
"""Another model file, which the store makes and no exporter."""
MINUTES: Final = "minutes"
"""What was decided in the last guided review, which needs the journal."""
_PICTURES: Final = [name for name, each in FORMATS.items() if each.is_diagram and name != "dot"]
OFFERED: Final[Mapping[str, Format]] = {
    **{name: FORMATS[name] for name in _PICTURES},
    **REPORTS,
    **{name: each for name, each in FORMATS.items() if name not in _PICTURES},
    MINUTES: Format(MINUTES, "minutes.md", "what was decided in the last review, by whom, and what was not"),
    MODEL_FILE: Format(MODEL_FILE, MODEL_FILE, "another model file, in which undo begins afresh"),
}
"""All that is offered, in this order."""

_FOLDER: Final = "-pages"
"""What the name of a folder of pages ends with, where it is proposed."""


def choices(request: ExportRequest, snapshot: "Snapshot", analysis: "Analysis | None") -> Iterator[Choice]:
    """What there is to choose of a request: its format, and what goes with that."""
    yield "format", tuple((name, each.description) for name, each in OFFERED.items())
    if request.format not in {MODEL_FILE, MINUTES}:
        yield from request.choices(snapshot, analysis)


def completed(request: ExportRequest, snapshot: "Snapshot", analysis: "Analysis | None") -> ExportRequest:
    """The same with the first choice wherever what is chosen is none, or not there any more."""
    for name, values in choices(request, snapshot, analysis):
        if values and getattr(request, name) not in dict(values):
            first: dict[str, Any] = {name: values[0][0]}
            return completed(replace(request, **first), snapshot, analysis)
    return request


def _reduced(request: ExportRequest, analysis: "Analysis") -> ExportRequest:
    """The same without what was chosen for another format or lens, and is kept for the way back to it."""
    offered = choices(request, analysis.snapshot, analysis)
    return ExportRequest(**{name: getattr(request, name) for name, _ in offered})


def is_paged(request: ExportRequest) -> bool:
    """Whether it goes into a folder."""
    return request.can_have_pages and request.pages != "one"


def is_picture(request: ExportRequest) -> bool:
    """Whether it is drawn, so that it has a size."""
    return request.format in _PICTURES


def advice(request: ExportRequest, pages: "Sequence[Page]") -> str:
    """What to add to the preview of a picture that cannot be read on paper."""
    split = request.can_have_pages and not is_paged(request) and not pages[0].is_readable
    return ": choose readable pages" if split else ""


def ending(request: ExportRequest) -> str:
    """What a proposed name ends with."""
    return _FOLDER if is_paged(request) else f".{OFFERED[request.format].ending}"


def renamed(path: Path, before: ExportRequest, after: ExportRequest) -> Path:
    """The file or folder for a request, where another request had one.

    Args:
        path: the file or folder.
        before: the request that it was for.
        after: the request that it is for now.
    """
    stem = path.name.removesuffix(ending(before)) or path.name
    return path.with_name(f"{stem}{ending(after)}")


def path_problem(request: ExportRequest, text: str) -> str | None:
    """Why what was typed is no file, or no folder of pages, for a request; ``None`` if it is."""
    problem = (new_folder_problem if is_paged(request) else new_file_problem)(text)
    if problem is None:
        try:
            _refuse(request, Path(text).expanduser())
        except MeshmodelError as error:
            return str(error)
    return problem


def _refuse(request: ExportRequest, path: Path) -> None:
    """Refuse a file that would replace a model, or is called as what it is not."""
    to = request.format
    if is_paged(request) or to == MODEL_FILE:
        return
    if to in REPORTS or to == MINUTES:
        refuse_to_lose_work(path, to)
        if path.suffix.lower() != f".{OFFERED[to].suffix}":
            raise MeshmodelError(f"{one_line(path)}: name it .{OFFERED[to].suffix}")
        return
    refuse_export(path, to)


def draw(request: ExportRequest, analysis: "Analysis") -> "list[Page]":
    """The pictures of a request for some: one, or as many pages as are needed.

    Raises:
        MeshmodelError: as ``exporters.diagram.render`` does.
    """
    from meshmodel.exporters.diagram.render import pages, picture

    wanted = _reduced(request, analysis)
    if is_paged(wanted):
        return pages(analysis.snapshot, analysis, wanted)
    return [picture(analysis.snapshot, analysis, wanted)]


def files(
    request: ExportRequest,
    analysis: "Analysis",
    path: Path,
    drawn: "Sequence[Page] | None" = None,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[Path, bytes]:
    """The content of each file of a request, the most important last; nothing is written.

    Args:
        request: what is asked for.
        analysis: of the model, in the view that was asked for.
        path: the file, or the folder of pages.
        drawn: its pictures, if they were drawn already.
        tell: told how far a report is.

    Raises:
        MeshmodelError: the format refuses, or a file would replace a model or be called wrongly.
        Stopped: ``CURRENT`` says so.
    """
    _refuse(request, path)
    made = _made(_reduced(request, analysis), analysis, path, drawn, tell)
    for each in made if is_paged(request) else ():
        refuse_to_lose_work(each, request.format)
    return made


def _made(
    request: ExportRequest,
    analysis: "Analysis",
    path: Path,
    drawn: "Sequence[Page] | None",
    tell: Callable[[str], None],
) -> dict[Path, bytes]:
    if request.format in REPORTS:
        return _report_files(analysis, OFFERED[request.format].suffix, path, tell)
    if is_picture(request):
        drawn = drawn or draw(request, analysis)
    if is_paged(request):
        contents = (
            page_files(analysis, request) if drawn is None else {each.stem: each.content for each in drawn}
        )
        return {
            path / f"{stem}.{OFFERED[request.format].ending}": content for stem, content in contents.items()
        }
    if drawn is not None:
        return {path: drawn[0].content}
    return export_files(analysis, request, path)


def new_folder(files: Mapping[Path, bytes], path: Path) -> Path | None:
    """The folder that has to be there for the files of a request, if one is made for them."""
    folder = next(iter(files)).parent
    return None if folder == path.parent else folder


def in_one_file(files: Mapping[Path, bytes], path: Path) -> tuple[str, bytes]:
    """The name and the content of one file with all files of a request: several are in an archive.

    Args:
        files: the content of each, the most important last.
        path: the file that was asked for, or the folder of pages.
    """
    if len(files) == 1:
        return path.name if path in files else next(iter(files)).name, next(iter(files.values()))
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for each, content in files.items():
            archive.writestr(each.relative_to(path.parent).as_posix(), content)
    return f"{path.stem}.zip", packed.getvalue()


class WrittenFiles(NamedTuple):
    """What was written.

    Attributes:
        request: what was asked for.
        path: the file, or the folder of pages.
        files: all files, the most important last.
        delivered: what the one file is called that a guest was handed; empty: they were written here.
    """

    request: ExportRequest
    path: Path
    files: tuple[Path, ...]
    delivered: str = ""

    @property
    def words(self) -> str:
        """One line that says where they went."""
        if self.delivered:
            return f"handed to your browser: {one_line(self.delivered)}"
        *others, last = self.files
        if last != self.path:
            return f"written: {counted(len(self.files), 'file')} in {one_line(self.path, 300)}"
        rest = ""
        if others:
            is_beside = others[0].parent == self.path.parent
            name = one_line(others[0].name if is_beside else others[0].parent.name)
            rest = f" and {name}" if is_beside else f" and {counted(len(others), 'file')} in {name}"
        return f"written: {one_line(self.path, 300)}{rest}"

    @property
    def last(self) -> LastExport:
        """What to remember of it."""
        return LastExport(self.request.format, self.path, is_paged(self.request))


def first_request(
    view: "View", selected: Reference | None, finding: "Finding | None", last: LastExport | None
) -> ExportRequest:
    """What to propose where nothing is chosen yet.

    Args:
        view: as built or as designed, as it is looked at.
        selected: what is selected: of an agent the reach would be shown.
        finding: the open one, which would be shown.
        last: what was written last.
    """
    agent = str(selected[1]) if selected is not None and selected[0] == "agent" else None
    named = None if finding is None else f"{finding.rule}:{finding.subject}"
    request = ExportRequest(view=view, agent=agent, finding=named)
    if last is None:
        return request
    return replace(request, format=last.format, pages="readable" if last.is_paged else "one")


def replace_question(files: Sequence[Path]) -> str | None:
    """The question whether files are to be replaced; ``None`` where none of them is there."""
    there = [each for each in files if each.exists()]
    if not there:
        return None
    name = one_line(there[-1].name)
    if len(there) == 1:
        return f"{name} is there already. Replace it?"
    return f"{name} and {len(there) - 1} more of {len(files)} files are there already. Replace them?"


def _report_files(
    analysis: "Analysis", form: str, path: Path, tell: Callable[[str], None]
) -> dict[Path, bytes]:
    from meshmodel.answers.report.build import ReportBuilder
    from meshmodel.answers.report.files import files

    if form == "docx":
        from meshmodel.answers.report.docx import require

        require()
    report = ReportBuilder(analysis, cast("Form", form), tell=tell).report()
    return files(report, cast("Form", form), path)


_CENTIMETRES: Final = 2.54 / 72
_PNG: Final = b"\x89PNG"


def preview_words(pages: "Sequence[Page]") -> str:
    """One line about pictures that show a model together, such as ``3 pages, text 7.8 pt at A4``.

    Args:
        pages: one or more, as ``picture`` and ``pages`` of ``exporters.diagram.render`` draw them.
    """
    points = min(each.points for each in pages)
    text = f"text {points:.1f} pt at A4"
    if not all(each.is_readable for each in pages):
        text += ", too small to read"
    sheets = sum(each.sheets for each in pages)
    size = pages[0].size
    if size is None or len(pages) > 1:
        return f"{counted(sheets, 'page')}, {text}"
    width, height = (length * _CENTIMETRES for length in size)
    return f"1 picture, {width:.1f} by {height:.1f} cm{_pixels(pages[0].content)}, {text}"


def _pixels(content: bytes) -> str:
    """The pixels of a PNG (its first chunk says them), nothing of another picture."""
    if not content.startswith(_PNG):
        return ""
    width, height = struct.unpack(">II", content[16:24])
    return f" ({width:,} by {height:,} pixels)"
