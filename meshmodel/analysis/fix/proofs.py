"""Proofs of what a minimum fix must close: sets of relations of which every fix guards one.

See ``docs/fix.md#the-minimum-fix``.

A proof is a way by which the violation comes about, however much else is guarded: an unguarded path to a
door; for each checkpoint in its way a path by which the start has power over it; where the violation needs
the source to be heard, a path by which the outsider comes to write there; where it is a source by a trigger
alone, that step, with the outsider's power over its checkpoints; where the door is a request that others may
decide about, a custody by which that is handed out unasked. Of a toxic flow it has such a path to each part.
"""

from collections.abc import Iterator
from copy import copy
from functools import cached_property
from itertools import islice
from typing import Final

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.crossing import one_person
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.search import NOTHING, Known, Proof, Search
from meshmodel.analysis.graph import Step
from meshmodel.analysis.listing import Coming, Listing
from meshmodel.analysis.starts import HOME
from meshmodel.analysis.toxic import gateways, heard_reads, open_starts, private_reads, toxic_agents, ways_out
from meshmodel.model.actions import ADMIN, ISSUE, READ, WRITE
from meshmodel.model.stop import Stop

_FEW: Final = 40
"""So many proofs are taken from one search."""


def violations(engine: Engine, closed: Proof, known: Known, stop: Stop) -> Iterator["Violations"]:
    """What is left open where these relations are guarded, in two parts.

    First what were open even if nobody heard carried words, whose proofs need none; then all, whose proofs
    have the outsider's path to the source.
    """
    guarded, untrusted = engine.guarding(known.named(closed)), engine.mesh.untrusted
    is_carried = guarded.reaches.heard != untrusted
    for heard in (untrusted, guarded.reaches.heard)[: 1 + is_carried]:
        part = copy(guarded)
        part.reaches = copy(guarded.reaches)
        part.reaches.heard = heard
        yield Violations(part, known, stop)


class Violations:
    """What an engine leaves open; where carried words are heard, what is so only because of that."""

    def __init__(self, engine: Engine, known: Known, stop: Stop) -> None:
        self._engine, self._known, self._stop = engine, known, stop
        self._mesh, self._starts, self._reaches = engine.mesh, engine.starts, engine.reaches
        self._toxic = toxic_agents(engine.reaches)
        self._bad = union(engine.doors.uncontrolled.values())
        self._agents = self._starts.fold(self._bad) | self._toxic
        self._sources = list(self._starts.sources)
        self._listing = Listing(self._starts, engine.arrivals, lambda: engine.doors)
        heard, untrusted = self._reaches.heard, self._mesh.untrusted
        self._by_words = heard != untrusted
        if self._by_words:
            self._sources = [s for s in self._sources if s != HOME and heard[s] and not untrusted[s]]

    def proofs(self) -> set[Proof]:
        """At least one, if anything is left open.

        Raises:
            Stopped: it was time to stop before any was found.
        """
        found = set[Proof]()
        for begin in self._begins():
            if self._stop():
                break
            found.update(self._from(*begin))
        if not found:
            self._stop.check()
            found.update(proof for _, proof in islice(self.crossings(), _FEW))
        return found

    def crossings(self) -> Iterator[tuple[tuple[int, int, int], Proof]]:
        """All uncontrolled crossings, as agent, source and access, with some proofs of each."""
        for agent in bits(self._agents):
            for source, start in self._starts.source_starts(agent):
                if source not in self._sources or not self._bad >> start & 1:
                    continue
                self._stop.check()
                read, node = 5 * source + READ, self._mesh.first_agent + agent
                has_read = source != HOME and self._reaches.readable[read] >> agent & 1
                search = Search(self._known, self._engine.checkpoints, (node, read) if has_read else (node,))
                for step in self._doors:
                    for access, proof in self._proven(search, step, 1 << start, [source]):
                        yield (agent, source, access), proof

    def _begins(self) -> Iterator[tuple[int, int, list[int]]]:
        """A node where some starts begin, the starts, and the sources that they may come from."""
        for source in self._sources:
            read = 5 * source + READ
            bad = self._starts.sources[source] & self._bad if source != HOME else 0
            bad = bad and bad & self._starts.unfold(self._reaches.readable[read])
            if bad:
                yield read, bad, [source]
        for agent in bits(self._agents):
            yield self._mesh.first_agent + agent, self._starts.unfold(1 << agent), self._sources

    def _from(self, node: int, starts: int, sources: list[int]) -> set[Proof]:
        """The proofs of what follows from there; what lies behind a door that has one is not looked at."""
        found, agent = set[Proof](), node - self._mesh.first_agent

        def ends(search: Search, step: Step) -> bool:
            proven = self._proven(search, step, starts, sources) if len(found) < _FEW else iter(())
            proof = next(proven, None)
            found.update(() if proof is None else (proof[1],))
            return proof is not None

        search = Search(self._known, self._engine.checkpoints, [node], self._doors, ends)
        if agent >= 0 and self._toxic >> agent & 1:
            found.update(self._flow(search, agent))
        return found

    @cached_property
    def _doors(self) -> dict[Step, list[tuple[int, int]]]:
        """The grant steps that are open doors, with what they open, and the starts that must not."""
        doors, mesh, found = self._engine.doors, self._mesh, dict[Step, list[tuple[int, int]]]()
        for credential, enters in mesh.steps["grant"]:
            system, granted = divmod(mesh.original(enters), 5)
            door = doors.missing.get((mesh.original(credential), system))
            for action in bits(door.actions) if door and credential in doors.credentials(system) else ():
                bad = doors.at(credential, system, action)[1] if granted in (action, ADMIN) else 0
                if bad:
                    found.setdefault((credential, enters), []).append((5 * system + action, bad))
        return found

    def _proven(
        self, search: Search, step: Step, starts: int, sources: list[int]
    ) -> Iterator[tuple[int, Proof]]:
        """What a door opens that it must not, with proofs: with power over boundaries, and words."""
        way = search.way(step) if step[0] in search.came else None
        if way is None:
            return
        for access, bad in self._doors[step]:
            for source in sources if bad & starts else ():
                coming = self._coming(bad & starts & self._starts.sources[source], source, access)
                if coming is not None:
                    zones = self._listing.zone(coming), self._mesh.zone[access // 5]
                    power = search.power(self._engine.checkpoints.between(zones, access % 5))
                    parts = way, power, self._source(coming), self._request(search, source, access)
                    if None not in parts:
                        words = self._outsider.path(5 * source + WRITE) if self._by_words else NOTHING
                        yield access, words.union(*filter(None, parts))

    def _source(self, coming: Coming) -> Proof | None:
        """How an agent has its source: by a trigger that is unguarded for outsiders, where it cannot read."""
        if coming.source == HOME or self._reaches.readable[5 * coming.source + READ] >> coming.agent & 1:
            return NOTHING
        return self._outsider.taking((5 * coming.source + WRITE, self._mesh.first_agent + coming.agent))

    def _request(self, search: Search, source: int, access: int) -> Proof | None:
        """How a request is more than one: what it hands out is not decided about, or is carried out by it."""
        (system, action), traits = divmod(access, 5), self._mesh.traits
        steps = self._mesh.issuing.get(system) if action == ISSUE else None
        own = source != HOME and one_person(traits[source].person, traits[system].person)
        if steps is None or (traits[system].exposes(ISSUE) and not own):
            return NOTHING
        ways = [way for way in map(search.taking, steps) if way is not None]
        return min(ways, key=len, default=None)

    def _coming(self, starts: int, source: int, access: int) -> Coming | None:
        """One of some starts that has a crossing from a source to an access; only home tells them apart."""
        home = starts & self._engine.arrivals.at_home.get(self._mesh.zone[access // 5], 0)
        for start in (some.bit_length() - 1 for some in (starts ^ home, home) if some):
            coming = Coming(self._starts.agent_of[start], source, start, any_heard=False)
            if self._listing.crosses(coming, access):
                return coming
        return None

    @cached_property
    def _outsider(self) -> Search:
        """What outsiders reach."""
        return Search(self._known, self._engine.checkpoints, self._mesh.outside)

    def _flow(self, search: Search, agent: int) -> Iterator[Proof]:
        """A proof of a toxic flow; none where one of its parts lies behind a door that has a proof."""
        reaches, untrusted, outsider = self._reaches, self._mesh.untrusted, self._outsider
        told = [outsider.way(step) or NOTHING for step in open_starts(reaches, agent)]
        for read in heard_reads(reaches):
            if read in search.came and reaches.readable[read] >> agent & 1:
                words = NOTHING if untrusted[read // 5] else outsider.path(read - READ + WRITE)
                told.append(search.path(read) | words)
        leaks = list[Proof]()
        for read in private_reads(self._mesh):
            if read in search.came and reaches.readable[read] >> agent & 1:
                outs = (each for each in ways_out(reaches, read // 5) if each in search.came)
                leaving = (self._leaving(search, agent, read // 5, out) for out in outs)
                leak = next((each for each in leaving if each is not None), None)
                leaks += [] if leak is None else [search.path(read) | leak]
        if told and leaks:
            yield min(told, key=len) | min(leaks, key=len)

    def _leaving(self, search: Search, agent: int, system: int, access: int) -> Proof | None:
        """How an agent carries out by an access what it reads in a system; ``None``: a boundary stops it."""
        passed = (n for n, passing in gateways(self._reaches, system, access) if passing >> agent & 1)
        power = search.power(passed)
        return None if power is None else power | search.path(access)
