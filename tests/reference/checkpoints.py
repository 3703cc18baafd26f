"""Section 5: what counts for whom; section 7, compromise; section 3, what is heard and whom it moves."""

from functools import cached_property

from tests.reference.mesh import ACTIONS, closure

DECISIONS = {
    "policy-decision",
    "human-approval",
    "step-up-authentication",
    "downscoped-token-exchange",
    "just-in-time-access",
    "cross-app-grant",
}


class Checkpoints:
    """The checkpoints of a mesh, in one view.

    ``guarded`` are steps, as (kind, from, to), on each of which lies one more decision of nobody's
    power: it counts for every start and covers all actions (the minimum fix of section 6).
    """

    def __init__(self, words, view, guarded=()):
        self.mesh = words
        self.view = view
        self.guarded = frozenset(guarded)
        self.meeting = [k for k in words.s.checkpoint.values() if self.meets_one_to_three(k)]
        self._memo = {}
        self._sitting = {}
        for k in self.meeting:
            self._sitting.setdefault((self.step_of(k), k.from_, k.to), []).append(k)

    # Where it sits

    def step_of(self, k):
        """Its step: one on a trigger that is not drawn is read as one on hearing."""
        if k.step == "trigger" and (k.from_, k.to) not in self.mesh.s.trigger:
            return "hearing"
        return k.step

    def covers(self, k, step):
        """Whether it guards the step and covers its action, taken literally; one on hearing a trigger too."""
        if (self.step_of(k), k.from_, k.to) not in self.places(step):
            return False
        return k.actions is None or step.action in k.actions

    @staticmethod
    def places(step):
        """Where what guards the step may sit: nothing guards implies, answers and what leads to a stray."""
        if step.kind in {"implies", "answer"} or step.enters[0] == "stray":
            return set()
        kinds = {"trigger", "hearing"} if step.kind == "trigger" else {step.kind}
        return {(kind, *step.key) for kind in kinds}

    # Points 1 to 3

    def meets_one_to_three(self, k):
        if k.kind not in DECISIONS or k.freshness != "per-action":
            return False
        if k.state != "enforced" and not (k.state == "planned" and self.view == "designed"):
            return False
        return not (k.step == "boundary" and k.decided_at is None)

    # Point 4

    def has_power(self, held, k):
        """Whether whoever holds all this has power over the decision."""
        mesh = self.mesh
        if not k.approvers:
            return k.decided_at is not None and any(
                ("access", k.decided_at, x) in held for x in ("write", "execute", "admin")
            )
        for c in mesh.creds:
            audience = mesh.s.credential[c].audience
            meant = k.decided_at is None or audience is None or k.decided_at in audience
            if ("cred", c) in held and mesh.identity(c) in k.approvers and meant:
                return True
        return k.decided_at is not None and ("access", k.decided_at, "admin") in held

    def held(self, nodes):
        """The nodes; of credentials and admin also copies, unless an ``only`` counts or a session copies."""
        copies = [n for n in nodes if n[0] == "copy" and n[2][0] == "session"]
        held = {n[1] for n in copies if not self.mesh.session_has_only(n[2])}
        return nodes | {n for n in held if n[0] == "cred" or n[2] == "admin"}

    # The least fixpoint for each start

    def unchecked(self, starts):
        """The unchecked reach of a start, and the ids of the checkpoints that count for it."""
        starts = frozenset(starts)
        if starts not in self._memo:
            self._memo[starts] = self.fixpoint(starts, self.unguarded_steps)
        return self._memo[starts]

    def fixpoint(self, starts, open_to):
        """Begin with all of points 1 to 3, drop those that the start controls, until none drops."""
        counting = {k.id: k for k in self.meeting}
        while True:
            nodes = closure(open_to(frozenset(counting)), starts)
            held = self.held(nodes)
            left = {name: k for name, k in counting.items() if not self.has_power(held, k)}
            if left == counting:
                return frozenset(nodes), frozenset(counting)
            counting = left

    def unguarded_steps(self, counting):
        """The steps of section 3 that none of these checkpoints guards."""
        key = "unguarded", counting
        if key not in self._memo:
            self._memo[key] = self.unguarded(self.mesh.steps, counting)
        return self._memo[key]

    def unguarded(self, steps, counting):
        return [step for step in steps if not self.is_guarded(step, counting)]

    def is_guarded(self, step, counting):
        """Whether a checkpoint guards the step, covers its action and is one of these."""
        return any(
            place in self.guarded
            or any(k.id in counting and self.covers(k, step) for k in self._sitting.get(place, ()))
            for place in self.places(step)
        )

    # Section 7

    def starts_of(self, start):
        """The nodes of ``agent:ID``, ``credential:ID``, ``system:ID`` or ``outsider``; None: refused."""
        kind, _, name = start.partition(":")
        mesh = self.mesh
        if start == "outsider":
            return mesh.outsider
        if kind == "agent" and name in mesh.agents:
            return {("agent", name)}
        if kind == "credential" and name in mesh.creds:
            return {("cred", name), ("stray", ("cred", name))}
        if kind == "system" and name in mesh.s.system:
            return {("access", name, x) for x in ACTIONS}
        return None

    def after_compromise(self, start):
        """The unchecked closure, and the ids of the checkpoints that count in it."""
        if start not in self._memo:
            found = self.fixpoint(self.starts_of(start), lambda counting: self.open_to(start, counting))
            self._memo[start] = found
        return self._memo[start]

    def open_to(self, start, counting):
        """The steps of section 7 unguarded for it; who has the store asks nobody for what lies there."""
        return [
            step
            for step in self.mesh.steps_of_compromise
            if not self.is_guarded(step, counting) or self._lies_in(start, step)
        ]

    def _lies_in(self, start, step):
        stored = step.kind == "custody" and self.mesh.s.custody[step.key].how == "stores"
        return stored and start == f"system:{step.key[0]}"

    def all_after_compromise(self, start):
        """The closure without checkpoints."""
        return closure(self.mesh.steps_of_compromise, self.starts_of(start))

    # Section 3: what is heard, and whom it moves

    @cached_property
    def for_the_outsider(self):
        """The unchecked closure, and the ids of the checkpoints that count in it."""
        steps = self.mesh.steps_for_the_outsider
        return self.fixpoint(self.mesh.outsider, lambda counting: self.unguarded(steps, counting))

    @cached_property
    def heard_systems(self):
        """First-hand, or words come there unchecked."""
        mesh, (nodes, _) = self.mesh, self.for_the_outsider
        come = {s for s in mesh.words_come_to if ("access", s, "write") in nodes}
        return come | {s for s in mesh.s.system if mesh.is_first_hand(s)}

    def heard(self):
        """The heard systems, each with whether it is so first-hand."""
        return [(s, self.mesh.is_first_hand(s)) for s in sorted(self.heard_systems)]

    @cached_property
    def starts_unasked(self):
        """The trigger and hearing steps that are unguarded for the outsider."""
        steps = [step for step in self.mesh.steps if step.kind in {"trigger", "hearing"}]
        return self.unguarded(steps, self.for_the_outsider[1])

    def moves(self, source, agent):
        """Whether the source is heard, and leads so to the agent or to one that it asks."""
        told = {("agent", b) for b in (agent, *self.mesh.asked_by(agent))}
        return source in self.heard_systems and any(
            step.key[0] == source and step.enters in told for step in self.starts_unasked
        )
