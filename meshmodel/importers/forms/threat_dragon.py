"""Models of OWASP Threat Dragon 2: data flow diagrams with trust boundaries.

A model has diagrams, and a diagram cells, each with a shape: actor, process, store, flow, box or curve of a
trust boundary, or text. Cells know nothing of the boxes around them but by their positions.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from meshmodel.importers.document import ABSENT, Document, ForeignFileError, Node
from meshmodel.importers.ledger import Rule
from meshmodel.importers.proposal import Proposal, clean_text
from meshmodel.model.records import Reference
from meshmodel.model.text import first_few

__all__ = ["RULES", "read", "recognise"]

ZONE: Final = Rule("trust-boundary", "box of a trust boundary", "mapped", "a zone")
PERSON: Final = Rule(
    "actor",
    "actor",
    "question",
    "an agent of kind person; an actor may as well be a program or a company, so it is asked",
)
STORE: Final = Rule("store", "store", "mapped", "a system")
PROCESS: Final = Rule(
    "process",
    "process",
    "assumed",
    "a system, by assumption; whether it is an agent, and what it then does by its flows, is one question",
)
FLOW: Final = Rule(
    "flow",
    "flow",
    "question",
    "of a flow the credential and the actions are not in the file, and its arrow says who asks, not who may "
    "what: asked with the process that it leaves or enters, else by itself, and not drawn",
)
CURVE: Final = Rule(
    "trust-boundary-curve",
    "curve of a trust boundary",
    "question",
    "a curve encloses nothing, so which zones lie on its sides is asked",
)
POSITION: Final = Rule(
    "position",
    "position and size",
    "assumed",
    "an element is in the zone of the smallest box around all of it",
)
OVERLAP: Final = Rule(
    "overlap",
    "element across the edge of a box",
    "question",
    "it is partly in, or in two boxes that cross each other, so its zone is asked",
)
CREDENTIALS: Final = Rule(
    "stores-credentials",
    "store that holds credentials",
    "question",
    "which credentials, and who obtains them there, is asked",
)
AUTHENTICATES: Final = Rule(
    "provides-authentication",
    "actor that provides authentication",
    "question",
    "it may be an identity provider, which is a system, so it is asked",
)
SAME_NAME: Final = Rule(
    "same-name",
    "names in several diagrams",
    "question",
    "diagrams share no elements, and a name joins nothing; whether they are the same is asked",
)
SCOPE: Final = Rule(
    "out-of-scope",
    "element out of scope",
    "assumed",
    "drawn and asked like all others: what is reached does not depend on who looked at it",
)
THREAT: Final = Rule(
    "threat",
    "threat and its mitigation",
    "mapped",
    "words about the design; a threat that is marked mitigated is no checkpoint, so none is drawn",
)
DESCRIPTION: Final = Rule(
    "description", "description", "mapped", "the description of the element, or in its question"
)
PROPERTY: Final = Rule(
    "property", "another property", "mapped", "it changes nothing about who may do what, so it is not kept"
)
DRAWING: Final = Rule(
    "drawing", "how it is drawn", "mapped", "colours, ports, bends and texts mean nothing here"
)
HEADER: Final = Rule(
    "header", "title, people and versions", "mapped", "about the file and the work on it, not about the mesh"
)
RULES: Final[tuple[Rule, ...]] = (
    ZONE, PERSON, STORE, PROCESS, FLOW, CURVE, POSITION, OVERLAP, CREDENTIALS, AUTHENTICATES, SAME_NAME,
    SCOPE, THREAT, DESCRIPTION, PROPERTY, DRAWING, HEADER,
)  # fmt: skip


class Box(NamedTuple):
    """Where a cell is drawn."""

    left: float
    top: float
    right: float
    bottom: float

    def surrounds(self, other: "Box") -> bool:
        """Whether the other is in it, edges included."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def meets(self, other: "Box") -> bool:
        """Whether they share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    @property
    def area(self) -> float:
        """Its size."""
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(slots=True)
class Cell:
    """One cell that is understood: what it is, and the element it became, if it is drawn in the mesh."""

    node: Node
    key: tuple[str, str]
    rule: Rule
    name: Node
    box: Box | None
    element: tuple[str, str] | None = None

    @property
    def shown(self) -> str:
        """Its name, in quotation marks; of what has none, what it is."""
        return f"“{clean_text(self.name.text, 80)}”" if self.name.text.strip() else f"a {self.rule.construct}"


def name_of(node: Node) -> Node:
    """Where the name of a cell stands: in its data, or on the drawing alone."""
    attrs, label = node["attrs"], node["labels"][0]["attrs"]
    places = (
        node["data"]["name"], attrs["label"]["text"], attrs["text"]["text"], label["label"]["text"],
        label["labelText"]["text"], label["text"]["text"],
    )  # fmt: skip
    return next((each for each in places if each.text.strip()), ABSENT)


def box_of(node: Node) -> Box | None:
    """Where a cell is drawn; ``None`` if the file does not say it in numbers."""
    position, size = node["position"], node["size"]
    found = [position["x"].value, position["y"].value, size["width"].value, size["height"].value]
    numbers = [float(each) for each in found if isinstance(each, int | float) and abs(each) < 1e9]
    if len(numbers) < len(found):
        return None
    left, top, width, height = numbers
    return Box(left, top, left + width, top + height)


def zone_of(box: Box | None, zones: Sequence[Cell]) -> tuple[Cell | None, list[Cell]]:
    """The zone of the smallest box around a cell, or those whose edges leave it open.

    Open is the zone of what lies across an edge, and of what lies in boxes that are not within each other.
    """
    if box is None:
        return None, []
    around, across = list[Cell](), list[Cell]()
    for each in zones:
        if each.box is not None and each.box.surrounds(box):
            around.append(each)
        elif each.box is not None and each.box.meets(box):
            across.append(each)
    boxes = sorted(((each.box.area, number) for number, each in enumerate(around) if each.box is not None))
    ordered = [around[number] for _, number in boxes]
    if across or not all(_is_within(one, other) for one, other in pairwise(ordered)):
        return None, [*ordered, *across]
    return (ordered[0] if ordered else None), []


def _is_within(one: Cell, other: Cell) -> bool:
    """Whether a box lies in another and is smaller."""
    return (
        one.box is not None
        and other.box is not None
        and other.box.surrounds(one.box)
        and one.box != other.box
    )


COMPARISONS_LIMIT: Final = 4_000_000
"""The most pairs of a box and another cell of one diagram whose positions are compared."""
_NAMES_SHOWN: Final = 20
_SHAPES: Final = {
    "trust-boundary-box": ZONE,
    "actor": PERSON,
    "store": STORE,
    "process": PROCESS,
    "flow": FLOW,
    "trust-boundary-curve": CURVE,
    "trust-broundary-curve": CURVE,  # as versions before 2.0 wrote it
    "td-text-block": DRAWING,
}
_TYPES: Final = {
    "tm.BoundaryBox": ZONE,
    "tm.Actor": PERSON,
    "tm.Store": STORE,
    "tm.Process": PROCESS,
    "tm.Flow": FLOW,
    "tm.Boundary": CURVE,
    "tm.Text": DRAWING,
}
_PLACED: Final = (PERSON, STORE, PROCESS)
_DRAWN: Final = (
    "position", "size", "attrs", "ports", "visible", "zIndex", "connector", "labels", "vertices", "width",
    "height", "tools", "markup", "angle", "router",
)  # fmt: skip
_THREATS: Final = ("threats", "threatFrequency", "hasOpenThreats")
_PROPERTIES: Final = (
    "isTrustBoundary", "isEncrypted", "isSigned", "isALog", "isBidirectional", "isPublicNetwork", "protocol",
    "isWebApplication", "privilegeLevel", "handlesCardPayment", "handlesGoodsOrServices", "storesInventory",
    "storesCredentials", "providesAuthentication", "description", "name",
)  # fmt: skip
_OF_DIAGRAM: Final = (
    "id",
    "title",
    "name",
    "description",
    "diagramType",
    "placeholder",
    "thumbnail",
    "version",
)
_OF_DETAIL: Final = ("contributors", "diagramTop", "reviewer", "threatTop")


def recognise(document: Document) -> bool:
    """Whether it is a model of Threat Dragon; raises ForeignFileError for one of version 1."""
    root = document.root
    if document.syntax != "json" or not root["summary"].is_map or not root["detail"]["diagrams"].is_list:
        return False
    _refuse_version_1(document)
    return True


def read(documents: Sequence[Document], out: Proposal) -> None:
    """Read models; they do not depend on one another."""
    for document in documents:
        _refuse_version_1(document)
        root = document.root
        diagrams = [_Diagram(each, number, out) for number, each in enumerate(root["detail"]["diagrams"])]
        for diagram in diagrams:
            diagram.read()
        _ask_of_names(root["detail"]["diagrams"], diagrams, out)
        for key in ("version", "summary", "release_version", "released_at"):
            out.take(root[key], HEADER)
        for key in _OF_DETAIL:
            out.take(root["detail"][key], HEADER)


def _refuse_version_1(document: Document) -> None:
    root = document.root
    if root["version"].text.startswith("1.") or any(
        each["diagramJson"] for each in root["detail"]["diagrams"]
    ):
        raise ForeignFileError(
            document.source,
            None,
            "is a model of Threat Dragon 1; open it in Threat Dragon 2 and save it anew",
        )


class _Diagram:
    """One diagram: its cells, and the zones among them."""

    def __init__(self, node: Node, number: int, out: Proposal) -> None:
        self._node = node
        self._out = out
        self._name = node["id"].text or f"#{number}"
        self.cells: dict[str, Cell] = {}
        self._flows: dict[str, list[Cell]] = defaultdict(list)
        for each in node["cells"]:
            self._know(each)

    def _know(self, node: Node) -> None:
        """Note a cell with a shape and an id; what has none, or the id of another, is not understood."""
        rule = _SHAPES.get(node["shape"].text) or _TYPES.get(node["data"]["type"].text)
        id_ = node["id"].text
        if rule is not None and id_ and id_ not in self.cells:
            self.cells[id_] = Cell(node, (self._name, id_), rule, name_of(node), box_of(node))

    def read(self) -> None:
        """Draw the boxes, then what is in them, then ask about flows and curves."""
        zones = [each for each in self.cells.values() if each.rule is ZONE]
        if len(zones) * len(self.cells) > COMPARISONS_LIMIT:
            raise ForeignFileError(
                self._node.source,
                self._node.line,
                f"has {len(zones)} trust boundaries, too many to tell by position what is in them",
            )
        for cell in zones:
            self._draw(cell, "zone")
            self._take_place(cell, ZONE, cell.element)
        for cell in self.cells.values():
            if cell.rule in _PLACED:
                self._place(cell, zones)
        for cell in self.cells.values():
            if cell.rule is FLOW:
                self._flow(cell)
        for cell in self.cells.values():
            if cell.rule is PROCESS:
                self._process(cell)
            elif cell.rule is CURVE:
                text = f"Which zones lie on the two sides of {cell.shown}, and what is in each?"
                self._ask(cell, None, text, CURVE)
        for cell in self.cells.values():
            self._take_rest(cell)
        for key in _OF_DIAGRAM:
            self._out.take(self._node[key], HEADER)

    # Elements ---------------------------------------------------------------------------------

    def _draw(self, cell: Cell, table: str, **fields: str | None) -> None:
        """Add the element of a cell, under its id within the file."""
        name = cell.name.text or cell.rule.name
        about = cell.node["data"]["description"]
        id_ = self._out.element(
            table,
            cell.key,
            name,
            at=cell.node,
            scope=cell.node.source,
            description=about.text or None,
            **fields,
        )
        cell.element = (table, id_)
        if about.text:
            self._out.take(about, DESCRIPTION, cell.element)
        self._take_kind(cell, cell.element)

    def _take_kind(self, cell: Cell, *records: Reference) -> None:
        data = cell.node["data"]
        for each in (cell.node["shape"], cell.node["id"], data["type"], cell.name):
            self._out.take(each, cell.rule, *records)

    def _place(self, cell: Cell, zones: Sequence[Cell]) -> None:
        """Draw a store, a process or an actor in its zone."""
        zone, across = zone_of(cell.box, zones)
        data = cell.node["data"]
        inside = zone.element[1] if zone and zone.element else None
        if cell.rule is PROCESS:
            self._draw(cell, "system", zone=inside)
        elif cell.rule is PERSON:
            self._draw(cell, "agent", kind="person", home=inside)
            text = f"Is {cell.shown} a person, or a program or a company that acts?"
            self._ask(cell, cell.element, text, PERSON)
            if data["providesAuthentication"].is_true:
                text = f"{cell.shown} provides authentication: is it an identity provider, and thus a system?"
                self._ask(cell, cell.element, text, AUTHENTICATES, data["providesAuthentication"])
        else:
            self._draw(cell, "system", zone=inside)
            if data["storesCredentials"].is_true:
                text = f"Which credentials does {cell.shown} store, and who can read them there?"
                self._ask(cell, cell.element, text, CREDENTIALS, data["storesCredentials"])
        if across and cell.element:
            text = f"{cell.shown} is drawn in or across {_listed(across)}: in which zone is it?"
            note = self._ask(cell, cell.element, text, OVERLAP, cell.node["position"]["x"])
            self._take_place(cell, OVERLAP, note)
        elif zone:
            self._take_place(cell, POSITION, cell.element)

    def _take_place(self, cell: Cell, rule: Rule, record: Reference | None) -> None:
        for each in (cell.node["position"], cell.node["size"]):
            self._out.take(each, rule, *([record] if record else []))

    def _process(self, cell: Cell) -> None:
        """Ask whether a process is an agent, and what it then does: one question, with its flows."""
        data = cell.node["data"]
        known = ["a web application"] if data["isWebApplication"].is_true else []
        if data["privilegeLevel"].text:
            known.append(f"with the privilege level “{clean_text(data['privilegeLevel'].text, 80)}”")
        shown = f"{cell.shown} ({'; '.join(known)})" if known else cell.shown
        text = f"Is the process {shown} an agent, or an agent that runs on a system? It is drawn as a system."
        flows = self._flows[cell.key[1]]
        if flows:
            told = first_few([self._flow_text(each, cell) for each in flows], _NAMES_SHOWN)
            text += f" If it is one: by which credentials and with which actions are its flows ({told})?"
        note = self._ask(cell, cell.element, text, PROCESS)
        for each in ("isWebApplication", "privilegeLevel"):
            if _says(data[each]):
                self._out.take(data[each], PROCESS, note)
        for flow in flows:
            self._take_kind(flow, note)
            self._take_flow(flow, note)

    def _flow_text(self, flow: Cell, process: Cell) -> str:
        """A flow as its process sees it: ``“query” to “orders”``."""
        source, target = self._ends(flow)
        both = flow.node["data"]["isBidirectional"].is_true
        other = target if source is process else source
        where = "with" if both else "to" if source is process else "from"
        shown = other.shown if other else "an end that is tied to nothing"
        name = f"{flow.shown} " if flow.name.text else ""
        return f"{name}{where} {shown}{_how(flow.node['data'])}"

    # What is only asked -----------------------------------------------------------------------

    def _ends(self, flow: Cell) -> tuple[Cell | None, Cell | None]:
        """What a flow leads from and to; ``None`` where it is tied to nothing."""
        source, target = (self.cells.get(flow.node[end]["cell"].text) for end in ("source", "target"))
        return source, target

    def _flow(self, cell: Cell) -> None:
        """Ask about a flow: with the process that it leaves or enters, else of its target or source."""
        source, target = self._ends(cell)
        process = next((each for each in (source, target) if each and each.rule is PROCESS), None)
        if process is not None:
            self._flows[process.key[1]].append(cell)
            return
        ends = [each.shown if each else "an end that is tied to nothing" for each in (source, target)]
        both = cell.node["data"]["isBidirectional"].is_true
        text = f"The flow {cell.shown} goes " if cell.name.text else "A flow goes "
        text += f"{'both ways between' if both else 'from'} {ends[0]} {'and' if both else 'to'} {ends[1]}"
        text += _how(cell.node["data"])
        text += ". Which agent acts on which system here, by which credential and with which actions?"
        drawn = [each.element for each in (target, source) if each and each.element and each.rule in _PLACED]
        about = min(drawn, key=lambda each: each[0] != "system", default=None)
        self._take_flow(cell, self._ask(cell, about, text, FLOW))

    def _take_flow(self, cell: Cell, note: Reference) -> None:
        node, data = cell.node, cell.node["data"]
        used = [data[each] for each in ("isBidirectional", "isEncrypted", "isPublicNetwork", "protocol")]
        said = [data["description"]] if data["description"].text else []
        for each in (*(each for each in used if _says(each)), *said, node["source"], node["target"]):
            self._out.take(each, FLOW, note)

    def _ask(
        self, cell: Cell, about: Reference | None, text: str, rule: Rule, at: Node = ABSENT
    ) -> Reference:
        """Ask about a cell, at one of its leaves; by default at its name, with what it says of itself."""
        said = cell.node["data"]["description"]
        if not at and cell.element is None and said.text:
            text += f" The file says: “{clean_text(said.text, 200)}”"
        note = self._out.ask(about, text, rule, at=at or cell.name or cell.node, detail=" ".join(cell.key))
        if not at:
            self._take_kind(cell, note)
            if cell.element is None and said.text:
                self._out.take(said, DESCRIPTION, note)
        return note

    # Leaves -----------------------------------------------------------------------------------

    def _take_rest(self, cell: Cell) -> None:
        """Take the leaves of a cell that nothing above has used."""
        node, data, out = cell.node, cell.node["data"], self._out
        for key in ("outOfScope", "reasonOutOfScope"):
            out.take(data[key], SCOPE if data["outOfScope"].is_true else PROPERTY)
        for key in _THREATS:
            out.take(data[key], THREAT)
            out.take(node[key], THREAT)
        if cell.rule is DRAWING:
            self._take_kind(cell)
        for key in _DRAWN:
            out.take(node[key], DRAWING)
        if cell.rule is CURVE:
            out.take(node["source"], DRAWING)
            out.take(node["target"], DRAWING)
        for key in _PROPERTIES:
            out.take(data[key], PROPERTY)


def _how(data: Node) -> str:
    """How a flow goes, as far as it says."""
    text = ", encrypted" if data["isEncrypted"].is_true else ""
    text += ", over a public network" if data["isPublicNetwork"].is_true else ""
    return text + (f", by {clean_text(data['protocol'].text, 40)}" if data["protocol"].text else "")


def _says(node: Node) -> bool:
    """Whether a property says more than no."""
    return bool(node.text) and node.text != "false"


def _ask_of_names(at: Node, diagrams: Iterable[_Diagram], out: Proposal) -> None:
    """Ask about names of elements that stand in more than one diagram of a file."""
    first: dict[tuple[str, str], _Diagram] = {}
    again: dict[str, None] = {}
    for diagram in diagrams:
        for cell in diagram.cells.values():
            name = clean_text(cell.name.text, 80).casefold()
            if not name or cell.rule not in (ZONE, *_PLACED):
                continue
            if first.setdefault((cell.rule.name, name), diagram) is not diagram:
                again[cell.shown] = None
    if again:
        shown = first_few(list(again), _NAMES_SHOWN)
        out.ask(None, f"Several diagrams show {shown}: are these the same?", SAME_NAME, at=at)


def _listed(cells: Sequence[Cell]) -> str:
    return first_few([each.shown for each in cells], _NAMES_SHOWN)
