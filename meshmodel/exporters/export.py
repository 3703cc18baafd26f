"""The one registry of formats and lenses, and ``export``, which writes a model in any of these formats.

The command line reads the registry whenever it starts, so nothing else is imported before an export.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from meshmodel.analysis.analysis import Analysis
    from meshmodel.exporters.diagram.elements import Lens
    from meshmodel.exporters.diagram.render import DiagramFormat, Page, PictureOptions
    from meshmodel.exporters.policies.verdicts import Side
    from meshmodel.model.snapshot import Snapshot


class Format(NamedTuple):
    """A format that a model can be exported to.

    Args:
        name: as it is chosen.
        ending: of the names of its files, without the first dot.
        description: what it is for.
        is_text: whether a terminal can show it.
        is_diagram: whether it takes a lens.
        beside: the format of a second file that belongs to it.
        mark: what stands near the beginning of each such file; only of what is written beside another.
    """

    name: str
    ending: str
    description: str
    is_text: bool = True
    is_diagram: bool = True
    beside: str | None = None
    mark: bytes = b""

    @property
    def suffix(self) -> str:
        """The last part of the ending, by which a file is known: ``toml`` for the policy stub too."""
        return self.ending.rpartition(".")[2]


_FORMATS: Final = (
    Format("toml", "toml", "the interchange file", is_diagram=False),
    Format("dot", "dot", "the graph, for Graphviz"),
    Format("svg", "svg", "a picture that stays sharp, for documents and the web"),
    Format("png", "png", "a picture of pixels", is_text=False),
    Format("pdf", "pdf", "a page", is_text=False),
    Format(
        "policy",
        "policy.toml",
        "the policy stub: default deny, with the decisions that are due",
        is_diagram=False,
    ),
    Format("cedar", "cedar", "policies for Cedar", is_diagram=False, beside="cedarschema"),
    Format(
        "cedarschema",
        "cedarschema",
        "the schema of these policies",
        is_diagram=False,
        mark=b"entity Agent, Credential, System;",
    ),
    Format("rego", "rego", "a policy for Open Policy Agent", is_diagram=False, beside="rego-data"),
    Format("rego-data", "json", "the data that this policy asks", is_diagram=False, mark=b'"meshmodel": {'),
    Format("mermaid", "mmd", "a Mermaid flowchart, for Markdown", is_diagram=False),
    Format("graphml", "graphml", "the graph, for graph programs", is_diagram=False),
    Format("node-link", "graph.json", "the graph as node-link JSON", is_diagram=False),
    Format(
        "opengraph", "opengraph.json", "the steps for BloodHound", is_diagram=False, beside="opengraph-schema"
    ),
    Format(
        "opengraph-schema",
        "schema.json",
        "what BloodHound must know of them",
        is_diagram=False,
        mark=b'"namespace": "MeshModel"',
    ),
    Format("tickets", "tickets.csv", "a ticket for each missing checkpoint and of the fix", is_diagram=False),
    Format("tickets-json", "tickets.json", "these tickets as JSON", is_diagram=False),
)
FORMATS: Final = {each.name: each for each in _FORMATS}
"""The formats by name."""
POLICIES: Final = ("policy", "cedar", "cedarschema", "rego", "rego-data")
"""The policy stub, and what engines read; of these it matters who asks."""
LENSES: Final = {
    "structure": "all of it",
    "missing": "the missing checkpoints",
    "reach": "what one agent reaches",
    "boundaries": "what crosses the trust boundaries",
    "before": "what the minimum fix guards, before it",
    "after": "the same part after it",
}
"""What a diagram can show, with its description."""


class ExportOptions(NamedTuple):
    """What an export writes.

    Args:
        to: the name of the format.
        lens: of a diagram; ``None``: the reach of ``agent`` if one is named, else the structure.
        agent: the id of the agent whose reach the diagram shows.
        dpi: pixels to an inch of a PNG; ``None``: 200, less where the picture would be too large.
        side: of policies for an engine, who asks it: ``initiator`` or ``target``.
        zone, finding, compact, dark: of a diagram, as for ``PictureOptions``.
    """

    to: str
    lens: str | None = None
    agent: str | None = None
    dpi: int | None = None
    side: "Side" = "initiator"
    zone: str | None = None
    finding: str | None = None
    compact: bool | None = None
    dark: bool = False


def export(snapshot: "Snapshot", analysis: "Analysis", options: ExportOptions) -> bytes:
    """The content of the file that a model is exported to; equal models give equal bytes.

    Args:
        snapshot: the model.
        analysis: its analysis, as built or as designed; nothing is computed of it for ``toml``.
        options: the format, and for a diagram what it shows.

    Returns:
        The bytes; text is UTF-8.

    Raises:
        MeshmodelError: there is no such format, or ``render`` refuses.
    """
    if options.to not in FORMATS:
        from meshmodel.model.errors import MeshmodelError
        from meshmodel.model.text import one_line

        raise MeshmodelError(f"there is no format '{one_line(options.to)}': use {', '.join(FORMATS)}")
    if options.to == "toml":
        from meshmodel.interchange import write_text

        return write_text(snapshot).encode()
    if options.to in POLICIES:
        from meshmodel.exporters.policies.texts import POLICY_TEXTS

        return POLICY_TEXTS[options.to](analysis, options.side).encode()
    if not FORMATS[options.to].is_diagram:
        from meshmodel.exporters.texts import TEXTS

        return TEXTS[options.to](analysis).encode()
    return export_picture(snapshot, analysis, options).content


def export_names(path: Path, to: str) -> dict[str, Path]:
    """By format the files of an export: one that belongs beside it, such as a schema, and it, last.

    Args:
        path: of the export; beside a device, a pipe or what is open already nothing is written.
        to: its format.
    """
    from meshmodel.model.atomic_file import descriptor_of

    beside = FORMATS[to].beside
    if beside is None or (path.exists() and not path.is_file()) or descriptor_of(path) is not None:
        return {to: path}
    return {beside: path.with_suffix(f".{FORMATS[beside].ending}"), to: path}


def export_files(
    snapshot: "Snapshot", analysis: "Analysis", options: ExportOptions, path: Path
) -> dict[Path, bytes]:
    """The content of each of the files that ``export_names`` names.

    Raises:
        MeshmodelError: as ``export`` does.
    """
    return {
        each: export(snapshot, analysis, options._replace(to=form))
        for form, each in export_names(path, options.to).items()
    }


def export_picture(snapshot: "Snapshot", analysis: "Analysis", options: ExportOptions) -> "Page":
    """The model as one picture, with the size of its text on a page.

    Raises:
        MeshmodelError: as ``diagram.render.picture`` does.
    """
    from meshmodel.exporters.diagram.render import picture

    return picture(snapshot, analysis, picture_options(options))


def export_pages(snapshot: "Snapshot", analysis: "Analysis", options: ExportOptions) -> "list[Page]":
    """The model as an overview and pages that can be read, or as one picture where that can be.

    Raises:
        MeshmodelError: as ``diagram.render.pages`` does.
    """
    from meshmodel.exporters.diagram.render import pages

    return pages(snapshot, analysis, picture_options(options))


def page_files(
    snapshot: "Snapshot",
    analysis: "Analysis",
    options: ExportOptions,
    tell: "Callable[[Page], None]" = lambda _: None,
) -> dict[str, bytes]:
    """The pages of a diagram, or flowcharts that Mermaid can draw, by the stems of the names of files.

    Args:
        snapshot: the model.
        analysis: its analysis.
        options: what is shown, and how.
        tell: hears of each page that cannot be read on paper.
    """
    if options.to != "mermaid":
        pages = export_pages(snapshot, analysis, options)
        for page in (each for each in pages if not each.is_readable):
            tell(page)
        return {page.stem: page.content for page in pages}
    from meshmodel.exporters.graphs.mermaid import mermaid_pages

    return {f"page-{n:03}": text.encode() for n, text in enumerate(mermaid_pages(analysis), 1)}


def picture_options(options: ExportOptions) -> "PictureOptions":
    """The options of a picture, in the words of ``exporters.diagram``."""
    from meshmodel.exporters.diagram.render import PictureOptions

    return PictureOptions(
        to=cast("DiagramFormat", options.to),
        lens=cast("Lens", options.lens or ("reach" if options.agent else "structure")),
        agent=options.agent,
        zone=options.zone,
        finding=options.finding,
        compact=options.compact,
        dark=options.dark,
        dpi=options.dpi,
    )
