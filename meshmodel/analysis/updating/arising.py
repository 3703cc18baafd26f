"""Triggers that arise by themselves, where steps come and go (section 3)."""

from collections.abc import Iterable, Sequence

from meshmodel.analysis.steps import WRITE, Mesh, Pair, bits
from meshmodel.analysis.updating.chunks import REST, SHIFT, Chunks

Steps = Chunks[Sequence[int]]
Ways = dict[int, int]
"""For every node that reads outsiders' words by other steps than triggers the next one on its way there."""


class Hearing:
    """Who reads outsiders' words by other steps than triggers, and on which way.

    A step that goes and is on nobody's way changes nothing, and most are not.

    Attributes:
        arising: the triggers that arise: a steerable agent reads outsiders' words.
    """

    def __init__(self, mesh: Mesh, ways: dict[int, Ways], arising: frozenset[Pair]) -> None:
        """Arguments: the graph, by the read accesses with outsiders' words the ways there, and what
        arises.
        """
        self._first_credential, self._first_agent = mesh.first_credential, mesh.first_agent
        self._ways = ways
        self.arising = arising

    @classmethod
    def of(cls, mesh: Mesh, behind: Steps) -> "Hearing":
        """Worked out from the graph: for each node the nodes before it."""
        made = cls(mesh, {}, frozenset())
        for read in bits(mesh.untrusted):
            made._hear(read, behind)
        made.arising = frozenset(made._arising(mesh))
        return made

    def _arising(self, mesh: Mesh) -> Iterable[Pair]:
        agents = mesh.snapshot.agent
        steerable = {node for each, node in mesh.agent_node.items() if agents[each].is_steerable}
        for read, ways in self._ways.items():
            for node in steerable & ways.keys():
                yield read + WRITE, node

    def edited(
        self,
        mesh: Mesh,
        gone: Sequence[Pair],
        come: Sequence[Pair],
        ahead: Steps,
        behind: Steps,
        *,
        steered: Iterable[int],
    ) -> "Hearing":
        """The same after an edit; this one stays as it is.

        Args:
            mesh: the graph after it.
            gone: the steps that are no more, without triggers.
            come: the new ones, likewise.
            ahead: for each node the nodes after it, after the edit.
            behind: the nodes before it.
            steered: the nodes of agents that can be steered now and could not, or the other way round.
        """
        made = Hearing(mesh, self._ways.copy(), self.arising)
        untrusted = set(bits(mesh.untrusted))
        agents: set[Pair] = set()
        for read in self._ways.keys() - untrusted:
            agents.update((read, node) for node in made._ways.pop(read) if node >= self._first_agent)
        for read, ways in self._ways.items():
            if read not in untrusted:
                continue
            lost = [leaves for leaves, enters in gone if ways.get(leaves) == enters]
            if lost or any(enters in ways and leaves not in ways for leaves, enters in come):
                known = made._ways[read] = ways.copy()
                other = made._lose(known, lost, ahead, behind)
                other |= made._gain(known, come, behind)
                agents.update((read, node) for node in other if node >= self._first_agent)
        for read in untrusted - self._ways.keys():
            made._hear(read, behind)
            agents.update((read, node) for node in made._ways[read] if node >= self._first_agent)
        agents.update((read, node) for node in steered for read, ways in made._ways.items() if node in ways)
        if agents:
            made.arising = self.arising.difference((read + WRITE, node) for read, node in agents)
            records = mesh.snapshot.agent
            made.arising |= {
                (read + WRITE, node)
                for read, node in agents
                if node in made._ways.get(read, ())
                and records[mesh.agents[node - mesh.first_agent]].is_steerable
            }
        return made

    def _is_trigger(self, leaves: int, enters: int) -> bool:
        return enters >= self._first_agent and leaves < self._first_credential and leaves % 5 == WRITE

    def _hear(self, read: int, behind: Steps) -> None:
        """Find everybody's way to these words."""
        ways = self._ways[read] = {read: read}
        self._spread(ways, [read], behind)

    def _spread(self, ways: Ways, nodes: list[int], behind: Steps) -> set[int]:
        """Find the ways of all that come to these nodes and had none; who they are.

        The nearest are found first: ways are short then, and few lead through any one node.
        """
        chunks, first_credential, first_agent = behind.chunks, self._first_credential, self._first_agent
        found: set[int] = set()
        while nodes:
            farther: list[int] = []
            for node in nodes:
                is_agent = node >= first_agent
                for before in chunks[node >> SHIFT][node & REST]:
                    if before in ways or (is_agent and before < first_credential and before % 5 == WRITE):
                        continue
                    ways[before] = node
                    farther.append(before)
            found.update(farther)
            nodes = farther
        return found

    def _lose(self, ways: Ways, lost: list[int], ahead: Steps, behind: Steps) -> set[int]:
        """Find other ways for these and for all whose ways led through them; whom it concerns."""
        apart: dict[int, None] = dict.fromkeys(lost)
        waiting = list(lost)
        while waiting:
            node = waiting.pop()
            for before in behind.chunks[node >> SHIFT][node & REST]:
                if before not in apart and ways.get(before) == node:
                    apart[before] = None
                    waiting.append(before)
        for node in apart:
            del ways[node]
        found: set[int] = set()
        for node in apart:
            if node in ways:
                continue
            for after in ahead.chunks[node >> SHIFT][node & REST]:
                if after in ways and not self._is_trigger(node, after):
                    ways[node] = after
                    # New steps are there already: others may come along them.
                    found |= self._spread(ways, [node], behind)
                    break
        return found.difference(apart).union(node for node in apart if node not in ways)

    def _gain(self, ways: Ways, come: Iterable[Pair], behind: Steps) -> set[int]:
        """Find the ways that new steps opened; whose they are."""
        found: set[int] = set()
        for leaves, enters in come:
            if enters in ways and leaves not in ways:
                ways[leaves] = enters
                found.add(leaves)
                found |= self._spread(ways, [leaves], behind)
        return found
