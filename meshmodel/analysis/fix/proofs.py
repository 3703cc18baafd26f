"""Proofs of what a minimum fix must close (section 6): sets of relations of which every fix guards one.

A proof is a way by which the violation comes about, however much else is guarded: an unguarded path to a
door; for each checkpoint in its way a path by which the start has power over it; where the violation needs
the source to be heard, a path by which the outsider comes to write there. Of a toxic flow it has such a path
to each part.
"""

import math
from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import islice
from typing import Final

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.crossing import carries_out, crosses_home, crosses_within
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.search import NOTHING, Known, Proof, Search
from meshmodel.analysis.graph import Step
from meshmodel.analysis.starts import HOME
from meshmodel.analysis.stopping import Stop
from meshmodel.analysis.toxic import heard_reads, open_triggers, private_reads, toxic_agents
from meshmodel.model.actions import ADMIN, READ, WRITE

_FEW: Final = 40
"""So many proofs of the longer ones are taken from one search."""


class Proofs:
    """Proofs of what an engine leaves open."""

    def __init__(self, engine: Engine, known: Known, stop: Stop) -> None:
        self._engine, self._known, self._stop, self._mesh = engine, known, stop, engine.mesh
        self._starts, self._reaches = engine.starts, engine.reaches
        self._toxic = toxic_agents(engine.reaches)
        self._deep, self._many = False, math.inf

    def found(self) -> set[Proof]:
        """At least one, if anything is left open.

        First what follows on reading one system or on one agent: most of the rest includes that. Else longer
        paths; those that need power over a boundary or carried words besides; and last those for which an
        agent has power by what it does anyhow, over what follows on reading.

        Raises:
            Stopped: it was time to stop before any was found.
        """
        mesh, some = self._mesh, set[Proof]()
        if not self._bad and not self._toxic:
            return some
        ends = {5 * source + READ for source in self._starts.sources if source != HOME}
        ends.update(mesh.first_agent + agent for agent in bits(self._engine.agents & ~mesh.persons))
        self._from_all(some, ends)
        self._many = _FEW
        for self._deep in (False, True):
            if not some:
                self._from_all(some)
        if not some:
            for start in bits(self._bad):
                if self._is_late(some):
                    break
                self._from(self._starts.begin(start), 1 << start, None, some)
        return some

    def of_crossings(self, start: int) -> dict[tuple[int, int], set[Proof]]:
        """Of all uncontrolled crossings of a start, by source and access, some proofs of each."""
        self._deep = True
        found: dict[tuple[int, int], set[Proof]] = {}
        sources = self.sources_of(1 << start)

        def met(search: Search, step: Step) -> bool:
            for source, access, needs in self._needs(search, step, 1 << start, sources):
                way = search.path(step[0]) | search.taking(step)
                found.setdefault((source, access), set()).add(way | needs)
            return False

        Search(self._known, self._engine.checkpoints, self._starts.begin(start), self._doors, met)
        return found

    def sources_of(self, mine: int) -> list[int]:
        """The sources of some starts, those of carried words last."""
        return [each for each in self._known.sources if self._starts.sources.get(each, 0) & mine]

    @cached_property
    def _bad(self) -> int:
        """The starts with an uncontrolled crossing."""
        return union(self._engine.doors.uncontrolled.values())

    @cached_property
    def _doors(self) -> dict[Step, list[tuple[int, int]]]:
        """The grant steps that are open doors, with what they open, and the starts that must not."""
        doors, copies_of = self._engine.doors, self._mesh.sessions.copies_of
        found: dict[Step, list[tuple[int, int]]] = {}
        for (credential, system), door in doors.missing.items():
            nodes = {credential, *copies_of.get(credential, ())}.intersection(doors.credentials(system))
            for node in sorted(nodes):
                for action in bits(door.actions):
                    bad = doors.at(node, system, action)[1]
                    for step in self._opening(node, system, action) if bad else ():
                        found.setdefault(step, []).append((5 * system + action, bad))
        return found

    def _opening(self, credential: int, system: int, action: int) -> Iterator[Step]:
        """The grant steps by which a credential, or a copy of one, performs an action."""
        copies = self._mesh.sessions.copies.get(credential)
        for access in {5 * system + action, 5 * system + ADMIN}:
            enters = access if copies is None else copies.nodes.get(access)
            if enters is not None and enters in self._known.after[credential]:
                yield credential, enters

    def _from_all(self, some: set[Proof], ends: Collection[int] = ()) -> None:
        """From the sources, for all agents that read them; then from the agents."""
        starts, readable = self._starts, self._reaches.readable
        for source, every in starts.sources.items():
            mine = every & self._bad if source != HOME else 0
            if self._is_late(some):
                return
            if mine:
                mine &= starts.unfold(readable[5 * source + READ])
            if mine:
                self._from((5 * source + READ,), mine, [source], some, ends)
        for agent in bits(starts.fold(self._bad) | self._toxic):
            if self._is_late(some):
                return
            mine = starts.unfold(1 << agent)
            begin = (self._mesh.first_agent + agent,)
            search = self._from(begin, mine, None, some, ends)
            flow = self._flow(search, agent) if self._toxic >> agent & 1 else None
            if flow is not None:
                some.add(flow)

    def _is_late(self, some: set[Proof]) -> bool:
        """Whether it is time to be content with what was found.

        Raises:
            Stopped: it is, and there is nothing.
        """
        if not some:
            self._stop.check()
        return self._stop()

    def _from(
        self,
        begin: tuple[int, ...],
        mine: int,
        sources: list[int] | None,
        some: set[Proof],
        ends: Collection[int] = (),
    ) -> Search:
        """Find proofs for some starts that come from some of these sources, or from any."""
        left = self._many

        def met(search: Search, step: Step) -> bool:
            nonlocal left, sources
            if sources is None:
                sources = self.sources_of(mine)
            besides = self._least_needs(search, step, mine, sources) if left else None
            if besides is None:
                return False
            left -= 1
            way = search.path(step[0]) | search.taking(step)
            some.add(way | besides)
            return besides <= way

        return Search(self._known, self._engine.checkpoints, begin, self._doors, met, ends)

    def _least_needs(self, search: Search, step: Step, mine: int, sources: list[int]) -> Proof | None:
        found: Proof | None = None
        for _, _, needs in self._needs(search, step, mine, sources):
            if not needs:
                return needs
            if self._deep and (found is None or len(needs) < len(found)):
                found = needs
        return found

    def _needs(
        self, search: Search, step: Step, mine: int, sources: list[int]
    ) -> Iterator[tuple[int, int, Proof]]:
        """What violations at a door need besides the path there: power over boundaries, and words."""
        for access, bad in self._doors[step]:
            for source in sources if bad & mine else ():
                here = bad & mine & self._starts.sources[source]
                here = here and here & self._coming(source, access, heard=self._is_heard(source))
                needs = search.power(self._walls(source, access, here)) if here else None
                if needs is None:
                    continue
                if self._only_by_words(source, access, step[0], here):
                    if not self._deep:
                        continue
                    needs |= self._outsider.path(5 * source + WRITE)
                yield source, access, needs

    def _is_heard(self, source: int) -> bool:
        return source != HOME and self._reaches.heard[source]

    def _coming(self, source: int, access: int, *, heard: bool) -> int:
        """The starts with a crossing from a source to an access, were the source heard or not."""
        mesh, (system, action) = self._mesh, divmod(access, 5)
        every, at_home = self._starts.sources[source], self._engine.arrivals.at_home.get(mesh.zone[system], 0)
        if source in (HOME, system):
            return every & ~at_home if source == HOME else 0
        like = self._reaches.as_source[source]._replace(heard=heard)
        if mesh.zone[source] == mesh.zone[system]:
            return every if crosses_within(like, mesh.traits[system], action) else 0
        return every if crosses_home(like, mesh.traits[system], action) else every & ~at_home

    def _only_by_words(self, source: int, access: int, credential: int, here: int) -> bool:
        """Whether a violation comes about only because carried words are heard at its source."""
        if source not in self._known.carried or not self._reaches.heard[source]:
            return False
        anyhow = here & self._coming(source, access, heard=False)
        if not anyhow:
            return True
        return not anyhow & ~self._starts.unfold(self._known.approved(source, access, credential))

    def _walls(self, source: int, access: int, here: int) -> list[int]:
        """The checkpoints on the boundary between a source and an access."""
        if not self._engine.checkpoints.boundaries:
            return []
        mesh, to = self._mesh, self._mesh.zone[access // 5]
        agent = mesh.agents[self._starts.agent_of[here.bit_length() - 1]]
        zone = mesh.snapshot.agent[agent].home if source == HOME else mesh.zone[source]
        return self._engine.checkpoints.between((zone, to), access % 5)

    @cached_property
    def _outsider(self) -> Search:
        """What outsiders reach who may only put words somewhere."""
        untrusted = [5 * system + WRITE for system, each in enumerate(self._mesh.untrusted) if each]
        return Search(self._known, self._engine.checkpoints, untrusted)

    # Toxic flows

    def _flow(self, search: Search, agent: int) -> Proof | None:
        """A proof of a toxic flow; ``None`` where one of its parts lies behind a door that has a proof."""
        told = min(islice(self._told(search, agent), _FEW), key=len, default=None)
        leak = min(self._leaks(search, agent), key=len, default=None)
        return None if told is None or leak is None else told | leak

    def _leaks(self, search: Search, agent: int) -> Iterator[Proof]:
        """How what is confidential is read, and how it is carried out."""
        traits, reaches = self._mesh.traits, self._reaches
        out = sorted(
            (
                (search.path(5 * system + action), system, action)
                for system, each in enumerate(traits)
                for action in range(5)
                if each.exposes(action) and 5 * system + action in search
            ),
            key=lambda each: len(each[0]),
        )
        for read in private_reads(self._mesh):
            if read in search and reaches.readable[read] >> agent & 1:
                source = reaches.as_source[read // 5]
                ways = (way for way, system, action in out if carries_out(source, traits[system], action))
                way = next(ways, None)
                if way is not None:
                    yield search.path(read) | way

    def _told(self, search: Search, agent: int) -> Iterator[Proof]:
        """How outsiders' words come to an agent."""
        for step in open_triggers(self._reaches, agent):
            yield self._outsider.path(step[0]) | self._outsider.taking(step)
        for read in heard_reads(self._reaches):
            if read in search and self._reaches.readable[read] >> agent & 1:
                write = read - READ + WRITE
                words = NOTHING if self._mesh.untrusted[read // 5] else self._outsider.path(write)
                yield search.path(read) | words
