"""Section 9, toxic-flow, which a minimum fix of section 6 must close too."""

from tests.reference.crossings import Crossings
from tests.reference.mesh import CONFIDENTIAL


class Flows(Crossings):
    """Secrets, outsiders' words and a way out in one agent."""

    def toxic(self):
        """The agents of toxic-flow findings."""
        return [a for a in self.acting_agents() if self.mesh.can_be_instructed(a) and self._is_toxic(a)]

    def _is_toxic(self, agent):
        nodes, _ = self.unchecked({("agent", agent)})
        accesses = [node[1:] for node in nodes if node[0] == "access"]
        reads = {s for s, x in accesses if x == "read" and s in self.mesh.can_read(agent)}
        instructed = any(self.is_heard(s) for s in reads) or any(
            b == agent and self.is_heard(s) for s, b in self.starts_unasked({"trigger", "hearing"})
        )
        return instructed and any(
            self.mesh.level(s) >= CONFIDENTIAL and self._is_carried_out(agent, s, accesses) for s in reads
        )

    def _is_carried_out(self, agent, source, accesses):
        """Some action carries it out, and no gateway stops that after it was read."""
        _, counting = self.unchecked({("agent", agent), ("access", source, "read")})
        before = {self.mesh.zone(source), self.mesh.s.agent[agent].home} - {None}
        return any(
            self.carries_out(source, target, action)
            and not any(self.is_stopped_at((z, self.mesh.zone(target)), action, counting) for z in before)
            for target, action in accesses
        )
