"""Which groups of sources there are, each with a mark that stays its own while others come and go.

Every agent has a mark, by its number, for its first group. The marks of other groups come after those of
all agents; groups that mean the same have one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from itertools import chain
from operator import or_
from typing import Final

from meshmodel.analysis.approvals import Approval
from meshmodel.analysis.closure import union
from meshmodel.analysis.engine import Group, Traveller
from meshmodel.analysis.steps import Mesh, bits, without
from meshmodel.analysis.updating.preparing import Pause, no_pause

Sample = tuple[Traveller, Group]
"""A group and an agent that has it."""
Alike = tuple[int, int, int, str | None, bool, str | None]
"""What other groups have in common that mean the same: sources, credentials, what is dropped, the home,
whether the agent is steered, and the agent itself where intents excuse something.
"""


_OLD: Final = (True, None)
_LITTLE: Final = 48
"""Sets that differ by so many places differ little."""
_PIVOTS: Final = 24
"""So many sets are kept to which others are compared."""


@dataclass
class Turned:
    """What happened to the marks.

    Attributes:
        firsts: the first groups of agents before and after, or ``None``, where they mean something else,
            each with all marks of which they are those.
        marks: the same for the marks of other groups, one by one.
        shared: the marks of other groups that agents came to or left, and that are still there.
        left: those of these that nobody came to, and that only agents left who are gone.
        ended: the marks of these agents' first groups, and of others that nobody else had, as bits.
        again: groups that are as they were, but have sources that are not, each with its marks.
    """

    firsts: list[tuple[Sample | None, Sample | None, int]] = field(default_factory=list)
    marks: dict[int, tuple[Sample | None, Sample | None]] = field(default_factory=dict)
    shared: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    ended: int = 0
    again: list[tuple[Sample, int]] = field(default_factory=list)

    @cached_property
    def alike(self) -> list[tuple[Sample | None, Sample | None, int]]:
        """The same groups before and after, each with all marks of which they are those."""
        numbers: dict[tuple[int, int], list[int]] = {}
        for number, (was, now) in self.marks.items():
            numbers.setdefault((id(was), id(now)), []).append(number)
        return [*self.firsts, *((*self.marks[some[0]], union(some)) for some in numbers.values())]


@dataclass(slots=True)
class Marks:
    """The groups of all agents by their marks.

    Attributes:
        agents: how many numbers there are for agents.
        first_agent: the node of the first.
        credentials: the nodes of credentials.
        next: the next number that is free.
        samples: for each mark its group, and an agent that has it.
        holders: for the marks of other groups the agents that have them.
        others: for each agent, by its number, the marks of its other groups.
        numbers: the marks of other groups by what those have in common.
        alike: the other way round.
    """

    agents: int
    first_agent: int
    credentials: int
    next: int
    samples: dict[int, Sample] = field(default_factory=dict)
    holders: dict[int, int] = field(default_factory=dict)
    others: dict[int, tuple[int, ...]] = field(default_factory=dict)
    numbers: dict[Alike, int] = field(default_factory=dict)
    alike: dict[int, Alike] = field(default_factory=dict)

    @classmethod
    def none(cls, mesh: Mesh) -> "Marks":
        """No groups yet."""
        agents = mesh.size - mesh.first_agent
        credentials = (1 << mesh.first_agent) - (1 << mesh.first_credential)
        return cls(agents, mesh.first_agent, credentials, agents)

    def copy(self) -> "Marks":
        """The same, which can be changed while these stay as they are."""
        return replace(
            self,
            samples=self.samples.copy(),
            holders=self.holders.copy(),
            others=self.others.copy(),
            numbers=self.numbers.copy(),
            alike=self.alike.copy(),
        )

    def carried(self, sample: Sample | None) -> int:
        """The credentials that a group carries unchecked."""
        return 0 if sample is None else sample[1].unchecked.row & self.credentials

    def turn(
        self,
        gone: Iterable[Traveller],
        come: Iterable[Traveller],
        excuses: dict[str, list[Approval]],
        lost: int = 0,
        pause: Pause = no_pause,
    ) -> Turned:
        """Agents are others than they were, or reach something else: only for a copy.

        Args:
            gone: those agents as they were.
            come: as they are now.
            excuses: what intents excuse for agents.
            lost: the agents that are gone, as bits.
            pause: called between pieces of the work.
        """
        turned = Turned(ended=lost)
        left: dict[int, int] = {}
        joined: dict[int, int] = {}
        same: dict[tuple[int, str | None, bool, str | None], int] = {}
        for numbers, now, alone in self._together(gone, come, excuses):
            pause()
            was, former = self.samples.get(numbers[0]), self.others.get(numbers[0], ())
            marks = union(numbers)
            sample = None
            others: tuple[int, ...] = ()
            if now is not None and now.groups:
                sample = now, now.groups[0]
                self.samples.update(dict.fromkeys(numbers, sample))
                if alone is None and was is not None and self._has_same_others(was[0], now, former):
                    others = former
                else:
                    others = self._others_of(now, alone, former, same, turned)
            else:
                for number in numbers:
                    self.samples.pop(number, None)
            if self._meaning(was) != self._meaning(sample):
                turned.firsts.append((was, sample, marks))
            if others == former:
                continue
            if others:
                self.others.update(dict.fromkeys(numbers, others))
            else:
                for number in numbers:
                    del self.others[number]
            for other in former:
                left[other] = left.get(other, 0) | marks
            for other in others:
                joined[other] = joined.get(other, 0) | marks
        touched = left.keys() | joined.keys()
        ended: dict[int, list[tuple[int, int]]] = {}
        for other in touched:
            was_held = self.holders.get(other, 0)
            held = without(was_held, left.get(other, 0)) | joined.get(other, 0)
            if held:
                self.holders[other] = held
                if held != was_held and was_held:
                    turned.shared.add(other)
                    if other not in joined and not without(left[other], lost):
                        turned.left.add(other)
            else:
                del self.holders[other]
                if not without(was_held, lost):
                    turned.ended |= 1 << other
                alike = self.alike.pop(other)
                del self.numbers[alike]
                ended.setdefault(was_held, []).append((other, alike[1]))
                turned.marks[other] = self.samples.pop(other), None
        for other in joined:
            old = ended.get(self.holders[other])
            if old and other not in left and turned.marks.get(other, _OLD)[0] is None:
                self._follow(other, old, turned)
        return turned

    def among(self, remade: int, near: Iterable[int], turned: Turned) -> list[tuple[Sample, int]]:
        """The groups of some agents that mean something else though they look the same, with their marks.

        Args:
            remade: the read accesses of systems that are in another zone, or in which something else counts.
            near: the nodes of all agents that have such sources, others perhaps among them.
            turned: what happened to marks; groups that are told there are left out.
        """
        numbers = [node - self.first_agent for node in near]
        others = {id(each): each for each in map(self.others.get, numbers) if each}
        told = union([*turned.marks]) | reduce(or_, [marks for _, _, marks in turned.firsts], 0)
        samples: dict[int, Sample] = {}
        marks: dict[int, list[int]] = {}
        for number in {*numbers, *chain.from_iterable(others.values())}:
            sample = self.samples.get(number)
            if sample is not None and not told >> number & 1:
                samples[id(sample)] = sample
                marks.setdefault(id(sample), []).append(number)
        return [(sample, union(marks[key])) for key, sample in samples.items() if sample[1].sources & remade]

    def _together(
        self, gone: Iterable[Traveller], come: Iterable[Traveller], excuses: dict[str, list[Approval]]
    ) -> Iterable[tuple[list[int], Traveller | None, str | None]]:
        """The numbers of agents that had the same groups and have the same now, an agent as they are now, if
        they are there, and which it is where intents excuse something.
        """
        first = self.first_agent
        coming = {each.node: each for each in come}
        nodes = dict.fromkeys(each.node for each in gone) | dict.fromkeys(coming)
        # It takes long to look large sets up.
        found: dict[tuple[object, ...], tuple[list[int], Traveller | None, str | None]] = {}
        for node in nodes:
            number, now = node - first, coming.get(node)
            before = id(self.samples.get(number)), id(self.others.get(number))
            if now is None:
                key: tuple[object, ...] = before
                alone = None
            else:
                alone = now.id if now.id in excuses else None
                key = *before, id(now.situation), now.home, alone
            if key not in found:
                found[key] = [], now, alone
            found[key][0].append(number)
        return found.values()

    def _meaning(self, sample: Sample | None) -> object:
        """All of a group on which doors depend."""
        if sample is None:
            return None
        traveller, group = sample
        dropped = group.unchecked.dropped
        return group.sources, group.home, self.carried(sample), dropped, traveller.home, traveller.steered

    def _follow(self, new: int, ended: list[tuple[int, int]], turned: Turned) -> None:
        """Give a new group the mark of one that ended, which the same agents had: so less changes.

        Args:
            new: the mark of the new group.
            ended: the marks of those, with the credentials that they carried.
            turned: what happened to marks.
        """
        alike = self.alike.pop(new)
        nearest = min(ended, key=lambda each: (each[1] ^ alike[1]).bit_count())
        ended.remove(nearest)
        number = nearest[0]
        held = self.holders[number] = self.holders.pop(new)
        sample = self.samples[number] = self.samples.pop(new)
        self.alike[number] = alike
        self.numbers[alike] = number
        del turned.marks[new]
        turned.marks[number] = turned.marks[number][0], sample
        known: dict[tuple[int, ...], tuple[int, ...]] = {}
        for agent in bits(held):
            others = self.others[agent]
            if others not in known:
                known[others] = tuple(number if each == new else each for each in others)
            self.others[agent] = known[others]

    def _has_same_others(self, was: Traveller, now: Traveller, former: tuple[int, ...]) -> bool:
        """Whether an agent has the very groups, but for its first one, for which it got its former marks, and
        intents excused nothing then.
        """
        one, other = was.situation, now.situation
        return (
            one.groups[1:] == other.groups[1:]
            and one.common is other.common
            and one.steered == other.steered
            and was.home == now.home
            and (not former or self.alike[former[0]][-1] is None)
        )

    def _others_of(
        self,
        now: Traveller,
        alone: str | None,
        former: tuple[int, ...],
        same: dict[tuple[int, str | None, bool, str | None], int],
        turned: Turned,
    ) -> tuple[int, ...]:
        """The marks of the groups of an agent but for its first one.

        Args:
            now: the agent.
            alone: which agent it is, where intents excuse something.
            former: the marks that it had.
            same: the marks known already, by the group, the home, and so on.
            turned: what happened to marks.
        """
        others = []
        situation, home, steered = now.situation, now.home, now.steered
        for place, group in enumerate((*situation.groups[1:], *situation.common.groups)):
            key = id(group), home, steered, alone
            if key not in same:
                # Most come in the same order as before.
                likely = former[place:] + former[:place]
                same[key] = self._number(now, group, alone, likely, turned)
            others.append(same[key])
        return tuple(others)

    def _number(
        self, traveller: Traveller, group: Group, alone: str | None, former: Iterable[int], turned: Turned
    ) -> int:
        """The mark of a group that is not the first one of an agent.

        Args:
            traveller: the agent.
            group: the group.
            alone: which agent it is, where intents excuse something.
            former: the marks that the agent had, the likely ones first.
            turned: what happened to marks.
        """
        unchecked = group.unchecked
        alike = (
            group.sources,
            unchecked.row & self.credentials,
            unchecked.dropped,
            traveller.home,
            traveller.steered,
            alone,
        )
        # Most groups mean the same as before, and large sets are sooner told to be the same than looked up.
        for each in former:
            if self.alike[each] == alike:
                return each
        number = self.numbers.get(alike)
        if number is None:
            number = self.numbers[alike] = self.next
            self.next += 1
            self.alike[number] = alike
            self.samples[number] = traveller, group
            turned.marks[number] = None, self.samples[number]
        return number


def toggle(columns: list[int], alike: Mapping[int, int]) -> None:
    """Put marks to places where they are not, and take them away where they are.

    Args:
        columns: for each place its marks.
        alike: for sets of places the marks.
    """
    # Most sets differ little from one of a few.
    pivots: list[list[int]] = []
    for places, marks in alike.items():
        rest = places
        for pivot in pivots:
            different = rest ^ pivot[0]
            if different.bit_count() <= _LITTLE:
                pivot[1] ^= marks
                rest = different
                break
        else:
            if len(pivots) < _PIVOTS and rest.bit_count() > _LITTLE:
                pivots.append([rest, marks])
                continue
        _toggle(columns, rest, marks)
    for places, marks in pivots:
        _toggle(columns, places, marks)


def _toggle(columns: list[int], places: int, marks: int) -> None:
    """The same marks at all of some places; what was one object stays so, which is quick to tell."""
    numbers = list(bits(places))
    before = list(map(columns.__getitem__, numbers))
    after = {key: each ^ marks for key, each in {id(each): each for each in before}.items()}
    for number, key in zip(numbers, map(id, before), strict=True):
        columns[number] = after[key]
