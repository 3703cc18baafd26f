"""Which of the smallest fixes (section 6): each criterion is settled before the next one is looked at.

An intent goes through today as far as its agent, unasked, can do what it covers in the way in which it could
be approved: by hold and exchange steps and a grant; what is read also by a delegation limited by an ``only``
that counts. A fix interrupts it where it takes any of that away: what was approved by design then waits for a
new decision.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Final

from meshmodel.analysis.bitset import bits
from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.program import Program, Row
from meshmodel.analysis.fix.search import NOTHING, Known, Proof
from meshmodel.analysis.graph import Graph
from meshmodel.model.actions import READ, action_mask, expand_admin
from meshmodel.model.stop import Stop

_TOGETHER: Final = 16
"""So many relations are put in order by one program, each counting more than all after it."""
_Ends = tuple[str, str]
"""The agent and the system of an intent."""


class Intents:
    """The declared intents that go through today, at least in part.

    Attributes:
        using: by relation the agents that use it for them.
    """

    def __init__(self, engine: Engine, known: Known) -> None:
        self._engine, self._known, mesh = engine, known, engine.mesh
        limited = {node for node, each in mesh.sessions.by_node.items() if each.copies.only}
        steps = [step for step in mesh.steps["delegation"] if step[1] in limited]
        steps += [step for kind in ("hold", "exchange", "grant", "implies") for step in mesh.steps[kind]]
        origin = mesh.origin
        self._after = Graph(
            mesh.size,
            # Of what a session does for another agent only reads can be approved.
            (step for step in steps if step[0] not in origin or step[1] in origin or step[1] % 5 == READ),
        ).successors
        self._today: defaultdict[str, dict[str, set[int]]] = defaultdict(dict)
        self.using: defaultdict[int, set[str]] = defaultdict(set)
        for (agent, system), intent in sorted(engine.snapshot.intent.items()):
            if agent in mesh.agent:
                covers = {
                    mesh.access(system, each) for each in bits(expand_admin(action_mask(intent.actions)))
                }
                self._today[agent][system] = covers.intersection(self._done(agent, NOTHING))
        for agent in self._today:
            for node in self._done(agent, NOTHING):
                for enters in self._after[node]:
                    for relation in known.relation((node, enters)):
                        self.using[relation].add(agent)

    def interrupted(self, closed: Proof) -> Iterator[_Ends]:
        """Those that go through less than today where these relations are guarded, by agent and system."""
        for agent in sorted({agent for relation in closed for agent in self.using.get(relation, ())}):
            done = set(self._done(agent, closed))
            yield from ((agent, system) for system, some in self._today[agent].items() if not some <= done)

    def least(self, ends: _Ends, closed: Proof) -> Proof:
        """Of relations that interrupt an intent when guarded together, no more than it takes."""
        need = frozenset(each for each in closed if ends[0] in self.using.get(each, ()))
        for relation in sorted(need):
            if not self._today[ends[0]][ends[1]].issubset(self._done(ends[0], need - {relation})):
                need -= {relation}
        return need

    def _done(self, agent: str, closed: Proof) -> Collection[int]:
        """What an agent, alone as the start, has in hand unasked where these relations are guarded."""
        number, guards = self._engine.mesh.agent[agent], self._engine.checkpoints.guards
        power = self._engine.reaches.alone.power
        found = dict.fromkeys([self._engine.mesh.first_agent + number])
        queue = list(found)
        for node in queue:
            for enters in self._after[node]:
                step = node, enters
                if enters in found:
                    continue
                unasked = all(power[each] >> number & 1 for each in guards.get(step, ()))
                if unasked and closed.isdisjoint(self._known.relation(step)):
                    found[enters] = None
                    queue.append(enters)
        return queue


class Preference:
    """Chooses the preferred of the sets of one size that hit all known proofs.

    The criteria come in the order of section 6. A set that interrupts more than was known is not the answer:
    that is learnt, and the program solved again.
    """

    def __init__(self, engine: Engine, known: Known, intents: Intents, stop: Stop) -> None:
        self._engine, self._known, self._intents, self._stop = engine, known, intents, stop
        ones = [frozenset((relation,)) for relation in intents.using]
        self._breaking = {(ends, one) for one in ones for ends in intents.interrupted(one)}

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
        """The first in the order of section 3 and by id of the sets that a program admits."""
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
