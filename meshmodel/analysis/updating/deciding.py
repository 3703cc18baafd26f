"""What agents have in common after an edit that only places a checkpoint, or takes one away."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple

from meshmodel.analysis.closure import union
from meshmodel.analysis.sharing import union_of
from meshmodel.analysis.situations import Common, Group, Situation
from meshmodel.analysis.steps import Few, Pair, without
from meshmodel.analysis.unchecked import Unchecked
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.guards import Guarded
from meshmodel.analysis.updating.less import Less
from meshmodel.analysis.updating.meshes import Edited


class Decided(NamedTuple):
    """A checkpoint that an edit placed or took away, and nothing else.

    Attributes:
        came: whether it was placed.
        number: as a set of checkpoints.
        control: the nodes that give power over it.
        steps: its steps, which leave the same node and on which there is no other.
    """

    came: bool
    number: int
    control: int
    steps: frozenset[Pair]

    @property
    def leaves(self) -> int:
        """The node that its steps leave."""
        return next(iter(self.steps))[0]

    @property
    def enters(self) -> tuple[int, ...]:
        """The nodes that they enter."""
        return tuple([enters for _, enters in self.steps])


def decided_alone(kept: Kept, edit: Edited, guards: Guarded) -> Decided | None:
    """The checkpoint that an edit placed or took away, if it did nothing else.

    Args:
        kept: the reading before the edit.
        edit: what it did to the graph.
        guards: what it did to the checkpoints that count.
    """
    before, after, steps = kept.engine.candidates, guards.candidates, guards.steps
    if (
        len({leaves for leaves, _ in steps}) != 1
        or edit.gone
        or edit.come
        or edit.remade
        or guards.zones
        or not (before.guards and after.guards)
    ):
        return None
    came = next(iter(steps)) in after.guards
    candidates = after if came else before
    number = candidates.guards[next(iter(steps))]
    one, other = (0, number) if came else (number, 0)
    if number & number - 1 or any(
        before.guards.get(step, 0) != one or after.guards.get(step, 0) != other for step in steps
    ):
        return None
    place = number.bit_length() - 1
    missing = before if came else after
    if place < len(missing.ids) and missing.ids[place]:
        return None  # it is another one now, on other steps, too
    # Others may have come that are on no step.
    others = zip_longest(before.control, after.control, fillvalue=0)
    if any(was != now for each, (was, now) in enumerate(others) if each != place):
        return None
    return Decided(came, number, candidates.control[place], frozenset(steps))


class Deciding:
    """Tells what is the same of what agents have in common, once for all that have it.

    Who has power over the checkpoint reaches just what it did. So do all others where it was taken away from
    steps that lead nowhere but to what they reach; where it was placed they just miss something at most.
    """

    def __init__(self, decided: Decided, less: Less | None, kept: Kept, after: Kept) -> None:
        """Arguments: the checkpoint, what is left to agents without power over it, if that can be told, the
        reading before the edit and its closures after it.
        """
        self._decided, self._less = decided, less
        self._leaves, self._enters = decided.leaves, decided.enters
        self._ends = union(list(self._enters))
        self._control = Few(decided.control)
        self._baseline = after.baseline
        # What its steps lead to gives power over it only to who comes there in another way.
        behind = union_of([after.baseline.row(each) for each in self._enters])
        self._sure = Few(without(decided.control, behind))
        self.others = {self._leaves}
        if decided.came:
            first, names, alone = kept.engine.mesh.first_agent, kept.engine.mesh.agents, kept.engine.alone
            for node in after.baseline.otherwise:
                # Those that have power over it are in no need of what the closure tells.
                if node >= first and not self._is_sure(alone[names[node - first]]):
                    self.others.add(node)
        self._unchecked: dict[int, Unchecked | None] = {}
        self._situations: dict[int, Situation | None] = {}
        self._groups: dict[int, Group | None] = {}
        self._shared: dict[int, Group | None] = {}
        self._rests: dict[int, tuple[Group, ...] | None] = {}
        self._commons: dict[int, Common | None] = {}

    def _has_power(self, start: Unchecked) -> bool:
        """Whether a start has power over the checkpoint, or had; not where that cannot be told."""
        if not self._decided.came:
            return bool(start.dropped & self._decided.number)
        if not self._control.among(start.row):
            return False
        if self._is_sure(start):
            return True
        if self._less is None:
            return False
        left = self._less.unchecked(start)
        return left is not None and self._control.among(left.row)

    def _is_sure(self, start: Unchecked) -> bool:
        """Whether a start has power over the checkpoint, whatever else is open for it: power over other ones,
        which may open a way to it, may follow on its steps.
        """
        return any(self._sure.among(self._baseline.row(node)) for node in start.seeds[0])

    def unchecked(self, before: Unchecked) -> Unchecked | None:
        """What a start reaches unchecked now; ``None`` where that cannot be told so."""
        if id(before) not in self._unchecked:
            self._unchecked[id(before)] = self._left_of(before)
        return self._unchecked[id(before)]

    def _left_of(self, before: Unchecked) -> Unchecked | None:
        has_power = self._has_power(before)
        if not self._decided.came:
            return self._freed(before) if has_power else self._as_before(before)
        if not has_power:
            return None if self._less is None else self._less.unchecked(before)
        reached = tuple([each for each in self._enters if before.row >> each & 1])
        waiting = before.waiting
        if len(reached) < len(self._enters):
            waiting = *waiting, *(step for step in self._decided.steps if step[1] not in reached)
        return Unchecked(
            before.row,
            before.dropped | self._decided.number,
            (*before.seeds, reached) if reached else before.seeds,
            waiting,
            union([leaves for leaves, _ in waiting]),
        )

    def _freed(self, before: Unchecked) -> Unchecked:
        """The same where the steps were open already."""
        waiting = tuple([step for step in before.waiting if step not in self._decided.steps])
        leaving = union([leaves for leaves, _ in waiting])
        return replace(
            before, dropped=without(before.dropped, self._decided.number), waiting=waiting, leaving=leaving
        )

    def _as_before(self, before: Unchecked, sources: int = 0) -> Unchecked | None:
        """The same where the steps were not open, but lead to nothing else than what is reached.

        Args:
            before: what is reached.
            sources: with which one starts; they may be left out there.
        """
        if (before.row | sources) >> self._leaves & 1 and without(self._ends, before.row):
            return None
        return before

    def situation(self, before: Situation, alone: Unchecked, staying: int) -> Situation | None:
        """What agents have in common now; ``None`` where that cannot be told so.

        Args:
            before: what they had in common.
            alone: what they reached alone as the start.
            staying: the systems that are sources though they are not read any more: none.
        """
        if id(before) not in self._situations:
            if not self._decided.came or self._has_power(alone):
                self._situations[id(before)] = self._situation(before)
            elif self._less is None or self._is_any_power(before):
                self._situations[id(before)] = None
            else:
                self._situations[id(before)] = self._less.situation(before, alone, staying)
        return self._situations[id(before)]

    def _is_any_power(self, before: Situation) -> bool:
        """Whether who has no power over the checkpoint may come by it from a source."""
        groups = *before.groups, *before.common.groups
        some = [group.unchecked for group in groups if self._control.among(group.unchecked.row)]
        return any(self._has_power(each) or self.unchecked(each) is None for each in some)

    def _situation(self, before: Situation) -> Situation | None:
        number = len(before.groups) - len(before.rest)
        groups = _all(map(self._group, before.groups[:number]))
        if id(before.rest) not in self._rests:
            self._rests[id(before.rest)] = self._several(before.rest)
        rest = self._rests[id(before.rest)]
        if id(before.common) not in self._commons:
            self._commons[id(before.common)] = self._common(before.common)
        common, lacking = self._commons[id(before.common)], self._several(before.lacking)
        if groups is None or rest is None or common is None or lacking is None:
            return None
        return replace(before, groups=(*groups, *rest), rest=rest, common=common, lacking=lacking)

    def _common(self, before: Common) -> Common | None:
        groups = self._several(before.groups)
        if groups is None or groups is before.groups:
            return None if groups is None else before
        return None if before.core else Common(groups, union_of([each.unchecked.row for each in groups]))

    def _several(self, before: tuple[Group, ...]) -> tuple[Group, ...] | None:
        found = _all(map(self._part, before))
        return before if found == before else found

    def _group(self, before: Group) -> Group | None:
        """A group with all that its starts reach."""
        if id(before) not in self._groups:
            unchecked = self.unchecked(before.unchecked)
            if not self._decided.came and unchecked is before.unchecked:
                unchecked = self._as_before(unchecked, before.sources)
            self._groups[id(before)] = _with(before, unchecked)
        return self._groups[id(before)]

    def _part(self, before: Group) -> Group | None:
        """A group of shared rows: its sources, to which the steps may matter, too, are in others as well."""
        if id(before) not in self._shared:
            unchecked: Unchecked | None = before.unchecked
            if self._decided.came:
                # A source with which one starts may be left out of what is reached.
                if (before.unchecked.row | before.sources) >> self._leaves & 1:
                    unchecked = None
            elif self._has_power(before.unchecked):
                unchecked = self._freed(before.unchecked)
            else:
                unchecked = self._as_before(before.unchecked)
            self._shared[id(before)] = _with(before, unchecked)
        return self._shared[id(before)]


def _with(before: Group, unchecked: Unchecked | None) -> Group | None:
    """A group of which the starts reach this."""
    if unchecked is None or unchecked is before.unchecked:
        return None if unchecked is None else before
    return Group(before.sources, before.home, unchecked)


def _all(groups: Iterable[Group | None]) -> tuple[Group, ...] | None:
    """These groups, if there are all of them."""
    every = list(groups)
    found = [group for group in every if group is not None]
    return tuple(found) if len(found) == len(every) else None
