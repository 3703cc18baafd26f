"""What is answered about fixes: documented, frozen types."""

from dataclasses import dataclass

from meshmodel.analysis.results import StepKey


@dataclass(frozen=True, slots=True)
class Fix:
    """Steps to guard so that no crossing is uncontrolled and no flow toxic (``docs/fix.md#the-minimum-fix``).

    Attributes:
        cost: how many checkpoints it takes.
        lower_bound: how many any fix takes at least, as far as it was proven.
        optimal: whether no smaller one exists; the two numbers are then equal.
        checkpoints: the steps to guard, each with all its actions, in the fixed order.
        closes: how many uncontrolled crossings they close, which is all there are.
        interrupts: the declared intents that no longer go through unasked, as (agent, system).
        closes_each: for each of the checkpoints how many crossings it closes alone; empty where it takes
            long or time was over, when ``Analysis.closing`` can be asked one by one.
        before: how many crossings are uncontrolled without them.
        settled: whether it is also proven that no other smallest set is preferred to this one.
        flows: the agents with a toxic flow, which they close as well.
    """

    cost: int
    lower_bound: int
    optimal: bool
    checkpoints: tuple[StepKey, ...]
    closes: int
    interrupts: tuple[tuple[str, str], ...]
    closes_each: tuple[int, ...]
    before: int
    settled: bool
    flows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What so many checkpoints can do at best.

    Attributes:
        checkpoints: how many.
        remaining: the fewest uncontrolled crossings (toxic flows aside) that are known to remain with them.
        lower_bound: how many remain at least, as far as it was proven.
        exact: whether it is proven that no fewer can remain.
        chosen: the steps to guard that reach it, in the fixed order.
    """

    checkpoints: int
    remaining: int
    lower_bound: int
    exact: bool
    chosen: tuple[StepKey, ...]
