"""A mesh: its nodes, its steps with those of sessions, and its graphs (``docs/semantics.md#steps``)."""

from collections.abc import Sequence
from copy import copy
from functools import cached_property
from itertools import pairwise
from weakref import proxy

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.graph import Graph, Step
from meshmodel.analysis.sessions import Sessions
from meshmodel.analysis.steps import OWN, Steps
from meshmodel.analysis.words import Words
from meshmodel.model.actions import ISSUE
from meshmodel.model.snapshot import Snapshot


class Mesh(Steps):
    """All that ``docs/semantics.md#steps`` says of a snapshot, checkpoints aside.

    Attributes:
        sessions: those of limited delegations.
        words: outsiders' words, with the steps by which they are heard.
    """

    def __init__(self, snapshot: Snapshot, before: "Mesh | None" = None) -> None:
        """Arguments: the model; the mesh before something was dropped from it, which says what is theft."""
        super().__init__(snapshot)
        self.sessions = Sessions(proxy(self))  # no circle: what is analysed is let go at once
        self.words: Words = Words(proxy(self), self.own_graph, None if before is None else before.words)

    def of_intruder(self) -> "Mesh":
        """The same for somebody who has broken in (``docs/semantics.md#outsiders-words``).

        Such a one writes, and answers, what others take for their own words.
        """
        made, node = copy(self), self.agent_node
        made.origin, made.ears = dict(self.origin), dict(self.ears)
        made.answers = {
            (node(each.to), node(each.from_))
            for each in self.delegations
            if each.returns == "words" and self.listening >> self.agent[each.from_] & 1
        }
        made.words = self.words.of_intruder(proxy(made))
        return made

    @property
    def graph(self) -> Graph:
        """All steps."""
        return self.words.graph

    @cached_property
    def own_graph(self) -> Graph:
        """The steps that an agent does as itself."""
        return self.graph_of(*OWN)

    @cached_property
    def issuing(self) -> dict[int, list[Step]]:
        """By system the custody steps by issuing there; those of sessions aside."""
        found: dict[int, list[Step]] = {}
        for step in self.steps["custody"]:
            if step[0] % 5 == ISSUE and step[0] < self.first_credential:
                found.setdefault(step[0] // 5, []).append(step)
        return found

    def nodes_of(self, credential: str) -> list[int]:
        """The node of an active credential, and those of its copies in sessions."""
        node = self.first_credential + self.credential[credential]
        return [node, *self.sessions.copies_of.get(node, ())]

    def has(self, step: Step) -> bool:
        """Whether a step is there, drawn or arising by itself."""
        leaves, enters = step
        if leaves < self.first_ear:
            return enters in self.graph.successors[leaves]
        return bool(self.words.hearing[self.original(leaves) // 5] >> enters - self.first_agent & 1)

    def after(self, node: int) -> list[int]:
        """The nodes that steps from a node lead to; hubs aside."""
        if node < self.first_ear:
            return self.graph.successors[node]
        return self.hearers(self.original(node) // 5)

    def taken(self, path: Sequence[int]) -> list[Step]:
        """The steps of a path; to come to an ear is none."""
        return [step for step in pairwise(path) if step[1] < self.first_ear]

    def leaving(self, node: int) -> list[Step]:
        """The steps that leave a node, those of hearing by way of its ear."""
        found = list[Step]()
        for each in self.after(node):
            is_ear = each >= self.first_ear
            found += [(each, agent) for agent in self.after(each)] if is_ear else [(node, each)]
        return found

    def hearers(self, system: int) -> list[int]:
        """The nodes of the agents that hear a system."""
        return [self.first_agent + each for each in bits(self.words.hearing.get(system, 0))]
