"""Section 12 by a naive reading, to which stubs and policies are compared."""

from tests.reference.crossings import WORDS
from tests.reference.mesh import bare, covered
from tests.reference.words import STEPS


class Classification:
    """Section 12 by a naive reading: each access of one agent looked at alone."""

    def __init__(self, reading, agent):
        self.reading, self.mesh, self.agent = reading, reading.mesh, agent
        self.crossings = [each for each in reading.crossings_and_missing()[0] if each.agent == agent]
        intents = [each for each in self.mesh.s.intent.values() if each.agent == agent]
        self.intended = set().union(*map(covered, intents))

    def kind(self, system, action):
        """The kind of its table, and what stands in it; the reason aside."""
        crossings = [each for each in self.crossings if (each.target, each.action) == (system, action)]
        bad = [each for each in crossings if each.state == "uncontrolled"]
        granting, via = self.granting(system, action), self.via(system, action)
        if self.intended and (system, action) not in self.intended:
            others = [each for each in self.mesh.agents - {self.agent} if self.reaches_any(each, granting)]
            return "deny", {"credentials": granting, "via": via, "enforceable": not others}
        if bad:
            return "require", {
                "credentials": self.doors(bad),
                "via": via,
                "from": sorted("home" if each.source is None else each.source for each in bad),
                "severity": WORDS[max(each.severity for each in bad)],
                "kind": "",
                "decided_at": "",
                "freshness": "per-action",
                "state": "planned",
            }
        states = [each.state for each in crossings]
        because = next((word for word in ("controlled", "approved") if word in states), "home")
        checkpoints = self.controlling(system, action)
        return "allow", {
            "credentials": granting,
            "via": via,
            "because": because,
            "checkpoints": checkpoints,
        }

    def granting(self, system, action):
        """By the grant steps that end there, or at admin."""
        ends = {("access", system, action), ("access", system, "admin")}
        found = {step.leaves for step in self.mesh.steps if step.kind == "grant" and step.enters in ends}
        return sorted({bare(each)[1] for each in found & self.mesh.effective(self.agent)})

    def via(self, system, action):
        ways = (("direct", self.mesh.direct(self.agent)), ("own", self.mesh.own(self.agent)))
        node = ("access", system, action)
        return next((word for word, nodes in ways if node in nodes), "deputy")

    def reaches_any(self, agent, credentials):
        return not {("cred", c) for c in credentials}.isdisjoint(map(bare, self.mesh.effective(agent)))

    def doors(self, crossings):
        return sorted(
            {
                bare(door)[1]
                for each in crossings
                for door in self.reading.open_doors(*each[:4])
                if not self.reading.is_approved(*each[:4], door)
            }
        )

    def controlling(self, system, action):
        """The checkpoints on the boundary, and those that stand first on every way there."""
        reading, node, found = self.reading, ("access", system, action), set()
        for each in self.crossings:
            if (each.target, each.action, each.state) != (system, action, "controlled"):
                continue
            nodes, counting = reading.unchecked(reading.start_of(self.agent, each.source))
            granting = [("cred", c) for c in self.granting(system, action)]
            if any(reading.all_pass_it(self.agent, door, nodes) for door in granting):
                found |= {k.id for k in reading.gateways(self.agent, system, action, counting)}
            if reading.others_decide(each.source, system, action, counting):
                handing = [s for s in self.mesh.steps if s.kind == "custody" and s.leaves == node]
                found |= {k.id for s in handing for k in reading.meeting if reading.covers(k, s)} & counting
            found |= {
                k.id
                for step in self.mesh.steps
                if node not in nodes and step.leaves in nodes and step.enters not in nodes
                if node in self.mesh.reached_by({step.enters}, STEPS)
                for k in reading.meeting
                if k.id in counting and reading.covers(k, step)
            }
        return sorted(found)
