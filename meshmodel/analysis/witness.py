"""Witnesses (section 6): shortest paths, and what is true at each of their steps."""

from collections import deque
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import pairwise
from threading import Lock
from typing import Final

from meshmodel.analysis.closure import search
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.results import WitnessStep
from meshmodel.analysis.steps import STEP_ORDER, Mesh, Pair, bits
from meshmodel.analysis.unchecked import Unchecked
from meshmodel.model.vocabulary import ACTIONS

_RANK = {kind: number for number, kind in enumerate(STEP_ORDER)}
_MOST_KNOWN: Final = 500_000
"""Paths to so many nodes are kept; then those that were asked for longest ago are forgotten."""

Allowed = Callable[[Pair], bool]
"""Says whether a step may be taken."""


class Paths:
    """Shortest paths through the step graph of one reading."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        self._in_order: dict[int, list[int]] = {}
        self._unguarded: dict[int, Allowed] = {}
        self._known: dict[tuple[tuple[int, ...], Allowed | None], Nearest] = {}
        self._size = 0
        self._one_at_a_time = Lock()

    @cached_property
    def _before(self) -> list[list[int]]:
        before: list[list[int]] = [[] for _ in range(self.mesh.size)]
        for pairs in self.mesh.steps.values():
            for leaves, enters in pairs:
                before[enters].append(leaves)
        return before

    @cached_property
    def _after(self) -> list[list[int]]:
        return self.mesh.adjacency(STEP_ORDER)

    def after(self, node: int) -> list[int]:
        """The nodes after a node, in the order that breaks ties: the kind of step, then the id."""
        found = self._in_order.get(node)
        if found is None:
            found = sorted(self._after[node], key=lambda enters: self.order(node, enters))
            self._in_order[node] = found
        return found

    def order(self, leaves: int, enters: int) -> tuple[int, str, int]:
        """What breaks ties between steps."""
        return (_RANK[self.mesh.kind(leaves, enters)], *self.name_and_action(enters))

    def name_and_action(self, node: int) -> tuple[str, int]:
        """The id of a node, and for an access the number of its action."""
        name = reference_of(self.mesh, node).partition(":")[2]
        return name, node % 5 if node < self.mesh.first_credential else 0

    def reaching(self, target: int) -> set[int]:
        """The nodes that reach a target, and the target."""
        found: set[int] = set()
        search(self._before, target, found)
        return found

    def shortest(
        self, starts: Iterable[int], target: int, allowed: Allowed | None = None
    ) -> list[int] | None:
        """The nodes of a shortest path from any of the starts, or ``None``.

        Ties are broken step by step: by the kind of step in the order of section 3, then by id.

        Args:
            starts: nodes.
            target: a node.
            allowed: which steps are; by default all.
        """
        key = tuple(starts), allowed
        with self._one_at_a_time:  # several threads may ask
            known = self._known.pop(key, None) or Nearest(self, *key)
            self._known[key] = known  # the last one now
            self._size -= known.counted
            path = known.to(target)
            known.counted = len(known)
            self._size += known.counted
            while self._size > _MOST_KNOWN and len(self._known) > 1:
                self._size -= self._known.pop(next(iter(self._known))).counted
        return path

    def unguarded_for(self, unchecked: Unchecked) -> Allowed:
        """Whether a step is unguarded for a start; the same for all for which the same counts."""
        guards, dropped = self.engine.candidates.guards, unchecked.dropped

        def allowed(step: Pair) -> bool:
            return not guards.get(step, 0) & ~dropped

        return self._unguarded.setdefault(dropped, allowed)

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


class Nearest:
    """Shortest paths from some starts, looked for only as far as was asked, and never again.

    Nodes are found in the order of their paths, so that the first to lead somewhere leads there best.

    Attributes:
        counted: to how many nodes paths were known when that was counted last.
    """

    def __init__(self, paths: Paths, starts: tuple[int, ...], allowed: Allowed | None) -> None:
        self._paths = paths
        self._allowed = allowed
        self.counted = 0
        self._before: dict[int, int | None] = dict.fromkeys(starts)
        first = [(leaves, enters) for leaves in starts for enters in paths.after(leaves)]
        first.sort(key=lambda step: paths.order(*step))
        self._queue: deque[int] = deque()
        self._enter(first)

    def __len__(self) -> int:
        """To how many nodes a path was found."""
        return len(self._before)

    def to(self, target: int) -> list[int] | None:
        """The nodes of the path to a target, or ``None``."""
        before, queue, after = self._before, self._queue, self._paths.after
        while target not in before:
            if not queue:
                return None
            node = queue.popleft()
            self._enter([(node, enters) for enters in after(node)])
        path = [target]
        while (node_before := before[path[-1]]) is not None:
            path.append(node_before)
        return path[::-1]

    def _enter(self, steps: Iterable[Pair]) -> None:
        before, allowed = self._before, self._allowed
        for step in steps:
            leaves, enters = step
            if enters not in before and (allowed is None or allowed(step)):
                before[enters] = leaves
                self._queue.append(enters)


def reference_of(mesh: Mesh, node: int) -> str:
    """A node as answers write it: ``agent:a``, ``credential:c``, ``system:s``."""
    if node >= mesh.first_agent:
        return f"agent:{mesh.agents[node - mesh.first_agent]}"
    if node >= mesh.first_credential:
        return f"credential:{mesh.credentials[node - mesh.first_credential]}"
    return f"system:{mesh.systems[node // 5]}"
