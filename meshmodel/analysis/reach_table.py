"""Agents by systems: each cell is worked out when somebody asks for it, since large models have very many."""

from collections.abc import Iterable, Iterator

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import SystemReach
from meshmodel.analysis.steps import ALL_ACTIONS, actions_of


class ReachTable:
    """Who reaches what (section 4), as ``Analysis.reach`` tells it, cell by cell.

    Attributes:
        agents: every active agent, sorted.
        systems: the systems that any of them reaches, sorted.
    """

    def __init__(self, engine: Engine) -> None:
        """Arguments: the engine that knows the rows."""
        self._engine = engine
        mesh = engine.mesh
        self.agents = tuple(sorted(mesh.agent_node))
        touched = 0
        for node in mesh.agent_node.values():
            touched |= engine.effective.row(node)
        self.systems = tuple(
            sorted(each for each, number in mesh.system_number.items() if touched >> 5 * number & ALL_ACTIONS)
        )

    def cell(self, agent: str, system: str) -> SystemReach | None:
        """What one agent reaches on one system; ``None`` where it reaches nothing there."""
        engine = self._engine
        node, first = engine.mesh.agent_node[agent], 5 * engine.mesh.system_number[system]
        effective = engine.effective.row(node) >> first & ALL_ACTIONS
        if not effective:
            return None
        return SystemReach(
            system,
            actions_of(effective),
            actions_of(engine.direct.row(node) >> first & ALL_ACTIONS),
            actions_of(engine.own.row(node) >> first & ALL_ACTIONS),
            actions_of(engine.alone[agent].row >> first & ALL_ACTIONS),
        )

    def count(self, agents: Iterable[str], systems: Iterable[str]) -> int:
        """How many cells of these agents by these systems are not empty."""
        mesh = self._engine.mesh
        wanted = sum(1 << 5 * mesh.system_number[system] for system in systems)
        counts: dict[int, int] = {}  # many agents have the same row
        total = 0
        for agent in agents:
            row = self._engine.effective.row(mesh.agent_node[agent]) & mesh.access
            if row not in counts:
                some = row | row >> 1 | row >> 2 | row >> 3 | row >> 4
                counts[row] = (some & wanted).bit_count()
            total += counts[row]
        return total

    def reaching(self, system: str) -> Iterator[tuple[str, SystemReach]]:
        """The agents that reach a system, sorted, with what each reaches there."""
        if system in self._engine.mesh.system_number:
            for agent in self.agents:
                cell = self.cell(agent, system)
                if cell is not None:
                    yield agent, cell

    def carrying(self, identity: str) -> Iterator[tuple[str, bool, bool]]:
        """The agents that end up with an identity, sorted: each with whether directly, and by own steps."""
        engine = self._engine
        credentials = engine.snapshot.credential
        wanted = sum(
            1 << node
            for credential, node in engine.mesh.credential_node.items()
            if credentials[credential].principal == identity
        )
        for agent in self.agents:
            node = engine.mesh.agent_node[agent]
            if engine.effective.row(node) & wanted:
                yield agent, bool(engine.direct.row(node) & wanted), bool(engine.own.row(node) & wanted)
