"""What stays the same whatever is guarded: starts, what would be a violation from them, approvals.

A violation is an open door that is not approved, in a crossing. Guarding more only takes steps away
from a start and never takes its power over a checkpoint more seriously, so violations only disappear;
approvals depend on what an agent holds, guarded or not, and stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from meshmodel.analysis.approvals import Approval, approvals
from meshmodel.analysis.closure import union
from meshmodel.analysis.crossings import crossed_from
from meshmodel.analysis.engine import Engine, Traveller
from meshmodel.analysis.fix.relations import Relations
from meshmodel.analysis.fix.stopping import Stop
from meshmodel.analysis.steps import ADMIN, ALL_ACTIONS, Pair, bits

_KEPT: Final = 4_096
"""Of so many agents' homes and sources it is kept what would be crossings: those of all are too much."""
_OUTSIDERS: Final = 4
"""Outsiders' words act at home on whatever is there, as if they were from above all levels."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where an agent comes from: one of its sources (section 6).

    Attributes:
        agent: the node of the agent.
        read: the read access with which it starts; -1 where it starts alone.
        crossed: the accesses to which there would be a crossing.
        zone: the zone of the source.
        excuses: what an intent of the agent can excuse from this source.
    """

    agent: int
    read: int
    crossed: int
    zone: str | None
    excuses: tuple[Approval, ...]

    @property
    def nodes(self) -> tuple[int, ...]:
        """The nodes it starts with."""
        return (self.agent,) if self.read < 0 else (self.agent, self.read)

    def excused(self, access: int) -> int:
        """The credentials by which an intent lets the agent act there, as bits."""
        system, action = divmod(access, 5)
        found = 0
        for excuse in self.excuses:
            if excuse.system == system and excuse.actions >> action & 1:
                found |= excuse.credentials
        return found


@dataclass(frozen=True, slots=True)
class Grant:
    """The unguarded or guarded grant steps of one relation, from its credential.

    Attributes:
        relation: its number.
        steps: the steps with the checkpoints that were there before on each of them.
        accesses: all that they open, by what admin implies too.
    """

    relation: int
    steps: tuple[tuple[int, int], ...]
    accesses: int


class Ground:
    """One reading, prepared for trying out sets of guarded steps.

    Attributes:
        engine, mesh, candidates: the reading.
        relations: the steps that can be guarded.
        pairs: the pairs of nodes of each relation.
        steps: for each node the steps that leave it, as (node entered, relation or -1, checkpoints
            that were there before).
        into: for each access the credentials that are granted it, likewise.
        excuses: what the intents of each agent can excuse.
        grants: for each credential its grants, as far as no checkpoint was on them before.

    Raises:
        Stopped: it was time to stop before all was prepared.
    """

    def __init__(self, engine: Engine, stop: Stop) -> None:
        self.stop = stop
        stop.check()
        self.engine = engine
        self.mesh = engine.mesh
        self.candidates = engine.candidates
        self.relations = Relations(engine.mesh)
        guards, of = self.candidates.guards, self.relations.of
        self.pairs: list[list[Pair]] = [[] for _ in self.relations.keys]
        for pair, relation in of.items():
            self.pairs[relation].append(pair)
        self.steps: list[list[tuple[int, int, int]]] = [[] for _ in range(self.mesh.size)]
        self.into: dict[int, list[tuple[int, int, int]]] = {}
        for kind, pairs in self.mesh.steps.items():
            for pair in pairs:
                relation, before = of.get(pair, -1), guards.get(pair, 0)
                self.steps[pair[0]].append((pair[1], relation, before))
                if kind == "grant":
                    self.into.setdefault(pair[1], []).append((pair[0], relation, before))
        self.excuses = approvals(engine)
        self._crossed: dict[tuple[str | None, str | None, int], int] = {}
        self.any_door: dict[int, int] = {}
        self.some_doors: dict[int, int] = {}
        self.excused: dict[tuple[int, int], int] = {}
        self._prepare_violations()
        self._prepare_grants()

    def start(self, traveller: Traveller, source: int | None) -> Start:
        """An agent with one of its sources: the number of a system, or home as ``None``."""
        crossed = self.crossed(traveller, source)
        alone = source is None or not self.readable(traveller) >> 5 * source & 1
        return Start(
            traveller.node,
            -1 if source is None or alone else 5 * source,
            crossed,
            traveller.home if source is None else self.mesh.zone_of[source],
            tuple(each for each in self.excuses.get(traveller.id, ()) if _from(each, source)),
        )

    def crossed(self, traveller: Traveller, source: int | None) -> int:
        """The accesses that would be crossings from one of the sources of an agent."""
        mesh = self.mesh
        zone, level = (None, 0) if source is None else (mesh.zone_of[source], self._level(source))
        crossed = self._crossed.get((traveller.home, zone, level))
        if crossed is None:
            if len(self._crossed) >= _KEPT:
                self._crossed.clear()
            crossed = self._crossed[traveller.home, zone, level] = crossed_from(mesh, traveller, source)
        return crossed

    def _level(self, source: int) -> int:
        """What of a system, beside its zone, decides which accesses would be crossings from it."""
        return _OUTSIDERS if self.mesh.untrusted >> 5 * source & 1 else self.mesh.sensitivity[source]

    def readable(self, traveller: Traveller) -> int:
        """The systems that an agent can read, guarded or not, by their read accesses."""
        return self.engine.effective.row(traveller.node) & self.mesh.read

    def _prepare_violations(self) -> None:
        """What is a violation from single nodes, with every checkpoint in force that was there before.

        ``any_door`` has for each node the accesses that are violations by whichever door; ``excused``
        the credentials that are none, for the accesses in ``some_doors``.
        """
        homes: dict[str | None, int] = {}
        readers: dict[str | None, int] = {}
        known: dict[tuple[str | None, int, bool], int] = {}
        for traveller in self.engine.travellers:
            self.stop.check()
            home = traveller.home
            begins, sources = home is not None, traveller.sources
            for excuse in self.excuses.get(traveller.id, ()):
                sources &= ~excuse.sources
                begins = begins and not excuse.home
            for read in bits(traveller.sources & ~sources):
                self.stop.check()
                self._excuse(self.start(traveller, read // 5))
            if home is not None and not begins:
                self._excuse(self.start(traveller, None))
            key = home, sources, begins
            if key not in known:
                known[key] = self._from_sources(traveller, sources, begins=begins)
            node = traveller.node
            self.any_door[node] = self.any_door.get(node, 0) | known[key]
            homes[home] = traveller.home_mask
            readers[home] = readers.get(home, 0) | self.readable(traveller) & sources
        for zone, level, alike in self._kinds:
            self.stop.check()
            by_read: dict[int, list[int]] = {}
            for home, read in readers.items():
                if read & alike:
                    by_read.setdefault(read & alike, []).append(homes[home])
            for read, masks in by_read.items():
                bad = self._from_kind(zone, level, masks)
                for node in bits(read):
                    self.any_door[node] = self.any_door.get(node, 0) | bad

    @cached_property
    def _kinds(self) -> list[tuple[str, int, int]]:
        """The systems by what decides which accesses would be crossings from them: zone, level, and the
        read accesses of those that are alike; by zone, and the highest level first.
        """
        kinds: dict[tuple[str, int], list[int]] = {}
        for number, zone in enumerate(self.mesh.zone_of):
            kinds.setdefault((zone, -self._level(number)), []).append(5 * number)
        return [(zone, -above, union(kinds[zone, above])) for zone, above in sorted(kinds)]

    @cached_property
    def _below(self) -> list[int]:
        """By level the accesses to which, at home, there would be crossings from it."""
        at_level, acting = self.mesh.at_level, self.mesh.acting
        return [*(acting & sum(at_level[:level]) for level in range(_OUTSIDERS)), acting]

    def _from_sources(self, traveller: Traveller, sources: int, *, begins: bool) -> int:
        """The accesses that are crossings from any of these sources of one agent, with every checkpoint in
        force that was there before.
        """
        mesh, home = self.mesh, traveller.home_mask
        bad = 0
        if begins:
            bad = self.crossed(traveller, None) & ~self.closed_by_boundaries(traveller.home, 0)
        done = None
        for zone, level, alike in self._kinds:
            # From a higher level of the same zone there are all crossings that there are from a lower one.
            if zone != done and alike & sources:
                done = zone
                own = mesh.zone_mask[zone]
                crossed = mesh.access & ~home & ~own
                if own != home:
                    crossed |= home & self._below[level]
                bad |= crossed & ~self.closed_by_boundaries(zone, 0)
        return bad

    def _from_kind(self, zone: str, level: int, homes: list[int]) -> int:
        """The same from systems that are alike, for agents with any of these homes."""
        own, every, some = self.mesh.zone_mask[zone], -1, 0
        for home in homes:
            every &= home
            if home != own:
                some |= home
        crossed = self.mesh.access & ~own & ~every | some & self._below[level]
        return crossed & ~self.closed_by_boundaries(zone, 0)

    def _excuse(self, start: Start) -> None:
        crossed = start.crossed & ~self.closed_by_boundaries(start.zone, 0)
        excusable = 0
        for excuse in start.excuses:
            excusable |= excuse.actions << 5 * excuse.system
        excusable &= crossed
        for node in start.nodes:
            self.any_door[node] = self.any_door.get(node, 0) | crossed & ~excusable
            self.some_doors[node] = self.some_doors.get(node, 0) | excusable
            for access in bits(excusable):
                key = node, access
                self.excused[key] = self.excused.get(key, -1) & start.excused(access)

    def _prepare_grants(self) -> None:
        self.grants: dict[int, list[Grant]] = {}
        by_relation: dict[tuple[int, int], list[int]] = {}
        for credential, access in self.mesh.steps["grant"]:
            if (credential, access) not in self.candidates.guards:
                relation = self.relations.of[credential, access]
                by_relation.setdefault((credential, relation), []).append(access)
        for (credential, relation), entered in by_relation.items():
            opened = 0
            for access in entered:
                first = access - access % 5
                opened |= ALL_ACTIONS << first if access % 5 == ADMIN else 1 << access
            self.grants.setdefault(credential, []).append(
                Grant(relation, tuple((access, 0) for access in entered), opened)
            )

    def closed_by_boundaries(self, zone: str | None, dropped: int) -> int:
        """The accesses to which no door is open from a zone, where these checkpoints do not count."""
        closed = 0
        for boundary in self.candidates.boundaries:
            if boundary.zone_from == zone and not dropped >> boundary.number & 1:
                closed |= self.mesh.zone_mask.get(boundary.zone_to, 0) & self.mesh.read * boundary.actions
        return closed

    def doors(self, access: int) -> Iterator[tuple[int, int, int]]:
        """The grant steps that are doors of an access, by the action itself or by admin."""
        yield from self.into.get(access, ())
        if access % 5 != ADMIN:
            yield from self.into.get(access - access % 5 + ADMIN, ())


def _from(approval: Approval, source: int | None) -> bool:
    return approval.home if source is None else bool(approval.sources >> 5 * source & 1)


def sources_of(traveller: Traveller) -> Iterator[int | None]:
    """The sources of an agent: home as ``None``, then systems by number."""
    if traveller.home is not None:
        yield None
    for read in bits(traveller.sources):
        yield read // 5
