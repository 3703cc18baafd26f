"""Sets of accesses in the words and records of a finding."""

from meshmodel.analysis.reached import MOST_LIT
from meshmodel.analysis.rules.base import Facts, can, joined
from meshmodel.analysis.steps import ADMIN, ALL_ACTIONS, action_mask, actions_of
from meshmodel.model.records import Key


def systems_of(facts: Facts, accesses: int, most: int = MOST_LIT) -> list[str]:
    """The systems of these accesses, sorted; of many the first ones that the graph has."""
    return sorted(facts.engine.mesh.first_systems(accesses, most))


def in_words(facts: Facts, accesses: int) -> tuple[int, str]:
    """The actions as five bits, and what can be done where: ``write A and read B and 4 more``."""
    mesh, records = facts.engine.mesh, facts.snapshot.system
    actions = touched = 0
    for action in range(5):
        here = accesses >> action & mesh.read
        if here:
            actions |= 1 << action
            touched |= here
    total = touched.bit_count()
    told = systems_of(facts, accesses, 5 if total <= 5 else 3)
    words = [
        f"{can(actions_of(accesses >> 5 * mesh.system_number[each] & ALL_ACTIONS))} {records[each].title}"
        for each in told
    ]
    if total > len(told):
        return actions, f"{', '.join(words)} and so on in {total - len(told)} more"
    return actions, joined(words)


def grants_into(facts: Facts, row: int, accesses: int) -> tuple[tuple[str, Key], ...]:
    """The grants by which what is in the row opens these accesses; none told where there are many.

    Args:
        facts: the model as read.
        row: what is reached.
        accesses: some of it.
    """
    systems = systems_of(facts, accesses, MOST_LIT + 1)
    if len(systems) > MOST_LIT:
        return ()
    mesh, found = facts.engine.mesh, list[tuple[str, Key]]()
    for system in systems:
        wanted = accesses >> 5 * mesh.system_number[system] & ALL_ACTIONS | 1 << ADMIN
        for grant in facts.related("grant", "system", system):
            node = mesh.credential_node.get(grant.credential)
            if node is not None and row >> node & 1 and action_mask(grant.actions) & wanted:
                found.append(("grant", (grant.credential, grant.system)))
    return tuple(found)
