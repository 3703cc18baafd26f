"""The steps of a mesh, by kind, as pairs of nodes (``docs/semantics.md#steps``)."""

from typing import Final

from meshmodel.analysis.graph import Graph, Step
from meshmodel.analysis.nodes import Nodes
from meshmodel.model.actions import ADMIN, ALL, EXECUTE, NUMBER, WRITE
from meshmodel.model.records import Delegation
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.stop import check_current

KINDS: Final = (
    *("hold", "grant", "custody", "exchange", "delegation", "trigger", "hearing", "hosting", "implies"),
)
OWN: Final = ("hold", "grant", "custody", "exchange", "implies")
"""The steps that an agent does as itself; the others drive another one, which is then its deputy."""
Relation = tuple[str, str, str]
"""A kind of step, and the ids of the elements at its ends."""


class Steps(Nodes):
    """All steps that relations make, but those of limited delegations, which ``sessions`` adds.

    Attributes:
        steps: for each kind of step the pairs of nodes.
        origin: by node of a session, and by ear, the node that it stands for.
        first_ear: where *ears* begin. An agent can be both started by a system and hear it, by steps with
            different checkpoints; so what is heard goes by way of a node that stands for the writing there.
        ears: by system that is heard by agents, its ear.
        answers: the steps by which agents that were broken into answer those that set them to work.
        copies: by step, the steps of sessions that stand for it.
        delegations, limited: all delegations between active agents, and the limited ones.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self.origin: dict[int, int] = {}
        self.copies: dict[Step, list[Step]] = {}
        self.ears: dict[int, int] = {}
        self.answers: set[Step] = set()
        self.first_ear = self.size
        every = snapshot.delegation.values()
        self.delegations = [each for each in every if {each.from_, each.to} <= self.agent.keys()]
        self.limited = [each for each in self.delegations if each.returns == "values" or self.only(each)]
        self.steps: dict[str, list[Step]] = {kind: [] for kind in KINDS}
        self._add_holds()
        self._add_grants()
        self._add_others()

    def only(self, delegation: Delegation) -> tuple[str, ...]:
        """What the second agent is limited to; nothing where no ``only`` counts: a limit asked of a model."""
        return () if self.snapshot.agent[delegation.to].is_steerable else delegation.only or ()

    def ends(self, kind: str, from_: str, to: str, mask: int = ALL) -> list[Step]:
        """The steps that a relation of this kind would have, whether it exists or not; copies included.

        Args:
            kind: of the step; a boundary has none.
            from_: the id of the element that it leaves.
            to: the id of the element that it enters.
            mask: the actions, as five bits, where the step has one.
        """
        leaves, enters = self._access_ends(kind, from_, to, mask)
        pairs = [(one, other) for one in leaves for other in enters if one is not None and other is not None]
        return pairs + [copy for each in pairs for copy in self.copies.get(each, ())]

    def _access_ends(
        self, kind: str, from_: str, to: str, mask: int
    ) -> tuple[list[int | None], list[int | None]]:
        node = self.node
        some = [each for each in range(5) if mask >> each & 1]
        match kind:
            case "hold":
                return [node("agent", from_)], [node("credential", to)]
            case "grant":
                return [node("credential", from_)], [self.access(to, each) for each in some]
            case "custody":
                return [self.access(from_, each) for each in some], [node("credential", to)]
            case "exchange":
                return [node("credential", from_)], [node("credential", to)]
            case "delegation":
                return [node("agent", from_)], [node("agent", to)]
            case "trigger":
                return [self.access(from_, WRITE)], [node("agent", to)]
            case "hearing":
                return [self.ears.get(self.system[from_])], [node("agent", to)]
            case "hosting":
                return [self.access(from_, EXECUTE)], [node("agent", to)]
            case _:
                return [], []

    def kind(self, leaves: int, enters: int) -> str:
        """The kind of a step, which its two ends determine; what is heard comes to an ear as if implied."""
        if leaves >= self.first_ear:
            return "hearing"
        if (leaves, enters) in self.answers:
            return "answer"
        leaves, enters = self.original(leaves), self.original(enters)
        if leaves >= self.first_agent:
            return "delegation" if enters >= self.first_agent else "hold"
        if leaves >= self.first_credential:
            return "exchange" if enters >= self.first_credential else "grant"
        if enters >= self.first_agent:
            return "trigger" if leaves % 5 == WRITE else "hosting"
        return "custody" if enters >= self.first_credential else "implies"

    def relation(self, leaves: int, enters: int) -> Relation:
        """The relation of a step: its kind, and the ids at its ends."""
        return self.kind(leaves, enters), self.name(leaves), self.name(enters)

    def original(self, node: int) -> int:
        """The node itself, or the one that a node of a session stands for."""
        return self.origin.get(node, node)

    def name(self, node: int) -> str:
        """The id of the element of a node."""
        node = self.original(node)
        if node >= self.first_agent:
            return self.agents[node - self.first_agent]
        if node >= self.first_credential:
            return self.credentials[node - self.first_credential]
        return self.systems[node // 5]

    def graph_of(self, *kinds: str) -> Graph:
        """The graph of the steps of some kinds."""
        return Graph(self.size, (step for kind in kinds for step in self.steps[kind]))

    def add_node(self, origin: int) -> int:
        """Make a node of a session, which stands for another one."""
        self.origin[self.size] = origin
        self.size = self.first_ear = self.size + 1
        return self.size - 1

    def add_ear(self, access: int) -> int:
        """Make the ear of a system, where there is none; what is heard there comes by an access."""
        if access // 5 not in self.ears:
            self.ears[access // 5] = self.size
            self.origin[self.size] = access
            self.size += 1
        return self.ears[access // 5]

    def add_copy(self, kind: str, original: Step, step: Step) -> None:
        """Add a step of a session that stands for an original one."""
        self.steps[kind].append(step)
        if step != original:
            self.copies.setdefault(original, []).append(step)

    def _add_holds(self) -> None:
        tables, agent, credential = self.snapshot, self.agent, self.credential
        holds = dict.fromkeys(tables.hold)
        for each in tables.delegation.values():
            if each.from_ in agent:
                holds |= dict.fromkeys((each.to, passed) for passed in each.passes or ())
        self.steps["hold"] = [
            (self.first_agent + agent[a], self.first_credential + credential[c])
            for a, c in holds
            if a in agent and c in credential
        ]

    def _add_grants(self) -> None:
        steps = self.steps["grant"]
        for (c, s), grant in self.snapshot.grant.items():
            check_current()
            if c in self.credential:
                leaves, first = self.first_credential + self.credential[c], 5 * self.system[s]
                steps += [(leaves, first + NUMBER[action]) for action in grant.actions]
        for admin in {access for _, access in steps if access % 5 == ADMIN}:
            self.steps["implies"] += [(admin, admin - ADMIN + action) for action in range(ADMIN)]

    def _add_others(self) -> None:
        tables, limited = self.snapshot, {(each.from_, each.to) for each in self.limited}
        for (s, c), custody in tables.custody.items():
            if actions := self.yields(custody):
                enters, first = self.first_credential + self.credential[c], 5 * self.system[s]
                self.steps["custody"] += [(first + NUMBER[action], enters) for action in actions]
        for kind in ("exchange", "delegation", "trigger"):
            for key in tables.table(kind):
                if kind != "delegation" or key not in limited:
                    self.steps[kind] += self.ends(kind, *key)
        for agent in tables.agent.values():
            if agent.runs_on is not None:
                self.steps["hosting"] += self.ends("hosting", agent.runs_on, agent.id)
