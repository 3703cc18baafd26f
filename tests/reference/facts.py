"""What the rules and the questions of section 9 ask again and again."""

from typing import NamedTuple

from tests.reference.mesh import all_five, ordered
from tests.reference.reading import Reading
from tests.reference.words import STEPS

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
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


class Finding(NamedTuple):
    """What one rule says of one subject."""

    severity: str
    agents: tuple = ()
    actions: tuple = ()


def lifetime_seconds(credential):
    """None where it is unknown."""
    if credential.lifetime is None:
        return None
    if credential.lifetime == "unlimited":
        return float("inf")
    return int(credential.lifetime[:-1]) * SECONDS[credential.lifetime[-1]]


class Facts(Reading):
    """What several rules ask."""

    def __init__(self, snapshot, view="built"):
        super().__init__(snapshot, view)
        self.s = snapshot
        self.agents = sorted(self.mesh.agents)
        self.active = [snapshot.credential[c] for c in sorted(self.mesh.creds)]
        self.grants = [g for g in snapshot.grant.values() if g.credential in self.mesh.creds]

    def who_reaches(self, *nodes):
        return tuple(a for a in self.agents if self.mesh.effective(a) & set(nodes))

    def accesses(self, agent):
        return [node[1:] for node in self.mesh.effective(agent) if node[0] == "access"]

    def unchecked_accesses(self, agent):
        return [node[1:] for node in self.unchecked({("agent", agent)})[0] if node[0] == "access"]

    def can(self, agent, system):
        return {x for s, x in self.accesses(agent) if s == system}

    def beyond_credential(self, credential):
        nodes = self.mesh.reached_by(self.starts_of(f"credential:{credential}"), STEPS)
        return [node[1:] for node in nodes if node[0] == "access"]

    def opens(self, credential):
        return ordered(x for g in self.grants if g.credential == credential for x in all_five(g.actions))

    def holding(self):
        """Pairs of a hold step: by hold relations and passes."""
        return sorted(self.mesh.held_by_steps)

    def beyond_intents(self, agent):
        """The unchecked accesses that no intent covers, wherever it comes from."""
        intents = [i for i in self.s.intent.values() if i.agent == agent]
        covered = {(i.system, x) for i in intents for x in all_five(i.actions)}
        covered |= {(s, "read") for i in intents for s in i.from_ or ()}
        return [at for at in self.unchecked_accesses(agent) if at not in covered]

    def environment(self, system):
        zone = self.s.system[system].zone
        return None if zone is None else self.s.zone[zone].environment

    def ends_are_active(self, k):
        nodes = [(kind, end) for kind, end in zip(ENDS[k.step], (k.from_, k.to), strict=True) if kind]
        return all(self.mesh.is_node(node) for node in nodes)
