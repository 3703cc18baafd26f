"""Who effectively reaches what: agents by what they reach, as sets and in words."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, reduce
from itertools import chain, compress
from operator import le, or_
from typing import Any

from meshmodel.analysis.closure import union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.looked import Looked
from meshmodel.analysis.steps import bits, without
from meshmodel.model.records import Agent, Key

Nodes = Callable[[Iterable[Any]], list[Sequence[int]]]
"""The nodes that each of several things has: one or more."""

_ASKED = 12
"""So many nodes are looked for in the reach of every agent; more are cheaper all at once."""
FEW = 5
"""So many elements a sentence names; of more the first three."""
_MOST_KNOWN = 20_000
"""So many sets of agents are kept in words; then they are forgotten."""
_FLAGS = bytes.maketrans(b"01", b"\0\1")
_SELDOM = 8
"""Where no more than one of so many is meant, it is quicker to name them one by one."""
MOST_LIT = 50
"""Of more records than this a finding lights the first ones: one can concern thousands."""


class Reaching:
    """Some agents; a finding may keep it until somebody asks for words.

    Attributes:
        agents: their ids, sorted.
    """

    __slots__ = ("_first", "_lit", "_words", "agents")

    def __init__(self, agents: tuple[str, ...], first: tuple[Agent, ...]) -> None:
        """Arguments: their ids, and the records of the first ones, as many as a sentence names."""
        self.agents = agents
        self._first = first
        self._words: str | None = None
        self._lit: tuple[tuple[str, Key], ...] | None = None

    # Many findings have the same agents, so both are kept when first asked for.

    @property
    def words(self) -> str:
        """The agents as a list in a sentence."""
        if self._words is None:
            self._words = told([each.title for each in self._first], len(self.agents))
        return self._words

    @property
    def lit(self) -> tuple[tuple[str, Key], ...]:
        """The agents as records, as far as a finding lights them."""
        if self._lit is None:
            self._lit = lit("agent", self.agents)
        return self._lit


class Names:
    """Sets of agents by name and in words; findings may keep it, as it has nothing large of a reading."""

    def __init__(self, ids: Sequence[str], records: Mapping[str, Agent]) -> None:
        """Arguments: the ids of the agents by number, and the records of all."""
        self._ids = ids
        self._records = records
        self._known: dict[int, Reaching] = {}
        self._named: dict[tuple[str, ...], Reaching] = {}
        self._same: dict[int, Reaching] = {}

    def of(self, marks: int) -> Reaching:
        """Some agents, by bits for their numbers."""
        known = self._known.get(marks)
        if known is None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            known = self._known[marks] = self._told(marks)
        return known

    def _told(self, marks: int) -> Reaching:
        ids = self._ids
        if marks.bit_count() * _SELDOM < marks.bit_length():
            return self.these(tuple(sorted(map(ids.__getitem__, bits(marks)))))
        chosen = bin(marks)[:1:-1].encode().translate(_FLAGS)
        some = compress(ids, chosen)
        return self.these(tuple(some if self._in_order else sorted(some)))

    @cached_property
    def _in_order(self) -> bool:
        """Whether the agents are numbered by their ids, as they are but for what edits brought."""
        return all(map(le, self._ids, self._ids[1:]))

    def these(self, agents: tuple[str, ...]) -> Reaching:
        """Some agents, named by sorted ids, in words and as records."""
        # Doors that the same agents find open share one tuple, and it takes long to tell long ones apart.
        same = self._same.get(id(agents))
        if same is not None and same.agents is agents:
            return same
        few = len(agents) <= MOST_LIT
        known = self._named.get(agents) if few else None
        if known is None:
            if len(self._same) > _MOST_KNOWN:
                self._named.clear()
                self._same.clear()
            known = Reaching(agents, tuple(map(self._records.__getitem__, agents[:FEW])))
            if few:
                self._named[agents] = known
            self._same[id(agents)] = known
        return known


_Counted = tuple[list[int], "array[int]", list[int]]
"""Columns, each once, which one each node has, and how many nodes have each."""


class _Columns:
    """For every node the agents that reach it, as bits for their numbers: all found when first asked for.

    It keeps the reading no longer than until then.
    """

    def __init__(self, engine: Engine | None, counted: _Counted | None = None) -> None:
        """Arguments: the reading; where there is none, the columns with how many nodes have each."""
        self._engine = engine
        self._counted = counted
        self._found: tuple[list[int], Sequence[int]] = ([], ()) if counted is None else counted[:2]

    def prepare(self) -> tuple[list[int], Sequence[int]]:
        """The columns, and which one each node has."""
        engine = self._engine
        if engine is not None:
            first = engine.mesh.first_agent
            columns = engine.effective.columns(
                {node: 1 << node - first for node in engine.mesh.agent_node.values()}
            )
            self._found = columns, engine.effective.component
            # Last: another thread may follow another edit of the same reading.
            self._engine = None
        return self._found

    @property
    def are_known(self) -> bool:
        return self._engine is None

    def count(self) -> _Counted:
        """The columns, each once, which one each node has, and how many nodes have each."""
        counted = self._counted
        if counted is None:
            columns, places = self.prepare()
            # Most columns are the same object, and it takes long to tell large numbers apart.
            every = list(map(columns.__getitem__, places))
            known = {id(each): each for each in every}
            numbers = {each: number for number, each in enumerate(known)}
            at = array("l", map(numbers.__getitem__, map(id, every)))
            sizes = Counter(at)
            counted = list(known.values()), at, [sizes[number] for number in range(len(known))]
            self._counted, self._found = counted, counted[:2]
        return counted

    def copy(self) -> _Counted:
        """The same, to be changed."""
        columns, places, sizes = self.count()
        return columns.copy(), places[:], sizes.copy()


class _Later:
    """Who reaches one of the nodes that something has, for findings to keep."""

    def __init__(self, nodes: Nodes, columns: _Columns, names: Names) -> None:
        self._nodes = nodes
        self._columns = columns
        self._names = names

    def __call__(self, key: Any) -> Reaching:
        return self.each((key,))[0]

    def each(self, keys: Iterable[Any]) -> list[Reaching]:
        """The same for each of several keys."""
        columns, places = self._columns.prepare()
        nodes = self._nodes(keys)
        marks = [columns[places[each[0]]] for each in nodes]
        for place, each in enumerate(nodes):
            if len(each) > 1:
                marks[place] = reduce(or_, [columns[places[node]] for node in each])
        # Most sets of agents are the same object, and it takes long to tell large numbers apart.
        same = list(map(id, marks))
        known = {key: self._names.of(each) for key, each in dict(zip(same, marks, strict=True)).items()}
        return list(map(known.__getitem__, same))


class Reached:
    """Who reaches a node: of a few by looking at every agent, of many by one pass over the graph.

    A set of agents has one bit for each, by its number among the agents.

    Attributes:
        names: sets of agents by name and in words.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._every: int | None = None
        self._columns = _Columns(engine)
        self._asked = 0
        self.names = Names(engine.mesh.agents, engine.snapshot.agent)

    @property
    def every(self) -> int:
        """All that some active agent reaches, as bits."""
        if self._every is None:
            self._every = self._reached_by_any()
        return self._every

    def _reached_by_any(self) -> int:
        """By the components to which steps lead from agents: most agents need no row of their own."""
        effective, agents = self._engine.effective, list(self._engine.mesh.agent_node.values())
        entered = set(chain.from_iterable(map(effective.successors.__getitem__, agents))).difference(agents)
        nodes = dict(zip(map(effective.component.__getitem__, entered), entered, strict=True))
        # Most of what is entered follows on the largest component.
        found = 0
        for node in effective.largest(1):
            if effective.component[node] in nodes:
                found = effective.row(node)
        inside = found.to_bytes(self._engine.mesh.size // 8 + 1, "little")
        for node in nodes.values():
            if not inside[node >> 3] >> (node & 7) & 1:
                found |= effective.row(node)
        return found | union(agents)

    def named(self, nodes: Iterable[int]) -> Reaching:
        """The active agents that reach one of these nodes."""
        marks = 0
        for node in nodes:
            marks |= self.marks(node)
        return self.names.of(marks)

    def later(self, nodes: Nodes, keys: Sequence[Any]) -> Sequence[Reaching]:
        """For each of several keys the active agents that reach one of the nodes that it has, found when
        somebody asks: findings may keep them.
        """
        later = _Later(nodes, self._columns, self.names)
        return Looked(later, keys, later.each)

    def each(self, nodes: Nodes, keys: Iterable[Any]) -> list[Reaching]:
        """For each of several keys the active agents that reach one of the nodes that it has."""
        return _Later(nodes, self._columns, self.names).each(keys)

    def marks(self, node: int) -> int:
        """The active agents that reach a node, as bits."""
        if not self._columns.are_known:
            self._asked += 1
            if self._asked <= _ASKED:
                engine = self._engine
                first, row = engine.mesh.first_agent, engine.effective.row
                marks = 0
                for agent in engine.mesh.agent_node.values():
                    if row(agent) >> node & 1:
                        marks |= 1 << agent - first
                return marks
        columns, places = self._columns.prepare()
        return columns[places[node]]

    def naming(self, agents: Iterable[str], nodes: int) -> int:
        """Those of a set of nodes of which a sentence about who reaches them may name one of these agents."""
        mesh = self._engine.mesh
        known: dict[int, tuple[int, bool]] = {}
        ranked = [
            (1 << mesh.agent_node[agent] - mesh.first_agent, union(_before(mesh.agents, agent)))
            for agent in agents
            if agent in mesh.agent_node
        ]
        found: list[int] = []
        for node in bits(nodes):
            marks = self.marks(node)
            both = known.get(id(marks))
            if both is None:
                named = any(mark & marks and (marks & before).bit_count() < FEW for mark, before in ranked)
                both = known[id(marks)] = marks, named
            if both[1]:
                found.append(node)
        return union(found)

    def prepare(self) -> None:
        """Look at everything at once, and make it ready to be followed."""
        self._columns.count()

    def after(self, engine: Engine, changed: Sequence[tuple[int, int]], *, renamed: bool) -> "Reached":
        """The same after an edit; this one stays as it is.

        Args:
            engine: the reading after it.
            changed: what some agents reach now and did not, or did and do not, and these, as bits.
            renamed: whether anything changed about agents but what they reach.
        """
        made = Reached(engine)
        if not renamed:
            made.names = self.names
        if not self._columns.are_known:
            return made
        if not changed:
            made._columns, made._every = self._columns, self._every
            return made
        mesh, first = engine.mesh, engine.mesh.first_agent
        columns, places, sizes = self._columns.copy()
        staying: list[tuple[int, int]] = []
        gone = left = touched = 0
        for difference, marks in changed:
            if not marks & marks - 1 and mesh.agents[marks.bit_length() - 1] not in mesh.agent_node:
                gone |= marks
                left |= difference
            else:
                staying.append((difference, marks))
        absent: list[int] = []
        if gone:
            had = list(compress(range(len(columns)), map(gone.__and__, columns)))
            for place in had:
                columns[place] = without(columns[place], gone)
            # What another agent reaches somebody still does.
            other = max(map(columns.__getitem__, had), key=int.bit_count)
            if other:
                left = without(left, engine.effective.row(first + (other & -other).bit_length() - 1))
            absent += [node for node in bits(left) if not columns[places[node]]]
        for difference, marks in _apart(staying, first):
            touched |= difference
            nodes = list(bits(difference))
            were = list(map(places.__getitem__, nodes))
            parted: dict[int, int] = {}
            for place, number in Counter(were).items():
                if number == sizes[place]:
                    columns[place] ^= marks
                    continue
                parted[place] = len(columns)
                columns.append(columns[place] ^ marks)
                sizes.append(number)
                sizes[place] -= number
            if parted:
                for node, place in zip(nodes, were, strict=True):
                    if place in parted:
                        places[node] = parted[place]
            if not all(columns[parted.get(place, place)] for place in set(were)):
                absent += [node for node in nodes if not columns[places[node]]]
        made._columns = _Columns(None, (columns, places, sizes))
        if self._every is not None:
            absent = [node for node in absent if not columns[places[node]]]
            made._every = without(self._every | touched, union(absent))
        return made


def _apart(changed: Iterable[tuple[int, int]], first: int) -> list[tuple[int, int]]:
    """What agents reach otherwise, and these, as bits: their own nodes apart, and all else once.

    Args:
        changed: the same for some agents each.
        first: the node of the first agent.
    """
    own: list[tuple[int, int]] = []
    alike: dict[int, int] = {}
    for difference, marks in changed:
        if not difference & marks << first:
            alike[difference] = alike.get(difference, 0) | marks
            continue
        for number in bits(marks):
            mark, node = 1 << number, 1 << first + number
            others = without(difference, node)
            if others != difference:
                own.append((node, mark))
            alike[others] = alike.get(others, 0) | mark
    return [*own, *alike.items()]


def _before(agents: Sequence[str], agent: str) -> list[int]:
    """The numbers of the agents that come before one by id."""
    return [number for number, each in enumerate(agents) if each < agent]


def told(titles: Sequence[str], number: int) -> str:
    """Titles as a list in a sentence; of many the first three, and how many more there are."""
    if number > FEW:
        return f"{', '.join(titles[:3])} and {number - 3} more"
    if number < 2:
        return "".join(titles)
    return f"{', '.join(titles[:-1])} and {titles[-1]}"


def lit(table: str, ids: Sequence[str]) -> tuple[tuple[str, Key], ...]:
    """The records of a table as far as a finding lights them."""
    return tuple((table, each) for each in ids[:MOST_LIT])
