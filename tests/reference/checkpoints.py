"""Section 5: what counts for whom, and the unchecked reach of a start; sections 3 and 7 with it."""

from tests.reference.mesh import closure

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
        self._on = [[k for k in self.meeting if self.covers(k, step)] for step in words.steps]

    # Points 1 to 3

    def meets_one_to_three(self, k):
        if k.kind not in DECISIONS or k.freshness != "per-action":
            return False
        if k.state != "enforced" and not (k.state == "planned" and self.view == "designed"):
            return False
        return not (k.step == "boundary" and k.decided_at is None)

    @staticmethod
    def covers(k, step):
        """Whether it sits on the step and covers its action, taken literally."""
        on = "trigger" if k.step == "hearing" else k.step
        if on != step.kind or (k.from_, k.to) != step.key:
            return False
        return k.actions is None or step.action in k.actions

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
        """The nodes, and of credentials and admin also the copies in whose session no ``only`` counts."""
        copies = [n for n in nodes if n[0] == "copy" and not self.mesh.session_has_only(n[2])]
        return nodes | {n[1] for n in copies if n[1][0] == "cred" or n[1][2] == "admin"}

    # The least fixpoint for each start

    def unchecked(self, starts):
        """The unchecked reach of a start, and the ids of the checkpoints that count for it."""
        starts = frozenset(starts)
        if starts not in self._memo:
            counting = {k.id: k for k in self.meeting}
            while True:
                nodes = closure(self.unguarded_steps(counting), starts)
                held = self.held(nodes)
                left = {name: k for name, k in counting.items() if not self.has_power(held, k)}
                if left == counting:
                    break
                counting = left
            self._memo[starts] = frozenset(nodes), frozenset(counting)
        return self._memo[starts]

    def unguarded_steps(self, counting):
        return [
            step
            for step, on_it in zip(self.mesh.steps, self._on, strict=True)
            if not any(k.id in counting for k in on_it) and (step.kind, *step.key) not in self.guarded
        ]

    # Section 7: the outsider; section 3: what is heard

    def outsider(self):
        """The write access of every system with untrusted input."""
        return {("access", s, "write") for s in self.mesh.s.system if self.mesh.is_first_hand(s)}

    def is_heard(self, system):
        if self.mesh.is_first_hand(system):
            return True
        carried = ("access", system, "write") in self.unchecked(self.outsider())[0]
        return system in self.mesh.words_come_to and carried

    def heard(self):
        """The heard systems, each with whether it is so first-hand."""
        return [(s, self.mesh.is_first_hand(s)) for s in sorted(self.mesh.s.system) if self.is_heard(s)]
