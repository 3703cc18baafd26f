"""Which records an edit is near to: what the cases of local rules may depend on (see ``rules.base``)."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Final, cast

from meshmodel.analysis.closure import union
from meshmodel.analysis.reached import FEW, Reached
from meshmodel.analysis.relations import ENDS
from meshmodel.analysis.results import Door
from meshmodel.analysis.rules.base import OF_ENDS
from meshmodel.analysis.rules.holding import hands_on
from meshmodel.analysis.steps import ALL_ACTIONS, bits, without
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.differing import Differing
from meshmodel.analysis.updating.engines import Moved
from meshmodel.analysis.updating.mattering import KINDS, differ
from meshmodel.model.records import Checkpoint, Key, System

Ids = dict[str, set[str]]
"""Ids by the table of their elements."""

_PER_END: Final = 4
"""It takes as long to ask for the relations at one element as to look at so many."""


class Near:
    """The records that one edit is near to.

    Attributes:
        differing: what agents reach otherwise.
        met: the checkpoints that others meet who have power over them, or who are called otherwise.
        who: who reaches what after it.
    """

    who: Reached

    def __init__(self, before: Kept, moved: Moved, reached: Reached) -> None:
        """Arguments: the reading before the edit, what it did, and who reached what before it."""
        self._before = before
        self._who_before = reached
        self._moved = moved
        self._after = moved.kept
        self.differing = Differing(before, moved, reached)
        self.met: set[Key] = set()
        self._known: dict[tuple[str, frozenset[str]], set[Key]] = {}

    def keys(self, table: str, near: frozenset[str], seen: int = -1) -> set[Key]:
        """The records of a table whose cases may be others, gone ones among them.

        Args:
            table: the table of a local rule.
            near: what its cases depend on.
            seen: the nodes that matter among those that an agent reaches.
        """
        if table in ENDS:
            known = self._known.get((table, near))
            if known is None:
                known = self._known[table, near] = self._relations(table, near)
            return known
        if table == "checkpoint":
            return self._checkpoints | self.met if "met" in near else set(self._checkpoints)
        if table == "agent" and "reach" in near:
            return cast("set[Key]", self._around[table] | self._agents(seen))
        return cast("set[Key]", self._elements(table, near))

    def doors(self, doors: Sequence[Door], there: Callable[[Key], Door | None]) -> list[Door]:
        """The doors that are told otherwise, though they are the same.

        Args:
            doors: those after the edit.
            there: tells of a credential and a system whether there is a door.
        """
        credentials, systems, agents = (self._renamed(each) for each in ("credential", "system", "agent"))
        related = self._after.related
        grants = [each for name in credentials for each in related.of("grant", "credential", name)]
        grants += [each for name in systems for each in related.of("grant", "system", name)]
        keys = dict.fromkeys((grant.credential, grant.system) for grant in grants)
        found = [door for door in map(there, keys) if door is not None]
        if agents:
            # Many doors have the same agents, of whom they name the first.
            alike = {id(door.agents): door.agents for door in doors}
            named = {number for number, every in alike.items() if not agents.isdisjoint(every[:FEW])}
            found += [door for door in doors if id(door.agents) in named]
        return found

    def _renamed(self, table: str) -> set[str]:
        """The elements that are called something else, or authenticate somebody else."""
        return {
            str(key)
            for key, one, other in self._moved.changes.of(table)
            if one is not None
            and other is not None
            and (one.title != other.title or (table == "credential" and one.identity != other.identity))
        }

    @cached_property
    def changed(self) -> Ids:
        """The elements that changed themselves."""
        return {
            table: {
                str(key)
                for key, one, other in self._moved.changes.of(table)
                if one is None or other is None or differ(one, other)
            }
            for table in ("zone", "system", "agent", "credential")
        }

    @cached_property
    def _touched(self) -> Ids:
        """What changed itself, and what is at the ends of relations that changed."""
        found: Ids = {table: set(ids) for table, ids in self.changed.items()}
        changes = self._moved.changes
        for table, ends in ENDS.items():
            for key, one, other in changes.of(table):
                for end, ident in zip(ends, key, strict=True):
                    found[KINDS[table, end]].add(ident)
                if table == "delegation":
                    for record in (one, other):
                        found["credential"].update(() if record is None else record.passes or ())
                if table == "exchange":
                    for record in (one, other):
                        if record is not None and record.at is not None:
                            found["system"].add(record.at)
        for key, one, other in changes.of("agent"):
            if key in self.changed["agent"]:
                hosts = (each.runs_on for each in (one, other) if each is not None)
                found["system"].update(each for each in hosts if each is not None)
        return found

    @cached_property
    def _around(self) -> Ids:
        """That, what is next to elements that changed, and who holds credentials whose grants did."""
        found: Ids = {table: set(ids) for table, ids in self._touched.items()}
        opened = {str(key[0]) for key, _, _ in self._moved.changes.of("grant")}
        handed = frozenset(self.changed["credential"] | opened)
        for kept in (self._before, self._after):
            for table, ends in ENDS.items():
                for end, opposite in zip(ends, reversed(ends), strict=True):
                    for ident in self.changed[KINDS[table, end]]:
                        for record in kept.related.of(table, end, ident):
                            found[KINDS[table, opposite]].add(getattr(record, opposite))
            for credential in opened:
                found["agent"].update(
                    each.agent for each in kept.related.of("hold", "credential", credential)
                )
            if handed:
                self._passing(kept, handed, found)
        return found

    @staticmethod
    def _passing(kept: Kept, credentials: frozenset[str], found: Ids) -> None:
        for delegation in kept.related.chosen("delegation", hands_on).values():
            if not credentials.isdisjoint(delegation.passes):
                found["agent"] |= {delegation.from_, delegation.to}

    # By reach ---------------------------------------------------------------------------------

    def _agents(self, seen: int) -> set[str]:
        """The agents that reach something else of what matters, or something that changed."""
        mesh = self._after.engine.mesh
        opened = {str(key[0]) for key, _, _ in self._moved.changes.of("grant")}
        opening = [mesh.credential_node[each] for each in opened & mesh.credential_node.keys()]
        seen_now = [node for node in opening if seen >> node & 1]
        found = self._affected.union(self.who.named(seen_now).agents if seen_now else ())
        if seen < 0:
            return found.union(self._moved.told)
        seen |= self._accesses
        for difference, agents in self.differing.told:
            if difference & seen:
                found.update(agents)
        return found

    @cached_property
    def _affected(self) -> set[str]:
        """The agents that reach a system that changed, or are triggered by another one."""
        mesh, edit = self._after.engine.mesh, self._moved.edit
        systems = self.changed["system"] & mesh.system_number.keys()
        firsts = [mesh.access_node(system, 0) for system in systems]
        hit = [first + action for first in firsts for action in range(5)]
        steered = {enters - mesh.first_agent for _, enters in (*edit.gone, *edit.come)}
        found = {mesh.agents[each] for each in steered if each >= 0}
        # Nobody is named, too, by a look at all agents.
        return found.union(self.who.named(hit).agents) if hit else found

    @cached_property
    def _accesses(self) -> int:
        """Those of systems that changed."""
        found = 0
        for mesh in (self._before.engine.mesh, self._after.engine.mesh):
            for system in self.changed["system"] & mesh.system_number.keys():
                found |= ALL_ACTIONS << mesh.access_node(system, 0)
        return found

    @cached_property
    def _reached(self) -> Ids:
        """The credentials and systems of which it changed who reaches them, or who they are."""
        return self._ids(self._parted[0] | self._parted[1])

    @cached_property
    def _named(self) -> Ids:
        """The same, but for agents that are gone."""
        return self._ids(self._parted[0])

    @cached_property
    def _parted(self) -> tuple[int, int]:
        """The nodes of which it changed who reaches them, or who they are: by agents that are there, and by
        those that are gone.
        """
        mesh = self._before.engine.mesh
        gone = union([mesh.agent_node[each] - mesh.first_agent for each in self.gone])
        mask = left = 0
        for difference, agents in self.differing.effective:
            if not without(agents, gone):
                left |= difference
            else:
                mask |= difference
        for difference, _ in self.differing.told:
            mask |= difference
        renamed = self._renamed("agent")
        return mask | self.who.naming(renamed, self._rows(renamed)), left

    @cached_property
    def gone(self) -> frozenset[str]:
        """The agents that were there and active, and are not any more."""
        old, new = (each.engine.mesh.agent_node for each in (self._before, self._after))
        changed = (str(key) for key, _, _ in self._moved.changes.of("agent"))
        return frozenset([each for each in changed if each in old and each not in new])

    @property
    def left(self) -> set[str]:
        """The systems that they reached."""
        return self._systems(self._parted[1])

    @cached_property
    def _presented(self) -> set[str]:
        """The systems that credentials open of which it changed who reaches them, or who they are."""
        found: set[str] = set()
        for kept in (self._before, self._after) if self._moved.changes.of("grant") else (self._after,):
            there = kept.related.at("grant", "credential")
            grants = there.among(self._reached["credential"])
            found.update(grant.system for grant in chain.from_iterable(grants))
        return found

    def _rows(self, agents: set[str]) -> int:
        """All that these agents reach, or did."""
        mask = 0
        for agent in agents:
            for kept in (self._before, self._after):
                node = kept.engine.mesh.agent_node.get(agent)
                if node is not None:
                    mask |= kept.effective.row(node)
        return mask

    @cached_property
    def _homes(self) -> Ids:
        """The credentials and systems that agents reach whose homes are others."""
        changes = self._moved.changes.of("agent")
        return self._ids(
            self._rows({str(key) for key, one, other in changes if one and other and one.home != other.home})
        )

    def _ids(self, mask: int) -> Ids:
        systems, credentials = self._systems(mask), self._credentials(mask)
        return {"system": systems, "agent": set(), "credential": credentials, "zone": set()}

    def _systems(self, mask: int) -> set[str]:
        mesh = self._after.engine.mesh  # what is gone still has its number
        accesses = mask & (1 << 5 * len(mesh.systems)) - 1
        touched = 0
        for action in range(5):
            touched |= accesses >> action & mesh.read
        return {mesh.systems[read // 5] for read in bits(touched)}

    def _credentials(self, mask: int) -> set[str]:
        mesh = self._after.engine.mesh
        held = mask >> mesh.first_credential & (1 << len(mesh.credentials)) - 1
        return set(map(mesh.credentials.__getitem__, bits(held)))

    @cached_property
    def _follows(self) -> set[str]:
        """The credentials from which something else follows, or something with another place among others."""
        mesh = self._after.engine.mesh
        nodes = self._following(self._after.effective.changed, lambda one, other: one.domain != other.domain)
        return {mesh.credentials[node - mesh.first_credential] for node in nodes}

    def _following(self, changed: Iterable[int], differs: Callable[[System, System], bool]) -> list[int]:
        """The credentials among these nodes, and those from which a system follows that differs so."""
        mesh, effective = self._after.engine.mesh, self._after.effective
        hit = [
            mesh.access_node(str(key), action)
            for key, one, other in self._moved.changes.of("system")
            if one is not None and other is not None and differs(one, other)
            for action in range(5)
        ]
        nodes = chain(changed, effective.leading(hit) if hit else ())
        first, after = mesh.first_credential, mesh.first_agent
        return [node for node in nodes if first <= node < after]

    @cached_property
    def _private(self) -> set[str]:
        """The credentials from which a confidential or restricted system follows now, and none did, or the
        other way round.
        """
        before, after = self._before.effective, self._after.effective
        old, mesh = self._before.engine.mesh, self._after.engine.mesh
        then, now = (each.at_level[2] | each.at_level[3] for each in (old, mesh))
        changed = after.changed
        if after.less and not after.less & (then | now):
            # All others miss nothing but that.
            changed = changed & after.odd
        nodes = self._following(changed, lambda one, other: _is_private(one) != _is_private(other))
        one, other = (map(each.component.__getitem__, nodes) for each in (before, after))
        places = list(zip(one, other, strict=True))
        differing = {
            (one, other)
            for one, other in set(places)
            if bool(before.row_of(one) & then) != bool(after.row_of(other) & now)
        }
        if not differing:
            return set()
        return {
            mesh.credentials[node - mesh.first_credential]
            for node, place in zip(nodes, places, strict=True)
            if place in differing
        }

    # By table ---------------------------------------------------------------------------------

    def _elements(self, table: str, near: frozenset[str]) -> set[str]:
        found = self._around[table]
        if not near or table == "agent":
            return found
        found = set(found)
        if "reached" in near:
            found |= self._reached[table]
        if "named" in near:
            found |= self._named[table]
        if "presented" in near and table == "system":
            found |= self._presented
        if "anybody" in near:
            found |= self._ids(self._who_before.every ^ self.who.every)[table]
        if "homes" in near:
            found |= self._homes[table]
        if "follows" in near and table == "credential":
            found |= self._follows
        if "private" in near and table == "credential":
            found |= self._private
        return found

    def _relations(self, table: str, near: frozenset[str]) -> set[Key]:
        found: set[Key] = {key for key, _, _ in self._moved.changes.of(table)}
        every = self._after.engine.snapshot.table(table)
        if table == "exchange" and self.changed["system"]:
            # The system where it takes place is at neither end, and called by its name.
            found.update(key for key, each in every.items() if each.at in self.changed["system"])
        ends = ENDS[table]
        at = [
            self._elements(KINDS[table, end], near & those) for end, those in zip(ends, OF_ENDS, strict=True)
        ]
        if _PER_END * sum(map(len, at)) > len(every):
            ones, others = at
            found.update(key for key in every if key[0] in ones or key[1] in others)
            return found
        key_of = attrgetter(*ends)
        for end, those in zip(ends, at, strict=True):
            there = self._after.related.at(table, end)
            found.update(map(key_of, chain.from_iterable(there.among(those))))
        return found

    @cached_property
    def _checkpoints(self) -> set[Key]:
        """Those that changed, or at whose step something did, another checkpoint among it."""
        changes = self._moved.changes.of("checkpoint")
        found: set[Key] = {key for key, _, _ in changes}
        if changes:
            every = self._after.engine.snapshot.checkpoint.values()
            places = {_place(record) for _, *records in changes for record in records if record is not None}
            found.update(each.id for each in every if _place(each) in places)
        touched = self._touched
        if any(touched.values()):
            # At the end of a boundary a zone of its own is called by its system.
            ends = frozenset().union(*touched.values(), (f"system:{each}" for each in touched["system"]))
            found.update(
                each.id
                for each in self._after.engine.snapshot.checkpoint.values()
                if each.from_ in ends or each.to in ends or each.decided_at in ends
            )
        return found


def _is_private(system: System) -> bool:
    return system.computed_sensitivity in ("confidential", "restricted")


def _place(checkpoint: Checkpoint) -> tuple[str, str, str]:
    """The step on which a checkpoint sits."""
    return checkpoint.step, checkpoint.from_, checkpoint.to
