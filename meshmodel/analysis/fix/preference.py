"""Which of the smallest fixes (section 6): each criterion is settled before the next one is looked at.

An intent goes through today as far as its agent, unasked, can do what it covers in the way in which it could
be approved: by hold and exchange steps and a grant; what is read also by a delegation limited by an ``only``
that counts. A fix interrupts it where it takes any of that away: what was approved by design then waits for a
new decision.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.program import Program, Row
from meshmodel.analysis.fix.search import NOTHING, Known, Proof
from meshmodel.analysis.stopping import Stop
from meshmodel.model.actions import READ, action_mask, implied

_TOGETHER: Final = 16
"""So many relations are put in order by one program, each counting more than all after it."""
_Ways = dict[int, list[tuple[int, Proof, bool]]]
"""For each node the steps that leave it: the node entered, the relation, and whether it enters a session."""


class Intent(NamedTuple):
    """A declared intent that goes through today, at least in part.

    Attributes:
        ends: its agent and system.
        node: the agent.
        covered: the accesses of it that go through.
        ways: the steps by which the agent has things in hand today.
        relations: those of them that may matter to it.
    """

    ends: tuple[str, str]
    node: int
    covered: frozenset[int]
    ways: _Ways
    relations: Proof

    def is_interrupted(self, closed: Proof) -> bool:
        """Whether it does not go through any more when these relations are guarded."""
        closed &= self.relations
        return bool(closed) and not self.covered <= _done(self.ways, self.node, closed)

    def least(self, closed: Proof) -> Proof:
        """Of relations that interrupt it when guarded together, no more than it takes."""
        need = closed & self.relations
        for relation in sorted(need):
            if self.is_interrupted(need - {relation}):
                need -= {relation}
        return need


def intents_today(engine: Engine, known: Known, stop: Stop) -> list[Intent]:
    """The declared intents that go through today, by agent and system.

    Raises:
        Stopped: it was time to stop before all were looked at.
    """
    mesh, found, ways = engine.mesh, list[Intent](), dict[int, _Ways]()
    for (agent, system), intent in sorted(mesh.snapshot.intent.items()):
        node = mesh.node("agent", agent)
        if node is None:
            continue
        stop.check()
        if node not in ways:
            ways[node] = _ways(engine, known, node)
        actions = implied(action_mask(intent.actions))
        covered = {mesh.access(system, action) for action in bits(actions)} & _done(ways[node], node, NOTHING)
        if covered:
            steps = [step for some in ways[node].values() for step in some]
            inside = [relation for enters, relation, _ in steps if not _elsewhere(known, enters, system)]
            relations = NOTHING.union(*inside)
            found.append(Intent((agent, system), node, frozenset(covered), ways[node], relations))
    return found


def _elsewhere(known: Known, node: int, system: str) -> bool:
    """Whether a node is an access to another system."""
    original = known.mesh.original(node)
    return original < known.mesh.first_credential and original // 5 != known.mesh.system[system]


def _ways(engine: Engine, known: Known, agent: int) -> _Ways:
    """The steps by which an agent has things in hand unasked, alone as the start."""
    mesh, guards, power = engine.mesh, engine.checkpoints.guards, engine.reaches.alone.power
    bit, ways, queue = agent - mesh.first_agent, _Ways(), [agent]
    sessions = {node for node, session in mesh.sessions.by_node.items() if session.copies.only}
    for node in queue:
        ways[node] = []
        for enters in known.after[node]:
            in_hand = mesh.kind(node, enters) in ("hold", "exchange", "grant", "implies")
            unasked = all(power[number] >> bit & 1 for number in guards.get((node, enters), ()))
            if unasked and (in_hand or enters in sessions):
                ways[node].append((enters, known.relation((node, enters)), not in_hand))
                if enters not in ways and enters not in queue:
                    queue.append(enters)
    return ways


def _done(ways: _Ways, agent: int, closed: Proof) -> set[int]:
    """What is done where these relations are guarded: by itself anything, by sessions reads."""
    by_itself = _reached(ways, agent, closed, sessions=False)
    if not any(is_session for _, _, is_session in ways[agent]):
        return by_itself
    return by_itself | {node for node in _reached(ways, agent, closed, sessions=True) if node % 5 == READ}


def _reached(ways: _Ways, agent: int, closed: Proof, *, sessions: bool) -> set[int]:
    found, queue = {agent}, [agent]
    for node in queue:
        for enters, relation, is_session in ways[node]:
            if enters not in found and not relation & closed and (sessions or not is_session):
                found.add(enters)
                queue.append(enters)
    return found


class Preference:
    """Chooses the preferred of the sets of one size that hit all known proofs."""

    def __init__(self, engine: Engine, known: Known, intents: Sequence[Intent], stop: Stop) -> None:
        self._known, self._intents, self._stop = known, intents, stop
        self._tables, self._doors = engine.snapshot, set(engine.doors.missing)
        self._breaking: set[tuple[int, Proof]] = set()
        self._foreseen = set[int]()
        self._concerned: defaultdict[int, list[int]] = defaultdict(list)
        for number, intent in enumerate(intents):
            for relation in intent.relations:
                self._concerned[relation].append(number)

    def learn(self, chosen: Proof) -> bool:
        """Remember what else is interrupted where these are guarded; whether there is any."""
        foreseen = {number for number, need in self._breaking if need <= chosen}
        unforeseen = {
            (number, intent.least(chosen))
            for number, intent in enumerate(self._intents)
            if number not in foreseen and intent.is_interrupted(chosen)
        }
        self._breaking |= unforeseen
        return bool(unforeseen)

    def preferred(self, proofs: Collection[Proof], cost: int) -> Proof | None:
        """The preferred set of so many that hits these proofs; ``None``: time is over."""
        every = NOTHING.union(*proofs)
        for relation in every:
            self._foresee(relation)
        relations = sorted(every, key=self._known.place)
        column = {relation: number for number, relation in enumerate(relations)}
        broken = sorted((number, sorted(need)) for number, need in self._breaking if need <= every)
        mark = {number: len(relations) + place for place, number in enumerate({n for n, _ in broken})}
        rows = [Row(row) for row in sorted(sorted(column[each] for each in proof) for proof in proofs)]
        for number, need in broken:
            columns = [*(column[each] for each in need), mark[number]]
            rows.append(Row(columns, 1 - len(need), [*[-1.0] * len(need), 1.0]))
        program, none = Program(len(relations) + len(mark), rows, self._stop), [0.0] * len(mark)
        program.keep_to([1.0] * len(relations) + none, cost)
        for costs in (
            [float(self._is_stored(each)) for each in relations] + none,
            [0.0] * len(relations) + [1.0] * len(mark),
            [float(not self._is_door(each)) for each in relations] + none,
        ):
            if any(cost for place, cost in enumerate(costs) if place not in program.fixed):
                solution = program.cheapest(costs)
                if not solution.proven:
                    return None
                program.keep_to(costs, solution.bound)
        return self._in_order(relations, program)

    def _foresee(self, relation: int) -> None:
        """Remember the intents that a relation interrupts alone."""
        one = frozenset((relation,))
        if relation not in self._foreseen:
            self._foreseen.add(relation)
            for number in self._concerned[relation]:
                if self._intents[number].is_interrupted(one):
                    self._breaking.add((number, one))

    def _is_stored(self, relation: int) -> bool:
        """Whether guarding it means guarding a stored secret outside a secrets-manager."""
        kind, system, credential = self._known.names[relation]
        if kind != "custody" or self._tables.custody[system, credential].how != "stores":
            return False
        return self._tables.system[system].kind != "secrets-manager"

    def _is_door(self, relation: int) -> bool:
        """Whether it is the grant of a missing checkpoint."""
        kind, credential, system = self._known.names[relation]
        mesh = self._known.mesh
        return kind == "grant" and (mesh.node("credential", credential), mesh.system[system]) in self._doors

    @staticmethod
    def _in_order(relations: list[int], program: Program) -> Proof | None:
        """The first in order of the solutions of a program, found for a few columns of each part at once."""
        while True:
            fixed, waiting = program.fixed, defaultdict[int, list[int]](list)
            part_of = parts(
                frozenset(each for each in row.columns if each not in fixed) for row in program.rows
            )
            for each in range(len(relations)):
                if each not in fixed:
                    waiting[part_of.get(each, -each - 1)].append(each)
            if not waiting:
                return frozenset(each for number, each in enumerate(relations) if fixed[number])
            costs = [0.0] * program.count
            for columns in waiting.values():
                for number, each in enumerate(columns[:_TOGETHER]):
                    costs[each] = -float(1 << _TOGETHER - 1 - number)
            solution = program.cheapest(costs)
            if solution.chosen is None or not solution.proven:
                return None
            for each, cost in enumerate(costs):
                if cost:
                    fixed[each] = int(each in solution.chosen)
            program.settle()


def parts(sets: Iterable[Proof]) -> dict[int, int]:
    """What is connected by these sets: for every member one that stands for its part."""
    above: dict[int, int] = {}

    def top(member: int) -> int:
        while (higher := above.setdefault(member, member)) != member:
            above[member] = above[higher]
            member = above[member]
        return member

    for each in filter(None, sets):
        first, *others = each
        for member in others:
            above[top(member)] = top(first)
        top(first)
    return {member: top(member) for member in above}
