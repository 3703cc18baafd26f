"""Models of OWASP Threat Dragon 2: data flow diagrams with trust boundaries.

A model has diagrams, and a diagram cells, each with a shape: actor, process, store, flow, box or curve of a
trust boundary, or text. Cells know nothing of the boxes around them but by their positions. Rules and their
questions are in ``threat_dragon.toml``.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, NamedTuple

from meshmodel.importers.document import ABSENT, Document, ForeignFileError, Node
from meshmodel.importers.form_table import FormReading, FormTable, quoted
from meshmodel.importers.proposal import Proposal, clean_text
from meshmodel.model.records import Reference
from meshmodel.model.text import first_few

__all__ = ["RULES", "read", "recognise"]

FORM: Final = FormTable.of_module(__file__)
RULES: Final = FORM.rules
_PLACED: Final = ("actor", "store", "process")


class CellBox(NamedTuple):
    """Where a cell is drawn."""

    left: float
    top: float
    right: float
    bottom: float

    def surrounds(self, other: "CellBox") -> bool:
        """Whether the other is in it, edges included."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def meets(self, other: "CellBox") -> bool:
        """Whether they share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    @property
    def area(self) -> float:
        """Its size."""
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(slots=True)
class DiagramCell:
    """One cell that is understood: what it is, and the element it became, if it is drawn in the mesh."""

    node: Node
    key: tuple[str, str]
    rule: str
    name: Node
    box: CellBox | None
    element: tuple[str, str] | None = None

    @property
    def shown(self) -> str:
        """Its name, in quotation marks; of what has none, what it is."""
        named = self.name.text.strip()
        return quoted(self.name.text, 80) if named else f"a {FORM.rules[self.rule].construct}"


def name_of(node: Node) -> Node:
    """Where the name of a cell stands: in its data, or on the drawing alone."""
    attrs, label = node["attrs"], node["labels"][0]["attrs"]
    places = (
        node["data"]["name"], attrs["label"]["text"], attrs["text"]["text"], label["label"]["text"],
        label["labelText"]["text"], label["text"]["text"],
    )  # fmt: skip
    return next((each for each in places if each.text.strip()), ABSENT)


def box_of(node: Node) -> CellBox | None:
    """Where a cell is drawn; ``None`` if the file does not say it in numbers."""
    position, size = node["position"], node["size"]
    found = [position["x"].value, position["y"].value, size["width"].value, size["height"].value]
    numbers = [float(each) for each in found if isinstance(each, int | float) and abs(each) < 1e9]
    if len(numbers) < len(found):
        return None
    left, top, width, height = numbers
    return CellBox(left, top, left + width, top + height)


def zone_of(
    box: CellBox | None, zones: Sequence[DiagramCell]
) -> tuple[DiagramCell | None, list[DiagramCell]]:
    """The zone of the smallest box around a cell, or those whose edges leave it open.

    Open is the zone of what lies across an edge, and of what lies in boxes that are not within each other.
    """
    if box is None:
        return None, []
    around, across = list[DiagramCell](), list[DiagramCell]()
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


def _is_within(one: DiagramCell, other: DiagramCell) -> bool:
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
        root, found = document.root, document.root["detail"]["diagrams"]
        diagrams = [_DragonDiagram(each, number, out) for number, each in enumerate(found)]
        for diagram in diagrams:
            diagram.read()
        reading = FormReading(FORM, out, document.source)
        _ask_of_names(found, diagrams, reading)
        reading.rest("model", root)
        reading.rest("detail", root["detail"])


def _refuse_version_1(document: Document) -> None:
    root = document.root
    parts = [each["diagramJson"] for each in root["detail"]["diagrams"]]
    if root["version"].text.startswith("1.") or any(parts):
        why = "is a model of Threat Dragon 1; open it in Threat Dragon 2 and save it anew"
        raise ForeignFileError(document.source, None, why)


class _DragonDiagram(FormReading):
    """One diagram: its cells, and the zones among them."""

    def __init__(self, node: Node, number: int, out: Proposal) -> None:
        super().__init__(FORM, out, node.source)
        self._node = node
        self.cells: dict[str, DiagramCell] = {}
        self._flows: dict[str, list[DiagramCell]] = defaultdict(list)
        for each in node["cells"]:  # what has no shape or id, or the id of another, is not understood
            rule = FORM.word("shapes", each["shape"]) or FORM.word("types", each["data"]["type"])
            id_ = each["id"].text
            if rule and id_ and id_ not in self.cells:
                key = node["id"].text or f"#{number}", id_
                self.cells[id_] = DiagramCell(each, key, rule, name_of(each), box_of(each))

    def read(self) -> None:
        """Draw the boxes, then what is in them, then ask about flows and curves."""
        cells = defaultdict[str, list[DiagramCell]](list)
        for cell in self.cells.values():
            cells["placed" if cell.rule in _PLACED else cell.rule].append(cell)
        zones = cells["trust-boundary"]
        if len(zones) * len(self.cells) > COMPARISONS_LIMIT:
            why = f"has {len(zones)} trust boundaries, too many to tell by position what is in them"
            raise ForeignFileError(self._node.source, self._node.line, why)
        for cell in zones:
            self._take_place(cell, "trust-boundary", self._draw(cell, "zone"))
        for cell in cells["placed"]:
            self._place(cell, zones)
        for cell in cells["flow"]:
            self._flow(cell)
        for cell in self.cells.values():
            if cell.rule == "process":
                self._process(cell)
            elif cell.rule == "trust-boundary-curve":
                self._ask(cell, "trust-boundary-curve")
        for cell in self.cells.values():
            self._take_rest(cell)
        self.rest("diagram", self._node)

    # Elements ---------------------------------------------------------------------------------

    def _draw(self, cell: DiagramCell, table: str, **fields: str | None) -> Reference:
        """Add the element of a cell, under its id within the file."""
        name, about = cell.name.text or cell.rule, cell.node["data"]["description"]
        said = about.text or None
        made = self.element(cell.rule, table, cell.key, name, at=cell.node, description=said, **fields)
        cell.element = table, str(made[1])
        if said:
            self.take("description", [about], made)
        self._take_kind(cell, made)
        return made

    def _take_kind(self, cell: DiagramCell, *records: Reference) -> None:
        node = cell.node
        self.take(cell.rule, (node["shape"], node["id"], node["data"]["type"], cell.name), *records)

    def _place(self, cell: DiagramCell, zones: Sequence[DiagramCell]) -> None:
        """Draw a store, a process or an actor in its zone."""
        zone, across = zone_of(cell.box, zones)
        data = cell.node["data"]
        inside = zone.element[1] if zone and zone.element else None
        if cell.rule == "actor":
            made = self._draw(cell, "agent", kind="person", home=inside)
            self._ask(cell, "actor")
            asked = "providesAuthentication", "provides-authentication"
        else:
            made = self._draw(cell, "system", zone=inside)
            asked = "storesCredentials", "stores-credentials"
        if data[asked[0]].is_true and cell.rule != "process":
            self._ask(cell, asked[1], at=data[asked[0]])
        if across:
            note = self._ask(cell, "overlap", at=cell.node["position"]["x"], zones=_listed(across))
            self._take_place(cell, "overlap", note)
        elif zone:
            self._take_place(cell, "position", made)

    def _take_place(self, cell: DiagramCell, rule: str, record: Reference) -> None:
        self.take(rule, (cell.node["position"], cell.node["size"]), record)

    def _process(self, cell: DiagramCell) -> None:
        """Ask whether a process is an agent, and what it then does: one question, with its flows."""
        data = cell.node["data"]
        known = ["a web application"] if data["isWebApplication"].is_true else []
        if data["privilegeLevel"].text:
            known.append(f"with the privilege level {quoted(data['privilegeLevel'].text, 80)}")
        flows, asked = self._flows[cell.key[1]], ""
        if flows:
            told = first_few([self._flow_text(each, cell) for each in flows], _NAMES_SHOWN)
            asked = f" If it is one: by which credentials and with which actions are its flows ({told})?"
        shown = f" ({'; '.join(known)})" if known else ""
        note = self._ask(cell, "process", known=shown, flows=asked)
        said = (data[each] for each in ("isWebApplication", "privilegeLevel") if _says(data[each]))
        self.take("process", said, note)
        for flow in flows:
            self._take_kind(flow, note)
            self._take_flow(flow, note)

    def _flow_text(self, flow: DiagramCell, process: DiagramCell) -> str:
        """A flow as its process sees it: ``“query” to “orders”``."""
        source, target = self._ends(flow)
        both = flow.node["data"]["isBidirectional"].is_true
        other = target if source is process else source
        where = "with" if both else "to" if source is process else "from"
        name = f"{flow.shown} " if flow.name.text else ""
        return f"{name}{where} {_shown(other)}{_how(flow.node['data'])}"

    # What is only asked -----------------------------------------------------------------------

    def _ends(self, flow: DiagramCell) -> tuple[DiagramCell | None, DiagramCell | None]:
        """What a flow leads from and to; ``None`` where it is tied to nothing."""
        source, target = (self.cells.get(flow.node[end]["cell"].text) for end in ("source", "target"))
        return source, target

    def _flow(self, cell: DiagramCell) -> None:
        """Ask about a flow: with the process that it leaves or enters, else of its target or source."""
        source, target = self._ends(cell)
        process = next((each for each in (source, target) if each and each.rule == "process"), None)
        if process is not None:
            self._flows[process.key[1]].append(cell)
            return
        both = cell.node["data"]["isBidirectional"].is_true
        ends = f"{'both ways between' if both else 'from'} {_shown(source)} {'and' if both else 'to'} "
        drawn = [each.element for each in (target, source) if each and each.element and each.rule in _PLACED]
        about = min(drawn, key=lambda each: each[0] != "system", default=None)
        name = f"The flow {cell.shown} goes" if cell.name.text else "A flow goes"
        shown, how = ends + _shown(target), _how(cell.node["data"])
        self._take_flow(cell, self._ask(cell, "flow", about=about, flow=name, ends=shown, how=how))

    def _take_flow(self, cell: DiagramCell, note: Reference) -> None:
        node, data = cell.node, cell.node["data"]
        used = [data[each] for each in ("isBidirectional", "isEncrypted", "isPublicNetwork", "protocol")]
        said = [data["description"]] if data["description"].text else []
        self.take("flow", (*filter(_says, used), *said, node["source"], node["target"]), note)

    def _ask(
        self, cell: DiagramCell, rule: str, *, at: Node = ABSENT, about: Reference | None = None, **names: Any
    ) -> Reference:
        """Ask about a cell, at one of its leaves; by default at its name, with what it says of itself."""
        said = cell.node["data"]["description"]
        is_alone = not at and cell.element is None and bool(said.text)
        note = self.ask(
            rule, about or cell.element, at or cell.name or cell.node, detail=" ".join(cell.key),
            more=f" The file says: {quoted(said.text, 200)}" if is_alone else "", cell=cell.shown, **names,
        )  # fmt: skip
        if not at:
            self._take_kind(cell, note)
        if is_alone:
            self.take("description", [said], note)
        return note

    # Leaves -----------------------------------------------------------------------------------

    def _take_rest(self, cell: DiagramCell) -> None:
        """Take the leaves of a cell that nothing above has used."""
        data = cell.node["data"]
        if data["outOfScope"].is_true:
            self.take("out-of-scope", (data["outOfScope"], data["reasonOutOfScope"]))
        if cell.rule == "drawing":
            self._take_kind(cell)
        if cell.rule == "trust-boundary-curve":
            self.rest("curve", cell.node)
        self.rest("cell", cell.node)
        self.rest("data", data)


def _shown(end: DiagramCell | None) -> str:
    return end.shown if end else "an end that is tied to nothing"


def _how(data: Node) -> str:
    """How a flow goes, as far as it says."""
    text = ", encrypted" if data["isEncrypted"].is_true else ""
    text += ", over a public network" if data["isPublicNetwork"].is_true else ""
    return text + (f", by {clean_text(data['protocol'].text, 40)}" if data["protocol"].text else "")


def _says(node: Node) -> bool:
    """Whether a property says more than no."""
    return bool(node.text) and node.text != "false"


def _ask_of_names(at: Node, diagrams: Iterable[_DragonDiagram], reading: FormReading) -> None:
    """Ask about names of elements that stand in more than one diagram of a file."""
    first: dict[tuple[str, str], _DragonDiagram] = {}
    again: dict[str, None] = {}
    for diagram in diagrams:
        for cell in diagram.cells.values():
            name = clean_text(cell.name.text, 80).casefold()
            if not name or cell.rule not in ("trust-boundary", *_PLACED):
                continue
            if first.setdefault((cell.rule, name), diagram) is not diagram:
                again[cell.shown] = None
    if again:
        reading.ask("same-name", None, at, cells=first_few(list(again), _NAMES_SHOWN))


def _listed(cells: Sequence[DiagramCell]) -> str:
    return first_few([each.shown for each in cells], _NAMES_SHOWN)
