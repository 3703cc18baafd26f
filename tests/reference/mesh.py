"""Sections 1 to 3, read slowly: nodes are tuples, steps are named tuples, everything is a set.

It shares no code with the analysis. Where the two disagree, one of them has misread the page.

Nodes: ``("agent", a)``, ``("cred", c)``, ``("access", s, x)``, ``("session", a, b, values)``; ``("copying",
b, s)``, the copying session of b for s; in a session ``("copy", node, session)`` of a credential or an
access; and ``("stray", node)`` of a credential or of a copy of one.
"""

from typing import NamedTuple

ACTIONS = ("read", "write", "execute", "issue", "admin")
LEVEL = {"public": 0, "internal": 1, "confidential": 2, "restricted": 3}
CONFIDENTIAL = LEVEL["confidential"]
HARM = {"low": 0, "medium": 1, "high": 2, "critical": 3}
OWN_STEPS = {"hold", "grant", "custody", "exchange", "implies"}
ISSUERS = {"token-service", "identity-provider"}
REQUESTS_UNSEEN = {"saas", "code-repository", "messaging", "knowledge-base", "database", "data-warehouse"}
"""The kinds of systems where outsiders do not see who reads."""


class Step(NamedTuple):
    """``key`` is what a checkpoint on it names, ``action`` what its ``actions`` must cover."""

    kind: str
    leaves: tuple
    enters: tuple
    key: tuple
    action: str | None


def all_five(actions):
    """Where admin stands for all five: in an intent and in ``entitled``."""
    return set(ACTIONS) if "admin" in actions else set(actions)


def covered(intent):
    """What it covers, wherever it comes from: its actions there, and reading what it names."""
    named = {(s, "read") for s in intent.from_ or () if s != "home"}
    return named | {(intent.system, x) for x in all_five(intent.actions)}


def ordered(actions):
    """The actions in the order of section 2."""
    wanted = set(actions)
    return tuple(x for x in ACTIONS if x in wanted)


def accesses(nodes):
    """The accesses among the nodes, as system and action."""
    return [node[1:] for node in nodes if node[0] == "access"]


def bare(node):
    """Itself, or what it is a copy or a stray of."""
    while node[0] in {"copy", "stray"}:
        node = node[1]
    return node


def closure(steps, starts):
    """What can be reached from any of the starts by these steps, the starts included."""
    after = {}
    for step in steps:
        after.setdefault(step.leaves, []).append(step.enters)
    found, waiting = set(starts), list(starts)
    while waiting:
        for node in after.get(waiting.pop(), ()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found


class Mesh:
    """The elements, and all steps but hearing."""

    def __init__(self, snapshot, held_before=None):
        """``held_before``: who held what before a plan's drops, by which theft is judged."""
        self.s = snapshot
        self.agents = {a.id for a in snapshot.agent.values() if a.status != "retired"}
        self.creds = {c.id for c in snapshot.credential.values() if c.status != "revoked"}
        self.strays = {
            step.leaves for step in self._between_credentials_and_accesses() if self.is_astray(step)
        }
        self.steps_but_hearing = self.compiled(self._all_but_hearing())
        holds = [step for step in self.steps_but_hearing if step.kind == "hold"]
        self.held_by_steps = {(s.leaves[1], bare(s.enters)[1]) for s in holds if s.leaves[0] == "agent"}
        self.held_before = self.held_by_steps if held_before is None else held_before

    # Section 1 ------------------------------------------------------------------------------------

    def zone(self, system):
        record = self.s.system[system]
        return record.zone if record.zone is not None else f"system:{system}"

    def level(self, system):
        return LEVEL[self.s.system[system].sensitivity or "internal"]

    def integrity(self, system):
        """The harm of an unwanted action; by default by sensitivity, public low to restricted critical."""
        stated = self.s.system[system].integrity
        return self.level(system) if stated is None else HARM[stated]

    def is_exposed(self, system):
        """By default whether it is public."""
        record = self.s.system[system]
        return record.sensitivity == "public" if record.exposed is None else record.exposed

    def exposes_requests(self, system):
        """By default as ``exposed``, but not for the kinds where outsiders do not see who reads."""
        record = self.s.system[system]
        if record.exposed_requests is not None:
            return record.exposed_requests
        return self.is_exposed(system) and record.kind not in REQUESTS_UNSEEN

    def is_first_hand(self, system):
        return self.s.system[system].untrusted_input

    def is_typed(self, system):
        return self.s.system[system].typed

    def holds_values_alone(self, system):
        """Typed, and outsiders put nothing into it."""
        return self.is_typed(system) and not self.is_first_hand(system)

    def is_partitioned(self, system):
        return self.s.system[system].partitioned

    def is_person(self, agent):
        return self.s.agent[agent].kind == "person"

    def is_steerable(self, agent):
        record = self.s.agent[agent]
        if record.steerable is not None:
            return record.steerable
        return record.kind is None or record.kind in {"ai-agent", "orchestrator"}

    def identity(self, credential):
        return self.s.credential[credential].identity or credential

    # Section 3: the table of steps ------------------------------------------------------------------

    def is_node(self, node):
        """A revoked credential and a retired agent are no nodes."""
        match node:
            case "copy", of, session:
                return self.is_node(of) and self.is_node(session)
            case "session", a, b, _:
                return {a, b} <= self.agents
            case ("agent", a) | ("copying", a, _):
                return a in self.agents
            case "cred", c:
                return c in self.creds
        return True

    def compiled(self, steps):
        """Those that join nodes, once each, with strays."""
        found = [step for step in steps if self.is_node(step.leaves) and self.is_node(step.enters)]
        return list(dict.fromkeys(self._with_strays(found)))

    def _all_but_hearing(self):
        """A hold is a hold(a, c), or a delegation(b, a) of an active agent b that passes c."""
        for h in self.s.hold.values():
            yield Step("hold", ("agent", h.agent), ("cred", h.credential), (h.agent, h.credential), None)
        yield from self._between_credentials_and_accesses()
        for d in self.s.delegation.values():
            to = self.session_of(d) if self._is_limited(d) else ("agent", d.to)
            yield Step("delegation", ("agent", d.from_), to, (d.from_, d.to), None)
            for c in d.passes or () if d.from_ in self.agents else ():
                yield Step("hold", ("agent", d.to), ("cred", c), (d.to, c), None)
        for t in self.s.trigger.values():
            written = ("access", t.system, "write")
            yield Step("trigger", written, ("agent", t.agent), (t.system, t.agent), None)
        for a in self.s.agent.values():
            if a.runs_on is not None:
                runs = ("access", a.runs_on, "execute")
                yield Step("hosting", runs, ("agent", a.id), (a.runs_on, a.id), None)
        yield from self._steps_of_sessions()

    def _between_credentials_and_accesses(self):
        for g in self.s.grant.values():
            for x in g.actions:
                access = ("access", g.system, x)
                yield Step("grant", ("cred", g.credential), access, (g.credential, g.system), x)
        for c in self.s.custody.values():
            for x in self.yielding_actions(c):
                access = ("access", c.system, x)
                yield Step("custody", access, ("cred", c.credential), (c.system, c.credential), x)
        for e in self.s.exchange.values():
            for c in {e.from_, *self._that_fit(e)}:
                yield Step("exchange", ("cred", c), ("cred", e.to), (e.from_, e.to), None)
        for system in self.s.system:
            for x in ACTIONS[:4]:
                yield Step("implies", ("access", system, "admin"), ("access", system, x), (), None)

    def _that_fit(self, exchange):
        """Not pinned, it takes all of the kind of ``from`` with an audience that names its ``at``."""
        kind = self.s.credential[exchange.from_].kind
        if exchange.pinned or kind is None:
            return []
        return [
            c.id for c in self.s.credential.values() if c.kind == kind and exchange.at in (c.audience or ())
        ]

    def yielding_actions(self, custody):
        """``by``; what merely stores a bound credential yields it to those who run there, or to nobody."""
        by = custody.by or (("read",) if custody.how == "stores" else ("issue",))
        binding = self.s.credential[custody.credential].binding
        if custody.how != "stores" or binding == "bearer":
            return by
        return [x for x in by if x in {"execute", "admin"}] or (["execute"] if binding == "host" else [])

    # Section 3: uses outside an audience ------------------------------------------------------------

    def is_astray(self, step):
        """A grant of a system that the audience does not name; an exchange there, if it names an issuer."""
        if step.kind not in {"grant", "exchange"}:
            return False
        audience = self.s.credential[bare(step.leaves)[1]].audience
        if audience is None:
            return False
        if step.kind == "grant":
            return step.key[1] not in audience
        at = self.s.exchange[step.key].at
        names_issuer = any(self.s.system[s].kind in ISSUERS for s in audience)
        return at is not None and at not in audience and names_issuer

    def _with_strays(self, steps):
        """Every step to the credential leads to its stray too; what is astray leaves that alone."""
        for step in steps:
            leaves = ("stray", step.leaves) if self.is_astray(step) else step.leaves
            yield step._replace(leaves=leaves)
            if bare(step.enters) in self.strays:
                yield step._replace(leaves=leaves, enters=("stray", step.enters))

    # Section 3: limited delegations -----------------------------------------------------------------

    def only_counts(self, delegation):
        """It counts where b is not steerable: a limit that is asked of a model is no limit."""
        return delegation.only is not None and not self.is_steerable(delegation.to)

    def _is_limited(self, delegation):
        return delegation.returns == "values" or self.only_counts(delegation)

    @staticmethod
    def session_of(delegation, *, taken_as_values=False):
        values = taken_as_values or delegation.returns == "values"
        return ("session", delegation.from_, delegation.to, values)

    def session_has_only(self, session):
        return session[0] == "session" and self.only_counts(self.s.delegation[session[1:3]])

    def sessions(self):
        """All sessions: of limited delegations, and those to which a session delegates."""
        found = [self.session_of(d) for d in self.s.delegation.values() if self._is_limited(d)]
        for session in found:
            for further in self._delegated_to(session):
                if further not in found:
                    found.append(further)
        return found

    def _delegated_to(self, session):
        """If no ``only`` counts: each delegation of b taken as one that returns values."""
        if self.session_has_only(session):
            return []
        delegations = [d for d in self.s.delegation.values() if d.from_ == session[2]]
        return [self.session_of(d, taken_as_values=True) for d in delegations]

    def _steps_of_sessions(self):
        inside = list(self._between_credentials_and_accesses())
        for session in self.sessions():
            _, a, b, _ = session
            # A copy of each credential that b holds by hold relations or that this delegation passes.
            held = {h.credential for h in self.s.hold.values() if h.agent == b}
            for c in sorted(held | set(self.s.delegation[a, b].passes or ())):
                yield Step("hold", session, ("copy", ("cred", c), session), (b, c), None)
            for step in inside:
                leaves, enters = ("copy", step.leaves, session), ("copy", step.enters, session)
                yield step._replace(leaves=leaves, enters=enters)
            yield from self._steps_leaving(session)
            for further in self._delegated_to(session):
                yield Step("delegation", session, further, (further[1], further[2]), None)

    def _steps_leaving(self, session):
        delegation, values = self.s.delegation[session[1:3]], session[3]
        for g in self.s.grant.values():
            for x in ACTIONS:
                if self.only_counts(delegation) and f"{g.system}:{x}" not in delegation.only:
                    continue
                if values and x not in {"write", "execute"}:
                    continue
                # It stands for the grant of the action it was made from.
                for made_from in sorted({x, "admin"} & set(g.actions)):
                    copy = ("copy", ("cred", g.credential), session)
                    access = ("access", g.system, x)
                    yield Step("grant", copy, access, (g.credential, g.system), made_from)

    # Section 3: theft -------------------------------------------------------------------------------

    def is_theft(self, agent, step):
        """Whether by this step the agent takes what other active agents hold and it does not itself."""
        if step.kind != "custody" or not self.is_left_lying(*step.key):
            return False
        holders = {a for a, c in self.held_before if c == step.key[1]}
        return agent not in holders and bool(holders)

    def is_left_lying(self, system, credential):
        """Whether it is stored there, and the place is no secrets-manager."""
        custody = self.s.custody[system, credential]
        return custody.how == "stores" and self.s.system[system].kind != "secrets-manager"
