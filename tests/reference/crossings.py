"""Section 6: crossings, doors and severity; section 9: toxic flow, which the minimum fix needs too."""

from typing import NamedTuple

from tests.reference.checkpoints import Checkpoints
from tests.reference.mesh import ACTIONS, CONFIDENTIAL, all_five, closure, ordered

WORDS = ("low", "low", "medium", "high", "critical", "critical")


class Crossing(NamedTuple):
    """``source`` is None for home; ``severity`` a number, None unless uncontrolled."""

    agent: str
    source: str | None
    target: str
    action: str
    state: str
    severity: int | None


class Door(NamedTuple):
    """A missing checkpoint."""

    credential: str
    system: str
    actions: tuple
    agents: tuple
    severity: int


class Crossings(Checkpoints):
    """Every crossing looked at alone."""

    # What may be carried out, and who instructs

    def exposes(self, target, action):
        if action == "read":
            return self.mesh.exposes_requests(target)
        return self.mesh.is_exposed(target)

    def belong_to_one_person(self, source, target):
        s = self.mesh.s
        if not (s.system[source].partitioned and s.system[target].partitioned):
            return False
        credentials = {g.credential for g in s.grant.values() if g.system in {source, target}}
        people = {s.credential[c].on_behalf_of for c in credentials & self.mesh.creds}
        return len(people) == 1 and None not in people

    def carries_out(self, source, target, action):
        return self.exposes(target, action) and not self.belong_to_one_person(source, target)

    def instructs(self, source, target, action):
        if action == "write" and self.mesh.is_typed(target):
            return False
        return self.is_heard(source) and action != "read"

    # What is a crossing

    def zone_of_source(self, agent, source):
        return self.mesh.s.agent[agent].home if source is None else self.mesh.zone(source)

    def is_crossing(self, agent, source, target, action):
        mesh, home = self.mesh, self.mesh.s.agent[agent].home
        if source == target:
            return False
        if self.zone_of_source(agent, source) != mesh.zone(target):
            if home is None or mesh.zone(target) != home:
                return True
            if action == "read" or source is None:
                return False
            return mesh.level(source) > mesh.level(target) or self.instructs(source, target, action)
        if source is None:
            return False
        if self.instructs(source, target, action):
            return True
        above = mesh.level(source) >= CONFIDENTIAL and mesh.level(source) > mesh.level(target)
        return above and self.carries_out(source, target, action)

    def start_of(self, agent, source):
        starts = {("agent", agent)}
        if source is not None and source in self.mesh.can_read(agent):
            starts.add(("access", source, "read"))
        return starts

    # Doors

    def open_doors(self, agent, source, target, action):
        """The nodes, credentials or copies of them, from which an open door leads."""
        nodes, counting = self.unchecked(self.start_of(agent, source))
        zones = self.zone_of_source(agent, source), self.mesh.zone(target)
        for k in self.meeting:
            on_it = k.id in counting and k.step == "boundary" and (k.from_, k.to) == zones
            if on_it and (k.actions is None or action in k.actions):
                return set()
        ends = {("access", target, action), ("access", target, "admin")}
        return {
            step.leaves
            for step in self._unguarded_grants(counting)
            if step.leaves in nodes and step.enters in ends
        }

    def _unguarded_grants(self, counting):
        if ("grants", counting) not in self._memo:
            found = [step for step in self.unguarded_steps(counting) if step.kind == "grant"]
            self._memo["grants", counting] = found
        return self._memo["grants", counting]

    def is_approved(self, agent, source, target, action, door):
        if not self._is_meant_to_be_used(agent, action, door):
            return False
        if not self._intended(agent, source, target, action):
            return False
        if source is not None and self.is_heard(source) and self.mesh.can_be_instructed(agent):
            return False
        return self.mesh.s.system[target].audit != "none"

    def _is_meant_to_be_used(self, agent, action, door):
        """The credential by hold and exchange steps alone; for a read also the copy behind an ``only``."""
        mesh = self.mesh
        in_hand = mesh.reached_by({("agent", agent)}, {"hold", "exchange"})
        if credential_at(door) in in_hand:
            return True
        if action != "read" or door[0] != "copy":
            return False
        key = "behind an only", agent
        if key not in self._memo:
            steps = [
                step
                for step in mesh.steps
                if step.kind in {"hold", "exchange"}
                or (
                    step.kind == "delegation"
                    and step.enters[0] == "session"
                    and mesh.session_has_only(step.enters)
                )
            ]
            self._memo[key] = closure(steps, {("agent", agent)})
        return door in self._memo[key]

    def _intended(self, agent, source, target, action):
        intent = self.mesh.s.intent.get((agent, target))
        if intent is None or action not in all_five(intent.actions):
            return False
        allowed = {"home"} if intent.from_ is None else set(intent.from_)
        home = self.mesh.s.agent[agent].home
        if "home" in allowed and home is not None and self.zone_of_source(agent, source) == home:
            return True
        return source is not None and source in allowed - {"home"}

    # Severity

    def severity(self, agent, source, target, action, credential):
        mesh = self.mesh
        number = mesh.level(target) if action == "read" else mesh.integrity(target)
        heard = source is not None and self.is_heard(source)
        if heard and (action != "read" or self.has_way_out(agent, source, target)):
            number += 1
        node = ("cred", credential)
        held = (agent, credential) in mesh.held_by_steps
        if node in mesh.own(agent) and not held:
            number += 1
        if action == "read":
            number = min(number, 3)
        secret = source is not None and mesh.level(source) >= CONFIDENTIAL
        if secret and self.carries_out(source, target, action):
            hears = any(s is not None and self.is_heard(s) for s in mesh.sources(agent))
            number = max(number, mesh.level(source) + 1 + hears)
        return number

    def has_way_out(self, agent, source, target):
        nodes, _ = self.unchecked(self.start_of(agent, source))
        for node in nodes:
            if node[0] != "access":
                continue
            _, system, action = node
            if self.exposes(system, action) or (action != "read" and self.mesh.is_first_hand(system)):
                return True
        read = ("access", target, "read")
        return any(step.kind == "custody" and step.leaves == read for step in self.mesh.steps)

    # Answers

    def acting_agents(self):
        """A person has reach but no crossings."""
        return [a for a in sorted(self.mesh.agents) if not self.mesh.is_person(a)]

    def candidates(self):
        """What is a crossing, whatever its state: agent, source (home first), target, action."""
        for agent in self.acting_agents():
            reached = [node[1:] for node in self.mesh.effective(agent) if node[0] == "access"]
            for source in self.mesh.sources(agent):
                for target, action in sorted(reached, key=lambda at: (at[0], ACTIONS.index(at[1]))):
                    if self.is_crossing(agent, source, target, action):
                        yield agent, source, target, action

    def crossings_and_missing(self):
        """The crossings in their order, and the doors by credential and system."""
        crossings, missing = [], {}
        for agent, source, target, action in self.candidates():
            doors = self.open_doors(agent, source, target, action)
            bad = {
                credential_at(door)[1]
                for door in doors
                if not self.is_approved(agent, source, target, action, door)
            }
            severities = {c: self.severity(agent, source, target, action, c) for c in bad}
            for c, severity in severities.items():
                door = missing.setdefault((c, target), (set(), set(), set()))
                door[0].add(action)
                door[1].add(agent)
                door[2].add(severity)
            state = "uncontrolled" if bad else "approved" if doors else "controlled"
            worst = max(severities.values(), default=None)
            crossings.append(Crossing(agent, source, target, action, state, worst))
        doors = [
            Door(c, t, ordered(actions), tuple(sorted(agents)), max(severities))
            for (c, t), (actions, agents, severities) in sorted(missing.items())
        ]
        return crossings, doors

    def toxic(self):
        """Section 9, toxic-flow: the agents."""
        return [a for a in self.acting_agents() if self.mesh.can_be_instructed(a) and self._is_toxic(a)]

    def _is_toxic(self, agent):
        nodes, _ = self.unchecked({("agent", agent)})
        accesses = [node[1:] for node in nodes if node[0] == "access"]
        reads = {s for s, x in accesses if x == "read" and s in self.mesh.can_read(agent)}
        if not any(
            self.mesh.level(s) >= CONFIDENTIAL and any(self.carries_out(s, t, x) for t, x in accesses)
            for s in reads
        ):
            return False
        if any(self.is_heard(s) for s in reads):
            return True
        _, counting = self.unchecked(self.outsider())
        return any(
            step.kind == "trigger" and step.enters == ("agent", agent) and self.is_heard(step.leaves[1])
            for step in self.unguarded_steps(counting)
        )


def credential_at(node):
    """The credential, also of a copy of it."""
    return node[1] if node[0] == "copy" else node
