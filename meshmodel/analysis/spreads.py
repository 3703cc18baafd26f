"""Crossings by what their sources and their targets are like, and so by severity (section 6).

Of a source it matters how sensitive it is, whether outsiders write there, and whether the agent reads
outsiders' words anywhere; of a target how sensitive it is, whether it is exposed, whether something is
only read there, and whether a credential for it was picked up on the way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.entering import severity_number, severity_word
from meshmodel.analysis.products import taken_off
from meshmodel.analysis.steps import bits
from meshmodel.model.vocabulary import SEVERITIES, Severity

HOME: Final = 16
"""The class of home as a source: nobody outside writes there, and nothing is carried from it."""
CLASSES: Final = 17
KINDS: Final = 32
_FEW: Final = 6
"""So many sources are looked at one by one."""


def source_class(level: int, *, untrusted: bool, steered: bool) -> int:
    """The class of a system as a source."""
    return level << 2 | untrusted << 1 | steered


def target_kind(level: int, *, exposed: bool, acting: bool) -> int:
    """The kind of an access; one more is the same where a credential for it was picked up."""
    return level << 3 | exposed << 2 | acting << 1


def enters_home(source: int, target: int) -> bool:
    """Whether what comes from a class of sources to a kind of accesses at home is a crossing."""
    return target >> 1 & 1 == 1 and source != HOME and (source >> 2 > target >> 3 or source >> 1 & 1 == 1)


def severity_of(source: int, target: int) -> Severity:
    """The severity of an open door by the class of the source and the kind of the access."""
    level, steered, floor = source >> 2, source & 1, 0
    if source != HOME and target >> 2 & 1 and level >= 2:
        floor = level + 1 + steered
    number = severity_number(
        target >> 3,
        untrusted=source != HOME and source >> 1 & 1 == 1,
        picked_up=target & 1 == 1,
        read=not target >> 1 & 1,
        floor=floor,
    )
    return severity_word(number)


@dataclass(slots=True, eq=False)
class Start:
    """Sources of agents that reach the same from them.

    Attributes:
        sources: the systems among them, by their read accesses.
        home: whether home is among them.
        steered: whether any source of the agents has untrusted input.
        dropped: the candidates that the agents control.
        agents: the agents, as bits.
        few: the zones and classes of the sources, where they are few.
        known: how many sources of each class are apart from a zone, and the agents at home near it.
    """

    sources: int
    home: bool
    steered: bool
    dropped: int
    agents: int
    few: list[tuple[str, int]] | None = None
    known: dict[tuple[str, int], tuple[list[tuple[int, int]], int]] = field(default_factory=dict)


Opening = tuple[int, int, int]
"""Doors that are open for some starts: the numbers of the starts, the agents that reach a credential for
one of them as themselves, and those that hold all that they reach so, and pick none up; each as bits.
"""


class Spread:
    """The numbers of crossings by the class of the source and the kind of the access.

    Attributes:
        numbers: for each class the numbers of all kinds, one after the other.
        kinds: the kind of reading each system, by its number.
        boundaries: those that may be closed.
        bounded: for zones the actions for which a boundary may be closed.
    """

    def __init__(self, counts: Counts, at_home: dict[str, int]) -> None:
        """Nothing is counted yet.

        Args:
            counts: the reading.
            at_home: for each zone the agents at home there, as bits.
        """
        self.mesh = mesh = counts.mesh
        self.numbers = [0] * (CLASSES * KINDS)
        exposed, levels = counts.engine.exposed, mesh.sensitivity
        kinds = [
            [target_kind(level, exposed=here, acting=False) for here in (False, True)] for level in range(4)
        ]
        self.kinds = {
            number: kinds[levels[number]][number in exposed] for number in mesh.system_number.values()
        }
        self._at_home = at_home
        self.boundaries = counts.engine.candidates.boundaries
        self.bounded: dict[str, int] = {}
        for boundary in self.boundaries:
            self.bounded[boundary.zone_to] = self.bounded.get(boundary.zone_to, 0) | boundary.actions
        self._untrusted = {read // 5 for read in bits(mesh.untrusted)}
        self._classes = [
            (reads & some, source_class(level, untrusted=untrusted, steered=False))
            for level, reads in enumerate(mesh.level_read)
            for untrusted, some in ((False, ~mesh.untrusted), (True, mesh.untrusted))
        ]

    def by_severity(self) -> dict[Severity, int]:
        """How many there are of each severity."""
        found = dict.fromkeys(SEVERITIES, 0)
        for place, number in enumerate(self.numbers):
            if number:
                found[severity_of(*divmod(place, KINDS))] += number
        return found

    def add(self, start: Start, access: int, there: int, picked: int, sign: int = 1) -> None:
        """Count the crossings from some sources to an access.

        Args:
            start: the sources.
            access: the node of the target.
            there: the agents among those of the start that reach it from there.
            picked: those that picked up a credential for it, or more.
            sign: -1 where they are not to count.
        """
        system, action = divmod(access, 5)
        zone = self.mesh.zone_of[system]
        key = zone, action if self.bounded.get(zone, 0) >> action & 1 else -1
        known = start.known.get(key)
        if known is None:
            known = start.known[key] = self._apart(start, zone, action)
        classes, near = known
        kind = self.kinds[system] | (action > 0) << 1
        at_home = self._at_home.get(zone, 0)
        number, taken = sign * there.bit_count(), sign * picked.bit_count()
        here, taken_here = 0, 0
        if at_home:
            here, taken_here = sign * (there & at_home).bit_count(), sign * (picked & at_home).bit_count()
        numbers = self.numbers
        for source, size in classes:
            place = source * KINDS + kind
            if (here or taken_here) and not enters_home(source, kind):
                numbers[place] += size * (number - here - taken + taken_here)
                numbers[place + 1] += size * (taken - taken_here)
            else:
                numbers[place] += size * (number - taken)
                numbers[place + 1] += size * taken
        if start.home:
            taken = (picked & ~near).bit_count()
            numbers[HOME * KINDS + kind] += sign * ((there & ~near).bit_count() - taken)
            numbers[HOME * KINDS + kind + 1] += sign * taken

    def _apart(self, start: Start, zone: str, action: int) -> tuple[list[tuple[int, int]], int]:
        """How many sources there are of each class from which one comes to a zone, and the agents that
        do not come there from home.
        """
        apart = list(self._from(start, zone, action))
        near = 0
        for each in apart:
            near |= self._at_home.get(each, 0)
        if not start.known:
            reads = taken_off(start.sources, _FEW)
            start.few = None if reads is None else [self._sort(read // 5) for read in reads]
        if start.few is not None:
            found: dict[int, int] = {}
            for each, source in start.few:
                if each not in apart:
                    found[source] = found.get(source, 0) + 1
        else:
            sources = start.sources
            for each in apart:
                sources &= ~self.mesh.zone_mask.get(each, 0)
            found = {source: (sources & some).bit_count() for some, source in self._classes}
        return [(source + start.steered, size) for source, size in found.items() if size], near

    def _sort(self, system: int) -> tuple[str, int]:
        """The zone of a system, and its class as a source."""
        mesh, untrusted = self.mesh, system in self._untrusted
        return mesh.zone_of[system], source_class(
            mesh.sensitivity[system], untrusted=untrusted, steered=False
        )

    def _from(self, start: Start, zone: str, action: int) -> Iterator[str]:
        """The zones from which there is no open door to an access: its own, and those behind a
        boundary that counts.
        """
        yield zone
        for boundary in self.boundaries:
            if (
                boundary.zone_to == zone
                and boundary.actions >> action & 1
                and not start.dropped >> boundary.number & 1
            ):
                yield boundary.zone_from
