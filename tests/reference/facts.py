"""What the rules and the questions of section 9 ask again and again."""

from tests.reference.mesh import accesses, covered
from tests.reference.reading import Reading

DAY = 86_400
ENDS = {
    "hold": ("agent", "cred"),
    "grant": ("cred", None),
    "custody": (None, "cred"),
    "exchange": ("cred", "cred"),
    "delegation": ("agent", "agent"),
    "trigger": (None, "agent"),
    "hearing": (None, "agent"),
    "hosting": (None, "agent"),
    "boundary": (None, None),
}


class Facts(Reading):
    """What several rules ask."""

    def __init__(self, snapshot, view="built", guarded=(), words=None):
        super().__init__(snapshot, view, guarded, words)
        self.s = snapshot
        self.agents = sorted(self.mesh.agents)
        self.active = [snapshot.credential[c] for c in sorted(self.mesh.creds)]
        self.grants = [g for g in snapshot.grant.values() if g.credential in self.mesh.creds]

    def who_reaches(self, *nodes):
        return tuple(a for a in self.agents if self.mesh.effective(a) & set(nodes))

    def unchecked_accesses(self, agent):
        return accesses(self.unchecked({("agent", agent)})[0])

    def can(self, agent, system):
        return {x for s, x in accesses(self.mesh.effective(agent)) if s == system}

    def opened_by(self, credential, kinds):
        """The accesses that it opens by steps of these kinds, guarded or not."""
        return accesses(self.mesh.reached_by(self.starts_of(f"credential:{credential}"), kinds))

    def beyond_intents(self, agent):
        """The unchecked accesses that no intent covers, wherever it comes from."""
        meant = set().union(*(covered(i) for i in self.s.intent.values() if i.agent == agent))
        return [at for at in self.unchecked_accesses(agent) if at not in meant]

    def environment(self, system):
        zone = self.s.system[system].zone
        return None if zone is None else self.s.zone[zone].environment

    def ends_are_active(self, k):
        nodes = [(kind, end) for kind, end in zip(ENDS[k.step], (k.from_, k.to), strict=True) if kind]
        return all(self.mesh.is_node(node) for node in nodes)
