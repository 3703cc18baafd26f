"""What somebody reaches unchecked, breadth first, and by which relations."""

from collections.abc import Callable, Collection, Container, Iterable

from meshmodel.analysis.checkpoints import Checkpoints
from meshmodel.analysis.graph import Step
from meshmodel.analysis.mesh import Mesh
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.steps import KINDS, Relation

Proof = frozenset[int]
"""Relations by their numbers, of which every fix guards at least one; or any set of them."""
NOTHING: Proof = frozenset()


class Known:
    """What no checkpoint changes: the steps, and the numbers of their relations.

    Attributes:
        after: by node those that steps lead to.
        names: the relations by number; they are numbered as they are met.
    """

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.after = [mesh.after(node) for node in range(mesh.size)]
        self.names: list[Relation] = []
        self._number: dict[Relation, int] = {}
        self._of: dict[Step, Proof] = {}

    def relation(self, step: Step) -> Proof:
        """The relation of a step as a set; an implies step has none."""
        if step not in self._of:
            name = self.mesh.relation(*step)
            self._of[step] = NOTHING if name[0] == "implies" else frozenset((self.number(name),))
        return self._of[step]

    def number(self, name: Relation) -> int:
        """The number of a relation."""
        if name not in self._number:
            self._number[name] = len(self.names)
            self.names.append(name)
        return self._number[name]

    def named(self, relations: Iterable[int]) -> tuple[StepKey, ...]:
        """The names of some relations, in the order of ``docs/semantics.md#steps``."""
        found = [self.names[each] for each in sorted(relations, key=self.place)]
        return tuple(found)  # type: ignore[arg-type] # implies is none

    def place(self, number: int) -> tuple[int, str, str]:
        """Where a relation stands in the order of ``docs/semantics.md#steps``."""
        kind, from_, to = self.names[number]
        return KINDS.index(kind), from_, to


class Search:
    """What is reached from some nodes by steps that nothing guards, or over whose guards there is power.

    Attributes:
        came: by node that is reached, the step by which it is; none where it begins.
    """

    def __init__(
        self,
        known: Known,
        checkpoints: Checkpoints,
        begin: Collection[int],
        doors: Container[Step] = (),
        ends: Callable[["Search", Step], bool] = lambda *_: False,
        closed: Proof = NOTHING,
    ) -> None:
        """Search.

        Args:
            known: the mesh.
            checkpoints: those that can count.
            begin: the nodes to begin with.
            doors: the steps of interest.
            ends: whether not to go beyond one of them that can be taken.
            closed: relations that are not taken.
        """
        self._closed = closed
        self._known, self._checkpoints, self._doors, self._ends = known, checkpoints, doors, ends
        self.came: dict[int, Step | None] = dict.fromkeys(begin)
        self._power: dict[int, Proof] = {}
        queue, blocked = list(begin), list[Step]()
        while queue:
            for node in queue:
                for enters in known.after[node]:
                    step = node, enters
                    if step in checkpoints.guards:
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
        if not is_end and step[1] not in self.came and self._closed.isdisjoint(self._known.relation(step)):
            self.came[step[1]] = step
            queue.append(step[1])

    def _gain(self) -> None:
        """Take the checkpoints off over which there is power by now."""
        gained = {}
        for number, nodes in enumerate(self._checkpoints.controls):
            ways = [self.path(node) for node in nodes if node in self.came and number not in self._power]
            if ways:
                gained[number] = min(ways, key=len)
        self._power |= gained

    def power(self, numbers: Iterable[int]) -> Proof | None:
        """How there is power over all these checkpoints; ``None`` where one of them counts."""
        ways = [self._power.get(number) for number in numbers]
        return None if None in ways else NOTHING.union(*filter(None, ways))

    def path(self, node: int) -> Proof:
        """How a node is reached."""
        found, step = set[int](), self.came[node]
        while step is not None:
            found |= self.taking(step) or NOTHING
            step = self.came[step[0]]
        return frozenset(found)

    def way(self, step: Step) -> Proof | None:
        """How a step is taken from a node that is reached; ``None`` where it is guarded."""
        taking = self.taking(step)
        return None if taking is None else taking | self.path(step[0])

    def taking(self, step: Step) -> Proof | None:
        """What taking a step needs: its relation, and power over what is on it; ``None``: it is guarded."""
        power = self.power(self._checkpoints.guards.get(step, ()))
        return None if power is None else power | self._known.relation(step)
