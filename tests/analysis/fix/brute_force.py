"""Fixes and curves by trying every set of steps, each evaluated by the naive reading."""

from dataclasses import replace
from itertools import combinations

from meshmodel.model import records as r
from tests.analysis.naive import Naive

ORDER = ("grant", "custody", "exchange", "hold", "delegation", "trigger", "hosting")


def candidates(naive):
    """Every step that can be guarded, in the fixed order."""
    found = {(step[0], *step[3]) for step in naive.steps if step[0] != "implies"}
    return sorted(found, key=lambda key: (ORDER.index(key[0]), *key[1:]))


def guarded(snapshot, keys):
    """The model with real checkpoints on these steps."""
    new = {f"new-{n}": r.Checkpoint(f"new-{n}", "policy-decision", *key) for n, key in enumerate(keys)}
    return replace(snapshot, checkpoint={**snapshot.checkpoint, **new})


def uncontrolled(naive):
    """How many crossings are uncontrolled."""
    return sum(row[4] == "uncontrolled" for row in naive.crossings_and_doors()[0])


def in_hand(naive, agent, guarded):
    """What an agent performs by hold, exchange, grant and implies steps that are unguarded today."""
    _, counting = naive.unchecked(agent, None)
    steps = [
        step
        for step in naive.steps
        if step[0] in {"hold", "exchange", "grant", "implies"}
        and not any(k.id in counting and naive.covers(k, step) for k in naive.meeting)
        and (step[0] == "implies" or (step[0], *step[3]) not in guarded)
    ]
    return naive.closure(naive.graph(steps), {("agent", agent)})


def interrupted(today, guarded):
    """The intents that go through today and do not when these steps are guarded."""
    found = []
    for (agent, system), intent in sorted(today.s.intent.items()):
        if agent not in today.agents:
            continue
        every = ("read", "write", "execute", "issue", "admin")
        actions = every if "admin" in intent.actions else intent.actions
        covered = {("access", system, x) for x in actions}
        if covered & in_hand(today, agent, ()) - in_hand(today, agent, guarded):
            found.append((agent, system))
    return tuple(found)


def best_fix(snapshot, view):
    """Cost, interrupted intents and steps of the preferred smallest fix."""
    today = Naive(snapshot, view)
    keys = candidates(today)
    for cost in range(len(keys) + 1):
        best = None
        for chosen in combinations(keys, cost):
            after = Naive(guarded(snapshot, chosen), view)
            if not uncontrolled(after):
                broken = interrupted(today, chosen)
                if best is None or len(broken) < len(best[1]):
                    best = cost, broken, chosen
        if best is not None:
            return best
    raise AssertionError("guarding every grant closes everything")


def fewest(snapshot, view, checkpoints):
    """The fewest crossings that remain with so many checkpoints."""
    keys = candidates(Naive(snapshot, view))
    return min(
        uncontrolled(Naive(guarded(snapshot, chosen), view)) for chosen in combinations(keys, checkpoints)
    )
