"""What the sources of agents are like, as far as they have a crossing to a target (section 6)."""

from functools import reduce
from operator import or_
from typing import Final

from meshmodel.analysis.entering import Coming, Features
from meshmodel.analysis.steps import Mesh, without


def features_of(
    mesh: Mesh, access: int, sources: int, *, home: bool, at_home: bool, steered: bool
) -> Features:
    """What the sources are like that have a crossing to an access.

    Args:
        mesh: the compiled graph.
        access: the node of the target.
        sources: systems, by their read accesses.
        home: whether home is a source too.
        at_home: whether the agent is at home in the zone of the target.
        steered: whether what the agent reads steers it.
    """
    system, action = divmod(access, 5)
    zone = mesh.zone_of[system]
    sources &= ~mesh.zone_mask[zone]
    if at_home:
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
        floods=restricted or (confidential and steered),
    )


Zones = str | None
"""The zones of some sources as far as it matters: the only one, ``""`` for several, ``None`` for none."""
Told = tuple[Zones, Zones, Zones, Zones]
"""The zones of some sources: of all, of those with untrusted input, of those that are confidential, and of
those from which what is carried is the more severe.
"""
Likeness = tuple[Told, ...]
"""What the sources of a group are like: all of them, and by the sensitivity of a target at home those from
which there is a crossing to it.
"""


def likeness(mesh: Mesh, sources: int, *, steered: bool) -> Likeness:
    """What the sources of a group are like, as far as doors ask.

    Args:
        mesh: the compiled graph.
        sources: systems, by their read accesses.
        steered: whether any source of the agent has untrusted input.
    """
    if sources & sources - 1:
        return _likeness_of_several(mesh, sources, steered=steered)
    if not sources:
        return (_NONE,) * 5
    number = (sources.bit_length() - 1) // 5
    return likeness_of(mesh, number, words=bool(sources & mesh.untrusted), steered=steered)


def likeness_of(mesh: Mesh, system: int, *, words: bool, steered: bool) -> Likeness:
    """The same of one source.

    Args:
        mesh: the compiled graph.
        system: its number.
        words: whether it has untrusted input.
        steered: whether any source of the agent has.
    """
    zone, level = mesh.zone_of[system], mesh.sensitivity[system]
    confidential = zone if level > 1 else None
    one = zone, zone if words else None, confidential, confidential if steered or level > 2 else None
    return one, *(one if words or level > target else _NONE for target in range(4))


class Sample:
    """A few sources of a mesh that are of all sorts in several zones, as far as there are such.

    Attributes:
        like: what they are like, and any that they are among.
    """

    def __init__(self, mesh: Mesh, *, steered: bool) -> None:
        """Arguments: the compiled graph, and whether any source of the agent has untrusted input."""
        every = reduce(or_, mesh.level_read)
        sample = 0
        for chosen in (every, *(every & (above | mesh.untrusted) for above in mesh.above)):
            for sort in (
                chosen,
                chosen & mesh.untrusted,
                chosen & mesh.above[1],
                chosen & mesh.level_read[3],
            ):
                if sort:
                    # Systems come in the order of their zones.
                    sample |= sort & -sort | 1 << sort.bit_length() - 1
        self.like = likeness(mesh, every, steered=steered)
        self._sample = sample if likeness(mesh, sample, steered=steered) == self.like else -1

    def is_in(self, sources: int) -> bool:
        """Whether all of these are among some sources."""
        return self._sample & sources == self._sample


_NONE: Final[Told] = (None, None, None, None)


def _likeness_of_several(mesh: Mesh, sources: int, *, steered: bool) -> Likeness:
    words, secret, restricted = (
        sources & some for some in (mesh.untrusted, mesh.above[1], mesh.level_read[3])
    )
    # All of them, and those from which there is a crossing to targets at home of each sensitivity: whatever
    # is more sensitive than the target, and what outsiders write.
    here = [sources, *(sources & above | words for above in mesh.above[:3]), words]
    carries = [_zones(mesh, each) for each in (secret, restricted | secret & words, secret & words)]
    carries = [carries[0], carries[0], *carries]
    floods = carries
    if not steered:
        floods = [*[_zones(mesh, restricted)] * 4, _zones(mesh, restricted & words)]
    untrusted = _zones(mesh, words)
    return tuple(
        (_zones(mesh, every), untrusted, carried, flooding)
        for every, carried, flooding in zip(here, carries, floods, strict=True)
    )


def _zones(mesh: Mesh, sources: int) -> Zones:
    if not sources:
        return None
    zone = mesh.zone_of[(sources.bit_length() - 1) // 5]
    return zone if sources & mesh.zone_mask[zone] == sources else ""


class _Spread:
    """Groups by the zones of some of their sources: which come to a zone from another one?"""

    def __init__(self) -> None:
        self.every = 0
        # Those that come from one zone only.
        self.one: dict[str, int] = {}

    def add(self, marks: int, zones: str) -> None:
        self.every |= marks
        if zones:
            self.one[zones] = self.one.get(zones, 0) | marks

    def remove(self, marks: int, zones: str) -> None:
        self.every = without(self.every, marks)
        if zones:
            self.one[zones] = without(self.one[zones], marks)

    def copy(self) -> "_Spread":
        made = _Spread()
        made.every, made.one = self.every, self.one.copy()
        return made

    def to(self, zone: str) -> int:
        return self.every ^ self.one.get(zone, 0)

    def to_any(self) -> int:
        return without(self.every, reduce(or_, self.one.values(), 0))


class Sources:
    """Which groups come to a zone from another one, by what those of their sources are like that count."""

    def __init__(self) -> None:
        self._spreads = (_Spread(), _Spread(), _Spread(), _Spread())

    def add(self, marks: int, zones: Told) -> None:
        """Add groups whose sources are like this."""
        for spread, each in zip(self._spreads, zones, strict=True):
            if each is not None:
                spread.add(marks, each)

    def remove(self, marks: int, zones: Told) -> None:
        """Take groups away that were added with sources like this."""
        for spread, each in zip(self._spreads, zones, strict=True):
            if each is not None:
                spread.remove(marks, each)

    def copy(self) -> "Sources":
        """The same, which can be changed while these stay as they are."""
        made = Sources()
        one, other, third, fourth = self._spreads
        made._spreads = one.copy(), other.copy(), third.copy(), fourth.copy()
        return made

    def to(self, zone: str) -> Coming:
        """Those that come to a zone from another one."""
        one, untrusted, carries, floods = self._spreads
        return Coming(one.to(zone), untrusted.to(zone), carries.to(zone), floods.to(zone))

    def words(self) -> int:
        """Those that come to any zone from another one with outsiders' words."""
        return self._spreads[1].to_any()
