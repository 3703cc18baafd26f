"""Section 7, compromise: who has broken in writes, and answers, what others take for their own words."""

from tests.reference.flows import Flows
from tests.reference.mesh import ACTIONS, Step, closure


class Compromises(Flows):
    """The closures from each kind of start."""

    def starts_of(self, start):
        """The nodes of ``agent:ID``, ``credential:ID``, ``system:ID`` or ``outsider``; None: refused."""
        kind, _, name = start.partition(":")
        mesh = self.mesh
        if start == "outsider":
            return self.outsider()
        if kind == "agent" and name in mesh.agents:
            return {("agent", name)}
        if kind == "credential" and name in mesh.creds:
            return {("cred", name)}
        if kind == "system" and name in mesh.s.system:
            return {("access", name, x) for x in ACTIONS}
        return None

    def steps_of_compromise(self):
        """Those of section 3, and beside them hearing and answers."""
        if "compromise" not in self._memo:
            mesh = self.mesh
            hearing = [
                Step("hearing", self._where_its_words_are_made(s), ("agent", b), (s, b), None)
                for s in mesh.s.system
                for b in mesh.agents
                if mesh.hears(b, s)
            ]
            answers = [
                Step("answer", ("agent", d.to), ("agent", d.from_), (d.to, d.from_), None)
                for d in mesh.s.delegation.values()
                if d.returns == "words" and d.to in mesh.agents and mesh.is_listener(d.from_)
            ]
            self._memo["compromise"] = list(dict.fromkeys([*mesh.steps, *hearing, *answers]))
        return self._memo["compromise"]

    def _where_its_words_are_made(self, system):
        return ("access", system, "admin" if self.mesh.is_typed(system) else "write")

    def after_compromise(self, start):
        """The unchecked closure, and the ids of the checkpoints that count in it."""
        if ("after", start) not in self._memo:
            found = self.fixpoint(self.starts_of(start), lambda counting: self.open_to(start, counting))
            self._memo["after", start] = found
        return self._memo["after", start]

    def open_to(self, start, counting):
        """The steps at which this start is asked by none of these checkpoints."""
        return [
            step
            for step in self.steps_of_compromise()
            if self._asks_nobody(step, start) or not self.is_guarded(step, counting)
        ]

    def _asks_nobody(self, step, start):
        """Answers are never guarded; who has the store itself asks nobody for what lies there."""
        if step.kind == "answer":
            return True
        if step.kind != "custody" or start != f"system:{step.key[0]}":
            return False
        return self.mesh.s.custody[step.key].how == "stores"

    def all_after_compromise(self, start):
        """The closure without checkpoints."""
        return closure(self.steps_of_compromise(), self.starts_of(start))
