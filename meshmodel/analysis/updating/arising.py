"""Triggers that arise by themselves, where steps come and go (section 3)."""

from collections.abc import Iterable, Sequence

from meshmodel.analysis.steps import WRITE, Mesh, Pair, bits

Steps = Sequence[Sequence[int]]


class Hearing:
    """For every node the systems with untrusted input that it reads by other steps than triggers.

    Attributes:
        heard: by node, the read accesses of those systems.
    """

    def __init__(self, mesh: Mesh, heard: list[int]) -> None:
        self._first_credential, self._first_agent = mesh.first_credential, mesh.first_agent
        self._untrusted = mesh.untrusted
        self.heard = heard

    @classmethod
    def of(cls, mesh: Mesh, behind: Steps) -> "Hearing":
        """Worked out from the graph: for each node the nodes before it."""
        made = cls(mesh, [0] * mesh.size)
        for read in bits(mesh.untrusted):
            made._spread(read, 1 << read, behind)
        return made

    def arising(self, mesh: Mesh) -> set[Pair]:
        """The triggers that arise: a steerable agent reads outsiders' words."""
        agents = mesh.snapshot.agent
        return {
            (read + WRITE, node)
            for each, node in mesh.agent_node.items()
            if self.heard[node] and agents[each].is_steerable
            for read in bits(self.heard[node])
        }

    def edited(
        self,
        mesh: Mesh,
        gone: Iterable[Pair],
        come: Iterable[Pair],
        ahead: Steps,
        behind: Steps,
        *,
        steered: bool,
    ) -> "Hearing":
        """The same after an edit; this one stays as it is, and is the answer where nothing differs.

        Args:
            mesh: the graph after it.
            gone: the steps that are no more, without triggers.
            come: the new ones, likewise.
            ahead: for each node the nodes after it, after the edit.
            behind: the nodes before it.
            steered: whether agents changed, and perhaps others can be steered.
        """
        heard = self.heard
        if (
            not steered
            and mesh.untrusted == self._untrusted
            and not any(heard[enters] for _, enters in gone)
            and not any(heard[enters] & ~heard[leaves] for leaves, enters in come)
        ):
            return self
        made = Hearing(mesh, self.heard.copy())
        heard = made.heard
        for read in bits(self._untrusted & ~mesh.untrusted):
            for node, known in enumerate(heard):
                if known >> read & 1:
                    heard[node] = known & ~(1 << read)
        lost = {leaves for leaves, enters in gone if heard[enters]}
        if lost:
            made._renew(lost, ahead, behind)
        for read in bits(mesh.untrusted & ~self._untrusted):
            made._spread(read, 1 << read, behind)
        for leaves, enters in come:
            made._spread(leaves, heard[enters], behind)
        return made

    def _is_trigger(self, leaves: int, enters: int) -> bool:
        return enters >= self._first_agent and leaves < self._first_credential and leaves % 5 == WRITE

    def _spread(self, node: int, words: int, behind: Steps) -> None:
        heard = self.heard
        if not words & ~heard[node]:
            return
        heard[node] |= words
        waiting = [node]
        while waiting:
            node = waiting.pop()
            for before in behind[node]:
                if words & ~heard[before] and not self._is_trigger(before, node):
                    heard[before] |= words
                    waiting.append(before)

    def _renew(self, lost: set[int], ahead: Steps, behind: Steps) -> None:
        """Work out again what is heard by these and by all before them."""
        heard = self.heard
        seen = set(lost)
        waiting = list(lost)
        while waiting:
            node = waiting.pop()
            for before in behind[node]:
                if before not in seen and not self._is_trigger(before, node):
                    seen.add(before)
                    waiting.append(before)
        begin: dict[int, int] = {}
        for node in seen:
            words = 1 << node & self._untrusted
            for after in ahead[node]:
                if after not in seen and not self._is_trigger(node, after):
                    words |= heard[after]
            begin[node] = words
        for node in seen:
            heard[node] = 0
        for node, words in begin.items():
            if words:
                self._spread(node, words, behind)
