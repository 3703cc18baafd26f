"""The missing checkpoints after an edit: those on which it bears anew, the others as they were."""

import copy
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from itertools import chain
from operator import or_
from typing import Final, cast

from meshmodel.analysis.closure import union
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import Pair, bits, without
from meshmodel.analysis.updating.altered import coming_otherwise
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved
from meshmodel.analysis.updating.homes import grants_in, homes_only
from meshmodel.analysis.updating.leaving import Comers, Leaving, Left
from meshmodel.analysis.updating.noting import Excuses
from meshmodel.analysis.updating.picked import as_themselves
from meshmodel.analysis.updating.places import Places
from meshmodel.analysis.updating.preparing import Pause, no_pause
from meshmodel.model.records import Key

_SPARE: Final = 3
"""So many times the marks, or the places of grants, that there are may have been given before all are given
anew.
"""
_SELDOM: Final = 100
"""Where no more than one door of so many changed, it is put in order, or taken out, by itself."""
_NAMES: Final = 2_000
"""So many sets of agents are kept by their ids; then they are forgotten."""


class _Same:
    """Tells whether doors with the same ends are the same; only for doors that somebody keeps meanwhile."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bool] = {}

    def __call__(self, one: Door, other: Door) -> bool:
        """Whether these two are."""
        if one.severity != other.severity or one.actions != other.actions:
            return False
        return one.agents is other.agents or self._are_same(one.agents, other.agents)

    def _are_same(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """It takes long to tell many agents apart, and many doors have the same ones."""
        if len(one) != len(other):
            return False
        key = id(one), id(other)
        if key not in self._known:
            self._known[key] = one == other
        return self._known[key]


class KeptDoors(Leaving):
    """The doors of one reading, and all that they follow from, mark by mark.

    Attributes:
        listed: the doors by credential and system.
        changed: those that the last edit changed or brought; ``None`` where all were looked for from scratch.
        left: those that are gone since, or have another severity, as they were.
    """

    def __init__(
        self, kept: Kept, excuses: Excuses, doors: tuple[Door, ...] | None = None, pause: Pause = no_pause
    ) -> None:
        """Arguments: the reading, what intents excuse, the doors, where they are known already, and what is
        called between pieces of the work.
        """
        super().__init__(kept, excuses, pause)
        pause()
        self.listed = self.doors() if doors is None else doors
        keys = [(each.credential, each.system) for each in self.listed]
        self.places = Places.among(kept.engine.snapshot.grant, keys)
        self._order = list(range(len(keys)))
        self._doors: list[Door | None] = [*self.listed, *[None] * (len(self.places.keys) - len(keys))]
        self.changed: Sequence[Door] | None = None
        self.left: Sequence[Door] = ()

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
        if len(self.places.keys) > _SPARE * (len(kept.engine.snapshot.grant) + 1):
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
        self.places = self.places.after(moved.changes.of("grant"))
        self.open_in, self._dropping = self.open_in.copy(), self._dropping.copy()
        concerning = moved.agents | moved.nearby
        if concerning:
            self.marks, self._profiles = self.marks.copy(), self._profiles.copy()
            self._home, self._carried = self._home.copy(), self._carried.copy()
            self._approvals, self._approved = self._approvals.copy(), self._approved.copy()
        changed = bool(moved.changes.of("system"))
        if moved.edit.redrawn:
            self._likeness = {}
        was, now = before.engine.traveller_of, kept.engine.traveller_of
        intending = excuses.keys() | self._approved.keys()
        others = coming_otherwise(altered, moved) | concerning & intending
        ids = sorted(others)
        gone = [was[each] for each in ids if each in was]
        come = [now[each] for each in ids if each in now]
        lost = union([each.node - self.mesh.first_agent for each in gone if each.id not in now])
        homes = None if self._bounded else homes_only(gone, come, moved, intending)
        bounded, special = self._bounded, set(self._approvals)
        if kept.engine.candidates is not before.engine.candidates:
            self._prepare_boundaries()
            self._note_guarded(moved.guards.steps)
        numbers = self.mesh.system_number
        remade = [5 * numbers[each] for each in moved.edit.remade | moved.edit.levels if each in numbers]
        near = [now[each].node for each in concerning if each in now] if remade else []
        left, credentials, left_open, steps, systems = self._turn(
            gone, come, excuses, union(remade), near, lost
        )
        held, others_held = self._hold(moved, lost)
        credentials |= others_held
        own = self._own
        picked_before, picked = self._reach_own(as_themselves(moved.agents, before, kept), lost)
        steps |= self._guard(moved)
        names = self._names
        self._forget()
        if len(names) < _NAMES and all(one and one.is_active for _, one, _ in moved.changes.of("agent")):
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
            self._look(set(grants_in(kept, homes, credentials, self.places)))
            return
        doubtful = self._doubtful(without(picked, credentials), own, self.places)
        concerned = self._concerned(kept, moved, credentials, steps, systems, doubtful)
        those = [each for each in gone if each.id not in now]
        if len(those) == 1:
            # What one of several held another one may have picked up.
            picked_before = without(picked_before, held)
        staying = without(left, credentials)
        self._look(concerned, Left(before.engine.mesh, those, staying, picked_before, left_open))

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

    def door(self, key: Key) -> Door | None:
        """The door of a credential to a system, or ``None``."""
        place = self.places.at(str(key[0]), str(key[1]))
        return None if place is None else self._doors[place]

    def _look(self, places: AbstractSet[int], left: Left | None = None) -> None:
        """Look again at the grants at these places, those that are gone among them.

        Args:
            places: those places.
            left: agents that are gone and what they leave, if there are any.
        """
        nodes, keys, granted = self.mesh.credential_node, self.places.keys, self.places.granted
        before = self._doors
        if len(before) < len(keys):
            before = before + [None] * (len(keys) - len(before))
        looked_at = {nodes[name] for place in places if (name := keys[place][0]) in nodes}
        those = self._comers_of(list(bits(left.credentials if left else 0)))
        self._everyone = self._coming_by((self._comers_of(list(looked_at)), those))
        staying: Sequence[int] = ()
        fewer: Sequence[Door] = ()
        if left and left.credentials:
            staying, fewer, again = self._without(left, those, self.places, before)
            places = places | again
        there = [place for place in places if granted[place] and keys[place][0] in nodes]
        names, systems = zip(*map(keys.__getitem__, there), strict=True) if there else ((), ())
        found: dict[int, Door | None] = dict.fromkeys(places)
        looked = self._doors_to(names, systems, list(map(granted.__getitem__, there)))
        found.update(zip(there, looked, strict=True))
        changed: dict[int, Door | None] = dict(zip(staying, fewer, strict=True))
        come: set[int] = set()
        others: list[Door] = []
        is_same = _Same()
        for place, door in found.items():
            was = before[place]
            if was is None:
                if door is None:
                    continue
                come.add(place)
            elif door is None or door.severity != was.severity:
                others.append(was)
            elif is_same(was, door):
                continue
            changed[place] = door
        self._doors, self.left = before, others
        self.changed = [door for door in changed.values() if door is not None]
        if changed:
            self._doors = before.copy()
            for place, door in changed.items():
                self._doors[place] = door
            self._list(changed, come)

    def _list(self, changed: Collection[int], come: Collection[int]) -> None:
        """List the doors.

        Args:
            changed: the places where there is another one, or none any more.
            come: the places where there was none.
        """
        doors, order, key_of = self._doors, self._order, self.places.keys.__getitem__
        if _SELDOM * len(changed) > len(order):
            gone = [place for place in changed if doors[place] is None]
            if _SELDOM * (len(come) + len(gone)) > len(order):
                order = sorted([place for place, door in enumerate(doors) if door is not None], key=key_of)
            elif come or gone:
                order = order.copy()
                for place in gone:
                    del order[bisect_left(order, key_of(place), key=key_of)]
                for place in come:
                    insort(order, place, key=key_of)
            self._order = order
            self.listed = cast("tuple[Door, ...]", tuple(map(doors.__getitem__, order)))
            return
        listed = list(self.listed)
        if come or None in map(doors.__getitem__, changed):
            order = order.copy()
        for place in changed:
            door = doors[place]
            number = bisect_left(order, key_of(place), key=key_of)
            if door is None:
                del order[number], listed[number]
            elif place in come:
                order.insert(number, place)
                listed.insert(number, door)
            else:
                listed[number] = door
        self._order, self.listed = order, tuple(listed)

    def _coming_by(self, several: Iterable[Comers]) -> int:
        """The agents that come by any of some credentials: the fewer they are, the sooner it is sure that
        some of them pick it up.
        """
        carried: dict[int, int] = {}
        own: dict[int, int] = {}
        for comers in several:
            carried |= comers.carried.sets
            own |= comers.own.sets
        return reduce(or_, map(self._agents, carried.values()), reduce(or_, own.values(), 0))

    def _concerned(
        self,
        kept: Kept,
        moved: Moved,
        credentials: int,
        steps: set[Pair],
        systems: set[str],
        doubtful: Iterable[int],
    ) -> set[int]:
        """The places of grants at which there may be another door, or none, or one."""
        mesh, places = self.mesh, self.places
        ids = {mesh.credentials[node - mesh.first_credential] for node in bits(credentials)}
        ids |= moved.edit.credentials
        found = set(chain.from_iterable(map(places.of.__getitem__, ids & places.of.keys())))
        found.update(doubtful)
        keys = [(str(key[0]), str(key[1])) for key, _, _ in moved.changes.of("grant")]
        keys += [
            (grant.credential, each)
            for each in systems | moved.edit.systems
            for grant in kept.related.of("grant", "system", each)
        ]
        keys += [
            (mesh.credentials[leaves - mesh.first_credential], mesh.systems[enters // 5])
            for leaves, enters in steps
            if mesh.first_credential <= leaves < mesh.first_agent and enters < mesh.first_credential
        ]
        found.update([place for key in keys if (place := places.at(*key)) is not None])
        return found
