"""What somebody reaches unchecked, breadth first, and by which relations."""

from collections.abc import Callable, Collection, Iterable

from meshmodel.engine.bitset import bits
from meshmodel.engine.checkpoints import Checkpoints
from meshmodel.engine.fix.known import NOTHING, Known, Proof
from meshmodel.engine.graph import Step

Met = Callable[["Search", Step], bool]
"""Is told each step of interest when it is taken; answers whether not to go beyond it."""


class Search:
    """What is reached from some nodes by steps that nothing guards, or over whose guards there is power."""

    def __init__(
        self,
        known: Known,
        checkpoints: Checkpoints,
        begin: Collection[int],
        doors: Collection[Step] = (),
        met: Met = lambda *_: False,
        ends: Collection[int] = (),
    ) -> None:
        """Search.

        Args:
            known: the mesh.
            checkpoints: those that can count.
            begin: the nodes to begin with.
            doors: the steps of interest.
            met: is told each of them that is taken, and once more in the end, when all power is known.
            ends: further nodes beyond which not to go.
        """
        self._known, self._guards, self._controls = known, checkpoints.guards, checkpoints.controls
        self._doors, self._met, self._ends = doors, met, set(ends).difference(begin)
        self._came: dict[int, Step | None] = dict.fromkeys(begin)
        self._power: dict[int, Proof] = {}
        self._blocked: list[Step] = []
        waiting: list[Step] = []
        queue = list(begin)
        while queue:
            self._walk(queue, waiting)
            if not self._gain() or not self._blocked:
                break
            again, self._blocked = self._blocked, []
            queue = []
            for step in again:
                if self.power(self._guards[step]) is None:
                    self._blocked.append(step)
                elif self._take(step, waiting):
                    queue.append(step[1])
        for step in waiting:
            met(self, step)

    def _walk(self, queue: list[int], waiting: list[Step]) -> None:
        """Go on from these nodes until only steps are left that checkpoints guard."""
        came, doors, guards, ends = self._came, self._doors, self._guards, self._ends
        for node in queue:
            if node in ends:
                continue
            for enters in self._after(node):
                step = node, enters
                if enters in came and step not in doors:
                    continue
                if step in guards and self.power(guards[step]) is None:
                    self._blocked.append(step)
                elif self._take(step, waiting):
                    queue.append(enters)

    def _after(self, node: int) -> Iterable[int]:
        after, hearers = self._known.after[node], self._known.hearers.get(node)
        if hearers is None:
            return after
        first, came = self._known.mesh.first_agent, self._came
        return after + [first + agent for agent in bits(hearers) if first + agent not in came]

    def _take(self, step: Step, waiting: list[Step]) -> bool:
        """Go one step; whether it leads on to something new."""
        if step in self._doors:
            if self._met(self, step):
                return False
            waiting.append(step)
        if step[1] in self._came:
            return False
        self._came[step[1]] = step
        return True

    def _gain(self) -> bool:
        """Take the checkpoints off over which there is power by now; whether there are any more."""
        gained = {}
        for number, nodes in enumerate(self._controls):
            if number not in self._power:
                ways = [self.path(node) for node in nodes if node in self._came]
                if ways:
                    gained[number] = min(ways, key=len)
        self._power |= gained
        return bool(gained)

    def __contains__(self, node: int) -> bool:
        return node in self._came

    def power(self, numbers: Iterable[int]) -> Proof | None:
        """How there is power over all these checkpoints; ``None`` where one of them counts."""
        found = NOTHING
        for number in numbers:
            if number not in self._power:
                return None
            found |= self._power[number]
        return found

    def path(self, node: int) -> Proof:
        """How a node is reached."""
        found = set[int]()
        step = self._came[node]
        while step is not None:
            found |= self.taking(step)
            step = self._came[step[0]]
        return frozenset(found)

    def taking(self, step: Step) -> Proof:
        """What taking a step needs: its relation, and power over what is on it."""
        found = self._known.relation(step)
        if step in self._guards:
            found |= self.power(self._guards[step]) or NOTHING
        return found
