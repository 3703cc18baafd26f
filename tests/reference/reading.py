"""The naive reading of one snapshot in one view, with answers as in section 11."""

from tests.reference.crossings import WORDS, Crossings
from tests.reference.mesh import accesses, ordered
from tests.reference.words import Words


class Reading(Crossings):
    """All answers of sections 4 to 7."""

    def __init__(self, snapshot, view="built", guarded=(), words=None):
        """``words``: the mesh of this snapshot where there is one already."""
        super().__init__(words or Words(snapshot), view, guarded)

    def with_guarded(self, steps):
        """The same mesh with decisions of nobody's power on these steps (kind, from, to)."""
        return Crossings(self.mesh, self.view, steps)

    def reach(self):
        """Section 11, ``meshmodel reach``: its ``agents``."""
        return [self._reach_of(agent) for agent in sorted(self.mesh.agents)]

    def _reach_of(self, agent):
        mesh = self.mesh
        sets = {
            "actions": mesh.effective(agent),
            "direct": mesh.direct(agent),
            "own": mesh.own(agent),
            "unchecked": self.unchecked({("agent", agent)})[0],
        }
        return {
            "agent": agent,
            "identities": list(mesh.identities(sets["actions"])),
            "direct_identities": list(mesh.identities(sets["direct"])),
            "own_identities": list(mesh.identities(sets["own"])),
            "reach": [
                {"system": s, **{name: actions_on(s, nodes) for name, nodes in sets.items()}}
                for s in sorted({s for s, _ in accesses(sets["actions"])})
            ],
        }

    def answer(self):
        """Section 11, ``meshmodel check --crossings``: summary, crossings, missing, heard."""
        crossings, missing = self.crossings_and_missing()
        states = [c.state for c in crossings]
        return {
            "summary": {
                "agents": len(self.mesh.s.agent),
                "systems": len(self.mesh.s.system),
                "credentials": len(self.mesh.s.credential),
                "crossings": len(crossings),
                "uncontrolled": states.count("uncontrolled"),
                "approved": states.count("approved"),
                "missing": len(missing),
            },
            "crossings": [{**c._asdict(), "severity": word(c.severity)} for c in crossings],
            "missing": [
                {
                    **door._asdict(),
                    "actions": list(door.actions),
                    "agents": list(door.agents),
                    "severity": word(door.severity),
                }
                for door in missing
            ],
            "heard": [{"system": s, "first_hand": first_hand} for s, first_hand in self.heard()],
        }

    def compromise(self, start):
        """Section 7; a start that is refused gives ``{"start": …, "refused": True}``."""
        if self.starts_of(start) is None:
            return {"start": start, "refused": True}
        return {
            "start": start,
            "unchecked": listed(self.after_compromise(start)[0]),
            "all": listed(self.all_after_compromise(start)),
        }


def all_starts(snapshot):
    """Every start of a compromise that could be named, also those that are refused."""
    return [
        *(f"agent:{a}" for a in snapshot.agent),
        *(f"credential:{c}" for c in snapshot.credential),
        *(f"system:{s}" for s in snapshot.system),
        "outsider",
    ]


def word(severity):
    return None if severity is None else WORDS[severity]


def actions_on(system, nodes):
    return list(ordered(x for s, x in accesses(nodes) if s == system))


def listed(nodes):
    """Sessions and copies are in no list."""
    return {
        "agents": sorted(node[1] for node in nodes if node[0] == "agent"),
        "credentials": sorted(node[1] for node in nodes if node[0] == "cred"),
        "systems": [
            {"system": s, "actions": actions_on(s, nodes)} for s in sorted({s for s, _ in accesses(nodes)})
        ],
    }
