"""Section 9, the questions: what the drawing does not say."""

from tests.reference.facts import DAY, Facts
from tests.reference.mesh import accesses

OWNER = "owner"
LIFETIME = "lifetime"
SENSITIVITY = "sensitivity"
AUDIT = "audit"
HOME = "home"
ONE_ZONE = "is this one trust domain"
INTENTS = "intents"
WHERE = "where does its secret lie"
EXTERNAL = "is it one of yours"
KEY = "who has its key"
HONOURED = "is it honoured as principal or as delegate"
ONLY = "only names what it does not reach"


class Questions(Facts):
    """Pairs of an element, as ``kind:id``, and a kind of question; ``only`` is asked of the second agent."""

    def questions(self):
        return {*self._of_elements(), *self._of_agents(), *self._of_credentials(), *self._of_limits()}

    def _of_elements(self):
        """No owner; lifetime, sensitivity or audit unknown. Only active elements count."""
        systems = self.s.system.values()
        agents = [self.s.agent[a] for a in self.agents]
        tables = (("system", systems), ("agent", agents), ("credential", self.active))
        yield from ((f"{kind}:{e.id}", OWNER) for kind, table in tables for e in table if e.owner is None)
        yield from ((f"credential:{c.id}", LIFETIME) for c in self.active if c.lifetime is None)
        yield from ((f"system:{s.id}", SENSITIVITY) for s in systems if s.sensitivity is None)
        yield from ((f"system:{s.id}", AUDIT) for s in systems if s.audit is None)

    def _of_agents(self):
        for a in self.agents:
            home = self.s.agent[a].home
            if home is None:
                yield f"agent:{a}", HOME
            elif self.mesh.is_person(a) and self.s.zone[home].environment == "external":
                yield f"agent:{a}", EXTERNAL
            nodes = self.mesh.effective(a)
            zones = {self.mesh.zone(s) for s, _ in accesses(nodes)}
            if len(self.mesh.identities(nodes)) >= 2 and len(zones) == 1:
                yield f"agent:{a}", ONE_ZONE
            if self.mesh.is_steerable(a) and all(i.agent != a for i in self.s.intent.values()):
                yield f"agent:{a}", INTENTS

    def _of_credentials(self):
        """A held bearer credential, not attested, of unknown or over a day's lifetime, in no custody."""
        held = {c for _, c in self.mesh.held_by_steps}
        kept = {k.credential for k in self.s.custody.values()}
        for c in self.active:
            seconds = c.lifetime_seconds
            long = seconds is None or seconds > DAY
            if c.id in held - kept and c.binding == "bearer" and not c.attested and long:
                yield f"credential:{c.id}", WHERE
            lies = any(k.credential == c.id and k.how == "stores" for k in self.s.custody.values())
            if lies and c.id not in held and c.binding != "bearer":
                yield f"credential:{c.id}", KEY
            if c.on_behalf_of is not None and any(
                g.credential == c.id and g.honoured_as is None for g in self.grants
            ):
                yield f"credential:{c.id}", HONOURED

    def _of_limits(self):
        """An ``only`` that names what the second agent does not reach itself: not even as itself.

        What it reaches through a deputy alone it cannot do within the limit: a session with an ``only``
        delegates to nobody.
        """
        for d in self.s.delegation.values():
            if {d.from_, d.to} <= self.mesh.agents:
                own = {f"{s}:{x}" for s, x in accesses(self.mesh.own(d.to))}
                if set(d.only or ()) - own:
                    yield f"agent:{d.to}", ONLY
