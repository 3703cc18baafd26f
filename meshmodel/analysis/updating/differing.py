"""What agents reach after an edit and did not, or did and do not."""

from functools import cached_property

from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved

Difference = int
"""The nodes that are in one of two sets and not in the other."""


class Differing:
    """What agents reach otherwise, worked out once for those that reach the same."""

    def __init__(self, before: Kept, moved: Moved) -> None:
        """Arguments: the reading before the edit, and what it did."""
        self._before = before
        self._moved = moved
        self._after = moved.kept

    @cached_property
    def effective(self) -> list[tuple[Difference, list[int]]]:
        """What agents reach otherwise effectively, each with the nodes of these agents."""
        old, new = self._before.engine.mesh, self._after.engine.mesh
        before, after = self._before.effective, self._after.effective
        alike: dict[tuple[int, int], list[int]] = {}
        for agent in self._moved.shifted:
            was, now = old.agent_node.get(agent), new.agent_node.get(agent)
            if was is not None and was == now:
                alike.setdefault((before.component[was], after.component[now]), []).append(was)
            else:
                if was is not None:
                    alike.setdefault((before.component[was], -1), []).append(was)
                if now is not None:
                    alike.setdefault((-1, after.component[now]), []).append(now)
        found = []
        for (one, other), nodes in alike.items():
            difference = 0 if one < 0 else before.row_of(one)
            difference ^= 0 if other < 0 else after.row_of(other)
            if difference:
                found.append((difference, nodes))
        return found

    @cached_property
    def told(self) -> list[tuple[Difference, list[str]]]:
        """What agents reach otherwise, effectively or unchecked, of which anything may be told: those that
        were there and still are.
        """
        old, new = self._before.engine, self._after.engine
        before, after = self._before.effective, self._after.effective
        alike: dict[tuple[int, int, int, int], list[str]] = {}
        for agent in self._moved.told:
            was, now = old.mesh.agent_node.get(agent), new.mesh.agent_node.get(agent)
            if was is not None and now is not None:
                alone = id(old.alone[agent]), id(new.alone[agent])
                alike.setdefault((before.component[was], after.component[now], *alone), []).append(agent)
        # Much of what is told apart above differs in the same.
        found: dict[int, list[str]] = {}
        for (one, other, _, _), agents in alike.items():
            difference = before.row_of(one) ^ after.row_of(other)
            difference |= old.alone[agents[0]].row ^ new.alone[agents[0]].row
            found.setdefault(difference, []).extend(agents)
        return list(found.items())
