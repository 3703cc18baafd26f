"""Section 6: crossings, doors and severity."""

from functools import cached_property
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

    # Sources

    def sources(self, agent):
        """Home as None where there is one, then the systems."""
        triggering = {s for s, b in self.starts_unasked({"trigger"}) if b == agent}
        home = [] if self.mesh.s.agent[agent].home is None else [None]
        return home + sorted(self.mesh.can_read(agent) | triggering)

    # What may be carried out, and who instructs

    def exposes(self, target, action):
        if action == "read":
            return self.mesh.exposes_requests(target)
        return self.mesh.is_exposed(target)

    def people_on(self, *systems):
        """The ``on_behalf_of`` of all active credentials with grants there, None where one has none."""
        s = self.mesh.s
        credentials = {g.credential for g in s.grant.values() if g.system in systems}
        return {s.credential[c].on_behalf_of for c in credentials & self.mesh.creds}

    def goes_back(self, source, target):
        """What came from one subject of a partitioned system goes back to it."""
        return source == target and self.is_partitioned(source) and len(self.people_on(source)) <= 1

    def belong_to_one_person(self, source, target):
        if source is None or not (self.is_partitioned(source) and self.is_partitioned(target)):
            return False
        people = self.people_on(source, target)
        return len(people) == 1 and None not in people

    def is_partitioned(self, system):
        return self.mesh.s.system[system].partitioned

    def carries_out(self, source, target, action):
        if not self.exposes(target, action):
            return False
        return not self.goes_back(source, target) and not self.belong_to_one_person(source, target)

    def instructs(self, source, target, action):
        if action == "write" and self.mesh.is_typed(target):
            return False
        return self.is_heard(source) and action != "read"

    # What is a crossing

    def zone_of_source(self, agent, source):
        return self.mesh.s.agent[agent].home if source is None else self.mesh.zone(source)

    def is_crossing(self, agent, source, target, action):
        if source == target:
            return False
        if self.zone_of_source(agent, source) != self.mesh.zone(target):
            return self._is_between_zones(agent, source, target, action)
        return source is not None and self._is_within_a_zone(source, target, action)

    def _is_between_zones(self, agent, source, target, action):
        mesh = self.mesh
        if mesh.zone(target) != mesh.s.agent[agent].home:
            return True
        if action == "read" or source is None:
            return False
        return mesh.level(source) > mesh.level(target) or self.instructs(source, target, action)

    def _is_within_a_zone(self, source, target, action):
        mesh = self.mesh
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
        if self.is_stopped_at(zones, action, counting):
            return set()
        if self.others_decide(source, target, action, counting):
            return set()
        ends = {("access", target, action), ("access", target, "admin")}
        return {
            step.leaves
            for step in self.unguarded_steps(counting)
            if step.kind == "grant" and step.enters in ends and step.leaves in nodes
        }

    def is_stopped_at(self, zones, action, counting):
        """Whether one of these checkpoints sits on the boundary and covers the action."""
        return any(
            k.id in counting
            and (k.step, k.from_, k.to) == ("boundary", *zones)
            and (k.actions is None or action in k.actions)
            for k in self.meeting
        )

    def others_decide(self, source, target, action, counting):
        """Custody steps leave issue there, and each is guarded: a request has done nothing yet."""
        if action != "issue" or self.carries_out(source, target, action):
            return False
        issue = ("access", target, "issue")
        steps = [step for step in self.mesh.steps if step.kind == "custody" and step.leaves == issue]
        return bool(steps) and all(self.is_guarded(step, counting) for step in steps)

    def is_approved(self, agent, source, target, action, door):
        return (
            self._is_meant_to_be_used(agent, action, door)
            and self._is_intended(agent, source, target, action)
            and not (self.hears_source(source) and self.mesh.can_be_instructed(agent))
            and self.mesh.s.system[target].audit != "none"
        )

    def hears_source(self, source):
        """Whether the source is a system, and heard."""
        return source is not None and self.is_heard(source)

    def _is_meant_to_be_used(self, agent, action, door):
        """The credential by hold and exchange steps alone; for a read also the copy behind an ``only``."""
        in_hand = self.mesh.reached_by({("agent", agent)}, {"hold", "exchange"})
        if credential_at(door) in in_hand:
            return True
        return action == "read" and door[0] == "copy" and door in self._behind_limits(agent)

    def _behind_limits(self, agent):
        """By hold and exchange steps and delegations limited by an ``only`` that counts."""
        key = "behind limits", agent
        if key not in self._memo:
            steps = [
                step
                for step in self.mesh.steps
                if step.kind in {"hold", "exchange"}
                or (step.enters[0] == "session" and self.mesh.session_has_only(step.enters))
            ]
            self._memo[key] = closure(steps, {("agent", agent)})
        return self._memo[key]

    def _is_intended(self, agent, source, target, action):
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
        if self.hears_source(source) and (action != "read" or self.has_way_out(agent, source, target)):
            number += 1
        held = (agent, credential) in mesh.held_by_steps
        if ("cred", credential) in mesh.own(agent) and not held:
            number += 1
        if action == "read":
            number = min(number, 3)
        secret = source is not None and mesh.level(source) >= CONFIDENTIAL
        if secret and self.carries_out(source, target, action):
            hears = any(self.hears_source(s) for s in self.sources(agent))
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
            for source in self.sources(agent):
                for target, action in sorted(reached, key=lambda at: (at[0], ACTIONS.index(at[1]))):
                    if self.is_crossing(agent, source, target, action):
                        yield agent, source, target, action

    def bad_doors(self, *crossing):
        """The open doors that are not approved."""
        return {d for d in self.open_doors(*crossing) if not self.is_approved(*crossing, d)}

    def crossings_and_missing(self):
        """The crossings in their order, and the doors by credential and system."""
        return self._crossings_and_missing

    @cached_property
    def _crossings_and_missing(self):
        crossings, missing = [], {}
        for agent, source, target, action in self.candidates():
            at = agent, source, target, action
            doors = self.open_doors(*at)
            bad = {credential_at(door)[1] for door in doors if not self.is_approved(*at, door)}
            severities = {c: self.severity(*at, c) for c in bad}
            for c, severity in severities.items():
                door = missing.setdefault((c, target), (set(), set(), set()))
                door[0].add(action)
                door[1].add(agent)
                door[2].add(severity)
            state = "uncontrolled" if bad else "approved" if doors else "controlled"
            crossings.append(Crossing(*at, state, max(severities.values(), default=None)))
        doors = [
            Door(c, t, ordered(actions), tuple(sorted(agents)), max(severities))
            for (c, t), (actions, agents, severities) in sorted(missing.items())
        ]
        return crossings, doors


def credential_at(node):
    """The credential, also of a copy of it."""
    return node[1] if node[0] == "copy" else node
