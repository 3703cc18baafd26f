"""Which of the smallest fixes: the one with the fewest interrupted intents, then the first in order.

Sets are compared at the earliest step in the fixed order that is in one and not in the other; the
one that has it is first. What no proof and no intent connects is chosen part by part.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Final, Protocol

from meshmodel.analysis.fix.grounds import Grounds
from meshmodel.analysis.fix.hitting import NONE, Some, parts
from meshmodel.analysis.fix.intents import Intents
from meshmodel.analysis.fix.solver import Program, Row
from meshmodel.analysis.fix.stopping import Stop

_TOGETHER: Final = 16
"""So many relations are put in order by one program, each counting more than all after it."""


class Known(Protocol):
    """Where proofs are kept, and the best fix."""

    known: list[Some]
    best: Some

    def learn(self, proofs: Iterable[Some]) -> list[Some]:
        """Keep more proofs; which of them are among the least."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the problem that has nothing to do with the rest.

    ``breaking`` has intents, by their places, with sets of relations that interrupt them together.
    """

    proofs: tuple[Some, ...]
    breaking: tuple[tuple[int, Some], ...]
    cost: int


class Preferring:
    """The search among the smallest fixes."""

    def __init__(self, grounds: Grounds, intents: Intents, known: Known, stop: Stop) -> None:
        self.grounds = grounds
        self.intents = intents
        self.known = known
        self.stop = stop
        self._breaking: set[tuple[int, Some]] = set()
        self._chosen: dict[tuple[_Part, bool], Some] = {}

    def run(self) -> bool:
        """Improve the best fix as far as it goes; whether it went to the end."""
        fewest = len(self.intents.interrupted(self.known.best))
        in_order = False
        while not self.stop():
            chosen = self._preferred(in_order=in_order)
            if chosen is None:
                return False
            proofs = self.grounds.against(chosen)
            if proofs is None:
                return False
            if proofs:
                self.known.learn(proofs)
                continue
            interrupted = self.intents.interrupted(chosen)
            if len(interrupted) < fewest:
                fewest, self.known.best = len(interrupted), chosen
            foreseen = {place for place, need in self._breaking if need <= chosen}
            unforeseen = [place for place in interrupted if place not in foreseen]
            for place in unforeseen:
                self._breaking.add((place, self.intents.least(place, chosen)))
            if not unforeseen:
                if in_order:
                    self.known.best = chosen
                    return True
                in_order = True
        return False

    def _preferred(self, *, in_order: bool) -> Some | None:
        """The preferred set of those that hit every known proof, or ``None`` where time is over.

        Args:
            in_order: whether it shall be the first in the fixed order, or any that interrupts the fewest.
        """
        if not self._breaking:
            self._foresee()
        proofs = self.known.known
        breaking = sorted(self._breaking, key=lambda each: (each[0], sorted(each[1], reverse=True)))
        of_intent: dict[int, Some] = {}
        for place, need in breaking:
            of_intent[place] = of_intent.get(place, NONE) | need
        part_of = parts([*proofs, *of_intent.values()])
        costs: dict[int, int] = {}
        for relation in sorted(self.known.best):
            # Not connected to anything as long as no proof is known of it.
            if relation in part_of:
                costs[part_of[relation]] = costs.get(part_of[relation], 0) + 1
        proofs_of: dict[int, list[Some]] = {part: [] for part in costs}
        for proof in proofs:
            proofs_of[part_of[min(proof)]].append(proof)
        breaking_of: dict[int, list[tuple[int, Some]]] = {}
        for each in breaking:
            breaking_of.setdefault(part_of[min(each[1])], []).append(each)
        chosen: set[int] = set()
        for part, cost in costs.items():
            if not proofs_of[part]:
                continue
            these = _Part(tuple(proofs_of[part]), tuple(breaking_of.get(part, ())), cost)
            some = self._of_part(these, in_order=in_order)
            if some is None:
                return None
            chosen |= some
        return frozenset(chosen)

    def _foresee(self) -> None:
        """Single relations that interrupt an intent."""
        every = NONE.union(*self.known.known)
        for place, intent in enumerate(self.intents.declared):
            for relation in sorted(intent.relations & every):
                one = frozenset((relation,))
                if intent.is_interrupted(one):
                    self._breaking.add((place, one))

    def _of_part(self, part: _Part, *, in_order: bool) -> Some | None:
        known = self._chosen.get((part, in_order))
        if known is None:
            known = _one(part) if part.cost == 1 else self._solved(part, in_order=in_order)
            if known is not None:
                self._chosen[part, in_order] = known
        return known

    def _solved(self, part: _Part, *, in_order: bool) -> Some | None:
        """The preferred set of a part that takes several checkpoints."""
        relations = sorted(NONE.union(*part.proofs))
        column = {relation: number for number, relation in enumerate(relations)}
        places = sorted({place for place, _ in part.breaking})
        mark = {place: len(relations) + number for number, place in enumerate(places)}
        count = len(relations) + len(places)
        rows = [Row(tuple(column[relation] for relation in sorted(proof)), 1) for proof in part.proofs]
        for place, need in part.breaking:
            if need <= column.keys():
                columns = tuple(column[relation] for relation in sorted(need))
                factors = (*(-1.0,) * len(columns), 1.0)
                rows.append(Row((*columns, mark[place]), 1 - len(columns), factors))
        program = Program(count, rows, self.stop)
        if len(relations) <= _TOGETHER:
            return self._at_once(part, relations, program)
        program.keep_to([1.0] * len(relations) + [0.0] * len(places), part.cost)
        costs = [0.0] * len(relations) + [1.0] * len(places)
        if places or not in_order:
            solution = program.cheapest(costs)
            if solution.chosen is None or not solution.proven:
                return None
            if not in_order:
                return frozenset(relations[each] for each in solution.chosen if each < len(relations))
            program.keep_to(costs, solution.bound)
        return self._in_order(relations, program)

    @staticmethod
    def _at_once(part: _Part, relations: list[int], program: Program) -> Some | None:
        """The preferred set of a small part: an intent counts more than any order."""
        program.rows.append(Row(tuple(range(len(relations))), -part.cost, (-1.0,) * len(relations)))
        costs = [-float(1 << len(relations) - 1 - each) for each in range(len(relations))]
        costs += [float(1 << len(relations))] * (program.count - len(relations))
        solution = program.cheapest(costs)
        if solution.chosen is None or not solution.proven:
            return None
        return frozenset(relations[each] for each in solution.chosen if each < len(relations))

    @staticmethod
    def _in_order(relations: list[int], program: Program) -> Some | None:
        """The first in the fixed order of the solutions of a program.

        What no row connects is put in order independently, and so by the same program.
        """
        while True:
            program.settle()
            waiting: dict[int, list[int]] = {}
            part_of = parts(_open(row, program.fixed) for row in program.rows)
            for each in range(len(relations)):
                if each not in program.fixed:
                    waiting.setdefault(part_of[each], []).append(each)
            if not waiting:
                return frozenset(relation for each, relation in enumerate(relations) if program.fixed[each])
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


def _open(row: Row, fixed: dict[int, int]) -> Some:
    """The columns of a row that are not settled."""
    return frozenset(column for column in row.columns if column not in fixed)


def _one(part: _Part) -> Some:
    """The preferred relation where one alone hits every proof of a part."""
    shared = reduce(frozenset.__and__, part.proofs)

    def interrupted(relation: int) -> int:
        return len({place for place, need in part.breaking if need == {relation}})

    return frozenset((min(shared, key=lambda relation: (interrupted(relation), relation)),))
