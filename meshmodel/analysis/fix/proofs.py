"""Proofs of what a fix or a plan must close: sets of measures of which each takes one.

See ``docs/fix.md#the-minimum-fix``.

A proof is a way by which the violation comes about, whatever else is done: an unguarded path to a
door; for each checkpoint in its way a path by which the start has power over it; where the violation needs
the source to be heard, a path by which the outsider comes to write there; where it is a source by a trigger
alone, that step, with the outsider's power over its checkpoints; where the door is a request that others may
decide about, a custody by which that is handed out unasked. Of a toxic flow it has such a path to each part.
Its measures are those that break a part of it; ``breaking`` has what drops and limits break besides.
"""

from collections.abc import Collection, Iterator
from copy import copy
from functools import cached_property
from itertools import islice
from typing import Final

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.crossing import instructs, one_person
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.breaking import Known
from meshmodel.analysis.fix.measures import Measures, Name
from meshmodel.analysis.fix.preference import Intents
from meshmodel.analysis.fix.search import NOTHING, Proof, Search
from meshmodel.analysis.graph import Step
from meshmodel.analysis.listing import Coming, Listing
from meshmodel.analysis.starts import HOME
from meshmodel.analysis.steps import Relation
from meshmodel.analysis.toxic import gateways, heard_reads, open_starts, private_reads, toxic_agents, ways_out
from meshmodel.model.actions import ADMIN, ISSUE, READ, WRITE
from meshmodel.model.measures import narrowed
from meshmodel.model.stop import Stop

_FEW: Final = 40
"""So many proofs are taken from one search."""
_KEPT: Final = 200
"""So many changed models are kept: searches come back to them."""


Violation = tuple[int, int, int]
"""The agent, the source and the access of a crossing; of a toxic flow the agent, and ``FLOW`` twice."""
FLOW: Final = -2


def open_in(engine: Engine) -> Iterator[Violation]:
    """All uncontrolled crossings and toxic flows."""
    listing, uncontrolled = (
        Listing(engine.starts, engine.arrivals, lambda: engine.doors),
        engine.doors.uncontrolled,
    )
    for agent in bits(engine.starts.fold(union(uncontrolled.values()))):
        for coming in listing.sources(agent):
            for access, starts in uncontrolled.items():
                if starts >> coming.start & 1 and listing.crosses(coming, access):
                    yield agent, coming.source, access
    for agent in bits(engine.toxic):
        yield agent, FLOW, FLOW


class Changed:
    """The model with measures taken, by their numbers."""

    def __init__(self, engine: Engine, measures: Measures) -> None:
        self.engine, self.measures = engine, measures
        self.known = Known(engine.mesh, engine.checkpoints, measures)
        self._made = {NOTHING: (engine, self.known)}

    def by(self, chosen: Proof) -> tuple[Engine, Known]:
        """The engine where some measures are taken, and what breaks the steps that are left."""
        engine, known = self._by(self.measures.changes(chosen))
        return engine.guarding(self.measures.asked(chosen)), known

    def _by(self, changes: Proof) -> tuple[Engine, Known]:
        if changes not in self._made:
            if len(self._made) > _KEPT:
                self._made = {NOTHING: (self.engine, self.known)}
            snapshot = narrowed(self.engine.snapshot, self.measures.listed(changes))
            engine = Engine(snapshot, self.engine.view, self.engine.mesh)
            engine.agents = self.engine.agents
            self._made[changes] = engine, Known(engine.mesh, engine.checkpoints, self.measures)
        return self._made[changes]

    def every(self) -> Proof:
        """All measures that there are."""
        mesh, relation = self.engine.mesh, self.known.relation
        passes = (
            Name("drop", "pass", f"{each.from_}>{each.to}", credential)
            for each in mesh.delegations
            for credential in each.passes or ()
        )
        steps = (step for kind in mesh.steps for step in mesh.steps[kind])
        return NOTHING.union(self.measures.of(*passes), *map(relation, steps))

    def intents(self, stop: Stop) -> Intents:
        """The declared intents that go through where nothing is changed."""
        return Intents(lambda changes: self._by(changes)[1], lambda chosen: self.by(chosen)[0].reaches, stop)

    def doors(self) -> set[Relation]:
        """The grants that are missing checkpoints where nothing is changed."""
        return {("grant", each.credential, each.system) for each in self.engine.missing}

    def violations(
        self, chosen: Proof, stop: Stop, hopeless: Collection[Violation] = ()
    ) -> Iterator["Violations"]:
        """What is left open where some measures are taken, in two parts.

        First what were open even if nobody heard carried words, whose proofs need none; then all, whose
        proofs have the outsider's path to the source.

        Args:
            chosen: the measures.
            stop: when to give up.
            hopeless: what is not asked for.
        """
        engine, known = self.by(chosen)
        untrusted = engine.mesh.untrusted
        is_carried = engine.reaches.heard != untrusted
        for heard in (untrusted, engine.reaches.heard)[: 1 + is_carried]:
            part = copy(engine)
            part.reaches = copy(engine.reaches)
            part.reaches.heard = heard
            yield Violations(part, known, stop, hopeless)


class Violations:
    """What an engine leaves open; where carried words are heard, what is so only because of that."""

    def __init__(
        self, engine: Engine, known: Known, stop: Stop, hopeless: Collection[Violation] = ()
    ) -> None:
        self._engine, self._known, self._stop, self._hopeless = engine, known, stop, hopeless
        self._mesh, self._starts, self._reaches = engine.mesh, engine.starts, engine.reaches
        self._toxic = engine.toxic
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
            found.update(proof for _, proof in islice(self.each(), _FEW))
        return found

    def each(self) -> Iterator[tuple[Violation, Proof]]:
        """All uncontrolled crossings and toxic flows, with some proofs of each."""
        for agent in bits(self._agents):
            node = self._mesh.first_agent + agent
            for source, start in self._starts.source_starts(agent):
                if source not in self._sources or not self._bad >> start & 1:
                    continue
                self._stop.check()
                read = 5 * source + READ
                has_read = source != HOME and self._reaches.readable[read] >> agent & 1
                search = Search(self._known, self._engine.checkpoints, (node, read) if has_read else (node,))
                for step in self._doors:
                    yield from self._proven(search, step, 1 << start, [source])
            if self._toxic >> agent & 1:
                search = Search(self._known, self._engine.checkpoints, (node,))
                yield from (((agent, FLOW, FLOW), proof) for proof in self._flow(search, agent))

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
    ) -> Iterator[tuple[Violation, Proof]]:
        """What a door opens that it must not, with proofs: with power over boundaries, and words."""
        if step[0] not in search.came or search.taking(step) is None:
            return
        for access, bad in self._doors[step]:
            for source in sources if bad & starts else ():
                coming = self._coming(bad & starts & self._starts.sources[source], source, access)
                if coming is not None:
                    zones = self._listing.zone(coming), self._mesh.zone[access // 5]
                    power = search.power(self._engine.checkpoints.between(zones, access % 5))
                    because = self._because(coming, access)
                    request = self._request(search, source, access)
                    parts = search.way(step, access), power, self._source(coming), request, because
                    if None not in parts:
                        yield (coming.agent, source, access), NOTHING.union(*filter(None, parts))

    def _source(self, coming: Coming) -> Proof | None:
        """How an agent has its source: by a trigger that is unguarded for outsiders, where it cannot read."""
        if coming.source == HOME:
            return NOTHING
        if self._reaches.readable[5 * coming.source + READ] >> coming.agent & 1:
            return self._known.readable(coming.agent, coming.source)
        return self._outsider.taking((5 * coming.source + WRITE, self._mesh.first_agent + coming.agent))

    def _because(self, coming: Coming, access: int) -> Proof:
        """Why it is a crossing, and no intent approves it."""
        if coming.source == HOME:
            return NOTHING
        source, target = self._reaches.as_source[coming.source], self._mesh.traits[access // 5]
        found = self._words(coming.source) if self._by_words else NOTHING
        is_inside = self._mesh.zone[coming.source] == self._mesh.zone[access // 5]
        if is_inside and not instructs(source, target, access % 5):
            found |= self._known.several(coming.source, access // 5)
        ends = self._mesh.agents[coming.agent], self._mesh.systems[access // 5]
        is_told = source.heard and self._mesh.words.instructed >> coming.agent & 1
        if is_told and ends in self._mesh.snapshot.intent:  # maybe only that forbids to approve it
            found |= self._known.instructed(coming.agent)
        return found

    def _words(self, system: int) -> Proof:
        """How a system is heard."""
        if self._mesh.untrusted[system]:
            return NOTHING
        return self._outsider.path(5 * system + WRITE) | self._known.words(system)

    def _request(self, search: Search, source: int, access: int) -> Proof | None:
        """How a request is more than one: what it hands out is not decided about, or is carried out by it."""
        (system, action), traits = divmod(access, 5), self._mesh.traits
        steps = self._mesh.issuing.get(system) if action == ISSUE else None
        own = source != HOME and one_person(traits[source].person, traits[system].person)
        if steps is None:
            return NOTHING
        if traits[system].exposes(ISSUE) and not own:
            return NOTHING if source == HOME else self._known.several(source, system)
        ways = [way for way in map(search.taking, steps) if way is not None]
        return min(ways, key=len, default=None)

    def _coming(self, starts: int, source: int, access: int) -> Coming | None:
        """One of some starts that has a crossing from a source to an access; only home tells them apart."""
        home = starts & self._engine.arrivals.at_home.get(self._mesh.zone[access // 5], 0)
        few = (some.bit_length() - 1 for some in (starts ^ home, home) if some)
        for start in bits(starts) if self._hopeless else few:
            agent = self._starts.agent_of[start]
            coming = Coming(agent, source, start, any_heard=False)
            if self._listing.crosses(coming, access) and (agent, source, access) not in self._hopeless:
                return coming
        return None

    @cached_property
    def _outsider(self) -> Search:
        """What outsiders reach."""
        return Search(self._known, self._engine.checkpoints, self._mesh.outside)

    def _flow(self, search: Search, agent: int) -> Iterator[Proof]:
        """A proof of a toxic flow; none where one of its parts lies behind a door that has a proof."""
        reaches, outsider = self._reaches, self._outsider
        told = [
            (outsider.way(step) or NOTHING) | self._words(self._mesh.original(step[0]) // 5)
            for step in open_starts(reaches, agent)
        ]
        told += [
            self._reading(search, agent, read) | self._words(read // 5)
            for read in heard_reads(reaches)
            if read in search.came and reaches.readable[read] >> agent & 1
        ]
        leaks = list[Proof]()
        for read in private_reads(self._mesh):
            if read in search.came and reaches.readable[read] >> agent & 1:
                outs = (each for each in ways_out(reaches, read // 5) if each in search.came)
                leaving = (self._leaving(search, agent, read // 5, out) for out in outs)
                leak = next((each for each in leaving if each is not None), None)
                leaks += [] if leak is None else [self._reading(search, agent, read) | leak]
        if told and leaks and (agent, FLOW, FLOW) not in self._hopeless:
            yield min(told, key=len) | min(leaks, key=len) | self._known.instructed(agent)

    def _reading(self, search: Search, agent: int, read: int) -> Proof:
        """How an agent reads a system that it can read as a source."""
        return search.path(read) | self._known.readable(agent, read // 5)

    def _leaving(self, search: Search, agent: int, system: int, access: int) -> Proof | None:
        """How an agent carries out by an access what it reads in a system; ``None``: a boundary stops it."""
        passed = (n for n, passing in gateways(self._reaches, system, access) if passing >> agent & 1)
        power = search.power(passed)
        several = self._known.several(system, access // 5)
        return None if power is None else power | search.path(access) | several
