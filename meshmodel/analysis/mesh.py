"""A mesh: its nodes, its steps with those of sessions, and its graphs (section 3)."""

from functools import cached_property
from weakref import proxy

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.graph import Graph, Step
from meshmodel.analysis.sessions import Sessions
from meshmodel.analysis.steps import OWN, Steps
from meshmodel.analysis.words import Words
from meshmodel.model.actions import WRITE
from meshmodel.model.snapshot import Snapshot


class Mesh(Steps):
    """All that section 3 says of a snapshot, checkpoints aside.

    Attributes:
        sessions: those of limited delegations.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self.sessions = Sessions(proxy(self))  # no circle: what is analysed is let go at once

    @cached_property
    def words(self) -> Words:
        """Outsiders' words, and the triggers that arise by them."""
        return Words(proxy(self), self.own_graph)

    @property
    def graph(self) -> Graph:
        """All steps."""
        return self.words.graph

    @cached_property
    def own_graph(self) -> Graph:
        """The steps that an agent does as itself."""
        return self.graph_of(*OWN)

    def nodes_of(self, credential: str) -> list[int]:
        """The node of an active credential, and those of its copies in sessions."""
        node = self.first_credential + self.credential[credential]
        return [node, *self.sessions.copies_of.get(node, ())]

    def has(self, step: Step) -> bool:
        """Whether a step is there, drawn or arising by itself."""
        leaves, enters = step
        return enters in self.graph.successors[leaves] or enters in self.hearers(leaves)

    def after(self, node: int) -> list[int]:
        """The nodes that steps from a node lead to, drawn or arising by themselves."""
        return [each for each in self.graph.successors[node] if each < self.size] + self.hearers(node)

    def hearers(self, access: int) -> list[int]:
        """The nodes of the agents that a node triggers without a drawn trigger."""
        if access >= self.first_credential or access % 5 != WRITE:
            return []
        return [self.first_agent + each for each in bits(self.words.hearing.get(access // 5, 0))]
