"""Which of the smallest fixes (section 6): each criterion is settled before the next one is looked at."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from meshmodel.engine.fix.choosing import Choosing
from meshmodel.engine.fix.hitting import parts
from meshmodel.engine.fix.intents import Intent
from meshmodel.engine.fix.known import NOTHING, Proof
from meshmodel.engine.fix.program import Program, Row

_TOGETHER: Final = 16
"""So many relations are put in order by one program, each counting more than all after it."""


class _Part(NamedTuple):
    """A part of the problem that has nothing to do with the rest.

    Attributes:
        proofs: what must be hit.
        breaking: intents, by number, with sets of relations that interrupt them together.
        cost: how many relations to take.
    """

    proofs: frozenset[Proof]
    breaking: frozenset[tuple[int, Proof]]
    cost: int


class Preferring:
    """The search among the smallest fixes for the preferred one."""

    def __init__(self, choosing: Choosing, intents: Sequence[Intent]) -> None:
        self._choosing, self._known, self._intents = choosing, choosing.known, intents
        self._doors = set(choosing.engine.doors.missing)
        self._breaking: set[tuple[int, Proof]] = set()
        self._chosen: dict[_Part, Proof | None] = {}

    def run(self) -> bool:
        """Improve the best fix as far as it goes; whether it went to the end.

        Raises:
            Stopped: it was time to stop.
        """
        while True:
            self._foresee()
            chosen = self._preferred()
            if chosen is None:
                return False
            if self._choosing.open_after(chosen):
                continue
            foreseen = {number for number, need in self._breaking if need <= chosen}
            unforeseen = [
                (number, intent.least(chosen))
                for number, intent in enumerate(self._intents)
                if number not in foreseen and intent.is_interrupted(chosen)
            ]
            if not unforeseen:
                self._choosing.best = chosen
                return True
            self._breaking.update(unforeseen)

    def _foresee(self) -> None:
        """Single relations that interrupt an intent."""
        every = NOTHING.union(*self._choosing.proofs)
        for number, intent in enumerate(self._intents):
            for relation in intent.relations & every:
                one = frozenset((relation,))
                if (number, one) not in self._breaking and intent.is_interrupted(one):
                    self._breaking.add((number, one))

    def _preferred(self) -> Proof | None:
        """The preferred of the sets that hit every known proof, part by part; ``None``: time is over."""
        proofs, chosen = self._choosing.proofs, set[int]()
        every = NOTHING.union(*proofs)
        breaking = [(number, need) for number, need in self._breaking if need <= every]
        of_intent: dict[int, Proof] = {}
        for number, need in breaking:
            of_intent[number] = of_intent.get(number, NOTHING) | need
        part_of = parts([*proofs, *of_intent.values()])
        found: defaultdict[int, tuple[set[Proof], set[tuple[int, Proof]]]] = defaultdict(
            lambda: (set(), set())
        )
        for proof in proofs:
            found[part_of[min(proof)]][0].add(proof)
        for number, need in breaking:
            found[part_of[min(need)]][1].add((number, need))
        smallest = self._choosing.smallest()
        for some, interrupting in found.values():
            cost = len(smallest & NOTHING.union(*some))
            part = _Part(frozenset(some), frozenset(interrupting), cost)
            if part not in self._chosen:
                self._chosen[part] = self._one(part) if cost == 1 else self._solved(part)
            these = self._chosen[part]
            if these is None:
                return None
            chosen |= these
        return frozenset(chosen)

    def _is_stored(self, relation: int) -> bool:
        """Whether guarding it means guarding a stored secret outside a secrets-manager."""
        kind, system, credential = self._known.names[relation]
        tables = self._choosing.engine.snapshot
        return (
            kind == "custody"
            and tables.custody[system, credential].how == "stores"
            and tables.system[system].kind != "secrets-manager"
        )

    def _is_door(self, relation: int) -> bool:
        """Whether it is the grant of a missing checkpoint."""
        kind, credential, system = self._known.names[relation]
        mesh = self._known.mesh
        return kind == "grant" and (mesh.node("credential", credential), mesh.system[system]) in self._doors

    def _one(self, part: _Part) -> Proof:
        """The preferred relation where one alone hits every proof."""

        def trouble(relation: int) -> tuple[object, ...]:
            interrupted = {number for number, need in part.breaking if need == {relation}}
            stored, door = self._is_stored(relation), self._is_door(relation)
            return stored, len(interrupted), not door, self._known.place(relation)

        return frozenset((min(frozenset.intersection(*part.proofs), key=trouble),))

    def _solved(self, part: _Part) -> Proof | None:
        """The preferred set of a part that takes several relations."""
        relations = sorted(NOTHING.union(*part.proofs), key=self._known.place)
        column = {relation: number for number, relation in enumerate(relations)}
        numbers = sorted({number for number, _ in part.breaking})
        mark = {number: len(relations) + place for place, number in enumerate(numbers)}
        rows = [Row(row) for row in sorted(sorted(column[each] for each in proof) for proof in part.proofs)]
        for number, need in sorted(part.breaking, key=lambda each: (each[0], sorted(each[1]))):
            columns = sorted(column[each] for each in need)
            rows.append(Row([*columns, mark[number]], 1 - len(need), [*[-1.0] * len(need), 1.0]))
        program = Program(len(relations) + len(numbers), rows, self._choosing.stop)
        none = [0.0] * len(numbers)
        program.keep_to([1.0] * len(relations) + none, part.cost)
        for costs in (
            [float(self._is_stored(each)) for each in relations] + none,
            [0.0] * len(relations) + [1.0] * len(numbers),
            [float(not self._is_door(each)) for each in relations] + none,
        ):
            if any(cost for column, cost in enumerate(costs) if column not in program.fixed):
                solution = program.cheapest(costs)
                if not solution.proven:
                    return None
                program.keep_to(costs, solution.bound)
        return self._in_order(relations, program)

    @staticmethod
    def _in_order(relations: list[int], program: Program) -> Proof | None:
        """The first in order of the solutions of a program, found for a few columns of each part at once."""
        while True:
            waiting: defaultdict[int, list[int]] = defaultdict(list)
            fixed = program.fixed
            part_of = parts(
                frozenset(each for each in row.columns if each not in fixed) for row in program.rows
            )
            for each in range(len(relations)):
                if each not in program.fixed:
                    waiting[part_of.get(each, -each - 1)].append(each)
            if not waiting:
                return frozenset(each for number, each in enumerate(relations) if program.fixed[number])
            costs = [0.0] * program.count
            for columns in waiting.values():
                for number, each in enumerate(columns[:_TOGETHER]):
                    costs[each] = -float(1 << _TOGETHER - 1 - number)
            solution = program.cheapest(costs)
            if solution.chosen is None or not solution.proven:
                return None
            for each, cost in enumerate(costs):
                if cost:
                    program.fixed[each] = int(each in solution.chosen)
            program.settle()
