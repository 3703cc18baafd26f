"""Section 9, row by row of its table: what each rule finds, with nothing shared with the analysis.

``findings`` gives (rule, subject) with the severity, the agents and the actions. Agents and actions are
defined by the text for missing-checkpoint alone; elsewhere they are this reading's opinion.
"""

from tests.reference.crossings import WORDS
from tests.reference.facts import DAY, Facts, Finding, lifetime_seconds
from tests.reference.mesh import CONFIDENTIAL, HARM, LEVEL, OWN_STEPS, Step, all_five, closure, ordered

EARLY = {"delegation", "trigger", "hearing", "hosting", "hold"}


class Rules(Facts):
    """The 26 rules."""

    def findings(self):
        return {
            (name.replace("_", "-"), subject): finding
            for name in RULES
            for subject, finding in getattr(self, name)().items()
        }

    # Missing decisions, and flows

    def missing_checkpoint(self):
        return {
            f"{door.credential}>{door.system}": Finding(WORDS[door.severity], door.agents, door.actions)
            for door in self.crossings_and_missing()[1]
        }

    def toxic_flow(self):
        return {agent: Finding("critical", (agent,)) for agent in self.toxic()}

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
            severity = "high" if high else "medium" if outside else "low"
            found[agent] = Finding(severity, (agent,), ordered(x for _, x in beyond))
        return found

    # Checkpoints

    def checkpoint_does_not_count(self):
        """It fails points 1 to 3, and no other on the same step meets them."""
        met = {(self.step_of(k), k.from_, k.to) for k in self.meeting}
        return {
            k.id: Finding("low")
            for k in self.s.checkpoint.values()
            if (self.step_of(k), k.from_, k.to) not in met and self.ends_are_active(k)
        }

    def self_approved_checkpoint(self):
        """It meets 1 to 3 and fails 4 for an agent that comes to the step."""
        found = {}
        for k in self.meeting:
            agents = [
                a
                for a in self.acting_agents()
                if k.id not in self.unchecked({("agent", a)})[1] and self._comes_to(a, k)
            ]
            if agents:
                found[k.id] = Finding("critical", tuple(agents))
        return found

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
            actions = ordered(
                n[2]
                for n in only_early
                if n[0] == "access" and n[2] != "read" and self.mesh.level(n[1]) >= CONFIDENTIAL
            )
            if actions:
                found[agent] = Finding("low", (agent,), actions)
        return found

    def approval_fatigue(self):
        return {
            k.id: Finding("medium")
            for k in self.s.checkpoint.values()
            if k.kind == "human-approval" and (k.rate or 0) > 50 and self.ends_are_active(k)
        }

    # Words

    def advisory_limit(self):
        """A delegation to a steerable agent has ``only``."""
        return {
            f"{d.from_}>{d.to}": Finding("low", tuple(sorted((d.from_, d.to))))
            for d in self.s.delegation.values()
            if d.only is not None and {d.from_, d.to} <= self.mesh.agents and self.mesh.is_steerable(d.to)
        }

    def carried_words(self):
        return {s: Finding("low") for s, first_hand in self.heard() if not first_hand}

    # Delegated identities

    def delegation_not_honoured(self):
        """Honoured as principal, or grants more than ``entitled``."""
        found = {}
        for g in self.grants:
            if self.s.credential[g.credential].on_behalf_of is None:
                continue
            more = set() if g.entitled is None else all_five(g.actions) - all_five(g.entitled)
            if g.honoured_as == "principal" or more:
                actions = g.actions if g.honoured_as == "principal" else ordered(more)
                agents = self.who_reaches(("cred", g.credential))
                found[f"{g.credential}>{g.system}"] = Finding("high", agents, actions)
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
                    told = found.get(f"{g.credential}>{g.system}", Finding(severity, (), g.actions))
                    found[f"{g.credential}>{g.system}"] = told._replace(agents=(*told.agents, agent))
        return found

    def _working_for_people(self):
        """Those to whom an active person delegates, itself or through active agents but persons."""
        acting = set(self.acting_agents())
        ends = [(d.from_, d.to) for d in self.s.delegation.values() if d.to in acting]
        steps = [Step("delegation", *each, each, None) for each in ends]
        return sorted(closure(steps, self.mesh.agents - acting) & acting)

    def token_passthrough(self):
        found = {}
        for d in self.s.delegation.values():
            passed = [self.s.credential[c] for c in d.passes or () if c in self.mesh.creds]
            loose = [
                c for c in passed if c.binding == "bearer" and (c.audience is None or len(c.audience) > 1)
            ]
            if loose and {d.from_, d.to} <= self.mesh.agents:
                found[f"{d.from_}>{d.to}"] = Finding("high", tuple(sorted((d.from_, d.to))))
        for step in self.mesh.steps_but_hearing:
            if step.leaves[0] == "stray" and step.leaves[1][0] == "cred":
                subject = f"{step.leaves[1][1]}>{step.key[1]}"
                found[subject] = Finding("high", self.who_reaches(step.leaves))
        return found

    def impersonating_exchange(self):
        """After it an agent acts: some agent reaches it, and what it yields acts somewhere."""
        found = {}
        for e in self.s.exchange.values():
            if e.semantics != "impersonation" or e.to not in self.mesh.creds:
                continue
            agents = self.who_reaches(*self._leaving(e))
            acts = ordered(x for _, x in self.beyond_credential(e.to) if x != "read")
            if acts and agents:
                found[f"{e.from_}>{e.to}"] = Finding("low", agents, acts)
        return found

    def _leaving(self, exchange):
        """The nodes that its steps leave."""
        key = exchange.from_, exchange.to
        return [
            step.leaves for step in self.mesh.steps_but_hearing if (step.kind, step.key) == ("exchange", key)
        ]

    def unpinned_federation(self):
        """Who it names may be revoked: the trust remains."""
        return {
            f"{e.from_}>{e.to}": Finding("high", self.who_reaches(*self._leaving(e)))
            for e in self.s.exchange.values()
            if not e.pinned and e.to in self.mesh.creds
        }

    # Secrets

    def shared_credential(self):
        found = {}
        for c in self.active:
            holding = {h.agent for h in self.s.hold.values() if h.credential == c.id} & self.mesh.agents
            if len(holding) >= 2:
                severity = "medium" if self._opens_much(c.id) else "low"
                found[c.id] = Finding(severity, tuple(sorted(holding)), self.opens(c.id))
        return found

    def _opens_much(self, credential):
        """By own steps, guarded or not."""
        nodes = self.mesh.reached_by(self.starts_of(f"credential:{credential}"), OWN_STEPS)
        return any(
            self.mesh.level(node[1]) >= CONFIDENTIAL
            or (node[2] != "read" and self.mesh.integrity(node[1]) >= HARM["high"])
            for node in nodes
            if node[0] == "access"
        )

    def long_lived_credential(self):
        found = {}
        for c in self.active:
            seconds = lifetime_seconds(c)
            if seconds is None or seconds <= 90 * DAY:
                continue
            levels = [self.mesh.level(g.system) for g in self.grants if g.credential == c.id]
            high = c.binding == "bearer" and not c.attested and LEVEL["restricted"] in levels
            found[c.id] = Finding("high" if high else "medium", (), self.opens(c.id))
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
            high = any(node[0] == "access" and self.mesh.level(node[1]) >= CONFIDENTIAL for node in nodes)
            exposed = self.mesh.is_exposed(k.system)
            severity = "critical" if exposed else "high" if high else "medium"
            by = k.by or ("read",)
            agents = self.who_reaches(*(("access", k.system, x) for x in by))
            found[f"{k.system}>{k.credential}"] = Finding(severity, agents, by)
        return found

    def copied_secret(self):
        places = [k.credential for k in self.stored()]
        return {c: Finding("medium", (), self.opens(c)) for c in places if places.count(c) >= 2}

    def orphaned_credential(self):
        return {
            c.id: Finding("medium", (), self.opens(c.id))
            for c in self.active
            if any(g.credential == c.id for g in self.grants)
            and not self.who_reaches(("cred", c.id))
            and not any(k.credential == c.id for k in self.s.custody.values())
        }

    # Agents

    def retired_agent_access(self):
        return {
            h.agent: Finding("high", (h.agent,))
            for h in self.s.hold.values()
            if h.agent not in self.mesh.agents and h.credential in self.mesh.creds
        }

    def human_identity_in_agent(self):
        found = {}
        for agent, credential in self.holding():
            c = self.s.credential[credential]
            human = c.subject == "human" and c.on_behalf_of is None
            if not self.mesh.is_person(agent) and (
                human or c.kind in {"personal-access-token", "session-cookie"}
            ):
                found[f"{agent}>{credential}"] = Finding("high", (agent,), self.opens(credential))
        return found

    def person_uses_workload_identity(self):
        return {
            f"{agent}>{credential}": Finding("medium", (agent,), self.opens(credential))
            for agent, credential in self.holding()
            if self.mesh.is_person(agent) and self.s.credential[credential].subject == "workload"
        }

    def environment_crossing(self):
        """Unchecked, it acts in production beyond its intents, and has access in development or staging."""
        found = {}
        for agent in self.agents:
            beyond = self.beyond_intents(agent)
            acts = ordered(x for s, x in beyond if x != "read" and self.environment(s) == "production")
            elsewhere = {self.environment(s) for s, _ in self.unchecked_accesses(agent)}
            if acts and elsewhere & {"development", "staging"}:
                found[agent] = Finding("high", (agent,), acts)
        return found

    def third_party_reach(self):
        """Unchecked, with a vendor, or started by a system with one; on what is not that vendor's."""
        found = {}
        for agent in self.agents:
            vendors = {self.s.agent[agent].vendor}
            vendors |= {self.s.system[t.system].vendor for t in self.s.trigger.values() if t.agent == agent}
            actions = ordered(
                x
                for vendor in vendors - {None}
                for s, x in self.unchecked_accesses(agent)
                if self.mesh.level(s) >= CONFIDENTIAL and self.s.system[s].vendor != vendor
            )
            if actions:
                high = set(actions) != {"read"}
                found[agent] = Finding("high" if high else "medium", (agent,), actions)
        return found

    # Systems

    def shared_memory(self):
        found = {}
        for s in self.s.system.values():
            if s.kind in {"agent-memory", "knowledge-base"} and not s.partitioned:
                agents = self._with_different_homes(s.id)
                if agents or self._with_different_people(s.id):
                    found[s.id] = Finding("medium", agents, ("read", "write"))
        return found

    def _with_different_people(self, system):
        """Written under one ``on_behalf_of`` and read under another; absent is nobody's."""
        uses = {"write": set(), "read": set()}
        for g in self.grants:
            person = self.s.credential[g.credential].on_behalf_of
            for x in {"write", "read"} & all_five(g.actions):
                if g.system == system and person is not None:
                    uses[x].add(person)
        return any(one != other for one in uses["write"] for other in uses["read"])

    def _with_different_homes(self, system):
        users = {x: [a for a in self.agents if x in self.can(a, system)] for x in ("write", "read")}
        home = {a: self.s.agent[a].home for a in self.agents}
        different = any(
            home[one] != home[other] and None not in (home[one], home[other])
            for one in users["write"]
            for other in users["read"]
        )
        return tuple(sorted({*users["write"], *users["read"]})) if different else ()

    def untraceable_step(self):
        found = {}
        for s in self.s.system.values():
            if s.audit == "none":
                acting = {a: self.can(a, s.id) - {"read"} for a in self.agents}
            elif s.audit == "identity":
                acting = {a: self._acts_on_behalf(a, s.id) for a in self.agents}
            else:
                continue
            agents = tuple(a for a in self.agents if acting[a])
            if agents:
                found[s.id] = Finding("medium", agents, ordered(set().union(*acting.values())))
        return found

    def _acts_on_behalf(self, agent, system):
        """How it acts there with credentials that have an ``on_behalf_of``."""
        found = set()
        for g in self.grants:
            person = self.s.credential[g.credential].on_behalf_of
            used = ("cred", g.credential) in self.mesh.effective(agent)
            if g.system == system and person is not None and used:
                found |= all_five(g.actions) - {"read"}
        return found


RULES = [name for name in vars(Rules) if not name.startswith("_") and name not in {"findings", "stored"}]
assert len(RULES) == 26, RULES
