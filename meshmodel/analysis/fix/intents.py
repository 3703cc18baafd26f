"""Which declared intents a fix interrupts.

An intent goes through today as far as its agent can perform one of its actions with credentials in
hand and without being asked: by hold and exchange steps and a grant, none of them guarded for the
agent alone as the start. It is interrupted when, for one such action, every such way is guarded: from
then on what was approved by design waits for a decision.
"""

from dataclasses import dataclass

from meshmodel.analysis.fix.ground import Ground
from meshmodel.analysis.fix.trying import Trying
from meshmodel.analysis.steps import bits, implied_mask


@dataclass(frozen=True, slots=True)
class Declared:
    """One intent that goes through today, at least in part.

    Attributes:
        agent, system: its ends.
        node: the agent.
        accesses: what it covers that goes through without any fix.
    """

    agent: str
    system: str
    node: int
    accesses: int


class Intents:
    """The declared intents of one reading."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._tried: dict[int, Trying] = {}
        mesh, snapshot = ground.mesh, ground.mesh.snapshot
        today = Trying(ground, 0)
        self.declared: list[Declared] = []
        for key in sorted(snapshot.intent):
            intent = snapshot.intent[key]
            node = mesh.agent_node.get(intent.agent)
            if node is None:
                continue
            covered = implied_mask(intent.actions) << 5 * mesh.system_number[intent.system]
            going = self._in_hand(today, node) & covered
            if going:
                self.declared.append(Declared(intent.agent, intent.system, node, going))

    def interrupted(self, trying: Trying) -> tuple[int, ...]:
        """The places, in ``declared``, of those that do not go through any more."""
        reached = {node: self._in_hand(trying, node) for node in {each.node for each in self.declared}}
        return tuple(place for place, each in enumerate(self.declared) if each.accesses & ~reached[each.node])

    def interrupts(self, place: int, closed: int) -> bool:
        """Whether guarding these relations interrupts one of them."""
        each = self.declared[place]
        return bool(each.accesses & ~self._in_hand(self._trying(closed), each.node))

    def least(self, place: int, closed: int) -> int:
        """Of relations that interrupt an intent when guarded together, no more than it takes."""
        need = self.touching(place, closed)
        if not self.interrupts(place, need):
            need = closed
        for relation in bits(need):
            less = need & ~(1 << relation)
            if self.interrupts(place, less):
                need = less
        return need

    def _trying(self, closed: int) -> Trying:
        known = self._tried.get(closed)
        if known is None:
            known = self._tried[closed] = Trying(self.ground, closed)
        return known

    def names(self, places: tuple[int, ...]) -> tuple[tuple[str, str], ...]:
        """Those intents as (agent, system)."""
        return tuple((self.declared[place].agent, self.declared[place].system) for place in places)

    def touching(self, place: int, chosen: int) -> int:
        """Those of the chosen relations that lie on ways with credentials in hand to the system."""
        mesh = self.ground.mesh
        each = self.declared[place]
        found = 0
        credentials = {each.node}
        queue = [each.node]
        for node in queue:
            for enters, relation, _ in self.ground.steps[node]:
                if mesh.first_credential <= enters < mesh.first_agent and enters not in credentials:
                    credentials.add(enters)
                    queue.append(enters)
                elif enters < mesh.first_credential and not each.accesses >> 5 * (enters // 5) & 31:
                    continue
                if relation >= 0 and enters < mesh.first_agent:
                    found |= 1 << relation
        return found & chosen

    def _in_hand(self, trying: Trying, agent: int) -> int:
        """The accesses that an agent has unasked by hold, exchange, grant and implies steps."""
        mesh = self.ground.mesh
        dropped: int | None = None
        reached = 1 << agent
        queue = [agent]
        for node in queue:
            for enters, relation, before in self.ground.steps[node]:
                if (
                    reached >> enters & 1
                    or enters >= mesh.first_agent
                    or (enters >= mesh.first_credential and node < mesh.first_credential)
                    or (relation >= 0 and trying.closed >> relation & 1)
                ):
                    continue
                if before:
                    if dropped is None:
                        _, dropped = trying.fixpoint(trying.closure.row(agent))
                    if before & ~dropped:
                        continue
                reached |= 1 << enters
                queue.append(enters)
        return reached & mesh.access
