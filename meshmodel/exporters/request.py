"""What an export can be asked for: the formats, and the choices that go with each.

The command line reads these tables whenever it starts, so nothing else is imported before an export.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from meshmodel.model.errors import RequestError
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.exporters.diagram.elements import Lens
    from meshmodel.exporters.policies.verdicts import Side
    from meshmodel.model.records import Snapshot
    from meshmodel.model.vocabulary import View

Writer = Callable[["Analysis", "ExportRequest"], str]
"""Makes a text of a whole model; what it needs is imported when it is called."""


class Format(NamedTuple):
    """A format that a model can be exported to.

    Args:
        name: as it is chosen.
        ending: of the names of its files, without the first dot.
        description: what it is for.
        write: makes its text; ``None``: ``diagram.render`` draws it, or it is no format of this room, as
            tickets, which the answers write.
        takes: the choices that it takes.
        is_text: whether a terminal can show it.
        companions: the formats of further files that belong to it.
        mark: what stands near the beginning of each such file; only of what is written beside another.
        write_pages: makes as many texts as are needed, where one can be too large.
    """

    name: str
    ending: str
    description: str
    write: Writer | None = None
    takes: tuple[str, ...] = ("view",)
    is_text: bool = True
    companions: tuple[str, ...] = ()
    mark: bytes = b""
    write_pages: "Callable[[Analysis], Sequence[str]] | None" = None

    @property
    def suffix(self) -> str:
        """The last part of the ending, by which a file is known: ``toml`` for the policy stub too."""
        return self.ending.rpartition(".")[2]

    @property
    def is_diagram(self) -> bool:
        """Whether it is drawn, so that it takes a lens."""
        return "lens" in self.takes


def _toml(analysis: "Analysis", _: "ExportRequest") -> str:
    from meshmodel.interchange import write_text

    return write_text(analysis.snapshot)


def _policy(analysis: "Analysis", _: "ExportRequest") -> str:
    from meshmodel.exporters.policies.stub import policy_stub

    return policy_stub(analysis.snapshot, analysis)


def _cedar(analysis: "Analysis", request: "ExportRequest") -> str:
    from meshmodel.exporters.policies.cedar import cedar_policies, cedar_schema

    make = cedar_policies if FORMATS[request.format].companions else cedar_schema
    return make(analysis, request.asks)


def _rego(analysis: "Analysis", request: "ExportRequest") -> str:
    from meshmodel.exporters.policies.rego import rego_data, rego_module

    make = rego_module if FORMATS[request.format].companions else rego_data
    return make(analysis, request.asks)


def _rego_test(analysis: "Analysis", request: "ExportRequest") -> str:
    from meshmodel.exporters.policies.requests import rego_test

    return rego_test(analysis, request.asks)


def _cedar_requests(analysis: "Analysis", request: "ExportRequest") -> str:
    from meshmodel.exporters.policies.requests import cedar_requests

    return cedar_requests(analysis, request.asks)


def _mermaid(analysis: "Analysis", _: "ExportRequest") -> str:
    from meshmodel.exporters.graphs.mermaid import mermaid

    return mermaid(analysis)


def _mermaid_pages(analysis: "Analysis") -> "Sequence[str]":
    from meshmodel.exporters.graphs.mermaid import mermaid_pages

    return mermaid_pages(analysis)


def _graphml(analysis: "Analysis", _: "ExportRequest") -> str:
    from meshmodel.exporters.graphs.network import graphml

    return graphml(analysis)


def _opengraph(analysis: "Analysis", request: "ExportRequest") -> str:
    from meshmodel.exporters.graphs.opengraph import extension, payload

    return payload(analysis) if FORMATS[request.format].companions else extension()


_DRAWN: Final = ("view", "lens", "agent", "zone", "finding", "form", "colours", "pages")
_ASKED: Final = ("view", "asks")
_WORK: Final = ("view", "by")
_FORMATS: Final = (
    Format("toml", "toml", "the interchange file", _toml, takes=()),
    Format("dot", "dot", "the graph, for Graphviz", takes=_DRAWN),
    Format("svg", "svg", "a picture that stays sharp, for documents and the web", takes=_DRAWN),
    Format("png", "png", "a picture of pixels", takes=(*_DRAWN, "dpi"), is_text=False),
    Format("pdf", "pdf", "a page", takes=_DRAWN, is_text=False),
    Format(
        "policy", "policy.toml", "the policy stub: default deny, with the decisions that are due", _policy
    ),
    Format(
        "cedar",
        "cedar",
        "policies for Cedar",
        _cedar,
        takes=_ASKED,
        companions=("cedarschema", "cedar-requests"),
    ),
    Format(
        "cedarschema",
        "cedarschema",
        "the schema of these policies",
        _cedar,
        takes=_ASKED,
        mark=b"entity Agent, Credential, System;",
    ),
    Format(
        "rego",
        "rego",
        "a policy for Open Policy Agent",
        _rego,
        takes=_ASKED,
        companions=("rego-data", "rego-test"),
    ),
    Format(
        "rego-data",
        "json",
        "the data that this policy asks",
        _rego,
        takes=_ASKED,
        mark=b'"meshmodel": {',
    ),
    Format(
        "rego-test",
        "_test.rego",
        "requests and the answers of this policy, for opa test",
        _rego_test,
        takes=_ASKED,
        mark=b"# Tests the policy beside this file",
    ),
    Format(
        "cedar-requests",
        "requests.json",
        "requests and the answers of these policies",
        _cedar_requests,
        takes=_ASKED,
        mark=b'"format": "meshmodel-cedar-requests/',
    ),
    Format(
        "mermaid",
        "mmd",
        "a Mermaid flowchart, for Markdown",
        _mermaid,
        takes=("view", "pages"),
        write_pages=_mermaid_pages,
    ),
    Format("graphml", "graphml", "the graph, for graph programs", _graphml),
    Format(
        "opengraph",
        "opengraph.json",
        "the steps for BloodHound",
        _opengraph,
        companions=("opengraph-schema",),
    ),
    Format(
        "opengraph-schema",
        "schema.json",
        "what BloodHound must know of them",
        _opengraph,
        mark=b'"namespace": "MeshModel"',
    ),
    Format(
        "tickets-md",
        "tickets.md",
        "a ticket for each action and each missing checkpoint",
        takes=_WORK,
    ),
    Format("tickets-json", "tickets.json", "these tickets as JSON", takes=_WORK),
)
FORMATS: Final = {each.name: each for each in _FORMATS}
"""The formats by name."""
LENSES: Final = {
    "structure": "all of it",
    "missing": "the missing checkpoints",
    "reach": "what one agent reaches",
    "boundaries": "what crosses the trust boundaries",
    "before": "what the smallest fix guards, before it",
    "after": "the same part after it",
}
"""What a diagram can show, with its description."""
FINDING: Final = "finding"
"""One finding, step by step, in place of a lens."""
_CHANGES: Final = "changes"
"""What became of an earlier model, which has to be there."""

_VIEWS: Final = {"built": "what is enforced today counts", "designed": "planned checkpoints count too"}
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
_BY: Final = {
    "fix": "the checkpoints of the fix come first",
    "plan": "what the plan adds, removes and restricts comes first",
}
_ASKS: Final = {
    "initiator": "one who knows all agents behind a request",
    "target": "a target that sees the credential alone",
}


Choice = tuple[str, tuple[tuple[str | None, str], ...]]
"""An attribute of a request, and what it can be, each with a hint; ``None`` stands for all."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported: the command line builds it, the dialog edits it, the exporters read it.

    Attributes:
        format: the name of the format.
        view: whether planned checkpoints count; of the analysis that is asked for.
        lens: of a diagram what is lit: all, the missing checkpoints, the reach of one agent, what crosses
            boundaries, what the smallest fix guards, before it or after it, what changed; or ``FINDING``.
        agent: that agent's id, for the lens ``reach``.
        zone: the id of the one zone that is drawn.
        finding: ``RULE:SUBJECT`` of the finding whose witness is drawn as a sequence of steps.
        form: whether credentials and doors are words on the lines (compact); by size: in models of more than
            ``compact.FEW`` elements, and where the other form cannot be read on a page.
        pages: whether as many files are written as are needed to read it, into a folder.
        colours: light on dark, or for paper.
        asks: who asks the policies of an engine.
        by: whether tickets follow the fix or the plan; ``None``: as the report does.
        dpi: pixels to an inch of a PNG; ``None``: 200, less where the picture would be too large.
        since: for the lens ``changes`` the model before, which what changed is marked against.
        stamp: what the picture can be traced by; empty: worked out from the model, which a report with many
            pictures of one does once.
    """

    format: str = "svg"
    view: "View" = "built"
    lens: "Lens" = "structure"
    agent: str | None = None
    zone: str | None = None
    finding: str | None = None
    form: Literal["by size", "whole", "compact"] = "by size"
    pages: Literal["one", "readable"] = "one"
    colours: Literal["light", "dark"] = "light"
    asks: "Side" = "initiator"
    by: Literal["fix", "plan"] | None = None
    dpi: int | None = None
    since: "Snapshot | None" = None
    stamp: str = ""

    @property
    def _takes(self) -> tuple[str, ...]:
        """The choices that its format takes; those that the workbench adds, reports say, have a view."""
        return FORMATS[self.format].takes if self.format in FORMATS else ("view",)

    @property
    def can_have_pages(self) -> bool:
        """Whether several files are offered: DOT is not laid out, and a PDF has pages within one."""
        return "pages" in self._takes and self.format not in {"dot", "pdf"}

    def check(self, given: Iterable[str] | None = None) -> None:
        """Refuse what the format does not take, and choices that do not go together.

        Args:
            given: the choices that somebody has made, which are refused even where they change nothing;
                ``None``: those that are not the usual ones.

        Raises:
            RequestError: it names the first such choice.
        """
        if self.format not in FORMATS:
            raise RequestError(
                "format", f"there is no format '{one_line(self.format)}': use {', '.join(FORMATS)}"
            )
        if given is None:
            given = [each.name for each in fields(self) if getattr(self, each.name) != each.default]
        for name in given:
            able = [each.name for each in FORMATS.values() if name in each.takes]
            if able and name != "view" and self.format not in able:
                raise RequestError(name, f"is for {', '.join(able)}, not for {self.format}")
        if self.lens not in {*LENSES, FINDING, _CHANGES}:
            raise RequestError("lens", f"there is no lens '{one_line(self.lens)}': use {', '.join(LENSES)}")
        if (self.lens == FINDING) is (self.finding is None) or (self.finding and (self.agent or self.zone)):
            raise RequestError(
                "finding", "a finding is a picture of its own: name one, and no lens, agent or zone"
            )
        if self.zone is not None and self.lens == "boundaries":
            raise RequestError(
                "zone", "the boundary map shows all zones: leave it out, or choose another lens"
            )
        if (self.lens == _CHANGES) is (self.since is None):
            raise RequestError("lens", "only a comparison of two models shows what changed: meshmodel diff")

    def choices(self, snapshot: "Snapshot", analysis: "Analysis | None") -> Iterator[Choice]:
        """What there is to choose, now that the format and what it shows are chosen.

        Args:
            snapshot: the model.
            analysis: its analysis, if it is known: no findings are offered without.
        """
        if "view" in self._takes:
            yield "view", (*_VIEWS.items(),)
        if "lens" in self._takes:
            yield from self._diagram_choices(snapshot, analysis)
        if self.can_have_pages:
            yield "pages", (*_PAGES.items(),)
        if "by" in self._takes:
            yield "by", (*_BY.items(),)
        if "asks" in self._takes:
            yield "asks", (*_ASKS.items(),)

    def _diagram_choices(self, snapshot: "Snapshot", analysis: "Analysis | None") -> Iterator[Choice]:
        findings = () if analysis is None else analysis.findings
        steps = ((FINDING, "the attack path of one finding, step by step"),) if findings else ()
        lenses = [each for each in LENSES.items() if each[0] != "reach" or snapshot.agent]
        has_zone = self.lens not in {FINDING, "boundaries"}
        yield "lens", (*lenses, *steps)
        if self.lens == "reach":
            yield "agent", _named(snapshot.agent)
        if self.lens == FINDING:
            named = ((f"{each.rule}:{each.subject}", each.severity) for each in findings)
            yield "finding", tuple(named)
        elif has_zone and snapshot.zone:
            yield "zone", ((None, "all of them"), *_named(snapshot.zone))
        if has_zone:
            yield "form", (*_FORMS.items(),)
        yield "colours", (*_COLOURS.items(),)


def _named(records: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((key, getattr(records[key], "name", None) or "") for key in sorted(records))
