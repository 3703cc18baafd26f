"""A mesh: its nodes, its steps with those of sessions, its graphs, and where outsiders' words come to.

See ``docs/semantics.md#steps``, ``docs/semantics.md#limited-delegations`` and
``docs/semantics.md#untrusted-content``. Sessions are those of limited delegations and of programs that copy,
with copies of their agents' credentials.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from weakref import proxy

from meshmodel.analysis.graph import Graph, Memberships, Reach, Step, bits, bitset, union
from meshmodel.analysis.steps import OWN, Steps
from meshmodel.model.records import Delegation, Intent, Snapshot
from meshmodel.model.stop import check_current
from meshmodel.model.vocabulary import ACTIONS, ADMIN, EXECUTE, ISSUE, READ, WRITE, action_mask, expand_admin


@dataclass(slots=True)
class Copies:
    """The copies of credentials and accesses that a session uses.

    Sessions that return values without a limit, and those that copy to the same, share theirs. Else it
    matters in which a copy was reached: reads by it may be approved, and a plan may narrow its limit.

    Attributes:
        only: the ``system:action`` to which they are limited; empty: no such limit counts.
        values: whether only values come back: no read leaves the session.
        copying: whether the session is one of a program that copies.
        limit: the delegation whose ``only`` it is; ``None``: none counts.
        nodes: by original node its copy.
    """

    only: frozenset[str]
    values: bool
    copying: bool = False
    limit: tuple[str, str] | None = None
    nodes: dict[int, int] = field(default_factory=dict)

    def allow(self, system: str, action: int) -> bool:
        """Whether an action may be done for the first agent."""
        named = not self.only or f"{system}:{ACTIONS[action]}" in self.only
        return named and (not self.values or action in (WRITE, EXECUTE))


@dataclass(frozen=True, slots=True)
class DelegationSession:
    """The session of the agent that a delegation leads to, for the agent that it comes from.

    Attributes:
        node: its node.
        delegation: the relation that leads to it.
        copies: what it uses.
    """

    node: int
    delegation: Delegation
    copies: Copies


class Sessions:
    """Makes all sessions of a mesh.

    Attributes:
        by_node: those of limited delegations, by node.
        copying: the copies that those of programs that copy use, by node.
        copies: by copy of a credential, those that it is one of.
        copies_of: by node of a credential, or of its stray, its copies.
        counting: by node of a credential or an access, its copies that count in 5.4: where no ``only`` does,
            and nothing is just copied.
    """

    def __init__(self, steps: Steps) -> None:
        """Add the nodes and steps of all sessions to ``steps``."""
        self._steps = steps
        self.by_node: dict[int, DelegationSession] = {}
        self.copying: dict[int, Copies] = {}
        self.copies: dict[int, Copies] = {}
        self.copies_of: defaultdict[int, list[int]] = defaultdict(list)
        self.counting: defaultdict[int, list[int]] = defaultdict(list)
        self._after: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        self._shared: dict[tuple[frozenset[str], bool], Copies] = {}
        copied = list(_copied(steps))
        if not steps.limited and not copied:
            return
        for kind in ("grant", "custody", "exchange", "implies"):
            for leaves, enters in steps.steps[kind]:
                self._after[leaves].append((kind, enters))
        held = _grouped(steps.steps["hold"])
        self._limit()
        made: dict[tuple[int, frozenset[str]], int] = {}
        for agent, system, only in copied:
            if (agent, only) not in made:
                session = made[agent, only] = steps.add_node(agent)
                self.copying[session] = self._share(only, copying=True)
                self._hold(agent, session, held[agent], self.copying[session])
            steps.copying.setdefault(system, {})[agent] = made[agent, only]

    def _share(self, only: frozenset[str], *, copying: bool) -> Copies:
        """The copies of all sessions that copy, or else return values, and are limited to the same."""
        return self._shared.setdefault((only, copying), Copies(only, values=not copying, copying=copying))

    def _limit(self) -> None:
        """Make the sessions of limited delegations."""
        steps = self._steps
        self._held: defaultdict[str, list[str]] = defaultdict(list)
        for agent, credential in steps.snapshot.hold:
            self._held[agent].append(credential)
        self._delegated: defaultdict[str, list[Delegation]] = defaultdict(list)
        for delegation in steps.snapshot.delegation.values():
            if delegation.to in steps.agent:
                self._delegated[delegation.from_].append(delegation)
        self._made: dict[tuple[str, str, bool], int] = {}
        todo = [(steps.agent_node(each.from_), each, each.returns == "values") for each in steps.limited]
        for caller, delegation, values in todo:
            session, is_new = self._session(delegation, values=values)
            ends = steps.agent_node(delegation.from_), steps.agent_node(delegation.to)
            steps.add_copy("delegation", ends, (caller, session.node))
            if is_new and not session.copies.only:
                todo += [(session.node, further, True) for further in self._delegated[delegation.to]]

    def _session(self, delegation: Delegation, *, values: bool) -> tuple[DelegationSession, bool]:
        """The session that a delegation leads to, and whether it is new; it has one that returns values."""
        steps, key = self._steps, (delegation.from_, delegation.to, values)
        if key in self._made:
            return self.by_node[self._made[key]], False
        agent = steps.agent_node(delegation.to)
        only = frozenset(steps.only(delegation))
        limit = (delegation.from_, delegation.to) if only else None
        is_alone = bool(only) or not values
        copies = Copies(only, values, limit=limit) if is_alone else self._share(only, copying=False)
        session = DelegationSession(steps.add_node(agent), delegation, copies)
        self._made[key], self.by_node[session.node] = session.node, session
        names = dict.fromkeys((*self._held[delegation.to], *(delegation.passes or ())))
        nodes = [node for name in names if (node := steps.node("credential", name)) is not None]
        self._hold(
            agent, session.node, [*nodes, *(steps.strays[c] for c in nodes if c in steps.strays)], copies
        )
        return session, True

    def _hold(self, agent: int, session: int, held: Iterable[int], copies: Copies) -> None:
        """Let a session hold copies of what its agent holds."""
        for credential in held:
            self._steps.add_copy("hold", (agent, credential), (session, self._copy(credential, copies)))

    def _copy(self, credential: int, copies: Copies) -> int:
        """The copy of a credential, with all that follows on it; who just copies takes nothing on the way."""
        queue: list[int] = []
        copy = self._node(credential, copies, queue)
        for node in queue:
            for kind, enters in self._after[node]:
                is_use = kind == "exchange" or (kind == "grant" and self._leads(enters, copies))
                if copies.copying and not is_use:
                    continue
                step = node, enters
                self._steps.add_copy(kind, step, (copies.nodes[node], self._node(enters, copies, queue)))
                if kind == "grant":
                    self._leave(step, copies)
        return copy

    def _leads(self, access: int, copies: Copies) -> bool:
        """Whether a granted action, or what it implies, may leave a session."""
        system, granted = divmod(access, 5)
        actions = range(5) if granted == ADMIN else (granted,)
        return any(copies.allow(self._steps.systems[system], action) for action in actions)

    def _leave(self, step: Step, copies: Copies) -> None:
        """Add the steps by which a granted action leaves the session.

        What admin implies leaves from the copy of that access, so it is guarded only by what covers admin.
        """
        credential, access = step
        system, granted = divmod(access, 5)
        name = self._steps.systems[system]
        if copies.allow(name, granted):
            self._steps.add_copy("grant", step, (copies.nodes[credential], access))
        if granted == ADMIN:
            for action in range(ADMIN):
                if copies.allow(name, action):
                    self._steps.steps["implies"].append((copies.nodes[access], 5 * system + action))

    def _node(self, node: int, copies: Copies, queue: list[int]) -> int:
        if node not in copies.nodes:
            copy = copies.nodes[node] = self._steps.add_node(node)
            queue.append(node)
            if node >= self._steps.first_credential:
                self.copies[copy] = copies
                self.copies_of[node].append(copy)
            if not copies.only:
                self.counting[node].append(copy)
        return copies.nodes[node]


def _grouped(steps: Iterable[Step]) -> dict[int, list[int]]:
    """By node those that steps lead to."""
    found = defaultdict[int, list[int]](list)
    for leaves, enters in steps:
        found[leaves].append(enters)
    return found


def _copied(steps: Steps) -> Iterator[tuple[int, int, frozenset[str]]]:
    """The programs that copy, by node, each with a system, and the writing into others that it copies to."""
    tables, systems, first = steps.snapshot, steps.systems, steps.first_agent
    told = {each.to for each in steps.delegations} | {agent for _, agent in tables.trigger}
    intents = defaultdict[str, list[Intent]](list)
    for each in tables.intent.values():
        intents[each.agent].append(each)
    programs = [
        number
        for number in sorted({agent - first for agent, _ in steps.steps["hold"]})
        if not (steps.steerable | steps.persons) >> number & 1
        and (steps.agents[number] in intents or steps.agents[number] not in told)
    ]
    graph = steps.graph_of("hold", "exchange", "grant", "implies")
    reach = graph.spread({first + number: 1 << number for number in programs})[: steps.first_credential]
    reads, writes = (Memberships(reach[action::5]) for action in (READ, WRITE))
    for number in programs:
        name, written = steps.agents[number], (systems[each] for each in writes.of(number))
        every = frozenset(f"{each}:write" for each in written if not tables.system[each].typed)
        for system in reads.of(number) if every else ():
            only = every - {f"{systems[system]}:write"}
            if name in intents:
                only &= {f"{each.system}:write" for each in intents[name] if _takes(each, systems[system])}
            if only:
                yield first + number, system, only


def _takes(intent: Intent, system: str) -> bool:
    """Whether by an intent what is read in a system is written."""
    is_write = expand_admin(action_mask(intent.actions)) >> WRITE & 1
    return bool(is_write) and system in (intent.from_ or ())


_FEW = 4
"""At most so many agents that hear a system are entered from it one by one; more by way of hubs."""


class OutsiderWords:
    """Outsiders' words.

    Attributes:
        calm: the graph of all steps but triggers and hearing.
        drawn: by system the agents that it triggers, as bits.
        systems: the numbers of those that words may come to (W).
        told: those from which outsiders' words, or values that administrators change, reach who hears them.
        heard: the systems from which steps of hearing lead.
        graph: all steps. *Hubs* are nodes of it that stand for nothing: many agents hear many systems, and
            steps from all to all would outnumber all others. As each agent hears what it reaches with its
            tools, the way from a system to them is the graph of the tools, backwards.
    """

    def __init__(self, steps: Steps, own: Graph, before: "OutsiderWords | None" = None) -> None:
        """Find where words come to.

        Args:
            steps: the steps.
            own: the graph of the own steps.
            before: the words of the same model before something was dropped from it: what is theft is
                judged by that.
        """
        self._steps, self._own, self._before = steps, own, before
        self.calm = own.plus(steps.steps["delegation"] + steps.steps["hosting"])
        self.drawn: defaultdict[int, int] = defaultdict(int)
        for leaves, enters in steps.steps["trigger"]:
            self.drawn[leaves // 5] |= 1 << enters - steps.first_agent
        self._first_hand = {number for number, untrusted in enumerate(steps.untrusted) if untrusted}
        self.told = set[int]()
        self.systems = self._carried() if steps.outside else set[int]()
        self.heard = {each for each in self.systems if self.hears[each] or each in steps.copying}
        self.graph = self._joined(steps)

    def of_intruder(self, steps: Steps, *, values_move: bool) -> "OutsiderWords":
        """The same, where somebody has broken in whose words are heard in every system.

        Args:
            steps: a copy of the steps, to which ears are added.
            values_move: whether values tell an agent something that are written where they start it.
        """
        made, hears = copy(self), self.hears
        made.heard = {each for each, agents in enumerate(hears) if agents or each in steps.copying}
        made.graph = made._joined(steps)  # noqa: SLF001
        if not values_move:
            writes = [5 * each + WRITE for each in self.drawn if self._is_value(each)]
            after = made.graph.successors
            calm = {node: [each for each in after[node] if not self._is_agent(each)] for node in writes}
            made.graph = made.graph.replacing(calm)
        return made

    def _is_agent(self, node: int) -> bool:
        return self._steps.first_agent <= node < self._steps.first_agent + len(self._steps.agents)

    def _is_value(self, system: int) -> bool:
        """Whether what is written into a system are but values, which tell nobody anything."""
        return self._steps.traits[system].typed and system not in self._first_hand

    def _voice(self, system: int) -> int:
        """The access by which words come into a system that are heard there."""
        return 5 * system + (ADMIN if self._is_value(system) else WRITE)

    def _carried(self) -> set[int]:
        """Where outsiders' words may come to: what outsiders reach, guarded or not, and write there."""
        steps, after = self._steps, self.calm.successors
        voices = {self._voice(each): each for each in range(len(steps.systems))}
        more = defaultdict[int, list[int]](list)
        for leaves, enters in steps.steps["trigger"]:
            if not self._is_value(leaves // 5):
                more[leaves].append(enters)
        for leaves, enters in steps.answering:
            more[leaves].append(enters)
        queue, unmoved = list(steps.outside), steps.listening
        seen = set(queue)
        for node in queue:
            new = [*after[node], *more.get(node, ())]
            system = voices.get(node)
            if system is not None:
                self.told.add(system)
                new += [steps.first_agent + each for each in bits(self.hears[system] & unmoved)]
                new += steps.copying.get(system, {}).values()
                unmoved &= ~self.hears[system]
            for each in new:
                if each not in seen:
                    seen.add(each)
                    queue.append(each)
        written = {node // 5 for node in seen if node < steps.first_credential and node % 5 == WRITE}
        return self._first_hand | {each for each in written if not steps.traits[each].typed}

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
    def _tools(self) -> Graph:
        """The graph of the tools of all agents."""
        steps, thefts = self._steps, set(self._stealing)
        every, own = (step for kind in OWN for step in steps.steps[kind]), self._own
        own = Graph(steps.first_ear, (step for step in every if step not in thefts)) if thefts else own
        return own.plus([step for step in steps.steps["delegation"] if not self._is_steerable(step[1])])

    @cached_property
    def _stealing(self) -> list[Step]:
        steps, thefts = self._steps, self.thefts
        custodies = steps.steps["custody"] if thefts else ()
        return [step for step in custodies if (steps.name(step[0]), steps.name(step[1])) in thefts]

    def tools_of(self, agent: int) -> Graph:
        """The graph of the tools of one agent."""
        its = self._exempt.get(agent, frozenset())
        return self._tools.plus([step for step in self._stealing if self._steps.name(step[1]) in its])

    @cached_property
    def hears(self) -> list[int]:
        """By system the agents that hear it, as bits, whether or not outsiders' words come there."""
        return [self._reached[5 * each + READ] for each in range(len(self._steps.systems))]

    @cached_property
    def _reached(self) -> Reach:
        """By node the agents that listen, and reach it with their tools."""
        steps, first = self._steps, self._steps.first_agent
        reach = self._tools.spread({first + each: 1 << each for each in bits(steps.listening)})
        for agent in bits(steps.listening & bitset(self._exempt)):
            more = self.tools_of(agent).spread({first + agent: 1 << agent})
            reach = [one | other for one, other in zip(reach, more, strict=True)]
        return reach

    def _is_steerable(self, node: int) -> bool:
        return bool(self._steps.steerable >> self._steps.original(node) - self._steps.first_agent & 1)

    def _joined(self, steps: Steps) -> Graph:
        """All steps, with hearing; ears are added to ``steps`` where there are none."""
        more = [*steps.steps["trigger"], *steps.answers]
        more += [(self._voice(each), steps.add_ear(self._voice(each))) for each in sorted(self.heard)]
        size = steps.size
        for system in self.heard:
            more += [(steps.ears[system], each) for each in steps.copying.get(system, {}).values()]
        if self.heard:
            hearing = {each: self.hears[each] for each in sorted(self.heard) if self.hears[each]}
            entering = _EntrySteps(steps, hearing, bitset(self._exempt))
            more += entering.steps(hearing, self._tools, self._reached)
            size = entering.size
        return self.calm.plus(more, size)


class _EntrySteps:
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


class Mesh(Steps):
    """All that ``docs/semantics.md#steps`` says of a snapshot, checkpoints aside.

    Attributes:
        sessions: those of limited delegations.
        words: outsiders' words, with the steps by which they are heard.
    """

    def __init__(self, snapshot: Snapshot, before: "Mesh | None" = None) -> None:
        """Arguments: the model; the mesh before something was dropped from it, which says what is theft."""
        super().__init__(snapshot)
        self.sessions = Sessions(proxy(self))  # no circle: what is analysed is let go at once
        self.words: OutsiderWords = OutsiderWords(
            proxy(self), self.own_graph, None if before is None else before.words
        )

    @cached_property
    def intruder(self) -> "Mesh":
        """The same for somebody who has broken in (``docs/semantics.md#untrusted-content``).

        Such a one writes, and answers, what others take for their own words.
        """
        return self._broken_into(values_move=True)

    @cached_property
    def outsiders(self) -> "Mesh":
        """The same for outsiders' words: values that start an agent tell it nothing."""
        traits, untrusted = self.traits, self.untrusted
        values_move = not any(traits[each].typed and not untrusted[each] for each in self.words.drawn)
        return self.intruder if values_move else self._broken_into(values_move=False)

    def _broken_into(self, *, values_move: bool) -> "Mesh":
        made = copy(self)
        made.origin, made.ears, made.answers = dict(self.origin), dict(self.ears), {*self.answering}
        made.words = self.words.of_intruder(proxy(made), values_move=values_move)
        return made

    @property
    def graph(self) -> Graph:
        """All steps."""
        return self.words.graph

    @cached_property
    def own_graph(self) -> Graph:
        """The steps that an agent does as itself."""
        return self.graph_of(*OWN)

    @cached_property
    def issuing(self) -> dict[int, list[Step]]:
        """By system the custody steps by issuing there; those of sessions aside."""
        found: dict[int, list[Step]] = {}
        for step in self.steps["custody"]:
            if step[0] % 5 == ISSUE and step[0] < self.first_credential:
                found.setdefault(step[0] // 5, []).append(step)
        return found

    def present(self, reach: Reach) -> dict[int, int]:
        """By agent, the starts that come to it, or to a session of it, in a reach."""
        return {
            number: union(reach[node] for node in self.sessions_of(number))
            for number in range(len(self.agents))
        }

    def sessions_of(self, agent: int) -> list[int]:
        """The nodes of an agent, by its number, and of its sessions."""
        return [self.first_agent + agent, *self._sessions_of.get(self.first_agent + agent, ())]

    @cached_property
    def _sessions_of(self) -> dict[int, list[int]]:
        found = dict[int, list[int]]()
        for node, origin in self.origin.items():
            if self.first_agent <= origin < self.first_agent + len(self.agents):
                found.setdefault(origin, []).append(node)
        return found

    def opens(self, step: Step) -> list[int]:
        """The accesses that a grant step opens; in a session the one to the copy stands for all of it."""
        credential, enters = step
        copies, access = self.sessions.copies.get(credential), self.original(enters)
        if copies is not None and access == enters:
            return []
        system, granted = divmod(access, 5)
        name, actions = self.systems[system], [*range(5)] if granted == ADMIN else [granted]
        if copies is not None and not copies.allow(name, granted):
            actions = [each for each in actions if copies.allow(name, each)]
        return [5 * system + each for each in actions]

    def in_hand(self, credential: str) -> list[int]:
        """The node of an active credential, and its stray where it has one."""
        node = self.first_credential + self.credential[credential]
        return [node, self.strays[node]] if node in self.strays else [node]

    def nodes_of(self, credential: str) -> list[int]:
        """The node of an active credential, its stray, and those of their copies in sessions."""
        nodes = self.in_hand(credential)
        return nodes + [copy for each in nodes for copy in self.sessions.copies_of.get(each, ())]

    def has(self, step: Step) -> bool:
        """Whether a step is there, drawn or arising by itself."""
        leaves, enters = step
        if leaves < self.first_ear:
            return enters in self.graph.successors[leaves]
        return enters in self.hearers(self.original(leaves) // 5)

    def after(self, node: int) -> list[int]:
        """The nodes that steps from a node lead to; hubs aside."""
        if node < self.first_ear:
            return self.graph.successors[node]
        return self.hearers(self.original(node) // 5)

    def taken(self, path: Sequence[int]) -> list[Step]:
        """The steps of a path; to come to an ear or a trust is none."""
        return [step for step in pairwise(path) if not self.is_between(step[1])]

    def leaving(self, node: int) -> list[Step]:
        """The steps that leave a node, those by way of an ear or a trust too."""
        found = list[Step]()
        for each in self.after(node):
            found += [(each, end) for end in self.after(each)] if self.is_between(each) else [(node, each)]
        return found

    def hearers(self, system: int) -> list[int]:
        """The nodes of the agents that hear a system, and of the sessions that copy it."""
        if system not in self.words.heard:
            return []
        hearing = [self.first_agent + each for each in bits(self.words.hears[system])]
        return hearing + list(self.copying.get(system, {}).values())
