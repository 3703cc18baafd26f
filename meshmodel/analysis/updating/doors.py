"""The missing checkpoints after an edit: those on which it bears anew, the others as they were."""

import copy
from collections.abc import Iterable, Sequence
from itertools import compress
from operator import itemgetter
from typing import Final

from meshmodel.analysis.closure import union
from meshmodel.analysis.crossings import Approval, without_closed
from meshmodel.analysis.doors import MissingCheckpoints
from meshmodel.analysis.engine import Group, Traveller
from meshmodel.analysis.entering import Coming
from meshmodel.analysis.results import Door
from meshmodel.analysis.sources import Likeness, Sources, features_of, likeness
from meshmodel.analysis.steps import Pair, bits, without
from meshmodel.analysis.updating.chunks import Sorted
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved
from meshmodel.analysis.updating.homes import At, grants_in, homes_only
from meshmodel.analysis.updating.marks import Marks, Sample, Turned, toggle
from meshmodel.model.records import Key

Profile = tuple[str | None, bool, Likeness, tuple[int, int] | None]
"""What doors ask of a group: the agent's home, whether it is a source, and what the others are like."""
Excuses = dict[str, list[Approval]]

_SPARE: Final = 3
"""So many times the marks that there are may have been given before all are given anew."""
_ONES: Final = bytes.maketrans(b"01", b"\0\1")
_NAMES: Final = 2_000
"""So many sets of agents are kept by their ids; then they are forgotten."""


def _same(one: Door, other: Door) -> bool:
    """Whether two doors with the same ends are the same; it is quick where they have the same agents."""
    same = one.agents is other.agents or one.agents == other.agents
    return same and one.severity == other.severity and one.actions == other.actions


class KeptDoors(MissingCheckpoints):
    """The doors of one reading, and all that they follow from, mark by mark.

    Attributes:
        found, listed: the doors by credential and system.
        changed: those that the last edit changed, by key, gone ones among them; ``None`` where all were
            looked for from scratch.
    """

    def __init__(self, kept: Kept, excuses: Excuses, doors: tuple[Door, ...] | None = None) -> None:
        """Arguments: the reading, what intents excuse, and the doors, where they are known already."""
        engine, mesh = kept.engine, kept.engine.mesh
        self.engine, self.mesh = engine, mesh
        self.marks = Marks.none(mesh)
        self._first = self._everyone = (1 << self.marks.agents) - 1
        self._likeness: dict[tuple[int, bool], Likeness] = {}
        self._profiles: dict[int, Profile] = {}
        self._home: dict[str, int] = {}
        self._from_home = 0
        number = mesh.first_agent - mesh.first_credential
        self._carried, self._own = [0] * number, [0] * number
        self._component = self._own_component = range(-mesh.first_credential, number)
        self.open_in: dict[Pair, int] = {}
        self._approvals: dict[int, list[tuple[int, Traveller, Group, Approval]]] = {}
        self._approved: dict[str, frozenset[int]] = {}
        self._held: dict[int, int] = {}
        self._outside = Sources()
        self._inside = [Sources() for _ in range(4)]
        for agent, credential in mesh.steps["hold"]:
            self._held[credential] = self._held.get(credential, 0) | 1 << agent - mesh.first_agent
        self._prepare_boundaries()
        self._turn((), engine.travellers, excuses, 0)
        self._carry_own((), engine.travellers, kept, kept)
        self._prepare_kinds()
        self._forget()
        self.listed = self.doors() if doors is None else doors
        keys = [(each.credential, each.system) for each in self.listed]
        self.found: Sorted[Door] = Sorted.of(keys, list(self.listed))
        self.changed: dict[Key, Door | None] | None = None

    def after(self, kept: Kept, moved: Moved, excuses: Excuses, before: Kept) -> "KeptDoors | None":
        """The doors after an edit, or ``None`` where they are better looked for from scratch.

        Args:
            kept: the reading after it.
            moved: what it did.
            excuses: what intents excuse now.
            before: the reading before it.
        """
        if self.marks.next > _SPARE * (len(self.marks.samples) + self.marks.agents):
            return None
        made = copy.copy(self)
        made.follow(kept, moved, excuses, before)
        return made

    def follow(self, kept: Kept, moved: Moved, excuses: Excuses, before: Kept) -> None:
        """Look again at what the edit bears on: only for a copy that nobody else has."""
        self.engine, self.mesh = kept.engine, kept.engine.mesh
        self.open_in = self.open_in.copy()
        if moved.agents:
            self.marks, self._profiles = self.marks.copy(), self._profiles.copy()
            self._home, self._carried, self._own = self._home.copy(), self._carried.copy(), self._own.copy()
            self._approvals, self._approved = self._approvals.copy(), self._approved.copy()
        changed = bool(moved.changes.of("system"))
        if moved.edit.remade:
            self._likeness = {}
        was, now = before.engine.traveller_of, kept.engine.traveller_of
        gone = [was[each] for each in sorted(moved.agents & was.keys())]
        come = [now[each] for each in sorted(moved.agents & now.keys())]
        intending = excuses.keys() | self._approved.keys()
        homes = None if self._bounded else homes_only(gone, come, moved, intending)
        bounded, special = self._bounded, set(self._approvals)
        if kept.engine.candidates is not before.engine.candidates:
            self._prepare_boundaries()
        numbers = self.mesh.system_number
        remade = union([5 * numbers[each] for each in moved.edit.remade if each in numbers])
        credentials, steps, systems = self._turn(gone, come, excuses, remade)
        credentials |= self._carry_own(gone, come, before, kept)
        credentials |= self._hold(moved)
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
        self._look(self._concerned(kept, moved, credentials, steps, systems))

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
        doors = self.doors_at(there)
        if len(there) < len(at):
            found = dict(zip([(each.credential, each.system) for each in there], doors, strict=True))
            doors = list(map(found.get, keys))
        self.found, changed = self.found.after(keys, doors, _same)
        known = dict(zip(keys, doors, strict=True))
        self.changed = {key: known[key] for key in changed}
        if changed:
            self.listed = tuple(self.found.items())

    def _concerned(
        self, kept: Kept, moved: Moved, credentials: int, steps: set[Pair], systems: set[str]
    ) -> list[At]:
        """The grants at which there may be another door, or none, or one; in order, by their keys."""
        mesh, related = self.mesh, kept.related
        found = {(str(key[0]), str(key[1])) for key, _, _ in moved.changes.of("grant")}
        ids = {mesh.credentials[node - mesh.first_credential] for node in bits(credentials)}
        ids |= moved.edit.credentials
        there = related.at("grant", "credential")
        known = [
            ((each, grant.system), grant)
            for each in sorted(ids & there.keys())
            for grant in related.of("grant", "credential", each)
        ]
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

    # What the marks mean ----------------------------------------------------------------------

    def _turn(
        self, gone: Iterable[Traveller], come: Iterable[Traveller], excuses: Excuses, remade: int
    ) -> tuple[int, set[Pair], set[str]]:
        """Give marks to groups; the credentials and guarded steps that it concerns, and the systems where
        intents excuse something else.
        """
        gone, come = tuple(gone), tuple(come)
        turned = self.marks.turn(gone, come, excuses, remade)
        credentials = self._carry(turned) | self._profile(turned)
        for shared in turned.shared:
            credentials |= self.marks.carried(self.marks.samples[shared])
        steps = self._open_again(turned)
        return credentials, steps, self._excuse(gone, come, excuses)

    def _carry(self, turned: Turned) -> int:
        """Note who comes to which credentials; those to which others come."""
        # Most agents reach the very same before and after as others do.
        together: dict[tuple[int, int], list[int]] = {}
        for number, (was, now) in turned.marks.items():
            key = id(was and was[1].unchecked), id(now and now[1].unchecked)
            together.setdefault(key, []).append(number)
        alike: dict[int, int] = {}
        for numbers in together.values():
            was, now = turned.marks[numbers[0]]
            difference = (self.marks.carried(was) ^ self.marks.carried(now)) >> self.mesh.first_credential
            if difference:
                alike[difference] = alike.get(difference, 0) | union(numbers)
        return toggle(self._carried, alike) << self.mesh.first_credential

    def _profile(self, turned: Turned) -> int:
        """Note what the sources of groups are like; the credentials of those that are like others now."""
        changed = 0
        found = 0
        alike: dict[Profile, int] = {}
        known: dict[tuple[int, str | None, bool], Profile] = {}
        for number, (_, now) in turned.marks.items():
            was = self._profiles.pop(number, None)
            profile = None
            if now is not None:
                # Many agents have the very same groups, and it takes long to look large sets up.
                key = id(now[1]), now[0].home, now[0].steered
                profile = known.get(key) or self._profile_of(now)
                known[key] = profile
                self._profiles[number] = profile
            if profile == was:
                continue
            changed |= 1 << number
            if profile is not None:
                alike[profile] = alike.get(profile, 0) | 1 << number
                found |= self.marks.carried(now)
        if changed:
            self._from_home = without(self._from_home, changed)
            self._home = {zone: without(marks, changed) for zone, marks in self._home.items()}
            self._outside = self._outside.without(changed)
            self._inside = [each.without(changed) for each in self._inside]
        for (home, from_home, told_of, _), marks in alike.items():
            if home is not None:
                self._home[home] = self._home.get(home, 0) | marks
                if from_home:
                    self._from_home |= marks
            for sources, zones in zip((self._outside, *self._inside), told_of, strict=True):
                sources.add(marks, zones)
        return found

    def _profile_of(self, sample: Sample) -> Profile:
        traveller, group = sample
        key = group.sources, traveller.steered
        known = self._likeness.get(key)
        if known is None:
            known = likeness(self.mesh, group.sources, steered=traveller.steered)
            self._likeness[key] = known
        # A boundary parts some sources from a target: there it matters which they are.
        exact = (group.sources, group.unchecked.dropped) if self._bounded else None
        return traveller.home, group.home, known, exact

    def _open_again(self, turned: Turned) -> set[Pair]:
        """Note for whom guarded steps are open; those that are for others."""
        lost = 0
        dropping: dict[int, int] = {}
        for number, (was, now) in turned.marks.items():
            old = 0 if was is None else was[1].unchecked.dropped
            new = 0 if now is None else now[1].unchecked.dropped
            if old != new:
                lost |= 1 << number
                dropping[new] = dropping.get(new, 0) | 1 << number
        found: set[Pair] = set()
        if lost:
            for step, guards in self.engine.candidates.guards.items():
                known = self.open_in.get(step, 0)
                marks = without(known, lost)
                for dropped, those in dropping.items():
                    if not guards & ~dropped:
                        marks |= those
                if marks != known:
                    self.open_in[step] = marks
                    found.add(step)
        return found

    def _guard(self, moved: Moved) -> set[Pair]:
        """Note for whom steps are open that are guarded otherwise; all of these."""
        guards = self.engine.candidates.guards
        for step in moved.guards.steps:
            if step not in guards:
                self.open_in.pop(step, None)
                continue
            marks = 0
            for number, (_, group) in self.marks.samples.items():
                if group.unchecked.dropped and not guards[step] & ~group.unchecked.dropped:
                    marks |= 1 << number
            self.open_in[step] = marks
        return moved.guards.steps | set(moved.edit.gone) | set(moved.edit.come)

    def _excuse(self, gone: Iterable[Traveller], come: Iterable[Traveller], excuses: Excuses) -> set[str]:
        """Note what intents excuse for these agents; the systems where they do or did."""
        systems: set[int] = set()
        agents = {each.id for each in gone}
        for agent in agents:
            systems |= self._approved.pop(agent, frozenset())
        for system in systems:
            left = [each for each in self._approvals.get(system, ()) if each[1].id not in agents]
            if left:
                self._approvals[system] = left
            else:
                self._approvals.pop(system, None)
        for traveller in come:
            here = excuses.get(traveller.id)
            if not here:
                continue
            number = traveller.node - self.mesh.first_agent
            numbers = (*((number,) if traveller.groups else ()), *self.marks.others.get(number, ()))
            self._approved[traveller.id] = frozenset(each.system for each in here)
            systems |= self._approved[traveller.id]
            for approval in here:
                self._approvals[approval.system] = [
                    *self._approvals.get(approval.system, ()),
                    *((each, *self.marks.samples[each], approval) for each in numbers),
                ]
        return {self.mesh.systems[system] for system in systems}

    # What agents hold and pick up -------------------------------------------------------------

    def _carry_own(
        self, gone: Iterable[Traveller], come: Iterable[Traveller], before: Kept, after: Kept
    ) -> int:
        """Note who comes by credentials as itself; those by which others come."""
        differences: dict[int, int] = {}
        changed = after.own.changed
        staying = {each.node for each in gone}.intersection([each.node for each in come])
        for travellers, kept in ((gone, before), (come, after)):
            for each in travellers:
                if each.node in staying and each.node not in changed:
                    continue
                differences[each.node] = differences.get(each.node, 0) ^ kept.own.row(each.node)
        alike: dict[int, int] = {}
        for node, rows in differences.items():
            # It takes long to look large sets up, so all else is left out before.
            difference = (rows & self.marks.credentials) >> self.mesh.first_credential
            if difference:
                alike[difference] = alike.get(difference, 0) | 1 << node - self.mesh.first_agent
        return toggle(self._own, alike) << self.mesh.first_credential

    def _hold(self, moved: Moved) -> int:
        """Note who holds what; the credentials that others hold."""
        mesh = self.mesh
        found = 0
        for steps, come in ((moved.edit.gone, False), (moved.edit.come, True)):
            for agent, credential in steps:
                if agent < mesh.first_agent or credential >= mesh.first_agent:
                    continue
                if not found:
                    self._held = self._held.copy()
                found |= 1 << credential
                mark = 1 << agent - mesh.first_agent
                known = self._held.get(credential, 0)
                self._held[credential] = known | mark if come else known & ~mark
        return found

    # Overridden -------------------------------------------------------------------------------

    def _coming_bounded(self, access: int) -> Coming:
        found = Coming()
        for number, (traveller, group) in self.marks.samples.items():
            sources, home = without_closed(
                self.engine, traveller, group, access, group.sources, home=group.home
            )
            found.add(1 << number, features_of(self.mesh, traveller, access, sources, home=home))
        return found

    def _expand(self, marks: int) -> int:
        agents = marks & self._first
        for number in bits((marks ^ agents) >> self.marks.agents):
            agents |= self.marks.holders[number + self.marks.agents]
        return agents

    def _named(self, agents: int) -> tuple[str, ...]:
        known = self._names.get(agents)
        if known is None:
            chosen = bin(agents)[:1:-1].encode().translate(_ONES)
            known = self._names[agents] = tuple(sorted(compress(self.mesh.agents, chosen)))
        return known
