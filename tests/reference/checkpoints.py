"""Section 5: what counts for whom, and the unchecked reach of a start; what is heard, by section 3."""

from functools import cached_property

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
        """Whether it sits on the step and covers its action, taken literally."""
        if (k.from_, k.to) != step.key or self.step_of(k) != step.kind:
            return False
        return k.actions is None or step.action in k.actions

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
        """The nodes, and of credentials and admin also the copies in whose session no ``only`` counts."""
        copies = [n for n in nodes if n[0] == "copy" and not self.mesh.session_has_only(n[2])]
        return nodes | {n[1] for n in copies if n[1][0] == "cred" or n[1][2] == "admin"}

    # The least fixpoint for each start

    def unchecked(self, starts):
        """The unchecked reach of a start, and the ids of the checkpoints that count for it."""
        starts = frozenset(starts)
        if starts not in self._memo:
            self._memo[starts] = self.fixpoint(starts, self.unguarded_steps)
        return self._memo[starts]

    def fixpoint(self, starts, unguarded):
        """Begin with all of points 1 to 3, drop those that the start controls, until none drops."""
        counting = {k.id: k for k in self.meeting}
        while True:
            nodes = closure(unguarded(frozenset(counting)), starts)
            held = self.held(nodes)
            left = {name: k for name, k in counting.items() if not self.has_power(held, k)}
            if left == counting:
                return frozenset(nodes), frozenset(counting)
            counting = left

    def unguarded_steps(self, counting):
        """The steps of section 3 that none of these checkpoints guards."""
        key = "unguarded", frozenset(counting)
        if key not in self._memo:
            self._memo[key] = [step for step in self.mesh.steps if not self.is_guarded(step, counting)]
        return self._memo[key]

    def is_guarded(self, step, counting):
        """Whether a checkpoint sits on the step, covers its action and is one of these; implies never."""
        if step.kind == "implies":
            return False
        place = step.kind, *step.key
        sitting = self._sitting.get(place, ())
        return place in self.guarded or any(k.id in counting and self.covers(k, step) for k in sitting)

    # Section 7: the outsider; section 3: what is heard

    def outsider(self):
        """Writes where input is untrusted, and reads the exposed systems that yield something so."""
        mesh = self.mesh
        written = {("access", s, "write") for s in mesh.s.system if mesh.is_first_hand(s)}
        yielding = {step.leaves for step in mesh.steps if step.kind == "custody"}
        opened = {("access", s, "read") for s in mesh.s.system if mesh.is_exposed(s)}
        return written | (opened & yielding)

    @cached_property
    def heard_systems(self):
        """With untrusted input; or words may come there, and the outsider writes there by section 3 alone."""
        mesh, (nodes, _) = self.mesh, self.unchecked(self.outsider())
        carried = {s for s in mesh.words_come_to if ("access", s, "write") in nodes}
        return carried | {s for s in mesh.s.system if mesh.is_first_hand(s)}

    def is_heard(self, system):
        return system in self.heard_systems

    def heard(self):
        """The heard systems, each with whether it is so first-hand."""
        return [(s, self.mesh.is_first_hand(s)) for s in sorted(self.heard_systems)]

    def starts_unasked(self, kinds):
        """The systems and agents joined by a step of these kinds that is unguarded for the outsider."""
        _, counting = self.unchecked(self.outsider())
        return {step.key for step in self.unguarded_steps(counting) if step.kind in kinds}
