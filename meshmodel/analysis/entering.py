"""Who comes to a target, by what their sources are like, and how severe an open door there is."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from meshmodel.model.vocabulary import SEVERITIES, Action, Severity


def severity_number(level: int, *, untrusted: bool, picked_up: bool, read: bool, floor: int) -> int:
    """The severity of an open door by the table of section 6.

    Args:
        level: the sensitivity of the target, 0 to 3.
        untrusted: whether the source has untrusted input.
        picked_up: whether the credential was picked up on the way.
        read: whether the action is read.
        floor: the least it comes to, where the target is exposed; else 0.
    """
    number = level + untrusted + picked_up
    if read or level < 2:
        number = min(number, 3)
    return max(number, floor)


def severity_word(number: int) -> Severity:
    """The word for a severity: 0 and 1 low, 2 medium, 3 high, 4 and more critical."""
    return SEVERITIES[min(max(number - 1, 0), 3)]


@dataclass(slots=True)
class Coming:
    """Sets of groups that have crossings to one kind of target, by what their sources are like.

    Attributes:
        any: from any source.
        untrusted: from one with untrusted input.
        carries: from a confidential one, which matters where the target is exposed.
        floods: the same, from a restricted one or where the agent reads outsiders' words.
    """

    any: int = 0
    untrusted: int = 0
    carries: int = 0
    floods: int = 0

    def add(self, marks: int, features: "Features") -> None:
        """Add groups with these features."""
        if features.any:
            self.any |= marks
        if features.untrusted:
            self.untrusted |= marks
        if features.carries:
            self.carries |= marks
        if features.floods:
            self.floods |= marks

    def replace(self, marks: int, features: "Features") -> "Coming":
        """The same, with other features for some groups."""
        after = Coming(
            self.any & ~marks, self.untrusted & ~marks, self.carries & ~marks, self.floods & ~marks
        )
        after.add(marks, features)
        return after


@dataclass(frozen=True, slots=True)
class Features:
    """What the sources of one group are like, as far as they have a crossing to a target."""

    any: bool
    untrusted: bool
    carries: bool
    floods: bool


@dataclass(slots=True)
class Entering:
    """The agents that come through a door to an access, as bits.

    Attributes:
        agents: all of them.
        untrusted: those with outsiders' words.
        carries: where the target is exposed, some of those who come from something confidential, if any do.
        floods: the same, from something restricted or with outsiders' words read.
    """

    agents: int
    untrusted: int
    carries: int = 0
    floods: int = 0

    @property
    def floor(self) -> int:
        """The least severity where the target is exposed, else 0."""
        return (4 if self.floods else 3) if self.carries else 0

    @property
    def least(self) -> int:
        """How many agents they are that make it most severe, if one of them picked the credential up."""
        return (self.untrusted or self.agents).bit_count()


SURE: Final = 1 << 60
"""More agents than there are."""
Shape = tuple[tuple[bool, bool, int], ...]
"""Of every part of a way: whether it is only to read, whether anybody comes with outsiders' words, and the
least severity.
"""


@lru_cache(maxsize=10_000)
def _worst(level: int, shape: Shape, flags: int) -> Severity:
    """The highest severity of some parts, by the flags of ``Passing.severity``."""
    worst = 0
    for read, words, floor in reversed(shape):
        for untrusted in {False, words}:
            picked_up = bool(flags & 1 if untrusted else flags & 2)
            number = severity_number(level, untrusted=untrusted, picked_up=picked_up, read=read, floor=floor)
            worst = max(worst, number)
        flags >>= 2
    return severity_word(worst)


@lru_cache(maxsize=10_000)
def bounds(level: int, shape: Shape) -> tuple[Severity, Severity]:
    """The highest severities of some parts where in each of them somebody picked up, and nobody did."""
    return _worst(level, shape, (1 << 2 * len(shape)) - 1), _worst(level, shape, 0)


class Passing:
    """Who comes through doors that differ in their credential and actions at most.

    Attributes:
        agents: their ids, sorted.
        most: the severity where in every part somebody picked the credential up, outsiders' words in mind
            where anybody has them.
        least: in every part so many agents are they among whom somebody must have picked it up for that; more
            than there are where it does not matter.
        none: the severity where nobody did.
        shape: of every part what severities depend on.
    """

    __slots__ = ("_known", "_level", "_parts", "agents", "least", "most", "none", "shape")

    def __init__(self, agents: tuple[str, ...], level: int, parts: tuple[tuple[Entering, bool], ...]) -> None:
        """Note who passes.

        Args:
            agents: their ids.
            level: the sensitivity of the target.
            parts: who enters, and whether only to read.
        """
        self.agents = agents
        self._known: dict[int, Severity] = {}
        self._level = level
        self._parts = parts
        self.shape = tuple([(read, each.untrusted > 0, each.floor) for each, read in parts])
        self.most, self.none = bounds(level, self.shape)
        self.least = SURE if self.most == self.none else min([each.least for each, _ in parts])

    def severity(self, picked: int) -> Severity:
        """The highest severity, with the agents that picked the credential up: of most they are the same."""
        known = self._known.get(picked)
        if known is not None:
            return known
        flags = 0
        for entering, _ in self._parts:
            flags <<= 2
            if entering.agents & picked:
                flags |= 3 if entering.untrusted & picked else 2
        found = self._known[picked] = _worst(self._level, self.shape, flags)
        return found


Way = tuple[tuple[Action, ...], Passing]
"""What can be done through a door, and by whom."""
