"""Witnesses (section 6): shortest paths, and what is true at each of their steps."""

from collections import deque
from collections.abc import Callable, Container, Iterable
from functools import cached_property
from itertools import pairwise

from meshmodel.analysis.checkpoints import Unchecked
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import WitnessStep
from meshmodel.analysis.steps import STEP_ORDER, Mesh, Pair, bits
from meshmodel.model.vocabulary import ACTIONS

_RANK = {kind: number for number, kind in enumerate(STEP_ORDER)}


class Paths:
    """Shortest paths through the step graph of one reading."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mesh = engine.mesh

    @cached_property
    def _before(self) -> list[list[int]]:
        before: list[list[int]] = [[] for _ in range(self.mesh.size)]
        for pairs in self.mesh.steps.values():
            for leaves, enters in pairs:
                before[enters].append(leaves)
        return before

    @cached_property
    def _after(self) -> list[list[int]]:
        """The nodes after each node, in the order that breaks ties: the kind of step, then the id."""
        after = self.mesh.adjacency(STEP_ORDER)
        for node, entered in enumerate(after):
            entered.sort(key=lambda enters, node=node: self._order(node, enters))  # type: ignore[misc] # a bound default
        return after

    def _order(self, leaves: int, enters: int) -> tuple[int, str, int]:
        return (_RANK[self.mesh.kind(leaves, enters)], *self.name_and_action(enters))

    def name_and_action(self, node: int) -> tuple[str, int]:
        """The id of a node, and for an access the number of its action."""
        name = reference_of(self.mesh, node).partition(":")[2]
        return name, node % 5 if node < self.mesh.first_credential else 0

    def reaching(
        self, target: int, allowed: Callable[[Pair], bool] | None = None, until: Container[int] = ()
    ) -> dict[int, int]:
        """The nodes that reach a target by allowed steps, with the least number of steps.

        Args:
            target: a node.
            allowed: which steps are; by default all.
            until: where one of these is found, none is looked for that is farther.
        """
        far = {target: 0}
        queue = deque([target])
        most = 0 if target in until else self.mesh.size
        while queue:
            node = queue.popleft()
            if far[node] >= most:
                break
            for before in self._before[node]:
                if before not in far and (allowed is None or allowed((before, node))):
                    far[before] = far[node] + 1
                    queue.append(before)
                    if before in until:
                        most = min(most, far[before])
        return far

    def shortest(
        self, starts: Iterable[int], target: int, allowed: Callable[[Pair], bool] | None = None
    ) -> list[int] | None:
        """The nodes of a shortest path from any of the starts, or ``None``.

        Ties are broken step by step: by the kind of step in the order of section 3, then by id.
        """
        starts = list(starts)
        far = self.reaching(target, allowed, frozenset(starts))
        known = [node for node in starts if node in far]
        if not known:
            return None
        least = min(far[node] for node in known)
        paths = []
        for node in known:
            if far[node] == least:
                path = [node]
                while path[-1] != target:
                    path.append(self._next(path[-1], far, allowed))
                paths.append(path)
        return min(paths, key=lambda path: [self._order(*pair) for pair in pairwise(path)])

    def _next(self, node: int, far: dict[int, int], allowed: Callable[[Pair], bool] | None) -> int:
        return next(
            enters
            for enters in self._after[node]
            if far.get(enters, -1) == far[node] - 1 and (allowed is None or allowed((node, enters)))
        )

    def unguarded_for(self, unchecked: Unchecked) -> Callable[[Pair], bool]:
        """Whether a step is unguarded for a start."""
        guards = self.engine.candidates.guards

        def allowed(step: Pair) -> bool:
            return not guards.get(step, 0) & ~unchecked.dropped

        return allowed

    def first_guard(self, step: Pair, unchecked: Unchecked) -> str | None:
        """The first checkpoint by id that counts for the start on a step."""
        counting = self.engine.candidates.guards.get(step, 0) & ~unchecked.dropped
        if not counting:
            return None
        return min(self.engine.candidates.ids[number] for number in bits(counting))

    def told(
        self,
        path: list[int],
        unchecked: Unchecked,
        *,
        zone: str | None,
        identity: str | None = None,
        boundary: str | None = None,
    ) -> tuple[WitnessStep, ...]:
        """The steps of a path with what is true at each.

        Args:
            path: its nodes.
            unchecked: the reach of the start, which decides what counts.
            zone: the zone in which it begins.
            identity: the identity active at the beginning.
            boundary: the checkpoint that counts on the boundary to the last system.
        """
        mesh, snapshot = self.mesh, self.engine.snapshot
        found: list[WitnessStep] = []
        last_grant = max((n for n, node in enumerate(path) if mesh.first_credential > node), default=0)
        while last_grant and mesh.kind(path[last_grant - 1], path[last_grant]) == "implies":
            last_grant -= 1
        for number, (leaves, enters) in enumerate(pairwise(path), 1):
            kind = mesh.kind(leaves, enters)
            action = next((node % 5 for node in (enters, leaves) if node < mesh.first_credential), None)
            yielded_by = zone_from = zone_to = None
            name = self.name_and_action(enters)[0]
            checkpoint = self.first_guard((leaves, enters), unchecked)
            if mesh.first_credential <= enters < mesh.first_agent:
                identity = snapshot.credential[name].principal
            elif enters >= mesh.first_agent:
                identity = None
            if kind == "custody":
                yielded_by = mesh.systems[leaves // 5]
            elif kind == "exchange":
                yielded_by = snapshot.exchange[self.name_and_action(leaves)[0], name].at
            elif kind == "grant":
                entered = mesh.zone_of[enters // 5]
                if entered != zone:
                    zone_from, zone_to, zone = zone, entered, entered
                if number == last_grant and checkpoint is None:
                    checkpoint = boundary
            found.append(
                WitnessStep(
                    step=kind,
                    from_=reference_of(mesh, leaves),
                    to=reference_of(mesh, enters),
                    action=None if action is None else ACTIONS[action],
                    identity=identity,
                    yielded_by=yielded_by,
                    zone_from=zone_from,
                    zone_to=zone_to,
                    checkpoint=checkpoint,
                )
            )
        return tuple(found)


def reference_of(mesh: Mesh, node: int) -> str:
    """A node as answers write it: ``agent:a``, ``credential:c``, ``system:s``."""
    if node >= mesh.first_agent:
        return f"agent:{mesh.agents[node - mesh.first_agent]}"
    if node >= mesh.first_credential:
        return f"credential:{mesh.credentials[node - mesh.first_credential]}"
    return f"system:{mesh.systems[node // 5]}"
