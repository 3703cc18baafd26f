"""Crossings with an open door from sources that many agents have in common (section 6)."""

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.situations import Common, Group, Situation
from meshmodel.analysis.steps import READ, bits


class Crossed:
    """Counts the crossings from groups that agents have in common, once for all agents."""

    def __init__(self, engine: Engine) -> None:
        """Arguments: the reading."""
        self._engine = engine
        self._known: dict[Common, _Counted] = {}
        self._single: dict[Group, Common] = {}

    def count(self, situation: Situation, home: str | None) -> int:
        """The crossings of agents from such groups, but for those from the same sources that are counted
        with what the agents reach alone.

        Args:
            situation: what the agents have in common.
            home: their home.
        """
        alone = situation.groups[0].unchecked.row
        total = self._of(situation.common).count(alone, home)
        for group in situation.lacking:
            if group not in self._single:
                self._single[group] = Common((group,), group.unchecked.row)
            total -= self._of(self._single[group]).count(alone, home)
        return total

    def _of(self, common: Common) -> "_Counted":
        known = self._known.get(common)
        if known is None:
            known = self._known[common] = _Counted(self._engine, common)
        return known


class _Counted:
    """The crossings from some groups: how many there are for agents at home in no zone to which they lead,
    how many of these are none for who is at home in a zone; and the same for each access.
    """

    def __init__(self, engine: Engine, common: Common) -> None:
        self._mesh = mesh = engine.mesh
        self._nodes = common.nodes & mesh.access
        sources: dict[int, int] = {}
        for group in common.groups:
            for access in bits(group.unchecked.row & mesh.access):
                sources[access] = sources.get(access, 0) | coming(engine, group, access)
        self._apart: dict[int, int] = {}
        self._entering: dict[int, int] = {}
        self._every = 0
        self._near: dict[str | None, int] = {}
        entering = [above | mesh.untrusted for above in mesh.above]
        for access, here in sources.items():
            system, action = divmod(access, 5)
            zone = mesh.zone_of[system]
            apart = here & ~mesh.zone_mask[zone]
            number = self._apart[access] = apart.bit_count()
            inside = 0 if action == READ else (apart & entering[mesh.sensitivity[system]]).bit_count()
            self._entering[access] = inside
            self._every += number
            self._near[zone] = self._near.get(zone, 0) + number - inside

    def count(self, alone: int, home: str | None) -> int:
        """How many there are for agents that reach this alone, and have this home."""
        zone_of = self._mesh.zone_of
        total = self._every - self._near.get(home, 0)
        for access in bits(alone & self._nodes):
            total -= (self._entering if zone_of[access // 5] == home else self._apart)[access]
        return total


def coming(engine: Engine, group: Group, access: int) -> int:
    """The systems among the sources of a group that no boundary which counts parts from an access."""
    sources, mesh = group.sources, engine.mesh
    for boundary in engine.candidates.boundaries:
        if (
            boundary.zone_to == mesh.zone_of[access // 5]
            and boundary.actions >> access % 5 & 1
            and not group.unchecked.dropped >> boundary.number & 1
        ):
            sources &= ~mesh.zone_mask.get(boundary.zone_from, 0)
    return sources
