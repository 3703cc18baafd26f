"""A slow reading of section 9, row by row of its table, over the naive reach.

Like ``naive`` it shares no code with the analysis. Every rule answers with a dictionary from the
subject to the severity, the agents and the actions of the finding.
"""

from tests.analysis.naive import ACTIONS, LEVEL, Naive, all_five

DAYS = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1}


def ordered(actions):
    return tuple(x for x in ACTIONS if x in set(actions))


class NaiveRules(Naive):
    def __init__(self, snapshot, view):
        super().__init__(snapshot, view)
        self.of_agent = {a: self.reached(a) for a in sorted(self.agents)}
        self.of_credential = {
            c: self.closure(self.graph(self.steps), {("cred", c)}) for c in sorted(self.creds)
        }

    def everything(self):
        """All findings of all rules."""
        return {name.replace("_", "-"): getattr(self, name)() for name in RULES}

    # What rules ask again and again

    def who(self, *nodes):
        return tuple(a for a, reached in self.of_agent.items() if reached & set(nodes))

    def can(self, agent, system):
        return {node[2] for node in self.of_agent[agent] if node[0] == "access" and node[1] == system}

    def opens(self, credential):
        found = set()
        for g in self.s.grant.values():
            if g.credential == credential:
                found |= all_five(g.actions)
        return ordered(found)

    def holds(self):
        """Agents with the credentials to which they have a hold step."""
        return {(s[1][1], s[2][1]) for s in self.steps if s[0] == "hold"}

    def environment(self, system):
        zone = self.s.system[system].zone
        return None if zone is None else self.s.zone[zone].environment

    def person(self, agent):
        return self.s.agent[agent].kind == "person"

    # The table

    def missing_checkpoint(self):
        _, doors = self.crossings_and_doors()
        return {f"{c}>{t}": (severity, agents, actions) for c, t, actions, agents, severity in doors}

    def toxic_flow(self):
        return {agent: ("critical", (agent,), ()) for agent in self.toxic()}

    def unapproved_reach(self):
        found = {}
        for agent, severity in self.beyond_intents().items():
            intents = [i for i in self.s.intent.values() if i.agent == agent]
            allowed = {(i.system, x) for i in intents for x in all_five(i.actions)}
            beyond = {n[2] for n in self.of_agent[agent] if n[0] == "access" and n[1:] not in allowed}
            found[agent] = severity, (agent,), ordered(beyond)
        return found

    def checkpoint_does_not_count(self):
        found = {}
        for k in self.s.checkpoint.values():
            beside = [o for o in self.meeting if (o.step, o.from_, o.to) == (k.step, k.from_, k.to)]
            if k not in self.meeting and not beside and self.ends_are_active(k):
                found[k.id] = "medium", (), ()
        return found

    def ends_are_active(self, k):
        for name, role in ((k.from_, "from"), (k.to, "to")):
            kind = {
                "hold": {"from": "agent", "to": "cred"},
                "grant": {"from": "cred"},
                "custody": {"to": "cred"},
                "exchange": {"from": "cred", "to": "cred"},
                "delegation": {"from": "agent", "to": "agent"},
                "trigger": {"to": "agent"},
                "hosting": {"to": "agent"},
            }
            what = kind.get(k.step, {}).get(role)
            if (what == "agent" and name not in self.agents) or (what == "cred" and name not in self.creds):
                return False
        return True

    def self_approved_checkpoint(self):
        return {k: ("critical", tuple(agents), ()) for k, agents in self.self_approved().items()}

    def coarse_checkpoint(self):
        """On some way nobody decides but early, and on no way does nobody decide."""
        found = {}
        for agent in sorted(self.agents):
            nodes, counting = self.unchecked(agent, None)
            fine = [
                step
                for step in self.steps
                if step[0] in ("delegation", "trigger", "hosting", "hold")
                or not any(k.id in counting and self.covers(k, step) for k in self.meeting)
            ]
            early = self.closure(self.graph(fine), {("agent", agent)}) - nodes
            actions = {n[2] for n in early if n[0] == "access" and n[2] != "read" and self.level(n[1]) >= 2}
            if actions:
                found[agent] = "low", (agent,), ordered(actions)
        return found

    def approval_fatigue(self):
        return {
            k.id: ("medium", (), ())
            for k in self.s.checkpoint.values()
            if k.kind == "human-approval" and (k.rate or 0) > 50 and self.ends_are_active(k)
        }

    def delegation_not_honoured(self):
        found = {}
        for g in self.s.grant.values():
            c = self.s.credential[g.credential]
            if c.id not in self.creds or c.on_behalf_of is None:
                continue
            more = all_five(g.actions) - all_five(g.entitled) if g.entitled is not None else set()
            actions = g.actions if g.honoured_as == "principal" else ordered(more)
            if actions:
                found[f"{c.id}>{g.system}"] = "high", self.who(("cred", c.id)), actions
        return found

    def token_passthrough(self):
        found = {}
        for d in self.s.delegation.values():
            loose = [
                c
                for c in map(self.s.credential.get, d.passes or ())
                if c.id in self.creds and c.binding == "bearer" and len(c.audience or "xx") > 1
            ]
            if loose and {d.from_, d.to} <= self.agents:
                found[f"{d.from_}>{d.to}"] = "high", tuple(sorted((d.from_, d.to))), ()
        for g in self.s.grant.values():
            c = self.s.credential[g.credential]
            if c.id in self.creds and c.audience is not None and g.system not in c.audience:
                found[f"{c.id}>{g.system}"] = "high", self.who(("cred", c.id)), g.actions
        return found

    def impersonating_exchange(self):
        found = {}
        for e in self.s.exchange.values():
            if e.semantics != "impersonation" or not {e.from_, e.to} <= self.creds:
                continue
            acts = {n[2] for n in self.of_credential[e.to] if n[0] == "access" and n[2] != "read"}
            agents = self.who(("cred", e.from_))
            if acts and agents:
                found[f"{e.from_}>{e.to}"] = "medium", agents, ordered(acts)
        return found

    def unpinned_federation(self):
        return {
            f"{e.from_}>{e.to}": ("high", self.who(("cred", e.from_)), ())
            for e in self.s.exchange.values()
            if not e.pinned and {e.from_, e.to} <= self.creds
        }

    def shared_credential(self):
        found = {}
        for c in self.creds:
            agents = tuple(sorted({h.agent for h in self.s.hold.values() if h.credential == c} & self.agents))
            if len(agents) >= 2:
                found[c] = "medium", agents, self.opens(c)
        return found

    def long_lived_credential(self):
        found = {}
        for c in map(self.s.credential.get, self.creds):
            if c.lifetime is None:
                continue
            days = float("inf")
            if c.lifetime != "unlimited":
                days = round(int(c.lifetime[:-1]) * DAYS[c.lifetime[-1]], 6)
            if days > 90:
                restricted = any(
                    g.credential == c.id and self.level(g.system) == LEVEL["restricted"]
                    for g in self.s.grant.values()
                )
                high = c.binding == "bearer" and not c.attested and restricted
                found[c.id] = "high" if high else "medium", (), self.opens(c.id)
        return found

    def secret_at_rest(self):
        found = {}
        for k in self.s.custody.values():
            c = self.s.credential[k.credential]
            kind = self.s.system[k.system].kind
            if (
                k.how != "stores"
                or c.id not in self.creds
                or c.binding != "bearer"
                or kind == "secrets-manager"
            ):
                continue
            after = [n[1] for n in self.of_credential[c.id] if n[0] == "access"]
            by = k.by or ("read",)
            high = any(self.level(system) >= 2 for system in after)
            agents = self.who(*(("access", k.system, x) for x in by))
            found[f"{k.system}>{c.id}"] = "high" if high else "medium", agents, by
        return found

    def copied_secret(self):
        found = {}
        for c in self.creds:
            places = [k for k in self.s.custody.values() if k.credential == c and k.how == "stores"]
            if len(places) >= 2:
                found[c] = "medium", (), self.opens(c)
        return found

    def orphaned_credential(self):
        return {
            c: ("medium", (), self.opens(c))
            for c in self.creds
            if any(g.credential == c for g in self.s.grant.values())
            and not any(k.credential == c for k in self.s.custody.values())
            and not self.who(("cred", c))
        }

    def retired_agent_access(self):
        return {
            h.agent: ("high", (h.agent,), ())
            for h in self.s.hold.values()
            if h.agent not in self.agents and h.credential in self.creds
        }

    def human_identity_in_agent(self):
        found = {}
        for agent, credential in self.holds():
            c = self.s.credential[credential]
            personal = c.kind in ("personal-access-token", "session-cookie")
            if not self.person(agent) and (personal or (c.subject == "human" and c.on_behalf_of is None)):
                found[f"{agent}>{credential}"] = "high", (agent,), self.opens(credential)
        return found

    def person_uses_workload_identity(self):
        return {
            f"{agent}>{credential}": ("medium", (agent,), self.opens(credential))
            for agent, credential in self.holds()
            if self.person(agent) and self.s.credential[credential].subject == "workload"
        }

    def environment_crossing(self):
        found = {}
        for agent in self.agents:
            accesses = [n for n in self.unchecked(agent, None)[0] if n[0] == "access"]
            acts = {n[2] for n in accesses if n[2] != "read" and self.environment(n[1]) == "production"}
            if acts and any(self.environment(n[1]) in ("development", "staging") for n in accesses):
                found[agent] = "high", (agent,), ordered(acts)
        return found

    def third_party_reach(self):
        found = {}
        for agent in self.agents:
            steered = any(
                s[0] == "trigger" and s[2] == ("agent", agent) and self.s.system[s[1][1]].vendor is not None
                for s in self.steps
            )
            if self.s.agent[agent].vendor is None and not steered:
                continue
            actions = {n[2] for n in self.of_agent[agent] if n[0] == "access" and self.level(n[1]) >= 2}
            if actions:
                found[agent] = "high" if actions - {"read"} else "medium", (agent,), ordered(actions)
        return found

    def shared_memory(self):
        found = {}
        for s in self.s.system.values():
            if s.kind not in ("agent-memory", "knowledge-base") or s.partitioned:
                continue
            uses = {"write": set(), "read": set()}
            for g in self.s.grant.values():
                whose = self.s.credential[g.credential].on_behalf_of
                if g.system == s.id and g.credential in self.creds and whose is not None:
                    for x in {"write", "read"} & all_five(g.actions):
                        uses[x].add(whose)
            people = any(one != other for one in uses["write"] for other in uses["read"])
            users = {x: [a for a in self.agents if x in self.can(a, s.id)] for x in ("write", "read")}
            homes = any(
                None not in (one, other) and one != other
                for one in [self.s.agent[a].home for a in users["write"]]
                for other in [self.s.agent[a].home for a in users["read"]]
            )
            if people or homes:
                agents = tuple(sorted({*users["write"], *users["read"]})) if homes else ()
                found[s.id] = "medium", agents, ("read", "write")
        return found

    def untraceable_step(self):
        found = {}
        for s in self.s.system.values():
            if s.audit == "none":
                acts = {a: self.can(a, s.id) - {"read"} for a in self.agents}
                agents = tuple(sorted(a for a in self.agents if acts[a]))
                actions = set().union(*acts.values())
            elif s.audit == "identity":
                used = [
                    g
                    for g in self.s.grant.values()
                    if g.system == s.id
                    and g.credential in self.creds
                    and self.s.credential[g.credential].on_behalf_of is not None
                    and all_five(g.actions) - {"read"}
                    and self.who(("cred", g.credential))
                ]
                agents = self.who(*(("cred", g.credential) for g in used))
                actions = set().union(*(all_five(g.actions) - {"read"} for g in used))
            else:
                continue
            if agents:
                found[s.id] = "medium", agents, ordered(actions)
        return found


RULES = [
    name
    for name in vars(NaiveRules)
    if not name.startswith("_")
    and name not in {"everything", "who", "can", "opens", "holds", "environment", "person", "ends_are_active"}
]
