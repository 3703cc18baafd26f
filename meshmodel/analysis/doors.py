"""Missing checkpoints (section 6): open doors that are not approved, by credential and system.

Nothing here looks at single crossings. Every group of sources of an agent is one bit; for every
credential there is the set of groups that carry it unchecked, for every kind of target the sets of
groups that come to it from elsewhere, and a door is their intersection.
"""

from collections.abc import Sequence

from meshmodel.analysis.crossings import Approval, approvals, without_closed
from meshmodel.analysis.engine import Engine, Group, Traveller
from meshmodel.analysis.entering import Coming, Entering, Features, severity_word
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import ADMIN, Mesh, action_mask, actions_of, bits
from meshmodel.model.vocabulary import Action


def features_of(mesh: Mesh, traveller: Traveller, access: int, sources: int, *, home: bool) -> Features:
    """What the sources are like that have a crossing to an access.

    Args:
        mesh: the compiled graph.
        traveller: the agent.
        access: the node of the target.
        sources: systems, by their read accesses.
        home: whether home is a source too.
    """
    system, action = divmod(access, 5)
    zone = mesh.zone_of[system]
    sources &= ~mesh.zone_mask[zone]
    if zone == traveller.home:
        home = False
        if not action:
            sources = 0
        sources &= mesh.above[mesh.sensitivity[system]] | mesh.untrusted
    restricted = bool(sources & mesh.level_read[3])
    confidential = restricted or bool(sources & mesh.level_read[2])
    return Features(
        any=bool(sources) or home,
        untrusted=bool(sources & mesh.untrusted),
        carries=confidential,
        floods=restricted or (confidential and traveller.steered),
    )


class _Spread:
    """Groups by the zones of some of their sources: which come to a zone from another one?"""

    def __init__(self) -> None:
        self.many = 0
        self.one: dict[str, int] = {}
        self.ones = 0

    def add(self, mark: int, zones: tuple[str, ...]) -> None:
        if len(zones) > 1:
            self.many |= mark
        elif zones:
            self.one[zones[0]] = self.one.get(zones[0], 0) | mark
            self.ones |= mark

    def to(self, zone: str) -> int:
        return self.many | self.ones & ~self.one.get(zone, 0)


def _zones(mesh: Mesh, sources: int, home: str | None) -> tuple[str, ...]:
    """None, one, or two of the zones of these sources: more than two tell no more than two."""
    zones = () if home is None else (home,)
    if sources and home is not None:
        sources &= ~mesh.zone_mask.get(home, 0)
    while sources and len(zones) < 2:
        zone = mesh.zone_of[((sources & -sources).bit_length() - 1) // 5]
        zones = (*zones, zone)
        sources &= ~mesh.zone_mask[zone]
    return zones


class MissingCheckpoints:
    """All doors of one reading, with their severities and the agents that find them open."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mesh = engine.mesh
        found = approvals(engine)
        # First one bit for each agent, its first group; then one for each other group, of all agents
        # for which it means the same.
        agents = [each for each in engine.travellers if each.groups]
        self._agents_of: dict[int, int] = {}
        self._marks_of = [0] * len(agents)
        self._first = (1 << len(agents)) - 1
        self._ids = [each.id for each in agents]
        self.groups: list[tuple[Traveller, Group]] = [(each, each.groups[0]) for each in agents]
        self._approvals: dict[int, list[tuple[int, Traveller, Group, Approval]]] = {}
        alike: dict[tuple[Group, str | None, bool, str | None], int] = {}
        for place, traveller in enumerate(agents):
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
                self._agents_of[number] = self._agents_of.get(number, 0) | 1 << place
            for approval in excuses:
                self._approvals.setdefault(approval.system, []).extend(
                    (number, *self.groups[number], approval) for number in numbers
                )
        self._prepare_carried()
        agent_marks = {each.node: 1 << place for place, each in enumerate(agents)}
        self._own = engine.own.columns(agent_marks)
        self._own_component = engine.own.component
        self._held: dict[int, int] = {}
        for agent, credential in self.mesh.steps["hold"]:
            self._held[credential] = self._held.get(credential, 0) | agent_marks.get(agent, 0)
        self._names: dict[int, tuple[str, ...]] = {}
        self._expanded: dict[int, int] = {}
        self._prepare_coming()

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
        self._component = baseline.component

    def _prepare_coming(self) -> None:
        mesh = self.mesh
        self._any, self._untrusted, self._carries, self._floods = (_Spread() for _ in range(4))
        self._home: dict[str, int] = {}
        for number, (traveller, group) in enumerate(self.groups):
            mark, sources = 1 << number, group.sources
            home = traveller.home
            if home is not None:
                self._home[home] = self._home.get(home, 0) | mark
            self._any.add(mark, _zones(mesh, sources, home if group.home else None))
            self._untrusted.add(mark, _zones(mesh, sources & mesh.untrusted, None))
            carrying = sources & mesh.above[1]
            zones = _zones(mesh, carrying, None)
            self._carries.add(mark, zones)
            if not traveller.steered:
                zones = _zones(mesh, carrying & mesh.level_read[3], None)
            self._floods.add(mark, zones)
        self._coming: dict[tuple[str, int, int], Coming] = {}
        self._bounded: dict[str, int] = {}
        for boundary in self.engine.candidates.boundaries:
            zone = boundary.zone_to
            self._bounded[zone] = self._bounded.get(zone, 0) | boundary.actions

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
        found = Coming(
            self._any.to(zone) & ~at_home,
            self._untrusted.to(zone) & ~at_home,
            self._carries.to(zone) & ~at_home,
            self._floods.to(zone) & ~at_home,
        )
        if access % 5:
            self._add_each(found, at_home, access)
        return found

    def _coming_bounded(self, access: int) -> Coming:
        found = Coming()
        for number, (traveller, group) in enumerate(self.groups):
            sources, home = without_closed(
                self.engine, traveller, group, access, group.sources, home=group.home
            )
            found.add(1 << number, features_of(self.mesh, traveller, access, sources, home=home))
        return found

    def _add_each(self, found: Coming, marks: int, access: int) -> None:
        while marks:
            mark = marks & -marks
            marks ^= mark
            traveller, group = self.groups[mark.bit_length() - 1]
            features = features_of(self.mesh, traveller, access, group.sources, home=group.home)
            found.add(mark, features)

    def doors(self) -> tuple[Door, ...]:
        """All missing checkpoints, by credential and system."""
        snapshot, mesh = self.engine.snapshot, self.mesh
        found = []
        for key in sorted(snapshot.grant):
            node = mesh.credential_node.get(key[0])
            if node is None:
                continue
            carried = self._carried[self._component[node]]
            if carried:
                door = self._door(key, node, carried, snapshot.grant[key].actions)
                if door is not None:
                    found.append(door)
        return tuple(found)

    def _door(
        self, key: tuple[str, str], credential: int, carried: int, actions: Sequence[Action]
    ) -> Door | None:
        mesh = self.mesh
        system = mesh.system_number[key[1]]
        exposed = self.engine.snapshot.system[key[1]].is_exposed
        level = mesh.sensitivity[system]
        picked = self._own[self._own_component[credential]] & ~self._held.get(credential, 0)
        granted = action_mask(actions)
        by_admin = self._open(credential, 5 * system + ADMIN, carried) if granted >> ADMIN else 0
        found = agents = worst = 0
        for number in range(5):
            through = by_admin
            access = 5 * system + number
            if number != ADMIN and granted >> number & 1:
                through |= self._open(credential, access, carried)
            if not through:
                continue
            entering = self._entering(through, credential, access)
            if not entering.agents:
                continue
            found |= 1 << number
            agents |= entering.agents
            worst = max(worst, entering.severity(level, picked, read=not number, exposed=exposed))
        if not found:
            return None
        return Door(key[0], key[1], actions_of(found), self._named(agents), severity_word(worst))

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
        """The agents of these groups, by their first marks."""
        first = marks & self._first
        more = marks ^ first
        absent = self._first ^ first
        if not more or not absent:
            return first
        known = self._expanded.get(marks)
        if known is None:
            known = first
            if absent.bit_count() < more.bit_count():
                for place in bits(absent):
                    if more & self._marks_of[place]:
                        known |= 1 << place
            else:
                for number in bits(more):
                    known |= self._agents_of[number]
            self._expanded[marks] = known
        return known

    def _named(self, agents: int) -> tuple[str, ...]:
        known = self._names.get(agents)
        if known is None:
            known = self._names[agents] = tuple(map(self._ids.__getitem__, bits(agents)))
        return known
