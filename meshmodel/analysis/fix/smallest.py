"""A smallest set of relations to guard that leaves no uncontrolled crossing and no toxic flow.

See ``docs/fix.md#the-minimum-fix``.

Every fix hits all proofs. Guard a small set that hits those that are known; what is left open shows more of
them; when nothing is, that set is a fix, and the size of a smallest set that hits all that are known is a
lower bound. Of several smallest ones preferences decide: each is settled before the next is looked at.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Final

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.program import Program, Row
from meshmodel.analysis.fix.proofs import violations
from meshmodel.analysis.fix.results import Fix
from meshmodel.analysis.fix.search import NOTHING, Known, Proof, Search
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.steps import Relation
from meshmodel.analysis.toxic import toxic_agents
from meshmodel.model.actions import action_mask, expand_admin
from meshmodel.model.stop import Stop, Stopped

_TOGETHER: Final = 16
"""So many relations are put in order by one program, each counting more than all after it."""
_Ends = tuple[str, str]
"""The agent and the system of an intent."""


class Intents:
    """The declared intents that go through today."""

    def __init__(self, engine: Engine, known: Known) -> None:
        self._engine, self._known, mesh = engine, known, engine.mesh
        full, alone = engine.reaches.full, engine.reaches.alone.reach
        self._covered: dict[_Ends, list[int]] = {}
        for ends, intent in sorted(engine.snapshot.intent.items()):
            agent = mesh.agent.get(ends[0])
            if agent is not None:
                every = [mesh.access(ends[1], x) for x in bits(expand_admin(action_mask(intent.actions)))]
                covered = [each for each in every if full[each] >> agent & 1]
                if covered and all(alone[each] >> agent & 1 for each in covered):
                    self._covered[ends] = covered

    def interrupted(self, closed: Proof) -> list[_Ends]:
        """Those that do not go through where these relations are guarded, by agent and system."""
        if not closed or not self._covered:
            return []
        mesh, alone = self._engine.mesh, self._engine.guarding(self._known.named(closed)).reaches.alone.reach
        every = ((ends, mesh.agent[ends[0]], covered) for ends, covered in self._covered.items())
        return [ends for ends, agent, some in every if not all(alone[each] >> agent & 1 for each in some)]

    def alone(self, relations: Collection[int]) -> Iterator[tuple[_Ends, Proof]]:
        """Which of some relations interrupt which intent where they are guarded alone."""
        searches: dict[str, Search] = {}
        for ends, covered in self._covered.items():
            if ends[0] not in searches:
                searches[ends[0]] = self._search(ends[0], NOTHING)
            used = NOTHING.union(*map(searches[ends[0]].path, covered)).intersection(relations)
            for one in (frozenset((relation,)) for relation in sorted(used)):
                if not self._search(ends[0], one).came.keys() >= set(covered):
                    yield ends, one

    def least(self, ends: _Ends, closed: Proof) -> Proof:
        """Of relations that interrupt an intent when guarded together, no more than it takes."""
        reached, need = self._search(ends[0], closed).came, NOTHING
        lost = next(each for each in self._covered[ends] if each not in reached)
        while lost in (search := self._search(ends[0], need)).came:
            need |= {min(search.path(lost) & closed)}
        for relation in sorted(need):
            if lost not in self._search(ends[0], need - {relation}).came:
                need -= {relation}
        return need

    def _search(self, agent: str, closed: Proof) -> Search:
        """What an agent, alone as the start, reaches unasked where these relations are guarded."""
        node = self._engine.mesh.agent_node(agent)
        return Search(self._known, self._engine.checkpoints, [node], closed=closed)


class Preference:
    """Chooses the preferred of the sets of one size that hit all known proofs.

    The criteria come in the order of ``docs/fix.md#the-minimum-fix``. A set that interrupts more than was
    known is not the answer: that is learnt, and the program solved again.
    """

    def __init__(self, engine: Engine, known: Known, intents: Intents, stop: Stop) -> None:
        self._engine, self._known, self._intents, self._stop = engine, known, intents, stop
        self._breaking = set[tuple[_Ends, Proof]]()
        self._tried = set[int]()

    def learn(self, chosen: Proof) -> bool:
        """Remember what else is interrupted where these are guarded; whether there is any."""
        foreseen = {ends for ends, need in self._breaking if need <= chosen}
        more = [ends for ends in self._intents.interrupted(chosen) if ends not in foreseen]
        self._breaking |= {(ends, self._intents.least(ends, chosen)) for ends in more}
        return bool(more)

    def preferred(self, proofs: Collection[Proof], cost: int) -> Proof:
        """The preferred set of so many that hits these proofs.

        Raises:
            Stopped: it was time to stop before it was known.
        """
        program = Program(proofs, self._known.place, self._stop)
        self._breaking.update(self._intents.alone(set(program.relations) - self._tried))
        self._tried.update(program.relations)
        marks, snapshot = self._add_intents(program), self._engine.snapshot
        stored = {
            ("custody", *ends)
            for ends, each in snapshot.custody.items()
            if each.how == "stores" and snapshot.system[each.system].kind != "secrets-manager"
        }
        doors = {("grant", each.credential, each.system) for each in self._engine.missing}
        names = self._known.named(program.relations)
        program.settle_on([1.0] * len(names), cost)
        program.settle_on([float(each in stored) for each in names])
        program.settle_on([0.0] * len(names) + [1.0] * marks)
        program.settle_on([float(each not in doors) for each in names])
        return self._first(program)

    @staticmethod
    def _first(program: Program) -> Proof:
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

    def _add_intents(self, program: Program) -> int:
        """Add a column for each intent, which is one where it is interrupted; and say how many."""
        every = frozenset(program.relations)
        broken = sorted((ends, sorted(need)) for ends, need in self._breaking if need <= every)
        marks = dict[_Ends, int]()
        for ends, need in broken:
            mark = marks.setdefault(ends, program.count + len(marks))
            columns = [*map(program.column.__getitem__, need), mark]
            program.rows.append(Row(columns, 1 - len(need), [*[-1.0] * len(need), 1.0]))
        program.count += len(marks)
        return len(marks)


_EACH: Final = 100_000
"""Checkpoints times nodes up to which it is said what each closes alone."""


def minimum_fix(engine: Engine, stop: Stop) -> Fix:
    """The preferred of the smallest sets of steps to guard that leave nothing open.

    Args:
        engine: what is to be fixed.
        stop: when to give up; the best that is known then is the answer, and says so.
    """
    search = Smallest(engine, stop)
    settled = search.run()
    best, steps = search.best, search.known.named(search.best)
    few = len(steps) * engine.mesh.size <= _EACH
    each = tuple(closing(engine, [step]) for step in steps if few and not stop())
    return Fix(
        cost=len(best),
        lower_bound=min(len(best), search.bound),
        optimal=search.bound >= len(best),
        checkpoints=steps,
        closes=engine.uncontrolled,
        interrupts=tuple(search.intents.interrupted(search.best)),
        closes_each=each if len(each) == len(steps) else (),
        before=engine.uncontrolled,
        settled=settled,
        flows=engine.mesh.names(toxic_agents(engine.reaches)),
    )


def closing(engine: Engine, steps: Collection[StepKey]) -> int:
    """How many uncontrolled crossings it closes to guard these steps, each with all its actions.

    Raises:
        KeyError: there is no such step, or it is a boundary.
    """
    for step in steps:
        if not any(engine.mesh.has(each) for each in engine.mesh.ends(*step)):
            raise KeyError(step)
    return engine.uncontrolled - engine.guarding(steps).uncontrolled


class Smallest:
    """The search for a smallest fix.

    Attributes:
        known: the relations and their numbers.
        intents: those that go through today.
        best: the smallest fix found so far.
        bound: how many relations every fix has at least, as far as it is proven.
    """

    def __init__(self, engine: Engine, stop: Stop) -> None:
        self._engine, self.known, self._stop = engine, Known(engine.mesh), stop
        self.intents = Intents(engine, self.known)
        self._proofs: set[Proof] = set()
        self.best = frozenset(map(self.known.number, _simple(engine)))
        self.bound = 1 if self.best else 0

    def run(self) -> bool:
        """Find a smallest fix, and the preferred one; whether it is proven to be that."""
        with suppress(Stopped):
            chosen = NOTHING
            while self._close(chosen) < len(self.best):
                program = Program(self._proofs, self.known.place, self._stop)
                try:
                    chosen = program.named(program.cheapest([1.0] * program.count))
                finally:
                    self.bound = max(self.bound, program.bound)
            preference = Preference(self._engine, self.known, self.intents, self._stop)
            while self.best:
                chosen = preference.preferred(self._proofs, len(self.best))
                if not self._open_after(chosen) and not preference.learn(chosen):
                    self.best = chosen
                    break
            return True
        return False

    def _open_after(self, chosen: Proof) -> set[Proof]:
        """Proofs of what is left open where these are guarded; they are kept.

        Raises:
            Stopped: it was time to stop before that was known.
        """
        self._stop.check()
        every = violations(self._engine, chosen, self.known, self._stop)
        found = next(filter(None, (each.proofs() for each in every)), set[Proof]())
        self._proofs |= found
        return found

    def _close(self, chosen: Proof) -> int:
        """Guard more until nothing is left open; what is proven by the proofs met on the way."""
        while found := self._open_after(chosen):
            more, apart = _quick(found)
            chosen |= more
            self.bound = max(self.bound, apart)
        if len(chosen) < len(self.best):
            self.best = chosen
        return self.bound


def _simple(engine: Engine) -> set[Relation]:
    """A fix that is easy to find: the grants of all doors, and on confidential data where flows are toxic."""
    mesh, private = engine.mesh, set(engine.mesh.private)
    found: set[Relation] = {("grant", each.credential, each.system) for each in engine.missing}
    if toxic_agents(engine.reaches):
        found |= {
            mesh.relation(*step) for step in mesh.steps["grant"] if mesh.original(step[1]) // 5 in private
        }
    return found


def _quick(proofs: Collection[Proof]) -> tuple[Proof, int]:
    """A small set that hits some proofs: of each that is left what most share; and how many share nothing."""
    count, chosen = Counter(relation for proof in proofs for relation in proof), set[int]()
    used, apart = set[int](), 0
    for proof in sorted(proofs, key=lambda each: (len(each), sorted(each))):
        if chosen.isdisjoint(proof):
            chosen.add(max(sorted(proof), key=count.__getitem__))
        if used.isdisjoint(proof):
            used |= proof
            apart += 1
    return frozenset(chosen), apart
