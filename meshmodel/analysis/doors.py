"""Missing checkpoints (section 6): open doors that are not approved, by credential and system.

Nothing here looks at single crossings. For every credential there is the set of groups of sources that
carry it unchecked, for every kind of target the sets of groups that come to it from elsewhere, and a door
is their intersection.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import compress, repeat
from operator import add, attrgetter, sub
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.entering import Way
from meshmodel.analysis.marking import SPECIAL
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import action_mask, without
from meshmodel.analysis.through import NONE, Through
from meshmodel.model.records import Grant

MANY: Final = 8_000
"""More grant steps are looked at by arrays of numbers."""


class MissingCheckpoints(Through):
    """All doors of one reading, with their severities and the agents that find them open."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._prepare_guarded()

    def _prepare_guarded(self) -> None:
        """Note the grants of which some step is guarded."""
        self._guarded: dict[int, set[int]] = {}
        first = self.mesh.first_credential
        for leaves, enters in self.engine.candidates.guards:
            if enters < first <= leaves:
                self._guarded.setdefault(leaves, set()).add(enters // 5)

    def doors(self) -> tuple[Door, ...]:
        """All missing checkpoints, by credential and system."""
        mesh = self.mesh
        if len(mesh.steps["grant"]) > MANY:
            return tuple(self._many_doors())
        carried, component = self._carried, self._component
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
        return self._doors_to(names, systems, [action_mask(each.actions) for each in grants])

    def _doors_to(
        self, names: Sequence[str], systems: Sequence[str], granted: Sequence[int]
    ) -> list[Door | None]:
        """The same by columns: the credentials, the systems, and the actions as five bits."""
        nodes = list(map(self.mesh.credential_node.__getitem__, names))
        ways = self._ways_at(nodes, systems, granted)
        made = iter(self._doors_at(names, nodes, systems, ways))
        return [None if way is None else next(made) for way in ways]

    def _ways_at(
        self, nodes: Sequence[int], systems: Sequence[str], granted: Sequence[int]
    ) -> list[Way | None]:
        """Who comes through the grants of these credentials, to these systems, of these actions."""
        kind = self._kind
        carried = list(map(self._carried.__getitem__, map(self._component.__getitem__, nodes)))
        # Most are carried by the same groups, and it takes long to tell large numbers apart.
        keys = list(map(id, carried))
        distinct = dict(zip(keys, carried, strict=True))
        marks = list(dict.fromkeys(distinct.values()))
        numbers = {each: number << 5 for number, each in enumerate(marks)}
        first = {key: numbers[each] for key, each in distinct.items()}
        size = len(marks) << 5
        counts = Counter(keys)
        usual = distinct[max(counts, key=counts.__getitem__)] if keys else 0
        doors = [
            size * kind[system] + first[key] + mask
            for key, system, mask in zip(keys, systems, granted, strict=True)
        ]
        ways = self._plain_ways(set(doors), marks, usual)
        found = list(map(ways.get, doors))
        guarded, number_of = self._guarded, self.mesh.system_number
        special = min(doors, default=0) < 0
        for place in [place for place, node in enumerate(nodes) if special or node in guarded]:
            node, system = nodes[place], systems[place]
            number = number_of[system]
            if kind[system] == SPECIAL or number in guarded.get(node, ()):
                found[place] = self._way(node, number, carried[place], granted[place])
        return found

    def _doors_at(
        self, names: Sequence[str], nodes: Sequence[int], systems: Sequence[str], ways: Sequence[Way | None]
    ) -> list[Door]:
        """The doors of these credentials to these systems, where there is a way."""
        chosen = [way for way in ways if way is not None]
        if len(chosen) < len(ways):
            there = [way is not None for way in ways]
            names, systems = list(compress(names, there)), list(compress(systems, there))
            nodes = list(compress(nodes, there))
        actions, passing = zip(*chosen, strict=True) if chosen else ((), ())
        severities = list(map(attrgetter("most"), passing))
        once = list(set(nodes))
        surely = dict(zip(once, self._surely(once), strict=True))
        sure = map(add, map(attrgetter("least"), passing), map(surely.__getitem__, nodes))
        picking: dict[int, int] = {}
        for place in [place for place, many in enumerate(sure) if many <= 0]:
            severities[place] = passing[place].severity(self._picking(nodes[place], picking))
        return Door.several(names, systems, actions, map(attrgetter("agents"), passing), severities)

    def _surely(self, nodes: Sequence[int]) -> list[int]:
        """For each of these credentials so many of any agents, less all there are, must pick it up: that is
        come by it as themselves, and not hold it.
        """
        held = map(int.bit_count, map(self._held.get, nodes, repeat(0)))
        return list(map(sub, self._beside_all(nodes), held))

    def _beside_all(self, nodes: Sequence[int]) -> list[int]:
        """For each of these credentials how many come by it as themselves, less all agents there are."""
        everyone = self._everyone.bit_count()
        reaching = list(map(self._own.__getitem__, map(self._own_component.__getitem__, nodes)))
        # Most are reached by the same agents.
        keys = list(map(id, reaching))
        counted = {
            key: agents.bit_count() - everyone
            for key, agents in dict(zip(keys, reaching, strict=True)).items()
        }
        return list(map(counted.__getitem__, keys))

    def _picking(self, node: int, known: dict[int, int]) -> int:
        """The agents that pick a credential up, which are kept."""
        picking = known.get(node)
        if picking is None:
            picking = without(self._own[self._own_component[node]], self._held.get(node, 0))
            known[node] = picking
        return picking

    def _many_doors(self) -> list[Door]:
        """All doors, by columns of numbers."""
        # Only here: it takes long to import numpy.
        from meshmodel.analysis.granting import Granting
        from meshmodel.analysis.passages import Passages

        mesh = self.mesh
        nodes = range(mesh.first_credential, mesh.first_credential + len(mesh.credentials))
        carried = list(map(self._carried.__getitem__, map(self._component.__getitem__, nodes)))
        # Most are carried by the same groups, and it takes long to tell large numbers apart.
        keys = list(map(id, carried))
        distinct = dict(zip(keys, carried, strict=True))
        marks = list(dict.fromkeys(distinct.values()))
        numbers = {each: number if each else -1 for number, each in enumerate(marks)}
        number_of = {key: numbers[each] for key, each in distinct.items()}
        groups = list(map(number_of.__getitem__, keys))
        kinds = [SPECIAL] * len(mesh.systems)
        for name, number in mesh.system_number.items():
            kinds[number] = self._kind[name]
        grants = Granting(mesh, kinds, groups, len(marks))
        usual = marks[grants.most] if grants.doors else 0
        comers = self._comers_by([door for door in grants.doors if door >= 0], marks, usual)
        plain = Passages(list(map(comers.get, grants.doors, repeat(NONE))), grants.owner, grants.granted)
        apart = [
            self._way(nodes[credential], system, carried[credential], granted)
            for credential, system, granted in grants.apart(self._guarded)
        ]
        grants.keep([*plain.there.tolist(), *[way is not None for way in apart]])
        ways = plain.ways([way for way in apart if way is not None], self._passing, self._named)
        severities = grants.by_way(ways.most)
        known: dict[int, int] = {}
        for door, way, credential in grants.doubtful(ways.least, self._beside_all(nodes)):
            picking = self._picking(nodes[credential], known)
            severities[door] = ways.passing(way).severity(picking) if picking else ways.none[way]
        return Door.several(
            grants.by_credential(mesh.credentials),
            grants.by_system(mesh.systems),
            grants.by_way(ways.actions),
            grants.by_way(ways.agents),
            severities,
        )
