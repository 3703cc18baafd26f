"""Parts of a large mesh in which little is reached (sections 4 to 6).

What an agent reaches, and what follows from that, depends on the nodes that it reaches alone. So the
agents are taken in batches, neighbours together, and each batch has an engine of its own: the nodes
that its agents reach, numbered anew. Sets of nodes are as small there as the batch.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from meshmodel.analysis.checkpoints import Candidates
from meshmodel.analysis.closure import Searched, search, union
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.doors import MissingCheckpoints
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.meeting import Meeting
from meshmodel.analysis.reached import Reached, Reaching
from meshmodel.analysis.results import Door
from meshmodel.analysis.severities import Severities
from meshmodel.analysis.steps import STEP_ORDER, WRITE, Mesh, bits
from meshmodel.model.records import Intent, Key
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, Severity

HUGE = 100_000
"""From so many nodes on the rows of all agents are too much for the memory of a small machine."""
_BATCH = 1_000
"""A batch has so many nodes, and what its last agent reaches."""


class _PartMesh(Mesh):
    """Some nodes of a mesh, with all that they reach, and the steps between them."""

    def __init__(
        self, whole: Mesh, successors: Sequence[Sequence[int]], nodes: list[int], more: set[int]
    ) -> None:
        """Number the nodes anew, in the same order.

        Args:
            whole: the mesh.
            successors: for each of its nodes the nodes after it.
            nodes: those that count, sorted; all steps from them lead to one of them.
            more: numbers of other systems of which it must be known what they are like.
        """
        self.snapshot = whole.snapshot
        first, after = whole.first_credential, whole.first_agent
        numbers = sorted(more.union(node // 5 for node in nodes if node < first))
        self._number(
            [self.snapshot.system[whole.systems[number]] for number in numbers],
            [whole.credentials[node - first] for node in nodes if first <= node < after],
            [whole.agents[node - after] for node in nodes if node >= after],
        )
        place = {5 * number: 5 * here for here, number in enumerate(numbers)}
        here = {}
        credential, agent = self.first_credential, self.first_agent
        for node in nodes:
            if node < first:
                action = node % 5
                here[node] = place[node - action] + action
            elif node < after:
                here[node] = credential
                credential += 1
            else:
                here[node] = agent
                agent += 1
        self.steps = {kind: [] for kind in STEP_ORDER}
        for node in nodes:
            leaves = here[node]
            for each in successors[node]:
                enters = here[each]
                self.steps[self.kind(leaves, enters)].append((leaves, enters))
        self.declared_triggers = frozenset()
        self.here = here
        self.place = place


class _PartEngine(Engine):
    """The engine of a batch of agents."""

    def __init__(
        self,
        whole: Engine,
        mesh: _PartMesh,
        candidates: Candidates,
        agents: list[str],
        intended: list[Intent],
    ) -> None:
        self._kept = True
        self.snapshot = whole.snapshot
        self.view = whole.view
        self.mesh: _PartMesh = mesh
        self.candidates = candidates
        self.agents = agents
        self.intended = intended

    def names(self) -> Iterable[str]:
        """The ids of the agents of the batch."""
        return self.agents

    def intents(self) -> Iterable[Intent]:
        """The intents of the agents of the batch."""
        return self.intended


class Part:
    """A batch of agents with its engine."""

    def __init__(self, engine: _PartEngine) -> None:
        self.engine = engine
        self.agents: Sequence[str] = engine.agents

    @cached_property
    def counts(self) -> Counts:
        """The crossings of its agents as numbers."""
        return Counts(self.engine)

    @cached_property
    def meeting(self) -> Meeting:
        """Which of its agents meet a checkpoint and have power over it."""
        return Meeting(self.engine, self.counts.count)


class Parts:
    """All batches of the agents of one reading.

    Attributes:
        parts: one for each batch.
    """

    def __init__(self, whole: Engine) -> None:
        self._whole = whole
        self._successors = whole.effective.successors
        mesh = whole.mesh
        self._triggering: dict[int, list[int]] = {}
        for leaves, enters in mesh.steps["trigger"]:
            self._triggering.setdefault(enters, []).append(leaves - WRITE)
        self._intents: dict[str, list[Intent]] = {}
        for intent in whole.intents():
            self._intents.setdefault(intent.agent, []).append(intent)
        self._checkpoints: dict[int, set[int]] = {}
        for number, steps in enumerate(whole.candidates.covered):
            for leaves, _ in steps:
                self._checkpoints.setdefault(leaves, set()).add(number)
        self.parts = [Part(self._engine(agents, nodes)) for agents, nodes in self._batches()]
        self.of = {agent: part for part in self.parts for agent in part.agents}

    def _batches(self) -> Iterator[tuple[list[str], set[int]]]:
        """The agents of each batch, and the nodes that they reach."""
        mesh, agents = self._whole.mesh, self._whole.snapshot.agent
        component = self._whole.effective.component
        nodes = mesh.agent_node
        batch: list[str] = []
        found: set[int] = set()
        for agent in sorted(nodes, key=lambda each: (agents[each].home or "", component[nodes[each]])):
            search(self._successors, nodes[agent], found)
            batch.append(agent)
            if len(found) >= _BATCH:
                yield sorted(batch), found
                batch, found = [], set()
        if batch:
            yield sorted(batch), found

    def _engine(self, agents: list[str], nodes: set[int]) -> _PartEngine:
        whole = self._whole
        mesh, candidates = whole.mesh, whole.candidates
        intended = [intent for agent in agents for intent in self._intents.get(agent, ())]
        triggering = {
            node: reads for agent in agents if (reads := self._triggering.get(node := mesh.agent_node[agent]))
        }
        named = {intent.system for intent in intended}
        named.update(each for intent in intended for each in intent.from_ or () if each != "home")
        more = {mesh.system_number[each] for each in named}
        more.update(read // 5 for reads in triggering.values() for read in reads)
        part = _PartMesh(mesh, self._successors, sorted(nodes), more)
        part.triggered_by = {
            part.here[node]: union([part.place[read] for read in reads]) for node, reads in triggering.items()
        }
        numbers = {each.number for each in candidates.boundaries}
        numbers.update(*(self._checkpoints[node] for node in nodes if node in self._checkpoints))
        records = whole.snapshot.checkpoint
        chosen = [records[candidates.ids[number]] for number in numbers]
        return _PartEngine(whole, part, Candidates(part, whole.view, chosen), agents, intended)

    @cached_property
    def counts(self) -> Counts:
        """The crossings of all agents as numbers."""
        return _CountsOfParts(self._whole, [part.counts for part in self.parts])

    def severities(self) -> dict[Severity, int]:
        """The uncontrolled crossings of all agents by severity."""
        total: Counter[Severity] = Counter()
        for part in self.parts:
            total.update(Severities(part.counts).counted())
        return {severity: total[severity] for severity in SEVERITIES}

    def doors(self) -> tuple[Door, ...]:
        """All missing checkpoints, by credential and system: those of the parts put together."""
        found: dict[Key, list[Door]] = {}
        for part in self.parts:
            for door in MissingCheckpoints(part.engine).doors():
                found.setdefault((door.credential, door.system), []).append(door)
        return tuple(_together(found[key]) for key in sorted(found))

    @cached_property
    def reached(self) -> "ReachedInParts":
        """Who effectively reaches what."""
        return ReachedInParts(self._whole, self)

    @cached_property
    def meeting(self) -> "MeetingInParts":
        """Who meets a checkpoint and has power over it."""
        return MeetingInParts(self._whole, self)


def _together(doors: list[Door]) -> Door:
    """The same door as agents of several parts find it."""
    if len(doors) == 1:
        return doors[0]
    return Door(
        doors[0].credential,
        doors[0].system,
        tuple(action for action in ACTIONS if any(action in door.actions for door in doors)),
        tuple(sorted({agent for door in doors for agent in door.agents})),
        max((door.severity for door in doors), key=SEVERITIES.index),
    )


class _CountsOfParts(Counts):
    """The numbers of all parts together."""

    def __init__(self, engine: Engine, parts: list[Counts]) -> None:
        self.begin(engine)
        for part in parts:
            self.crossings += part.crossings
            self.open += part.open
            self.approved += part.approved


class MeetingInParts(Meeting):
    """Who meets a checkpoint and has power over it: what the parts say, put together."""

    def __init__(self, engine: Engine, parts: Parts) -> None:
        self.begin(engine, parts.counts.count)
        joined: dict[int, set[str]] = {}
        for part in parts.parts:
            for checkpoint in part.engine.candidates.ids:
                agents = part.meeting.agents(checkpoint)
                if agents:
                    joined.setdefault(self._numbers[checkpoint], set()).update(agents)
        self._agents.update((number, frozenset(those)) for number, those in joined.items())


class ReachedInParts(Reached):
    """Who effectively reaches what, by the parts in which it is reached."""

    def __init__(self, engine: Engine, parts: Parts) -> None:
        super().__init__(engine)
        self._agents = [part.agents for part in parts.parts]
        self._at: dict[int, list[tuple[int, int]]] = {}
        for number, part in enumerate(parts.parts):
            effective, nodes = part.engine.effective, part.engine.mesh.agent_node
            columns = effective.columns({nodes[each]: 1 << place for place, each in enumerate(part.agents)})
            component = effective.component
            for node, here in part.engine.mesh.here.items():
                self._at.setdefault(node, []).append((number, columns[component[here]]))

    @cached_property
    def every(self) -> int:
        """All that some active agent reaches, as bits."""
        return union(list(self._at))

    def named(self, nodes: Iterable[int]) -> Reaching:
        """The active agents that reach one of these nodes."""
        found: dict[int, int] = {}
        for node in nodes:
            for number, marks in self._at.get(node, ()):
                found[number] = found.get(number, 0) | marks
        names = [self._agents[number][place] for number, marks in found.items() for place in bits(marks)]
        return self.these(tuple(sorted(names)))


def parts_of(engine: Engine) -> Parts | None:
    """The parts of a large mesh in which little is reached; ``None`` for any other."""
    return Parts(engine) if isinstance(engine.effective, Searched) else None
