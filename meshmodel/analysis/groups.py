"""The sources of agents by what their starts reach unchecked (sections 5 and 6)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Final, NamedTuple

from meshmodel.analysis.classes import Classes, Following, Leading, Out
from meshmodel.analysis.closure import union
from meshmodel.analysis.sharing import Sharing
from meshmodel.analysis.situations import NOTHING, Common, Group
from meshmodel.analysis.steps import bits, without
from meshmodel.analysis.unchecked import Guarding, Unchecked

Shared = tuple[list[Group], Sequence[Out]]
"""Groups of shared rows, and what else leads out of the reach of an agent."""

_MUCH: Final = 256
"""What opens guards is shared if it leads to no more nodes than so many: others are counted in bulk."""
_CROWD: Final = 20_000
"""It is asked what agents have in common if they have so many groups, once for each of them;"""
_VAST: Final = 8
"""of agents that do not reach what follows on many sources if they also have so many for each node of it."""
_VARIANTS: Final = 8
"""So many agents that differ where it matters are kept, to be compared to the next one."""

_FIRST: Final = (1 << 4096) - 1
"""So many accesses are counted where it need only be known whether some are many."""


class Grouped(NamedTuple):
    """The sources of an agent, as ``Situation`` has them.

    Attributes:
        groups: its groups, but those of the rest.
        rest, common, lacking: those of shared rows.
    """

    groups: list[Group]
    rest: tuple[Group, ...]
    common: Common
    lacking: tuple[Group, ...]


class _Opened(NamedTuple):
    """What follows on sources where it opens guards.

    Attributes:
        weighs: the checkpoints of which it matters whether an agent has power over them alone.
        dropped: those over which it does have power.
        decides: the nodes of which it matters whether an agent reaches them alone.
        reached: those that it does reach.
        group: the group of shared rows of all agents for which these are the same.
    """

    weighs: int
    dropped: int
    decides: int
    reached: int
    group: Group


class Grouping:
    """Puts the sources of agents together, and finds what many agents share once.

    Attributes:
        following: what follows on the sources that were asked for.
    """

    def __init__(self, guarding: Guarding, following: Following, everyone: Iterable[Unchecked] = ()) -> None:
        """What nobody asked for yet.

        Args:
            guarding: unchecked reach from any start.
            following: what is known of what follows on sources.
            everyone: what agents reach alone as the start, as far as that is known: it tells how many there
                are that may have something in common.
        """
        self._guarding = guarding
        self._all = everyone
        self._crowded: dict[tuple[Classes, bool, int], bool] = {}
        self._candidates = guarding.candidates
        self.following = following
        self._latest = 0, Classes(following, 0)
        self._classes = dict([self._latest])
        self._shares: dict[tuple[Leading, int, int], Shared] = {}
        self._rests: dict[tuple[Out, int], Group] = {}
        # What has to do with no checkpoint is the same for all agents.
        self._free: dict[Out, Group] = {}
        self._opened: dict[Out, list[_Opened]] = {}
        self._opening: dict[tuple[int, Out, int], Group] = {}
        self._relevant: dict[Out, tuple[int, int]] = {}
        self._openable = guarding.candidates.opening
        self._guarded = self._openable & guarding.mesh.access
        self._boundaries = union([boundary.number for boundary in guarding.candidates.boundaries])
        self._sharing = Sharing(guarding, self._boundaries)

    def groups(self, home: bool, sources: int, readable: int, alone: Unchecked, apart: int | None) -> Grouped:
        """The sources of an agent by the unchecked reach of their starts, and groups of shared rows.

        Args:
            home: whether home is a source.
            sources: the systems that are, by their read accesses.
            readable: those of them that the agent can read.
            alone: what it reaches alone as the start.
            apart: sources that may not be in several groups, ``None``: all. Where little would be left, they
                are all told as these.

        A source that the agent reads unchecked adds nothing to the agent alone as the start, nor does
        one from which everything that follows is in the agent's reach already: that it is read itself
        is in the way of no crossing, since from a source to its own zone there is none. So a row may
        have or lack the read access that the start begins with.

        What follows may be shared: the source is then counted with the agent alone as the start, and
        once more with the rest of its row.
        """
        plain, share = sources, apart == 0
        starts: list[tuple[int, Unchecked]] = []
        guarded = without(readable, alone.row)
        # What is read unchecked changes nothing, and most agents that read much read the same.
        classed = readable if _are_most(guarded, readable) else guarded
        classes = self._parted(classed)
        common, lacking = NOTHING, tuple[Group, ...]()
        if apart is not None and classes.is_mostly_missing(alone.row) and self._are_a_crowd(classes, alone):
            most = self._sharing.most_of(readable)
            found = self._sharing.of(self._parted(most), alone)
            common, lacking = found.common, self._sharing.lacking(found, alone, apart)
            left = readable ^ most | found.apart
            for one in lacking:
                left |= one.sources
            guarded &= left
            classes = self._parted(left)
        if classes.common & alone.row != classes.common:
            # Sources that a guarded step leaves are looked at one by one.
            starts.extend(self._odd(guarded & self._guarded, alone))
            classes = self._parted(without(classes.accesses, self._guarded))
            starts.extend(self._with_core(classes, alone))
            leading = classes.aside(alone.row)
            touched = 0
        else:
            leading = classes.leading(alone.row)
            touched = guarded & alone.leaving
        shared, others = self._shared(leading, guarded, alone) if share else ([], leading.each)
        rest = shared.copy()
        for each in others:
            group = self._opening_rest(each, alone) if share else None
            if group is None:
                starts.extend(self._starts(alone, each.more, each.here))
            else:
                rest.append(group)
        if touched:
            starts.extend(self._starts(alone, 0, without(touched, leading.here)))
        whole: dict[int, tuple[int, Unchecked]] = {}
        for some, unchecked in starts:
            row = unchecked.row
            if row != alone.row:
                plain = without(plain, some)
                known, first = whole.get(row, (0, unchecked))
                whole[row] = known | some, first
        groups = [Group(plain, home, alone)] if plain or home else []
        if not groups:
            common, lacking = NOTHING, ()
        groups.extend(Group(known, home=False, unchecked=first) for known, first in whole.values())
        return Grouped(groups, tuple(rest), common, lacking)

    @cached_property
    def _everyone(self) -> Collection[Unchecked]:
        return {id(each): each for each in self._all}.values()

    def _are_a_crowd(self, classes: Classes, alone: Unchecked) -> bool:
        """Whether it is worth while to look for what agents have in common that are like one which reaches
        this alone.
        """
        core, dropped = classes.common, alone.dropped
        has_core = core & alone.row == core
        key = classes, has_core, dropped
        known = self._crowded.get(key)
        if known is None:
            alike = [each for each in self._everyone if each.dropped == dropped]
            number = sum((each.row & core == core) is has_core for each in alike)
            least = _CROWD if has_core else max(_CROWD, _VAST * core.bit_count())
            known = self._crowded[key] = number * len(classes) > least
        return known

    def _parted(self, accesses: int) -> Classes:
        """Some read accesses by what follows on them."""
        latest, known = self._latest
        # It takes longest to hash them.
        if accesses != latest:
            found = self._classes.get(accesses)
            if found is None:
                found = self._classes[accesses] = Classes(self.following, accesses)
            self._latest = accesses, found
            return found
        return known

    def _odd(self, sources: int, alone: Unchecked) -> Iterator[tuple[int, Unchecked]]:
        """What the agent reaches unchecked with each of these sources, one by one."""
        for source in bits(sources):
            here = 1 << source
            yield from self._starts(alone, without(self._guarding.onward.of(source), alone.row), here)

    def _with_core(self, classes: Classes, alone: Unchecked) -> Iterator[tuple[int, Unchecked]]:
        """The starts of these sources, which begin with what they all lead to."""
        core = self._guarding.together(alone, _lowest(classes.first), classes.common)
        plain = classes.included
        for each in classes.including(core.row).each:
            plain = without(plain, each.here)
            yield each.here, self._guarding.together(core, _lowest(each.here), each.more)
        if plain:
            yield plain, core

    def _starts(self, alone: Unchecked, more: int, here: int) -> Iterator[tuple[int, Unchecked]]:
        """What the agent reaches unchecked with one of these sources, which all lead to the same.

        Only sources that a guarded step leaves can differ, and only if nothing leads back to them.
        """
        alike = without(here, without(self._guarded, more))
        if alike:
            yield alike, self._guarding.together(alone, _lowest(alike), more)
        differing = here ^ alike
        while differing:
            source = _lowest(differing)
            differing &= differing - 1
            unchecked = self._guarding.together(alone, source, more | 1 << source)
            yield 1 << source, replace(unchecked, row=without(unchecked.row, 1 << source))

    def _shared(self, leading: Leading, guarded: int, alone: Unchecked) -> Shared:
        """The groups of shared rows, and what may not be shared: once for all for which it is the same."""
        leaving = alone.leaving & (leading.missing | guarded)
        key = leading, alone.dropped, leaving
        known = self._shares.get(key)
        if known is None:
            groups: list[Group] = []
            apart: list[Out] = []
            for each, free in zip(leading.each, map(self._free.get, leading.each), strict=True):
                if free is not None:
                    groups.append(free)
                elif leaving and (each.more | each.here) & leaving:
                    apart.append(each)
                elif (group := self._rest(each, alone)) is not None:
                    groups.append(group)
                else:
                    apart.append(each)
            known = self._shares[key] = groups, apart
        return known

    def _rest(self, out: Out, alone: Unchecked) -> Group | None:
        """The group of shared rows, one for all agents that have the same; ``None`` where it adds power."""
        relevant = self._relevant.get(out)
        if relevant is None:
            relevant = self._relevant[out] = self._relevant_to(out)
        power, guards = relevant
        if power & ~alone.dropped:
            return None
        # Of the checkpoints without force only those count that there are on the way from here.
        key = out, alone.dropped & guards
        known = self._rests.get(key)
        if known is None:
            unchecked = Unchecked(out.more, key[1], ((_lowest(out.here),),), ())
            known = self._rests[key] = Group(out.here, home=False, unchecked=unchecked)
            if not power | guards | out.here & self._candidates.left:
                self._free[out] = known
        return known

    def _relevant_to(self, out: Out) -> tuple[int, int]:
        """The checkpoints over which what follows gives power, and those on steps from there."""
        return self._candidates.controlled(out.more), self._guards_from(out.more)

    def _guards_from(self, nodes: int) -> int:
        """The checkpoints on boundaries, and on steps from these nodes that may be open."""
        guards, openable = self._boundaries, self._candidates.openable
        for node in bits(nodes & self._openable):
            guards |= openable[node]
        return guards

    def _opening_rest(self, out: Out, alone: Unchecked) -> Group | None:
        """The same where what follows opens guards; ``None`` where it is better not shared.

        Power over checkpoints adds up. So what is open beside that which is open for the agent alone
        depends only on whether the agent reaches the ends of the steps that were guarded, and on its own
        power over the checkpoints there.
        """
        known = self._opened.setdefault(out, [])
        for weighs, dropped, decides, reached, group in known:
            if alone.dropped & weighs == dropped and alone.row & decides == reached:
                return group
        if out.here & self._guarded & ~out.more or out.more.bit_count() > _MUCH:
            return None
        found = self._open(out, alone)
        if found is not None and len(known) < _VARIANTS:
            known.append(found)
        return None if found is None else found.group

    def _open(self, out: Out, alone: Unchecked) -> _Opened | None:
        """What follows on sources for one agent, and for which others it is the same."""
        start = self._guarding.together(alone, _lowest(out.here), out.more)
        dropped = start.dropped & ~alone.dropped
        more = start.row & ~alone.row
        if dropped & self._boundaries or more.bit_count() > _MUCH:
            return None
        candidates, first = self._candidates, self._guarding.mesh.first_credential
        first_seed, *others = start.seeds[len(alone.seeds) :]
        # A start may begin with what many lead to, and the agent have that alone: it is no part of the row.
        others = [tuple([each for each in part if more >> each & 1]) for part in others]
        seeds = (first_seed, *filter(None, others))
        grown = 0
        for each in chain.from_iterable(seeds[1:]):
            grown |= self._guarding.baseline.row(each)
        covered = [step for number in bits(dropped) for step in candidates.covered[number]]
        ahead = map(candidates.entered.__getitem__, bits(more & candidates.left))
        decides = grown | union([*chain.from_iterable(covered), *chain.from_iterable(ahead)])
        # Doors may be open anew at credentials that the agent has alone, to what it reaches alone.
        doors = [
            leaves
            for leaves, enters in covered
            if enters < first <= leaves and not candidates.guards[leaves, enters] & ~start.dropped
        ]
        doors = list(bits(union(doors) & alone.row))
        row = more | union(doors)
        guards = self._guards_from(row)
        weighs = guards | candidates.controlled(more)
        for step in covered:
            weighs |= candidates.guards[step]
        key = row, out, start.dropped & guards
        group = self._opening.get(key)
        if group is None:
            parts = (*seeds, tuple(doors)) if doors else seeds
            unchecked = Unchecked(row, key[2], parts, ())
            group = self._opening[key] = Group(out.here, home=False, unchecked=unchecked)
        return _Opened(weighs, alone.dropped & weighs, decides, alone.row & decides, group)


def _are_most(some: int, every: int) -> bool:
    """Whether some accesses are more than half of all that there are, as far as the first systems tell."""
    first = every & _FIRST
    if first:
        some, every = some & _FIRST, first
    return 2 * some.bit_count() > every.bit_count()


def _lowest(mask: int) -> int:
    """The number of the lowest bit that is set."""
    return (mask & -mask).bit_length() - 1
