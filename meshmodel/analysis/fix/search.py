"""What somebody reaches unchecked, breadth first, and by what that is broken."""

from collections.abc import Callable, Collection, Container, Iterable, Sequence
from typing import Protocol

from meshmodel.analysis.checkpoints import Checkpoints
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.model.vocabulary import ADMIN

Proof = frozenset[int]
"""Measures by their numbers, of which every fix or plan takes at least one; or any set of them."""
NOTHING: Proof = frozenset()


class Breaking(Protocol):
    """The steps of a mesh, or some of them, and which measures break each."""

    mesh: Mesh
    after: Sequence[Sequence[int]]

    def relation(self, step: Step, access: int | None = None) -> Proof:
        """The measures that break a step, or by which a grant does not open an access that it implies."""


class Search:
    """What is reached from some nodes by steps that nothing guards, or over whose guards there is power.

    Attributes:
        came: by node that is reached, the step by which it is; none where it begins.
    """

    def __init__(
        self,
        known: Breaking,
        checkpoints: Checkpoints | None,
        begin: Collection[int],
        doors: Container[Step] = (),
        ends: Callable[["Search", Step], bool] = lambda *_: False,
        closed: Proof = NOTHING,
    ) -> None:
        """Search.

        Args:
            known: the mesh.
            checkpoints: those that can count; ``None``: none does.
            begin: the nodes to begin with.
            doors: the steps of interest.
            ends: whether not to go beyond one of them that can be taken.
            closed: measures; what they break is not taken.
        """
        self._closed = closed
        self._known, self._doors, self._ends = known, doors, ends
        self._guards = {} if checkpoints is None else checkpoints.guards
        self._controls = [] if checkpoints is None else checkpoints.controls
        self.came: dict[int, Step | None] = dict.fromkeys(begin)
        self._power: dict[int, Proof] = {}
        self._paths: dict[int, Proof] = {}
        queue, blocked = list(begin), list[Step]()
        while queue:
            for node in queue:
                for enters in known.after[node]:
                    step = node, enters
                    if step in self._guards:
                        blocked.append(step)
                    elif enters not in self.came or step in doors:
                        self._take(step, queue)
            self._gain()
            queue = []
            for step in blocked:
                if self.taking(step) is not None:
                    self._take(step, queue)

    def _take(self, step: Step, queue: list[int]) -> None:
        """Take a step; go on from there if that is new."""
        is_end = step in self._doors and self._ends(self, step)
        if is_end or step[1] in self.came:
            return
        if self._closed and not self._closed.isdisjoint(self._known.relation(step)):
            return
        self.came[step[1]] = step
        queue.append(step[1])

    def _gain(self) -> None:
        """Take the checkpoints off over which there is power by now."""
        gained = {}
        for number, nodes in enumerate(self._controls):
            ways = [self.path(node) for node in nodes if node in self.came and number not in self._power]
            if ways:
                gained[number] = min(ways, key=len)
        self._power |= gained

    def power(self, numbers: Iterable[int]) -> Proof | None:
        """How there is power over all these checkpoints; ``None`` where one of them counts."""
        ways = [self._power.get(number) for number in numbers]
        return None if None in ways else NOTHING.union(*filter(None, ways))

    def path(self, node: int) -> Proof:
        """What breaks the way by which a node is reached."""
        waiting = list[tuple[int, Proof]]()
        while node not in self._paths:
            step = self.came[node]
            if step is None:
                self._paths[node] = NOTHING
                break
            leaves, enters = step
            before = self.came[leaves]
            if before is not None and self._is_implied(leaves, enters):
                waiting.append((node, self.taking(before, enters) or NOTHING))
                node = before[0]
            else:
                waiting.append((node, self.taking(step) or NOTHING))
                node = leaves
        found = self._paths[node]
        for each, taking in reversed(waiting):
            found = self._paths[each] = found | taking
        return found

    def _is_implied(self, leaves: int, enters: int) -> bool:
        """Whether a step leads from admin, which a grant leads to, to what it implies."""
        mesh = self._known.mesh
        is_access = enters < mesh.first_ear and mesh.original(enters) < mesh.first_credential
        return (
            is_access and mesh.original(leaves) % 5 == ADMIN and mesh.original(leaves) < mesh.first_credential
        )

    def way(self, step: Step, access: int | None = None) -> Proof | None:
        """What breaks the way to a node that is reached and on by a step; ``None`` where it is guarded.

        Args:
            step: the step.
            access: of a grant, what is opened by it, or by what it implies.
        """
        taking = self.taking(step, access)
        return None if taking is None else taking | self.path(step[0])

    def taking(self, step: Step, access: int | None = None) -> Proof | None:
        """What breaks a step, and power over what is on it; ``None``: it is guarded."""
        power = self.power(self._guards.get(step, ()))
        return None if power is None else power | self._known.relation(step, access)
