"""A smallest set of relations to guard that leaves no uncontrolled crossing and no toxic flow (section 6).

Every fix hits all proofs. Guard a small set that hits those that are known; what is left open shows more of
them; when nothing is, that set is a fix, and the size of a smallest set that hits all that are known is a
lower bound.
"""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

from meshmodel.engine.engine import Engine
from meshmodel.engine.fix.hitting import apart, least, parts, quick
from meshmodel.engine.fix.known import NOTHING, Known, Proof
from meshmodel.engine.fix.program import Program, Row
from meshmodel.engine.fix.proofs import Proofs
from meshmodel.engine.steps import Relation
from meshmodel.engine.stopping import Stop, Stopped
from meshmodel.engine.toxic import private_reads, reads, toxic_agents


class Choosing:
    """The search for a smallest fix.

    Attributes:
        engine, known: what is to be fixed.
        proofs: those found so far, of which none includes another.
        best: the smallest fix found so far.
        bound: how many relations every fix has at least, as far as it is proven.
    """

    def __init__(self, engine: Engine, stop: Stop) -> None:
        self.engine, self.known, self.stop = engine, Known(engine), stop
        self.proofs: set[Proof] = set()
        self.best = frozenset(map(self.known.number, _simple(engine)))
        self.bound = 1 if self.best else 0
        self._solved: dict[frozenset[Proof], Proof] = {}

    def run(self) -> None:
        """Until the best is known to be smallest, or it is time to stop."""
        with suppress(Stopped):
            chosen = NOTHING
            while self.bound < len(self.best):
                self._close(chosen)
                if self.bound < len(self.best):
                    chosen = self.smallest()

    def named(self, relations: Iterable[int]) -> list[Relation]:
        """The names of some relations."""
        return [self.known.names[each] for each in relations]

    def open_after(self, chosen: Proof) -> set[Proof]:
        """Proofs of what is left open where these are guarded; they are kept.

        Raises:
            Stopped: it was time to stop before that was known.
        """
        self.stop.check()
        found = Proofs(self.engine.guarding(self.named(chosen)), self.known, self.stop).found()
        if found:
            self.proofs = least(self.proofs | found)
            self.bound = max(self.bound, apart(self.proofs))
        return found & self.proofs

    def _close(self, chosen: Proof) -> None:
        """Guard more until nothing is left open, and keep the proofs met on the way."""
        while found := self.open_after(chosen):
            chosen |= quick(found, self.proofs)
        if len(chosen) < len(self.best):
            self.best = chosen

    def smallest(self) -> Proof:
        """A smallest set that hits all known proofs, part by part.

        Raises:
            Stopped: it was time to stop before it was known.
        """
        chosen, waiting = set[int](), list[Proof]()
        members: defaultdict[int, set[Proof]] = defaultdict(set)
        part_of = parts(self.proofs)
        for proof in self.proofs:
            members[part_of[next(iter(proof))]].add(proof)
        for some in map(frozenset, members.values()):
            if some not in self._solved and (shared := frozenset.intersection(*some)):
                self._solved[some] = frozenset((min(shared, key=self.known.place),))
            if some in self._solved:
                chosen |= self._solved[some]
            else:
                waiting += some
        if waiting:
            found, bound, proven = self._solve(waiting)
            self.bound = max(self.bound, len(chosen) + bound)
            if not proven:
                raise Stopped
            for some in map(frozenset, members.values()):
                self._solved.setdefault(some, found & frozenset().union(*some))
            chosen |= found
        self.bound = max(self.bound, len(chosen))
        return frozenset(chosen)

    def _solve(self, proofs: list[Proof]) -> tuple[Proof, int, bool]:
        """A smallest set that hits these, how small one could be, and whether that is proven."""
        columns = sorted(NOTHING.union(*proofs), key=self.known.place)
        place = {relation: number for number, relation in enumerate(columns)}
        rows = sorted(sorted(place[each] for each in proof) for proof in proofs)
        solution = Program(len(columns), map(Row, rows), self.stop).cheapest([1.0] * len(columns))
        if solution.chosen is None:
            return NOTHING, max(solution.bound, apart(proofs)), False
        return frozenset(columns[each] for each in solution.chosen), solution.bound, solution.proven


def _simple(engine: Engine) -> set[Relation]:
    """A fix that is easy to find: the grants of all doors, and on confidential data where flows are toxic."""
    mesh, reaches = engine.mesh, engine.reaches
    found: set[Relation] = {("grant", mesh.name(c), mesh.systems[s]) for c, s in engine.doors.missing}
    toxic = toxic_agents(reaches)
    if toxic:
        private = {read // 5 for read in private_reads(mesh) if reads(reaches, read // 5) & toxic}
        steps = [step for step in mesh.steps["grant"] if mesh.original(step[1]) // 5 in private]
        found |= {mesh.relation(*step) for step in steps}
    return found
