"""Where agents start: sources of one agent that nothing tells apart are one start.

See ``docs/semantics.md#paths``.

Every start is one bit, the same in all sets. The first of them are the agents as such, by their numbers:
home, what triggers them, and all that they can read without gaining anything by it. Sources from which an
agent reaches more than it does alone are further starts, and so are those that an intent tells apart. So
whatever ``docs/semantics.md#paths`` says of an agent *and* a source is a set of starts.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from meshmodel.analysis.checkpoints import UncheckedReach
from meshmodel.analysis.crossing import HOME_SOURCE, NearSource, one_person, source_of
from meshmodel.analysis.graph import Memberships, bits, bitset, union
from meshmodel.analysis.reach import Reaches
from meshmodel.model.vocabulary import READ, action_mask, expand_admin

_FEW = 64
"""Of at most so many agents that are not among the starts as such, their own starts are looked for alone."""
HOME = -1
"""The number that stands for home among the sources."""


class Key(NamedTuple):
    """What tells sources of an agent apart.

    Attributes:
        gains: what follows on reading it, if the agent gains by that.
        person: to whom it belongs, if a request that others decide about may carry it out to such a one.
        intents: those that speak of it as a source.
        source: where there are some, what else matters of it: it says what intents answer for.
    """

    gains: tuple[int, ...]
    person: str | None
    intents: tuple[int, ...]
    source: NearSource | None


_OUT = -1
"""Stands among what is gained for a way out: reading the source is itself one."""
_ALONE = Key((), None, (), None)


class StartBlock(NamedTuple):
    """Starts of some agents, numbered in their order, that are alike but for the agent.

    Attributes:
        first: the number of the first.
        agents: whose they are, as bits.
        read: the access that they have read, if they gain by it.
    """

    first: int
    agents: int
    read: int | None

    @property
    def starts(self) -> int:
        """All of them."""
        return (1 << self.agents.bit_count()) - 1 << self.first

    def of(self, agents: int) -> int:
        """Those of some of the agents."""
        if agents == self.agents:
            return self.starts
        return bitset([self.first + (self.agents & (1 << agent) - 1).bit_count() for agent in bits(agents)])


class Starts:
    """All starts of some agents.

    Attributes:
        reaches: what every agent reaches.
        agents: those whose starts these are, as bits.
        agent_of: the number of the agent, by start.
        sources: by source the starts that it belongs to (``HOME``: home).
        readers: by source the agents that have it.
        reach: by node, the starts that reach it unchecked.
        power: by checkpoint, the starts that have power over it.
        approved: by access, the starts that come from where an intent speaks of it.
        person_of: by person to whom it matters that sources belong, the starts that come from such.
    """

    def __init__(self, reaches: Reaches, agents: int) -> None:
        self.reaches, self.agents = reaches, agents
        self.mesh, self.checkpoints = reaches.mesh, reaches.checkpoints
        self.readers = self._readers()
        self.agent_of = list(range(len(self.mesh.agents)))
        self._first = len(self.agent_of)
        self._blocks: list[StartBlock] = []
        self._intents()
        self._split()
        self.reach, self.power = self._unchecked()

    def _unchecked(self) -> UncheckedReach:
        """What the starts reach: the agents as such, and behind them those that need a look of their own."""
        alone, first = self.reaches.alone, self._first
        if not self._blocks:
            return alone
        seeds = {node: some >> first for node, some in self.seeds().items()}
        for block in self._blocks:
            if block.read is not None:
                seeds[block.read] = seeds.get(block.read, 0) | block.starts >> first
        more = self.checkpoints.unchecked(seeds)
        # Most nodes have the same sets as others, which are one object then.
        known: dict[tuple[int, int], int] = {}
        reach = []
        for one, other in zip(alone.reach, more.reach, strict=True):
            key = id(one), id(other)
            if key not in known:
                known[key] = one | other << first
            reach.append(known[key])
        powers = zip(alone.power, more.power, strict=True)
        return UncheckedReach(reach, [one | other << first for one, other in powers])

    def seeds(self) -> dict[int, int]:
        """All starts by the nodes of their agents."""
        return {self.mesh.first_agent + agent: self._of_agent[agent] for agent in bits(self.agents)}

    def is_covered(self, agent: int, source: int, access: int) -> bool:
        """Whether an intent speaks of an access for an agent that comes from a source, its own or not."""
        covered = self._covered[source][agent] if source in self._covered else []
        return not set(covered).isdisjoint(self._speaking.get(access, ()))

    def fold(self, starts: int) -> int:
        """The agents of some starts."""
        agents, more = starts & (1 << self._first) - 1, starts >> self._first
        lacking = self._further & ~agents
        if lacking.bit_count() < _FEW:
            more &= self.unfold(lacking) >> self._first
        return agents | bitset({self.agent_of[self._first + number] for number in bits(more)})

    def unfold(self, agents: int) -> int:
        """All starts of some agents."""
        return union(self._of_agent[agent] for agent in bits(agents))

    @cached_property
    def _further(self) -> int:
        """The agents that have other starts than as such."""
        return union(block.agents for block in self._blocks)

    @cached_property
    def _of_agent(self) -> list[int]:
        """By agent its starts; none of an agent that has no relation."""
        found: dict[int, list[int]] = {agent: [] for agent in self.mesh.related}
        for start, agent in enumerate(self.agent_of):
            if agent in found:
                found[agent].append(start)
        return [bitset(found.get(agent, ())) for agent in range(len(self.mesh.agents))]

    def moved_by(self, source: int) -> int:
        """The starts that come from a source which moves their agent."""
        moved = self.reaches.moving.get(source, 0)
        return self.sources.get(source, 0) & self.unfold(moved) if moved else 0

    @cached_property
    def any_moved(self) -> int:
        """The agents that some source of theirs moves."""
        return union(moved & self.readers.get(each, 0) for each, moved in self.reaches.moving.items())

    def source_starts(self, agent: int) -> Iterator[tuple[int, int]]:
        """The sources of an agent, home first, each with its start."""
        for place in self._read_by.of(agent):
            source = self._in_order[place]
            found = self.sources.get(source, 0) & self._of_agent[agent]
            if found:
                yield source, found.bit_length() - 1

    @cached_property
    def _in_order(self) -> list[int]:
        return sorted(self.readers)

    @cached_property
    def _read_by(self) -> Memberships:
        return Memberships([self.readers[source] for source in self._in_order])

    def _readers(self) -> dict[int, int]:
        """By source its agents; people have none."""
        mesh, crossing = self.mesh, self.agents & ~self.mesh.persons
        found = {HOME: crossing & union(mesh.homes.values())}
        for number in range(len(mesh.systems)):
            starting = self.reaches.started.get(number, 0)
            found[number] = (self.reaches.readable[5 * number + READ] | starting) & crossing
        return {source: each for source, each in found.items() if each}

    def _gaining(self, readers: dict[int, int]) -> dict[int, tuple[tuple[int, ...], int]]:
        """By source what is known to follow on it alike, and the agents that gain by reading it.

        A crossing starts at the agent *together with* (source, read). That differs from the agent alone only
        if a step from there leads to what it does not reach unchecked, or is guarded and may open, or if the
        read is itself a way out.
        """
        checkpoints = self.checkpoints
        reach, graph = self.reaches.alone.reach, checkpoints.graph
        guarded = {leaves for leaves, _ in checkpoints.openable}
        reads = [5 * source + READ for source in readers if source != HOME]
        # Reading these is itself a way out, which the severity of what is read next depends on.
        leading = {
            read
            for read in reads
            if self.mesh.traits[read // 5].exposes_read and read // 5 in self.reaches.moving
        }
        hidden = {
            read: some
            for read in reads
            if (graph.successors[read] or read in guarded or read in leading)
            and (some := self.reaches.readable[read] & readers[read // 5] & ~reach[read])
        }
        if not hidden:
            return {}
        lacking = graph.gather([self.agents & ~each for each in reach])
        locked_in = ~self.reaches.way_out(reach)
        found: dict[int, tuple[tuple[int, ...], int]] = {}
        for read, readers_of in hidden.items():
            if read in guarded:
                found[read // 5] = (graph.condensed[0][read],), readers_of
                continue
            after = graph.successors[read]
            gaining = readers_of & union(lacking[each] for each in after)
            components = {graph.condensed[0][each] for each in after}
            if read in leading:
                gaining |= readers_of & locked_in
                components.add(_OUT)
            if gaining:
                found[read // 5] = tuple(sorted(components)), gaining
        return found

    def _intents(self) -> None:
        """By access the intents that speak of it; by source the agents and the intents that cover it."""
        mesh = self.mesh
        self._speaking: defaultdict[int, list[int]] = defaultdict(list)
        self._covered: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        intents = mesh.snapshot.intent.values()
        for number, intent in enumerate(each for each in intents if each.agent in mesh.agent):
            agent, home = mesh.agent[intent.agent], mesh.snapshot.agent[intent.agent].home
            named = {mesh.system[each] for each in intent.from_ or () if each != "home"}
            sources = set(named)
            if home is not None and "home" in (intent.from_ or ("home",)):
                sources |= {HOME, *mesh.in_zone.get(home, ())}
            covered = 5 * mesh.system[intent.system], expand_admin(action_mask(intent.actions))
            reading = [(5 * each, 1 << READ) for each in named]
            # It speaks of its actions; and of reading what it comes from, coming from home or the rest of it.
            for which, coming, accesses in ((0, sources, [covered]), (1, sources | {HOME}, reading)):
                for source in coming if accesses else ():
                    self._covered[source][agent].append(2 * number + which)
                for first, mask in accesses:
                    for action in bits(mask if mesh.traceable[first // 5] else 0):
                        self._speaking[first + action].append(2 * number + which)

    def _split(self) -> None:
        """Give every source of every agent its start.

        Which doors are open and approved depends (``docs/semantics.md#paths``) on what the start reaches,
        on whose the source is, and on the intents that speak of it and what they answer for: the parts of a
        key. One start a key is enough.
        """
        traits = self.mesh.traits
        asking = {traits[each].person for each in self.checkpoints.requests if traits[each].exposes_acting}
        gaining = self._gaining(self.readers)
        parts: list[tuple[int, Key, int]] = []
        for source, every in self.readers.items():
            gains, gain = gaining.get(source, ((), 0))
            person = None if source == HOME else traits[source].person
            person = person if any(one_person(person, each) for each in asking) else None
            rest = every
            for agent, intents in self._covered.get(source, {}).items():
                mine = every & 1 << agent
                if mine:
                    moves = self.reaches.moving.get(source, 0) & mine > 0
                    spoken = HOME_SOURCE if source == HOME else source_of(traits[source], moves=moves)
                    key = Key(gains if gain & mine else (), person, tuple(intents), spoken)
                    parts.append((source, key, mine))
                    rest ^= mine
            parts.append((source, Key(gains, person, (), None), rest & gain))
            parts.append((source, Key((), person, (), None), rest & ~gain))
        blocks = self._number(parts)
        self.sources: defaultdict[int, int] = defaultdict(int)
        for source, key, agents in parts:
            if agents:
                self.sources[source] |= blocks[key].of(agents) if key in blocks else agents
        self.person_of: defaultdict[str, int] = defaultdict(int)
        by_intent: defaultdict[int, int] = defaultdict(int)
        for key, block in blocks.items():
            if key.person is not None:
                self.person_of[key.person] |= block.starts
            for intent in key.intents:
                by_intent[intent] |= block.starts
        self.approved = {
            access: union(by_intent[each] for each in some if each in by_intent)
            for access, some in self._speaking.items()
        }

    def _number(self, parts: list[tuple[int, Key, int]]) -> dict[Key, StartBlock]:
        """Number the starts that are told apart from their agents as such, by key."""
        wanted: defaultdict[Key, int] = defaultdict(int)
        read: dict[Key, int] = {}
        for source, key, agents in parts:
            if agents and key != _ALONE:
                wanted[key] |= agents
                if key.gains:
                    read[key] = 5 * source + READ
        found = {}
        for key, agents in wanted.items():
            found[key] = StartBlock(len(self.agent_of), agents, read.get(key))
            self.agent_of += bits(agents)
        self._blocks = list(found.values())
        return found
