"""A slow reading of the semantics, sentence by sentence, with plain sets and networkx searches.

It shares no code with the analysis: nodes are tuples, every start is searched by itself, every
crossing is looked at alone. Where the two disagree, one of them has misread the page.
"""

import networkx as nx

ACTIONS = ("read", "write", "execute", "issue", "admin")
LEVEL = {"public": 0, "internal": 1, "confidential": 2, "restricted": 3}
DECISIONS = {
    "policy-decision",
    "human-approval",
    "step-up-authentication",
    "downscoped-token-exchange",
    "just-in-time-access",
    "cross-app-grant",
}
WORDS = ("low", "low", "medium", "high", "critical", "critical", "critical")


def all_five(actions):
    """Where admin stands for all five: in an intent."""
    return set(ACTIONS) if "admin" in actions else set(actions)


class Naive:
    def __init__(self, snapshot, view):
        self.s = snapshot
        self.view = view
        self.agents = {a.id for a in snapshot.agent.values() if a.status != "retired"}
        self.creds = {c.id for c in snapshot.credential.values() if c.status != "revoked"}
        self.steps = self.all_steps()
        self.meeting = [k for k in snapshot.checkpoint.values() if self.meets_one_to_three(k)]
        self.unchecked_memo = {}

    # Section 1

    def zone(self, system):
        record = self.s.system[system]
        return record.zone if record.zone is not None else f"system:{system}"

    def level(self, system):
        return LEVEL[self.s.system[system].sensitivity or "internal"]

    def exposed(self, system):
        record = self.s.system[system]
        return record.sensitivity == "public" if record.exposed is None else record.exposed

    def identity(self, credential):
        return self.s.credential[credential].identity or credential

    # Section 3

    def all_steps(self):
        """Quadruples: kind, from node, to node, and the key that a checkpoint on it has."""
        s, steps = self.s, set()
        for h in s.hold.values():
            steps.add(("hold", ("agent", h.agent), ("cred", h.credential), (h.agent, h.credential)))
        for d in s.delegation.values():
            steps.add(("delegation", ("agent", d.from_), ("agent", d.to), (d.from_, d.to)))
            if d.from_ in self.agents:
                for c in d.passes or ():
                    steps.add(("hold", ("agent", d.to), ("cred", c), (d.to, c)))
        for g in s.grant.values():
            for x in g.actions:
                key = (g.credential, g.system)
                steps.add(("grant", ("cred", g.credential), ("access", g.system, x), key))
        for c in s.custody.values():
            by = c.by if c.by is not None else (("read",) if c.how == "stores" else ("issue",))
            bound = s.credential[c.credential].binding in ("dpop", "mtls", "host")
            if c.how == "stores" and bound:
                continue
            for x in by:
                key = (c.system, c.credential)
                steps.add(("custody", ("access", c.system, x), ("cred", c.credential), key))
        for e in s.exchange.values():
            steps.add(("exchange", ("cred", e.from_), ("cred", e.to), (e.from_, e.to)))
        for a in s.agent.values():
            if a.runs_on is not None:
                key = (a.runs_on, a.id)
                steps.add(("hosting", ("access", a.runs_on, "execute"), ("agent", a.id), key))
        for system in s.system:
            for x in ACTIONS[:4]:
                steps.add(("implies", ("access", system, "admin"), ("access", system, x), None))
        steps = {step for step in steps if self.is_node(step[1]) and self.is_node(step[2])}
        others = self.graph(steps)
        for t in s.trigger.values():
            steps.add(("trigger", ("access", t.system, "write"), ("agent", t.agent), (t.system, t.agent)))
        for b in s.agent.values():
            steerable = b.kind in ("ai-agent", "orchestrator") if b.steerable is None else b.steerable
            if steerable and b.id in self.agents:
                for system in s.system.values():
                    if system.untrusted_input and ("access", system.id, "read") in self.closure(
                        others, {("agent", b.id)}
                    ):
                        key = (system.id, b.id)
                        steps.add(("trigger", ("access", system.id, "write"), ("agent", b.id), key))
        return {step for step in steps if self.is_node(step[1]) and self.is_node(step[2])}

    def is_node(self, node):
        if node[0] == "agent":
            return node[1] in self.agents
        return node[0] != "cred" or node[1] in self.creds

    @staticmethod
    def graph(steps):
        graph = nx.DiGraph()
        graph.add_edges_from((step[1], step[2]) for step in steps)
        return graph

    @staticmethod
    def closure(graph, starts):
        found = set(starts)
        for start in starts:
            if start in graph:
                found |= nx.descendants(graph, start)
        return found

    # Section 4

    def reached(self, agent, kinds=None):
        steps = [step for step in self.steps if kinds is None or step[0] in kinds]
        return self.closure(self.graph(steps), {("agent", agent)})

    def own(self, agent):
        return self.reached(agent, {"hold", "grant", "custody", "exchange", "implies"})

    def direct(self, agent):
        return self.reached(agent, {"hold", "grant", "implies"})

    def identities(self, nodes):
        return tuple(sorted({self.identity(node[1]) for node in nodes if node[0] == "cred"}))

    def reach(self):
        """Agent, three tuples of identities, and for each system four tuples of actions."""
        answer = []
        for a in sorted(self.agents):
            sets = [self.reached(a), self.direct(a), self.own(a), self.unchecked(a, None)[0]]
            systems = sorted({node[1] for node in sets[0] if node[0] == "access"})
            rows = [
                (t, *(tuple(x for x in ACTIONS if ("access", t, x) in nodes) for nodes in sets))
                for t in systems
            ]
            answer.append((a, *(self.identities(nodes) for nodes in sets[:3]), tuple(rows)))
        return answer

    # Section 5

    def meets_one_to_three(self, k):
        if k.kind not in DECISIONS or k.freshness != "per-action":
            return False
        if not (k.state == "enforced" or (k.state == "planned" and self.view == "designed")):
            return False
        return not (k.step == "boundary" and k.decided_at is None)

    def covers(self, k, step):
        kind, leaves, enters, key = step
        if k.step != kind or (k.from_, k.to) != key:
            return False
        if k.actions is None:
            return True
        if kind == "grant":
            return enters[2] in k.actions
        assert kind == "custody"
        return leaves[2] in k.actions

    def has_power(self, nodes, k):
        if k.approvers:
            if any(node[0] == "cred" and self.identity(node[1]) in k.approvers for node in nodes):
                return True
            return k.decided_at is not None and ("access", k.decided_at, "admin") in nodes
        return k.decided_at is not None and any(
            ("access", k.decided_at, x) in nodes for x in ("write", "execute", "admin")
        )

    def unchecked(self, agent, source):
        """The unchecked reach of a start, and the ids of the checkpoints that count for it."""
        starts = {("agent", agent)}
        if source is not None and ("access", source, "read") in self.reached(agent):
            starts.add(("access", source, "read"))
        memo = frozenset(starts)
        if memo not in self.unchecked_memo:
            counting = list(self.meeting)
            while True:
                open_steps = [step for step in self.steps if not any(self.covers(k, step) for k in counting)]
                nodes = self.closure(self.graph(open_steps), starts)
                left = [k for k in counting if not self.has_power(nodes, k)]
                if left == counting:
                    break
                counting = left
            self.unchecked_memo[memo] = nodes, {k.id for k in counting}
        return self.unchecked_memo[memo]

    # Section 6

    def sources(self, agent):
        """Home as None, then the systems."""
        found = {node[1] for node in self.reached(agent) if node[0] == "access" and node[2] == "read"}
        found |= {step[1][1] for step in self.steps if step[0] == "trigger" and step[2] == ("agent", agent)}
        home = [None] if self.s.agent[agent].home is not None else []
        return home + sorted(found)

    def zone_of_source(self, agent, source):
        return self.s.agent[agent].home if source is None else self.zone(source)

    def is_crossing(self, agent, source, target, action):
        home = self.s.agent[agent].home
        if self.zone_of_source(agent, source) == self.zone(target):
            return False
        if home is None or self.zone(target) != home:
            return True
        if action == "read" or source is None:
            return False
        return self.level(source) > self.level(target) or self.s.system[source].untrusted_input

    def open_doors(self, agent, source, target, action):
        nodes, counting = self.unchecked(agent, source)
        zones = self.zone_of_source(agent, source), self.zone(target)
        for k in self.meeting:
            on_it = k.id in counting and k.step == "boundary" and (k.from_, k.to) == zones
            if on_it and (k.actions is None or action in k.actions):
                return set()
        doors = set()
        for step in self.steps:
            kind, leaves, enters, _ = step
            if kind == "grant" and enters[1] == target and enters[2] in (action, "admin"):
                guarded = any(k.id in counting and self.covers(k, step) for k in self.meeting)
                if not guarded and leaves in nodes:
                    doors.add(leaves[1])
        return doors

    def approved(self, agent, source, target, action, credential):
        in_hand = self.reached(agent, {"hold", "exchange"})
        if ("cred", credential) not in in_hand:
            return False
        intent = self.s.intent.get((agent, target))
        if intent is None or action not in all_five(intent.actions):
            return False
        home = self.s.agent[agent].home
        if intent.from_ is None:
            allowed = home is not None and (source is None or self.zone(source) == home)
        else:
            allowed = ("home" if source is None else source) in intent.from_
        if not allowed or (source is not None and self.s.system[source].untrusted_input):
            return False
        return self.s.system[target].audit != "none"

    def severity(self, agent, source, target, action, credential):
        untrusted = source is not None and self.s.system[source].untrusted_input
        held = any(
            step[0] == "hold" and step[1] == ("agent", agent) and step[2] == ("cred", credential)
            for step in self.steps
        )
        number = self.level(target)
        if untrusted:
            number += 1
        if ("cred", credential) in self.own(agent) and not held:
            number += 1
        if action == "read" or self.level(target) < LEVEL["confidential"]:
            number = min(3, number)
        if source is not None and self.level(source) >= LEVEL["confidential"] and self.exposed(target):
            hears = any(
                other is not None and self.s.system[other].untrusted_input for other in self.sources(agent)
            )
            number = max(number, self.level(source) + 1 + hears)
        return number

    def crossings_and_doors(self):
        """Rows of crossings in their order, and missing checkpoints by (credential, system)."""
        rows, missing = [], {}
        for agent in sorted(self.agents):
            if self.s.agent[agent].kind == "person":
                continue
            reach = sorted(
                (node[1], ACTIONS.index(node[2])) for node in self.reached(agent) if node[0] == "access"
            )
            for source in self.sources(agent):
                for target, number in reach:
                    action = ACTIONS[number]
                    if not self.is_crossing(agent, source, target, action):
                        continue
                    doors = self.open_doors(agent, source, target, action)
                    bad = {c for c in doors if not self.approved(agent, source, target, action, c)}
                    worst = None
                    for c in bad:
                        severity = self.severity(agent, source, target, action, c)
                        worst = severity if worst is None else max(worst, severity)
                        door = missing.setdefault((c, target), [set(), set(), 0])
                        door[0].add(action)
                        door[1].add(agent)
                        door[2] = max(door[2], severity)
                    state = "uncontrolled" if bad else "approved" if doors else "controlled"
                    word = None if worst is None else WORDS[worst]
                    rows.append((agent, source, target, action, state, word))
        doors = [
            (c, t, tuple(x for x in ACTIONS if x in door[0]), tuple(sorted(door[1])), WORDS[door[2]])
            for (c, t), door in sorted(missing.items())
        ]
        return rows, doors

    # Section 9

    def self_approved(self):
        """The subjects of self-approved-checkpoint, with their agents."""
        found = {}
        for agent in sorted(self.agents):
            if self.s.agent[agent].kind == "person":
                continue
            _, counting = self.unchecked(agent, None)
            nodes = self.reached(agent)
            for k in self.meeting:
                if k.id in counting:
                    continue
                if k.step == "boundary":
                    meets = any(
                        self.is_crossing(agent, source, node[1], node[2])
                        and (self.zone_of_source(agent, source), self.zone(node[1])) == (k.from_, k.to)
                        and (k.actions is None or node[2] in k.actions)
                        for source in self.sources(agent)
                        for node in nodes
                        if node[0] == "access"
                    )
                else:
                    meets = any(self.covers(k, step) and step[1] in nodes for step in self.steps)
                if meets:
                    found.setdefault(k.id, []).append(agent)
        return found

    def toxic(self):
        found = []
        for agent in sorted(self.agents):
            if self.s.agent[agent].kind == "person":
                continue
            accesses = [node for node in self.unchecked(agent, None)[0] if node[0] == "access"]
            reads = {node[1] for node in accesses if node[2] == "read"}
            triggered = {s[1][1] for s in self.steps if s[0] == "trigger" and s[2] == ("agent", agent)}
            if (
                any(self.level(system) >= 2 for system in reads)
                and any(self.exposed(node[1]) for node in accesses)
                and any(self.s.system[system].untrusted_input for system in reads | triggered)
            ):
                found.append(agent)
        return found

    def beyond_intents(self):
        found = {}
        for agent in sorted(self.agents):
            intents = [i for i in self.s.intent.values() if i.agent == agent]
            if not intents:
                continue
            allowed = {(i.system, x) for i in intents for x in all_five(i.actions)}
            beyond = [
                node[1:] for node in self.reached(agent) if node[0] == "access" and node[1:] not in allowed
            ]
            if beyond:
                high = any(x != "read" and self.level(system) >= 2 for system, x in beyond)
                found[agent] = "high" if high else "medium"
        return found
