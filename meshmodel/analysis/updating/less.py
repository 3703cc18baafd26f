"""What agents have in common after an edit by which they just miss something."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from meshmodel.analysis.checkpoints import Candidates
from meshmodel.analysis.closure import union
from meshmodel.analysis.sharing import union_of
from meshmodel.analysis.situations import Common, Group, Situation
from meshmodel.analysis.steps import Few, Pair, bits, without
from meshmodel.analysis.unchecked import Unchecked
from meshmodel.analysis.updating.closures import Followed
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.guards import Guarded
from meshmodel.analysis.updating.meshes import Edited


class Gone(NamedTuple):
    """What most agents reach no more, while they reach everything else as before.

    Attributes:
        effective: these nodes; none where most agents reach all as before.
        unchecked: those that their starts do not reach unchecked any more.
        others: the nodes that reach something else than that.
        still: those that reach some of what is gone still, or something new, though with all checkpoints in
            force.
        odd: those, and others that miss more than all others, likewise.
        ended: those of them to which the steps of these checkpoints led and on which nothing followed.
        checkpoints: those that went with their steps, by their numbers.
        guarded: these steps.
        power: those of the nodes that most starts do not reach that give power over checkpoints.
        behind: the nodes to which steps with checkpoints led that are gone, or that nobody comes to.
        opened: the nodes that these steps leave, where somebody may have had power over their checkpoints.
    """

    effective: int
    unchecked: int
    others: AbstractSet[int]
    still: AbstractSet[int]
    odd: AbstractSet[int]
    ended: AbstractSet[int]
    checkpoints: int
    guarded: AbstractSet[Pair]
    power: int
    behind: AbstractSet[int]
    opened: int


def gone_alone(kept: Kept, after: Kept, edit: Edited, guards: Guarded, *, placed: bool) -> Gone | None:
    """What most agents reach no more, if they have power over the same checkpoints and these are in the way
    of the same; ``None`` where that is not so, or not known.

    Args:
        kept: the reading before the edit.
        after: its closures after it.
        edit: what it did to the graph.
        guards: what it did to the checkpoints that count.
        placed: whether it did nothing but place a checkpoint; who has power over that is looked at apart.
    """
    effective, unchecked, candidates = after.effective.less, after.baseline.less, guards.candidates
    steps, vanished = guards.steps, _vanished(kept.engine.candidates, guards, edit)
    if placed:
        # Else nothing could be told of it, and all agents would be looked at anew.
        steps, vanished = set(), 0
    ended = {
        enters for _, enters in steps if effective >> enters & 1 and not kept.baseline.successors[enters]
    }
    unchecked |= union(list(ended))
    if vanished is None:
        return None
    # A step with checkpoints over which somebody has power may lead there still. Whether there is power over
    # one that was placed is asked of each start.
    for enters in bits(without(unchecked, effective)):
        steps_to = {(leaves, enters) for leaves in after.effective.behind[enters]}
        if any(map(candidates.is_openable, steps_to - guards.steps)):
            return None
    baseline = after.baseline
    still = baseline.still if baseline.less else baseline.otherwise
    # Starts with power over a checkpoint that is gone may begin with what is behind it.
    odd = baseline.otherwise | {enters for _, enters in steps if enters not in ended}
    others = after.effective.otherwise | baseline.otherwise
    behind = {enters for _, enters in steps} - ended
    behind.update(*map(candidates.entered.__getitem__, bits(unchecked & candidates.left)))
    power = unchecked & candidates.controllable
    left = bits(unchecked & candidates.left)
    dropped = steps.union((leaves, enters) for leaves in left for enters in candidates.entered[leaves])
    opened = union([step[0] for step in dropped if kept.engine.candidates.is_openable(step)])
    return Gone(effective, unchecked, others, still, odd, ended, vanished, steps, power, behind, opened)


def _vanished(before: Candidates, guards: Guarded, edit: Edited) -> int | None:
    """The checkpoints that went with their steps, by their numbers; ``None`` where others changed."""
    if not guards.any:
        return 0
    after = guards.candidates
    if guards.zones or not guards.steps.issubset(edit.gone) or len(after.ids) > len(before.ids):
        return None
    ended = [number for number, ident in enumerate(before.ids) if ident and not after.ids[number]]
    controls = zip(before.control, after.control, strict=True)
    if any(was != now for number, (was, now) in enumerate(controls) if after.ids[number]):
        return None
    return union(ended)


class _Part(NamedTuple):
    """Some nodes with which starts begin, and what some of them lead to that is to be in reach already."""

    nodes: tuple[int, ...]
    row: int


class _Begun(NamedTuple):
    """The same of all nodes with which a start begins."""

    seeds: tuple[tuple[int, ...], ...]
    row: int


def _misses_just(node: int, was: Followed, now: Followed, gone: int) -> bool:
    """Whether what follows on a node is what was less what is gone."""
    itself = 0 if now.is_cycle(now.component[node]) else 1 << node
    return without(was.row(node), gone | itself) == without(now.row(node), itself)


class Less:
    """Takes what is gone out of what agents have in common, once for all that have it."""

    def __init__(self, gone: Gone, kept: Kept, after: Kept) -> None:
        """Arguments: what is gone, the reading before the edit, and its closures after it."""
        mesh = after.engine.mesh
        self._candidates, self._guarding = after.engine.candidates, after.engine.guarding
        self._gone = gone
        self._was, self._now = kept.baseline, after.baseline
        self._power = Few(gone.power)
        numbers = self._candidates.controlled(gone.power)
        self._control = union_of([self._candidates.control[number] for number in bits(numbers)])
        ways = (kept.effective, after.effective, gone.effective), (self._was, self._now, gone.unchecked)
        # Agents that came off a component may miss what most do, too, and nothing else.
        self.others = {
            node
            for node in gone.others
            if node < mesh.first_agent
            or node in self._candidates.entered
            or not all(_misses_just(node, *way) for way in ways)
        }
        self._effective, self._row = Few(gone.effective), Few(gone.unchecked)
        self._sources = Few(gone.effective & mesh.read)
        self._still, self._odd = (
            union([node for node in nodes if node < mesh.first_credential]) & mesh.read
            for nodes in (gone.still, gone.odd)
        )
        self._untrusted = mesh.untrusted
        # By what there was before, which the reading before keeps.
        self._sources_left: dict[int, int] = {}
        self._situations: dict[tuple[int, int], Situation | None] = {}
        self._several: dict[int, tuple[Group, ...] | None] = {}
        self._commons: dict[int, Common | None] = {}
        self._groups: dict[tuple[int, int], Group | None] = {}
        self._unchecked: dict[int, Unchecked | None] = {}
        self._seeds: dict[int, _Begun | None] = {}
        self._parts: dict[int, _Part | None] = {}

    def situation(self, before: Situation, alone: Unchecked, staying: int) -> Situation | None:
        """What is left of what agents have in common; ``None`` where that cannot be told so.

        Args:
            before: what they had in common.
            alone: what they reached alone as the start.
            staying: the systems that are sources though they are not read any more, by their read accesses.
        """
        key = id(before), staying
        if key not in self._situations:
            self._situations[key] = self._situation(before, alone, staying)
        return self._situations[key]

    def unchecked(self, before: Unchecked) -> Unchecked | None:
        """What is left of what a start reaches unchecked; ``None`` where that cannot be told so."""
        if id(before) not in self._unchecked:
            self._unchecked[id(before)] = self._left_of(before)
        return self._unchecked[id(before)]

    def _left_of(self, before: Unchecked) -> Unchecked | None:
        gone = self._gone
        if id(before.seeds) not in self._seeds:
            self._seeds[id(before.seeds)] = self._begun(before.seeds)
        begun, waiting, leaving = self._seeds[id(before.seeds)], before.waiting, before.leaving
        row = self._row.out_of(before.row)
        if begun is None or without(begun.row, row):
            return None
        if self._power.among(before.row) and not self._has_power_still(before):
            return None
        if gone.checkpoints or gone.guarded:
            waiting = tuple([step for step in waiting if step not in gone.guarded])
            leaving = union([leaves for leaves, _ in waiting])
        elif row is before.row:
            return before
        dropped = without(before.dropped, gone.checkpoints)
        return Unchecked(row, dropped, begun.seeds, waiting, leaving)

    def _has_power_still(self, before: Unchecked) -> bool:
        """Whether a start has power over the checkpoints over which what is gone gave it some, whatever else
        is open for it: to that power over them may have led.
        """
        controlled, rows = self._candidates.controlled, map(self._now.row, before.seeds[0])
        still = controlled(union_of([row & self._control for row in rows]))
        return not without(controlled(before.row & self._gone.power), still)

    def _begun(self, seeds: tuple[tuple[int, ...], ...]) -> "_Begun | None":
        """What is left of nodes with which starts begin, the same where all of it is."""
        parts = [part for each in seeds if (part := self._part(each)) is not None]
        if len(parts) < len(seeds):
            return None
        row = union_of([part.row for part in parts])
        if self._gone.checkpoints or self._gone.guarded:
            seeds = tuple([part.nodes for part in parts])
        return _Begun(seeds, row)

    def _part(self, part: tuple[int, ...]) -> "_Part | None":
        """What is left of nodes with which starts begin; ``None`` where one may miss something else."""
        if id(part) not in self._parts:
            left: _Part | None = _Part(part, 0)
            # Only who had power over checkpoints came there.
            if not self._gone.behind.isdisjoint(part):
                left = None
            elif not self._gone.odd.isdisjoint(part):
                left = self._odd_part(part)
            if left is not None and not self._gone.ended.isdisjoint(part):
                nodes = tuple([node for node in part if node not in self._gone.ended])
                left = left._replace(nodes=nodes)
            self._parts[id(part)] = left
        return self._parts[id(part)]

    def _odd_part(self, part: tuple[int, ...]) -> "_Part | None":
        """The same where one of them reaches something else than most do after the edit."""
        row = 0
        for node in filter(self._gone.odd.__contains__, part):
            now = self._now.row(node)
            if without(self._was.row(node), now | self._gone.unchecked):
                return None
            row |= now
        return _Part(part, row)

    def _situation(self, before: Situation, alone: Unchecked, staying: int) -> Situation | None:
        # First what many have in common: where that cannot be told, nothing is for any of them.
        if id(before.rest) not in self._several:
            self._several[id(before.rest)] = self._left(before.rest, alone)
        rest = self._several[id(before.rest)]
        if id(before.common) not in self._commons:
            self._commons[id(before.common)] = self._common(before.common, alone)
        common = self._commons[id(before.common)]
        if rest is None or common is None:
            return None
        lacking = self._left(before.lacking, alone)
        if lacking is None:
            return None
        sources, reach = self._sources_of(before.sources), self._effective.out_of(before.reach)
        sources = sources | staying if staying else sources
        number = len(before.groups) - len(before.rest)
        shared = (*before.rest, *before.common.groups)
        groups = self._left(before.groups[:number], alone, staying, reach, shared)
        if groups is None:
            return None
        steered = bool(sources & self._untrusted)
        return Situation(sources, reach, steered, (*groups, *rest), rest, common, lacking)

    def _common(self, before: Common, alone: Unchecked) -> Common | None:
        groups = None if before.core else self._left(before.groups, alone)
        if groups is None or groups == before.groups:
            return None if groups is None else before
        return Common(groups, self._row.out_of(before.nodes))

    def _sources_of(self, before: int) -> int:
        """What is left of some sources: one object where that was one."""
        known = self._sources_left.get(id(before))
        if known is None:
            known = self._sources_left[id(before)] = self._sources.out_of(before)
        return known

    def _left(
        self,
        before: Iterable[Group],
        alone: Unchecked,
        staying: int = 0,
        reach: int | None = None,
        shared: Iterable[Group] = (),
    ) -> tuple[Group, ...] | None:
        """What is left of some groups; sources that stay are with those that add nothing to what is reached
        alone, as what is not read adds nothing.

        Args:
            before: the groups.
            alone: what the agents reached alone as the start.
            staying: the sources that stay.
            reach: all that the agents reach now, if others can be made of these groups.
            shared: groups beside these: of sources that are in some the rows of these are but a part of what
                is reached from them.
        """
        found: list[Group] = []
        others = 0
        for group in before:
            sources = self._sources_of(group.sources)
            # That may be another object, but begins with the same.
            is_plain = group.unchecked.seeds is alone.seeds
            if is_plain:
                read = sources if reach is None else sources & reach
                differing = self._adding(read & self._still, alone)
            elif self._may_part(group):
                return None
            else:
                differing = self._differing(sources & self._odd, group.unchecked)
            if differing:
                if reach is None:
                    return None
                others |= differing
                sources ^= differing
            if not sources and not group.home and not (is_plain and staying):
                continue
            key = id(group), staying if is_plain else 0
            if is_plain and staying:
                sources, staying = sources | staying, 0
            if key not in self._groups:
                self._groups[key] = self._group(group, sources)
            left = self._groups[key]
            if left is None:
                return None
            found.append(left)
        if others and (any(others & each.sources for each in shared) or not self._put(others, found, alone)):
            return None
        if staying:
            return None
        return tuple(found)

    def _may_part(self, group: Group) -> bool:
        """Whether sources of a group may have come by an open step to what others came to without it."""
        several = group.sources & group.sources - 1
        return bool(several and self._gone.opened & (group.sources | group.unchecked.row))

    def _put(self, sources: int, groups: list[Group], alone: Unchecked) -> bool:
        """Put sources on which something else follows than on others of their groups where they belong now,
        if that can be told.
        """
        left = self.unchecked(alone)
        if left is None or sources & self._candidates.left:
            return False
        for source in bits(sources):
            more = without(self._guarding.onward.of(source), left.row)
            start = self._guarding.together(left, source, more)
            for place, group in enumerate(groups):
                if group.unchecked.row == start.row:
                    groups[place] = Group(group.sources | 1 << source, group.home, group.unchecked)
                    break
            else:
                if start.row == left.row:
                    return False
                groups.append(Group(1 << source, home=False, unchecked=start))
        return True

    def _adding(self, sources: int, alone: Unchecked) -> int:
        """Those sources that may add something to what is reached alone and added nothing before."""
        left = self.unchecked(alone)
        if left is None:
            return sources
        found = 0
        # What follows on those that are read unchecked is reached alone, too.
        for source in bits(without(sources, left.row)):
            row = self._now.row(source)
            if left.leaving >> source & 1 or without(row ^ 1 << source, left.row):
                found |= 1 << source
        return found

    def _differing(self, sources: int, start: Unchecked) -> int:
        """Those sources on which something else may follow than what is left to a start with them."""
        left = self.unchecked(start) if sources else start
        if left is None:
            return sources
        found = 0
        for source in bits(sources):
            row = self._now.row(source)
            lost = without(self._was.row(source), row | self._gone.unchecked)
            if lost or without(row ^ 1 << source, left.row):
                found |= 1 << source
        return found

    def _group(self, before: Group, sources: int) -> Group | None:
        unchecked = self.unchecked(before.unchecked)
        if unchecked is None:
            return None
        if unchecked is before.unchecked and sources is before.sources:
            return before
        return Group(sources, before.home, unchecked)
