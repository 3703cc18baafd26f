"""What a diagram is made of, before any format: nodes, edges, zones, a title, a legend, notes.

Pure data with plain text in it. ``dot`` writes it, ``render`` checks that all of it was drawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from meshmodel.analysis.results import (
    AgentReach,
    Crossing,
    Door,
    Explanation,
    Finding,
    HeardSystem,
    StepKey,
    StepMark,
    Summary,
)
from meshmodel.exporters.diagram.labels import TITLE_COLUMNS, wrap
from meshmodel.model.vocabulary import View

Lens = Literal["structure", "missing", "reach", "boundaries", "before", "after", "changes", "finding"]

Look = Literal[
    "agent",
    "person",
    "system",
    "store",
    "issuer",
    "pipeline",
    "credential",
    "words",
    "inactive",
    "missing",
    "counts",
    "does-not-count",
    "anchor",
    "key",
    "label",
    "point",
    "number",
    "uncontrolled",
    "approved",
    "controlled",
    "stub",
    "zone",
]
"""The shape of a node: what kind of thing it stands for.

``words`` are those of a credential in the compact form, ``stub`` is the end of a line that was cut,
``zone`` a whole zone in an overview, and ``point`` where a sample of a line begins."""

LineLook = Literal[
    "hold",
    "grant",
    "custody",
    "exchange",
    "delegation",
    "trigger",
    "hearing",
    "hosting",
    "boundary",
    "decides",
    "crossing",
    "step",
    "lifeline",
]
"""The style of a line: what step it stands for."""

Tone = Literal["plain", "direct", "hidden", "deputy", "dim", "added", "removed", "changed"]
"""What the lens says of a part: nothing, how it is reached, that it is outside the lens, or what became of it
since an earlier model."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape. ``lines`` are shown below one another; ``zone`` is ``None`` outside every frame.

    The words on a line are a shape of their own that the line runs through, with the look ``label``:
    layout then keeps them, like any shape, clear of all others. ``line`` and ``mark`` are those of the line.
    ``name`` is that of an element, as a stub shows it.
    """

    id: str
    lines: tuple[str, ...]
    look: Look
    zone: str | None = None
    tone: Tone = "plain"
    line: LineLook | None = None
    mark: StepMark | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One line between two nodes; ``mark`` colours it as a door or a checkpoint does."""

    id: str
    tail: str
    head: str
    look: LineLook
    mark: StepMark | None = None
    tone: Tone = "plain"
    arrow: bool = True
    leaves_zone: str | None = None
    enters_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one zone."""

    id: str
    lines: tuple[str, ...]
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Diagram:
    """A whole picture.

    Attributes:
        title: what it shows, and a line that counts what is drawn.
        heading: what it shows, without the lens that shows everything.
        counts: that line without the view.
        view: as built or as designed; ``None``: it is not of a whole model.
        notes: lines below the title that say what is not as in the model.
        legend, samples: the shapes of the legend, and the lines in it.
        model: the name of the model.
        stamp: which model was drawn by which program, in a small line.
        links: for the ids of some nodes the address that a click on it leads to.
        dark: whether it is light on dark.
    """

    title: tuple[str, str]
    description: str
    frames: tuple[Frame, ...]
    nodes: tuple[Shape, ...]
    edges: tuple[Edge, ...]
    legend: tuple[Shape, ...] = ()
    samples: tuple[Edge, ...] = ()
    notes: tuple[str, ...] = ()
    stamp: str = ""
    model: str = ""
    heading: str = ""
    counts: str = ""
    view: View | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    dark: bool = False

    @property
    def title_lines(self) -> tuple[str, ...]:
        """The title as it is drawn."""
        return (*wrap(self.title[0], TITLE_COLUMNS), self.title[1])

    @property
    def all_nodes(self) -> tuple[Shape, ...]:
        """The nodes of the model and those of the legend."""
        return self.nodes + self.legend

    @property
    def all_edges(self) -> tuple[Edge, ...]:
        """The lines of the model and those of the legend."""
        return self.edges + self.samples


class AnalysisResults(Protocol):
    """What a diagram needs of an analysis; ``meshmodel.api.Analysis`` is one."""

    @property
    def view(self) -> View:
        """As built or as designed."""

    @property
    def summary(self) -> Summary:
        """The counts."""

    @property
    def doors(self) -> tuple[Door, ...]:
        """The missing checkpoints."""

    @property
    def heard(self) -> Sequence[HeardSystem]:
        """The heard systems."""

    @property
    def findings(self) -> Sequence[Finding]:
        """All findings."""

    def agent_reach(self, agent: str, /) -> AgentReach | None:
        """The reach of one active agent."""

    def marks(self) -> Mapping[StepKey, StepMark]:
        """What stands on the steps."""

    def crossings(self) -> Iterator[Crossing]:
        """All crossings one by one."""

    def explain_finding(self, finding: Finding, /) -> Explanation | None:
        """The witness of a finding."""
