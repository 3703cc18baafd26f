"""Section 6: crossings, doors and severity; and toxic-flow of section 9, which is an open door."""

from itertools import product
from typing import NamedTuple

from tests.reference.checkpoints import Checkpoints
from tests.reference.mesh import ACTIONS, CONFIDENTIAL, accesses, all_five, bare, closure, ordered

WORDS = ("low", "low", "medium", "high", "critical", "critical")
MEDIUM = 2


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
        started = {s.key[0] for s in self.starts_unasked if s.kind == "trigger" and s.key[1] == agent}
        home = [] if self.mesh.s.agent[agent].home is None else [None]
        return home + sorted(self.mesh.can_read(agent) | started)

    def sources_that_move(self, agent):
        """Those of its sources that move it."""
        return [source for source in self.sources(agent) if self.moves(source, agent)]

    # What may be carried out, and who instructs

    def exposes(self, target, action):
        if action == "read":
            return self.mesh.exposes_requests(target)
        return self.mesh.is_exposed(target)

    def stays_with_its_person(self, source, target):
        """Both partitioned, and all active credentials with grants there for one; in itself also for none."""
        if source is None or not (self.mesh.is_partitioned(source) and self.mesh.is_partitioned(target)):
            return False
        grants = [g for g in self.mesh.s.grant.values() if g.system in {source, target}]
        used = {g.credential for g in grants} & self.mesh.creds
        people = {self.mesh.s.credential[c].on_behalf_of for c in used}
        return len(people) == 1 and (None not in people or source == target)

    def carries_out(self, source, target, action):
        return self.exposes(target, action) and not self.stays_with_its_person(source, target)

    def instructs(self, agent, source, target, action):
        written_as_value = action == "write" and self.mesh.is_typed(target)
        return self.moves(source, agent) and action != "read" and not written_as_value

    # What is a crossing

    def zone_of_source(self, agent, source):
        return self.mesh.s.agent[agent].home if source is None else self.mesh.zone(source)

    def is_crossing(self, agent, source, target, action):
        mesh = self.mesh
        if source == target:
            return False
        between = self.zone_of_source(agent, source) != mesh.zone(target)
        if between and mesh.zone(target) != mesh.s.agent[agent].home:
            return True
        if source is None:
            return False
        if self.instructs(agent, source, target, action):
            return True
        above = mesh.level(source) > mesh.level(target)
        if between:
            return above and action != "read" and not self.stays_with_its_person(source, target)
        return above and self.carries_out_secrets(source, target, action)

    def start_of(self, agent, source):
        starts = {("agent", agent)}
        if source is not None and source in self.mesh.can_read(agent):
            starts.add(("access", source, "read"))
        return starts

    # Doors

    def open_doors(self, agent, source, target, action):
        """The nodes, credentials or copies or strays of them, from which an open door leads."""
        nodes, counting = self.unchecked(self.start_of(agent, source))
        if self.others_decide(source, target, action, counting):
            return set()
        ends = {("access", target, action), ("access", target, "admin")}
        doors = {
            step.leaves
            for step in self.unguarded_steps(counting)
            if step.kind == "grant" and step.enters in ends and step.leaves in nodes
        }
        if self.gateways(agent, target, action, counting):
            doors = {door for door in doors if not self.all_pass_it(agent, door, nodes)}
        return doors

    def gateways(self, agent, target, action, counting):
        """Those of these checkpoints on the boundary from its home to there that cover the action."""
        boundary = "boundary", self.mesh.s.agent[agent].home, self.mesh.zone(target)
        return [
            k
            for k in self._sitting.get(boundary, ())
            if k.id in counting and (k.actions is None or action in k.actions)
        ]

    def all_pass_it(self, agent, door, nodes):
        """Whether some in this reach, or with a session there, reach the credential, all at the same home."""
        there = {node[1] for node in nodes if node[0] in {"agent", "copying"}}
        there |= {node[2] for node in nodes if node[0] == "session"}
        homes = {self.mesh.s.agent[a].home for a in there if bare(door) in self.mesh.own(a)}
        return homes == {self.mesh.s.agent[agent].home}

    def others_decide(self, source, target, action, counting):
        """Custody steps leave issue there, and each, to strays too, is guarded: it has done nothing yet."""
        if action != "issue" or self.carries_out(source, target, action):
            return False
        issue = ("access", target, "issue")
        steps = [step for step in self.mesh.steps if step.kind == "custody" and step.leaves == issue]
        return bool(steps) and all(self.is_guarded(step, counting) for step in steps)

    def is_approved(self, agent, source, target, action, door):
        if not (
            self._is_meant_to_be_used(agent, action, door)
            and self.is_intended(agent, source, target, action)
            and self.mesh.s.system[target].audit != "none"
        ):
            return False
        told = self.moves(source, agent) or (
            self.carries_out_secrets(source, target, action) and self.sources_that_move(agent)
        )
        return not told or self.severity(agent, source, target, action, bare(door)) <= MEDIUM

    def carries_out_secrets(self, source, target, action):
        secret = source is not None and self.mesh.level(source) >= CONFIDENTIAL
        return secret and self.carries_out(source, target, action)

    def _is_meant_to_be_used(self, agent, action, door):
        """The credential by hold and exchange steps alone; for a read also the copy behind an ``only``."""
        if bare(door) in self.mesh.reached_by({("agent", agent)}, {"hold", "exchange"}):
            return True
        return action == "read" and door in self._behind_limits(agent)

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

    def is_intended(self, agent, source, target, action):
        """Whether an intent covers the action there, or names the system that is read, from this source."""
        for intent in self.mesh.s.intent.values():
            named = intent.from_ or ("home",)
            if intent.agent != agent:
                continue
            comes = source in named if source is not None else "home" in named
            if "home" in named and self.zone_of_source(agent, source) == self.mesh.s.agent[agent].home:
                comes = True
            if intent.system == target and action in all_five(intent.actions) and comes:
                return True
            if target in named and action == "read" and (source is None or comes):
                return True
        return False

    # Severity

    def severity(self, agent, source, target, action, credential):
        mesh = self.mesh
        number = mesh.level(target) if action == "read" else mesh.integrity(target)
        if self.moves(source, agent) and (action != "read" or self.has_way_out(agent, source)):
            number += 1
        held = (agent, credential[1]) in mesh.held_by_steps
        if credential in mesh.own(agent) and not held:
            number += 1
        if action == "read":
            number = min(number, 3)
        if self.carries_out_secrets(source, target, action):
            number = max(number, mesh.level(source) + 1)
        return number

    def has_way_out(self, agent, source):
        nodes, _ = self.unchecked(self.start_of(agent, source))
        return any(
            self.exposes(s, x) or (x != "read" and self.mesh.is_first_hand(s)) for s, x in accesses(nodes)
        )

    # Toxic flows

    def toxic(self):
        """The agents of toxic-flow findings."""
        return [a for a in self.acting_agents() if self.sources_that_move(a) and self._is_toxic(a)]

    def _is_toxic(self, agent):
        nodes, _ = self.unchecked({("agent", agent)})
        return any(
            self.carries_out_secrets(s, t, x) and self.open_doors(agent, s, t, x)
            for s in self.mesh.can_read(agent)
            if ("access", s, "read") in nodes
            for t, x in product(self.mesh.s.system, ACTIONS)
        )

    # Answers

    def acting_agents(self):
        """A person has reach but no crossings."""
        return [a for a in sorted(self.mesh.agents) if not self.mesh.is_person(a)]

    def candidates(self):
        """What is a crossing, whatever its state: agent, source (home first), target, action."""
        for agent in self.acting_agents():
            reached = accesses(self.mesh.effective(agent))
            for source in self.sources(agent):
                for target, action in sorted(reached, key=lambda at: (at[0], ACTIONS.index(at[1]))):
                    if self.is_crossing(agent, source, target, action):
                        yield agent, source, target, action

    def bad_doors(self, *crossing):
        """The open doors that are not approved."""
        return {d for d in self.open_doors(*crossing) if not self.is_approved(*crossing, d)}

    def crossings_and_missing(self):
        """The crossings in their order, and the doors by credential and system."""
        if "crossings" not in self._memo:
            self._memo["crossings"] = self._crossings_and_missing()
        return self._memo["crossings"]

    def _crossings_and_missing(self):
        crossings, missing = [], {}
        for agent, source, target, action in self.candidates():
            at = agent, source, target, action
            doors = self.open_doors(*at)
            bad = {bare(door) for door in doors if not self.is_approved(*at, door)}
            severities = {c[1]: self.severity(*at, c) for c in bad}
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
