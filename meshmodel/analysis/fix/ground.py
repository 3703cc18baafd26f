"""What stays the same whatever is guarded: starts, what would be a violation from them, approvals.

A violation is an open door that is not approved, in a crossing. Guarding more only takes steps away
from a start and never takes its power over a checkpoint more seriously, so violations only disappear;
approvals depend on what an agent holds, guarded or not, and stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from meshmodel.analysis.crossings import Approval, approvals, crossed_from
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.relations import Relations
from meshmodel.analysis.steps import ADMIN, ALL_ACTIONS, Pair, bits


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
        starts: all starts of all agents.
        steps: for each node the steps that leave it, as (node entered, relation or -1, checkpoints
            that were there before).
        into: for each access the credentials that are granted it, likewise.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        self.candidates = engine.candidates
        self.relations = Relations(engine.mesh)
        guards, of = self.candidates.guards, self.relations.of
        self.steps: list[list[tuple[int, int, int]]] = [[] for _ in range(self.mesh.size)]
        self.into: dict[int, list[tuple[int, int, int]]] = {}
        for kind, pairs in self.mesh.steps.items():
            for pair in pairs:
                relation, before = of.get(pair, -1), guards.get(pair, 0)
                self.steps[pair[0]].append((pair[1], relation, before))
                if kind == "grant":
                    self.into.setdefault(pair[1], []).append((pair[0], relation, before))
        self.starts = list(self._starts())
        self._prepare_plain()

    def _starts(self) -> Iterator[Start]:
        engine, mesh = self.engine, self.mesh
        excuses = approvals(engine)
        known: dict[tuple[str | None, int | None], int] = {}
        for traveller in engine.travellers:
            mine = excuses.get(traveller.id, [])
            readable = engine.effective.row(traveller.node)
            sources: list[int | None] = [read // 5 for read in bits(traveller.sources)]
            if traveller.home is not None:
                sources.append(None)
            for source in sources:
                crossed = known.get((traveller.home, source))
                if crossed is None:
                    crossed = known[traveller.home, source] = crossed_from(mesh, traveller, source)
                crossed &= traveller.reach
                if crossed:
                    read = -1 if source is None or not readable >> 5 * source & 1 else 5 * source
                    yield Start(
                        traveller.node,
                        read,
                        crossed,
                        traveller.home if source is None else mesh.zone_of[source],
                        tuple(each for each in mine if _from(each, source)),
                    )

    def _prepare_plain(self) -> None:
        """What is a violation from single nodes, with every checkpoint in force that was there before.

        ``any_door`` has for each node the accesses that are violations by whichever door; ``excused``
        the credentials that are none, for the accesses in ``some_doors``.
        """
        self.any_door: dict[int, int] = {}
        self.some_doors: dict[int, int] = {}
        self.excused: dict[tuple[int, int], int] = {}
        for start in self.starts:
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

    def open_steps(self, closed: int) -> list[list[int]]:
        """The successors by steps that nothing guards: no checkpoint of before and none of these."""
        return [
            [
                enters
                for enters, relation, before in steps
                if not before and (relation < 0 or not closed >> relation & 1)
            ]
            for steps in self.steps
        ]

    def doors(self, access: int) -> Iterator[tuple[int, int, int]]:
        """The grant steps that are doors of an access, by the action itself or by admin."""
        yield from self.into.get(access, ())
        if access % 5 != ADMIN:
            yield from self.into.get(access - access % 5 + ADMIN, ())

    def pairs_of(self) -> list[list[Pair]]:
        """The pairs of nodes of each relation."""
        found: list[list[Pair]] = [[] for _ in self.relations.keys]
        for pair, relation in self.relations.of.items():
            found[relation].append(pair)
        return found


def _from(approval: Approval, source: int | None) -> bool:
    return approval.home if source is None else bool(approval.sources >> 5 * source & 1)
