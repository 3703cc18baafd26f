"""Who carries which credentials, and who comes to which targets from elsewhere (section 6).

Every group of sources of an agent is one bit, the same for all agents for which it means the same. So
sets of groups are numbers, and what follows from them for agents is worked out once for each.
"""

from collections.abc import Sequence
from functools import reduce
from itertools import compress
from operator import and_
from typing import Final

from meshmodel.analysis.crossings import Approval, approvals, without_closed
from meshmodel.analysis.engine import Engine, Group, Situation, Traveller
from meshmodel.analysis.entering import Coming, Entering
from meshmodel.analysis.sources import Likeness, Sources, exposed_systems, features_of, likeness
from meshmodel.analysis.steps import bits

_ONES: Final = bytes.maketrans(b"01", b"\0\1")
NOBODY: Final = Coming()
"""No group has crossings."""
_FEW: Final = 12
"""So many agents are left out of all one by one."""
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
        marks = {each.node: 1 << number for number, each in enumerate(agents)}
        self._own = engine.own_carriers
        self._own_component: Sequence[int] = engine.own.component
        self._held: dict[int, int] = {}
        for agent, credential in self.mesh.steps["hold"]:
            if agent in marks:
                self._held[credential] = self._held.get(credential, 0) | marks[agent]
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
        alike: dict[tuple[Group, bool, str | None, str | None], int] = {}
        for place, (traveller, _) in enumerate(self.groups.copy()):
            excuses = found.get(traveller.id, ())
            home, alone = traveller.home if apart else None, traveller.id if excuses else None
            numbers = [place]
            steered = traveller.steered
            for group in traveller.situation.groups[1:]:
                number = alike.setdefault((group, steered, home, alone), len(self.groups))
                if number == len(self.groups):
                    self.groups.append((traveller, group))
                numbers.append(number)
                self._firsts_of[number] = self._firsts_of.get(number, 0) | 1 << place
            for number in numbers[1:]:
                self._marks_of[place] |= 1 << number
            for approval in excuses:
                self._approvals.setdefault(approval.system, []).extend(
                    (number, *self.groups[number], approval) for number in numbers
                )

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
        kept = [(~dropped, marks) for dropped, marks in dropping.items()]
        always = reduce(and_, (each for each, _ in kept), -1)
        for step, guards in engine.candidates.guards.items():
            if not guards & always:
                open_for = 0
                for each, marks in kept:
                    if not guards & each:
                        open_for |= marks
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
        known: dict[tuple[int, bool], int] = {}
        for number, (traveller, group) in enumerate(self.groups):
            mark = 1 << number
            if group.home:
                self._from_home |= mark
            # Most are a single one, and it takes long to tell large numbers apart.
            sources = group.sources
            key = sources if sources & sources - 1 else -sources.bit_length(), traveller.steered
            known[key] = known.get(key, 0) | mark
        alike: dict[Likeness, int] = {}
        for (each, steered), marks in known.items():
            sources = each if each >= 0 else 1 << -each - 1
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
        self._exposed = exposed_systems(self.mesh)
        self._kinds: dict[tuple[str, int, bool], int] = {}
        self._kind = dict(zip(numbers, map(self._kind_of, numbers.values()), strict=True))

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
        self._to_bounded: dict[tuple[str, int, int], Coming] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        self._expanded: dict[int, int] = {0: 0}

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
        found = Coming()
        for number, (traveller, group) in enumerate(self.groups):
            sources, home = without_closed(
                self.engine, traveller, group, access, group.sources, home=group.home
            )
            found.add(1 << number, features_of(self.mesh, traveller, access, sources, home=home))
        return found

    def _less_approved(self, credential: int, access: int, coming: Coming) -> Coming:
        system, action = divmod(access, 5)
        for number, traveller, group, approval in self._approvals.get(system, ()):
            if approval.actions >> action & 1 and approval.credentials >> credential & 1:
                sources, home = without_closed(
                    self.engine,
                    traveller,
                    group,
                    access,
                    group.sources & ~approval.sources,
                    home=group.home and not approval.home,
                )
                features = features_of(self.mesh, traveller, access, sources, home=home)
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
            self._floor(through, outside, inside, at_home) if exposed else 0,
        )

    def _floor(self, through: int, outside: Coming, inside: Coming, at_home: int) -> int:
        """The least severity where what is carried comes to an exposed target."""
        if not self._either(through & outside.carries, through & inside.carries, at_home):
            return 0
        return 4 if self._either(through & outside.floods, through & inside.floods, at_home) else 3

    def _either(self, outside: int, inside: int, at_home: int) -> int:
        """The agents of the first groups that are not at home, and those of the second that are."""
        agents = self._agents(outside)
        if at_home:
            agents &= ~at_home
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
            absent = self._first ^ first
        few = absent.bit_count() < first.bit_count()
        agents = 0
        for place in bits(absent if few else first):
            agents |= self._agents_of[place]
        return self._grouped ^ agents if few else agents

    def _named(self, agents: int) -> tuple[str, ...]:
        known = self._names.get(agents)
        if known is None:
            absent = self._everyone ^ agents
            if absent.bit_count() < _FEW:
                names = list(self._ids)
                for place in reversed(list(bits(absent))):
                    del names[place]
                known = tuple(names)
            else:
                chosen = bin(agents)[:1:-1].encode().translate(_ONES)
                known = tuple(compress(self._ids, chosen))
            self._names[agents] = known
        return known
