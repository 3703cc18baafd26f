"""Who effectively reaches what: agents by what they reach, as sets and in words."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import compress
from operator import le

from meshmodel.analysis.closure import union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.steps import bits
from meshmodel.model.records import Agent, Key

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


class Reached:
    """Who reaches a node: of a few by looking at every agent, of many by one pass over the graph.

    A set of agents has one bit for each, by its number among the agents.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._every: int | None = None
        self._columns: list[int] | None = None
        self._places: Sequence[int] = ()
        self._asked = 0
        self._known: dict[int, Reaching] = {}
        self._named: dict[tuple[str, ...], Reaching] = {}
        self._same: dict[int, Reaching] = {}

    @property
    def every(self) -> int:
        """All that some active agent reaches, as bits."""
        if self._every is None:
            # Many agents reach the same, by one row.
            rows = list(map(self._engine.effective.row, self._engine.mesh.agent_node.values()))
            found = 0
            for row in {id(row): row for row in rows}.values():
                found |= row
            self._every = found
        return self._every

    def named(self, nodes: Iterable[int]) -> Reaching:
        """The active agents that reach one of these nodes."""
        marks = 0
        for node in nodes:
            marks |= self._marks(node)
        return self._named_by(marks)

    def _named_by(self, marks: int) -> Reaching:
        known = self._known.get(marks)
        if known is None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            known = self._known[marks] = self._told(marks)
        return known

    def each(self, nodes: Sequence[int]) -> list[Reaching]:
        """The active agents that reach each of several nodes."""
        if self._columns is None and self._asked + len(nodes) > _ASKED:
            self.prepare()
        columns = self._columns
        if columns is None:
            return [self.named((node,)) for node in nodes]
        # Most sets of agents are the same object, and it takes long to tell large numbers apart.
        marks = list(map(columns.__getitem__, map(self._places.__getitem__, nodes)))
        numbers = list(map(id, marks))
        known = {
            number: self._named_by(each) for number, each in dict(zip(numbers, marks, strict=True)).items()
        }
        return list(map(known.__getitem__, numbers))

    def _told(self, marks: int) -> Reaching:
        ids = self._engine.mesh.agents
        if marks.bit_count() * _SELDOM < marks.bit_length():
            return self.these(tuple(sorted(map(ids.__getitem__, bits(marks)))))
        chosen = bin(marks)[:1:-1].encode().translate(_FLAGS)
        some = compress(ids, chosen)
        return self.these(tuple(some if self._in_order else sorted(some)))

    @cached_property
    def _in_order(self) -> bool:
        """Whether the agents are numbered by their ids, as they are but for what edits brought."""
        ids = self._engine.mesh.agents
        return all(map(le, ids, ids[1:]))

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
            records = self._engine.snapshot.agent
            known = Reaching(agents, tuple([records[each] for each in agents[:FEW]]))
            if few:
                self._named[agents] = known
            self._same[id(agents)] = known
        return known

    def _marks(self, node: int) -> int:
        if self._columns is None:
            self._asked += 1
            if self._asked > _ASKED:
                self.prepare()
        if self._columns is not None:
            return self._columns[self._places[node]]
        engine = self._engine
        first, row = engine.mesh.first_agent, engine.effective.row
        marks = 0
        for agent in engine.mesh.agent_node.values():
            if row(agent) >> node & 1:
                marks |= 1 << agent - first
        return marks

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
            marks = self._marks(node)
            both = known.get(id(marks))
            if both is None:
                named = any(mark & marks and (marks & before).bit_count() < FEW for mark, before in ranked)
                both = known[id(marks)] = marks, named
            if both[1]:
                found.append(node)
        return union(found)

    def prepare(self) -> None:
        """Look at everything at once."""
        if self._columns is not None:
            return
        engine = self._engine
        first = engine.mesh.first_agent
        self._places = engine.effective.component
        # Last: another thread may follow another edit of the same reading.
        self._columns = engine.effective.columns(
            {node: 1 << node - first for node in engine.mesh.agent_node.values()}
        )

    def after(
        self, engine: Engine, changed: Iterable[tuple[int, Sequence[int]]], *, renamed: bool
    ) -> "Reached":
        """The same after an edit; this one stays as it is.

        Args:
            engine: the reading after it.
            changed: what some agents reach now and did not, or did and do not, and the nodes of these.
            renamed: whether anything changed about agents but what they reach.
        """
        made = Reached(engine)
        if not renamed:
            made._named, made._same = self._named, self._same
        if self._columns is None:
            return made
        size, first = engine.mesh.size, engine.mesh.first_agent
        alike: dict[int, int] = {}
        own: list[tuple[int, int]] = []
        for difference, nodes in changed:
            marks = union([node - first for node in nodes])
            if not difference & marks << first:
                alike[difference] = alike.get(difference, 0) | marks
                continue
            for node in nodes:
                mark = 1 << node - first
                others = difference & ~(1 << node)
                if others != difference:
                    own.append((1 << node, mark))
                alike[others] = alike.get(others, 0) | mark
        columns = self._columns
        if not isinstance(self._places, range):
            columns = list(map(columns.__getitem__, self._places))
        elif alike:
            columns = columns.copy()
        touched = 0
        absent: list[int] = []
        for difference, marks in (*own, *alike.items()):
            touched |= difference
            # What was one object stays so: it takes long to tell large numbers apart.
            known: dict[int, tuple[int, int]] = {}
            for node in bits(difference):
                was = columns[node]
                both = known.get(id(was))
                if both is None:
                    both = known[id(was)] = was, was ^ marks
                columns[node] = now = both[1]
                if not now:
                    absent.append(node)
        made._columns, made._places = columns, range(size)
        if self._every is not None:
            made._every = (self._every | touched) & ~union([node for node in absent if not columns[node]])
        if not renamed:
            made._known = self._known
        return made


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
