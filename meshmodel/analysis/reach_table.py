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
        self._reaches, self._mesh, full = engine.reaches, engine.mesh, engine.reaches.full
        self._agents = {
            system: union(full[5 * number : 5 * number + 5])
            for number, system in enumerate(engine.mesh.systems)
        }
        self.agents = tuple(engine.mesh.agents)
        self.systems = tuple(system for system, agents in self._agents.items() if agents)

    def cell(self, agent: str, system: str) -> SystemReach | None:
        """What one agent reaches on one system; ``None`` where it reaches nothing there."""
        reaches, number, first = self._reaches, self._mesh.agent[agent], self._mesh.access(system, 0)
        kinds = reaches.full, reaches.direct, reaches.own, reaches.alone.reach
        masks = [sum((reach[first + x] >> number & 1) << x for x in range(5)) for reach in kinds]
        return SystemReach(system, *map(actions_of, masks)) if masks[0] else None

    def count(self, agents: Iterable[str], systems: Iterable[str]) -> int:
        """How many cells of these agents by these systems are not empty."""
        wanted = union(1 << self._mesh.agent[each] for each in agents)
        return sum((self._agents[each] & wanted).bit_count() for each in systems)

    def reaching(self, system: str) -> Iterator[tuple[str, SystemReach]]:
        """The agents that reach a system, sorted, with what each reaches there."""
        for agent in self._mesh.names(self._agents.get(system, 0)):
            cell = self.cell(agent, system)
            if cell is not None:
                yield agent, cell

    def carrying(self, identity: str) -> Iterator[tuple[str, bool, bool]]:
        """The agents that end up with an identity, sorted: each with whether directly, and by own steps."""
        kinds = self._reaches.full, self._reaches.direct, self._reaches.own
        full, direct, own = (self._carrying(identity, reach) for reach in kinds)
        for agent in bits(full):
            yield self._mesh.agents[agent], bool(direct >> agent & 1), bool(own >> agent & 1)

    def _carrying(self, identity: str, reach: Reach) -> int:
        names = map(self._mesh.name, self._mesh.principals.get(identity, ()))
        return union(reach[node] for name in names for node in self._mesh.nodes_of(name))
