"""Section 6, the minimum fix, by trying every set of steps; each is judged by the naive reading."""

from itertools import combinations
from typing import NamedTuple

from tests.reference.mesh import closure, covered

ORDER = ("hold", "grant", "custody", "exchange", "delegation", "trigger", "hearing", "hosting")


class Fix(NamedTuple):
    """The cost, how many stored secrets it guards and intents it interrupts, how many steps are no doors."""

    cost: int
    stored: int
    interrupted: int
    no_doors: int
    steps: tuple


def candidates(reading):
    """Every step that can be guarded, also those by which the outsider is heard: a relation counts once."""
    mesh = reading.mesh
    nodes = closure(mesh.steps_for_the_outsider, mesh.outsider)
    hearing = [s for s in mesh.steps_of_compromise if s.kind == "hearing" and s.leaves in nodes]
    found = {(step.kind, *step.key) for step in [*mesh.steps, *hearing] if step.kind != "implies"}
    return sorted(found, key=in_order)


def in_order(step):
    return ORDER.index(step[0]), *step[1:]


def is_closed(reading):
    """Whether no crossing is uncontrolled, and no flow toxic."""
    return not any(reading.bad_doors(*each) for each in reading.candidates()) and not reading.toxic()


def closing_sets(reading, at_most):
    """All smallest sets that close everything, or None where they have more than so many steps."""
    steps = candidates(reading)
    bad = [each for each in reading.candidates() if reading.bad_doors(*each)]
    for cost in range(min(at_most, len(steps)) + 1):
        found = [chosen for chosen in combinations(steps, cost) if closes(reading, chosen, bad)]
        if found:
            return found
    return None


def closes(reading, chosen, bad):
    """Whether the set closes everything; first asked of what is uncontrolled without it: that is quicker.

    ``bad`` are those crossings; the one that is left open here stands first the next time.
    """
    guarded = reading.with_guarded(chosen)
    for number, each in enumerate(bad):
        if is_still_bad(guarded, *each):
            bad.insert(0, bad.pop(number))
            return False
    return is_closed(guarded)


def is_still_bad(guarded, agent, source, target, action):
    """What costs most is asked last."""
    crossing = agent, source, target, action
    return (
        bool(guarded.bad_doors(*crossing))
        and guarded.is_crossing(*crossing)
        and source in guarded.sources(agent)
    )


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
    stored, broken = stored_secrets(reading, chosen), len(interrupted(reading.with_guarded(chosen)))
    return Fix(len(chosen), stored, broken, no_doors, steps)


def preference(fix):
    """The fewest of each in turn, then in the order of section 3 and by id."""
    return *fix[:4], tuple(in_order(step) for step in fix.steps)


def stored_secrets(reading, chosen):
    """How many of the steps are custody by ``stores`` outside a secrets-manager."""
    return sum(step[0] == "custody" and reading.mesh.is_left_lying(*step[1:]) for step in chosen)


def interrupted(reading, before=None):
    """The intents with an access that the agent reaches, but not in its unchecked reach.

    ``before`` is the reading before a plan's drops and limits: what is lost by them is interrupted too.
    """
    reached = (before or reading).mesh.effective
    return [
        (agent, system)
        for (agent, system), intent in sorted(reading.mesh.s.intent.items())
        if agent in reading.mesh.agents
        and {("access", *each) for each in covered(intent)}
        & (reached(agent) - reading.unchecked({("agent", agent)})[0])
    ]
