"""Which of the cheapest sets of measures is preferred.

See ``docs/fix.md#the-fewest-checkpoints``: the fewest stored secrets and interrupted intents, doors, then
the order.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from meshmodel.analysis.fix.breaking import StepBreaks
from meshmodel.analysis.fix.program import Constraint, IntegerProgram
from meshmodel.analysis.fix.search import NOTHING, Proof, Search
from meshmodel.analysis.reach import Reaches
from meshmodel.analysis.steps import Relation
from meshmodel.model.stop import Stop

_TOGETHER: Final = 16
"""So many measures are put in order by one program, each counting more than all after it."""
_Ends = tuple[str, str]
"""The agent and the system of an intent."""


class Intents:
    """The declared intents that go through today."""

    def __init__(
        self, known: Callable[[Proof], StepBreaks], reaches: Callable[[Proof], Reaches], stop: Stop
    ) -> None:
        """Look at what goes through today.

        Args:
            known: what breaks the steps where drops and limits are made.
            reaches: what agents reach where measures are taken.
            stop: when to give up looking at what is interrupted.
        """
        self._known, self._reaches, self._stop = known, reaches, stop
        self.known, before = known(NOTHING), reaches(NOTHING)
        self._mesh = mesh = self.known.mesh
        full, alone = before.full, before.alone.reach
        self._covered: dict[_Ends, list[int]] = {}
        for ends, intent in sorted(mesh.snapshot.intent.items()):
            agent = mesh.agent.get(ends[0])
            if agent is not None:
                covered = [each for each in mesh.covered_by(intent) if full[each] >> agent & 1]
                if covered and all(alone[each] >> agent & 1 for each in covered):
                    self._covered[ends] = covered

    def interrupted(self, chosen: Proof) -> list[_Ends]:
        """Those that do not go through where these measures are taken, by agent and system."""
        if not chosen or not self._covered:
            return []
        mesh, alone = self._mesh, self._reaches(chosen).alone.reach
        every = ((ends, mesh.agent[ends[0]], covered) for ends, covered in self._covered.items())
        return [ends for ends, agent, some in every if not all(alone[each] >> agent & 1 for each in some)]

    def alone(self, measures: Collection[int]) -> Iterator[tuple[_Ends, Proof]]:
        """Which of some asks interrupt which intent where nothing else is done."""
        searches: dict[str, Search] = {}
        for ends, covered in self._covered.items():
            if ends[0] not in searches:
                searches[ends[0]] = self._search(ends[0], NOTHING)
            used = NOTHING.union(*map(searches[ends[0]].path, covered)).intersection(measures)
            for one in (frozenset((ask,)) for ask in sorted(used - self.known.measures.changes(used))):
                if not self._search(ends[0], one).came.keys() >= set(covered):
                    yield ends, one

    def least(self, ends: _Ends, chosen: Proof) -> Proof:
        """Of measures that interrupt an intent when taken together, no more than it takes."""
        reached, need = self._search(ends[0], chosen).came, NOTHING
        lost = next(each for each in self._covered[ends] if each not in reached)
        while lost in (search := self._search(ends[0], need)).came:
            need |= {min(search.path(lost) & chosen)}
        for measure in sorted(need):
            if lost not in self._search(ends[0], need - {measure}).came:
                need -= {measure}
        return need

    def _search(self, agent: str, taken: Proof) -> Search:
        """What an agent, alone as the start, reaches unasked where measures are taken."""
        self._stop.check()
        changes = self.known.measures.changes(taken)
        known, node = self._known(changes), self._mesh.agent_node(agent)
        return Search(known, known.checkpoints, [node], closed=taken - changes)


class Preference:
    """Chooses the preferred of the sets of one price that a program admits.

    The criteria come in the order of ``docs/fix.md#the-fewest-checkpoints``. A set that interrupts more than
    was known is not the answer: that is learnt, and the program solved again.
    """

    def __init__(self, intents: Intents, doors: Collection[Relation]) -> None:
        """Arguments: the intents; the grants that are missing checkpoints."""
        self._measures, self._intents, self._doors = intents.known.measures, intents, doors
        self._breaking = set[tuple[_Ends, Proof]]()
        self._tried = set[int]()

    def learn(self, chosen: Proof) -> bool:
        """Remember what else is interrupted where these are taken; whether there is any."""
        foreseen = {ends for ends, need in self._breaking if need <= chosen}
        more = [ends for ends in self._intents.interrupted(chosen) if ends not in foreseen]
        self._breaking |= {(ends, self._intents.least(ends, chosen)) for ends in more}
        return bool(more)

    def preferred(self, program: IntegerProgram) -> Proof:
        """The preferred of the sets that a program admits, whose price is settled.

        Raises:
            Stopped: it was time to stop before it was known.
        """
        measures, snapshot = self._measures, self._intents.known.mesh.snapshot
        self._breaking.update(self._intents.alone(set(program.measures) - self._tried))
        self._tried.update(program.measures)
        first = program.count
        marks = self._add_intents(program)
        stored = {
            ("custody", *ends)
            for ends, each in snapshot.custody.items()
            if each.how == "stores" and snapshot.system[each.system].kind != "secrets-manager"
        }
        names = [measures.names[each] for each in program.measures]
        self.settle_costs(program)
        program.settle_on([float(name.kind == "ask" and name[1:4] in stored) for name in names])
        program.settle_on([0.0] * first + [1.0] * marks)
        program.settle_on([float(name.kind == "ask" and name[1:4] not in self._doors) for name in names])
        return self.first(program)

    def settle_costs(self, program: IntegerProgram) -> None:
        """Admit only the sets of a plan that cost least beside their price.

        That is the asks, the credentials that lose their last grant, and the other measures.
        """
        measures, every = self._measures, frozenset(program.measures)
        if not measures.changing:
            return
        asks = [measures.is_ask(each) for each in program.measures]
        losing = [each for each in measures.losing(every) if each <= every]
        program.settle_on([float(each) for each in asks])
        for each in losing:
            _add_mark(program, each, program.count)
            program.count += 1
        program.settle_on([0.0] * (program.count - len(losing)) + [1.0] * len(losing))
        program.settle_on([float(not each) for each in asks])

    @staticmethod
    def first(program: IntegerProgram) -> Proof:
        """The first set that a program admits, by the order of steps and by id.

        See ``docs/semantics.md#steps``.
        """
        while free := [each for each in program.column.values() if each not in program.fixed][:_TOGETHER]:
            costs = [0.0] * program.count
            for number, each in enumerate(free):
                costs[each] = -float(1 << _TOGETHER - number)
            chosen = program.cheapest(costs)
            program.fixed |= {each: int(each in chosen) for each in free}
            program.settle()
        return program.named(each for each, value in program.fixed.items() if value)

    def _add_intents(self, program: IntegerProgram) -> int:
        """Add a column for each intent, which is one where it is interrupted; and say how many."""
        every = frozenset(program.measures)
        broken = sorted((ends, sorted(need)) for ends, need in self._breaking if need <= every)
        marks = dict[_Ends, int]()
        for ends, need in broken:
            mark = marks.setdefault(ends, program.count + len(marks))
            _add_mark(program, need, mark)
        program.count += len(marks)
        return len(marks)


def _add_mark(program: IntegerProgram, need: Iterable[int], mark: int) -> None:
    """Let a column be one where all of some measures are taken."""
    columns = [*map(program.column.__getitem__, need)]
    program.rows.append(Constraint([*columns, mark], 1 - len(columns), [*[-1.0] * len(columns), 1.0]))
