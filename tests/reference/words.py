"""Section 3, outsiders' words, and section 4, reach."""

from tests.reference.mesh import OWN_STEPS, Mesh, Step, closure


class Words(Mesh):
    """The mesh with hearing: who hears what, who is steered, who can be instructed."""

    def __init__(self, snapshot, held_before=None):
        super().__init__(snapshot, held_before)
        self._memo = {}
        self.triggers = {step.key for step in self.steps_but_hearing if step.kind == "trigger"}
        self.lying_open = self._by_what_lies_open()
        self.words_come_to, self.steered = self._least_sets()
        self.hearing = {(s, b) for s in self.words_come_to for b in self.agents if self.hears(b, s)}
        self.steps = self.steps_but_hearing + [
            Step("hearing", ("access", s, "write"), ("agent", b), (s, b), None)
            for s, b in sorted(self.hearing)
        ]

    # Section 3: outsiders' words --------------------------------------------------------------------

    def with_tools(self, agent):
        """By own steps and delegations, limited or not, to agents that are not steerable; not by theft."""
        if ("tools", agent) not in self._memo:
            steps = [
                step
                for step in self.steps_but_hearing
                if step.kind in OWN_STEPS
                or (step.kind == "delegation" and not self.is_steerable(self.set_to_work(step)))
            ]
            self._memo["tools", agent] = self._without_theft(agent, steps)
        return self._memo["tools", agent]

    def _by_all_but_triggers(self, agent):
        """By all steps but triggers, hearing and theft."""
        if ("all", agent) not in self._memo:
            steps = [step for step in self.steps_but_hearing if step.kind != "trigger"]
            self._memo["all", agent] = self._without_theft(agent, steps)
        return self._memo["all", agent]

    def _without_theft(self, agent, steps):
        return closure([step for step in steps if not self.is_theft(agent, step)], {("agent", agent)})

    def is_listener(self, agent):
        """An active steerable agent but a person."""
        return agent in self.agents and self.is_steerable(agent) and not self.is_person(agent)

    def hears(self, agent, system):
        """Whether it does if words may come to the system."""
        if not self.is_listener(agent):
            return False
        first_hand = self.is_first_hand(system)
        nodes = self._by_all_but_triggers(agent) if first_hand else self.with_tools(agent)
        return ("access", system, "read") in nodes

    def _by_what_lies_open(self):
        """By own steps from the credentials that a custody step by read of an exposed system yields."""
        own = [step for step in self.steps_but_hearing if step.kind in OWN_STEPS]
        return closure(own, self._lies_open())

    def _lies_open(self):
        """The credentials that a custody step by read of an exposed system yields."""
        return {
            step.enters
            for step in self.steps_but_hearing
            if step.kind == "custody" and step.leaves[0] == "access"
            if step.leaves[2] == "read" and self.is_exposed(step.leaves[1])
        }

    def _least_sets(self):
        """The systems that words may come to, and the steered agents."""
        words = {
            s
            for s in self.s.system
            if self.is_first_hand(s) or (not self.is_typed(s) and ("access", s, "write") in self.lying_open)
        }
        steered = set()
        while True:
            now = {b for b in self.agents if self._is_steered(b, words, steered)}
            words_now = words | {
                s
                for s in self.s.system
                if not self.is_typed(s) and any(("access", s, "write") in self.with_tools(a) for a in now)
            }
            if (now, words_now) == (steered, words):
                return words, steered
            words, steered = words_now, now

    def _is_steered(self, agent, words, steered):
        if self.is_person(agent):
            return False
        if any(self.hears(agent, s) or (s, agent) in self.triggers for s in words):
            return True
        return self.is_steerable(agent) and any((a, agent) in self.s.delegation for a in steered)

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
        """It leaves out delegation, trigger, hearing and hosting steps."""
        return self.reached_by({("agent", agent)}, OWN_STEPS)

    def identities(self, nodes):
        """The identities of the credentials among the nodes, copies included."""
        plain = {node[1] if node[0] == "copy" else node for node in nodes}
        return tuple(sorted({self.identity(node[1]) for node in plain if node[0] == "cred"}))

    # Section 6: what an agent can read, as for sources ----------------------------------------------

    def can_read(self, agent):
        """By effective steps other than trigger and hearing steps that leave typed systems."""
        if ("can read", agent) not in self._memo:
            steps = [
                step
                for step in self.steps
                if step.kind not in {"trigger", "hearing"} or not self.is_typed(step.leaves[1])
            ]
            nodes = closure(steps, {("agent", agent)})
            found = {n[1] for n in nodes if n[0] == "access" and n[2] == "read"}
            self._memo["can read", agent] = found
        return self._memo["can read", agent]
