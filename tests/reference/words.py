"""Section 3, outsiders' words, the steps of section 7, and section 4, reach."""

from functools import cached_property

from tests.reference.mesh import OWN_STEPS, Mesh, Step, accesses, all_five, bare, closure


class Words(Mesh):
    """The mesh with hearing: who hears and copies what, and where outsiders' words may come."""

    def __init__(self, snapshot, held_before=None):
        super().__init__(snapshot, held_before)
        self._memo = {}
        copying = self.compiled(self._steps_of_copying_sessions())
        self.steps_of_compromise = [*self.steps_but_hearing, *copying, *self._hearing(), *self._answers()]
        nodes = closure(self.steps_for_the_outsider, self.outsider)
        self.words_come_to = {
            s
            for s in self.s.system
            if self.is_first_hand(s) or (not self.is_typed(s) and ("access", s, "write") in nodes)
        }
        hearing = [step for step in self._hearing() if step.key[0] in self.words_come_to]
        self.steps = [*self.steps_but_hearing, *copying, *hearing]

    # Section 3: outsiders' words --------------------------------------------------------------------

    @cached_property
    def tools(self):
        """Own steps, and delegations, limited or not, to agents that are not steerable."""
        return [
            step
            for step in self.steps_but_hearing
            if step.kind in OWN_STEPS or (step.kind == "delegation" and not self.is_steerable(step.key[1]))
        ]

    @cached_property
    def at_hand(self):
        """The steps by which a program reads and writes what it copies."""
        return [s for s in self.steps_but_hearing if s.kind in {"hold", "exchange", "grant", "implies"}]

    @cached_property
    def heard_by(self):
        """By agent the systems that it hears: it listens, and reads them with its tools, not by theft."""
        found = {}
        for a in filter(self.is_listener, self.agents):
            tools = [step for step in self.tools if not self.is_theft(a, step)]
            found[a] = reads(closure(tools, {("agent", a)}))
        return found

    def is_listener(self, agent):
        """It is active, no person, and steerable or asking."""
        active = agent in self.agents and not self.is_person(agent)
        return active and (self.is_steerable(agent) or bool(self.asked_by(agent)))

    def asked_by(self, agent):
        """The active steerable agents to which it delegates and that return words."""
        return {
            d.to
            for d in self.s.delegation.values()
            if d.from_ == agent and d.to in self.agents and self.is_steerable(d.to) and d.returns == "words"
        }

    @cached_property
    def copies(self):
        """By program and system the systems into which it copies that one; none is left out."""
        found = {}
        for p in self.agents:
            if self.is_steerable(p) or self.is_person(p):
                continue
            nodes = closure(self.at_hand, {("agent", p)})
            for s in reads(nodes):
                into = {
                    t for t in self.s.system if ("access", t, "write") in nodes and self._may_copy(p, s, t)
                }
                if into:
                    found[p, s] = into
        return found

    def _may_copy(self, program, source, target):
        """An intent says so, or it is what the program is for."""
        if source == target or self.is_typed(target):
            return False
        intents = [i for i in self.s.intent.values() if i.agent == program]
        if any(
            i.system == target and "write" in all_five(i.actions) and source in (i.from_ or ())
            for i in intents
        ):
            return True
        is_set_to_work = any(d.to == program and d.from_ in self.agents for d in self.s.delegation.values())
        is_started = any(t.agent == program for t in self.s.trigger.values())
        return not (intents or is_set_to_work or is_started)

    def _steps_of_copying_sessions(self):
        for (p, s), into in self.copies.items():
            session = "copying", p, s
            for a, c in sorted(self.held_by_steps):
                if a == p:
                    yield Step("hold", session, ("copy", ("cred", c), session), (a, c), None)
            for step in self._between_credentials_and_accesses():
                copy = ("copy", step.leaves, session)
                if step.kind == "exchange":
                    yield step._replace(leaves=copy, enters=("copy", step.enters, session))
                if step.kind == "grant" and step.action in {"write", "admin"} and step.key[1] in into:
                    yield step._replace(leaves=copy, enters=("access", step.key[1], "write"))

    def _hearing(self):
        """From where its words are made to each that hears it, and to the copying sessions for it."""
        for s in self.s.system:
            made = ("access", s, "admin" if self.holds_values_alone(s) else "write")
            for b in sorted(self.agents):
                if s in self.heard_by.get(b, ()):
                    yield Step("hearing", made, ("agent", b), (s, b), None)
                if (b, s) in self.copies:
                    yield Step("hearing", made, ("copying", b, s), (s, b), None)

    # Section 7 --------------------------------------------------------------------------------------

    def _answers(self):
        for d in self.s.delegation.values():
            if d.returns == "words" and d.to in self.agents and self.is_listener(d.from_):
                yield Step("answer", ("agent", d.to), ("agent", d.from_), (d.to, d.from_), None)

    @cached_property
    def outsider(self):
        """Writes where input is untrusted, and reads the exposed systems that yield something so."""
        written = {("access", s, "write") for s in self.s.system if self.is_first_hand(s)}
        yielding = {step.leaves for step in self.steps_but_hearing if step.kind == "custody"}
        return written | {("access", s, "read") for s in self.s.system if self.is_exposed(s)} & yielding

    @cached_property
    def steps_for_the_outsider(self):
        """Without triggers that leave systems of values: these start an agent, they tell it nothing."""
        return [
            step
            for step in self.steps_of_compromise
            if not (step.kind == "trigger" and self.holds_values_alone(step.key[0]))
        ]

    # Section 4 ------------------------------------------------------------------------------------

    def reached_by(self, starts, kinds):
        """By those of the steps of section 3 that are of these kinds."""
        key = frozenset(starts), frozenset(kinds)
        if key not in self._memo:
            steps = self.steps if "hearing" in kinds else self.steps_but_hearing
            self._memo[key] = frozenset(closure([step for step in steps if step.kind in kinds], starts))
        return self._memo[key]

    def effective(self, agent):
        return self.reached_by({("agent", agent)}, STEPS)

    def direct(self, agent):
        return self.reached_by({("agent", agent)}, {"hold", "grant", "implies"})

    def own(self, agent):
        """It leaves out delegation, trigger, hearing and hosting steps."""
        return self.reached_by({("agent", agent)}, OWN_STEPS)

    def identities(self, nodes):
        """The identities of the credentials among the nodes, copies included."""
        plain = map(bare, nodes)
        return tuple(sorted({self.identity(node[1]) for node in plain if node[0] == "cred"}))

    def can_read(self, agent):
        """Section 6, sources: by steps other than trigger and hearing steps."""
        return reads(self.reached_by({("agent", agent)}, STEPS - {"trigger", "hearing"}))


STEPS = OWN_STEPS | {"delegation", "trigger", "hearing", "hosting"}


def reads(nodes):
    """The systems that are read among the nodes."""
    return {s for s, x in accesses(nodes) if x == "read"}
