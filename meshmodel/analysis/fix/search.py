"""What somebody reaches unchecked, breadth first, and by which relations."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.checkpoints import Checkpoints
from meshmodel.analysis.graph import Reach, Step
from meshmodel.analysis.reach import Reaches
from meshmodel.analysis.starts import HOME
from meshmodel.analysis.steps import KINDS, Relation
from meshmodel.model.actions import READ, WRITE, action_mask, implied

Proof = frozenset[int]
"""Relations by their numbers, of which every fix guards at least one; or any set of them."""
NOTHING: Proof = frozenset()


class _Intent(NamedTuple):
    agent: int
    actions: int
    sources: frozenset[int]


class Known:
    """What no checkpoint changes.

    Attributes:
        carried: the systems that words may come to, but not first-hand.
        sources: all that can be one: home, those that are heard anyhow or never, and the carried ones last.
        after: by node those that steps lead to, without hubs.
        hearers: by write access from which hubs are entered, the agents that it triggers, as bits.
        names: the relations by number; they are numbered as they are met.
    """

    def __init__(self, reaches: Reaches) -> None:
        self.mesh = mesh = reaches.mesh
        self.carried = {system for system in mesh.words.systems if not mesh.untrusted[system]}
        every = range(len(mesh.systems))
        self.sources = [HOME, *(s for s in every if s not in self.carried), *sorted(self.carried)]
        self.after = mesh.graph.successors[: mesh.size]
        self.hearers: dict[int, int] = {}
        for system, some in mesh.words.hearing.items():
            write = 5 * system + WRITE
            kept = [each for each in self.after[write] if each < mesh.size]
            if len(kept) < len(self.after[write]):
                self.after[write], self.hearers[write] = kept, some
        self.names: list[Relation] = []
        self._number: dict[Relation, int] = {}
        self._of: dict[Step, Proof] = {}
        self._reaches = reaches

    def relation(self, step: Step) -> Proof:
        """The relation of a step as a set; an implies step has none."""
        found = self._of.get(step)
        if found is None:
            name = self.mesh.relation(*step)
            found = self._of[step] = NOTHING if name[0] == "implies" else frozenset((self.number(name),))
        return found

    def number(self, name: Relation) -> int:
        """The number of a relation."""
        if name not in self._number:
            self._number[name] = len(self.names)
            self.names.append(name)
        return self._number[name]

    def place(self, number: int) -> tuple[int, str, str]:
        """Where a relation stands in the order of section 3."""
        kind, from_, to = self.names[number]
        return KINDS.index(kind), from_, to

    def approved(self, source: int, access: int, credential: int) -> int:
        """The agents for which a credential would be an approved door, were the source not heard."""
        found = 0
        for intent in self._intents.get(access // 5, ()):
            if source in intent.sources and intent.actions >> access % 5 & 1:
                found |= 1 << intent.agent
        if not found:
            return 0
        reached = self._intended[self.mesh.original(credential)]
        return found & (reached | self._intended[credential] if access % 5 == READ else reached)

    @cached_property
    def _intended(self) -> Reach:
        reaches = self._reaches
        return reaches.intended(reaches.handed(self.mesh.agent_seeds()))

    @cached_property
    def _intents(self) -> dict[int, list[_Intent]]:
        """By target, what is declared of carried sources."""
        mesh, found = self.mesh, dict[int, list[_Intent]]()
        for intent in mesh.snapshot.intent.values():
            target = mesh.system[intent.system]
            if intent.agent in mesh.agent and mesh.traceable[target]:
                sources = frozenset(self._covered(intent.agent, intent.from_)) & self.carried
                actions = implied(action_mask(intent.actions))
                found.setdefault(target, []).append(_Intent(mesh.agent[intent.agent], actions, sources))
        return found

    def _covered(self, agent: str, from_: tuple[str, ...] | None) -> Iterator[int]:
        mesh = self.mesh
        home = mesh.snapshot.agent[agent].home
        for each in from_ or ("home",):
            if each != "home":
                yield mesh.system[each]
            elif home is not None:
                yield from (system for system, zone in enumerate(mesh.zone) if zone == home)


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
