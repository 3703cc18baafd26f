"""What tables and drawings ask for: single cells of the reach, how far away systems are, marks of steps."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from meshmodel.analysis.checkpoints import is_decision
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.graph import Reach, bits, union
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import Door, Finding, How, StepKey, StepMark, SystemReach, way
from meshmodel.analysis.steps import OWN
from meshmodel.model.rule_cards import CONTROLLED
from meshmodel.model.vocabulary import actions_of


class ReachTable:
    """Who reaches what (``docs/semantics.md#reach``), as ``Analysis.reach`` tells it, cell by cell.

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

    def carrying(self, identity: str) -> Iterator[tuple[str, How]]:
        """The agents that end up with an identity, sorted, each with how."""
        kinds = self._reaches.full, self._reaches.direct, self._reaches.own
        full, direct, own = (self._carrying(identity, reach) for reach in kinds)
        for agent in bits(full):
            how = way(is_direct=bool(direct >> agent & 1), is_own=bool(own >> agent & 1))
            yield self._mesh.agents[agent], how

    def _carrying(self, identity: str, reach: Reach) -> int:
        names = map(self._mesh.name, self._mesh.principals.get(identity, ()))
        return union(reach[node] for name in names for node in self._mesh.nodes_of(name))


def depths(mesh: Mesh) -> dict[str, int]:
    """For each system that an active agent opens as itself, how much is found on the way there.

    0: opened by a credential that some agent holds; 1: by one that is found there or exchanged for
    it; and so on. What nobody opens is left out.
    """
    after: dict[int, list[tuple[int, int]]] = {}
    for kind in OWN:
        cost = 1 if kind in ("custody", "exchange") else 0
        for leaves, enters in mesh.steps[kind]:
            after.setdefault(leaves, []).append((enters, cost))
    far = dict.fromkeys(mesh.agent_seeds(), 0)
    queue = deque(far)
    while queue:
        node = queue.popleft()
        for enters, cost in after.get(node, ()):
            distance = far[node] + cost
            if distance < far.get(enters, distance + 1):
                far[enters] = distance
                (queue.append if cost else queue.appendleft)(enters)
    found: dict[str, int] = {}
    for node, distance in far.items():
        if node < mesh.first_credential:
            found[mesh.name(node)] = min(distance, found.get(mesh.name(node), distance))
    return found


def marks(engine: Engine, doors: Iterable[Door], findings: Sequence[Finding]) -> Mapping[StepKey, StepMark]:
    """The marks of steps: where a checkpoint is missing, counts, or does not.

    A checkpoint counts here if it meets points 1 to 3 of ``docs/semantics.md#effective-checkpoints`` and no
    agent that meets it has power over it.
    """
    selfmade = {each.subject for each in findings if each.rule == CONTROLLED}
    found: dict[StepKey, StepMark] = {}
    for checkpoint in engine.snapshot.checkpoint.values():
        place: StepKey = (checkpoint.step, checkpoint.from_, checkpoint.to)
        counts = checkpoint.id not in selfmade and is_decision(checkpoint, engine.view)
        if counts or found.get(place) != "counts":
            found[place] = "counts" if counts else "does-not-count"
    for door in doors:
        found["grant", door.credential, door.system] = "missing"
    return found
