"""What checkpoints on boundaries close: to an access come only sources that none of them parts from it
(section 5).
"""

from functools import reduce
from operator import or_
from typing import NamedTuple

from meshmodel.analysis.checkpoints import Candidates
from meshmodel.analysis.closure import union
from meshmodel.analysis.steps import Mesh
from meshmodel.model.vocabulary import ACTIONS


class Closed(NamedTuple):
    """What boundaries part from an access.

    Attributes:
        zones: the zones.
        accesses: those of the systems there.
    """

    zones: frozenset[str]
    accesses: int


class Closing:
    """The boundaries by what they close, looked for once for all accesses and groups that are alike there."""

    def __init__(self, mesh: Mesh, candidates: Candidates) -> None:
        """Arguments: the compiled graph, and its candidates."""
        self._mesh = mesh
        self._into: dict[str, list[tuple[int, str, int]]] = {}
        for each in candidates.boundaries:
            self._into.setdefault(each.zone_to, []).append((each.number, each.zone_from, each.actions))
        self._boundaries = union([each.number for each in candidates.boundaries])
        self._numbers: dict[tuple[str, int], int] = {}
        self._known: dict[tuple[str, int, int], Closed] = {}
        self._every: dict[int, tuple[tuple[Closed, int], ...]] = {}

    def to(self, zone: str, action: int, dropped: int) -> Closed:
        """What is parted from the accesses of an action in a zone.

        Args:
            zone: its id.
            action: its number.
            dropped: the candidates that do not count.
        """
        into = self._into.get(zone, ())
        numbers = self._numbers.get((zone, action))
        if numbers is None:
            numbers = union([number for number, _, actions in into if actions >> action & 1])
            self._numbers[zone, action] = numbers
        key = zone, action, numbers & ~dropped
        known = self._known.get(key)
        if known is None:
            # To its own zone there is no crossing.
            zones = {each for number, each, _ in into if key[2] >> number & 1} - {zone}
            masks = [self._mesh.zone_mask.get(each, 0) for each in zones]
            known = self._known[key] = Closed(frozenset(zones), reduce(or_, masks, 0))
        return known

    def every(self, dropped: int) -> tuple[tuple[Closed, int], ...]:
        """All that is parted from anything, with the accesses from which it is.

        Args:
            dropped: the candidates that do not count.
        """
        key = self._boundaries & ~dropped
        known = self._every.get(key)
        if known is None:
            found: dict[tuple[str, Closed], int] = {}
            for zone in self._into:
                here = self._mesh.zone_mask.get(zone, 0)
                for action in range(len(ACTIONS)):
                    closed = self.to(zone, action, dropped)
                    if closed.zones:
                        accesses = here & self._mesh.read << action
                        found[zone, closed] = found.get((zone, closed), 0) | accesses
            known = self._every[key] = tuple((closed, accesses) for (_, closed), accesses in found.items())
        return known

    def open_to(self, access: int, dropped: int, sources: int, home: str | None) -> tuple[int, bool]:
        """What comes to an access of some sources: the systems, and whether home does.

        Args:
            access: its node.
            dropped: the candidates that do not count.
            sources: systems, by their read accesses.
            home: the home of the agent if it is a source, too.
        """
        system, action = divmod(access, 5)
        zones, closed = self.to(self._mesh.zone_of[system], action, dropped)
        return sources & ~closed, home is not None and home not in zones
