"""The worst crossing from an agent to a system, for sets of sources at once (section 6)."""

from dataclasses import dataclass
from typing import Final

from meshmodel.analysis.engine import Engine, Group, Traveller
from meshmodel.analysis.entering import severity_number, severity_word
from meshmodel.analysis.listing import Judged, Listing
from meshmodel.analysis.results import CrossingState
from meshmodel.analysis.steps import READ, bits
from meshmodel.model.vocabulary import SEVERITIES

STATES: Final[tuple[CrossingState, ...]] = ("uncontrolled", "approved", "controlled")
"""The states of a crossing, the worst first."""

_MOST_KNOWN: Final = 1_000
"""So many agents, and the first of so many sets of sources, are kept; then they are forgotten."""
_MOST_LEVEL: Final = 3
"""The most sensitive there is."""

Place = tuple[int | None, Group, int, Judged]
"""One crossing of an agent: its source, its group, the access, and what is said of it."""


@dataclass(frozen=True, slots=True)
class Origins:
    """Some places that an agent can come from: systems by their read accesses, and whether home."""

    systems: int
    home: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """Sources that are equally bad for one access: the state, the severity, the open doors."""

    state: int
    severity: int
    sources: Origins
    doors: tuple[int, ...]

    @property
    def order(self) -> tuple[int, int, bool]:
        """What places are sorted by, before the names of the sources."""
        return self.state, -self.severity, not self.sources.home


class Settled(dict[str, Traveller]):
    """The agents that have sources, by id; what they have in common with others is worked out once for each
    that is asked about, also where a reading keeps it for none.
    """

    def __init__(self, engine: Engine) -> None:
        """Arguments: the reading."""
        super().__init__((each.id, each) for each in engine.travellers)
        self._known: dict[str, Traveller] = {}

    def settled(self, agent: str) -> Traveller:
        """One of them.

        Raises:
            KeyError: it has no sources, or there is no such agent.
        """
        known = self._known.get(agent)
        if known is None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            one = self[agent]
            known = Traveller(one.id, one.node, one.home, one.home_mask, one.situation)
            self._known[agent] = known
        return known


class Worst:
    """Finds the worst crossings of one reading."""

    def __init__(self, engine: Engine, listing: Listing, travellers: Settled) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        self.listing = listing
        self.travellers = travellers
        self._firsts: dict[int, int] = {}

    def place(
        self,
        agent: str,
        system: str,
        actions: int,
        sources: Origins | None = None,
        through: int | None = None,
    ) -> Place | None:
        """The worst crossing of an agent to a system: uncontrolled, then severity, then home first.

        Args:
            agent: its id.
            system: its id.
            actions: the actions asked for as five bits.
            sources: where the agent comes from; by default anywhere.
            through: a credential; only crossings with it as an open door, as if there were no other.
        """
        if agent not in self.travellers:
            return None
        traveller = self.travellers.settled(agent)
        first = self.mesh.access_node(system, 0)
        wanted = traveller.reach & actions << first
        if not wanted:
            return None
        asked = sources or Origins(self.mesh.read, home=True)
        best: tuple[tuple[int, int, bool, str, int], Place] | None = None
        for group in self.engine.exact(traveller):
            from_here = Origins(group.sources & asked.systems, group.home and asked.home)
            for access in bits(wanted):
                found = self._found(traveller, group, access, from_here, through)
                if found is None or (best is not None and found.order > best[0][:3]):
                    continue
                number = None if found.sources.home else self._first(found.sources.systems)
                name = "" if number is None else self.mesh.systems[number]
                order = (*found.order, name, access)
                if best is None or order < best[0]:
                    severity = None if found.severity < 0 else SEVERITIES[found.severity]
                    judged = Judged(STATES[found.state], severity, found.doors)
                    best = order, (number, group, access, judged)
        return None if best is None else best[1]

    def at_most(self, agent: str, system: str, actions: int, through: int) -> int:
        """No crossing of an agent to a system by a credential is more severe than this, a number of
        ``SEVERITIES``; quickly.
        """
        traveller = self.travellers.settled(agent)
        number = self.mesh.system_number[system]
        exposed = self.engine.snapshot.system[system].is_exposed
        word = severity_word(
            severity_number(
                self.mesh.sensitivity[number],
                untrusted=traveller.steered,
                picked_up=self.listing.picked_up(traveller, through),
                read=actions == 1 << READ,
                floor=_MOST_LEVEL + 1 + traveller.steered if exposed else 0,
            )
        )
        return SEVERITIES.index(word)

    def _found(
        self, traveller: Traveller, group: Group, access: int, sources: Origins, through: int | None
    ) -> _Found | None:
        """The sources of a group from which one access is worst."""
        mesh = self.mesh
        crossed = sources.systems & ~mesh.zone_mask[mesh.zone_of[access // 5]]
        home = sources.home
        if traveller.home_mask >> access & 1:
            home = False
            level = mesh.sensitivity[access // 5]
            crossed &= 0 if access % 5 == READ else mesh.untrusted | mesh.above[level]
        if not crossed and not home:
            return None
        doors = self.listing.doors.at(group, access)
        if through is not None:
            doors = [door for door in doors if door == through]
            if not doors:
                return None
        left, left_home = self.engine.closing.open_to(
            access, group.unchecked.dropped, crossed, traveller.home if home else None
        )
        if not doors or not (left or left_home):
            return None if through is not None else _Found(2, -1, Origins(crossed, home), ())
        by_severity: dict[int, tuple[int, bool]] = {}
        for door in doors:
            self._open(traveller, access, door, Origins(left, left_home), by_severity)
        if not by_severity:
            return _Found(1, -1, Origins(left, left_home), tuple(doors))
        severity = max(by_severity)
        return _Found(0, severity, Origins(*by_severity[severity]), tuple(doors))

    def _open(
        self,
        traveller: Traveller,
        access: int,
        door: int,
        left: Origins,
        by_severity: dict[int, tuple[int, bool]],
    ) -> None:
        """Put the sources for which an open door is not approved by how severe that is."""
        mesh = self.mesh
        system, action = divmod(access, 5)
        rest, home = left.systems, left.home
        for each in self.listing.approvals.get(traveller.id, ()):
            if each.system == system and each.actions >> action & 1 and each.credentials >> door & 1:
                rest &= ~each.sources
                home = home and not each.home
        picked_up = self.listing.picked_up(traveller, door)
        exposed = self.engine.snapshot.system[mesh.systems[system]].is_exposed
        parts = [(rest & ~mesh.untrusted, False), (rest & mesh.untrusted, True)]
        for part, untrusted in parts:
            for level in range(4) if exposed else (0,):
                some = part & mesh.level_read[level] if exposed else part
                from_home = home and level == 0 and not untrusted
                if not some and not from_home:
                    continue
                word = severity_word(
                    severity_number(
                        mesh.sensitivity[system],
                        untrusted=untrusted,
                        picked_up=picked_up,
                        read=action == READ,
                        floor=level + 1 + traveller.steered if level > 1 else 0,
                    )
                )
                number = SEVERITIES.index(word)
                known, known_home = by_severity.get(number, (0, False))
                by_severity[number] = known | some, known_home or from_home

    def _first(self, sources: int) -> int:
        """The number of the first of some sources by id."""
        known = self._firsts.get(sources)
        if known is None:
            systems = self.mesh.systems
            if len(self._firsts) > _MOST_KNOWN:
                self._firsts.clear()
            known = min((read // 5 for read in bits(sources)), key=systems.__getitem__)
            self._firsts[sources] = known
        return known
