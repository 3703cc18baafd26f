"""Where outsiders' words may come to, whom they steer, and who hears what (``docs/semantics.md#steps``)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from copy import copy
from functools import cached_property

from meshmodel.analysis.bitset import bits, bitset, union
from meshmodel.analysis.graph import Graph, Reach, Step
from meshmodel.analysis.steps import OWN, Steps
from meshmodel.model.actions import ADMIN, READ, WRITE
from meshmodel.model.stop import check_current

_FEW = 4
"""At most so many agents that hear a system are entered from it one by one; more by way of hubs."""


class Words:
    """Outsiders' words.

    Attributes:
        systems: the numbers of those that words may come to (W).
        written_openly: those of them that outsiders write with credentials that lie open.
        drawn: by system the agents that it triggers, as bits.
        hearing: by system the agents that hear it by a step.
        instructed: the agents that can be instructed, guarded or not.
        delegating: those of them that set a steerable agent to work which answers in words.
        rounds: by which the systems and the steered agents were found: the systems so far, and whom those
            steer, or who was steered before.
        writers: by system that words are carried on to, the steered agents that write it with their tools.
        graph: all steps. *Hubs* are nodes of it that stand for nothing: many agents hear many systems, and
            steps from all to all would outnumber all others. As each agent hears what it reaches with its
            tools, the way from a system to them is the graph of the tools, backwards.
    """

    def __init__(self, steps: Steps, own: Graph, before: "Words | None" = None) -> None:
        """Find where words come to.

        Args:
            steps: the steps.
            own: the graph of the own steps.
            before: the words of the same model before something was dropped from it: what is theft is
                judged by that.
        """
        self._steps, self._own, self._before = steps, own, before
        self.delegating = self.instructed = self._delegating_to_steerable()
        self.rounds: list[tuple[AbstractSet[int], int]] = []
        self.drawn: defaultdict[int, int] = defaultdict(int)
        for leaves, enters in steps.steps["trigger"]:
            self.drawn[leaves // 5] |= 1 << enters - steps.first_agent
        self._first_hand = {number for number, untrusted in enumerate(steps.untrusted) if untrusted}
        self.written_openly = self._written_openly()
        self.systems = self._first_hand | self.written_openly
        self.writers: dict[int, int] = {}
        self._carry()
        self.hearing = {each: some for each in self.systems if (some := self._hears(each))}
        self.graph = self._joined(steps, self.hearing)

    def of_intruder(self, steps: Steps) -> "Words":
        """The same, where somebody has broken in whose words are heard in every system.

        Args:
            steps: a copy of the steps, to which ears are added.
        """
        every = range(len(steps.systems))
        hearing = {each: some for each in every if (some := self._hears(each))}
        made = copy(self)
        made.hearing, made.graph = hearing, self._joined(steps, hearing)
        return made

    def _written_openly(self) -> set[int]:
        """The systems, but typed ones, that outsiders write with credentials that lie open."""
        steps = self._steps
        read = {each for each in steps.outside if each % 5 == READ}
        if not read:
            return set()
        reach = self._own.spread({enters: 1 for leaves, enters in steps.steps["custody"] if leaves in read})
        return {
            each for each, traits in enumerate(steps.traits) if reach[5 * each + WRITE] and not traits.typed
        }

    # What agents reach with their tools

    @cached_property
    def held(self) -> frozenset[tuple[int, str]]:
        """Which agent, by its number, holds which credential, or is passed it."""
        steps, first = self._steps, self._steps.first_agent
        return frozenset((a - first, steps.name(c)) for a, c in steps.steps["hold"] if a not in steps.origin)

    @cached_property
    def thefts(self) -> frozenset[tuple[str, str]]:
        """The custodies, as system and credential, by which to take something is theft.

        What merely lies somewhere and somebody holds is no tool: for others to take it is theft, and who
        holds it gains nothing by taking it.
        """
        if self._before is not None:
            return self._before.thefts
        tables, held = self._steps.snapshot, {credential for _, credential in self.held}
        return frozenset(
            (system, credential)
            for (system, credential), each in tables.custody.items()
            if each.how == "stores" and tables.system[system].kind != "secrets-manager" and credential in held
        )

    @cached_property
    def _exempt(self) -> dict[int, frozenset[str]]:
        """By agent the credentials that it held before: for it to take them is no theft."""
        found: defaultdict[int, set[str]] = defaultdict(set)
        stored = {credential for _, credential in self.thefts}
        for agent, credential in self._before.held - self.held if self._before is not None else ():
            if credential in stored:
                found[agent].add(credential)
        return {agent: frozenset(some) for agent, some in found.items()}

    @cached_property
    def _tools(self) -> tuple[Graph, Graph]:
        """The graph of the tools of all agents; and all steps but triggers, hearing and theft."""
        steps, thefts = self._steps, set(self._stealing)
        every, own = (step for kind in OWN for step in steps.steps[kind]), self._own
        own = Graph(steps.first_ear, (step for step in every if step not in thefts)) if thefts else own
        to_programs = [step for step in steps.steps["delegation"] if not self._is_steerable(step[1])]
        return own.plus(to_programs), own.plus(steps.steps["delegation"] + steps.steps["hosting"])

    @cached_property
    def _stealing(self) -> list[Step]:
        steps, thefts = self._steps, self.thefts
        custodies = steps.steps["custody"] if thefts else ()
        return [step for step in custodies if (steps.name(step[0]), steps.name(step[1])) in thefts]

    def graph_of(self, agent: int, *, is_tools: bool) -> Graph:
        """The graph of the tools of one agent; or all steps but triggers, hearing and theft by it."""
        graph, its = self._tools[not is_tools], self._exempt.get(agent, frozenset())
        return graph.plus([step for step in self._stealing if self._steps.name(step[1]) in its])

    @cached_property
    def _reached(self) -> tuple[Reach, Reach]:
        """By node the agents that reach it in these two graphs."""
        steps, seeds = self._steps, self._steps.agent_seeds()
        found = []
        for graph, is_tools in zip(self._tools, (True, False), strict=True):
            reach = graph.spread(seeds)
            for agent in self._exempt:
                more = self.graph_of(agent, is_tools=is_tools).spread({steps.first_agent + agent: 1 << agent})
                reach = [one | other for one, other in zip(reach, more, strict=True)]
            found.append(reach)
        return found[0], found[1]

    def _hears(self, system: int) -> int:
        """The agents that hear a system, if what is written there are words to be heard."""
        return self._reached[system in self._first_hand][5 * system + READ] & self._steps.listening

    def _delegating_to_steerable(self) -> int:
        """The agents that delegate to an active steerable agent that returns words."""
        steps, number = self._steps, self._steps.agent
        returning = [each for each in steps.delegations if each.returns == "words"]
        return union(1 << number[each.from_] for each in returning if steps.steerable >> number[each.to] & 1)

    def _is_steerable(self, node: int) -> bool:
        return bool(self._steps.steerable >> self._steps.original(node) - self._steps.first_agent & 1)

    def _carry(self) -> None:
        """Find the least sets W and steered: carry words on until nothing is added."""
        if not self.systems:
            return
        steps, number, by_tools = self._steps, self._steps.agent, self._reached[0]
        delegated = [(number[each.from_], 1 << number[each.to]) for each in steps.delegations]
        writers = {
            system: some
            for system in range(len(steps.systems))
            if not steps.traits[system].typed and (some := by_tools[5 * system + WRITE])
        }
        before, steered, added = -1, 0, self.systems
        while added or steered != before:
            before, systems = steered, self.systems
            steered |= union(self._hears(system) | self.drawn.get(system, 0) for system in added)
            steered |= union(other for one, other in delegated if before >> one & 1) & steps.steerable
            steered &= ~steps.persons
            self.rounds.append((systems, steered))
            added = {system for system, some in writers.items() if some & steered} - self.systems
            self.systems = self.systems | added
        self.instructed |= steered
        self.writers = {
            system: some & steered
            for system, some in writers.items()
            if system in self.systems - self._first_hand
        }

    def _joined(self, steps: Steps, hearing: Mapping[int, int]) -> Graph:
        """All steps, with hearing.

        Args:
            steps: to which ears are added where there are none.
            hearing: by system the agents that hear it.
        """
        more = [step for kind in ("delegation", "hosting", "trigger") for step in steps.steps[kind]]
        more += steps.answers
        for system in hearing:
            typed = steps.traits[system].typed and system not in self._first_hand
            access = 5 * system + (ADMIN if typed else WRITE)
            more.append((access, steps.add_ear(access)))
        entering = _Entering(steps, hearing, bitset(self._exempt))
        for first_hand in (False, True) if hearing else ():
            some = [system for system in hearing if (system in self._first_hand) == first_hand]
            more += entering.steps(some, self._tools[first_hand], self._reached[first_hand])
        return self._own.plus(more, entering.size)


class _Entering:
    """The steps from the ears of systems to the agents that hear them.

    Attributes:
        size: how many nodes there are with the hubs.
    """

    def __init__(self, steps: Steps, hearing: Mapping[int, int], single: int) -> None:
        """Arguments: the steps; by system who hears it; whose graphs are their own, which go by no hub."""
        self.size, self._ears, self._hearing, self._first = steps.size, steps.ears, hearing, steps.first_agent
        self._hearers = steps.listening & ~single

    def steps(self, systems: Collection[int], graph: Graph, reach: Reach) -> list[Step]:
        """Those of some systems, whose hearers reach them in a graph."""
        found, many = list[Step](), list[int]()
        for system in systems:
            hearing = self._hearing[system]
            if hearing.bit_count() > _FEW:
                many.append(system)
                hearing &= ~self._hearers
            found += [(self._ears[system], self._first + agent) for agent in bits(hearing)]
        return found + self._by_hubs(many, graph, reach) if many else found

    def _by_hubs(self, systems: list[int], graph: Graph, reach: Reach) -> list[Step]:
        """The steps from ears to those that hear these systems, by one hub a component on the way back.

        An agent hears a system where it reaches (s, read) in this graph: hubs that are entered from the ear
        of s, and go this graph backwards from (s, read), lead to just those that hear it.
        """
        component, outgoing = graph.condensed
        inside = {number for number, some in zip(component, reach, strict=True) if some & self._hearers}
        before: defaultdict[int, list[int]] = defaultdict(list)
        for number in inside:
            for other in outgoing[number]:
                before[other].append(number)
        agents: defaultdict[int, list[int]] = defaultdict(list)
        for agent in bits(self._hearers):
            agents[component[self._first + agent]].append(self._first + agent)
        hubs, queue = dict[int, int](), list[int]()

        def hub(number: int) -> int:
            if number not in hubs:
                hubs[number] = self.size
                self.size += 1
                queue.append(number)
            return hubs[number]

        found = [(self._ears[system], hub(component[5 * system + READ])) for system in systems]
        for number in queue:
            check_current()
            found += [(hubs[number], hub(other)) for other in before[number]]
            found += [(hubs[number], node) for node in agents[number]]
        return found
