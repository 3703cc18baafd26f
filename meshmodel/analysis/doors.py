"""Missing checkpoints (section 6): open doors that are not approved, by credential and system.

Nothing here looks at single crossings. For every credential there is the set of groups of sources that
carry it unchecked, for every kind of target the sets of groups that come to it from elsewhere, and a door
is their intersection. Most doors differ in little: the work is done once for each set of groups, kind of
target and set of actions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import add, attrgetter
from typing import Final, NamedTuple

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.entering import Entering, Passing, Way
from meshmodel.analysis.marking import NOBODY, SPECIAL, Marked
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import ADMIN, ALL_ACTIONS, READ, action_mask, actions_of, bits, without
from meshmodel.model.records import Grant
from meshmodel.model.vocabulary import Severity

_ACTIONS: Final = tuple(tuple(bits(mask)) for mask in range(ALL_ACTIONS + 1))
"""The numbers of the actions of a set of five bits."""


class _Kind(NamedTuple):
    """Who comes through doors to systems of one kind: to read, and to act; and what is known for either
    or both.
    """

    read: Entering
    acting: Entering
    passing: dict[tuple[bool, bool], Passing]


@dataclass(slots=True)
class _Through:
    """What is known of doors that the same groups find open.

    Attributes:
        marks: these groups.
        ways: for a kind of system and the actions granted there who comes through, and what for.
        kinds: who comes through, by the kind of system.
        zones: the agents that come through to a zone which is not their home: all, and those with
            outsiders' words.
    """

    marks: int
    ways: dict[int, Way | None] = field(default_factory=dict)
    kinds: dict[int, _Kind] = field(default_factory=dict)
    zones: dict[str, tuple[int, int]] = field(default_factory=dict)


class MissingCheckpoints(Marked):
    """All doors of one reading, with their severities and the agents that find them open."""

    def _forget(self) -> None:
        super()._forget()
        self._through: dict[int, _Through] = {}

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._prepare_guarded()

    def _prepare_guarded(self) -> None:
        """Note the grants of which some step is guarded."""
        self._guarded: dict[int, set[int]] = {}
        for leaves, enters in self.engine.candidates.guards:
            self._guarded.setdefault(leaves, set()).add(enters // 5)

    # Doors by columns -------------------------------------------------------------------------

    def doors(self) -> tuple[Door, ...]:
        """All missing checkpoints, by credential and system."""
        mesh, carried, component = self.mesh, self._carried, self._component
        credentials, systems = sorted(mesh.credential_node), sorted(mesh.system_number)
        nodes = list(map(mesh.credential_node.__getitem__, credentials))
        # Grants are numbered in the order of their credentials and systems.
        many = len(systems)
        first = {node: many * place for place, node in enumerate(nodes) if carried[component[node]]}
        place_of = [0] * len(mesh.systems)
        for place, name in enumerate(systems):
            place_of[mesh.system_number[name]] = place
        masks: dict[int, int] = {}
        for leaves, enters in mesh.steps["grant"]:
            if leaves in first:
                place = first[leaves] + place_of[enters // 5]
                masks[place] = masks.get(place, 0) | 1 << enters % 5
        places = sorted(masks)
        holders = [place // many for place in places]
        opened = [systems[place % many] for place in places]
        leaving = list(map(nodes.__getitem__, holders))
        ways = self._ways_at(leaving, opened, list(map(masks.__getitem__, places)))
        return tuple(self._doors_at(list(map(credentials.__getitem__, holders)), leaving, opened, ways))

    def doors_at(self, grants: Sequence[Grant]) -> list[Door | None]:
        """The missing checkpoint at each of these grants of active credentials, or ``None``."""
        names = [each.credential for each in grants]
        systems = [each.system for each in grants]
        nodes = list(map(self.mesh.credential_node.__getitem__, names))
        masks = {actions: action_mask(actions) for actions in {each.actions for each in grants}}
        ways = self._ways_at(nodes, systems, [masks[each.actions] for each in grants])
        made = iter(self._doors_at(names, nodes, systems, ways))
        return [None if way is None else next(made) for way in ways]

    def _ways_at(
        self, nodes: Sequence[int], systems: Sequence[str], granted: Sequence[int]
    ) -> list[Way | None]:
        """Who comes through the grants of these credentials, to these systems, of these actions."""
        carried, component, kind = self._carried, self._component, self._kind
        size = len(self._kinds) + 1 << 5
        numbers: dict[int, int] = {}
        first = {}
        for node in set(nodes):
            marks = carried[component[node]]
            first[node] = numbers.setdefault(marks, len(numbers)) * size
        keys = [
            first[node] + (kind[system] + 1 << 5) + mask
            for node, system, mask in zip(nodes, systems, granted, strict=True)
        ]
        through = list(map(self._known_through, numbers))
        number_of = self.mesh.system_number
        ways: dict[int, Way | None] = {}
        special = False
        for key, system in dict(zip(keys, systems, strict=True)).items():
            number, rest = divmod(key, size)
            if rest >> 5:
                ways[key] = self._plain_way(through[number], (rest >> 5) - 1, number_of[system], rest & 31)
            else:
                special = True
        found = list(map(ways.get, keys))
        guarded = self._guarded
        for place in [place for place, node in enumerate(nodes) if special or node in guarded]:
            node, system = nodes[place], systems[place]
            number = number_of[system]
            if kind[system] == SPECIAL or number in guarded.get(node, ()):
                found[place] = self._way(node, number, carried[component[node]], granted[place])
        return found

    def _doors_at(
        self, names: Sequence[str], nodes: Sequence[int], systems: Sequence[str], ways: Sequence[Way | None]
    ) -> list[Door]:
        """The doors of these credentials to these systems, where there is a way."""
        own, component, held = self._own, self._own_component, self._held
        chosen = [way for way in ways if way is not None]
        if len(chosen) < len(ways):
            there = [way is not None for way in ways]
            names, systems = list(compress(names, there)), list(compress(systems, there))
            nodes = list(compress(nodes, there))
        picked: dict[int, int] = {}
        # So many of any agents, less all there are, must have picked the credential up.
        everyone = self._everyone.bit_count()
        each_once = set(nodes)
        reaching = {number: own[number] for number in map(component.__getitem__, each_once)}
        # Most are reached by the same agents.
        counts = {id(agents): agents for agents in reaching.values()}
        counted = {key: agents.bit_count() - everyone for key, agents in counts.items()}
        surely = {node: counted[id(reaching[component[node]])] for node in each_once}
        for node in held.keys() & each_once:
            surely[node] -= held[node].bit_count()

        def exactly(passing: Passing, node: int) -> Severity:
            known = picked.get(node)
            if known is None:
                known = picked[node] = without(own[component[node]], held.get(node, 0))
            return passing.severity(known) if known else passing.none

        actions, passing = zip(*chosen, strict=True) if chosen else ((), ())
        severities = list(map(attrgetter("most"), passing))
        sure = map(add, map(attrgetter("least"), passing), map(surely.__getitem__, nodes))
        for place in [place for place, many in enumerate(sure) if many <= 0]:
            severities[place] = exactly(passing[place], nodes[place])
        return Door.several(names, systems, actions, map(attrgetter("agents"), passing), severities)

    # Who comes through ------------------------------------------------------------------------

    def _known_through(self, marks: int) -> _Through:
        known = self._through.get(marks)
        if known is None:
            known = self._through[marks] = _Through(marks)
        return known

    def _plain_way(self, known: _Through, kind: int, system: int, granted: int) -> Way | None:
        """Who comes through a door that is open for all these groups, whatever they do."""
        key = kind << 5 | granted
        if key in known.ways:
            return known.ways[key]
        if granted >> ADMIN:
            granted = ALL_ACTIONS
        here = self._kind_through(known, kind, system)
        reads = bool(granted & 1 and here.read.agents)
        acts = bool(granted & ~1 and here.acting.agents)
        way = None
        if reads or acts:
            passing = here.passing.get((reads, acts))
            if passing is None:
                # Who reads also acts, if anybody does.
                agents = self._named(here.acting.agents if acts else here.read.agents)
                parts = (*(((here.read, True),) if reads else ()), *(((here.acting, False),) if acts else ()))
                passing = Passing(agents, self.mesh.sensitivity[system], parts)
                here.passing[reads, acts] = passing
            way = actions_of((granted & 1 if reads else 0) | (granted & ~1 if acts else 0)), passing
        known.ways[key] = way
        return way

    def _way(self, credential: int, system: int, carried: int, granted: int) -> Way | None:
        """Who comes through any door, and what they can do."""
        kind = self._kind[self.mesh.systems[system]]
        guards, open_in = self.engine.candidates.guards, self.open_in
        open_for = {}
        for each in _ACTIONS[granted]:
            step = credential, 5 * system + each
            open_for[each] = carried & open_in.get(step, 0) if step in guards else carried
        if not any(open_for.values()):
            return None
        if kind != SPECIAL:
            # Most checkpoints are on all actions.
            several = set(open_for.values())
            if len(several) == 1:
                through = several.pop()
                return self._plain_way(self._known_through(through), kind, system, granted)
        by_admin = open_for.get(ADMIN, 0)
        found = 0
        parts = []
        for number in range(5):
            access = 5 * system + number
            through = by_admin | open_for.get(number, 0)
            if through:
                if kind == SPECIAL:
                    entered = self._entering_specially(through, credential, access)
                else:
                    here = self._kind_through(self._known_through(through), kind, system)
                    entered = here.acting if number > READ else here.read
                if entered.agents:
                    found |= 1 << number
                    parts.append((entered, number == READ))
        if not found:
            return None
        agents = 0
        for entered, _ in parts:
            agents |= entered.agents
        passing = Passing(self._named(agents), self.mesh.sensitivity[system], tuple(parts))
        return actions_of(found), passing

    def _kind_through(self, known: _Through, kind: int, system: int) -> _Kind:
        """Of these groups who comes to systems of one kind, of which this is one."""
        here = known.kinds.get(kind)
        if here is None:
            through = known.marks
            zone, level = self.mesh.zone_of[system], self.mesh.sensitivity[system]
            outside, at_home = self._coming(zone), self._at_home(zone)
            comers = known.zones.get(zone)
            if comers is None:
                comers = known.zones[zone] = (
                    without(self._agents(through & outside.any), at_home),
                    without(self._agents(through & outside.untrusted), at_home),
                )
            inside = self._coming_home(zone, level) if at_home else NOBODY
            exposed = system in self._exposed
            floor = self._floor(through, outside, NOBODY, at_home) if exposed else 0
            read = acting = Entering(*comers, floor)
            if through & inside.any:
                acting = Entering(
                    comers[0] | self._agents(through & inside.any) & at_home,
                    comers[1] | self._agents(through & inside.untrusted) & at_home,
                    self._floor(through, outside, inside, at_home) if exposed else 0,
                )
            here = known.kinds[kind] = _Kind(read, acting, {})
        return here

    def _entering_specially(self, through: int, credential: int, access: int) -> Entering:
        """Of these groups who comes to an access that a boundary or an intent tells apart."""
        system, action = divmod(access, 5)
        zone, level = self.mesh.zone_of[system], self.mesh.sensitivity[system]
        if self._bounded.get(zone, 0) >> action & 1:
            key = zone, level, action
            outside = self._to_bounded.get(key)
            if outside is None:
                outside = self._to_bounded[key] = self._coming_bounded(access)
            inside = outside
        else:
            outside = self._coming(zone)
            inside = self._coming_home(zone, level) if action != READ else NOBODY
        if system in self._approvals:
            outside = self._less_approved(credential, access, outside)
            inside = self._less_approved(credential, access, inside)
        exposed = system in self._exposed
        return self._entered(through, outside, inside, self._at_home(zone), exposed=exposed)
