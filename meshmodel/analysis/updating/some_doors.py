"""The missing checkpoints after the first edit of a large mesh in which little is reached.

To look again at the doors that an edit concerns, nothing need be known of the agents that do not come there:
where those that do are few, that is quicker than to make all doors so that they can follow.
"""

import copy
from dataclasses import dataclass
from typing import Final

from meshmodel.analysis.doors import MissingCheckpoints
from meshmodel.analysis.results import Door
from meshmodel.analysis.steps import bits
from meshmodel.analysis.updating.chunks import Sorted
from meshmodel.analysis.updating.concerned import Kept
from meshmodel.analysis.updating.engines import Moved
from meshmodel.model.records import Key

_FEW: Final = 4
"""No more than one agent, and one grant, of so many are few."""


@dataclass(frozen=True, slots=True)
class SomeDoors:
    """The doors of one reading, those that an edit concerns looked for again.

    Attributes:
        found, listed: the doors by credential and system.
        changed: those that the edit changed or brought.
        left: those that it changed, gone ones among them, as they were.
    """

    found: Sorted[Door]
    listed: tuple[Door, ...]
    changed: list[Door]
    left: list[Door]

    def door(self, key: Key) -> Door | None:
        """The door of a credential to a system, or ``None``."""
        return self.found.get(key)


def some_doors(kept: Kept, moved: Moved, before: Kept, listed: tuple[Door, ...]) -> SomeDoors | None:
    """The doors after an edit, or ``None`` where it concerns many.

    Args:
        kept: the reading after it.
        moved: what it did.
        before: the reading before it.
        listed: the doors of that.
    """
    if moved.guards.zones or moved.changes.of("zone"):
        return None
    grants, mesh = kept.engine.snapshot.grant, kept.engine.mesh
    keys = _concerned(kept, moved, before)
    there = [key for key in sorted(keys) if key in grants and key[0] in mesh.credential_node]
    if _FEW * len(there) > len(grants):
        return None
    first = mesh.first_agent
    coming = set(kept.effective.leading({mesh.credential_node[credential] for credential, _ in there}))
    travellers = tuple(each for each in kept.engine.travellers if each.node in coming)
    if _FEW * len(travellers) > mesh.size - first:
        return None
    engine = copy.copy(kept.engine)
    for name in ("own_carriers", "holders", "traveller_of"):
        engine.__dict__.pop(name, None)
    engine.__dict__["travellers"] = travellers
    found = MissingCheckpoints(engine).doors_at([grants[key] for key in there])
    doors: dict[Key, Door | None] = dict.fromkeys(sorted(keys))
    doors.update(zip(there, found, strict=True))
    was = [(each.credential, each.system) for each in listed]
    old = Sorted.of(was, list(listed))
    made, changed = old.after(list(doors), list(doors.values()), Door.__eq__)
    left = [door for door in map(old.get, changed) if door is not None]
    there_now = [door for door in map(doors.__getitem__, changed) if door is not None]
    return SomeDoors(made, tuple(made.items()), there_now, left)


def _concerned(kept: Kept, moved: Moved, before: Kept) -> set[tuple[str, str]]:
    """The grants at which there may be another door, or none, or one: those of all that concerned agents
    come to, and those next to what changed.
    """
    carried = 0
    for reading in (before, kept):
        for agent in moved.agents | moved.nearby:
            node = reading.engine.mesh.agent_node.get(agent)
            if node is not None:
                carried |= reading.effective.row(node)
    mesh = kept.engine.mesh
    first, after = mesh.first_credential, mesh.first_agent
    systems = {str(key) for key, _, _ in moved.changes.of("system")} | moved.edit.systems
    nodes = set(bits(carried >> first & (1 << after - first) - 1))
    for leaves, enters in (*moved.edit.gone, *moved.edit.come, *moved.guards.steps):
        nodes.update(each - first for each in (leaves, enters) if first <= each < after)
        systems.update(mesh.systems[each // 5] for each in (leaves, enters) if each < first)
    credentials = {mesh.credentials[node] for node in nodes} | moved.edit.credentials
    found = {(str(key[0]), str(key[1])) for key, _, _ in moved.changes.of("grant")}
    for reading in (before, kept):
        for each in credentials:
            found.update((each, grant.system) for grant in reading.related.of("grant", "credential", each))
        for each in systems:
            found.update((grant.credential, each) for grant in reading.related.of("grant", "system", each))
    return found
