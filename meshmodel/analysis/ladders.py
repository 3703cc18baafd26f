"""Numbers of crossings by severity, from the least severity up."""

from dataclasses import dataclass

from meshmodel.analysis.engine import Group

Ladder = tuple[int, int, int, int]
"""Numbers of crossings: all, and those of at least medium, high and critical severity."""

NONE: Ladder = (0, 0, 0, 0)
"""No crossings."""


@dataclass(frozen=True, slots=True)
class Alike:
    """What agents have in common that reach the same, as if they held nothing.

    Attributes:
        total: their crossings.
        whole: the groups with whole rows, and the accesses whose doors were picked up.
        rest: the groups of shared rows, what they touch, and their crossings.
        touched: what any of these touches.
    """

    total: Ladder
    whole: list[tuple[Group, int]]
    rest: list[tuple[Group, int, Ladder]]
    touched: int


def added(one: Ladder, other: Ladder, sign: int = 1) -> Ladder:
    """Two ladders together, or the first less the second where the sign is -1."""
    a, b, c, d = other
    return one[0] + sign * a, one[1] + sign * b, one[2] + sign * c, one[3] + sign * d
