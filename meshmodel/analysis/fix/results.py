"""What is answered about fixes and plans: documented, frozen types."""

from dataclasses import dataclass
from typing import Literal

from meshmodel.analysis.results import StepKey
from meshmodel.model.measures import MEASURE_KINDS, DropKind, Measure, MeasureKind
from meshmodel.model.vocabulary import Action


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


@dataclass(frozen=True, slots=True)
class Kept:
    """A relation that a plan must leave as it is.

    Attributes:
        relation: its kind, as of a drop; of a delegation neither it nor what it passes is changed.
        from_: where it begins; of a pass ``agent>agent``.
        to: where it ends; of a pass the credential.
        action: of a grant the one action that is kept; ``None``: all of it.
    """

    relation: DropKind | Literal["delegation"]
    from_: str
    to: str
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a plan may do.

    Attributes:
        kinds: the measures that it may take.
        kept: relations that are neither dropped nor limited.
        never_ask: steps at which it does not ask, as checkpoints name them.
    """

    kinds: tuple[MeasureKind, ...] = MEASURE_KINDS
    kept: frozenset[Kept] = frozenset()
    never_ask: frozenset[StepKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Needed:
    """What an agent needs of a system, by its intents or, without any, by what it does as itself."""

    agent: str
    system: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """An uncontrolled crossing or, where ``system`` is ``None``, the toxic flow of an agent, that stays open.

    Attributes:
        agent: whose it is.
        source: where it comes from; ``None``: home.
        system: where it leads.
        action: what it does there.
    """

    agent: str
    source: str | None = None
    system: str | None = None
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Measures after which nothing is open and everything needed still works (``docs/fix.md#the-plan``).

    Attributes:
        decisions_per_day: how many its asks cost.
        lower_bound: how many any such plan costs at least, as far as it was proven.
        optimal: whether none costs less; the two numbers are then equal.
        settled: whether it is also proven that no other plan of that cost is preferred to this one.
        measures: asks, then drops, then limits, each in the fixed order.
        needed: what must still work, by agent and system.
        without_intents: the agents that need something and have no intents: theirs was taken from what they
            do as themselves.
        before: how many crossings are uncontrolled without it.
        flows: the agents with a toxic flow without it.
        stays_open: what it leaves open: nothing, unless steps are not to be asked at, or decisions are
            limited; flows come last.
        least_open: how much any plan leaves open, as far as it was proven.
    """

    decisions_per_day: float
    lower_bound: float
    optimal: bool
    settled: bool
    measures: tuple[Measure, ...]
    needed: tuple[Needed, ...]
    without_intents: tuple[str, ...]
    before: int
    flows: tuple[str, ...]
    stays_open: tuple[LeftOpen, ...] = ()
    least_open: int = 0

    @property
    def left(self) -> int:
        """How many uncontrolled crossings and toxic flows it leaves open."""
        return len(self.stays_open)


@dataclass(frozen=True, slots=True)
class TradeOffPoint:
    """The fewest that so many decisions a day leave open.

    Attributes:
        decisions_per_day: how many; with fewer, more is left open.
        open: how many uncontrolled crossings and toxic flows are left open.
        lower_bound: how many are with so many decisions at least, as far as it was proven.
        optimal: whether it is proven that no fewer can be left open.
        measures: those that reach it: asks, then drops, then limits, each in the fixed order.
    """

    decisions_per_day: float
    open: int
    lower_bound: int
    optimal: bool
    measures: tuple[Measure, ...]
