"""The relations of a snapshot compiled to steps (section 3), column by column."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress, repeat
from operator import add, attrgetter, itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from meshmodel.analysis.closure import forward, is_sparse, search
from meshmodel.analysis.results import StepKind
from meshmodel.analysis.steps import (
    ADMIN,
    ALL_ACTIONS,
    EXECUTE,
    STEP_ORDER,
    WRITE,
    Mesh,
    Pair,
    action_mask,
    bits,
    successor_lists,
)
from meshmodel.model.vocabulary import Action

if TYPE_CHECKING:
    from meshmodel.analysis.arrays import Arrays

_FEW_WORDS: Final = 16
"""What leads to so many nodes is looked for one after the other."""
_MANY: Final = 5_000
"""From so many nodes on steps are put into arrays."""
_VAST: Final = 50_000
"""So many nodes are searched by arrays, whatever is looked for."""
_ENOUGH: Final = 2_000
"""So many nodes of a component are enough to meet it."""


class Coded(NamedTuple):
    """Relations as numbers.

    Attributes:
        codes: for each the node that its steps leave times the number of all nodes, and the one that they
            enter, both of the first action; less than 0 where an end is no node.
        actions: its actions as five bits; ``None``: there is one step of each.
        times: so much more is the step of the next action.
    """

    codes: Sequence[int]
    actions: Sequence[int] | None = None
    times: int = 0

    def each(self) -> Iterator[int]:
        """All steps as such numbers."""
        if self.actions is None:
            return (code for code in self.codes if code >= 0)
        return (
            code + self.times * action
            for code, actions in zip(self.codes, self.actions, strict=True)
            if code >= 0
            for action in bits(actions)
        )


@dataclass(frozen=True, slots=True)
class Compiled:
    """The steps of a snapshot.

    Attributes:
        steps: by kind, in order.
        declared: the triggers that are relations.
        ahead: for each node the nodes after it, in the order of the kinds.
        arrays: the same graph, where it is large and much is reached.
    """

    steps: dict[StepKind, list[Pair]]
    declared: frozenset[Pair]
    ahead: list[Sequence[int]]
    arrays: "Arrays | None"


def compiled(mesh: Mesh) -> Compiled:
    """The steps of the snapshot of a mesh, whose nodes have their numbers."""
    relations = _Relations(mesh)
    kinds = relations.coded()
    arrays: Arrays | None = None
    steps: dict[StepKind, list[Pair]]
    ahead: list[Sequence[int]]
    if mesh.size < _MANY:
        steps = {kind: _pairs(each.each(), mesh.size) for kind, each in kinds.items()}
        ahead = successor_lists(mesh.size, chain.from_iterable(steps.values()))
    else:
        from meshmodel.analysis.laying import laid_out  # only here: it takes long to import numpy

        steps, arrays = laid_out(kinds, mesh.size)
        ahead = arrays.successors()
    triggers = set(relations.triggers().each())
    declared = frozenset(map(divmod, triggers, repeat(mesh.size)))
    steps["trigger"] = trigger = _pairs(triggers.union(_arising(mesh, ahead, arrays)), mesh.size)
    entered: dict[int, list[int]] = {}
    for leaves, enters in trigger:
        entered.setdefault(leaves, []).append(enters)
    # A write access is left by custody steps and triggers alone, so this keeps the order of the kinds.
    for leaves, after in entered.items():
        ahead[leaves] = [*ahead[leaves], *after]
    if arrays is not None:
        is_crowded = not is_sparse(ahead, list(mesh.agent_node.values()))
        arrays = arrays.other(ahead, entered) if is_crowded else None
    return Compiled({kind: steps[kind] for kind in STEP_ORDER}, declared, ahead, arrays)


def _pairs(codes: Iterable[int], size: int) -> list[Pair]:
    return list(map(divmod, sorted(codes), repeat(size)))


class _Relations:
    """The relations of a snapshot as steps between nodes; those whose ends are no nodes are none."""

    def __init__(self, mesh: Mesh) -> None:
        self._snapshot = mesh.snapshot
        self._size = size = mesh.size
        self._agents, self._credentials = mesh.agent_node, mesh.credential_node
        self._first = {each: 5 * number for number, each in enumerate(mesh.systems)}
        self._from_agent = {each: node * size for each, node in self._agents.items()}
        self._from_credential = {each: node * size for each, node in self._credentials.items()}
        self._from_system = {each: node * size for each, node in self._first.items()}

    def coded(self) -> dict[StepKind, Coded]:
        """The steps by kind, all but triggers."""
        snapshot = self._snapshot
        grants = self._grants()
        return {
            "hold": self._holds(),
            "grant": grants,
            "custody": self._custodies(),
            "exchange": Coded(self._ends(snapshot.exchange, self._from_credential, self._credentials)),
            "delegation": Coded(self._ends(snapshot.delegation, self._from_agent, self._agents)),
            "hosting": self._hosting(),
            "implies": self._implied(grants),
        }

    def triggers(self) -> Coded:
        """The steps of declared triggers."""
        codes = self._ends(self._snapshot.trigger, self._from_system, self._agents)
        return Coded(codes, [1 << WRITE] * len(codes), self._size)

    def _ends(
        self, table: Iterable[tuple[str, str]], leaving: Mapping[str, int], entered: Mapping[str, int]
    ) -> list[int]:
        none = -self._size * self._size
        leaves = map(leaving.get, map(itemgetter(0), table), repeat(none))
        enters = map(entered.get, map(itemgetter(1), table), repeat(none))
        return list(map(add, leaves, enters))

    def _holds(self) -> Coded:
        """Hold relations, and what is passed with a delegation."""
        codes = self._ends(self._snapshot.hold, self._from_agent, self._credentials)
        passed = {
            self._from_agent[other] + self._credentials[each]
            for (one, other), record in self._snapshot.delegation.items()
            if record.passes and one in self._agents and other in self._agents
            for each in record.passes
            if each in self._credentials
        }
        return Coded([*codes, *passed.difference(codes)])

    def _grants(self) -> Coded:
        table = self._snapshot.grant
        codes = self._ends(table, self._from_credential, self._first)
        return Coded(codes, _masks(map(attrgetter("actions"), table.values())), 1)

    def _custodies(self) -> Coded:
        """What merely stores a bound credential yields nothing: it is useless without its key or host."""
        table, records = self._snapshot.custody, self._snapshot.credential
        codes = self._ends(table, self._from_system, self._credentials)
        actions = _masks(map(attrgetter("obtained_by"), table.values()))
        bound = {each for each, record in records.items() if record.is_bound}
        if bound:
            for place, record in enumerate(table.values()):
                if record.how == "stores" and record.credential in bound:
                    actions[place] = 0
        return Coded(codes, actions, self._size)

    def _hosting(self) -> Coded:
        return Coded(
            [
                self._from_system[record.runs_on] + EXECUTE * self._size + self._agents[agent]
                for agent, record in self._snapshot.agent.items()
                if record.runs_on is not None and agent in self._agents
            ]
        )

    def _implied(self, grants: Coded) -> Coded:
        """From each admin access for which there is a grant to the other four."""
        assert grants.actions is not None
        granted = compress(grants.codes, map((1 << ADMIN).__and__, grants.actions))
        administered = {code % self._size for code in granted if code >= 0}
        codes = [(first + ADMIN) * self._size + first for first in administered]
        return Coded(codes, [ALL_ACTIONS ^ 1 << ADMIN] * len(codes), 1)


def _masks(actions: Iterable[tuple[Action, ...]]) -> list[int]:
    """Actions as five bits: most are the same few."""
    every = list(actions)
    masks = {each: action_mask(each) for each in set(every)}
    return list(map(masks.__getitem__, every))


# Triggers that arise by themselves ----------------------------------------------------------------


def _arising(mesh: Mesh, ahead: Sequence[Sequence[int]], arrays: "Arrays | None") -> Iterator[int]:
    """A steerable agent reads outsiders' words, by steps other than triggers (so that no such trigger is
    the reason of another): steps from the write access of the place.
    """
    for read, agents in _reading_words(mesh, ahead, arrays):
        yield from map(((read + WRITE) * mesh.size).__add__, agents)


def _reading_words(
    mesh: Mesh, ahead: Sequence[Sequence[int]], arrays: "Arrays | None"
) -> Iterable[tuple[int, Collection[int]]]:
    """The steerable agents by the read access of each place with outsiders' words that they reach."""
    nodes = mesh.agent_node
    records = mesh.snapshot.agent
    steerable = {node for each, node in nodes.items() if records[each].is_steerable}
    if not steerable or not mesh.untrusted:
        return ()
    reads = list(bits(mesh.untrusted))
    if arrays is not None and (len(reads) <= _FEW_WORDS or mesh.size >= _VAST):
        return zip(reads, arrays.leading(reads, sorted(steerable)), strict=True)
    behind = _behind(ahead, reads)
    reading: dict[int, set[int]] = {}
    if is_sparse(behind, reads):
        for read in reads:
            leading: set[int] = set()
            search(behind, read, leading)
            reading[read] = leading & steerable
    elif len(reads) <= _FEW_WORDS:
        reading = _reading(reads, steerable, ahead, behind)
    else:
        # Backwards, and one mark for each place with outsiders' words.
        closure = forward(behind)
        columns = closure.columns({read: 1 << number for number, read in enumerate(reads)})
        for agent in steerable:
            for number in bits(columns[closure.component[agent]]):
                reading.setdefault(reads[number], set()).add(agent)
    return reading.items()


def _behind(ahead: Sequence[Sequence[int]], wanted: Iterable[int]) -> list[list[int]]:
    """For each node the nodes before it, for whatever leads to some wanted ones: other leaves have none."""
    none: list[int] = []
    behind = [[] if after else none for after in ahead]
    for node in wanted:
        behind[node] = []
    for leaves, after in enumerate(ahead):
        for enters in after:
            behind[enters].append(leaves)
    none.clear()
    return behind


def _reading(
    reads: Iterable[int], steerable: set[int], ahead: Sequence[Sequence[int]], behind: Sequence[Sequence[int]]
) -> dict[int, set[int]]:
    """The agents that lead to each of these nodes, looked for backwards.

    Most of them are led to from one large component: what leads there is looked for once.
    """
    found: dict[int, set[int]] = {}
    core: set[int] = set()
    to_core: set[int] = set()
    agents_of_core: set[int] = set()
    before = behind.__getitem__
    for read in reads:
        leading: set[int] = set()
        new = {read}
        through = False
        while new:
            through = through or not core.isdisjoint(new)
            if through:
                new -= to_core
            leading |= new
            new = set(chain.from_iterable(map(before, new)))
            new -= leading
        agents = leading & steerable
        if through:
            agents |= agents_of_core
        elif len(leading) > len(to_core):
            after: set[int] = set()
            search(ahead, read, after, _ENOUGH)
            core, to_core, agents_of_core = after & leading, leading, agents
        found[read] = agents
    return found
