"""Agents by systems: each cell is worked out when somebody asks for it."""

from collections.abc import Iterable, Iterator

from meshmodel.analysis.bitset import bits, union
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import Reach
from meshmodel.analysis.results import SystemReach
from meshmodel.model.actions import actions_of


class ReachTable:
    """Who reaches what (section 4), as ``Analysis.reach`` tells it, cell by cell.

    Attributes:
        agents: every active agent, sorted.
        systems: the systems that any of them reaches, sorted.
    """

    def __init__(self, engine: Engine) -> None:
        self._reaches, self._mesh = engine.reaches, engine.mesh
        self._agents = [
            union(engine.reaches.full[5 * number : 5 * number + 5])
            for number in range(len(engine.mesh.systems))
        ]
        self.agents = tuple(engine.mesh.agents)
        self.systems = tuple(
            each for each, agents in zip(engine.mesh.systems, self._agents, strict=True) if agents
        )

    def cell(self, agent: str, system: str) -> SystemReach | None:
        """What one agent reaches on one system; ``None`` where it reaches nothing there."""
        reaches, number, first = self._reaches, self._mesh.agent[agent], self._mesh.access(system, 0)
        if not self._agents[first // 5] >> number & 1:
            return None
        kinds = reaches.full, reaches.direct, reaches.own, reaches.alone.reach
        masks = (sum((reach[first + x] >> number & 1) << x for x in range(5)) for reach in kinds)
        return SystemReach(system, *map(actions_of, masks))

    def count(self, agents: Iterable[str], systems: Iterable[str]) -> int:
        """How many cells of these agents by these systems are not empty."""
        wanted = union(1 << self._mesh.agent[each] for each in agents)
        return sum((self._agents[self._mesh.system[each]] & wanted).bit_count() for each in systems)

    def reaching(self, system: str) -> Iterator[tuple[str, SystemReach]]:
        """The agents that reach a system, sorted, with what each reaches there."""
        agents = self._agents[self._mesh.system[system]] if system in self._mesh.system else 0
        for agent in self._mesh.names(agents):
            cell = self.cell(agent, system)
            if cell is not None:
                yield agent, cell

    def carrying(self, identity: str) -> Iterator[tuple[str, bool, bool]]:
        """The agents that end up with an identity, sorted: each with whether directly, and by own steps."""
        direct, own = (
            self._carrying(identity, self._reaches.direct),
            self._carrying(identity, self._reaches.own),
        )
        for agent in bits(self._carrying(identity, self._reaches.full)):
            yield self._mesh.agents[agent], bool(direct >> agent & 1), bool(own >> agent & 1)

    def _carrying(self, identity: str, reach: Reach) -> int:
        copies = self._mesh.sessions.copies_of
        nodes = self._mesh.principals.get(identity, ())
        return union(reach[each] for node in nodes for each in (node, *copies.get(node, ())))
