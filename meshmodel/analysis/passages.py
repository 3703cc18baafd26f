"""The ways through the plain doors of a large mesh as columns of numbers."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from meshmodel.analysis.entering import SURE, Passing, Shape, Way, bounds
from meshmodel.analysis.pairs.columns import Flags, Numbers, numbers
from meshmodel.analysis.steps import actions_of, implied
from meshmodel.analysis.through import Comers
from meshmodel.model.vocabulary import Action, Severity

_SORTS: Final = 10
"""So many sorts of those who enter there are: by the least severity, with outsiders' words or without."""


class Ways(NamedTuple):
    """Ways through doors by columns.

    Attributes:
        actions: what can be done.
        agents: the ids of those who come.
        most, none, least: as ``Passing`` has them.
        passing: who comes by one of them.
    """

    actions: list[tuple[Action, ...]]
    agents: list[tuple[str, ...]]
    most: list[Severity]
    none: list[Severity]
    least: list[int]
    passing: Callable[[int], Passing]


class Passages:
    """Who comes through plain doors, and what they can do there.

    Attributes:
        there: for each pair of comers and actions granted whether there is a way.
    """

    def __init__(self, comers: Sequence[Comers], owner: Numbers, granted: Numbers) -> None:
        """Arguments: who comes, and pairs of a place among these and of the actions granted."""
        able = numbers([each.actions for each in comers])[owner]
        actions = able & numbers(map(implied, range(1 << 5)))[granted]
        self.there: Flags = actions > 0
        some = np.flatnonzero(self.there)
        self._comers, self._owner, self._actions = comers, owner[some], actions[some]

    def ways(
        self,
        others: Sequence[Way],
        passing: Callable[[Comers, bool, bool], Passing],
        named: Callable[[int], tuple[str, ...]],
    ) -> Ways:
        """The ways that there are, and some others after them.

        Args:
            others: those.
            passing: tells of comers, of whom some read, or act, how they pass.
            named: the ids of agents, given as bits.
        """
        comers, owner = self._comers, self._owner
        reads, acts = self._actions & 1 > 0, self._actions > 1
        entering = list({id(each): each for some in comers for each in (some.read, some.acting)}.values())
        place_of = {id(each): place for place, each in enumerate(entering)}
        read, acting = (
            numbers([place_of[id(each)] for each in some])[owner]
            for some in ([each.read for each in comers], [each.acting for each in comers])
        )
        sort = numbers([each.floor << 1 | (each.untrusted > 0) for each in entering])
        level = numbers([each.level for each in comers])[owner]
        sorts = ((level * 2 + reads) * 2 + acts) * _SORTS + sort[read] * reads
        sorts, like = np.unique(sorts * _SORTS + sort[acting] * acts, return_inverse=True)
        most, none = zip(*map(_bounds, sorts.tolist()), strict=True) if len(sorts) else ((), ())
        fewest = numbers([each.least for each in entering])
        least = np.minimum(np.where(reads, fewest[read], SURE), np.where(acts, fewest[acting], SURE))
        least[np.array(list(map(str.__eq__, most, none)), np.bool_)[like]] = SURE
        # Who reads also acts, if anybody does.
        those, who = np.unique(np.where(acts, acting, read), return_inverse=True)
        names = [named(entering[each].agents) for each in those.tolist()]

        def passing_by(way: int) -> Passing:
            if way >= len(owner):
                return others[way - len(owner)][1]
            return passing(comers[owner[way]], bool(reads[way]), bool(acts[way]))

        more = [each for _, each in others]
        return Ways(
            [*map(actions_of, self._actions.tolist()), *[each for each, _ in others]],
            [*map(names.__getitem__, who.tolist()), *[each.agents for each in more]],
            [*map(most.__getitem__, like.tolist()), *[each.most for each in more]],
            [*map(none.__getitem__, like.tolist()), *[each.none for each in more]],
            [*least.tolist(), *[each.least for each in more]],
            passing_by,
        )


def _bounds(sort: int) -> tuple[Severity, Severity]:
    """The highest severities of ways of one sort."""
    rest, acting = divmod(sort, _SORTS)
    rest, read = divmod(rest, _SORTS)
    rest, acts = divmod(rest, 2)
    level, reads = divmod(rest, 2)
    parts = ((True, read, reads), (False, acting, acts))
    shape: Shape = tuple([(only, like & 1 > 0, like >> 1) for only, like, there in parts if there])
    return bounds(level, shape)
