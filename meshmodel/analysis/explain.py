"""Explanations: the worst crossing to a place, its witness, and its story (section 11)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from meshmodel.analysis.crossings import crossed_from
from meshmodel.analysis.engine import Engine, Group, Traveller
from meshmodel.analysis.fix.stopping import NEVER, Stop
from meshmodel.analysis.intending import Intending
from meshmodel.analysis.listing import Listing, all_of
from meshmodel.analysis.results import Door, Explanation, Finding
from meshmodel.analysis.steps import ALL_ACTIONS, READ, bits
from meshmodel.analysis.story import AGAIN, INTENDED, Story
from meshmodel.analysis.telling import Telling
from meshmodel.analysis.why_not import why_not
from meshmodel.analysis.witness import Paths
from meshmodel.analysis.worst import Origins, Place, Settled, Worst
from meshmodel.model.records import Intent
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, Action


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is about: an agent, a system, which of the actions asked for are reached there.

    ``place`` is the worst crossing, or ``None`` where there is no crossing.
    """

    agent: str
    system: str
    action: Action | None
    source: str | None
    reached: int
    place: Place | None


class Explaining:
    """Answers to *why* for one reading."""

    def __init__(self, engine: Engine, listing: Listing, doors: Callable[[], Sequence[Door]]) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        self.listing = listing
        self.doors = doors
        self.paths = Paths(engine)
        self.story = Story(engine, self.paths)
        self.intending = Intending(engine, listing)
        self.travellers = Settled(engine)
        self.worst = Worst(engine, listing, self.travellers)
        self.telling = Telling(self)

    def explain(
        self,
        agent: str | None,
        system: str | None,
        action: Action | None,
        source: str | None,
        stop: Stop = NEVER,
    ) -> Explanation | None:
        """See ``Analysis.explain``."""
        asked = self.asked(agent, system, action, source, stop)
        stop.check()
        return None if asked is None else self.answer(asked)

    def asked(
        self,
        agent: str | None,
        system: str | None,
        action: Action | None,
        source: str | None,
        stop: Stop = NEVER,
    ) -> Asked | None:
        """What a question is about, once what it leaves out is chosen."""
        snapshot, mesh = self.engine.snapshot, self.mesh
        if (agent is not None and agent not in snapshot.agent) or (
            system is not None and system not in snapshot.system
        ):
            return None
        if source not in (None, "home") and source not in snapshot.system:
            return None
        if agent is None or system is None:
            # Where nothing fits all that was asked, the answer says so of what fits less of it.
            narrowing = dict.fromkeys([(action, source), (action, None), (None, None)])
            fitting = (self._worst_place(agent, system, *each, stop) for each in narrowing)
            chosen = next((each for each in fitting if each is not None), None)
            if chosen is None:
                return None
            agent, system = chosen
        node = mesh.agent_node.get(agent)
        row = 0 if node is None else self.engine.effective.row(node)
        reached = row >> mesh.access_node(system, 0) & ALL_ACTIONS
        if action is not None:
            reached &= 1 << ACTIONS.index(action)
        place = self._worst(agent, system, reached, source) if reached else None
        return Asked(agent, system, action, source, reached, place)

    def answer(self, asked: Asked) -> Explanation:
        """The explanation of what was asked."""
        agent, system = asked.agent, asked.system
        if not asked.reached:
            return self._unreached(agent, system, asked.action, asked.source)
        if asked.place is None:
            return self._reached(agent, system, next(bits(asked.reached)), asked.source)
        return self.crossing(agent, asked.place, approved=False)

    def of_finding(self, finding: Finding) -> Explanation | None:
        """See ``Analysis.explain_finding``."""
        return self.telling.tell(finding)

    def can_be_intended(self, explanation: Explanation) -> Intent | None:
        """See ``Analysis.can_be_intended``."""
        traveller = self.travellers.get(explanation.agent)
        if traveller is None or explanation.state != "uncontrolled" or explanation.action is None:
            return None
        source = None if explanation.source is None else self.mesh.system_number[explanation.source]
        access = self.mesh.access_node(explanation.system, ACTIONS.index(explanation.action))
        group = next((group for each, group in all_of(self.engine, traveller) if each == source), None)
        return None if group is None else self.intending.intent(traveller, group, source, access)

    def _worst_place(
        self, agent: str | None, system: str | None, action: Action | None, source: str | None, stop: Stop
    ) -> tuple[str, str] | None:
        """The agent and the system of the worst crossing or, all being equal, the first; or of reach."""
        actions = ALL_ACTIONS if action is None else 1 << ACTIONS.index(action)
        is_narrow = action is not None or source is not None
        coming = None
        if source is not None:
            coming = {each for each in self.travellers if self._comes_from(each, source)}
            if not coming or (agent is not None and agent not in coming):
                return None
        best: tuple[int, str, str] | None = None
        ordered = sorted(self.doors(), key=lambda door: -SEVERITIES.index(door.severity))
        for door in ordered:
            most = SEVERITIES.index(door.severity)
            if best is not None and best[0] >= most:
                break
            if (agent is not None and agent not in door.agents) or system not in (None, door.system):
                continue
            if action is not None and action not in door.actions:
                continue
            for name in (agent,) if agent is not None else door.agents:
                if coming is not None and not (
                    name in coming and self._crosses(name, door.system, actions, source)
                ):
                    continue
                stop.check()
                told = self._worst(name, door.system, actions, source)
                rank = SEVERITIES.index(told[3].severity) if told and told[3].severity else -1
                if (best is None and not (is_narrow and rank < 0)) or (best is not None and rank > best[0]):
                    best = rank, name, door.system
                if rank == most:
                    break
        if best is not None:
            return best[1:]
        return self._first_place(agent, system, actions, source, stop)

    def _comes_from(self, agent: str, source: str | None) -> bool:
        """Whether a place is a source of an agent, if one is asked about."""
        traveller = self.travellers.get(agent)
        if source is None or traveller is None:
            return source is None
        if source == "home":
            return traveller.home is not None
        return bool(traveller.sources >> self.mesh.access_node(source, READ) & 1)

    def _crosses(self, agent: str, system: str, actions: int, source: str | None) -> bool:
        """Whether there is any crossing from a source of an agent to a system; quickly."""
        traveller = self.travellers[agent]
        number = None if source in (None, "home") else self.mesh.system_number[source]
        crossed = traveller.reach & crossed_from(self.mesh, traveller, number)
        return bool(crossed >> self.mesh.access_node(system, 0) & actions)

    def _first_place(
        self, agent: str | None, system: str | None, actions: int, source: str | None, stop: Stop
    ) -> tuple[str, str] | None:
        """The first agent with any crossing and its system; where there is none, with any reach."""
        asked = self.mesh.access
        if actions != ALL_ACTIONS:
            asked &= sum(actions << 5 * number for number in range(len(self.mesh.systems)))
        if system is not None:
            asked &= ALL_ACTIONS << self.mesh.access_node(system, 0)
        for traveller in self.engine.travellers:
            stop.check()
            if agent not in (None, traveller.id) or not self._comes_from(traveller.id, source):
                continue
            # From home, or else from the first source by id: numbers do not tell, after an edit.
            first: tuple[str, int] | None = None
            for number, _ in all_of(self.engine, traveller):
                name = "" if number is None else self.mesh.systems[number]
                if source not in (None, name or "home") or (first is not None and name >= first[0]):
                    continue
                crossed = traveller.reach & crossed_from(self.mesh, traveller, number) & asked
                if crossed:
                    first = name, crossed
                    if not name:
                        break
            if first is not None:
                return traveller.id, min(self.mesh.systems[each // 5] for each in bits(first[1]))
        if source is not None:
            return None
        for name in (agent,) if agent is not None else sorted(self.mesh.agent_node):
            node = self.mesh.agent_node.get(name)
            reached = 0 if node is None else self.engine.effective.row(node) & asked
            if reached:
                return name, min(self.mesh.systems[each // 5] for each in bits(reached))
        return None

    def _worst(
        self, agent: str, system: str, actions: int, source: str | None, through: int | None = None
    ) -> Place | None:
        """The worst crossing of an agent to a system: uncontrolled, then severity, then home first."""
        asked = None
        if source is not None:
            node = 0 if source == "home" else 1 << self.mesh.access_node(source, READ)
            asked = Origins(node, home=source == "home")
        return self.worst.place(agent, system, actions, asked, through)

    def crossing(self, agent: str, place: Place, *, approved: bool = True) -> Explanation:
        """One crossing, told by a shortest path; if it is uncontrolled, by one on which nobody is asked.

        Args:
            agent: its id.
            place: the crossing.
            approved: likewise if it is approved, as a finding about what is unchecked tells it; what
                section 11 answers is then a shortest effective one.
        """
        source, group, access, judged = place
        traveller = self.travellers.settled(agent)
        is_open = judged.state == "uncontrolled" or (approved and judged.state == "approved")
        unguarded = self.paths.unguarded_for(group.unchecked) if is_open else None
        path = self.paths.shortest(self.starts(traveller, source), access, unguarded)
        assert path is not None
        return self.told(traveller, place, path)

    def told(self, traveller: Traveller, place: Place, path: list[int]) -> Explanation:
        """One crossing, told by a path from its start."""
        source, group, access, judged = place
        mesh, unchecked = self.mesh, group.unchecked
        readable = len(self.starts(traveller, source)) > 1
        zone = traveller.home if source is None else mesh.zone_of[source]
        identity = None
        if source is not None and readable and path[0] != traveller.node:
            identity = self.story.reading_identity(traveller.node, 5 * source + READ)
        steps = self.paths.told(
            path,
            unchecked,
            zone=zone,
            identity=identity,
            boundary=next(iter(self.boundaries(traveller, group, source, access)), None),
        )
        name = None if source is None else mesh.systems[source]
        return Explanation(
            traveller.id,
            name,
            mesh.systems[access // 5],
            ACTIONS[access % 5],
            judged.state,
            judged.severity,
            steps,
            self.story.tell(
                traveller.id,
                name,
                steps,
                state=judged.state,
                readable=readable,
                unasked=self._unasked(traveller, place, path),
            ),
        )

    def starts(self, traveller: Traveller, source: int | None) -> list[int]:
        """The nodes from which a crossing starts: the agent, with what it read if it can (section 6)."""
        if source is not None and traveller.reach >> 5 * source + READ & 1:
            return [traveller.node, 5 * source + READ]
        return [traveller.node]

    def _unasked(self, traveller: Traveller, place: Place, path: Sequence[int]) -> Mapping[int, str]:
        """What is said of the grant steps of a path, counted from 0, where no checkpoint is missing.

        An intent of the agent covers them, the grants of a deputy judged alike: it speaks only of credentials
        in its own hand. Or a decision came before them on the way, or they are no crossing: neither on it nor
        on another way of the agent.
        """
        source, group, _, _ = place
        crossed = crossed_from(self.mesh, traveller, source)
        found = {}
        for number, (leaves, enters) in enumerate(pairwise(path)):
            if self.mesh.kind(leaves, enters) == "grant":
                after = path[number + 2] if number + 2 < len(path) else None
                used = enters if after is None or self.mesh.kind(enters, after) != "implies" else after
                if not group.unchecked.row >> leaves & 1:
                    found[number] = AGAIN
                elif self.listing.approved(traveller.id, source, used) >> leaves & 1:
                    found[number] = INTENDED
                elif not crossed >> used & 1 and not self._is_door(traveller.id, leaves, enters):
                    found[number] = ""
        return found

    def _is_door(self, agent: str, credential: int, access: int) -> bool:
        """Whether a checkpoint is missing on a grant, by whichever way the agent comes there."""
        name = self.mesh.credentials[credential - self.mesh.first_credential]
        system = self.mesh.systems[access // 5]
        return any(
            each.credential == name and each.system == system and agent in each.agents
            for each in self.doors()
        )

    def boundaries(self, traveller: Traveller, group: Group, source: int | None, access: int) -> list[str]:
        """The checkpoints that count on the boundary of a crossing, by id."""
        zone = traveller.home if source is None else self.mesh.zone_of[source]
        return sorted(
            self.engine.candidates.ids[boundary.number]
            for boundary in self.engine.candidates.boundaries
            if boundary.zone_from == zone
            and boundary.zone_to == self.mesh.zone_of[access // 5]
            and boundary.actions >> access % 5 & 1
            and not group.unchecked.dropped >> boundary.number & 1
        )

    def _reached(self, agent: str, system: str, action: int, source: str | None) -> Explanation:
        """Reach that is no crossing: a shortest effective path."""
        path = self.paths.shortest([self.mesh.agent_node[agent]], self.mesh.access_node(system, action))
        assert path is not None
        return self.reached(agent, path, source)

    def reached(self, agent: str, path: list[int], source: str | None = None) -> Explanation:
        """Reach that is no crossing, told by a path."""
        system, action = self.mesh.systems[path[-1] // 5], path[-1] % 5
        record = self.engine.snapshot.agent[agent]
        steps = self.paths.told(path, self.engine.alone[agent], zone=record.home)
        origin = None if source in (None, "home") else source
        return Explanation(
            agent,
            origin,
            system,
            ACTIONS[action],
            None,
            None,
            steps,
            self.story.tell(
                agent,
                None,
                steps,
                state=None,
                readable=False,
                unasked={},
            ),
        )

    def _unreached(self, agent: str, system: str, action: Action | None, source: str | None) -> Explanation:
        reason = why_not(self.engine, self.paths, agent, system, action)
        origin = None if source in (None, "home") else source
        return Explanation(agent, origin, system, action, None, None, (), (), reason)
