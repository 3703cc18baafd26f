"""Section 3, outsiders' words, and section 4, reach."""

from tests.reference.mesh import OWN_STEPS, Mesh, Step, closure


class Words(Mesh):
    """The mesh with its triggers: who hears what, who is steered, who can be instructed."""

    def __init__(self, snapshot):
        super().__init__(snapshot)
        self._memo = {}
        self.words_come_to, self.steered, self.hearing = self._least_sets()
        drawn = {(t.system, t.agent) for t in snapshot.trigger.values() if t.agent in self.agents}
        self.triggers = drawn | self.hearing
        self.steps = self.steps_but_triggers + [
            Step("trigger", ("access", s, "write"), ("agent", b), (s, b), None)
            for s, b in sorted(self.triggers)
        ]

    # Section 3: outsiders' words --------------------------------------------------------------------

    def _with_tools(self, agent):
        """Own steps, and delegations, limited or not, to agents that are not steerable."""
        steps = [
            step
            for step in self.steps_but_triggers
            if step.kind in OWN_STEPS
            or (step.kind == "delegation" and not self.is_steerable(self.set_to_work(step)))
        ]
        return closure(steps, {("agent", agent)})

    def _least_sets(self):
        """W, the steered agents, and the pairs (s, b) where b hears s in W."""
        but_triggers = {b: closure(self.steps_but_triggers, {("agent", b)}) for b in self.agents}
        with_tools = {b: self._with_tools(b) for b in self.agents}
        drawn = {(t.system, t.agent) for t in self.s.trigger.values()}
        delegations = {(d.from_, d.to) for d in self.s.delegation.values()}

        def hears(b, s):
            if not self.is_steerable(b) or self.is_person(b):
                return False
            reached = but_triggers[b] if self.is_first_hand(s) else with_tools[b]
            return ("access", s, "read") in reached

        words = {s for s in self.s.system if self.is_first_hand(s)}
        steered = set()
        while True:
            steered_now = {
                b
                for b in self.agents
                if not self.is_person(b)
                and (
                    any(hears(b, s) for s in words)
                    or any((s, b) in drawn for s in words)
                    or (self.is_steerable(b) and any((a, b) in delegations for a in steered))
                )
            }
            words_now = words | {
                s
                for s in self.s.system
                if not self.is_typed(s) and any(("access", s, "write") in with_tools[a] for a in steered_now)
            }
            if steered_now == steered and words_now == words:
                hearing = {(s, b) for s in words for b in self.agents if hears(b, s)}
                return words, steered, hearing
            words, steered = words_now, steered_now

    def can_be_instructed(self, agent):
        """Steered, or delegates to an active steerable agent (steered or not) that returns words."""
        return agent in self.steered or any(
            d.from_ == agent and d.to in self.agents and self.is_steerable(d.to) and d.returns == "words"
            for d in self.s.delegation.values()
        )

    # Section 4 ------------------------------------------------------------------------------------

    def reached_by(self, starts, kinds=None):
        key = frozenset(starts), None if kinds is None else frozenset(kinds)
        if key not in self._memo:
            steps = [step for step in self.steps if kinds is None or step.kind in kinds]
            self._memo[key] = frozenset(closure(steps, starts))
        return self._memo[key]

    def effective(self, agent):
        return self.reached_by({("agent", agent)})

    def direct(self, agent):
        return self.reached_by({("agent", agent)}, {"hold", "grant", "implies"})

    def own(self, agent):
        """It leaves out delegation, trigger and hosting steps."""
        return self.reached_by({("agent", agent)}, OWN_STEPS)

    def identities(self, nodes):
        """The identities of the credentials among the nodes, copies included."""
        plain = {node[1] if node[0] == "copy" else node for node in nodes}
        return tuple(sorted({self.identity(node[1]) for node in plain if node[0] == "cred"}))

    # Section 6: what an agent can read, as for sources ----------------------------------------------

    def can_read(self, agent):
        """By effective steps other than triggers from typed systems: nothing comes back from there."""
        key = "can read", agent
        if key not in self._memo:
            steps = [
                step for step in self.steps if not (step.kind == "trigger" and self.is_typed(step.leaves[1]))
            ]
            nodes = closure(steps, {("agent", agent)})
            self._memo[key] = {n[1] for n in nodes if n[0] == "access" and n[2] == "read"}
        return self._memo[key]

    def sources(self, agent):
        """Home as None where there is one, then the systems."""
        triggering = {s for s, b in self.triggers if b == agent}
        home = [] if self.s.agent[agent].home is None else [None]
        return home + sorted(self.can_read(agent) | triggering)
