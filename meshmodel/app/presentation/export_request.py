"""What is to be exported: the choices that each format takes, its files, and the words about them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from meshmodel.answers.targets import refuse_export, refuse_to_lose_work
from meshmodel.exporters.export import (
    FORMATS,
    LENSES,
    POLICIES,
    ExportOptions,
    Format,
    export_files,
    export_pages,
    export_picture,
    page_files,
)
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Reference
from meshmodel.model.text import counted, one_line
from meshmodel.model.typed_paths import new_file_problem, new_folder_problem
from meshmodel.store.saved_state import Exported

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Finding
    from meshmodel.answers.report.pictures import Form
    from meshmodel.exporters.diagram.render import Page
    from meshmodel.exporters.policies.verdicts import Side
    from meshmodel.model.snapshot import Snapshot

_REPORTS: Final = {
    "html": "the report, as a page that stands alone",
    "pdf": "the report, as A4 pages",
    "docx": "the report, for Word",
    "md": "the report as Markdown, and a folder of pictures",
}
REPORTS: Final = {
    f"report-{form}": Format(f"report-{form}", f"report.{form}", words, is_diagram=False)
    for form, words in _REPORTS.items()
}
"""The report in each of its forms; the command line has a command of its own for it."""
MODEL_FILE: Final = "mesh"
"""Another model file, which the store makes and no exporter."""
_PICTURES: Final = ("svg", "png", "pdf")
OFFERED: Final[Mapping[str, Format]] = {
    **{name: FORMATS[name] for name in _PICTURES},
    **REPORTS,
    **{name: each for name, each in FORMATS.items() if name not in _PICTURES},
    MODEL_FILE: Format(
        MODEL_FILE, MODEL_FILE, "another model file, in which undo begins afresh", is_diagram=False
    ),
}
"""All that is offered, in this order."""

VIEWS: Final = {"built": "what is enforced today counts", "designed": "planned checkpoints count too"}
FINDING: Final = "finding"
"""One finding, step by step, in place of a lens."""
_FORMS: Final = {
    "by size": "compact above 15 elements, or where it cannot be read",
    "whole": "credentials and missing checkpoints are shapes",
    "compact": "they are words and marks on the lines",
}
_PAGES: Final = {
    "one": "all in one file",
    "readable": "an overview and pages whose text can be read on A4",
}
_COLOURS: Final = {"light": "for paper", "dark": "light on dark"}
_ASKS: Final = {
    "initiator": "one who knows all agents behind a request",
    "target": "a target that sees the credential alone",
}


_FOLDER: Final = "-pages"
"""What the name of a folder of pages ends with, where it is proposed."""


class Choice(NamedTuple):
    """One thing to choose of a request.

    Attributes:
        name: the attribute of the request.
        values: what it can be, each with a hint; ``None`` stands for all.
    """

    name: str
    values: tuple[tuple[str | None, str], ...]


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported. What the format does not take is kept, and left out of what is written.

    Attributes:
        format: one of ``OFFERED``.
        view: whether planned checkpoints count.
        shows: of a diagram: a lens, or ``FINDING``.
        agent, zone, finding, form, colours, asks: as for ``ExportOptions``.
        pages: whether as many files are written as are needed to read it, into a folder.
    """

    format: str = "svg"
    view: str = "built"
    shows: str = "structure"
    agent: str | None = None
    zone: str | None = None
    finding: str | None = None
    form: str = "by size"
    pages: str = "one"
    colours: str = "light"
    asks: str = "initiator"

    @property
    def is_picture(self) -> bool:
        """Whether it is drawn, so that it has a size."""
        return self.format in _PICTURES

    @property
    def can_have_pages(self) -> bool:
        """Whether it may be several files; a PDF has pages within one."""
        return self.format in {"svg", "png", "mermaid"}

    @property
    def is_paged(self) -> bool:
        """Whether it goes into a folder."""
        return self.can_have_pages and self.pages != "one"

    @property
    def options(self) -> ExportOptions:
        """What the exporters are asked for."""
        to = OFFERED[self.format]
        if not to.is_diagram:
            return ExportOptions(self.format, side=cast("Side", self.asks))
        is_finding = self.shows == FINDING
        return ExportOptions(
            self.format,
            None if is_finding else self.shows,
            self.agent if self.shows == "reach" else None,
            zone=self.zone if self._takes_zone else None,
            finding=self.finding if is_finding else None,
            compact=None if self.form == "by size" else self.form == "compact",
            dark=self.colours == "dark",
        )

    @property
    def _takes_zone(self) -> bool:
        return self.shows not in {FINDING, "boundaries"}

    def choices(self, snapshot: "Snapshot", analysis: "Analysis | None") -> Iterator[Choice]:
        """What there is to choose, now that the format and what it shows are chosen.

        Args:
            snapshot: the model.
            analysis: its analysis, if it is known: no findings are offered without.
        """
        yield Choice("format", tuple((name, each.description) for name, each in OFFERED.items()))
        if self.format not in {"toml", MODEL_FILE}:
            yield Choice("view", (*VIEWS.items(),))
        if OFFERED[self.format].is_diagram:
            yield from self._diagram_choices(snapshot, analysis)
        if self.can_have_pages:
            yield Choice("pages", (*_PAGES.items(),))
        if self.format in POLICIES[1:]:
            yield Choice("asks", (*_ASKS.items(),))

    def _diagram_choices(self, snapshot: "Snapshot", analysis: "Analysis | None") -> Iterator[Choice]:
        findings = () if analysis is None else analysis.findings
        steps = ((FINDING, "the way of one finding, step by step"),) if findings else ()
        lenses = [each for each in LENSES.items() if each[0] != "reach" or snapshot.agent]
        yield Choice("shows", (*lenses, *steps))
        if self.shows == "reach":
            yield Choice("agent", _named(snapshot.agent))
        if self.shows == FINDING:
            named = ((f"{each.rule}:{each.subject}", each.severity) for each in findings)
            yield Choice("finding", tuple(named))
        elif self._takes_zone and snapshot.zone:
            yield Choice("zone", ((None, "all of them"), *_named(snapshot.zone)))
        if self._takes_zone:
            yield Choice("form", (*_FORMS.items(),))
        yield Choice("colours", (*_COLOURS.items(),))

    def completed(self, snapshot: "Snapshot", analysis: "Analysis | None") -> "ExportRequest":
        """The same with the first choice wherever what is chosen is none, or not there any more."""
        for name, values in self.choices(snapshot, analysis):
            if values and getattr(self, name) not in dict(values):
                first: dict[str, Any] = {name: values[0][0]}
                return replace(self, **first).completed(snapshot, analysis)
        return self

    def advice(self, pages: "Sequence[Page]") -> str:
        """What to add to the preview of a picture that cannot be read on paper."""
        split = self.can_have_pages and not self.is_paged and not pages[0].is_readable
        return ": choose readable pages" if split else ""

    # Files

    def renamed(self, path: Path, before: "ExportRequest") -> Path:
        """The file or folder for this request, where another request had one.

        Args:
            path: the file or folder.
            before: the request that it was for.
        """
        stem = path.name.removesuffix(before.ending) or path.name
        return path.with_name(f"{stem}{self.ending}")

    @property
    def ending(self) -> str:
        """What a proposed name ends with."""
        return _FOLDER if self.is_paged else f".{OFFERED[self.format].ending}"

    def path_problem(self, text: str) -> str | None:
        """Why what was typed is no file, or no folder of pages, for this; ``None`` if it is."""
        problem = (new_folder_problem if self.is_paged else new_file_problem)(text)
        if problem is None:
            try:
                self._refuse(Path(text).expanduser())
            except MeshmodelError as error:
                return str(error)
        return problem

    def _refuse(self, path: Path) -> None:
        """Refuse a file that would replace a model, or is called as what it is not."""
        if self.is_paged or self.format == MODEL_FILE:
            return
        if self.format in REPORTS:
            refuse_to_lose_work(path, self.format)
            if path.suffix.lower() != f".{OFFERED[self.format].suffix}":
                raise MeshmodelError(f"{one_line(path)}: name it .{OFFERED[self.format].suffix}")
            return
        refuse_export(path, self.format)

    def draw(self, snapshot: "Snapshot", analysis: "Analysis") -> "list[Page]":
        """The pictures, for those who ask for some: one, or as many pages as are needed.

        Raises:
            MeshmodelError: as ``exporters.diagram.render`` does.
        """
        make = export_pages if self.is_paged else _one_page
        return make(snapshot, analysis, self.options)

    def files(
        self,
        analysis: "Analysis",
        path: Path,
        drawn: "Sequence[Page] | None" = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> dict[Path, bytes]:
        """The content of each file, the most important last; nothing is written.

        Args:
            analysis: of the model, in the view that was asked for.
            path: the file, or the folder of pages.
            drawn: its pictures, if they were drawn already.
            tell: told how far a report is.

        Raises:
            MeshmodelError: the format refuses, or a file would replace a model or be called wrongly.
            Stopped: ``CURRENT`` says so.
        """
        self._refuse(path)
        made = self._made(analysis, path, drawn, tell)
        for each in made if self.is_paged else ():
            refuse_to_lose_work(each, self.format)
        return made

    def _made(
        self,
        analysis: "Analysis",
        path: Path,
        drawn: "Sequence[Page] | None",
        tell: Callable[[str], None],
    ) -> dict[Path, bytes]:
        snapshot, options = analysis.snapshot, self.options
        if self.format in REPORTS:
            return _report_files(analysis, OFFERED[self.format].suffix, path, tell)
        if self.is_picture:
            drawn = drawn or self.draw(snapshot, analysis)
        if self.is_paged:
            pages = page_files(snapshot, analysis, options) if drawn is None else _contents(drawn)
            ending = OFFERED[self.format].ending
            return {path / f"{stem}.{ending}": content for stem, content in pages.items()}
        if drawn is not None:
            return {path: drawn[0].content}
        return export_files(snapshot, analysis, options, path)


def new_folder(files: Mapping[Path, bytes], path: Path) -> Path | None:
    """The folder that has to be there for the files of a request, if one is made for them."""
    folder = next(iter(files)).parent
    return None if folder == path.parent else folder


class Written(NamedTuple):
    """What was written.

    Attributes:
        request: what was asked for.
        path: the file, or the folder of pages.
        files: all files, the most important last.
    """

    request: ExportRequest
    path: Path
    files: tuple[Path, ...]

    @property
    def words(self) -> str:
        """One line that says where they went."""
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
    def last(self) -> Exported:
        """What to remember of it."""
        return Exported(self.request.format, self.path, self.request.is_paged)


def first_request(
    view: str, selected: Reference | None, finding: "Finding | None", last: Exported | None
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


def _named(records: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((key, getattr(records[key], "name", None) or "") for key in sorted(records))


def _one_page(snapshot: "Snapshot", analysis: "Analysis", options: ExportOptions) -> "list[Page]":
    return [export_picture(snapshot, analysis, options)]


def _contents(pages: "Sequence[Page]") -> dict[str, bytes]:
    return {each.stem: each.content for each in pages}


def _report_files(
    analysis: "Analysis", form: str, path: Path, tell: Callable[[str], None]
) -> dict[Path, bytes]:
    from meshmodel.answers.report.build import Builder
    from meshmodel.answers.report.files import files

    if form == "docx":
        from meshmodel.answers.report.docx import require

        require()
    report = Builder(analysis, cast("Form", form), tell=tell).report()
    return files(report, cast("Form", form), path)
