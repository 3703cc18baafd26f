"""Section 6, the minimum fix, by trying every set of steps; each is judged by the naive reading."""

from itertools import combinations
from typing import NamedTuple

from tests.reference.mesh import all_five, closure

ORDER = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "hosting")


class Fix(NamedTuple):
    """The cost, how many stored secrets it guards and intents it interrupts, how many steps are no doors."""

    cost: int
    stored: int
    interrupted: int
    no_doors: int
    steps: tuple


def candidates(reading):
    """Every step that can be guarded: a relation counts once; implies and boundaries are none."""
    found = {(step.kind, *step.key) for step in reading.mesh.steps if step.kind != "implies"}
    return sorted(found, key=in_order)


def in_order(step):
    return ORDER.index(step[0]), *step[1:]


def is_closed(crossings):
    """Whether no crossing is uncontrolled, and no flow toxic."""
    if crossings.toxic():
        return False
    for agent, source, target, action in crossings.candidates():
        for door in crossings.open_doors(agent, source, target, action):
            if not crossings.is_approved(agent, source, target, action, door):
                return False
    return True


def closing_sets(reading, at_most):
    """All smallest sets that close everything, or None where they have more than so many steps."""
    steps = candidates(reading)
    for cost in range(min(at_most, len(steps)) + 1):
        found = [chosen for chosen in combinations(steps, cost) if is_closed(reading.with_guarded(chosen))]
        if found:
            return found
    return None


def minimum_cost(reading, at_most=3):
    """The cost of a minimum fix, or None where it is above the limit."""
    sets = closing_sets(reading, at_most)
    return None if sets is None else len(sets[0])


def best_fix(reading, at_most=3):
    """The preferred of the smallest sets, or None where they are above the limit."""
    sets = closing_sets(reading, at_most)
    if sets is None:
        return None
    return min((judged(reading, chosen) for chosen in sets), key=preference)


def judged(reading, chosen):
    """The set with what decides among sets of its size, in that order."""
    doors = {(d.credential, d.system) for d in reading.crossings_and_missing()[1]}
    no_doors = sum(step[0] != "grant" or step[1:] not in doors for step in chosen)
    steps = tuple(sorted(chosen, key=in_order))
    stored, broken = stored_secrets(reading, chosen), len(interrupted(reading, chosen))
    return Fix(len(chosen), stored, broken, no_doors, steps)


def preference(fix):
    """The fewest of each in turn, then in the order of section 3 and by id."""
    return *fix[:4], tuple(in_order(step) for step in fix.steps)


def stored_secrets(reading, chosen):
    """How many of the steps are custody by ``stores`` outside a secrets-manager."""
    s = reading.mesh.s
    return sum(
        step[0] == "custody"
        and s.custody[step[1:]].how == "stores"
        and s.system[step[1]].kind != "secrets-manager"
        for step in chosen
    )


def interrupted(reading, chosen):
    """The declared intents whose use is open today and is no more.

    The text does not say what interrupts an intent. Here: something that it covers is reached by
    unguarded steps over which it could be approved (hold, exchange, grant, implies; for a read also
    delegations limited by an ``only`` that counts), and these steps take that away.
    """
    found = []
    for (agent, system), intent in sorted(reading.mesh.s.intent.items()):
        if agent in reading.mesh.agents:
            covered = {(system, x) for x in all_five(intent.actions)}
            today = as_approved(reading, agent, ())
            if covered & (today - as_approved(reading, agent, chosen)):
                found.append((agent, system))
    return found


def as_approved(reading, agent, chosen):
    """What is reached by unguarded steps over which an intent may be approved."""
    _, counting = reading.unchecked({("agent", agent)})
    open_steps = [
        step for step in reading.unguarded_steps(counting) if (step.kind, *step.key) not in set(chosen)
    ]
    in_hand = [step for step in open_steps if step.kind in {"hold", "exchange", "grant", "implies"}]
    limited = [
        step
        for step in open_steps
        if step.kind == "delegation"
        and step.enters[0] == "session"
        and reading.mesh.session_has_only(step.enters)
    ]
    nodes = closure(in_hand, {("agent", agent)})
    reads = closure(in_hand + limited, {("agent", agent)})
    found = {node[1:] for node in nodes if node[0] == "access"}
    return found | {node[1:] for node in reads if node[0] == "access" and node[2] == "read"}
