"""Section 9, row by row of its table: what each rule finds, with nothing shared with the analysis.

Each rule gives the severity by subject.
"""

from tests.reference.crossings import WORDS
from tests.reference.facts import DAY, Facts
from tests.reference.mesh import CONFIDENTIAL, HARM, LEVEL, OWN_STEPS, Step, accesses, all_five, closure
from tests.reference.words import STEPS

EARLY = {"delegation", "trigger", "hearing", "hosting", "hold"}


class Rules(Facts):
    """The 26 rules."""

    def findings(self):
        """The severity by rule and subject."""
        return {
            (name.replace("_", "-"), subject): severity
            for name in RULES
            for subject, severity in getattr(self, name)().items()
        }

    # Missing decisions, and flows

    def missing_checkpoint(self):
        doors = self.crossings_and_missing()[1]
        return {f"{door.credential}>{door.system}": WORDS[door.severity] for door in doors}

    def toxic_flow(self):
        return dict.fromkeys(self.toxic(), "critical")

    def unapproved_reach(self):
        """The agent has intents, and unchecked reach (reading: as for sources) beyond what they cover."""
        found = {}
        for agent in self.agents:
            beyond = [
                (s, x) for s, x in self.beyond_intents(agent) if x != "read" or s in self.mesh.can_read(agent)
            ]
            if not beyond or not any(i.agent == agent for i in self.s.intent.values()):
                continue
            outside = [(s, x) for s, x in beyond if self.mesh.zone(s) != self.s.agent[agent].home]
            high = any(x != "read" and self.mesh.level(s) >= CONFIDENTIAL for s, x in outside)
            found[agent] = "high" if high else "medium" if outside else "low"
        return found

    # Checkpoints

    def checkpoint_does_not_count(self):
        """It fails points 1 to 3, and no other on the same step meets them."""
        met = {(self.step_of(k), k.from_, k.to) for k in self.meeting}
        return {
            k.id: "low"
            for k in self.s.checkpoint.values()
            if (self.step_of(k), k.from_, k.to) not in met and self.ends_are_active(k)
        }

    def self_approved_checkpoint(self):
        """It meets 1 to 3 and fails 4 for an agent that comes to the step."""
        return {
            k.id: "critical"
            for k in self.meeting
            for a in self.acting_agents()
            if k.id not in self.unchecked({("agent", a)})[1] and self._comes_to(a, k)
        }

    def _comes_to(self, agent, k):
        """The effective reach has the node that the step leaves; boundary: at home there, it crosses it."""
        nodes = self.mesh.effective(agent)
        if k.step != "boundary":
            return any(self.covers(k, step) and step.leaves in nodes for step in self.mesh.steps)
        return self.s.agent[agent].home == k.from_ and any(
            a == agent and self.mesh.zone(target) == k.to for a, _, target, _ in self.candidates()
        )

    def coarse_checkpoint(self):
        """Acting on confidential or above that is open but for decisions at the early steps."""
        found = {}
        for agent in self.agents:
            nodes, counting = self.unchecked({("agent", agent)})
            open_steps = self.unguarded_steps(counting)
            steps = [s for s in self.mesh.steps if s.kind in EARLY or s in open_steps]
            only_early = closure(steps, {("agent", agent)}) - nodes
            if any(x != "read" and self.mesh.level(s) >= CONFIDENTIAL for s, x in accesses(only_early)):
                found[agent] = "low"
        return found

    def approval_fatigue(self):
        return {
            k.id: "medium"
            for k in self.s.checkpoint.values()
            if k.kind == "human-approval" and (k.rate or 0) > 50 and self.ends_are_active(k)
        }

    # Words

    def advisory_limit(self):
        """A delegation to a steerable agent has ``only``."""
        return {
            f"{d.from_}>{d.to}": "low"
            for d in self.s.delegation.values()
            if d.only is not None and {d.from_, d.to} <= self.mesh.agents and self.mesh.is_steerable(d.to)
        }

    def carried_words(self):
        return {s: "low" for s, first_hand in self.heard() if not first_hand}

    # Delegated identities

    def delegation_not_honoured(self):
        """Honoured as principal, or grants more than ``entitled``."""
        found = {}
        for g in self.grants:
            if self.s.credential[g.credential].on_behalf_of is None:
                continue
            more = set() if g.entitled is None else all_five(g.actions) - all_five(g.entitled)
            if g.honoured_as == "principal" or more:
                found[f"{g.credential}>{g.system}"] = "high"
        return found

    def lost_delegation(self):
        """People set it to work, and it reaches their data with a credential of its own."""
        found = {}
        for agent in self._working_for_people():
            in_hand = self.mesh.reached_by({("agent", agent)}, {"hold", "exchange"})
            for g in self.grants:
                nobodys = self.s.credential[g.credential].on_behalf_of is None
                level = self.mesh.level(g.system)
                kept_apart = self.mesh.is_partitioned(g.system) and level >= CONFIDENTIAL
                if ("cred", g.credential) in in_hand and nobodys and kept_apart:
                    severity = "high" if level == LEVEL["restricted"] else "medium"
                    found[f"{g.credential}>{g.system}"] = severity
        return found

    def _working_for_people(self):
        """Those to whom an active person delegates, itself or through active agents but persons."""
        acting = set(self.acting_agents())
        ends = [(d.from_, d.to) for d in self.s.delegation.values() if d.to in acting]
        steps = [Step("delegation", *each, each, None) for each in ends]
        return closure(steps, self.mesh.agents - acting) & acting

    def token_passthrough(self):
        found = {}
        for d in self.s.delegation.values():
            passed = [self.s.credential[c] for c in d.passes or () if c in self.mesh.creds]
            loose = [
                c for c in passed if c.binding == "bearer" and (c.audience is None or len(c.audience) > 1)
            ]
            if loose and {d.from_, d.to} <= self.mesh.agents:
                found[f"{d.from_}>{d.to}"] = "high"
        for step in self.mesh.steps_but_hearing:
            if step.leaves[0] == "stray" and step.leaves[1][0] == "cred":
                found[f"{step.leaves[1][1]}>{step.key[1]}"] = "high"
        return found

    def impersonating_exchange(self):
        """After it an agent acts: some agent reaches it, and what it yields acts somewhere."""
        return {
            f"{step.key[0]}>{step.key[1]}": "low"
            for step in self.mesh.steps_but_hearing
            if step.kind == "exchange" and self.s.exchange[step.key].semantics == "impersonation"
            if self.who_reaches(step.leaves)
            and any(x != "read" for _, x in self.opened_by(step.key[1], STEPS))
        }

    def unpinned_federation(self):
        """Who it names may be revoked: the trust remains."""
        return {
            f"{e.from_}>{e.to}": "high"
            for e in self.s.exchange.values()
            if not e.pinned and e.to in self.mesh.creds
        }

    # Secrets

    def shared_credential(self):
        found = {}
        for c in self.active:
            holding = {h.agent for h in self.s.hold.values() if h.credential == c.id} & self.mesh.agents
            if len(holding) >= 2:
                found[c.id] = "medium" if self._opens_much(c.id) else "low"
        return found

    def _opens_much(self, credential):
        return any(
            self.mesh.level(s) >= CONFIDENTIAL or (x != "read" and self.mesh.integrity(s) >= HARM["high"])
            for s, x in self.opened_by(credential, OWN_STEPS)
        )

    def long_lived_credential(self):
        found = {}
        for c in self.active:
            seconds = c.lifetime_seconds
            if seconds is None or seconds <= 90 * DAY:
                continue
            levels = [self.mesh.level(g.system) for g in self.grants if g.credential == c.id]
            high = c.binding == "bearer" and not c.attested and LEVEL["restricted"] in levels
            found[c.id] = "high" if high else "medium"
        return found

    def stored(self):
        """Custody by ``stores`` of active credentials."""
        return [k for k in self.s.custody.values() if k.how == "stores" and k.credential in self.mesh.creds]

    def secret_at_rest(self):
        found = {}
        for k in self.stored():
            vault = self.s.system[k.system].kind == "secrets-manager"
            if vault or self.s.credential[k.credential].binding != "bearer":
                continue
            nodes, _ = self.after_compromise(f"credential:{k.credential}")
            high = any(self.mesh.level(s) >= CONFIDENTIAL for s, _ in accesses(nodes))
            exposed = self.mesh.is_exposed(k.system)
            severity = "critical" if exposed else "high" if high else "medium"
            found[f"{k.system}>{k.credential}"] = severity
        return found

    def copied_secret(self):
        places = [k.credential for k in self.stored()]
        return {c: "medium" for c in places if places.count(c) >= 2}

    def orphaned_credential(self):
        return {
            c.id: "medium"
            for c in self.active
            if any(g.credential == c.id for g in self.grants)
            and not self.who_reaches(("cred", c.id))
            and not any(k.credential == c.id for k in self.s.custody.values())
        }

    # Agents

    def retired_agent_access(self):
        return {
            h.agent: "high"
            for h in self.s.hold.values()
            if h.agent not in self.mesh.agents and h.credential in self.mesh.creds
        }

    def human_identity_in_agent(self):
        found = {}
        for agent, credential in self.mesh.held_by_steps:
            c = self.s.credential[credential]
            human = c.subject == "human" and c.on_behalf_of is None
            if not self.mesh.is_person(agent) and (
                human or c.kind in {"personal-access-token", "session-cookie"}
            ):
                found[f"{agent}>{credential}"] = "high"
        return found

    def person_uses_workload_identity(self):
        return {
            f"{agent}>{credential}": "medium"
            for agent, credential in self.mesh.held_by_steps
            if self.mesh.is_person(agent) and self.s.credential[credential].subject == "workload"
        }

    def environment_crossing(self):
        """Unchecked, it acts in production beyond its intents, and has access in development or staging."""
        found = {}
        for agent in self.agents:
            beyond = self.beyond_intents(agent)
            acts = any(x != "read" and self.environment(s) == "production" for s, x in beyond)
            elsewhere = {self.environment(s) for s, _ in self.unchecked_accesses(agent)}
            if acts and elsewhere & {"development", "staging"}:
                found[agent] = "high"
        return found

    def third_party_reach(self):
        """Unchecked, with a vendor, or started by a system with one; on what is not that vendor's."""
        found = {}
        for agent in self.agents:
            vendors = {self.s.agent[agent].vendor}
            vendors |= {self.s.system[t.system].vendor for t in self.s.trigger.values() if t.agent == agent}
            actions = {
                x
                for vendor in vendors - {None}
                for s, x in self.unchecked_accesses(agent)
                if self.mesh.level(s) >= CONFIDENTIAL and self.s.system[s].vendor != vendor
            }
            if actions:
                found[agent] = "medium" if actions == {"read"} else "high"
        return found

    # Systems

    def shared_memory(self):
        return {
            s.id: "medium"
            for s in self.s.system.values()
            if s.kind in {"agent-memory", "knowledge-base"} and not s.partitioned
            if self._with_different_people(s.id) or self._with_different_homes(s.id)
        }

    def _with_different_people(self, system):
        """Written under one ``on_behalf_of`` and read under another; absent is nobody's."""
        people = [
            (all_five(g.actions), self.s.credential[g.credential].on_behalf_of)
            for g in self.grants
            if g.system == system
        ]
        return differ(
            {person for actions, person in people if "write" in actions},
            {person for actions, person in people if "read" in actions},
        )

    def _with_different_homes(self, system):
        return differ(
            *(
                {self.s.agent[a].home for a in self.who_reaches(("access", system, x))}
                for x in ("write", "read")
            )
        )

    def untraceable_step(self):
        return {
            s.id: "medium"
            for s in self.s.system.values()
            for a in self.agents
            if (s.audit == "none" and self.can(a, s.id) - {"read"})
            or (s.audit == "identity" and self._acts_on_behalf(a, s.id))
        }

    def _acts_on_behalf(self, agent, system):
        """Whether it acts there with a credential that has an ``on_behalf_of``."""
        return any(
            g.system == system
            and self.s.credential[g.credential].on_behalf_of is not None
            and ("cred", g.credential) in self.mesh.effective(agent)
            and set(g.actions) != {"read"}
            for g in self.grants
        )


def differ(some, others):
    """Whether there is one of each, told of both, and not the same."""
    return any(one != other for one in some - {None} for other in others - {None})


RULES = [name for name in vars(Rules) if not name.startswith("_") and name not in {"findings", "stored"}]
assert len(RULES) == 26, RULES
