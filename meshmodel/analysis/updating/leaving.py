"""What follows once agents have left from what there was before: who comes through doors."""

from collections.abc import Collection, Sequence

from meshmodel.analysis.entering import Passing, Way


class Leaving:
    """Agents that left, where nothing else changed that tells who comes through doors."""

    def __init__(self, lost: int, ids: Collection[str], names: dict[int, tuple[str, ...]]) -> None:
        """Arguments: the agents as bits, their ids, and the ids of others by their bits, which it adds to."""
        self._lost = lost
        self._ids = ids
        self._names = names

    def ways(self, before: Sequence[Way | None]) -> list[Way | None]:
        """These ways without the agents, each ``None`` where it has to be looked for again."""
        passing: dict[int, Passing | None] = {}
        less: dict[int, Way | None] = {}
        # Most doors have their way in common.
        for way in {id(each): each for each in before if each is not None}.values():
            actions, those = way
            if id(those) not in passing:
                passing[id(those)] = those.less(self._lost, self._named)
            left = passing[id(those)]
            less[id(way)] = None if left is None else (actions, left)
        return list(map(less.get, map(id, before)))

    def _named(self, agents: int, before: tuple[str, ...]) -> tuple[str, ...]:
        left = self._names.get(agents)
        if left is None:
            left = self._names[agents] = tuple([each for each in before if each not in self._ids])
        return left
