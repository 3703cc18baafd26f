"""Crossings (section 6): counted by sets of bits, listed only when somebody asks."""

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from operator import attrgetter
from typing import Final

from meshmodel.analysis.approvals import Approval, approvals
from meshmodel.analysis.crossed import Crossed
from meshmodel.analysis.engine import Engine, Group, Situation, Traveller
from meshmodel.analysis.opened import Doors
from meshmodel.analysis.products import Home, Pairs, Product
from meshmodel.analysis.steps import Mesh, bits

_FEW = 64
"""The zones of so many accesses are looked at one by one."""
_Key = tuple[Situation, str | None]
"""What agents that have the same crossings have in common: their situation and their home."""
Alike = Mapping[tuple[Situation, Situation, str | None], Sequence[str]]
"""Agents by what they had in common, what they have in common now, and where they are at home."""
Fewer = Callable[[Situation, Situation, str | None], tuple[int, int]]
"""How many crossings fewer agents have in another situation, and how many fewer with an open door."""
_KEY: Final[Callable[[Traveller], _Key]] = attrgetter("situation", "home")


def crossed_from(mesh: Mesh, traveller: Traveller, source: int | None) -> int:
    """The accesses that would be crossings from a source (the number of a system, or home)."""
    home = traveller.home_mask
    if source is None:
        return mesh.access & ~home
    own_zone = mesh.zone_mask[mesh.zone_of[source]]
    outside = mesh.access & ~home & ~own_zone
    if own_zone == home:
        return outside
    read = 1 << 5 * source
    if mesh.untrusted & read:
        return outside | home & mesh.acting
    less = sum(mesh.at_level[level] for level in range(mesh.sensitivity[source]))
    return outside | home & mesh.acting & less


@dataclass(slots=True, eq=False)
class _Rest:
    """What some groups of shared rows open.

    Attributes:
        apart: the pairs of a source and an access in two zones.
        into: by zone those groups of which an access lies there.
        anywhere: those whose accesses are too many to tell.
    """

    apart: int
    into: dict[str, list[Group]]
    anywhere: list[Group]


class Counts:
    """How many crossings there are, and how many of them are approved or uncontrolled.

    Each is counted when it is first asked for: who counts crossings by severity has them all already.
    """

    _meanwhile: Callable[[], None] | None = None

    def __init__(self, engine: Engine, meanwhile: Callable[[], None] | None = None) -> None:
        """Nothing is counted yet.

        Args:
            engine: the reading.
            meanwhile: called before each agent is looked at; what it raises comes through.
        """
        self.begin(engine)
        self._meanwhile = meanwhile
        self.approvals.update(approvals(engine))

    @classmethod
    def of(cls, engine: Engine, crossings: int, opened: int, approved: int) -> "Counts":
        """The same where the numbers are known already: of single agents they are not."""
        made = cls(engine)
        made.crossings, made.open, made.approved = crossings, opened, approved
        return made

    def begin(self, engine: Engine) -> None:
        """Nothing is counted yet."""
        self.engine = engine
        self.mesh = engine.mesh
        self.approvals: dict[str, list[Approval]] = {}
        self._crossings_of: dict[_Key, int] = {}
        self._open_of: dict[_Key, int] = {}
        self._approved_of: dict[str, int] = {}
        self._begin(Pairs(engine.mesh))

    def _begin(self, pairs: Pairs) -> None:
        """What is worked out anew after an edit."""
        self._pairs = pairs
        self._wholes: dict[Situation, Product] = {}
        self._products: dict[Group, Product] = {}
        self._rests: dict[tuple[Group, ...], _Rest] = {}
        self._zones: dict[Group, set[str] | None] = {}
        self._crossed = Crossed(self.engine)

    @cached_property
    def crossings(self) -> int:
        """All crossings."""
        return self._sum(self._crossings_of, self._all, zip(self.engine.travellers, repeat(1)))

    @cached_property
    def open(self) -> int:
        """The crossings with an open door."""
        return self._sum(self._open_of, self._open, zip(self.engine.travellers, repeat(1)))

    @cached_property
    def approved(self) -> int:
        """The crossings with an open door of which every one is approved."""
        return self._sum_approved(self.engine.travellers) if self.approvals else 0

    def _sum(
        self,
        known: dict[_Key, int],
        count: Callable[[Traveller], int],
        travellers: Iterable[tuple[Traveller, int]],
    ) -> int:
        """What is counted of some agents together: once of all that are in one situation and one home.

        Args:
            known: what was counted already.
            count: counts of one agent.
            travellers: agents, each with how many others there are like it, itself included.
        """
        total = 0
        for traveller, times in travellers:
            if self._meanwhile is not None:
                self._meanwhile()
            key = traveller.situation, traveller.home
            number = known.get(key)
            if number is None:
                number = known[key] = count(traveller)
            total += times * number
        return total

    def _sum_approved(self, travellers: Iterable[Traveller]) -> int:
        total = 0
        for traveller in travellers:
            excuses = self.approvals.get(traveller.id)
            if excuses:
                number = self._approved_of.get(traveller.id)
                if number is None:
                    number = self._approved_of[traveller.id] = sum(
                        self._approved(traveller, group, approval)
                        for approval in excuses
                        for group in traveller.groups
                    )
                total += number
        return total

    @cached_property
    def doors(self) -> Doors:
        """The open doors of starts."""
        return Doors(self.engine)

    def after(
        self,
        engine: Engine,
        approvals: dict[str, list[Approval]],
        agents: AbstractSet[str],
        alike: Alike,
        *,
        redrawn: bool,
        fewer: Fewer | None,
    ) -> "Counts":
        """The same after an edit; these stay as they are.

        Args:
            engine: the reading after it.
            approvals: what intents can excuse now.
            agents: the agents that the edit concerns.
            alike: of those some that are at home where they were, by their situations before and after.
            redrawn: whether zones have other systems now, or systems other properties that count.
            fewer: counts what they have otherwise; if there is none, they have what they had.
        """
        made = copy.copy(self)
        kept = made.keep(alike, fewer) if agents else set()
        excused = kept & (self.approvals.keys() | approvals.keys())
        made.follow(engine, approvals, agents - kept, excused, redrawn=redrawn)
        return made

    def keep(self, alike: Alike, fewer: Fewer | None) -> set[str]:
        """Count as much of agents, or fewer, what is approved aside: only for a copy that nobody else has.

        Args:
            alike: the agents by their situations.
            fewer: as above.

        Returns the agents of which that is done.
        """
        self._crossings_of, self._open_of = self._crossings_of.copy(), self._open_of.copy()
        # Agents may stay in their situations: all are counted before any is told otherwise.
        crossings, opened = self.crossings, self.open
        kept: set[str] = set()
        for (before, after, home), agents in alike.items():
            was, now = (before, home), (after, home)
            fewer_crossings, fewer_open = (0, 0) if fewer is None else fewer(before, after, home)
            for counted, less in ((self._crossings_of, fewer_crossings), (self._open_of, fewer_open)):
                if was in counted:
                    counted[now] = counted[was] - less
            kept.update(agents)
            crossings -= len(agents) * fewer_crossings
            opened -= len(agents) * fewer_open
        self.crossings, self.open = crossings, opened
        return kept

    def follow(
        self,
        engine: Engine,
        approvals: dict[str, list[Approval]],
        agents: AbstractSet[str],
        excused: AbstractSet[str],
        *,
        redrawn: bool,
    ) -> None:
        """Count these agents again, and of others what is approved: only for a copy that nobody else has,
        and after ``keep``.
        """
        self._approved_of = self._approved_of.copy()
        known, come = self.engine.traveller_of, engine.traveller_of
        before = [known[each] for each in sorted(agents & known.keys())]
        together = _together(before)
        crossings = self.crossings - self._sum(self._crossings_of, self._all, together)
        opened = self.open - self._sum(self._open_of, self._open, together)
        approved = self.approved - self._sum_approved([*before, *map(known.__getitem__, excused)])
        for ident in agents | excused:
            self._approved_of.pop(ident, None)
        for key in map(_KEY, before) if redrawn else ():
            # In the situation that they had they come to something else.
            self._crossings_of.pop(key, None)
            self._open_of.pop(key, None)
        if len(self._open_of) > 2 * len(come) + _FEW:
            keys = {_KEY(each) for each in engine.travellers if each.id not in agents}
            self._crossings_of = {key: self._crossings_of[key] for key in keys & self._crossings_of.keys()}
            self._open_of = {key: self._open_of[key] for key in keys & self._open_of.keys()}
        self.engine, self.mesh, self.approvals = engine, engine.mesh, approvals
        self.__dict__.pop("doors", None)
        self._begin(self._pairs.after(engine.mesh, redrawn=redrawn))
        now = [come[each] for each in sorted(agents & come.keys())]
        together = _together(now)
        self.crossings = crossings + self._sum(self._crossings_of, self._all, together)
        self.open = opened + self._sum(self._open_of, self._open, together)
        self.approved = approved + self._sum_approved([*now, *map(come.__getitem__, excused)])

    def pairs(self) -> Pairs:
        """Counts pairs of the same mesh."""
        return self._pairs.after(self.mesh, redrawn=False)

    @property
    def uncontrolled(self) -> int:
        """The crossings with an open door that is not approved."""
        return self.open - self.approved

    def count(self, sources: int, home: bool, home_mask: int, reach: int) -> int:
        """The crossings from any of the sources to any of the accesses.

        Args:
            sources: systems, by their read accesses.
            home: whether home is a source too.
            home_mask: the accesses of the agent's home zone.
            reach: accesses.
        """
        pairs = self._pairs
        return pairs.crossings(pairs.known(sources, reach), pairs.home(home_mask), begins=home)

    def apart(self, sources: int, accesses: int) -> int:
        """How many pairs of a source and an access are in two zones."""
        return self._pairs.known(sources, accesses).apart

    def _all(self, traveller: Traveller) -> int:
        pairs, home = self._pairs, traveller.home
        situation = traveller.situation
        product = self._wholes.get(situation)
        if product is None:
            product = self._wholes[situation] = pairs.product(situation.sources, situation.reach)
        return pairs.crossings(product, pairs.home_of(home), begins=home is not None)

    def _open(self, traveller: Traveller) -> int:
        """The crossings with an open door, approved or not."""
        home, situation = self._pairs.home_of(traveller.home), traveller.situation
        total = self._crossed.count(situation, traveller.home) if situation.common.groups else 0
        if self.engine.candidates.boundaries:
            for group in situation.groups:
                total += self._pairs.crossings(self._product(group), home, begins=group.home)
                total -= self._closed(traveller, group)
            return total
        for group in situation.groups[: len(situation.groups) - len(situation.rest)]:
            total += self._pairs.crossings(self._product(group), home, begins=group.home)
        return total + self._open_for_rest(situation.rest, traveller.home, home)

    def _product(self, group: Group) -> Product:
        known = self._products.get(group)
        if known is None:
            row = group.unchecked.row & self.mesh.access
            known = self._products[group] = self._pairs.known(group.sources, row)
        return known

    def _open_for_rest(self, rest: tuple[Group, ...], zone: str | None, home: Home) -> int:
        """The same for groups of shared rows, which do not begin at home and mostly do not lead there."""
        known = self._rests.get(rest)
        if known is None:
            known = self._rests[rest] = self._rest(rest)
        total = known.apart
        for group in chain(known.into.get(zone or "", ()), known.anywhere):
            product = self._product(group)
            total += self._pairs.crossings(product, home, begins=False) - product.apart
        return total

    def _rest(self, rest: tuple[Group, ...]) -> _Rest:
        known = _Rest(0, {}, [])
        for group in rest:
            known.apart += self._product(group).apart
            zones = self._zones.get(group, ())
            if zones == ():
                zones = self._zones[group] = self._zones_of(self._product(group))
            if zones is None:
                known.anywhere.append(group)
            else:
                for zone in zones:
                    known.into.setdefault(zone, []).append(group)
        return known

    def _zones_of(self, product: Product) -> set[str] | None:
        """The zones of some accesses, if they are few."""
        if product.size > _FEW:
            return None
        zone_of = self.mesh.zone_of
        return {zone_of[node // 5] for node in bits(product.accesses)}

    def _closed(self, traveller: Traveller, group: Group) -> int:
        """The crossings of a group that boundaries close."""
        total = 0
        home = traveller.home if group.home else None
        for closed, accesses in self.engine.closing.every(group.unchecked.dropped):
            row = group.unchecked.row & accesses
            sources = group.sources & closed.accesses
            if row and (sources or home in closed.zones):
                total += self.count(sources, home in closed.zones, traveller.home_mask, row)
        return total

    def _approved(self, traveller: Traveller, group: Group, approval: Approval) -> int:
        """The crossings of which every open door is approved."""
        total = 0
        sources = group.sources & approval.sources
        home = group.home and approval.home
        if not sources and not home:
            return 0
        for action in bits(approval.actions):
            access = 5 * approval.system + action
            if not group.unchecked.row >> access & 1:
                continue
            if any(not approval.credentials >> each & 1 for each in self.doors.at(group, access)):
                continue
            left, left_home = self.engine.closing.open_to(
                access, group.unchecked.dropped, sources, traveller.home if home else None
            )
            total += self.count(left, left_home, traveller.home_mask, 1 << access)
        return total


def _together(travellers: Sequence[Traveller]) -> list[tuple[Traveller, int]]:
    """Agents, one of all that are in one situation and one home, each with how many they are."""
    keys = list(map(_KEY, travellers))
    samples = dict(zip(keys, travellers, strict=True))
    return [(samples[key], times) for key, times in Counter(keys).items()]
