"""The missing checkpoints after an edit: those on which it bears anew, the others as they were."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from itertools import chain
from operator import itemgetter, or_
from typing import Final

from meshmodel.analysis.closure import union
from meshmodel.analysis.marking import SPECIAL
from meshmodel.analysis.relations import Related
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import Pair, bits, without
from meshmodel.analysis.updating.chunks import Sorted
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved
from meshmodel.analysis.updating.homes import At, grants_in, homes_only
from meshmodel.analysis.updating.noting import Excuses, Noted
from meshmodel.analysis.updating.picked import as_themselves
from meshmodel.model.records import Grant, Key

_SPARE: Final = 3
"""So many times the marks that there are may have been given before all are given anew."""
_NAMES: Final = 2_000
"""So many sets of agents are kept by their ids; then they are forgotten."""


def _same(one: Door, other: Door) -> bool:
    """Whether two doors with the same ends are the same; it is quick where they have the same agents."""
    same = one.agents is other.agents or one.agents == other.agents
    return same and one.severity == other.severity and one.actions == other.actions


class KeptDoors(Noted):
    """The doors of one reading, and all that they follow from, mark by mark.

    Attributes:
        found, listed: the doors by credential and system.
        changed: those that the last edit changed, by key, gone ones among them; ``None`` where all were
            looked for from scratch.
    """

    def __init__(self, kept: Kept, excuses: Excuses, doors: tuple[Door, ...] | None = None) -> None:
        """Arguments: the reading, what intents excuse, and the doors, where they are known already."""
        super().__init__(kept, excuses)
        self.listed = self.doors() if doors is None else doors
        keys = [(each.credential, each.system) for each in self.listed]
        self.found: Sorted[Door] = Sorted.of(keys, list(self.listed))
        self.changed: dict[Key, Door | None] | None = None

    def after(
        self, kept: Kept, moved: Moved, altered: AbstractSet[str], excuses: Excuses, before: Kept
    ) -> "KeptDoors | None":
        """The doors after an edit, or ``None`` where they are better looked for from scratch.

        Args:
            kept: the reading after it.
            moved: what it did.
            altered: the agents of which it makes something else true.
            excuses: what intents excuse now.
            before: the reading before it.
        """
        if self.marks.next > _SPARE * (len(self.marks.samples) + self.marks.agents):
            return None
        made = copy.copy(self)
        made.follow(kept, moved, altered, excuses, before)
        return made

    def follow(
        self, kept: Kept, moved: Moved, altered: AbstractSet[str], excuses: Excuses, before: Kept
    ) -> None:
        """Look again at what the edit bears on: only for a copy that nobody else has."""
        self.engine, self.mesh = kept.engine, kept.engine.mesh
        self._everyone = self._first
        self.open_in = self.open_in.copy()
        if moved.agents:
            self.marks, self._profiles = self.marks.copy(), self._profiles.copy()
            self._home, self._carried = self._home.copy(), self._carried.copy()
            self._approvals, self._approved = self._approvals.copy(), self._approved.copy()
        changed = bool(moved.changes.of("system"))
        if moved.edit.remade:
            self._likeness = {}
        was, now = before.engine.traveller_of, kept.engine.traveller_of
        intending = excuses.keys() | self._approved.keys()
        others = altered | moved.agents & intending
        gone = [was[each] for each in sorted(others & was.keys())]
        come = [now[each] for each in sorted(others & now.keys())]
        homes = None if self._bounded else homes_only(gone, come, moved, intending)
        bounded, special = self._bounded, set(self._approvals)
        if kept.engine.candidates is not before.engine.candidates:
            self._prepare_boundaries()
            self._note_guarded(moved.guards.steps)
        numbers = self.mesh.system_number
        remade = union([5 * numbers[each] for each in moved.edit.remade if each in numbers])
        credentials, steps, systems = self._turn(gone, come, excuses, remade)
        credentials |= self._hold(moved)
        own = self._own
        picked = self._reach_own(as_themselves(moved.agents, before, kept))
        steps |= self._guard(moved)
        names = self._names
        self._forget()
        if len(names) < _NAMES and all(one is not None for _, one, _ in moved.changes.of("agent")):
            # Agents keep their numbers; but after the same reading others may have got those of new ones.
            self._names = names
        systems |= {str(key) for key, _, _ in moved.changes.of("system")}
        if moved.guards.zones or bounded != self._bounded:
            zones = bounded.keys() | self._bounded.keys()
            systems |= {
                name for name, number in self.mesh.system_number.items() if self.mesh.zone_of[number] in zones
            }
        if bounded != self._bounded:
            self._prepare_kinds()
        elif changed or special != self._approvals.keys():
            self._renew_kinds(moved, special ^ self._approvals.keys())
        if homes is not None:
            self._look(grants_in(kept, homes, credentials))
            return
        doubtful = self._doubtful(kept.related, without(picked, credentials), own)
        self._look(self._concerned(kept, moved, credentials, steps, systems, doubtful))

    def _renew_kinds(self, moved: Moved, special: set[int]) -> None:
        """Number these systems again, and those that changed."""
        self._exposed, self._kind, self._kinds = self._exposed.copy(), self._kind.copy(), self._kinds.copy()
        numbers, systems = self.mesh.system_number, self.engine.snapshot.system
        names = {self.mesh.systems[number] for number in special}
        names |= {str(key) for key, _, _ in moved.changes.of("system")}
        for name in names:
            number = numbers.get(name)
            if number is None:
                self._kind.pop(name, None)
                continue
            if systems[name].is_exposed:
                self._exposed.add(number)
            else:
                self._exposed.discard(number)
            self._kind[name] = self._kind_of(number)

    def _look(self, at: Sequence[At]) -> None:
        """Look again at these grants, in order, those that are gone among them."""
        nodes = self.mesh.credential_node
        keys = [key for key, _ in at]
        there = [grant for (credential, _), grant in at if grant is not None and credential in nodes]
        self._everyone = self._coming_by({nodes[each.credential] for each in there})
        doors = self.doors_at(there)
        if len(there) < len(at):
            found = dict(zip([(each.credential, each.system) for each in there], doors, strict=True))
            doors = list(map(found.get, keys))
        self.found, changed = self.found.after(keys, doors, _same)
        known = dict(zip(keys, doors, strict=True))
        self.changed = {key: known[key] for key in changed}
        if changed:
            self.listed = tuple(self.found.items())

    def _coming_by(self, nodes: Iterable[int]) -> int:
        """The agents that come by any of these credentials: the fewer they are, the sooner it is sure that
        some of them pick it up.
        """
        places = [node - self.mesh.first_credential for node in nodes]
        carried, own = (
            {id(each): each for each in map(columns.__getitem__, places)}.values()
            for columns in (self._carried, self._own)
        )
        return reduce(or_, map(self._agents, carried), reduce(or_, own, 0))

    def _concerned(
        self,
        kept: Kept,
        moved: Moved,
        credentials: int,
        steps: set[Pair],
        systems: set[str],
        doubtful: Iterable[tuple[str, str]],
    ) -> list[At]:
        """The grants at which there may be another door, or none, or one; in order, by their keys."""
        mesh, related = self.mesh, kept.related
        found = {(str(key[0]), str(key[1])) for key, _, _ in moved.changes.of("grant")}
        found.update(doubtful)
        ids = {mesh.credentials[node - mesh.first_credential] for node in bits(credentials)}
        ids |= moved.edit.credentials
        there = related.at("grant", "credential")
        grants: Iterable[Grant] = chain.from_iterable(
            related.of("grant", "credential", each) for each in sorted(ids & there.keys())
        )
        known: list[At] = [((grant.credential, grant.system), grant) for grant in grants]
        for each in systems | moved.edit.systems:
            found.update((grant.credential, each) for grant in related.of("grant", "system", each))
        for leaves, enters in steps:
            if mesh.first_credential <= leaves < mesh.first_agent and enters < mesh.first_credential:
                found.add((mesh.credentials[leaves - mesh.first_credential], mesh.systems[enters // 5]))
        found.difference_update([key for key, _ in known])
        if found:
            known.extend([(key, self.engine.snapshot.grant.get(key)) for key in found])
            known.sort(key=itemgetter(0))
        return known

    # Who picks credentials up -----------------------------------------------------------------

    def _doubtful(self, related: Related, credentials: int, before: list[int]) -> Iterator[tuple[str, str]]:
        """The grants of credentials at which it may matter who picked them up, and nothing else changed.

        Args:
            related: the relations.
            credentials: the nodes of those that others pick up now.
            before: who came by each of all credentials as themselves.
        """
        mesh, grants = self.mesh, related.at("grant", "credential")
        # Most credentials differ in nothing that is asked here.
        known: dict[tuple[int, int, int, int], dict[str, bool]] = {}
        for place in bits(credentials >> mesh.first_credential):
            node = place + mesh.first_credential
            carried, was, now, held = (
                self._carried[place],
                before[place],
                self._own[place],
                self._held.get(node, 0),
            )
            zones = known.setdefault((id(carried), id(was), id(now), held), {})
            guarded = self._guarded.get(node, ())
            name = mesh.credentials[place]
            for grant in grants.get(name, ()):
                number = mesh.system_number[grant.system]
                if number not in guarded and self._kind[grant.system] != SPECIAL:
                    zone = mesh.zone_of[number]
                    if zone not in zones:
                        zones[zone] = self._is_sure(carried, zone, without(was & now, held))
                    if zones[zone]:
                        continue
                yield name, grant.system

    def _is_sure(self, carried: int, zone: str, picking: int) -> bool:
        """Whether some of these agents come to a zone from another one, with outsiders' words if any do.

        Args:
            carried: the groups that carry a credential unchecked.
            zone: the zone.
            picking: agents that pick it up.
        """
        outside, at_home = self._coming(zone), self._at_home(zone)
        comers = carried & outside.untrusted
        if not comers:
            if at_home and any(carried & self._coming_home(zone, level).untrusted for level in range(4)):
                return False
            comers = carried & outside.any
        return bool(without(self._agents(comers) & picking, at_home))
