"""Maps of zones: the overview of pages, and what crosses the trust boundaries, both with counts on lines."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from meshmodel.analysis.results import StepMark
from meshmodel.exporters.diagram.captions import count, legend
from meshmodel.exporters.diagram.elements import Diagram, Edge, Node
from meshmodel.exporters.diagram.labels import NODE_COLUMNS, wrap

OUTSIDE = "outside every zone"


@dataclass(slots=True)
class ZoneMap:
    """Zones as shapes, and lines between them with words.

    Attributes:
        nodes, edges: what was added.
    """

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def zone(
        self, node: str, name: Sequence[str], facts: Iterable[str], mark: StepMark | None = None
    ) -> None:
        """Add a zone."""
        lines = (*name, *(line for fact in facts for line in wrap(fact, NODE_COLUMNS + 12)))
        self.nodes.append(Node(node, lines, "zone", mark=mark, name=" ".join(name)))

    def line(self, tail: str, head: str, words: Sequence[str], mark: StepMark | None = None) -> None:
        """Add a line; two zones have one in each direction at most."""
        base = f"crossing/{tail}/{head}"
        words_node = Node(f"label/{base}", tuple(words), "label", None, "plain", "crossing", mark)
        self.nodes.append(words_node)
        self.edges.append(Edge(f"{base}/0", tail, words_node.id, "crossing", mark, arrow=False))
        self.edges.append(Edge(f"{base}/1", words_node.id, head, "crossing", mark))

    def diagram(
        self, title: tuple[str, str], description: str, model: str, stamp: str, notes: Sequence[str] = ()
    ) -> Diagram:
        """The map as a diagram."""
        shapes, samples = legend(self.nodes, self.edges, stamp)
        return Diagram(
            title=title,
            description=description,
            frames=(),
            nodes=tuple(self.nodes),
            edges=tuple(self.edges),
            legend=shapes,
            samples=samples,
            notes=tuple(notes),
            stamp=stamp,
            model=model,
        )


def zone_node(zone: str | None) -> str:
    """The id of the shape of a zone."""
    return "outside" if zone is None else f"zone/{zone}"


def element_counts(elements: Iterable[str]) -> str:
    """``2 agents, 1 system`` for the ids of their nodes; kinds of which there are none are left out."""
    found = Counter(element.partition("/")[0] for element in elements)
    kinds = ("agent", "system", "credential")
    return ", ".join(count(found[kind], kind) for kind in kinds if found[kind]) or "no elements"


def step_counts(found: Mapping[str, int]) -> list[str]:
    """``2 grants`` and the like, a line each."""
    said = {"custody": ("stored credential", None), "boundary": ("gateway", None), "hosting": ("host", None)}
    return [count(number, said.get(look, (look, None))[0]) for look, number in found.items()]
