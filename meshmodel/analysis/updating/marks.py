"""Which groups of sources there are, each with a mark that stays its own while others come and go.

Every agent has a mark, by its number, for its first group. The marks of other groups come after those of
all agents; groups that mean the same have one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from meshmodel.analysis.approvals import Approval
from meshmodel.analysis.closure import union
from meshmodel.analysis.engine import Group, Traveller
from meshmodel.analysis.steps import Mesh, bits, without

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
        marks: for each mark that stands for something else the group before and after, or ``None``.
        shared: the marks of other groups that agents came to or left, and that are still there.
        left: those of these that nobody came to, and that only agents left who are gone.
        ended: the marks of these agents' first groups, and of others that nobody else had, as bits.
    """

    marks: dict[int, tuple[Sample | None, Sample | None]] = field(default_factory=dict)
    shared: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    ended: int = 0

    @cached_property
    def alike(self) -> list[tuple[Sample | None, Sample | None, int]]:
        """The same groups before and after, each with all marks of which they are those."""
        numbers: dict[tuple[int, int], list[int]] = {}
        for number, (was, now) in self.marks.items():
            numbers.setdefault((id(was), id(now)), []).append(number)
        return [(*self.marks[some[0]], union(some)) for some in numbers.values()]


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
        remade: int = 0,
        lost: int = 0,
    ) -> Turned:
        """Agents are others than they were, or reach something else: only for a copy.

        Args:
            gone: those agents as they were.
            come: as they are now.
            excuses: what intents excuse for agents.
            remade: the read accesses of systems that are in another zone, or in which something else counts:
                groups with such sources mean something else though they look the same.
            lost: the agents that are gone, as bits.
        """
        turned = Turned(ended=lost)
        touched: set[int] = set()
        before: dict[int, Sample | None] = {}
        left: dict[int, int] = {}
        leaving: dict[int, tuple[tuple[int, ...], list[int]]] = {}
        for traveller in gone:
            number = traveller.node - self.first_agent
            before[number] = self.samples.pop(number, None)
            former = self.others.pop(number, None)
            if former:
                leaving.setdefault(id(former), (former, []))[1].append(number)
        for former, some_left in leaving.values():
            marks = union(some_left)
            for other in former:
                left[other] = left.get(other, 0) | marks
        joined: dict[int, int] = {}
        # Many agents have the very same groups, and it takes long to look large sets up.
        together: dict[tuple[int, str | None, str | None], list[Traveller]] = {}
        for traveller in come:
            alone = traveller.id if traveller.id in excuses else None
            together.setdefault((id(traveller.situation), traveller.home, alone), []).append(traveller)
        same: dict[tuple[int, str | None, bool, str | None], int] = {}
        for (_, home, alone), some in together.items():
            traveller = some[0]
            numbers = [each.node - self.first_agent for each in some]
            for number in numbers:
                before.setdefault(number, None)
            if not traveller.groups:
                continue
            sample = traveller, traveller.groups[0]
            self.samples.update(dict.fromkeys(numbers, sample))
            others = []
            for group in (*traveller.groups[1:], *traveller.situation.further):
                key = id(group), home, traveller.steered, alone
                if key not in same:
                    same[key] = self._number(traveller, group, alone, turned)
                others.append(same[key])
            if others:
                self.others.update(dict.fromkeys(numbers, tuple(others)))
                marks = union(numbers)
                for other in others:
                    joined[other] = joined.get(other, 0) | marks
        meaning: dict[tuple[int, int], bool] = {}
        for number, was in before.items():
            now = self.samples.get(number)
            both = id(was), id(now)
            if both not in meaning:
                meaning[both] = self._meaning(was) != self._meaning(now)
            if meaning[both]:
                turned.marks[number] = was, now
        touched.update(left, joined)
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
        if remade:
            samples = {id(sample): sample for sample in self.samples.values()}
            remaking = {number for number, sample in samples.items() if sample[1].sources & remade}
            for number, sample in self.samples.items():
                if id(sample) in remaking:
                    turned.marks.setdefault(number, (sample, sample))
        return turned

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

    def _number(self, traveller: Traveller, group: Group, alone: str | None, turned: Turned) -> int:
        unchecked = group.unchecked
        alike = (
            group.sources,
            unchecked.row & self.credentials,
            unchecked.dropped,
            traveller.home,
            traveller.steered,
            alone,
        )
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
