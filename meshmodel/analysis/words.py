"""Where outsiders' words may come to, whom they steer, and which triggers arise by themselves (section 3)."""

from collections import defaultdict
from collections.abc import Collection

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.graph import Graph, Reach, Step
from meshmodel.analysis.steps import Steps
from meshmodel.model.actions import READ, WRITE
from meshmodel.model.stop import check_current

_FEW = 4
"""At most so many agents that hear a system are entered from it one by one; more by way of hubs."""


class Words:
    """Outsiders' words.

    Attributes:
        systems: the numbers of those that words may come to (W).
        drawn: by system the agents that it triggers as drawn, as bits.
        hearing: by system in W, the agents that hear it: triggers that arise by themselves.
        instructed: the agents that can be instructed, guarded or not.
        writers: by system that words are carried on to, the steered agents that write it with their tools.
        graph: all steps, with all triggers. *Hubs* are nodes of it that stand for nothing: many agents hear
            many systems, and steps from all to all would outnumber all others. As each agent hears what it
            reaches with its tools, the way from a system to them is the graph of the tools, backwards.
    """

    def __init__(self, steps: Steps, own: Graph) -> None:
        """Arguments: the steps; and the graph of the own steps."""
        self._steps, self._own = steps, own
        self._hearers = steps.steerable & ~steps.persons
        self.instructed = self._delegating_to_steerable()
        self.drawn: defaultdict[int, int] = defaultdict(int)
        for leaves, enters in steps.steps["trigger"]:
            self.drawn[leaves // 5] |= 1 << enters - steps.first_agent
        self.systems = {number for number, untrusted in enumerate(steps.untrusted) if untrusted}
        self.hearing: dict[int, int] = {}
        self.writers: dict[int, int] = {}
        self._size, triggers = steps.size, steps.steps["trigger"].copy()
        without_triggers = own.plus(steps.steps["delegation"] + steps.steps["hosting"])
        if self.systems:
            triggers += self._arising(without_triggers)
        self.graph = without_triggers.plus(triggers, self._size)

    def triggered(self, system: int) -> int:
        """The agents with a trigger step from a system, drawn or arising by itself."""
        return self.drawn.get(system, 0) | self.hearing.get(system, 0)

    def _arising(self, without_triggers: Graph) -> list[Step]:
        """Carry words on until nothing is added; the steps to those that hear them."""
        steps, first_hand, seeds = self._steps, self.systems, self._steps.agent_seeds()
        tools = self._own.plus(
            [step for step in steps.steps["delegation"] if not self._is_steerable(step[1])]
        )
        reach, by_tools = without_triggers.spread(seeds), tools.spread(seeds)
        hears = [
            (reach if system in first_hand else by_tools)[5 * system + READ] & self._hearers
            for system in range(len(steps.systems))
        ]
        self._carry(hears, by_tools)
        self.hearing = {system: hears[system] for system in self.systems if hears[system]}
        carried = self.systems - first_hand
        return self._entering(first_hand, without_triggers, reach) + self._entering(carried, tools, by_tools)

    def _delegating_to_steerable(self) -> int:
        """The agents that delegate to an active steerable agent that returns words."""
        number, table = self._steps.agent, self._steps.snapshot.delegation
        return union(
            1 << number[one]
            for (one, other), each in table.items()
            if each.returns == "words"
            and one in number
            and other in number
            and self._steps.steerable >> number[other] & 1
        )

    def _is_steerable(self, node: int) -> bool:
        return bool(self._steps.steerable >> self._steps.original(node) - self._steps.first_agent & 1)

    def _carry(self, hears: list[int], by_tools: Reach) -> None:
        """Find the least sets W and steered.

        Args:
            hears: by system the agents that hear it, if it is in W.
            by_tools: what agents reach with their tools.
        """
        steps, number = self._steps, self._steps.agent
        to_steerable = [
            (number[one], 1 << number[other])
            for one, other in steps.snapshot.delegation
            if one in number and other in number and steps.steerable >> number[other] & 1
        ]
        writers = {
            system: some
            for system in range(len(steps.systems))
            if not steps.traits[system].typed and (some := by_tools[5 * system + WRITE])
        }
        before, steered, added, first_hand = -1, 0, self.systems, self.systems
        while added or steered != before:
            before = steered
            steered |= union(hears[system] | self.drawn.get(system, 0) for system in added)
            steered |= union(other for one, other in to_steerable if before >> one & 1)
            steered &= ~steps.persons
            added = {system for system, some in writers.items() if some & steered} - self.systems
            self.systems = self.systems | added
        self.instructed |= steered
        self.writers = {
            system: some & steered for system, some in writers.items() if system in self.systems - first_hand
        }

    def _entering(self, systems: Collection[int], graph: Graph, reach: Reach) -> list[Step]:
        """The steps from systems to the agents that hear them, as these reach them in a graph."""
        steps, found, many = self._steps, list[Step](), list[int]()
        for system in systems:
            some = self.hearing.get(system, 0)
            if some.bit_count() > _FEW:
                many.append(system)
            else:
                found += [(5 * system + WRITE, steps.first_agent + agent) for agent in bits(some)]
        return found + self._by_hubs(many, graph, reach) if many else found

    def _by_hubs(self, systems: list[int], graph: Graph, reach: Reach) -> list[Step]:
        """The steps from systems to the agents that hear them, by one hub a component on the way back.

        By section 3 an agent hears a system where it reaches (s, read) in this graph: hubs that are entered
        from (s, write), and go this graph backwards from (s, read), lead to just those that hear it.
        """
        component, outgoing = graph.condensed
        inside = {number for number, some in zip(component, reach, strict=True) if some & self._hearers}
        before: defaultdict[int, list[int]] = defaultdict(list)
        for number in inside:
            for other in outgoing[number]:
                before[other].append(number)
        agents: defaultdict[int, list[int]] = defaultdict(list)
        for agent in bits(self._hearers):
            agents[component[self._steps.first_agent + agent]].append(self._steps.first_agent + agent)
        hubs, queue = dict[int, int](), list[int]()

        def hub(number: int) -> int:
            if number not in hubs:
                hubs[number] = self._size
                self._size += 1
                queue.append(number)
            return hubs[number]

        found = [(5 * system + WRITE, hub(component[5 * system + READ])) for system in systems]
        for number in queue:
            check_current()
            found += [(hubs[number], hub(other)) for other in before[number]]
            found += [(hubs[number], node) for node in agents[number]]
        return found
