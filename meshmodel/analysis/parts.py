"""A large mesh in which little is reached (sections 4 to 6).

What an agent reaches, and what follows from that, depends on the nodes that it reaches alone. Most
answers come from pairs of an agent and a node. Where more must be known of some agents, these are taken
in batches, neighbours together, and each batch has an engine of its own: the nodes that its agents
reach, numbered anew. Sets of nodes are as small there as the batch.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from meshmodel.analysis.checkpoints import Candidates
from meshmodel.analysis.closure import Searched, search, union
from meshmodel.analysis.crossings import Counts
from meshmodel.analysis.doors import MissingCheckpoints
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.meeting import Meeting
from meshmodel.analysis.reached import Reached
from meshmodel.analysis.results import Door, StepKind
from meshmodel.analysis.severities import Severities
from meshmodel.analysis.steps import STEP_ORDER, WRITE, Mesh, Pair
from meshmodel.model.records import Intent, Key
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, Severity

if TYPE_CHECKING:
    from meshmodel.analysis.pairs.pairs import Pairs

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
        steps: dict[StepKind, list[Pair]] = {kind: [] for kind in STEP_ORDER}
        for node in nodes:
            leaves = here[node]
            for each in successors[node]:
                enters = here[each]
                steps[self.kind(leaves, enters)].append((leaves, enters))
        self.steps = steps
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


class Batches:
    """Batches of agents, made as they are asked for."""

    def __init__(self, whole: Engine) -> None:
        self._whole = whole
        self._successors = whole.effective.successors
        self._intents: dict[str, list[Intent]] = {}
        for intent in whole.intents():
            self._intents.setdefault(intent.agent, []).append(intent)

    def passing(self, some: frozenset[int] | None = None) -> Iterator[_PartEngine]:
        """The engines of batches of all agents, none of them kept here.

        Args:
            some: only of batches that reach one of these nodes.
        """
        for agents, nodes in self._batches(self._whole.names()):
            if some is None or not some.isdisjoint(nodes):
                yield self._engine(agents, nodes)

    @cached_property
    def _triggering(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for leaves, enters in self._whole.mesh.steps["trigger"]:
            found.setdefault(enters, []).append(leaves - WRITE)
        return found

    @cached_property
    def _checkpoints(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for number, steps in enumerate(self._whole.candidates.covered):
            for leaves, _ in steps:
                found.setdefault(leaves, set()).add(number)
        return found

    def _batches(self, agents: Iterable[str]) -> Iterator[tuple[list[str], set[int]]]:
        """The agents of each batch, and the nodes that they reach."""
        records, nodes = self._whole.snapshot.agent, self._whole.mesh.agent_node
        batch: list[str] = []
        found: set[int] = set()
        for agent in sorted(agents, key=lambda each: (records[each].home or "", each)):
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


class Parts(Batches):
    """All agents of one reading: what each one reaches as pairs, and batches of those of which more must
    be known than these tell.

    Attributes:
        pairs: what all agents reach, and the crossings and the doors of most of them.
        parts: batches of the others: those that come to a boundary with a checkpoint, or that have intents
            and read something after a decision that leads on.
    """

    def __init__(self, whole: Engine) -> None:
        # It takes long to import, and small models do without it.
        from meshmodel.analysis.pairs.pairs import pairs_of

        super().__init__(whole)
        self.pairs: Pairs = pairs_of(whole)
        self._of: dict[str, Part] = {}
        self.parts = self._made(self.pairs.apart)

    def near(self, agents: Iterable[str]) -> Iterator[tuple[Part, list[str]]]:
        """The batches that have these agents, each with those of them that it has."""
        some = list(agents)
        self._made([each for each in some if each not in self._of])
        chosen: dict[Part, list[str]] = {}
        for agent in some:
            chosen.setdefault(self._of[agent], []).append(agent)
        yield from chosen.items()

    def touching(self, *nodes: int, unchecked: bool = False) -> list[str]:
        """The agents that reach one of each of these sets of nodes, effectively or unchecked."""
        return self.pairs.touching(*nodes, unchecked=unchecked)

    def _made(self, agents: Iterable[str]) -> list[Part]:
        """New batches of these agents."""
        made = [Part(self._engine(some, nodes)) for some, nodes in self._batches(agents)]
        for part in made:
            self._of.update(dict.fromkeys(part.agents, part))
        return made

    @cached_property
    def counts(self) -> Counts:
        """The crossings of all agents as numbers."""
        return _CountsOfParts(self._whole, self)

    def severities(self) -> dict[Severity, int]:
        """The uncontrolled crossings of all agents by severity."""
        total = Counter(self.pairs.severities())
        for part in self.parts:
            total.update(Severities(part.counts).counted())
        return {severity: total[severity] for severity in SEVERITIES}

    def doors(self) -> tuple[Door, ...]:
        """All missing checkpoints, by credential and system: all that were found put together."""
        most = self.pairs.doors()
        if not self.parts:
            return tuple(most)
        found: dict[Key, list[Door]] = {(door.credential, door.system): [door] for door in most}
        for part in self.parts:
            for door in MissingCheckpoints(part.engine).doors():
                found.setdefault((door.credential, door.system), []).append(door)
        return tuple(_together(found[key]) for key in sorted(found))

    @cached_property
    def reached(self) -> Reached:
        """Who effectively reaches what."""
        from meshmodel.analysis.pairs.reached import ReachedInPairs

        return ReachedInPairs(self._whole, self.pairs)

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
    """The numbers of all agents together."""

    def __init__(self, engine: Engine, parts: Parts) -> None:
        self.begin(engine)
        self.crossings, self.open = parts.pairs.crossings, parts.pairs.open
        self.approved = parts.pairs.approved
        for part in parts.parts:
            self.crossings += part.counts.crossings
            self.open += part.counts.open
            self.approved += part.counts.approved


class MeetingInParts(Meeting):
    """Who meets a checkpoint and has power over it: all that is known put together."""

    def __init__(self, engine: Engine, parts: Parts) -> None:
        self.begin(engine, parts.counts.count)
        joined = {number: set(agents) for number, agents in parts.pairs.met().items()}
        for part in parts.parts:
            for checkpoint in part.engine.candidates.ids:
                agents = part.meeting.agents(checkpoint)
                if agents:
                    joined.setdefault(self._numbers[checkpoint], set()).update(agents)
        self._agents.update((number, frozenset(those)) for number, those in joined.items())


def batches_of(engine: Engine) -> Batches | None:
    """The batches of a large mesh in which little is reached; ``None`` for any other."""
    return Batches(engine) if isinstance(engine.effective, Searched) else None


def parts_of(engine: Engine) -> Parts | None:
    """The parts of a large mesh in which little is reached; ``None`` for any other."""
    return Parts(engine) if isinstance(engine.effective, Searched) else None
