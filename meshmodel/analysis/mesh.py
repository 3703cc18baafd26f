"""A mesh: its nodes, its steps with those of sessions, and its graphs (``docs/semantics.md#steps``)."""

from collections.abc import Sequence
from copy import copy
from functools import cached_property
from itertools import pairwise
from weakref import proxy

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.graph import Graph, Reach, Step
from meshmodel.analysis.sessions import Sessions
from meshmodel.analysis.steps import OWN, Steps
from meshmodel.analysis.words import Words
from meshmodel.model.records import Snapshot
from meshmodel.model.vocabulary import ADMIN, ISSUE


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

    @cached_property
    def intruder(self) -> "Mesh":
        """The same for somebody who has broken in (``docs/semantics.md#outsiders-words``).

        Such a one writes, and answers, what others take for their own words.
        """
        return self._broken_into(values_move=True)

    @cached_property
    def outsiders(self) -> "Mesh":
        """The same for outsiders' words: values that start an agent tell it nothing."""
        traits, untrusted = self.traits, self.untrusted
        values_move = not any(traits[each].typed and not untrusted[each] for each in self.words.drawn)
        return self.intruder if values_move else self._broken_into(values_move=False)

    def _broken_into(self, *, values_move: bool) -> "Mesh":
        made = copy(self)
        made.origin, made.ears, made.answers = dict(self.origin), dict(self.ears), {*self.answering}
        made.words = self.words.of_intruder(proxy(made), values_move=values_move)
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

    def present(self, reach: Reach) -> dict[int, int]:
        """By agent, the starts that come to it, or to a session of it, in a reach."""
        return {
            number: union(reach[node] for node in self.sessions_of(number))
            for number in range(len(self.agents))
        }

    def sessions_of(self, agent: int) -> list[int]:
        """The nodes of an agent, by its number, and of its sessions."""
        return [self.first_agent + agent, *self._sessions_of.get(self.first_agent + agent, ())]

    @cached_property
    def _sessions_of(self) -> dict[int, list[int]]:
        found = dict[int, list[int]]()
        for node, origin in self.origin.items():
            if self.first_agent <= origin < self.first_agent + len(self.agents):
                found.setdefault(origin, []).append(node)
        return found

    def opens(self, step: Step) -> list[int]:
        """The accesses that a grant step opens; in a session the one to the copy stands for all of it."""
        credential, enters = step
        copies, access = self.sessions.copies.get(credential), self.original(enters)
        if copies is not None and access == enters:
            return []
        system, granted = divmod(access, 5)
        name, actions = self.systems[system], [*range(5)] if granted == ADMIN else [granted]
        if copies is not None and not copies.allow(name, granted):
            actions = [each for each in actions if copies.allow(name, each)]
        return [5 * system + each for each in actions]

    def in_hand(self, credential: str) -> list[int]:
        """The node of an active credential, and its stray where it has one."""
        node = self.first_credential + self.credential[credential]
        return [node, self.strays[node]] if node in self.strays else [node]

    def nodes_of(self, credential: str) -> list[int]:
        """The node of an active credential, its stray, and those of their copies in sessions."""
        nodes = self.in_hand(credential)
        return nodes + [copy for each in nodes for copy in self.sessions.copies_of.get(each, ())]

    def has(self, step: Step) -> bool:
        """Whether a step is there, drawn or arising by itself."""
        leaves, enters = step
        if leaves < self.first_ear:
            return enters in self.graph.successors[leaves]
        return enters in self.hearers(self.original(leaves) // 5)

    def after(self, node: int) -> list[int]:
        """The nodes that steps from a node lead to; hubs aside."""
        if node < self.first_ear:
            return self.graph.successors[node]
        return self.hearers(self.original(node) // 5)

    def taken(self, path: Sequence[int]) -> list[Step]:
        """The steps of a path; to come to an ear or a trust is none."""
        return [step for step in pairwise(path) if not self.is_between(step[1])]

    def leaving(self, node: int) -> list[Step]:
        """The steps that leave a node, those by way of an ear or a trust too."""
        found = list[Step]()
        for each in self.after(node):
            found += [(each, end) for end in self.after(each)] if self.is_between(each) else [(node, each)]
        return found

    def hearers(self, system: int) -> list[int]:
        """The nodes of the agents that hear a system, and of the sessions that copy it."""
        if system not in self.words.heard:
            return []
        hearing = [self.first_agent + each for each in bits(self.words.hears[system])]
        return hearing + list(self.copying.get(system, {}).values())
