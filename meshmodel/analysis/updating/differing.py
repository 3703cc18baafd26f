"""What agents reach after an edit and did not, or did and do not."""

from functools import cached_property
from typing import Final

from meshmodel.analysis.closure import union
from meshmodel.analysis.reached import Reached
from meshmodel.analysis.steps import bits, without
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved

Difference = int
"""The nodes that are in one of two sets and not in the other."""
_FEW: Final = 16
"""Of so many nodes that are reached no more it is asked who reached them, of more who reaches what."""


class Differing:
    """What agents reach otherwise, worked out once for those that reach the same.

    Sets of agents have one bit for each, by its number among the agents.
    """

    def __init__(self, before: Kept, moved: Moved, reached: Reached) -> None:
        """Arguments: the reading before the edit, what it did, and who reached what before it."""
        self._before = before
        self._moved = moved
        self._after = moved.kept
        self._reached = reached

    @cached_property
    def effective(self) -> list[tuple[Difference, int]]:
        """What agents reach otherwise effectively, each with these agents; apart for those that are gone."""
        found = [each for each in self._staying if each[0]]
        for kept in (self._before, self._after):
            mesh = kept.engine.mesh
            nodes = map(mesh.agent_node.__getitem__, self._apart & mesh.agent_node.keys())
            found += [(kept.effective.row(node), 1 << node - mesh.first_agent) for node in nodes]
        return found

    @cached_property
    def _apart(self) -> set[str]:
        """The agents that come or go and reach something: all others were there and still are."""
        changed = {str(key) for key, _, _ in self._moved.changes.of("agent")}
        old, new = (each.engine.mesh.agent_node for each in (self._before, self._after))
        return {each for each in self._moved.shifted & changed if (each in old) != (each in new)}

    @cached_property
    def _staying(self) -> list[tuple[Difference, int]]:
        """The same of agents that were there and still are, those among them that miss nothing."""
        mesh = self._after.engine.mesh
        before, after = self._before.effective, self._after.effective
        first, every = mesh.first_agent, map(mesh.agent_node.get, self._moved.shifted - self._apart)
        # Whoever stays keeps the number.
        nodes = [node for node in every if node is not None]
        found: dict[Difference, int] = {}
        if 0 < after.less.bit_count() <= _FEW:
            # Most miss just what of that they reached.
            parts = [(0, union([node - first for node in nodes if node not in after.odd]))]
            for node in bits(after.less):
                those = self._reached.marks(node)
                parts = [
                    (difference | is_missed << node, some)
                    for difference, agents in parts
                    for is_missed, some in ((1, agents & those), (0, without(agents, those)))
                    if some
                ]
            found.update(parts)
            nodes = [node for node in nodes if node in after.odd]
        alike: dict[tuple[int, int], list[int]] = {}
        for node in nodes:
            alike.setdefault((before.component[node], after.component[node]), []).append(node - first)
        for (one, other), numbers in alike.items():
            difference = before.row_of(one) ^ after.row_of(other)
            found[difference] = found.get(difference, 0) | union(numbers)
        return list(found.items())

    @cached_property
    def told(self) -> list[tuple[Difference, list[str]]]:
        """What agents reach otherwise, effectively or unchecked, of which anything may be told: those that
        were there and still are.
        """
        old, new = self._before.engine.alone, self._after.engine.alone
        names, told = self._after.engine.mesh.agents, self._moved.told
        found: list[tuple[Difference, list[str]]] = []
        for effective, marks in self._staying:
            some = list(told.intersection(map(names.__getitem__, bits(marks))))
            one, other = (list(map(each.__getitem__, some)) for each in (old, new))
            alike: dict[tuple[int, int], list[str]] = {}
            for key, agent in zip(zip(map(id, one), map(id, other), strict=True), some, strict=True):
                alike.setdefault(key, []).append(agent)
            # Most differ unchecked in what they do effectively.
            usual: list[str] = []
            for agents in alike.values():
                more = without(old[agents[0]].row ^ new[agents[0]].row, effective)
                if more:
                    found.append((effective | more, agents))
                else:
                    usual += agents
            if usual:
                found.append((effective, usual))
        return found
