"""Which declared intents a fix interrupts.

An intent goes through today as far as its agent, unasked, can do what it covers in the way in which it could
be approved: by hold and exchange steps and a grant; what is read also by a delegation limited by an ``only``
that counts. A fix interrupts it where it takes any of that away: what was approved by design then waits for a
new decision.
"""

from typing import NamedTuple

from meshmodel.engine.actions import READ, action_mask, implied
from meshmodel.engine.bitset import bits
from meshmodel.engine.engine import Engine
from meshmodel.engine.fix.known import NOTHING, Known, Proof
from meshmodel.engine.stopping import Stop

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
