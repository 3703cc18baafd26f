"""The sessions of limited delegations, with copies of the second agent's credentials.

See ``docs/semantics.md#limited-delegations``.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from meshmodel.analysis.graph import Step
from meshmodel.analysis.steps import Steps
from meshmodel.model.actions import ADMIN, EXECUTE, WRITE
from meshmodel.model.records import Delegation
from meshmodel.model.vocabulary import ACTIONS


@dataclass(slots=True)
class Copies:
    """The copies of credentials and accesses that a session uses.

    Sessions that return values share theirs where they are limited to the same. Where words are returned it
    matters in which session a copy was reached: reads by it may be approved.

    Attributes:
        only: the ``system:action`` to which they are limited; empty: no such limit counts.
        values: whether only values come back: no read leaves the session.
        nodes: by original node its copy.
    """

    only: frozenset[str]
    values: bool
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
        by_node: the sessions, by node.
        copies: by copy of a credential, those that it is one of.
        copies_of: by node of a credential its copies.
        counting: by node of a credential or an access, its copies that count in 5.4: where no ``only`` does.
    """

    def __init__(self, steps: Steps) -> None:
        """Add the nodes and steps of all sessions to ``steps``."""
        self._steps = steps
        self.by_node: dict[int, Session] = {}
        self.copies: dict[int, Copies] = {}
        self.copies_of: defaultdict[int, list[int]] = defaultdict(list)
        self.counting: defaultdict[int, list[int]] = defaultdict(list)
        if not steps.limited:
            return
        self._after: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        for kind in ("grant", "custody", "exchange", "implies"):
            for leaves, enters in steps.steps[kind]:
                self._after[leaves].append((kind, enters))
        self._held: defaultdict[str, list[str]] = defaultdict(list)
        for agent, credential in steps.snapshot.hold:
            self._held[agent].append(credential)
        self._delegated: defaultdict[str, list[Delegation]] = defaultdict(list)
        for delegation in steps.snapshot.delegation.values():
            if delegation.to in steps.agent:
                self._delegated[delegation.from_].append(delegation)
        self._made: dict[tuple[str, str, bool], int] = {}
        self._shared: dict[frozenset[str], Copies] = {}
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
        copies = (
            self._shared.setdefault(only, Copies(only, values=True)) if values else Copies(only, values=False)
        )
        session = Session(steps.add_node(agent), delegation, copies)
        self._made[key], self.by_node[session.node] = session.node, session
        for name in dict.fromkeys((*self._held[delegation.to], *(delegation.passes or ()))):
            held = steps.node("credential", name)
            if held is not None:
                steps.add_copy("hold", (agent, held), (session.node, self._copy(held, copies)))
        return session, True

    def _copy(self, credential: int, copies: Copies) -> int:
        """The copy of a credential, with all that follows on it."""
        queue: list[int] = []
        copy = self._node(credential, copies, queue)
        for node in queue:
            for kind, enters in self._after[node]:
                step = node, enters
                self._steps.add_copy(kind, step, (copies.nodes[node], self._node(enters, copies, queue)))
                if kind == "grant":
                    self._leave(step, copies)
        return copy

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
