"""Which declared intents a fix interrupts.

An intent goes through today as far as its agent can perform one of its actions with credentials in
hand and without being asked: by hold and exchange steps and a grant, none of them guarded for the
agent alone as the start. A fix interrupts it when, for one such action, it puts a checkpoint on every
such way: from then on what was approved by design waits for a new decision.
"""

from dataclasses import dataclass

from meshmodel.analysis.fix.grounds import Grounds, Piece
from meshmodel.analysis.fix.hitting import NONE, Some
from meshmodel.analysis.fix.stopping import Stop, Stopped
from meshmodel.analysis.fix.trying import Trying
from meshmodel.analysis.steps import implied_mask

Ways = dict[int, list[tuple[int, int]]]
"""For each node the steps that leave it, as (node entered, relation or -1)."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One intent that goes through today, at least in part.

    Attributes:
        agent, system: its ends.
        node: the agent.
        accesses: what it covers that goes through.
        ways: the steps by which the agent has things in hand today.
        relations: those of them that a checkpoint can sit on and that may matter to it.
    """

    agent: str
    system: str
    node: int
    accesses: int
    ways: Ways
    relations: Some

    def is_interrupted(self, closed: Some) -> bool:
        """Whether it does not go through any more when these relations are guarded."""
        closed &= self.relations
        return bool(closed) and bool(self.accesses & ~_reached(self.ways, self.node, closed))


class Intents:
    """The declared intents of one reading.

    Attributes:
        declared: those that go through today, as far as there was time to look.
        complete: whether there was time for all of them.
    """

    def __init__(self, grounds: Grounds, stop: Stop) -> None:
        self.declared: list[Declared] = []
        self.complete = grounds.complete or not grounds.has_intents
        try:
            for piece in grounds.pieces:
                self._look(piece, stop)
        except Stopped:
            self.complete = False
        self.declared.sort(key=lambda each: (each.agent, each.system))

    def _look(self, piece: Piece, stop: Stop) -> None:
        """The intents of the agents of one piece.

        Raises:
            Stopped: it was time to stop before all were looked at.
        """
        mesh = piece.ground.mesh
        today = Trying(piece.ground, 0)
        ways: dict[int, Ways] = {}
        for intent in piece.ground.engine.intents():
            node = mesh.agent_node.get(intent.agent)
            if node is None:
                continue
            stop.check()
            if node not in ways:
                ways[node] = _in_hand(piece, today, node, stop)
            system = mesh.system_number[intent.system]
            covered = implied_mask(intent.actions) << 5 * system
            going = _reached(ways[node], node, NONE) & covered
            if going:
                relations = set()
                for steps in ways[node].values():
                    for enters, relation in steps:
                        if relation >= 0 and (enters >= mesh.first_credential or enters // 5 == system):
                            relations.add(relation)
                self.declared.append(
                    Declared(intent.agent, intent.system, node, going, ways[node], frozenset(relations))
                )

    def interrupted(self, closed: Some) -> tuple[int, ...]:
        """The places, in ``declared``, of those that a fix interrupts."""
        return tuple(place for place, each in enumerate(self.declared) if each.is_interrupted(closed))

    def names(self, places: tuple[int, ...]) -> tuple[tuple[str, str], ...]:
        """Those intents as (agent, system)."""
        return tuple((self.declared[place].agent, self.declared[place].system) for place in places)

    def least(self, place: int, closed: Some) -> Some:
        """Of relations that interrupt an intent when guarded together, no more than it takes."""
        each = self.declared[place]
        need = closed & each.relations
        for relation in sorted(need):
            less = need - {relation}
            if each.is_interrupted(less):
                need = less
        return need


def _in_hand(piece: Piece, today: Trying, agent: int, stop: Stop) -> Ways:
    """The hold, exchange, grant and implies steps by which an agent has things in hand unasked.

    Raises:
        Stopped: it was time to stop before they were known.
    """
    ground, mesh, numbers = piece.ground, piece.ground.mesh, piece.numbers
    _, dropped = today.fixpoint(today.closure.row(agent), stop)
    ways: Ways = {}
    queue = [agent]
    seen = {agent}
    for node in queue:
        ways[node] = [
            (enters, numbers[relation] if relation >= 0 else -1)
            for enters, relation, before in ground.steps[node]
            if not before & ~dropped
            and enters < mesh.first_agent
            and (enters < mesh.first_credential or node >= mesh.first_credential)
        ]
        for enters, _ in ways[node]:
            if enters not in seen:
                seen.add(enters)
                queue.append(enters)
    return ways


def _reached(ways: Ways, start: int, closed: Some) -> int:
    """What is reached by steps of relations that are not guarded, as bits."""
    reached = 1 << start
    queue = [start]
    for node in queue:
        for enters, relation in ways[node]:
            if not reached >> enters & 1 and relation not in closed:
                reached |= 1 << enters
                queue.append(enters)
    return reached
