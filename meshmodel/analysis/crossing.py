"""What makes a crossing, and how severe a door in it is: one source, one target, one action.

See ``docs/semantics.md#severity``.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from meshmodel.analysis.steps import ANYBODY, CONFIDENTIAL, Traits
from meshmodel.model.vocabulary import READ, SEVERITIES, WRITE

MEDIUM: Final = SEVERITIES.index("medium")
"""The highest severity for which an intent answers where outsiders' words play a part."""


class NearSource(NamedTuple):
    """What matters of a source of an agent, its zone aside.

    Attributes:
        sensitivity: 0 to 3.
        moves: whether it moves the agent.
        person: to whom it belongs, where anything is less sensitive.
    """

    sensitivity: int
    moves: bool
    person: str | None

    @property
    def is_private(self) -> bool:
        """Whether it is confidential or above."""
        return self.sensitivity >= CONFIDENTIAL


HOME_SOURCE: Final = NearSource(0, moves=False, person=None)
"""Home as a source: nothing is read there, and nobody instructs."""


class CrossingDoor(NamedTuple):
    """What matters of an open door of a crossing, but for its target.

    Attributes:
        picked_up: whether the credential was picked up on the way.
        way_out: whether the start has a way out of what it reads.
        any_moves: whether any source of the agent moves it.
    """

    picked_up: bool
    way_out: bool
    any_moves: bool


def source_of(traits: Traits, *, moves: bool) -> NearSource:
    """What matters of a system as a source of an agent that it moves, or not."""
    return NearSource(traits.sensitivity, moves, traits.person if traits.sensitivity else None)


def told_apart(traits: Traits, some: int, moved: int) -> Iterator[tuple[NearSource, int]]:
    """What matters of a system as a source, with those of some starts for which it is so; it moves these."""
    for moves, these in ((True, some & moved), (False, some & ~moved)):
        if these:
            yield source_of(traits, moves=moves), these


def instructs(source: NearSource, target: Traits, action: int) -> bool:
    """Whether a source instructs an action on a target: any but reading it, and writing into a typed one."""
    return source.moves and action != READ and not (action == WRITE and target.typed)


def one_person(one: str | None, other: str | None) -> bool:
    """Whether two systems belong to one person; one that nobody has a grant on belongs to the other's."""
    return None not in (one, other) and len({one, other} - {ANYBODY}) == 1


def carries_out(source: NearSource, target: Traits, action: int) -> bool:
    """Whether an action on a target carries out what was read in a source that is confidential or above."""
    return source.is_private and target.exposes(action) and not one_person(source.person, target.person)


def crosses_home(source: NearSource, target: Traits, action: int) -> bool:
    """Whether there is a crossing from a system outside the agent's home to a target at home."""
    above = source.sensitivity > target.sensitivity and not one_person(source.person, target.person)
    return action != READ and (above or instructs(source, target, action))


def crosses_within(source: NearSource, target: Traits, action: int) -> bool:
    """Whether there is a crossing between two systems of one zone."""
    above = source.sensitivity > target.sensitivity
    return instructs(source, target, action) or (above and carries_out(source, target, action))


def severity(source: NearSource, target: Traits, action: int, door: CrossingDoor) -> int:
    """The severity of an open door, 0 (low) to 3 (critical)."""
    found = (target.sensitivity if action == READ else target.integrity) + door.picked_up
    if source.moves and (action != READ or door.way_out):
        found += 1
    if action == READ:
        found = min(found, 3)
    if carries_out(source, target, action):
        found = max(found, source.sensitivity + 1)
    return max(0, min(found, 4) - 1)


def can_be_meant(source: NearSource, target: Traits, action: int, door: CrossingDoor) -> bool:
    """Whether an intent answers for an open door: for little harm, or where outsiders' words play no part.

    The arguments are those of ``severity``.
    """
    leaks = carries_out(source, target, action) and door.any_moves
    return not (source.moves or leaks) or severity(source, target, action, door) <= MEDIUM
