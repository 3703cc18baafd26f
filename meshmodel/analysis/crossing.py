"""What makes a crossing, and how severe a door in it is: one source, one target, one action.

See ``docs/semantics.md#severity``.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from meshmodel.analysis.nodes import ANYBODY, CONFIDENTIAL, Nodes, Traits
from meshmodel.model.actions import READ, WRITE


class Source(NamedTuple):
    """What matters of a source, its zone aside.

    Attributes:
        sensitivity: 0 to 3.
        heard: whether it is heard.
        person: to whom it belongs, where it is confidential or above.
    """

    sensitivity: int
    heard: bool
    person: str | None


HOME_SOURCE: Final = Source(0, heard=False, person=None)
"""Home as a source: nothing is read there, and nobody instructs."""


def sources_of(nodes: Nodes, heard: Sequence[bool]) -> list[Source]:
    """What matters of each system as a source, by its number.

    Args:
        nodes: the numbering of the mesh.
        heard: by system, whether it is heard.
    """
    return [
        Source(each.sensitivity, is_heard, each.person if each.sensitivity >= CONFIDENTIAL else None)
        for each, is_heard in zip(nodes.traits, heard, strict=True)
    ]


def instructs(source: Source, target: Traits, action: int) -> bool:
    """Whether a source instructs an action on a target: any but reading it, and writing into a typed one."""
    return source.heard and action != READ and not (action == WRITE and target.typed)


def one_person(one: str | None, other: str | None) -> bool:
    """Whether two systems belong to one person; what belongs to nobody in particular belongs to any."""
    return one is not None and other is not None and (one == other or ANYBODY in (one, other))


def carries_out(source: Source, target: Traits, action: int) -> bool:
    """Whether an action on a target carries out what was read in a source that is confidential or above."""
    private = source.sensitivity >= CONFIDENTIAL
    return private and target.exposes(action) and not one_person(source.person, target.person)


def crosses_home(source: Source, target: Traits, action: int) -> bool:
    """Whether there is a crossing from a system outside the agent's home to a target at home."""
    return action != READ and (source.sensitivity > target.sensitivity or instructs(source, target, action))


def crosses_within(source: Source, target: Traits, action: int) -> bool:
    """Whether there is a crossing between two systems of one zone."""
    above = source.sensitivity > target.sensitivity
    return instructs(source, target, action) or (above and carries_out(source, target, action))


def severity(
    source: Source, target: Traits, action: int, *, picked_up: bool, any_heard: bool, way_out: bool
) -> int:
    """The severity of an open door that is not approved, 0 (low) to 3 (critical).

    Args:
        source: where the agent comes from.
        target: where it acts.
        action: what it does there, as a number.
        picked_up: whether the credential was picked up on the way.
        any_heard: whether any source of the agent is heard.
        way_out: whether the start has a way out of what it reads.
    """
    found = (target.sensitivity if action == READ else target.integrity) + picked_up
    if source.heard and (action != READ or way_out or target.yields):
        found += 1
    if action == READ:
        found = min(found, 3)
    if carries_out(source, target, action):
        found = max(found, source.sensitivity + 1 + any_heard)
    return max(0, min(found, 4) - 1)
