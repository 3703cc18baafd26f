"""Witnesses (section 6): shortest paths, and what is true at each of their steps."""

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, cast

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.checkpoints import Checkpoints
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import StepKind, WitnessStep
from meshmodel.analysis.steps import KINDS
from meshmodel.model.vocabulary import ACTIONS

RANK: Final = {kind: number for number, kind in enumerate(KINDS)}
"""The kinds of steps in the order of section 3."""
Counting = frozenset[int]
"""The numbers of the checkpoints that count for a start."""


class Paths:
    """Shortest paths through a mesh."""

    def __init__(self, mesh: Mesh, checkpoints: Checkpoints) -> None:
        self.mesh, self.checkpoints = mesh, checkpoints
        self._closed: dict[Counting, frozenset[Step]] = {}

    def counting(self, power: Sequence[int], start: int) -> Counting:
        """The checkpoints that count for a start: those over which it has no power (section 5).

        Args:
            power: by checkpoint, the starts that have power over it.
            start: its number among these.
        """
        return frozenset(number for number, starts in enumerate(power) if not starts >> start & 1)

    def closed(self, counting: Counting) -> frozenset[Step]:
        """The steps that some of these checkpoints guard."""
        if counting not in self._closed:
            guards = self.checkpoints.guards.items()
            self._closed[counting] = frozenset(step for step, some in guards if counting.intersection(some))
        return self._closed[counting]

    def first_guard(self, step: Step, counting: Counting) -> str | None:
        """The first checkpoint by id that counts on a step."""
        return self.first_of(counting.intersection(self.checkpoints.guards.get(step, ())))

    def first_of(self, numbers: Iterable[int]) -> str | None:
        """The first of some checkpoints by id."""
        return min((self.checkpoints.records[each].id for each in numbers), default=None)

    def steps_from(self, node: int, known: int = 0) -> Iterator[Step]:
        """The steps from a node; a way over hubs is one trigger step, of which those to some agents that are
        ``known`` (as bits) are left out.
        """
        mesh = self.mesh
        after = mesh.graph.successors[node]
        yield from ((node, enters) for enters in after if enters < mesh.size)
        yield from ((node, enters) for enters in mesh.hearers(node, known))

    def order(self, step: Step) -> tuple[int, int, int]:
        """What breaks ties between steps: the kind, then the id; nodes are numbered by id."""
        return RANK[self.mesh.kind(*step)], self.mesh.original(step[1]), step[1]

    def shortest(
        self, starts: Iterable[int], target: int, closed: Container[Step] = frozenset()
    ) -> list[int] | None:
        """The nodes of a shortest path from any of some nodes, or ``None``.

        Paths are found in the order that breaks ties, so the first to lead somewhere leads there best.

        Args:
            starts: nodes.
            target: a node.
            closed: steps that may not be taken.
        """
        before: dict[int, int | None] = dict.fromkeys(starts)
        nodes, agents, first = list[int](), 0, self.mesh.first_agent

        def take(steps: Iterable[Step]) -> None:
            nonlocal agents
            for leaves, enters in sorted(steps, key=self.order):
                if enters not in before and (leaves, enters) not in closed:
                    before[enters] = leaves
                    nodes.append(enters)
                    if enters >= first:
                        agents |= 1 << enters - first

        take([step for node in before for step in self.steps_from(node)])
        for node in nodes:  # which grow meanwhile
            if target in before:
                break
            take(step for step in self.steps_from(node, agents) if step[1] not in before)
        path: list[int] = []
        last = target if target in before else None
        while last is not None:
            path.append(last)
            last = before[last]
        return path[::-1] or None

    def told(
        self,
        path: Sequence[int],
        counting: Counting,
        zone: str | None,
        identity: str | None = None,
        boundary: str | None = None,
    ) -> tuple[WitnessStep, ...]:
        """The steps of a path with what is true at each; sessions show the ends that they stand for.

        Args:
            path: its nodes.
            counting: the checkpoints that count.
            zone: the zone in which it begins.
            identity: the identity active at the beginning.
            boundary: the checkpoint that counts on the boundary to the last system.
        """
        mesh, tables, found = self.mesh, self.mesh.snapshot, list[WitnessStep]()
        grants = [each for each in pairwise(path) if mesh.kind(*each) == "grant"]
        for step in pairwise(path):
            leaves, enters = map(mesh.original, step)
            kind, from_, to = mesh.relation(*step)
            checkpoint = self.first_guard(step, counting)
            if checkpoint is None and step in grants[-1:]:
                checkpoint = boundary
            if kind in ("hold", "exchange", "custody"):
                identity = tables.credential[to].principal
            elif enters >= mesh.first_agent:
                identity = None
            entered = mesh.zone[enters // 5] if kind == "grant" else zone
            yielded_by = from_ if kind == "custody" else None
            if kind == "exchange":
                yielded_by = tables.exchange[from_, to].at
            access = next((each for each in (enters, leaves) if each < mesh.first_credential), None)
            found.append(
                WitnessStep(
                    cast("StepKind", kind),
                    reference_of(mesh, leaves),
                    reference_of(mesh, enters),
                    None if access is None else ACTIONS[access % 5],
                    identity,
                    yielded_by,
                    zone if entered != zone else None,
                    entered if entered != zone else None,
                    checkpoint,
                )
            )
            zone = entered
        return tuple(found)

    def reading_identity(self, agent: int, system: int) -> str | None:
        """The identity as which an agent reads a source, by a shortest path on which it can read it."""
        mesh, writes = self.mesh, set[Step]()
        for number, traits in enumerate(mesh.traits):
            if traits.typed:
                agents = mesh.words.triggered(number)
                writes.update((5 * number + 1, mesh.first_agent + each) for each in bits(agents))
        path = self.shortest([mesh.first_agent + agent], 5 * system, writes) or []
        used = [mesh.name(node) for node in path if self._is_credential(node)]
        return self.mesh.snapshot.credential[used[-1]].principal if used else None

    def _is_credential(self, node: int) -> bool:
        return self.mesh.first_credential <= self.mesh.original(node) < self.mesh.first_agent


def reference_of(mesh: Mesh, node: int) -> str:
    """A node as answers write it: ``agent:a``, ``credential:c``, ``system:s``; a session as its agent."""
    original, name = mesh.original(node), mesh.name(node)
    if original >= mesh.first_agent:
        return f"agent:{name}"
    return f"credential:{name}" if original >= mesh.first_credential else f"system:{name}"
