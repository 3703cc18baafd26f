"""What follows on sources whatever else agents reach: groups that all agents have in common (section 5)."""

from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

from meshmodel.analysis.classes import Classes
from meshmodel.analysis.closure import union
from meshmodel.analysis.situations import NOTHING, Common, Group
from meshmodel.analysis.steps import bits, without
from meshmodel.analysis.unchecked import Guarding, Unchecked

_MUCH: Final = 2_000
"""What follows on a source is told for all agents at once if it is no more nodes than so many."""
_SEVERAL: Final = 2
"""What follows on so many sources, and more, is told once for all of them."""
_FEW: Final = 24
"""So many sources more than others read are looked at agent by agent,"""
_MOST: Final = 8
"""of those of so many others."""


class _Followed(NamedTuple):
    """What follows on sources, with power over some checkpoints before.

    Attributes:
        row: the nodes, less those that whoever reads the sources has anyway.
        dropped: the checkpoints over which there is power then.
        guards: those on boundaries, and on steps from there that may be open.
        group: the group of its sources.
    """

    row: int
    dropped: int
    guards: int
    group: Group


class Shared(NamedTuple):
    """What agents have in common that read the same, and have power over the same checkpoints.

    Attributes:
        common: the groups.
        apart: the sources that are to be looked at agent by agent.
        opening: groups on whose sources there is power over more checkpoints, each with the nodes that steps
            leave which are open then: who reaches one of these alone lacks the group.
        leaving: all these nodes.
        sources: those of the groups.
    """

    common: Common
    apart: int
    opening: Sequence[tuple[Group, int]]
    leaving: int
    sources: int


class Sharing:
    """Finds what follows on sources once for all agents.

    Args:
        guarding: unchecked reach from any start.
        boundaries: the checkpoints on boundaries.
    """

    def __init__(self, guarding: Guarding, boundaries: int) -> None:
        self._guarding = guarding
        self._candidates = guarding.candidates
        self._guards_at = guarding.candidates.openable
        self._openable = guarding.candidates.opening
        self._guarded = self._openable & guarding.mesh.access
        self._boundaries = boundaries
        self._most: list[int] = []
        self._known: dict[tuple[Classes, bool, int], Shared] = {}
        self._followed: dict[tuple[int, int, int, int], _Followed] = {}
        self._lacking: dict[tuple[Common, int], tuple[Group, ...]] = {}
        self._commons: dict[tuple[Group, ...], Common] = {}

    def most_of(self, sources: int) -> int:
        """Sources that others read, too, of these all but a few at most."""
        for some in self._most:
            if some & sources == some and (some ^ sources).bit_count() <= _FEW:
                return some
        self._most = [sources, *self._most[: _MOST - 1]]
        return sources

    def of(self, classes: Classes, alone: Unchecked) -> Shared:
        """What agents that read the same have in common with one of them.

        Args:
            classes: the sources by what follows on them.
            alone: what that one reaches alone as the start.

        A start from a source reaches what the agent does alone, and what follows on the source where the
        agent has power over some checkpoints. If that gives power over others, more may be open: but not if
        the agent reaches alone no node that such a step leaves.
        """
        core = classes.common if classes.common & alone.row == classes.common else 0
        key = classes, core > 0, alone.dropped
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._find(classes, core, alone.dropped)
        return known

    def lacking(self, shared: Shared, alone: Unchecked, apart: int) -> tuple[Group, ...]:
        """The groups that an agent lacks.

        Args:
            shared: what it has in common with others.
            alone: what it reaches alone as the start.
            apart: sources that may be in none of these groups.
        """
        common = shared.common
        found: tuple[Group, ...] = ()
        if apart & shared.sources:
            known = self._lacking.get((common, apart))
            if known is None:
                some = [group for group in common.groups if group.sources & apart]
                known = self._lacking[common, apart] = tuple(some)
            found = known
        if shared.leaving & alone.row:
            found = *found, *(group for group, leaves in shared.opening if leaves & alone.row)
        if common.core in found:
            found = *found, *common.beyond
        return tuple(dict.fromkeys(found))

    def _find(self, classes: Classes, had: int, dropped: int) -> Shared:
        """What agents have in common.

        Args:
            classes: the sources by what follows on them.
            had: what is common to many sources, if the agents reach that alone.
            dropped: the checkpoints over which these have power.
        """
        core = None if had else self._core(classes, dropped)
        groups: list[Group] = []
        opening: list[tuple[Group, int]] = []
        beyond: list[Group] = []
        apart = from_core = 0
        for row, here in classes.rows(had > 0):
            some = without(here, self._guarded)
            apart |= here ^ some
            if not some or not row:
                continue
            if core is not None and row & classes.common == classes.common:
                more = self._beyond(row, some, core, dropped)
                if more is not None:
                    from_core |= some
                    if more.row:
                        beyond.append(more.group)
                    continue
            if row.bit_count() > _MUCH:
                apart |= some
                continue
            followed = self._follow(row, some, had, dropped)
            more_dropped = without(followed.dropped, dropped)
            if more_dropped & self._boundaries or (more_dropped and followed.row.bit_count() > _MUCH):
                apart |= some
                continue
            groups.append(followed.group)
            if more_dropped:
                opening.append((followed.group, self._opened(more_dropped, dropped)))
        first = None
        if core is not None and from_core:
            first = Group(from_core, home=False, unchecked=core.group.unchecked)
            leaves = self._opened(without(core.dropped, dropped), dropped)
            opening.extend((each, leaves) for each in (first, *beyond) if leaves)
        common = self._common(groups, first, beyond)
        leaving = union_of([leaves for _, leaves in opening])
        return Shared(common, apart, opening, leaving, union_of([each.sources for each in common.groups]))

    def _common(self, groups: Sequence[Group], core: Group | None, beyond: Sequence[Group]) -> Common:
        every = *groups, *(() if core is None else (core,)), *beyond
        known = self._commons.get(every)
        if known is None:
            nodes = union_of([group.unchecked.row for group in every])
            known = Common(every, nodes, core, frozenset(beyond)) if every else NOTHING
            self._commons[every] = known
        return known

    def _core(self, classes: Classes, dropped: int) -> _Followed | None:
        """What many sources lead to, so that it is looked at once for all of them; if there is such."""
        if classes.included.bit_count() < _SEVERAL:
            return None
        core = self._follow(classes.common, classes.first, 0, dropped)
        return None if without(core.dropped, dropped) & self._boundaries else core

    def _beyond(self, row: int, here: int, core: _Followed, dropped: int) -> _Followed | None:
        """What follows on sources beside that; ``None`` where it opens anything, or is too much."""
        dropped |= core.dropped
        row = without(row, core.row)
        if row.bit_count() > _MUCH:
            return None
        found = self._follow(row, here, core.row, dropped)
        return None if without(found.dropped, dropped) else found

    def _opened(self, more: int, dropped: int) -> int:
        """The nodes that steps leave which are open with power over some more checkpoints."""
        covered, guards = self._candidates.covered, self._candidates.guards
        steps = chain.from_iterable(map(covered.__getitem__, bits(more)))
        return union([step[0] for step in steps if not guards[step] & ~(dropped | more)])

    def _follow(self, row: int, here: int, core: int, dropped: int) -> _Followed:
        """What follows on sources, where whoever reads them has power over some checkpoints.

        Args:
            row: what does with all checkpoints in force, less the core.
            here: the sources.
            core: what whoever reads them has anyway.
            dropped: the checkpoints.
        """
        key = row, here, core, 0
        found = self._followed.get(key)
        if found is None:
            found = self._followed[key] = self._grow(row, here, core, 0)
        # Those that are on no step from there change nothing.
        mattering = dropped & found.guards
        if without(mattering, found.dropped) or mattering & self._boundaries:
            key = row, here, core, dropped
            known = self._followed.get(key)
            if known is None:
                known = self._followed[key] = self._grow(row, here, core, dropped)
            return known
        return found

    def _grow(self, row: int, here: int, core: int, dropped: int) -> _Followed:
        candidates, baseline = self._candidates, self._guarding.baseline
        seeds: list[tuple[int, ...]] = [((here & -here).bit_length() - 1,)]
        known = 0
        while True:
            dropped = candidates.controlled(row, known, dropped)
            known = row
            added: list[int] = []
            for leaves in bits(row & self._openable) if dropped else ():
                for enters in candidates.entered[leaves]:
                    if not (row | core) >> enters & 1 and not candidates.guards[leaves, enters] & ~dropped:
                        added.append(enters)
                        row |= without(baseline.row(enters), core)
            if not added:
                break
            seeds.append(tuple(added))
        guards = self._boundaries
        for leaves in bits(row & self._openable):
            guards |= self._guards_at[leaves]
        unchecked = Unchecked(row, dropped & guards, tuple(seeds), ())
        return _Followed(row, dropped, guards, Group(here, home=False, unchecked=unchecked))


def union_of(masks: Sequence[int]) -> int:
    """All that is in some sets."""
    found = 0
    for mask in masks:
        found |= mask
    return found
