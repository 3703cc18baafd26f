"""Pages: an overview of the zones and a page for each, for pictures that cannot be read on one page.

A diagram is cut along its lines: each line is drawn on the pages of both of its ends, and on each ends in a
stub that names what it leads to and the page where that is. A zone that is too much for a page gets several.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from meshmodel.analysis.results import StepMark
from meshmodel.exporters.diagram.boundary_map import (
    OUTSIDE,
    ZoneCrossings,
    ZoneMap,
    element_counts,
    step_counts,
    zone_node,
)
from meshmodel.exporters.diagram.captions import count, legend
from meshmodel.exporters.diagram.dot import SMALLEST
from meshmodel.exporters.diagram.elements import Diagram, Edge, Shape
from meshmodel.exporters.diagram.labels import NODE_COLUMNS, wrap
from meshmodel.exporters.diagram.layout import READABLE, RIM, Arrangement, scale
from meshmodel.model.errors import RequestError
from meshmodel.model.phrases import VIEWS
from meshmodel.model.records import Snapshot
from meshmodel.model.text import counted, no_such

ELEMENTS = ("agent/", "credential/", "system/")
Crossings = Mapping[tuple[str, str], ZoneCrossings]
"""By the shapes of two zones in the overview, the crossings from one into the other."""


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line between two elements: its pieces, the shapes on it, its ends.

    Attributes:
        id: that of its pieces, without their number.
        pieces: the edges, from tail to head.
        ends: the elements at its ends.
    """

    id: str
    pieces: tuple[Edge, ...]
    ends: tuple[str, str]

    @property
    def between(self) -> frozenset[str]:
        """The shapes on it, such as words and checkpoints."""
        return frozenset(end for piece in self.pieces for end in (piece.tail, piece.head)) - {*self.ends}

    @property
    def is_missing(self) -> bool:
        """Whether a checkpoint is missing on it."""
        return any(piece.mark == "missing" for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class PageGroup:
    """The elements of one page: of a zone, or of those outside every zone (``None``)."""

    zone: str | None
    elements: tuple[str, ...]


def lines_of(diagram: Diagram) -> list[PageLine]:
    """The lines of a diagram; a checkpoint on a boundary lies on one from zone to zone."""
    pieces: dict[str, list[Edge]] = {}
    for edge in diagram.edges:
        base = edge.id.rpartition("/")[0]
        if edge.look == "boundary":
            base = base.rpartition("/")[0]
        pieces.setdefault(base, []).append(edge)
    return [PageLine(base, tuple(found), (found[0].tail, found[-1].head)) for base, found in pieces.items()]


def groups(diagram: Diagram) -> list[PageGroup]:
    """The elements by zone, in the order of the zones; those outside every zone last.

    A credential that stands between zones goes to the page of one from where it comes.
    """
    zones = {node.id: node.zone for node in diagram.nodes if node.id.startswith(ELEMENTS)}
    lines = lines_of(diagram)
    for node in diagram.nodes:
        if node.id.startswith("credential/") and node.zone is None:
            near = [line.ends[0] for line in lines if line.ends[1] == node.id]
            near += [line.ends[1] for line in lines if line.ends[0] == node.id]
            zones[node.id] = next((zones[end] for end in near if zones.get(end) is not None), None)
    inside: dict[str | None, list[str]] = {frame.id: [] for frame in diagram.frames}
    for element, zone in zones.items():
        inside.setdefault(zone, []).append(element)
    outside = inside.pop(None, [])
    found = [PageGroup(zone, tuple(members)) for zone, members in inside.items() if members]
    return [*found, PageGroup(None, tuple(outside))] if outside else found


def halves(diagram: Diagram, group: PageGroup) -> tuple[PageGroup, PageGroup]:
    """Two groups in place of one, with neighbours kept together."""
    near: dict[str, list[str]] = {element: [] for element in group.elements}
    for line in lines_of(diagram):
        one, other = line.ends
        if one in near and other in near:
            near[one].append(other)
            near[other].append(one)
    order = list(_walk(near))
    middle = (len(order) + 1) // 2
    return PageGroup(group.zone, tuple(order[:middle])), PageGroup(group.zone, tuple(order[middle:]))


def _walk(near: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """All of a graph, each after one that it is joined to as far as can be."""
    seen: set[str] = set()
    for start in near:
        waiting = deque([start])
        while waiting:
            element = waiting.popleft()
            if element not in seen:
                seen.add(element)
                yield element
                waiting.extend(near[element])


def cut(diagram: Diagram, elements: Collection[str], page_of: Callable[[str], str]) -> Diagram:
    """The part of a diagram that shows some elements and all of their lines.

    Who decides at a checkpoint is drawn wherever the checkpoint is.

    Args:
        diagram: the whole.
        elements: the ids of their nodes.
        page_of: what a stub says below the name of the element that it stands for.
    """
    nodes = {node.id: node for node in diagram.nodes}
    lines = lines_of(diagram)
    drawn = [line for line in lines if line.pieces[0].look != "decides" and {*line.ends} & {*elements}]
    shown = {*elements}.union(*(line.between for line in drawn))
    drawn += [line for line in lines if line.pieces[0].look == "decides" and line.ends[1] in shown]
    shown = shown.union(*(line.between for line in drawn))
    stubs: dict[str, Shape] = {}
    edges = []
    for line in drawn:
        for piece in line.pieces:
            ends: dict[str, str | None] = {}
            for side, zone in (("tail", piece.leaves_zone), ("head", piece.enters_zone)):
                end = getattr(piece, side)
                if end not in shown:
                    stub = _stub(diagram, nodes[end], zone, page_of(end))
                    stubs[stub.id] = stub
                    ends |= {side: stub.id, "leaves_zone" if side == "tail" else "enters_zone": None}
            edges.append(replace(piece, **ends))  # type: ignore[arg-type]  # by name
    kept = [node for node in diagram.nodes if node.id in shown]
    kept += stubs.values()
    frames = {node.zone for node in kept}
    shapes, samples = legend(kept, edges, diagram.stamp)
    return replace(
        diagram,
        nodes=tuple(kept),
        edges=tuple(edges),
        frames=tuple(frame for frame in diagram.frames if frame.id in frames),
        legend=shapes,
        samples=samples,
    )


def _stub(diagram: Diagram, end: Shape, zone: str | None, where: str) -> Shape:
    """What a cut line ends in: the name of the element there, or of the zone that the line leads into."""
    if zone is not None:
        name = " ".join(next(frame for frame in diagram.frames if frame.id == zone).lines)
        lines = (*wrap(name, NODE_COLUMNS), *([where] if where != name else []))
        return Shape(f"stub/zone/{zone}", lines, "stub", name=end.id)
    name = end.name or " ".join(end.lines)
    return Shape(f"stub/{end.id}", (*wrap(name, NODE_COLUMNS), where), "stub", name=end.id)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One picture, laid out: a name for its file, what it shows, and how it is arranged."""

    stem: str
    diagram: Diagram
    arranged: Arrangement

    @property
    def title(self) -> str:
        """The title, without the line of counts."""
        return self.diagram.title[0]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        width, height = self.arranged.size
        return width + 2 * RIM, height + 2 * RIM

    @property
    def points(self) -> float:
        """The size of the smallest text where the picture is made to fit a page."""
        return scale(self.arranged.size) * SMALLEST

    @property
    def is_readable(self) -> bool:
        """Whether it can be read there."""
        return self.points >= READABLE


def sheets(
    whole: Diagram,
    arranged: Callable[[Diagram], Arrangement],
    hopeless: Callable[[Diagram], bool],
    link: Callable[[str], str],
    crossings: Crossings | None = None,
) -> list[Sheet]:
    """An overview, on several pages where it needs them, and the pages by zone of a diagram.

    Args:
        whole: the diagram.
        arranged: lays a diagram out.
        hopeless: whether a diagram need not be laid out to see that it is too much for a page.
        link: the address of a page by its stem.
        crossings: those between zones, for the overview; ``None``: they were not counted.
    """

    def split(
        diagram: Diagram, waiting: deque[PageGroup], drawn: Callable[[PageGroup], Diagram]
    ) -> list[PageGroup]:
        """The groups, in parts where the page of one cannot be read."""
        parts = list[PageGroup]()
        while waiting:
            group = waiting.popleft()
            page = drawn(group)
            is_one = len(group.elements) == 1
            if is_one or (not hopeless(page) and _sheet(page, "", 88, 88, arranged).is_readable):
                parts.append(group)
            else:
                waiting.extendleft(reversed(halves(diagram, group)))
        return parts

    found = split(whole, deque(groups(whole)), lambda group: _drawn(whole, group, lambda _: "page 88"))
    zones = overview(whole, found, 88, crossings)
    every = PageGroup(None, tuple(node.id for node in zones.nodes if node.look == "zone"))
    parts = split(zones, deque([every]), lambda group: _part(zones, group, lambda _: "page 88"))
    while True:
        made = _numbered(whole, parts, found, arranged, link, crossings)
        pieces = [
            (group,) if _is_enough(group, sheet) else halves(zones if number < len(parts) else whole, group)
            for number, (group, sheet) in enumerate(zip(parts + found, made, strict=True))
        ]
        if all(len(each) == 1 for each in pieces):
            return made
        here = len(parts)
        parts = [part for each in pieces[:here] for part in each]
        found = [part for each in pieces[here:] for part in each]


def _is_enough(group: PageGroup, sheet: Sheet) -> bool:
    """Whether the page of a group can be read, or can be made no smaller."""
    return sheet.is_readable or len(group.elements) == 1


def _numbered(
    whole: Diagram,
    parts: Sequence[PageGroup],
    found: Sequence[PageGroup],
    arranged: Callable[[Diagram], Arrangement],
    link: Callable[[str], str],
    crossings: Crossings | None,
) -> list[Sheet]:
    """The pages of the overview and one for each group, with the numbers of pages in their stubs."""
    first, of = len(parts) + 1, len(parts) + len(found)
    width = max(2, len(str(of)))  # so that files in order of their names are in order of their pages
    stems = [f"{number:0{width}}-{group.zone or 'outside'}" for number, group in enumerate(found, first)]
    numbers = {element: number for number, group in enumerate(found, first) for element in group.elements}
    zones = {zone_node(group.zone): number for number, group in reversed([*enumerate(found, first)])}
    every = overview(whole, found, first, crossings)
    made = []
    for number, part in enumerate(parts, 1):
        drawn = every
        if len(parts) > 1:
            drawn = _part(every, part, lambda end: f"page {zones[end]}" if end in zones else "nothing in it")
        made.append(_sheet(drawn, f"{number:0{width}}-overview", number, of, arranged))
    for number, (group, stem) in enumerate(zip(found, stems, strict=True), first):
        drawn = _drawn(whole, group, lambda end: f"page {numbers.get(end, 1)}")
        made.append(_sheet(drawn, stem, number, of, arranged))
    places = numbers | zones
    addresses = {each: link(stems[number - first]) for each, number in places.items()}
    return [
        replace(sheet, diagram=replace(sheet.diagram, links=_links(sheet.diagram, addresses)))
        for sheet in made
    ]


def _part(zones: Diagram, group: PageGroup, page_of: Callable[[str], str]) -> Diagram:
    """The part of an overview that shows some zones, with stubs for those that they are joined to."""
    return cut(zones, group.elements, page_of)


def _drawn(whole: Diagram, group: PageGroup, page_of: Callable[[str], str]) -> Diagram:
    drawn = cut(whole, group.elements, page_of)
    counted = element_counts(group.elements)
    return replace(drawn, title=(_name(whole, group.zone), counted), description=f"{counted}.")


def _sheet(
    diagram: Diagram, stem: str, number: int, of: int, arranged: Callable[[Diagram], Arrangement]
) -> Sheet:
    title, line = diagram.title
    numbered = replace(diagram, title=(title, f"{number} of {of}: {line}"))
    return Sheet(stem, numbered, arranged(numbered))


def _name(whole: Diagram, zone: str | None) -> str:
    """The title of the page of a zone."""
    return f"{whole.heading}: {_place(whole, zone)}"


def _links(diagram: Diagram, addresses: Mapping[str, str]) -> dict[str, str]:
    """Where the stubs of a page lead, and the zones of the overview."""
    ends = {node.id: node.name if node.look == "stub" else node.id for node in diagram.nodes}
    linking = {node.id for node in diagram.nodes if node.look in {"stub", "zone"}}
    return {node: addresses[end] for node, end in ends.items() if node in linking and end in addresses}


def overview(
    whole: Diagram, found: Sequence[PageGroup], first: int = 2, crossings: Crossings | None = None
) -> Diagram:
    """The zones of a diagram with what lies in them and where it is drawn, and the lines between them.

    A line has the look of the worst crossing between its zones, and says how many there are. Crossings
    between zones that no line joins, and those within a zone, are counted in the zone that they lead to: all
    counts add up to those of the title.

    Args:
        whole: the diagram.
        found: the groups that have pages.
        first: the number of the page of the first.
        crossings: by pair of zones, as their shapes are called; ``None``: they were not counted.
    """
    made, between, missing = ZoneMap(), dict[tuple[str, str], list[PageLine]](), Counter[str]()
    zone_of = {element: zone_node(group.zone) for group in found for element in group.elements}
    for line in lines_of(whole):
        tail, head = (zone_of.get(end) for end in line.ends)
        if head is not None:
            missing[head] += line.is_missing
        if tail is not None and head is not None and tail != head:
            between.setdefault((tail, head), []).append(line)
    counts = dict(crossings or {})
    joined = {ends: counts.pop(ends, ZoneCrossings()) for ends in between}
    zones: list[tuple[str | None, tuple[str, ...]]] = [(frame.id, frame.lines) for frame in whole.frames]
    if any(group.zone is None for group in found):
        zones.append((None, (OUTSIDE,)))
    for zone, name in zones:
        node = zone_node(zone)
        elements = [element for group in found if group.zone == zone for element in group.elements]
        numbers = [str(number) for number, group in enumerate(found, first) if group.zone == zone]
        where = f"page{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}" if numbers else "nothing in it"
        facts = [element_counts(elements)] if numbers else []
        if missing[node]:
            facts.append(f"\u00d7 {count(missing[node], 'missing checkpoint')}")
        others = sum((each for ends, each in counts.items() if ends[1] == node), ZoneCrossings())
        if others.states:
            facts.append(", ".join(others.words(" other paths")))
        made.zone(node, name, [*facts, where], "missing" if others.look == "uncontrolled" else None)
    for (tail, head), lines in sorted(between.items()):
        words = step_counts(Counter[str](line.pieces[0].look for line in lines))
        here = joined[tail, head]
        made.line(tail, head, [*words, *here.words(" paths")], _mark(here, lines))
    title = (f"{whole.heading}: overview", _with_crossings(whole, crossings))
    return made.diagram(title, whole.description, whole.model, whole.stamp, whole.notes)


def _mark(here: ZoneCrossings, lines: Iterable[PageLine]) -> StepMark | None:
    """The mark of a line between zones: by the worst crossing; where none was counted, by missing ones."""
    if not here.states:
        return "missing" if any(line.is_missing for line in lines) else None
    marks: dict[str, StepMark] = {"uncontrolled": "missing", "controlled": "counts"}
    return marks.get(here.look)


def _with_crossings(whole: Diagram, crossings: Crossings | None) -> str:
    """The line of a title that counts what is drawn, with the crossings."""
    if crossings is None or whole.view is None:
        return whole.title[1]
    states = sum(crossings.values(), ZoneCrossings()).states
    said = f"{counted(states.total(), 'path')}, {states['uncontrolled']:,} unchecked"
    return f"{whole.counts}; {said}, {VIEWS[whole.view]}"


def zone_view(whole: Diagram, snapshot: Snapshot, zone: str) -> Diagram:
    """One zone, with stubs for what its lines lead to; raises RequestError where there is no such zone."""
    if zone not in snapshot.zone:
        raise RequestError("zone", no_such("zone", zone, snapshot.zone))
    found = groups(whole)
    place = {element: _place(whole, group.zone) for group in found for element in group.elements}
    elements = [element for group in found if group.zone == zone for element in group.elements]
    anchor = [node.id for node in whole.nodes if node.look == "anchor" and node.zone == zone]
    drawn = cut(whole, [*elements, *anchor], lambda end: place.get(end, OUTSIDE))
    outside = len(place) - len(elements)
    notes = [f"+{outside} outside this zone"] if outside else []
    return replace(drawn, title=(_name(whole, zone), element_counts(elements)), notes=(*whole.notes, *notes))


def _place(whole: Diagram, zone: str | None) -> str:
    return next((" ".join(frame.lines) for frame in whole.frames if frame.id == zone), OUTSIDE)
