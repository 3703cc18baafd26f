"""The model as Mermaid flowcharts, for documents that draw them.

All ids are generated, and all texts escaped: no name reaches Mermaid's grammar, Markdown or the page's HTML.
Of a diagram above its limits Mermaid draws a picture that says so, without an error. So a model above them is
split into several diagrams: each edge is in one, by zones, and an element wherever an edge of it is.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.exporters.graphs.relations import RelationEdge, boundaries, counting, edges
from meshmodel.model.errors import RequestError
from meshmodel.model.phrases import VIEWS
from meshmodel.model.records import Checkpoint, Custody, Delegation, Exchange, Grant
from meshmodel.model.text import counted

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

MOST_EDGES: Final = 450
"""Mermaid refuses more than 500 edges."""
MOST_CHARACTERS: Final = 45_000
"""Mermaid refuses more than 50,000 characters, as UTF-16 counts them."""
_NAMED: Final = 3
"""So many entries of a list are named on an edge."""
_NO_PLAIN_TEXT: Final = re.compile(r"[^\w ,]|_")
"""What Mermaid, its Markdown or HTML could read as more than text."""
_ARROWS: Final = {
    "hold": "---",
    "delegation": "-.->",
    "trigger": "-.->",
    "hearing": "-.->",
    "hosting": "-.->",
    "boundary": "-.-",
}
"""How an edge is drawn: by default as a plain arrow, with a missing checkpoint as a thick one."""
_SHAPES: Final = {"agent": ('(["', '"])'), "credential": ('{{"', '"}}'), "system": ('["', '"]')}
_STYLES: Final = (
    "classDef agent stroke:#1d4ed8,stroke-width:2px",
    "classDef credential stroke:#b45309,stroke-width:2px",
    "classDef system stroke:#0f766e,stroke-width:2px",
    "classDef unused stroke-dasharray:4",
)


def mermaid(analysis: "Analysis") -> str:
    """The model as one flowchart; equal models give equal text.

    Raises:
        RequestError: Mermaid would draw no diagram of that size.
    """
    pages = mermaid_pages(analysis)
    if len(pages) > 1:
        raise RequestError(
            "pages",
            f"this model takes {len(pages)} Mermaid diagrams of at most {MOST_EDGES} edges and "
            f"{MOST_CHARACTERS:,} characters: write them as pages, or choose another format",
        )
    return pages[0]


def mermaid_pages(analysis: "Analysis") -> tuple[str, ...]:
    """The model as flowcharts within the limits of Mermaid: one if possible, else each says which it is."""
    pages = list(_MermaidDiagrams(analysis).pages())
    return tuple(page.text(number, len(pages)) for number, page in enumerate(pages, 1))


def _escape(text: str) -> str:
    """A text as it stands in a quoted label: what could be more than text as numbered entities."""
    return _NO_PLAIN_TEXT.sub(lambda found: f"#{ord(found[0])};", text)


def _units(text: str) -> int:
    """The length of a line as JavaScript counts it, with its end."""
    return len(text.encode("utf-16-le")) // 2 + 1


class _MermaidEdge(NamedTuple):
    """An edge of the diagram: its ends as ``kind:id``, and its text in Mermaid."""

    start: str
    end: str
    text: str


class _MermaidDiagram:
    """One diagram; its size is kept, so that it is known whether something more fits."""

    def __init__(self, drawing: "_MermaidDiagrams") -> None:
        self.drawing = drawing
        self.elements: dict[str, None] = {}
        self.zones: dict[str, None] = {}
        self.edges: list[str] = []
        self.size = sum(map(_units, drawing.begin("9,999 of 9,999")))

    def add(self, elements: Iterable[str], edge: str | None, *, always: bool) -> bool:
        """Add elements and an edge between them; false: they do not fit.

        Args:
            elements: as ``kind:id``; a zone is one, too.
            edge: its text.
            always: add them however large they are, as on an empty page.
        """
        new = [each for each in elements if each not in self.elements]
        zones = dict.fromkeys(zone for each in new if (zone := self.drawing.zone_of(each)) is not None)
        opened = [each for each in zones if each not in self.zones]
        size = self.size + sum(_units(self.drawing.nodes[each]) for each in new if each in self.drawing.nodes)
        size += sum(_units(self.drawing.frames[each]) + _units("  end") for each in opened)
        size += _units(edge) if edge else 0
        if not always and (size > MOST_CHARACTERS or len(self.edges) + bool(edge) > MOST_EDGES):
            return False
        self.size = size
        self.elements |= dict.fromkeys(new)
        self.zones |= dict.fromkeys(opened)
        self.edges += [edge] if edge else []
        return True

    def text(self, number: int, of: int) -> str:
        """The diagram; of several its title says which it is."""
        drawing = self.drawing
        lines = drawing.begin(f"{number:,} of {of:,}" if of > 1 else "")
        inside: dict[str | None, list[str]] = {}
        for each in sorted(self.elements):
            if each in drawing.nodes:
                inside.setdefault(drawing.zone_of(each), []).append(drawing.nodes[each])
        for zone in sorted(self.zones):
            lines += [drawing.frames[zone], *inside.get(zone, ()), "  end"]
        return "\n".join([*lines, *inside.get(None, ()), *self.edges, ""])


class _MermaidDiagrams:
    """The parts of the diagrams of one model.

    Attributes:
        nodes: by ``kind:id`` the lines of agents, credentials and systems.
        frames: by id the first lines of the zones.
    """

    def __init__(self, analysis: "Analysis") -> None:
        self.analysis, self.snapshot = analysis, analysis.snapshot
        snapshot = self.snapshot
        self.counts = counting(analysis)
        self.doors = {(each.credential, each.system): each for each in analysis.doors}
        self.ids = {f"zone:{key}": f"z{number}" for number, key in enumerate(sorted(snapshot.zone), 1)}
        elements = [f"{table}:{key}" for table in _SHAPES for key in sorted(snapshot.table(table))]
        self.ids |= {each: f"n{number}" for number, each in enumerate(elements, 1)}
        self.frames = {
            key: f'  subgraph {self.ids[f"zone:{key}"]}["{_escape(zone.title)}"]'
            for key, zone in snapshot.zone.items()
        }
        self.edges = list(edges(snapshot))
        self.zones = self._zones()
        self.nodes = {each: self._node(each) for each in elements}

    def pages(self) -> Iterator[_MermaidDiagram]:
        """The diagrams: edges by zone, then the elements that have none."""
        lines = sorted(self._lines(), key=lambda line: self._zones_between(line.start, line.end))
        joined = {end for line in lines for end in (line.start, line.end)}
        lone = [each for each in (*self.nodes, *map("zone:{}".format, self.frames)) if each not in joined]
        parts: list[tuple[tuple[str, ...], str | None]] = [
            ((each.start, each.end), each.text) for each in lines
        ]
        page = _MermaidDiagram(self)
        for elements, edge in (*parts, *(((each,), None) for each in lone)):
            if not page.add(elements, edge, always=False):
                yield page
                page = _MermaidDiagram(self)
                page.add(elements, edge, always=True)
        yield page

    def begin(self, which: str) -> list[str]:
        """The first lines: the title, the direction, the classes."""
        name = self.snapshot.about.name or "Identity mesh"
        title = f"{name}, {VIEWS[self.analysis.view]}{f', {which}' if which else ''}"
        # The front matter is YAML, in which a string may stand as in JSON.
        return [
            "---",
            f"title: {json.dumps(title, ensure_ascii=False)}",
            "---",
            "flowchart LR",
            *(f"  {each}" for each in _STYLES),
        ]

    def zone_of(self, element: str) -> str | None:
        """The zone in whose frame an element stands; of a zone itself."""
        kind, _, key = element.partition(":")
        return key if kind == "zone" else self.zones.get(element)

    def _zones(self) -> dict[str, str | None]:
        """The zone of each element; of a credential that of what it is joined to, if all lies in the same."""
        found: dict[str, str | None] = {
            f"system:{key}": each.zone for key, each in self.snapshot.system.items()
        }
        found |= {f"agent:{key}": each.home for key, each in self.snapshot.agent.items()}
        near: dict[str, set[str | None]] = {}
        for edge in self.edges:
            one, other = edge.nodes
            for credential, element in ((one, other), (other, one)):
                if credential.startswith("credential:") and element in found:
                    near.setdefault(credential, set()).add(found[element])
        return found | {each: next(iter(zones)) for each, zones in near.items() if len(zones) == 1}

    def _zones_between(self, start: str, end: str) -> tuple[str, str]:
        """By which edges are put in order: the zones of their ends, that of the system or agent first."""
        zones = [self.zone_of(each) or "" for each in (start, end)]
        if start.startswith("credential:"):
            zones.reverse()
        return zones[0], zones[1]

    def _node(self, element: str) -> str:
        kind, _, key = element.partition(":")
        record = self.snapshot.table(kind)[key]
        words = [record.title]
        if kind == "credential" and record.principal != record.id:
            words.append(f"as {record.principal}")
        if kind == "system":
            words += [record.sensitivity] if record.sensitivity else []
            words += ["outsiders write here"] if record.untrusted_input else []
        unused = kind != "system" and not record.is_active
        words += [record.status] if unused else []
        begin, end = _SHAPES[kind]
        text = "<br>".join(map(_escape, words))
        return f"    {self.ids[element]}{begin}{text}{end}:::{'unused' if unused else kind}"

    def _lines(self) -> Iterator[_MermaidEdge]:
        for edge in self.edges:
            door = self.doors.get((edge.from_, edge.to)) if edge.step == "grant" else None
            words = [*_words(edge), *map(self._decides, edge.checkpoints)]
            words += [f"✖ NO CHECKPOINT: {door.severity}"] if door else []
            arrow = "==>" if door else _ARROWS.get(edge.step, "-->")
            yield self._line(*edge.nodes, arrow, words)
        for each in boundaries(self.snapshot):
            ends = (end if ":" in end else f"zone:{end}" for end in (each.from_, each.to))
            start, end = ends
            yield self._line(start, end, _ARROWS["boundary"], ["boundary", self._decides(each)])

    def _line(self, start: str, end: str, arrow: str, words: Iterable[str]) -> _MermaidEdge:
        text = "<br>".join(map(_escape, words))
        label = f'|"{text}"|' if text else ""
        return _MermaidEdge(start, end, f"  {self.ids[start]} {arrow}{label} {self.ids[end]}")

    def _decides(self, checkpoint: Checkpoint) -> str:
        counts = checkpoint.id in self.counts
        covers = f" for {', '.join(checkpoint.actions)}" if checkpoint.actions else ""
        return f"{'◆' if counts else '◇'} {checkpoint.kind}{covers}{'' if counts else ', not effective'}"


def _words(edge: RelationEdge) -> list[str]:
    """What an edge says beside its checkpoints."""
    match edge.record:
        case Grant():
            words = [", ".join(edge.record.actions)]
        case Custody():
            words = [f"{edge.record.how}: {', '.join(edge.record.obtained_by)}"]
        case Exchange():
            words = [f"exchanged{f' at {edge.record.at}' if edge.record.at else ''}"]
        case Delegation():
            only = edge.record.only
            words = ["calls", *([f"only {_some(only)}"] if only else [])]
            words += ["returns values"] if edge.record.returns == "values" else []
        case _:
            words = {"trigger": ["starts"], "hearing": ["is read by"], "hosting": ["runs"]}.get(edge.step, [])
    return [*words, *([f"passed by {_some(edge.passed_by)}"] if edge.passed_by else [])]


def _some(names: tuple[str, ...]) -> str:
    """The first of some names, and how many there are more."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {counted(more, 'more', 'more')}" if more > 0 else "")
