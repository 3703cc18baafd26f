"""The minimum fix (section 6): the answer about it, and what any steps close."""

from collections.abc import Collection
from contextlib import suppress
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.preference import Intent, Preferring, intents_today
from meshmodel.analysis.fix.results import Fix
from meshmodel.analysis.fix.search import NOTHING
from meshmodel.analysis.fix.smallest import Smallest
from meshmodel.analysis.results import StepKey
from meshmodel.analysis.stopping import Stop, Stopped
from meshmodel.analysis.toxic import toxic_agents

_EACH: Final = 100_000
"""Checkpoints times nodes up to which it is said what each closes alone."""


def minimum_fix(engine: Engine, stop: Stop) -> Fix:
    """The preferred of the smallest sets of steps to guard that leave nothing open.

    Args:
        engine: what is to be fixed.
        stop: when to give up; the best that is known then is the answer, and says so.
    """
    search = Smallest(engine, stop)
    search.run()
    intents, settled = prefer(search)
    best = sorted(search.best, key=search.known.place)
    steps: tuple[StepKey, ...] = tuple(search.named(best))  # type: ignore[arg-type] # implies is none
    broken = [each.ends for each in intents or () if each.is_interrupted(search.best)]
    return Fix(
        cost=len(best),
        lower_bound=min(len(best), search.bound),
        optimal=search.bound >= len(best),
        checkpoints=steps,
        closes=engine.uncontrolled,
        interrupts=tuple(broken),
        closes_each=_closing_each(engine, steps, stop.late()),
        before=engine.uncontrolled,
        settled=settled,
        intents_known=intents is not None,
        flows=engine.mesh.names(toxic_agents(engine.reaches)),
    )


def prefer(search: Smallest) -> tuple[list[Intent] | None, bool]:
    """Take the preferred of the smallest sets; the intents that go through today, whether it is settled."""
    intents: list[Intent] | None = None
    with suppress(Stopped):
        intents = intents_today(search.engine, search.known, search.stop.late())
        if search.best == NOTHING:
            return intents, True
        if search.bound >= len(search.best):
            return intents, Preferring(search, intents).run()
    return intents, False


def closing(engine: Engine, steps: Collection[StepKey]) -> int:
    """How many uncontrolled crossings it closes to guard these steps, each with all its actions.

    Raises:
        KeyError: there is no such step, or it is a boundary.
    """
    for step in steps:
        if not any(engine.mesh.has(each) for each in engine.mesh.ends(*step)):
            raise KeyError(step)
    return engine.uncontrolled - engine.guarding(steps).uncontrolled


def _closing_each(engine: Engine, steps: tuple[StepKey, ...], stop: Stop) -> tuple[int, ...]:
    """What each closes alone; nothing where that would take longer than to find them."""
    if len(steps) * engine.mesh.size > _EACH:
        return ()
    found = []
    for step in steps:
        if stop():
            return ()
        found.append(closing(engine, [step]))
    return tuple(found)
