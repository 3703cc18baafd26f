"""Missing checkpoints (section 6): open doors that are not approved, by credential and system.

Nothing here looks at single crossings. Every group of sources of an agent is one bit; for every
credential there is the set of groups that carry it unchecked, for every kind of target the sets of
groups that come to it from elsewhere, and a door is their intersection.
"""

from collections.abc import Sequence
from itertools import compress
from typing import Final

from meshmodel.analysis.crossings import Approval, approvals, without_closed
from meshmodel.analysis.engine import Engine, Group, Situation, Traveller
from meshmodel.analysis.entering import Coming, Entering, Way
from meshmodel.analysis.results import Door
from meshmodel.analysis.sources import Sources, features_of
from meshmodel.analysis.steps import ADMIN, ALL_ACTIONS, action_mask, actions_of, bits
from meshmodel.model.records import Grant

_ONES: Final = bytes.maketrans(b"01", b"\0\1")
SPECIAL: Final = -1
"""The kind of a system that a boundary or an intent tells apart from all others."""


class MissingCheckpoints:
    """All doors of one reading, with their severities and the agents that find them open."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        found = approvals(engine)
        # First one bit for all agents that are alike, for their first group; then one for each other
        # group, of all agents for which it means the same.
        agents = [each for each in engine.travellers if each.groups]
        self._ids = [each.id for each in agents]
        self.groups: list[tuple[Traveller, Group]] = []
        self._agents_of: list[int] = []
        places: dict[tuple[Situation, str | None, str | None], int] = {}
        for number, traveller in enumerate(agents):
            key = traveller.situation, traveller.home, traveller.id if traveller.id in found else None
            place = places.setdefault(key, len(self.groups))
            if place == len(self.groups):
                self.groups.append((traveller, traveller.groups[0]))
                self._agents_of.append(0)
            self._agents_of[place] |= 1 << number
        self._everyone = (1 << len(agents)) - 1
        self._first = (1 << len(self.groups)) - 1
        self._approvals: dict[int, list[tuple[int, Traveller, Group, Approval]]] = {}
        self._add_groups(found)
        self._prepare_carried()
        agent_marks = {each.node: 1 << place for place, each in enumerate(agents)}
        self._own = engine.own.columns(agent_marks)
        self._own_component: Sequence[int] = engine.own.component
        self._held: dict[int, int] = {}
        for agent, credential in self.mesh.steps["hold"]:
            self._held[credential] = self._held.get(credential, 0) | agent_marks.get(agent, 0)
        self._names: dict[int, tuple[str, ...]] = {}
        self._expanded: dict[int, int] = {}
        self._prepare_coming()
        self._prepare_kinds()

    def _add_groups(self, found: dict[str, list[Approval]]) -> None:
        """Number the other groups of those that are alike, and note what intents excuse for each."""
        self._marks_of = [0] * len(self.groups)
        self._firsts_of: dict[int, int] = {}
        alike: dict[tuple[Group, str | None, bool, str | None], int] = {}
        for place, (traveller, _) in enumerate(self.groups.copy()):
            excuses = found.get(traveller.id, ())
            alone = traveller.id if excuses else None
            numbers = [place]
            for group in traveller.groups[1:]:
                key = group, traveller.home, traveller.steered, alone
                number = alike.setdefault(key, len(self.groups))
                if number == len(self.groups):
                    self.groups.append((traveller, group))
                numbers.append(number)
                self._marks_of[place] |= 1 << number
                self._firsts_of[number] = self._firsts_of.get(number, 0) | 1 << place
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
        for step, guards in engine.candidates.guards.items():
            for dropped, marks in dropping.items():
                if not guards & ~dropped:
                    self.open_in[step] = self.open_in.get(step, 0) | marks
        baseline = engine.guarding.baseline
        beginning: dict[int, int] = {}
        for part, marks in seeds.items():
            for node in part:
                beginning[node] = beginning.get(node, 0) | marks
        self._carried = baseline.columns(beginning)
        self._component: Sequence[int] = baseline.component

    def _prepare_coming(self) -> None:
        mesh = self.mesh
        self._home: dict[str, int] = {}
        self._from_home = 0
        marks_of: dict[tuple[Group, bool], int] = {}
        for number, (traveller, group) in enumerate(self.groups):
            mark, home = 1 << number, traveller.home
            if home is not None:
                self._home[home] = self._home.get(home, 0) | mark
                if group.home:
                    self._from_home |= mark
            key = group, traveller.steered
            marks_of[key] = marks_of.get(key, 0) | mark
        # To other zones than home all sources have crossings, to accesses at home only some of them.
        self._outside = Sources(mesh, mesh.read, marks_of)
        self._inside = [Sources(mesh, mesh.above[level] | mesh.untrusted, marks_of) for level in range(4)]
        self._coming: dict[tuple[str, int, int], Coming] = {}
        self._bounded: dict[str, int] = {}
        for boundary in self.engine.candidates.boundaries:
            zone = boundary.zone_to
            self._bounded[zone] = self._bounded.get(zone, 0) | boundary.actions

    def _prepare_kinds(self) -> None:
        """Number the systems by all that a door there depends on, the credential aside."""
        systems = self.engine.snapshot.system
        self._exposed = {
            number for name, number in self.mesh.system_number.items() if systems[name].is_exposed
        }
        self._kinds: dict[tuple[str, int, bool], int] = {}
        self._kind = {name: self._kind_of(number) for name, number in self.mesh.system_number.items()}
        self._ways: dict[int, dict[int, Way | None]] = {}
        self._guarded = {(leaves, enters // 5) for leaves, enters in self.engine.candidates.guards}

    def _kind_of(self, number: int) -> int:
        zone = self.mesh.zone_of[number]
        if number in self._approvals or zone in self._bounded:
            return SPECIAL
        key = zone, self.mesh.sensitivity[number], number in self._exposed
        return self._kinds.setdefault(key, len(self._kinds))

    def coming(self, access: int) -> Coming:
        """The groups that have crossings to an access, were it in their reach and no intent there."""
        system, action = divmod(access, 5)
        zone = self.mesh.zone_of[system]
        bounded = self._bounded.get(zone, 0) >> action & 1
        # One acting action stands for all, unless a boundary tells them apart.
        kind = 5 + action if bounded else min(action, 1)
        key = zone, self.mesh.sensitivity[system], kind
        known = self._coming.get(key)
        if known is None:
            known = self._coming[key] = (
                self._coming_bounded(access) if bounded else self._coming_free(zone, access)
            )
        return known

    def _coming_free(self, zone: str, access: int) -> Coming:
        at_home = self._home.get(zone, 0)
        found = self._outside.to(zone, ~at_home)
        found.any |= self._from_home & ~at_home
        if access % 5 and at_home:
            found.join(self._inside[self.mesh.sensitivity[access // 5]].to(zone, at_home))
        return found

    def _coming_bounded(self, access: int) -> Coming:
        found = Coming()
        for number, (traveller, group) in enumerate(self.groups):
            sources, home = without_closed(
                self.engine, traveller, group, access, group.sources, home=group.home
            )
            found.add(1 << number, features_of(self.mesh, traveller, access, sources, home=home))
        return found

    def doors(self) -> tuple[Door, ...]:
        """All missing checkpoints, by credential and system."""
        records, mesh = self.engine.snapshot.grant, self.mesh
        carried, component, nodes = self._carried, self._component, mesh.credential_node
        granted: dict[int, set[str]] = {}
        for leaves, enters in mesh.steps["grant"]:
            granted.setdefault(leaves, set()).add(mesh.systems[enters // 5])
        found = []
        for credential in sorted(nodes):
            node = nodes[credential]
            if node in granted and carried[component[node]]:
                for system in sorted(granted[node]):
                    door = self.door(records[credential, system])
                    if door is not None:
                        found.append(door)
        return tuple(found)

    def door(self, grant: Grant) -> Door | None:
        """The missing checkpoint at one grant of an active credential."""
        credential, system = grant.credential, grant.system
        node, number = self.mesh.credential_node[credential], self.mesh.system_number[system]
        carried = self._carried[self._component[node]]
        actions = action_mask(grant.actions)
        kind = self._kind[system]
        if kind == SPECIAL or (node, number) in self._guarded:
            way = self._way(node, number, carried, actions)
        else:
            ways = self._ways.get(carried)
            if ways is None:
                ways = self._ways[carried] = {}
            key = kind << 5 | actions
            if key in ways:
                way = ways[key]
            else:
                way = ways[key] = self._plain_way(number, carried, actions)
        if way is None:
            return None
        picked = self._own[self._own_component[node]] & ~self._held.get(node, 0)
        return Door(credential, system, way.actions, way.agents, way.severity(picked))

    def _plain_way(self, system: int, carried: int, granted: int) -> Way | None:
        """Who comes through a door that is open for all who carry the credential, whatever they do."""
        if granted >> ADMIN:
            granted = ALL_ACTIONS
        found = 0
        parts = []
        for actions in (granted & 1, granted & ~1):
            if actions:
                coming = self.coming(5 * system + (actions > 1))
                entered = coming.entering.get(carried)
                if entered is None:
                    entered = coming.entering[carried] = self._make_entering(carried, coming)
                if entered.agents:
                    found |= actions
                    parts.append((entered, actions == 1))
        return self._told(system, found, parts)

    def _way(self, credential: int, system: int, carried: int, granted: int) -> Way | None:
        """Who comes through any door, and what they can do."""
        by_admin = self._open(credential, 5 * system + ADMIN, carried) if granted >> ADMIN else 0
        found = 0
        parts = []
        for number in range(5):
            through = by_admin
            access = 5 * system + number
            if number != ADMIN and granted >> number & 1:
                through |= self._open(credential, access, carried)
            if through:
                entered = self._entering(through, credential, access)
                if entered.agents:
                    found |= 1 << number
                    parts.append((entered, not number))
        return self._told(system, found, parts)

    def _told(self, system: int, actions: int, parts: list[tuple[Entering, bool]]) -> Way | None:
        if not actions:
            return None
        agents = 0
        for entered, _ in parts:
            agents |= entered.agents
        return Way(
            actions_of(actions),
            self._named(agents),
            self.mesh.sensitivity[system],
            system in self._exposed,
            tuple(parts),
        )

    def _entering(self, through: int, credential: int, access: int) -> Entering:
        """Who comes through a door to an access, of the groups that find it open."""
        coming = self.coming(access)
        if access // 5 in self._approvals:
            return self._make_entering(through, self._less_approved(credential, access, coming))
        known = coming.entering.get(through)
        if known is None:
            known = coming.entering[through] = self._make_entering(through, coming)
        return known

    def _make_entering(self, through: int, coming: Coming) -> Entering:
        entered = through & coming.any
        floor = 4 if entered & coming.floods else 3 if entered & coming.carries else 0
        return Entering(self._agents(entered), self._agents(entered & coming.untrusted), floor)

    def _open(self, credential: int, access: int, carried: int) -> int:
        """The groups among those that carry the credential for which the grant step is unguarded."""
        step = credential, access
        if step in self.engine.candidates.guards:
            return carried & self.open_in.get(step, 0)
        return carried

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
        return self._everyone ^ agents if few else agents

    def _named(self, agents: int) -> tuple[str, ...]:
        known = self._names.get(agents)
        if known is None:
            chosen = bin(agents)[:1:-1].encode().translate(_ONES)
            known = self._names[agents] = tuple(compress(self._ids, chosen))
        return known
