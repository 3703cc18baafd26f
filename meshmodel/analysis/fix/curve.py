"""The closing curve: what so many checkpoints close at best, from none to the minimum fix."""

from contextlib import suppress

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.fewest import Fewest, Progress
from meshmodel.analysis.fix.measures import Measures
from meshmodel.analysis.fix.proofs import Changed
from meshmodel.analysis.fix.results import CurvePoint, Fix
from meshmodel.analysis.fix.search import NOTHING
from meshmodel.analysis.fix.smallest import minimum_fix
from meshmodel.model.stop import Stop, Stopped


def closing_curve(
    engine: Engine, stop: Stop, progress: Progress | None = None, fix: Fix | None = None
) -> tuple[CurvePoint, ...]:
    """For 0, 1, 2, … checkpoints up to the minimum fix the fewest crossings that can remain.

    Args:
        engine: what is to be fixed.
        stop: when to give up; what is not settled then is marked as a bound.
        progress: told after each number of checkpoints.
        fix: what is known of the minimum fix, where it was asked for: the curve ends with it.
    """
    fix, measures = fix or minimum_fix(engine, stop), Measures()
    fewest = Fewest(Changed(engine, measures), stop, flows=False)
    with suppress(Stopped):
        _try_parts(fewest, fix)
        for number in range(1, fix.cost if fewest.is_provable else 0):
            fewest.prove(number)
            if progress is not None:
                progress(number, fix.cost)
    found = [CurvePoint(fix.cost, 0, 0, exact=True, chosen=fix.checkpoints)]
    for number in range(fix.cost - 1, -1, -1):
        remaining, _, chosen = fewest.best(number)
        # With fewer checkpoints no fewer crossings remain.
        bound = max(fewest.at_least[number], found[-1].lower_bound)
        found.append(CurvePoint(number, remaining, bound, remaining == bound, measures.asked(chosen)))
    return tuple(reversed(found))


def _try_parts(fewest: "Fewest", fix: Fix) -> None:
    """Try the first checkpoints of a fix, those first that close most alone, where that is known."""
    steps = [fewest.measures.ask(step) for step in fix.checkpoints]
    for step, closes in zip(steps, fix.closes_each, strict=False):
        fewest.tried.append((fix.before - closes, 1, step))
    alone = fix.closes_each or [0] * fix.cost
    ordered = sorted(range(fix.cost), key=lambda each: -alone[each])
    # Those in the middle come first: time may be short.
    for number in sorted(range(1, fix.cost), key=lambda each: -(each & -each)):
        fewest.try_(NOTHING.union(*(steps[each] for each in ordered[:number])))
