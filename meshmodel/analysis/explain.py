"""Explanations: what a question means, and the witness and the story that answer it (section 11)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.crossing import instructs
from meshmodel.analysis.listing import Coming, Listing, Place
from meshmodel.analysis.results import Explanation
from meshmodel.analysis.starts import HOME
from meshmodel.analysis.stopping import Stop
from meshmodel.analysis.story import AGAIN, INTENDED, UNASKED, Story
from meshmodel.analysis.why_not import why_not
from meshmodel.analysis.witness import Counting, Paths
from meshmodel.model.actions import NUMBER, READ, implied
from meshmodel.model.records import Intent
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, Action


class Asked(NamedTuple):
    """What a question is about, once what it leaves out is chosen.

    Attributes:
        agent, system, action, source: as asked, or as chosen.
        reached: the accesses asked for that the agent reaches.
        place: the worst crossing, or ``None`` where there is none.
    """

    agent: str
    system: str
    action: Action | None
    source: str | None
    reached: tuple[int, ...]
    place: Place | None


class Explaining:
    """Answers to *why* about one snapshot."""

    def __init__(self, snapshot: Snapshot, listing: Listing) -> None:
        self.snapshot, self.listing = snapshot, listing
        self.mesh, self.reaches, self.checkpoints = listing.mesh, listing.reaches, listing.reaches.checkpoints
        self.paths = Paths(self.mesh, self.checkpoints)
        self.story = Story(snapshot, self.mesh, self.reaches.heard)

    # What is asked

    def asked(
        self, agent: str | None, system: str | None, action: Action | None, source: str | None, stop: Stop
    ) -> Asked | None:
        """What a question is about; see ``Analysis.explain``."""
        snapshot, mesh = self.snapshot, self.mesh
        if agent not in (None, *snapshot.agent) or system not in (None, *snapshot.system):
            return None
        if source not in (None, "home", *snapshot.system):
            return None
        if agent is None or system is None:
            # Where nothing fits all that was asked, the answer says so of what fits less of it.
            for less in dict.fromkeys([(action, source), (action, None), (None, None)]):
                stop.check()
                chosen = self._chosen(agent, system, *less)
                if chosen is not None:
                    agent, system = chosen
                    break
        if agent is None or system is None:
            return None
        if agent not in mesh.agent:
            return Asked(agent, system, action, source, (), None)
        number = mesh.agent[agent]
        reached = self._reached(1 << number, self._accesses(system, action))
        place = self.listing.worst(number, reached, self._source(source))
        return Asked(agent, system, action, source, tuple(reached), place)

    def _source(self, source: str | None) -> int | None:
        return None if source is None else HOME if source == "home" else self.mesh.system[source]

    def _accesses(self, system: str | None, action: Action | None) -> list[int]:
        """The accesses that were asked about, by system."""
        numbers = range(len(self.mesh.systems)) if system is None else (self.mesh.system[system],)
        actions = range(5) if action is None else (NUMBER[action],)
        return [5 * each + x for each in numbers for x in actions]

    def _reached(self, agents: int, accesses: Sequence[int]) -> list[int]:
        return [each for each in accesses if self.reaches.full[each] & agents]

    def _chosen(
        self, agent: str | None, system: str | None, action: Action | None, source: str | None
    ) -> tuple[str, str] | None:
        """The agent and the system of the worst crossing; where there is none, of the first reach."""
        mesh, starts, number = self.mesh, self.listing.starts, self._source(source)
        if agent is not None and agent not in mesh.agent:
            return None
        agents = (1 << len(mesh.agents)) - 1 if agent is None else 1 << mesh.agent[agent]
        onto = self._reached(agents, self._accesses(system, action))
        some = (1 << len(starts.agent_of)) - 1 if agent is None else starts.unfold(agents)
        place = self.listing.worst_of_many(some, set(onto), number)
        for each in bits(agents) if place is None else ():
            here = [access for access in onto if self.reaches.full[access] >> each & 1]
            place = place or self.listing.worst(each, here, number)
        if place is not None:
            return mesh.agents[place.coming.agent], mesh.systems[place.access // 5]
        if source is None and onto:
            first = next(bits(self.reaches.full[onto[0]] & agents))
            return mesh.agents[first], mesh.systems[onto[0] // 5]
        return None

    # Answers

    def answer(self, asked: Asked) -> Explanation:
        """The explanation of what was asked."""
        if asked.place is not None:
            return self.crossing(asked.place)
        origin = None if asked.source == "home" else asked.source
        if asked.reached:
            return self.reached(self.mesh.agent[asked.agent], asked.reached[0], origin)
        reason = why_not(self.snapshot, self.mesh, asked.agent, asked.system, asked.action)
        return Explanation(asked.agent, origin, asked.system, asked.action, None, None, (), (), reason)

    def starts(self, coming: Coming) -> list[int]:
        """The nodes from which a crossing starts: the agent, with what it read if it can (section 6)."""
        start, read = [self.mesh.first_agent + coming.agent], 5 * coming.source + READ
        can_read = coming.source != HOME and self.reaches.readable[read] >> coming.agent & 1
        return [*start, read] if can_read else start

    def counting(self, coming: Coming) -> Counting:
        """The checkpoints that count for a crossing's start."""
        return self.paths.counting(self.listing.starts.power, coming.start)

    def counting_alone(self, agent: int) -> Counting:
        """The checkpoints that count for an agent, alone as the start."""
        return self.paths.counting(self.reaches.alone.power, agent)

    def crossing(self, place: Place) -> Explanation:
        """One crossing, told by a shortest path; if it is uncontrolled, by one on which nobody is asked."""
        is_open = place.state == "uncontrolled"
        closed = self.paths.closed(self.counting(place.coming)) if is_open else frozenset()
        path = self.paths.shortest(self.starts(place.coming), place.access, closed)
        assert path is not None
        return self.told(place, path)

    def told(self, place: Place, path: Sequence[int]) -> Explanation:
        """One crossing, told by a path from its start."""
        mesh, coming, starts = self.mesh, place.coming, self.starts(place.coming)
        agent, source, identity = mesh.agents[coming.agent], None, None
        if coming.source != HOME:
            source = mesh.systems[coming.source]
            identity = self.paths.reading_identity(coming.agent, coming.source) if starts[1:] else None
        steps = self.paths.told(
            path,
            self.counting(coming),
            self.listing.zone(coming),
            None if path[0] == starts[0] else identity,
            self.paths.first_of(self.boundaries(place)),
        )
        opening = self.story.opening(agent, source, identity)
        sentences = self.story.tell(opening, agent, steps, path, self._unasked(place, path), place.state)
        if source is not None and self.listing.zone(coming) == mesh.zone[place.access // 5]:
            sentences += (self._within(source, place.access),)
        return Explanation(
            agent,
            source,
            mesh.systems[place.access // 5],
            ACTIONS[place.access % 5],
            place.state,
            None if place.severity < 0 else SEVERITIES[place.severity],
            steps,
            sentences,
        )

    def _within(self, source: str, access: int) -> str:
        """What makes a crossing where the zone is not left."""
        system, mesh = access // 5, self.mesh
        heard = instructs(self.reaches.as_source[mesh.system[source]], mesh.traits[system], access % 5)
        what = "on what outsiders wrote" if heard else f"with what {self.snapshot.system[source].title} holds"
        return f"within {self.story.zone(mesh.zone[system])}, {what}"

    def reached(
        self, agent: int, access: int, source: str | None = None, path: Sequence[int] | None = None
    ) -> Explanation:
        """Reach that is no crossing: a shortest effective path, or another one."""
        name = self.mesh.agents[agent]
        path = path or self.paths.shortest([self.mesh.first_agent + agent], access)
        assert path is not None
        steps = self.paths.told(path, self.counting_alone(agent), self.listing.home(agent))
        opening = self.snapshot.agent[name].title
        sentences = self.story.tell(opening, name, steps, path, {}, None)
        system, action = self.mesh.systems[access // 5], ACTIONS[access % 5]
        return Explanation(name, source, system, action, None, None, steps, sentences)

    def boundaries(self, place: Place) -> list[int]:
        """The checkpoints that count on the boundary of a crossing."""
        zones = self.listing.zone(place.coming), self.mesh.zone[place.access // 5]
        there = self.checkpoints.between(zones, place.access % 5)
        return [each for each in there if each in self.counting(place.coming)]

    def _unasked(self, place: Place, path: Sequence[int]) -> Mapping[int, str]:
        """What is said of the grant steps of a path, counted from 0, on which no checkpoint counts.

        A decision came before them on the way; or an intent covers them; or a checkpoint is missing on
        them, on this crossing or on another one of the agent; else nothing.
        """
        mesh, coming = self.mesh, place.coming
        found = {}
        for number, (leaves, enters) in enumerate(pairwise(path)):
            if mesh.kind(leaves, enters) != "grant":
                continue
            after = path[number + 2] if number + 2 < len(path) else None
            implies = after is not None and mesh.kind(enters, after) == "implies"
            used = mesh.original(after if after is not None and implies else enters)
            crosses = self.listing.crosses(coming, used)
            open_ = dict(self.listing.open_doors(coming, used)) if crosses else {}
            missing = self.listing.missing(leaves, used)
            if leaves in open_:
                found[number] = INTENDED if open_[leaves] else UNASKED
            elif crosses and not self.listing.starts.reach[leaves] >> coming.start & 1:
                found[number] = AGAIN
            elif missing is not None and missing.agents >> coming.agent & missing.actions >> used % 5 & 1:
                found[number] = UNASKED
        return found

    # Intents

    def can_be_intended(self, explanation: Explanation) -> Intent | None:
        """The intent after which every open door of a crossing is approved (section 6), or ``None``.

        It adds the action and the source to what the agent's intent on the system says.
        """
        if explanation.state != "uncontrolled" or explanation.action is None:
            return None
        mesh, reaches = self.mesh, self.reaches
        agent, system = mesh.agent[explanation.agent], mesh.system[explanation.system]
        access, source = 5 * system + NUMBER[explanation.action], self._source(explanation.source or "home")
        place = self.listing.worst(agent, [access], source)
        if place is None or not mesh.traceable[system]:
            return None
        if source != HOME and reaches.as_source[source or 0].heard and mesh.words.instructed >> agent & 1:
            return None
        in_hand = reaches.intended(reaches.handed({mesh.first_agent + agent: 1}))
        for door in place.doors:
            if not in_hand[mesh.original(door)] and not (access % 5 == READ and in_hand[door]):
                return None
        return self._intent(explanation, access % 5)

    def _intent(self, explanation: Explanation, action: int) -> Intent:
        tables, origin = self.snapshot, explanation.source or "home"
        known = tables.intent.get((explanation.agent, explanation.system))
        if known is None:
            return Intent(explanation.agent, explanation.system, (ACTIONS[action],), (origin,))
        actions, from_ = known.actions, known.from_ or ("home",)
        if not implied(sum(1 << NUMBER[each] for each in actions)) >> action & 1:
            actions = tuple(each for each in ACTIONS if each in (*actions, ACTIONS[action]))
        zone = None if explanation.source is None else tables.system[explanation.source].domain
        at_home = "home" in from_ and zone is not None and zone == tables.agent[explanation.agent].home
        if origin not in from_ and not at_home:
            from_ = tuple(sorted({*from_, origin}))
        return Intent(explanation.agent, explanation.system, actions, from_)
