"""Crossings with an open door from sources that many agents have in common (section 6)."""

import copy

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.situations import Common, Group, Situation
from meshmodel.analysis.steps import READ, bits, without


class Crossed:
    """Counts the crossings from groups that agents have in common, once for all agents."""

    def __init__(self, engine: Engine) -> None:
        """Arguments: the reading."""
        self._engine = engine
        self._known: dict[Common, _Counted] = {}
        self._counted: list[_Counted] = []
        self._single: dict[Group, _Counted] = {}

    def count(self, situation: Situation, home: str | None) -> int:
        """The crossings of agents from such groups, but for those from the same sources that are counted
        with what the agents reach alone.

        Args:
            situation: what the agents have in common.
            home: their home.
        """
        alone = situation.twice
        total = self._of(situation.common).count(alone, home)
        for group in situation.lacking:
            if group not in self._single:
                self._single[group] = _Counted(self._engine).other(frozenset([group]))
            total -= self._single[group].count(alone & group.unchecked.row, home)
        return total

    def _of(self, common: Common) -> "_Counted":
        known = self._known.get(common)
        if known is None:
            # What agents have in common with few power over other checkpoints is nearly the same.
            groups = frozenset(common.groups)
            near = min(self._counted, key=lambda each: len(each.groups ^ groups), default=None)
            if near is None or len(near.groups ^ groups) > len(groups):
                near = _Counted(self._engine)
            known = self._known[common] = near.other(groups)
            self._counted.append(known)
        return known


class _Counted:
    """The crossings from some groups: how many there are for agents at home in no zone to which they lead,
    how many of these are none for who is at home in a zone; and the same for each access.

    Attributes:
        groups: the groups.
    """

    def __init__(self, engine: Engine) -> None:
        """No groups. Arguments: the reading."""
        self._engine = engine
        self.groups: frozenset[Group] = frozenset()
        self._entering = [above | engine.mesh.untrusted for above in engine.mesh.above]
        self._every = 0
        self._near: dict[str | None, int] = {}
        self._apart: dict[int, int] = {}
        self._inside: dict[int, int] = {}

    def other(self, groups: frozenset[Group]) -> "_Counted":
        """The same of other groups."""
        made = copy.copy(self)
        made.become(groups)
        return made

    def become(self, groups: frozenset[Group]) -> None:
        """Count other groups: only for a copy that nobody else has."""
        before, self.groups = self.groups, groups
        self._near, self._apart, self._inside = self._near.copy(), self._apart.copy(), self._inside.copy()
        for some, sign in ((before - groups, -1), (groups - before, 1)):
            for group in some:
                self._add(group, sign)

    def _add(self, group: Group, sign: int) -> None:
        engine, mesh = self._engine, self._engine.mesh
        bounded, dropped = bool(engine.candidates.boundaries), group.unchecked.dropped
        for access in bits(group.unchecked.row & mesh.access):
            system, action = divmod(access, 5)
            zone = mesh.zone_of[system]
            sources = group.sources
            if bounded:
                sources, _ = engine.closing.open_to(access, dropped, sources, None)
            apart = without(sources, mesh.zone_mask[zone])
            if not apart:
                continue
            number = sign * apart.bit_count()
            inside = 0
            if action != READ:
                inside = sign * (apart & self._entering[mesh.sensitivity[system]]).bit_count()
                self._inside[access] = self._inside.get(access, 0) + inside
            self._apart[access] = self._apart.get(access, 0) + number
            self._every += number
            self._near[zone] = self._near.get(zone, 0) + number - inside

    def count(self, alone: int, home: str | None) -> int:
        """How many there are for agents that reach this alone, and have this home."""
        zone_of = self._engine.mesh.zone_of
        total = self._every - self._near.get(home, 0)
        for access in bits(alone & self._engine.mesh.access):
            total -= (self._inside if zone_of[access // 5] == home else self._apart).get(access, 0)
        return total
