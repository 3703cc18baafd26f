"""Who comes to a target, by what their sources are like, and how severe an open door there is."""

from dataclasses import dataclass, field

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
        entering: who comes through a door, by the groups that find it open.
    """

    any: int = 0
    untrusted: int = 0
    carries: int = 0
    floods: int = 0
    entering: dict[int, "Entering"] = field(default_factory=dict)

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

    def join(self, other: "Coming") -> None:
        """Add the groups of another one."""
        self.any |= other.any
        self.untrusted |= other.untrusted
        self.carries |= other.carries
        self.floods |= other.floods

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


@dataclass(frozen=True, slots=True)
class Entering:
    """The agents that come through a door to an access, as bits: all, and those with outsiders' words;
    and the least severity where the target is exposed.
    """

    agents: int
    untrusted: int
    floor: int

    def severity(self, level: int, picked: int, *, read: bool, exposed: bool) -> int:
        """The highest severity, with the agents that picked the credential up."""
        return max(
            severity_number(
                level,
                untrusted=words,
                picked_up=bool((self.untrusted if words else self.agents) & picked),
                read=read,
                floor=self.floor if exposed else 0,
            )
            for words in {False, bool(self.untrusted)}
        )


@dataclass(frozen=True, slots=True)
class Way:
    """What comes through doors that differ in their credential at most.

    Attributes:
        actions, agents: what can be done there, and by whom.
        level, exposed: of the target.
        parts: who enters, and whether only to read.
        known: severities by what was picked up.
    """

    actions: tuple[Action, ...]
    agents: tuple[str, ...]
    level: int
    exposed: bool
    parts: tuple[tuple[Entering, bool], ...]
    known: dict[int, Severity] = field(default_factory=dict)

    def severity(self, picked: int) -> Severity:
        """The highest severity, with the agents that picked the credential up."""
        flags = 1
        for entering, _ in self.parts:
            flags <<= 2
            if entering.agents & picked:
                flags |= 3 if entering.untrusted & picked else 2
        known = self.known.get(flags)
        if known is None:
            worst = max(
                entering.severity(self.level, picked, read=read, exposed=self.exposed)
                for entering, read in self.parts
            )
            known = self.known[flags] = severity_word(worst)
        return known
