"""The sessions of limited delegations and of programs that copy, with copies of their agents' credentials.

See ``docs/semantics.md#limited-delegations`` and ``docs/semantics.md#outsiders-words``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from meshmodel.analysis.graph import Memberships, Step
from meshmodel.analysis.steps import Steps
from meshmodel.model.records import Delegation, Intent
from meshmodel.model.vocabulary import ACTIONS, ADMIN, EXECUTE, READ, WRITE, action_mask, expand_admin


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
class Session:
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
        self.by_node: dict[int, Session] = {}
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

    def _session(self, delegation: Delegation, *, values: bool) -> tuple[Session, bool]:
        """The session that a delegation leads to, and whether it is new; it has one that returns values."""
        steps, key = self._steps, (delegation.from_, delegation.to, values)
        if key in self._made:
            return self.by_node[self._made[key]], False
        agent = steps.agent_node(delegation.to)
        only = frozenset(steps.only(delegation))
        limit = (delegation.from_, delegation.to) if only else None
        is_alone = bool(only) or not values
        copies = Copies(only, values, limit=limit) if is_alone else self._share(only, copying=False)
        session = Session(steps.add_node(agent), delegation, copies)
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
