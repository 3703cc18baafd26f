"""Who carries which credentials, and who comes to which targets from elsewhere (section 6).

Every group of sources of an agent is one bit, the same for all agents for which it means the same. So
sets of groups are numbers, and what follows from them for agents is worked out once for each.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import accumulate, compress, count
from operator import and_
from typing import Final

from meshmodel.analysis.approvals import Approval, approvals
from meshmodel.analysis.bounded import Bounded
from meshmodel.analysis.closure import union
from meshmodel.analysis.crowds import Crowds, Like
from meshmodel.analysis.engine import Engine, Group, Situation, Traveller
from meshmodel.analysis.entering import Coming, Entering
from meshmodel.analysis.sources import Likeness, Sample, Sources, features_of, likeness, likeness_of
from meshmodel.analysis.steps import bits, without

_ONES: Final = bytes.maketrans(b"01", b"\0\1")
NOBODY: Final = Coming()
"""No group has crossings."""
_FEW: Final = 30
"""So many agents are left out of others one by one."""
_LITTLE: Final = 24
"""Sets that differ by so many groups differ little."""
_PIVOTS: Final = 24
"""So many sets are kept to which others are compared."""
SPECIAL: Final = -1
"""The kind of a system that a boundary or an intent tells apart from all others."""


class Marked:
    """The groups of all agents with a bit each, the credentials they carry, and where they come from."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        agents = engine.travellers
        self._ids = [each.id for each in agents]
        self._everyone = (1 << len(agents)) - 1
        self._home: dict[str, int] = {}
        for number, traveller in enumerate(agents):
            if traveller.home is not None:
                self._home[traveller.home] = self._home.get(traveller.home, 0) | 1 << number
        self._approvals: dict[int, list[tuple[int, Traveller, Group, Approval]]] = {}
        self._prepare_boundaries()
        self._add_groups(agents)
        self._prepare_carried()
        self._own = engine.own_carriers
        self._own_component: Sequence[int] = engine.own.component
        self._held: dict[int, int] = engine.holders
        self._prepare_sources()
        self._prepare_kinds()
        self._forget()

    def _add_groups(self, agents: Sequence[Traveller]) -> None:
        """Number the groups, and note what intents excuse for each.

        First one bit for all agents that are alike, for their first group; then one for each other
        group, of all agents for which it means the same. Where agents are at home matters only where a
        boundary or an intent asks for it.
        """
        found = approvals(self.engine)
        self.groups: list[tuple[Traveller, Group]] = []
        self._agents_of: list[int] = []
        self._grouped = 0
        apart = bool(self._bounded)
        places: dict[tuple[Situation, str | None, str | None], int] = {}
        for number, traveller in enumerate(agents):
            if not traveller.situation.groups:
                continue
            self._grouped |= 1 << number
            home = traveller.home if apart else None
            key = traveller.situation, home, traveller.id if traveller.id in found else None
            place = places.setdefault(key, len(places))
            if place == len(self.groups):
                self.groups.append((traveller, traveller.situation.groups[0]))
                self._agents_of.append(0)
            self._agents_of[place] |= 1 << number
        self._first = (1 << len(self.groups)) - 1
        self._marks_of = [0] * len(self.groups)
        self._firsts_of: dict[int, int] = {}
        alike: defaultdict[Like, dict[Group, int]] = defaultdict(dict)
        firsts: dict[tuple[int, ...], int] = {}
        # Many agents have the very same groups of shared rows.
        shared: dict[tuple[tuple[Group, ...], Like], tuple[int, ...]] = {}
        self._crowds = Crowds()
        for place, (traveller, _) in enumerate(self.groups.copy()):
            excuses = found.get(traveller.id, ())
            like = traveller.steered, traveller.home if apart else None, traveller.id if excuses else None
            others, rest = traveller.situation.groups[1:], traveller.situation.rest
            rest = rest if len(rest) <= len(others) else others
            numbers = [place]
            for some in (others[: len(others) - len(rest)], rest):
                known = shared.get((some, like))
                if known is None:
                    known = shared[some, like] = self._numbered(alike[like], traveller, some)
                firsts[known] = firsts.get(known, 0) | 1 << place
                numbers.extend(known)
            self._crowds.note(traveller.situation, like, self._agents_of[place])
            for approval in excuses:
                self._approvals.setdefault(approval.system, []).extend(
                    (number, *self.groups[number], approval) for number in numbers
                )
        for numbers_of, places_of in firsts.items():
            marks = union(numbers_of)
            for place in bits(places_of):
                self._marks_of[place] |= marks
            for number in numbers_of:
                self._firsts_of[number] = self._firsts_of.get(number, 0) | places_of
        for like, having, groups in self._crowds.noted():
            sample = agents[(having & -having).bit_length() - 1]
            self._crowds.add(union(self._numbered(alike[like], sample, groups)), having)

    def _numbered(
        self, known: dict[Group, int], traveller: Traveller, some: Iterable[Group]
    ) -> tuple[int, ...]:
        """The numbers of groups by what they mean for an agent; new ones for those that mean it first."""
        for each in some:
            if each not in known:
                known[each] = len(self.groups)
                self.groups.append((traveller, each))
        return tuple(map(known.__getitem__, some))

    def _prepare_carried(self) -> None:
        """Where the groups come to credentials, and which guarded steps are open for them."""
        engine = self.engine
        seeds: dict[tuple[int, ...], int] = {}
        dropping: dict[int, int] = {}
        for number, (_, group) in enumerate(self.groups):
            mark = 1 << number
            for part in group.unchecked.seeds:
                seeds[part] = seeds.get(part, 0) | mark
            dropped = group.unchecked.dropped
            if dropped:
                dropping[dropped] = dropping.get(dropped, 0) | mark
        self.open_in: dict[tuple[int, int], int] = {}
        without: dict[int, int] = {}
        for dropped, marks in dropping.items():
            for number in bits(dropped):
                without[number] = without.get(number, 0) | marks
        for step, guards in engine.candidates.guards.items():
            open_for = reduce(and_, [without.get(number, 0) for number in bits(guards)])
            if open_for:
                self.open_in[step] = open_for
        baseline = engine.guarding.baseline
        beginning: dict[int, int] = {}
        for part, marks in seeds.items():
            for node in part:
                beginning[node] = beginning.get(node, 0) | marks
        self._carried = baseline.columns(beginning)
        self._component: Sequence[int] = baseline.component

    def _prepare_sources(self) -> None:
        """What the sources of groups are like: to other zones than home all sources have crossings, to
        accesses at home only some of them.
        """
        self._from_home = 0
        self._outside = Sources()
        self._inside = [Sources() for _ in range(4)]
        single: dict[tuple[int, bool], int] = {}
        several: dict[tuple[int, bool], int] = {}
        # Most large sets have sources of all sorts in several zones, as any that includes theirs.
        samples = {steered: Sample(self.mesh, steered=steered) for steered in (False, True)}
        usual = [0, 0]
        for number, (traveller, group) in enumerate(self.groups):
            mark, sources, steered = 1 << number, group.sources, traveller.steered
            if group.home:
                self._from_home |= mark
            last = sources.bit_length() - 1
            if sources and sources == 1 << last:
                # It takes long to tell large numbers apart.
                key = last // 5, steered
                single[key] = single.get(key, 0) | mark
            elif samples[steered].is_in(sources):
                usual[steered] |= mark
            else:
                key = sources, steered
                several[key] = several.get(key, 0) | mark
        alike: dict[Likeness, int] = {}
        for steered, marks in zip(samples, usual, strict=True):
            if marks:
                like = samples[steered].like
                alike[like] = alike.get(like, 0) | marks
        words = {read // 5 for read in bits(self.mesh.untrusted)}
        for (system, steered), marks in single.items():
            like = likeness_of(self.mesh, system, words=system in words, steered=steered)
            alike[like] = alike.get(like, 0) | marks
        for (sources, steered), marks in several.items():
            like = likeness(self.mesh, sources, steered=steered)
            alike[like] = alike.get(like, 0) | marks
        for like, marks in alike.items():
            for told, zones in zip((self._outside, *self._inside), like, strict=True):
                told.add(marks, zones)

    def _prepare_boundaries(self) -> None:
        self._bounded: dict[str, int] = {}
        for boundary in self.engine.candidates.boundaries:
            zone = boundary.zone_to
            self._bounded[zone] = self._bounded.get(zone, 0) | boundary.actions

    def _prepare_kinds(self) -> None:
        """Number the systems by all that a door there depends on, the credential aside."""
        numbers = self.mesh.system_number
        self._exposed = self.engine.exposed
        here = numbers.values()
        zones, levels = self.mesh.zone_of, self.mesh.sensitivity
        keys = zip(
            map(zones.__getitem__, here),
            map(levels.__getitem__, here),
            map(self._exposed.__contains__, here),
            strict=True,
        )
        kinds: defaultdict[tuple[str, int, bool], int] = defaultdict(count().__next__)
        self._kind = dict(zip(numbers, map(kinds.__getitem__, keys), strict=True))
        self._kinds = dict(kinds)
        if self._approvals or self._bounded:
            self._kind.update((name, self._kind_of(number)) for name, number in numbers.items())

    def _kind_of(self, number: int) -> int:
        zone = self.mesh.zone_of[number]
        if number in self._approvals or zone in self._bounded:
            return SPECIAL
        key = zone, self.mesh.sensitivity[number], number in self._exposed
        return self._kinds.setdefault(key, len(self._kinds))

    def _forget(self) -> None:
        """Forget what was worked out on the way, which holds for one reading."""
        self._to: dict[str, Coming] = {}
        self._to_home: dict[tuple[str, int], Coming] = {}
        self._asking: Bounded | None = None
        self._to_bounded: dict[tuple[str, int, int], Coming] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        self._expanded: dict[int, int] = {0: 0}
        self._pivots: list[tuple[int, int, int]] = []
        self._most_named: tuple[int, Sequence[str], Sequence[int]] = 0, (), ()

    # Who comes from elsewhere -----------------------------------------------------------------

    def _at_home(self, zone: str) -> int:
        """The agents that are at home there."""
        return self._home.get(zone, 0) & self._everyone

    def _coming(self, zone: str) -> Coming:
        """The groups that have crossings to a zone, were it in their reach, for who is not at home there."""
        known = self._to.get(zone)
        if known is None:
            known = self._to[zone] = self._outside.to(zone)
            known.any |= self._from_home
        return known

    def _coming_home(self, zone: str, level: int) -> Coming:
        """The groups that have crossings for who is at home there, and acts on systems of a sensitivity."""
        known = self._to_home.get((zone, level))
        if known is None:
            known = self._to_home[zone, level] = self._inside[level].to(zone)
        return known

    def _coming_bounded(self, access: int) -> Coming:
        if self._asking is None:
            self._asking = Bounded(self.mesh, self.engine.closing, self._by_number())
        return self._asking.coming(access)

    def _by_number(self) -> Iterable[tuple[int, Traveller, Group]]:
        """The groups with the numbers of their bits."""
        return ((number, *each) for number, each in enumerate(self.groups))

    def _less_approved(self, credential: int, access: int, coming: Coming) -> Coming:
        system, action = divmod(access, 5)
        for number, traveller, group, approval in self._approvals.get(system, ()):
            if approval.actions >> action & 1 and approval.credentials >> credential & 1:
                sources, home = self.engine.closing.open_to(
                    access,
                    group.unchecked.dropped,
                    group.sources & ~approval.sources,
                    traveller.home if group.home and not approval.home else None,
                )
                features = features_of(
                    self.mesh,
                    access,
                    sources,
                    home=home,
                    at_home=self.mesh.zone_of[system] == traveller.home,
                    steered=traveller.steered,
                )
                coming = coming.replace(1 << number, features)
        return coming

    def _entered(
        self, through: int, outside: Coming, inside: Coming, at_home: int, *, exposed: bool
    ) -> Entering:
        """Of these groups who comes to a target: they have crossings to it unless they are at home there,
        or if they are.
        """
        return Entering(
            self._either(through & outside.any, through & inside.any, at_home),
            self._either(through & outside.untrusted, through & inside.untrusted, at_home),
            *(self._carrying(through, outside, inside, at_home) if exposed else ()),
        )

    def _carrying(self, through: int, outside: Coming, inside: Coming, at_home: int) -> tuple[int, int]:
        """Of these groups who carries something confidential to an exposed target, and who floods it."""
        carries = self._either(through & outside.carries, through & inside.carries, at_home)
        if not carries:
            return 0, 0
        return carries, self._either(through & outside.floods, through & inside.floods, at_home)

    def _either(self, outside: int, inside: int, at_home: int) -> int:
        """The agents of the first groups that are not at home, and those of the second that are."""
        agents = self._agents(outside)
        if at_home:
            agents = without(agents, at_home)
            if inside:
                agents |= self._agents(inside) & at_home
        return agents

    def _agents(self, marks: int) -> int:
        """The agents of these groups."""
        known = self._expanded.get(marks)
        if known is None:
            known = self._expanded[marks] = self._expand(marks)
        return known

    def _expand(self, marks: int) -> int:
        agents, others = self._crowds.among(marks)
        return agents if agents == self._grouped else agents | self._expand_others(others)

    def _expand_others(self, marks: int) -> int:
        for number, (before, firsts, known) in enumerate(self._pivots):
            other = marks ^ before
            if other.bit_count() <= _LITTLE:
                if number:
                    # The next one is similar, too.
                    self._pivots.insert(0, self._pivots.pop(number))
                touched = other & self._first
                for each in bits(other ^ touched):
                    touched |= self._firsts_of[each]
                after = marks & touched
                for place in bits(touched ^ after):
                    if marks & self._marks_of[place]:
                        after |= 1 << place
                agents = known
                for place in bits((after ^ firsts) & touched):
                    agents ^= self._agents_of[place]
                return agents
        first = self._firsts_in(marks)
        absent = self._first ^ first
        few = absent.bit_count() < first.bit_count()
        agents = 0
        for place in bits(absent if few else first):
            agents |= self._agents_of[place]
        agents = self._grouped ^ agents if few else agents
        if marks.bit_count() > _LITTLE and len(self._pivots) < _PIVOTS:
            self._pivots.insert(0, (marks, first, agents))
        return agents

    def _firsts_in(self, marks: int) -> int:
        """The first groups of the agents of these groups."""
        first = marks & self._first
        more = marks ^ first
        absent = self._first ^ first
        if more and absent:
            if absent.bit_count() < more.bit_count():
                for place in bits(absent):
                    if more & self._marks_of[place]:
                        first |= 1 << place
            else:
                for number in bits(more):
                    first |= self._firsts_of[number]
        return first

    def _named(self, agents: int) -> tuple[str, ...]:
        known = self._names.get(agents)
        if known is None:
            before, names, place_of = self._most_named
            differing = before ^ agents
            if before and differing.bit_count() < _FEW:
                # Most are those who were named before, but for a few.
                left = list(names)
                for number in reversed(list(bits(differing))):
                    if before >> number & 1:
                        del left[place_of[number]]
                    else:
                        left.insert(place_of[number], self._ids[number])
                known = tuple(left)
            elif agents.bit_count() < _FEW:
                known = tuple(map(self._ids.__getitem__, bits(agents)))
            else:
                chosen = bin(agents)[:1:-1].encode().translate(_ONES).ljust(len(self._ids), b"\0")
                known = tuple(compress(self._ids, chosen))
                if 2 * len(known) > len(self._ids):
                    # All come to most places, but for those who are at home there.
                    self._most_named = agents, known, list(accumulate(chosen, initial=0))
            self._names[agents] = known
        return known
