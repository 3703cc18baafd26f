"""Proofs of what a fix or a plan must close: sets of measures of which each takes one.

See ``docs/fix.md#the-fewest-checkpoints``.

A proof is a way by which the violation comes about, whatever else is done: an unguarded path to a
door; for each checkpoint in its way a path by which the start has power over it; where the violation needs
the source to be heard, a path by which the outsider comes to write there; where it is a source by a trigger
alone, that step, with the outsider's power over its checkpoints; where the door is a request that others may
decide about, a custody by which that is handed out unasked. Of a toxic flow it has such a path to each part.
Its measures are those that break a part of it; ``breaking`` has what drops and limits break besides.
"""

from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import islice
from typing import Final

from meshmodel.analysis.crossing import MEDIUM, carries_out, one_person, severity
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.breaking import StepBreaks
from meshmodel.analysis.fix.measures import Measures
from meshmodel.analysis.fix.preference import Intents
from meshmodel.analysis.fix.search import NOTHING, Proof, Search
from meshmodel.analysis.graph import Step, bits, union
from meshmodel.analysis.listing import Listing, SourcedAgent
from meshmodel.analysis.starts import HOME
from meshmodel.analysis.steps import Relation
from meshmodel.analysis.toxic import ways_out
from meshmodel.model.measures import narrowed
from meshmodel.model.stop import Stop
from meshmodel.model.vocabulary import ISSUE, READ, SEVERITIES, WRITE

_FEW: Final = 40
"""So many proofs are taken from one search."""
_KEPT: Final = 200
"""So many changed models are kept: searches come back to them."""


Violation = tuple[int, int, int]
"""The agent, the source and the access of a crossing; of a toxic flow the agent, and ``FLOW`` twice."""
FLOW: Final = -2


def open_in(engine: Engine) -> Iterator[Violation]:
    """All uncontrolled crossings and toxic flows."""
    listing, uncontrolled = Listing(engine), engine.doors.uncontrolled
    for agent in bits(engine.starts.fold(union(uncontrolled.values()))):
        for coming in listing.sources(agent):
            for access, starts in uncontrolled.items():
                if starts >> coming.start & 1 and listing.crosses(coming, access):
                    yield agent, coming.source, access
    for agent in bits(engine.toxic):
        yield agent, FLOW, FLOW


def severity_in(engine: Engine, violation: Violation) -> int:
    """How severe an uncontrolled crossing is, 0 to 3; a toxic flow is critical."""
    agent, source, access = violation
    if source == FLOW:
        return len(SEVERITIES) - 1
    listing = Listing(engine)
    start = next(start for each, start in engine.starts.source_starts(agent) if each == source)
    coming = SourcedAgent(agent, source, start)
    return listing.crossing(coming, access, dict(listing.open_doors(coming, access))).severity


class ChangedModel:
    """The model with measures taken, by their numbers."""

    def __init__(self, engine: Engine, measures: Measures) -> None:
        self.engine, self.measures = engine, measures
        self.known = StepBreaks(engine.mesh, engine.checkpoints, measures)
        self._made = {NOTHING: (engine, self.known)}
        self._severities: dict[Violation, int] = {}

    def severity(self, violation: Violation) -> int:
        """How severe a violation is, 0 to 3, where nothing is changed."""
        if violation not in self._severities:
            self._severities[violation] = severity_in(self.engine, violation)
        return self._severities[violation]

    def by(self, chosen: Proof) -> tuple[Engine, StepBreaks]:
        """The engine where some measures are taken, and what breaks the steps that are left."""
        engine, known = self._by(self.measures.changes(chosen))
        return engine.guarding(self.measures.asked(chosen)), known

    def _by(self, changes: Proof) -> tuple[Engine, StepBreaks]:
        if changes not in self._made:
            if len(self._made) > _KEPT:
                self._made = {NOTHING: (self.engine, self.known)}
            snapshot = narrowed(self.engine.snapshot, self.measures.listed(changes))
            engine = Engine(snapshot, self.engine.view, self.engine.mesh)
            engine.agents = self.engine.agents
            self._made[changes] = engine, StepBreaks(engine.mesh, engine.checkpoints, self.measures)
        return self._made[changes]

    def every(self) -> Proof:
        """All measures that there are."""
        mesh, relation = self.engine.mesh, self.known.relation
        steps = (step for kind in mesh.steps for step in mesh.steps[kind])
        return NOTHING.union(self.measures.changing_all(), *map(relation, steps))

    def intents(self, stop: Stop) -> Intents:
        """The declared intents that go through where nothing is changed."""
        return Intents(lambda changes: self._by(changes)[1], lambda chosen: self.by(chosen)[0].reaches, stop)

    def doors(self) -> set[Relation]:
        """The grants that are missing checkpoints where nothing is changed."""
        return {("grant", each.credential, each.system) for each in self.engine.missing}

    def violations(self, chosen: Proof, stop: Stop, hopeless: Collection[Violation] = ()) -> "Violations":
        """What is left open where some measures are taken."""
        return Violations(*self.by(chosen), stop, hopeless)


class Violations:
    """What an engine leaves open."""

    def __init__(
        self, engine: Engine, known: StepBreaks, stop: Stop, hopeless: Collection[Violation] = ()
    ) -> None:
        self._engine, self._known, self._stop, self._hopeless = engine, known, stop, hopeless
        self._mesh, self._starts, self._reaches = engine.mesh, engine.starts, engine.reaches
        self._bad = union(engine.doors.uncontrolled.values())
        self._agents = self._starts.fold(self._bad) | engine.toxic
        self._sources = list(self._starts.sources)
        self._listing = Listing(engine)
        self._outsider = Outsider(engine, known)

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
            if self._engine.toxic >> agent & 1:
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
        if agent >= 0 and self._engine.toxic >> agent & 1:
            found.update(self._flow(search, agent))
        return found

    @cached_property
    def _ways(self) -> dict[int, list[Step]]:
        """By access the grant steps that may be doors to it."""
        mesh, found = self._mesh, dict[int, list[Step]]()
        for step in mesh.steps["grant"]:
            for access in mesh.opens(step):
                found.setdefault(access, []).append(step)
        return found

    @cached_property
    def _doors(self) -> dict[Step, list[tuple[int, int]]]:
        """The grant steps that are open doors, with what they open, and the starts that must not."""
        doors, mesh, found = self._engine.doors, self._mesh, dict[Step, list[tuple[int, int]]]()
        for access, steps in self._ways.items():
            system, action = divmod(access, 5)
            for step in steps:
                door = doors.missing.get((mesh.original(step[0]), system))
                is_open = door and door.actions >> action & 1 and step[0] in doors.credentials(system)
                bad = doors.at(step[0], system, action)[1] if is_open else 0
                if bad:
                    found.setdefault(step, []).append((access, bad))
        return found

    def _proven(
        self, search: Search, step: Step, starts: int, sources: list[int]
    ) -> Iterator[tuple[Violation, Proof]]:
        """What a door opens that it must not, with proofs."""
        if step[0] not in search.came or search.taking(step) is None:
            return
        for access, bad in self._doors[step]:
            for source in sources if bad & starts else ():
                coming = self._coming(bad & starts & self._starts.sources[source], source, access)
                if coming is not None:
                    request = self._request(search, source, access)
                    because = self._because(search, coming, access, step[0])
                    sent = self._sent(search, coming.agent, coming.start, access, step[0])
                    parts = (
                        search.way(step, access),
                        sent,
                        self._source(coming.agent, source),
                        request,
                        because,
                    )
                    if None not in parts:
                        yield (coming.agent, source, access), NOTHING.union(*filter(None, parts))

    def _sent(self, search: Search, agent: int, start: int, access: int, credential: int) -> Proof | None:
        """How what is done by a door passes no boundary with a checkpoint that counts.

        There is power over these; or somebody sends it who lives elsewhere.
        """
        mesh, home = self._mesh, self._listing.home(agent)
        numbers = self._engine.checkpoints.between(home, mesh.zone[access // 5], access % 5)
        if not numbers or home is None:
            return NOTHING
        original = mesh.original(credential)
        inside, outside = (reach[original] >> start & 1 for reach in self._engine.doors.senders(home))
        if not inside and not outside:
            return NOTHING
        ways = [search.power(numbers)]
        if outside:
            elsewhere = self._reaches.own[original] & ~mesh.homes[home]
            nodes = (
                node for each in bits(elsewhere) for node in mesh.sessions_of(each) if node in search.came
            )
            ways += [search.path(node) | self._known.own(mesh.original(node), original) for node in nodes]
        return min((way for way in ways if way is not None), key=len, default=None)

    def _source(self, agent: int, source: int) -> Proof | None:
        """How an agent has its source: by a trigger that is unguarded for outsiders, where it cannot read."""
        if source == HOME:
            return NOTHING
        if self._reaches.readable[5 * source + READ] >> agent & 1:
            return self._known.readable(agent, source)
        return self._outsider.taking((5 * source + WRITE, self._mesh.first_agent + agent))

    def _because(self, search: Search, coming: SourcedAgent, access: int, credential: int) -> Proof | None:
        """Why it is a crossing, and no intent approves it."""
        agent, system, source = coming.agent, coming.source, self._listing.source(coming)
        (target, action), door = divmod(access, 5), self._listing.door(coming, credential)
        traits, parts = self._mesh.traits[target], list[Proof | None]()
        if not self._listing.crosses(coming, access, source._replace(moves=False)):
            parts.append(self._outsider.moving(system, agent))
        elif system != HOME:
            parts.append(self._known.several(system, target))
        if self._engine.doors.is_spoken_of(credential, access, coming.start):
            if carries_out(source, traits, action):
                parts += [self._moved(agent), self._known.several(system, target)]
            else:
                parts.append(self._outsider.moving(system, agent))
                if severity(source, traits, action, door._replace(way_out=False)) <= MEDIUM:
                    parts.append(self._way_out(search))
        return None if None in parts else NOTHING.union(*filter(None, parts))

    def _moved(self, agent: int) -> Proof:
        """How any source of an agent moves it."""
        every = self._reaches.moving.items()
        mine = [each for each, some in every if (some & self._starts.readers.get(each, 0)) >> agent & 1]
        return min(
            (self._outsider.moving(each, agent) | (self._source(agent, each) or NOTHING) for each in mine),
            key=len,
        )

    def _way_out(self, search: Search) -> Proof | None:
        """How there is a way out."""
        out = next((each for each in self._reaches.ways_out if each in search.came), None)
        return None if out is None else search.path(out)

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

    def _coming(self, starts: int, source: int, access: int) -> SourcedAgent | None:
        """One of some starts that has a crossing from a source to an access; only home tells them apart."""
        home = starts & self._engine.arrivals.at_home.get(self._mesh.zone[access // 5], 0)
        few = (some.bit_length() - 1 for some in (starts ^ home, home) if some)
        for start in bits(starts) if self._hopeless else few:
            agent = self._starts.agent_of[start]
            coming = SourcedAgent(agent, source, start)
            if self._listing.crosses(coming, access) and (agent, source, access) not in self._hopeless:
                return coming
        return None

    def _flow(self, search: Search, agent: int) -> Iterator[Proof]:
        """A proof of a toxic flow; none where one of its parts lies behind a door that has a proof."""
        reaches, known = self._reaches, self._known
        reads = (5 * system + READ for system in self._mesh.private)
        leaks = [
            search.path(read) | known.readable(agent, read // 5) | leak
            for read in reads
            if read in search.came and reaches.readable[read] >> agent & 1
            if (leak := self._leak(search, agent, read // 5)) is not None
        ]
        if leaks and (agent, FLOW, FLOW) not in self._hopeless:
            yield self._moved(agent) | min(leaks, key=len)

    def _leak(self, search: Search, agent: int, system: int) -> Proof | None:
        """How an agent carries out what it reads in a system."""
        for access in ways_out(self._reaches, system):
            if self._engine.doors.open_at(access) >> agent & 1:
                for step in self._ways.get(access, ()):
                    way = search.way(step, access) if step[0] in search.came else None
                    sent = None if way is None else self._sent(search, agent, agent, access, step[0])
                    if way is not None and sent is not None:
                        return way | sent | self._known.several(system, access // 5)
        return None


class Outsider:
    """How outsiders' words move agents.

    Attributes:
        search: what outsiders reach.
    """

    def __init__(self, engine: Engine, known: StepBreaks) -> None:
        self._reaches, self._mesh, self._known = engine.reaches, engine.mesh, known
        self._guards = engine.checkpoints.guards

    @cached_property
    def search(self) -> Search:
        """What outsiders reach unchecked."""
        return Search(self._known.outside, self._reaches.outsiders, self._mesh.outside)

    def taking(self, step: Step) -> Proof | None:
        """What breaks a step to an agent, and outsiders' power over what is on it; ``None``: it is guarded.

        They need not be able to take it themselves: values that start an agent tell it nothing.
        """
        power = self.search.power(self._guards.get(step, ()))
        return None if power is None else power | self._known.outside.relation(step)

    def moving(self, system: int, agent: int) -> Proof:
        """How a system moves an agent: by a step to it, or to one that it asks."""
        mesh = self._mesh
        asked = [each for each, askers in mesh.askers.items() if askers >> agent & 1]
        told = (5 * system + WRITE, self._reaches.started), (mesh.ears.get(system, 0), self._reaches.unjudged)
        ways = [
            self.taking((leaves, mesh.first_agent + each)) or NOTHING
            for leaves, entered in told
            for each in (agent, *asked)
            if entered.get(system, 0) >> each & 1
        ]
        written = NOTHING if mesh.untrusted[system] else self.search.path(5 * system + WRITE)
        return min(ways, key=len) | written
