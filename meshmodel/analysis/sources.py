"""What the sources of agents are like, as far as they have a crossing to a target (section 6)."""

import copy
from collections.abc import Mapping

from meshmodel.analysis.engine import Group, Traveller
from meshmodel.analysis.entering import Coming, Features
from meshmodel.analysis.steps import Mesh


def features_of(mesh: Mesh, traveller: Traveller, access: int, sources: int, *, home: bool) -> Features:
    """What the sources are like that have a crossing to an access.

    Args:
        mesh: the compiled graph.
        traveller: the agent.
        access: the node of the target.
        sources: systems, by their read accesses.
        home: whether home is a source too.
    """
    system, action = divmod(access, 5)
    zone = mesh.zone_of[system]
    sources &= ~mesh.zone_mask[zone]
    if zone == traveller.home:
        home = False
        if not action:
            sources = 0
        sources &= mesh.above[mesh.sensitivity[system]] | mesh.untrusted
    restricted = bool(sources & mesh.level_read[3])
    confidential = restricted or bool(sources & mesh.level_read[2])
    return Features(
        any=bool(sources) or home,
        untrusted=bool(sources & mesh.untrusted),
        carries=confidential,
        floods=restricted or (confidential and traveller.steered),
    )


class _Spread:
    """Groups by the zones of some of their sources: which come to a zone from another one?"""

    def __init__(self) -> None:
        self.many = 0
        self.one: dict[str, int] = {}
        self.ones = 0

    def add(self, mark: int, zones: tuple[str, ...]) -> None:
        if len(zones) > 1:
            self.many |= mark
        elif zones:
            self.one[zones[0]] = self.one.get(zones[0], 0) | mark
            self.ones |= mark

    def without(self, marks: int) -> "_Spread":
        made = _Spread()
        made.many, made.ones = self.many & ~marks, self.ones & ~marks
        made.one = {zone: known & ~marks for zone, known in self.one.items()}
        return made

    def to(self, zone: str) -> int:
        return self.many | self.ones & ~self.one.get(zone, 0)


Told = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Of some sources up to two zones: of all, of those with untrusted input, of those that are confidential,
and of those from which what is carried is the more severe.
"""


def told(mesh: Mesh, sources: int, *, steered: bool) -> Told:
    """What the sources of a group are like, as far as doors ask.

    Args:
        mesh: the compiled graph.
        sources: those that count, by their read accesses.
        steered: whether any source of the agent has untrusted input.
    """
    carrying = sources & mesh.above[1]
    zones = floods = _zones(mesh, carrying)
    if not steered:
        floods = _zones(mesh, carrying & mesh.level_read[3])
    return _zones(mesh, sources), _zones(mesh, sources & mesh.untrusted), zones, floods


def _zones(mesh: Mesh, sources: int) -> tuple[str, ...]:
    """None, one, or two of the zones of these sources: more than two tell no more than two."""
    zones: tuple[str, ...] = ()
    while sources and len(zones) < 2:
        zone = mesh.zone_of[((sources & -sources).bit_length() - 1) // 5]
        zones = (*zones, zone)
        sources &= ~mesh.zone_mask[zone]
    return zones


class Sources:
    """Which groups come to a zone from another one, by what those of their sources are like that count.

    Args:
        mesh: the compiled graph.
        counted: the sources that count, by their read accesses.
        marks_of: the marks of groups, apart for agents that are steered.
    """

    def __init__(self, mesh: Mesh, counted: int, marks_of: Mapping[tuple[Group, bool], int]) -> None:
        self._spreads = (_Spread(), _Spread(), _Spread(), _Spread())
        for (group, steered), marks in marks_of.items():
            sources = group.sources & counted
            if sources:
                self.add(marks, told(mesh, sources, steered=steered))

    def add(self, marks: int, zones: Told) -> None:
        """Add groups whose sources are like this."""
        for spread, each in zip(self._spreads, zones, strict=True):
            spread.add(marks, each)

    def without(self, marks: int) -> "Sources":
        """The same for all other groups; these stay as they are."""
        made = copy.copy(self)
        one, other, third, fourth = self._spreads
        made._spreads = (  # noqa: SLF001  # its own kind
            one.without(marks),
            other.without(marks),
            third.without(marks),
            fourth.without(marks),
        )
        return made

    def to(self, zone: str, marks: int) -> Coming:
        """Those of these marks that come to a zone from another one."""
        one, untrusted, carries, floods = self._spreads
        return Coming(
            one.to(zone) & marks,
            untrusted.to(zone) & marks,
            carries.to(zone) & marks,
            floods.to(zone) & marks,
        )
