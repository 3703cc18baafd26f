"""Crossings one by one, for those who ask for the list (section 6)."""

from collections.abc import Iterator
from dataclasses import dataclass

from meshmodel.analysis.approvals import Approval, approvals
from meshmodel.analysis.crossings import crossed_from
from meshmodel.analysis.engine import Engine, Group, Traveller
from meshmodel.analysis.entering import severity_number, severity_word
from meshmodel.analysis.opened import Doors
from meshmodel.analysis.results import Crossing, CrossingState
from meshmodel.analysis.steps import READ, bits
from meshmodel.model.vocabulary import ACTIONS, Severity

_MOST_KNOWN = 10_000
"""So many doors, and how agents came by them, are kept; then they are forgotten."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of one crossing: its state, its severity, and its doors by credential node."""

    state: CrossingState
    severity: Severity | None
    doors: tuple[int, ...]


class Listing:
    """The crossings of one reading, each with its state."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        self.doors = Doors(engine)
        self.approvals = approvals(engine)
        self._opened: dict[tuple[Group, int], list[int]] = {}
        self._picked: dict[tuple[str, int], bool] = {}
        self.rank = {each: number for number, each in enumerate(sorted(self.mesh.systems))}

    def crossings(self) -> Iterator[Crossing]:
        """All of them, by agent, source (home first), target and action."""
        for traveller in self.engine.travellers:
            yield from self.of_agent(traveller)

    def of_agent(self, traveller: Traveller) -> Iterator[Crossing]:
        """The crossings of one agent, by source (home first), target and action."""
        systems, rank = self.mesh.systems, self.rank
        reach = sorted(bits(traveller.reach), key=lambda node: (rank[systems[node // 5]], node % 5))
        places = sorted(
            all_of(self.engine, traveller),
            key=lambda place: -1 if place[0] is None else rank[systems[place[0]]],
        )
        for source, group in places:
            crossed = crossed_from(self.mesh, traveller, source)
            name = None if source is None else systems[source]
            for access in reach:
                if crossed >> access & 1:
                    judged = self.judge(traveller, group, source, access)
                    yield Crossing(
                        traveller.id,
                        name,
                        systems[access // 5],
                        ACTIONS[access % 5],
                        judged.state,
                        judged.severity,
                    )

    def judge(
        self,
        traveller: Traveller,
        group: Group,
        source: int | None,
        access: int,
        through: int | None = None,
    ) -> Judged:
        """The state of one crossing; as if there were no door but one, where ``through`` names it."""
        zone = traveller.home if source is None else self.mesh.zone_of[source]
        if _closed(self.engine, group, zone) >> access & 1:
            return Judged("controlled", None, ())
        doors = self._opened.get((group, access))
        if doors is None:
            if len(self._opened) > _MOST_KNOWN:
                self._opened.clear()
            doors = self._opened[group, access] = self.doors.at(group, access)
        if through is not None:
            doors = [door for door in doors if door == through]
        if not doors:
            return Judged("controlled", None, ())
        approved = self.approved(traveller.id, source, access)
        worst = [
            self._severity(traveller, source, access, door) for door in doors if not approved >> door & 1
        ]
        if not worst:
            return Judged("approved", None, tuple(doors))
        return Judged("uncontrolled", severity_word(max(worst)), tuple(doors))

    def approved(self, agent: str, source: int | None, access: int) -> int:
        """The credentials with which an open door is approved, for one agent, source and access."""
        mask = 0
        for each in self.approvals.get(agent, ()):
            if _covers(each, source, access):
                mask |= each.credentials
        return mask

    def _severity(self, traveller: Traveller, source: int | None, access: int, door: int) -> int:
        mesh = self.mesh
        system, action = divmod(access, 5)
        untrusted = source is not None and bool(mesh.untrusted >> 5 * source & 1)
        floor = 0
        if source is not None and self.engine.snapshot.system[mesh.systems[system]].is_exposed:
            level = mesh.sensitivity[source]
            floor = level + 1 + traveller.steered if level > 1 else 0
        return severity_number(
            mesh.sensitivity[system],
            untrusted=untrusted,
            picked_up=self.picked_up(traveller, door),
            read=action == READ,
            floor=floor,
        )

    def picked_up(self, traveller: Traveller, credential: int) -> bool:
        """Whether the agent comes by the credential as itself, but does not hold it."""
        known = self._picked.get((traveller.id, credential))
        if known is None:
            if len(self._picked) > _MOST_KNOWN:
                self._picked.clear()
            own = self.engine.own.row(traveller.node) >> credential & 1
            known = bool(own) and credential not in self.engine.holds(traveller.node)
            self._picked[traveller.id, credential] = known
        return known


def _covers(approval: Approval, source: int | None, access: int) -> bool:
    system, action = divmod(access, 5)
    if system != approval.system or not approval.actions >> action & 1:
        return False
    return approval.home if source is None else bool(approval.sources >> 5 * source & 1)


def all_of(engine: Engine, traveller: Traveller) -> Iterator[tuple[int | None, Group]]:
    """The sources of an agent with their groups: home as ``None``, systems by number."""
    for group in engine.exact(traveller):
        if group.home:
            yield None, group
        for read in bits(group.sources):
            yield read // 5, group


def _closed(engine: Engine, group: Group, zone: str | None) -> int:
    """The accesses to which no door is open from a zone, because a boundary that counts is there."""
    closed = 0
    for boundary in engine.candidates.boundaries:
        if boundary.zone_from == zone and not group.unchecked.dropped >> boundary.number & 1:
            closed |= engine.mesh.zone_mask.get(boundary.zone_to, 0) & engine.mesh.read * boundary.actions
    return closed
