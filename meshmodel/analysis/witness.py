"""Witnesses (section 6): shortest paths, and what is true at each of their steps."""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Final, cast

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

    def counting(self, power: Sequence[int], start: int) -> Counting:
        """The checkpoints that count for a start: those over which it has no power (section 5).

        Args:
            power: by checkpoint, the starts that have power over it.
            start: its number among these.
        """
        return frozenset(number for number, starts in enumerate(power) if not starts >> start & 1)

    def closed(self, counting: Counting) -> frozenset[Step]:
        """The steps that some of these checkpoints guard."""
        guards = self.checkpoints.guards.items()
        return frozenset(step for step, some in guards if counting.intersection(some))

    def first_of(self, numbers: Iterable[int]) -> str | None:
        """The first of some checkpoints by id."""
        return min((self.checkpoints.records[each].id for each in numbers), default=None)

    def order(self, step: Step) -> tuple[int, int, int]:
        """What breaks ties between steps: the kind, then the id; nodes are numbered by id."""
        return RANK[self.mesh.kind(*step)], self.mesh.original(step[1]), step[1]

    def search(
        self, starts: Iterable[int], closed: Collection[Step] = (), target: int | None = None
    ) -> dict[int, int | None]:
        """By node the one before it on the shortest path to it that ties make the first; a start has none.

        Args:
            starts: nodes.
            closed: steps that may not be taken, some of those that are guarded.
            target: the node at which to stop.
        """
        graph, size = self.mesh.graph, self.mesh.size
        if closed:
            graph = self.checkpoints.graph.plus(self.checkpoints.guards.keys() - closed)
        before: dict[int, int | None] = dict.fromkeys(starts)
        waiting, hubs = deque([[(node, node) for node in before]]), set[int]()
        while waiting and target not in before:
            steps, behind = set[Step](), waiting.popleft()
            for leaves, node in behind:  # what lies behind a hub follows as by one step, and once
                for enters in graph.successors[node]:
                    if enters < size:
                        steps.add((leaves, enters))
                    elif enters not in hubs:
                        hubs.add(enters)
                        behind.append((leaves, enters))
            for leaves, enters in sorted((step for step in steps if step[1] not in before), key=self.order):
                if enters not in before:
                    before[enters] = leaves
                    waiting.append([(enters, enters)])
        return before

    def shortest(self, starts: Iterable[int], target: int, closed: Collection[Step] = ()) -> list[int] | None:
        """The nodes of a shortest path from any of some nodes to another one, or ``None``; see ``search``."""
        before = self.search(starts, closed, target)
        path: list[int] = []
        last = target if target in before else None
        while last is not None:
            path.append(last)
            last = before[last]
        return path[::-1] or None

    def identity(self, agent: int, read: int) -> str | None:
        """The identity as which an agent reads a system, by a shortest path; both by node."""
        path = self.shortest([agent], read) or []
        used = [each for each in path if self.mesh.kind(each, read) == "grant"]
        return self.mesh.snapshot.credential[self.mesh.name(used[-1])].principal if used else None

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
            identity: the identity active there.
            boundary: the checkpoint that counts on the boundary to the last system.
        """
        mesh, tables, found = self.mesh, self.mesh.snapshot, list[WitnessStep]()
        grants = [each for each in pairwise(path) if mesh.kind(*each) == "grant"]
        for step in pairwise(path):
            leaves, enters = map(mesh.original, step)
            kind, from_, to = mesh.relation(*step)
            if kind in ("hold", "exchange", "custody"):
                identity = tables.credential[to].principal
            elif enters >= mesh.first_agent:
                identity = None
            yielded_by = from_ if kind == "custody" else None
            if kind == "exchange":
                yielded_by = tables.exchange[from_, to].at
            entered = mesh.zone[enters // 5] if kind == "grant" else zone
            access = next((each for each in (enters, leaves) if each < mesh.first_credential), None)
            checkpoint = self.first_of(counting.intersection(self.checkpoints.guards.get(step, ())))
            found.append(
                WitnessStep(
                    cast("StepKind", kind),
                    reference_of(mesh, leaves),
                    reference_of(mesh, enters),
                    None if access is None else ACTIONS[access % 5],
                    identity,
                    yielded_by,
                    *((zone, entered) if entered != zone else (None, None)),
                    checkpoint or (boundary if step in grants[-1:] else None),
                )
            )
            zone = entered
        return tuple(found)


def reference_of(mesh: Mesh, node: int) -> str:
    """A node as answers write it: ``agent:a``, ``credential:c``, ``system:s``; a session as its agent."""
    original, name = mesh.original(node), mesh.name(node)
    if original >= mesh.first_agent:
        return f"agent:{name}"
    return f"credential:{name}" if original >= mesh.first_credential else f"system:{name}"
