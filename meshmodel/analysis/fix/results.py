"""What is answered about plans, of which a minimum fix is one: documented, frozen types."""

from dataclasses import dataclass
from typing import Final, Literal

from meshmodel.analysis.results import StepKey
from meshmodel.model.measures import MEASURE_KINDS, Ask, DropKind, Measure, MeasureKind
from meshmodel.model.vocabulary import SEVERITIES, Action, Severity


@dataclass(frozen=True, slots=True)
class KeptRelation:
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
        level: the lowest severity of what it has to close; ``None``: all.
        is_fix: a minimum fix is asked for: checkpoints only, wherever a step can be guarded, each at the
            price of one; the rest of the options is then of no account.
    """

    kinds: tuple[MeasureKind, ...] = MEASURE_KINDS
    kept: frozenset[KeptRelation] = frozenset()
    never_ask: frozenset[StepKey] = frozenset()
    level: Severity | None = None
    is_fix: bool = False


FIX: Final = PlanOptions(("ask",), is_fix=True)
"""A minimum fix (``docs/fix.md#the-fewest-checkpoints``)."""


@dataclass(frozen=True, slots=True)
class NeededUse:
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
        severity: how severe it is without any measure.
    """

    agent: str
    source: str | None = None
    system: str | None = None
    action: Action | None = None
    severity: Severity = "critical"


@dataclass(frozen=True, slots=True)
class Plan:
    """Measures after which nothing is open and everything needed still works (``docs/fix.md#the-plan``).

    Attributes:
        decisions_per_day: how many its asks cost; of a fix, how many checkpoints it takes.
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
        severities: how much is open without it by severity, critical first; of a fix empty.
        lost: the active credentials that lose their last grant by it.
        unknown: the intents that count for its price and do not say how often a day, as (agent, system).
        alike: other plans that cost as much in every part, at most two.
        beyond: what is needed beyond what the person may do on whose behalf it is done.
        every: all measures that there are.
        free: the drops and limits beyond it that take no active credential's last grant.
        typeable: the systems to which only agents bring outsiders' words.
        needless: the delegations and triggers that nothing needed passes, as (table, from, to).
        level: the lowest severity of what it had to close; ``None``: all.
        is_fix: whether it is a minimum fix.
        interrupts: of a fix the declared intents that no longer go through unchecked, as (agent, system).
        closes_each: of a fix how many crossings each of its checkpoints closes alone; empty where it takes
            long or time was over, when ``Analysis.closing`` can be asked one by one.
        left_each: of these, where they are in the order of the list, how many paths are left unchecked after
            each and those before it.
    """

    decisions_per_day: float
    lower_bound: float
    optimal: bool
    settled: bool
    measures: tuple[Measure, ...]
    needed: tuple[NeededUse, ...]
    without_intents: tuple[str, ...]
    before: int
    flows: tuple[str, ...]
    stays_open: tuple[LeftOpen, ...] = ()
    least_open: int = 0
    severities: tuple[int, ...] = ()
    lost: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    alike: tuple[tuple[Measure, ...], ...] = ()
    beyond: tuple[NeededUse, ...] = ()
    every: tuple[Measure, ...] = ()
    free: tuple[Measure, ...] = ()
    typeable: tuple[str, ...] = ()
    needless: tuple[tuple[Literal["delegation", "trigger"], str, str], ...] = ()
    level: Severity | None = None
    is_fix: bool = False
    interrupts: tuple[tuple[str, str], ...] = ()
    closes_each: tuple[int, ...] = ()
    left_each: tuple[int, ...] = ()

    @property
    def checkpoints(self) -> tuple[StepKey, ...]:
        """The steps to guard, in the order of the measures."""
        return tuple(each.step for each in self.measures if isinstance(each, Ask))

    @property
    def cost(self) -> int:
        """How many checkpoints it takes."""
        return len(self.checkpoints)

    @property
    def left(self) -> int:
        """How many uncontrolled crossings and toxic flows it leaves open that it had to close."""
        least = 0 if self.level is None else SEVERITIES.index(self.level)
        return sum(SEVERITIES.index(each.severity) >= least for each in self.stays_open)


@dataclass(frozen=True, slots=True)
class TradeOffPoint:
    """The fewest that so many decisions a day leave open.

    Attributes:
        decisions_per_day: how many; with fewer, more is left open.
        open: how many uncontrolled crossings and toxic flows are left open.
        lower_bound: how many are with so many decisions at least, as far as it was proven.
        optimal: whether it is proven that no fewer can be left open.
        measures: those that reach it: asks, then drops, then limits, each in the fixed order.
        severities: how many are left open by severity, critical ones first.
        nested: whether the next point has all its measures too.
    """

    decisions_per_day: float
    open: int
    lower_bound: int
    optimal: bool
    measures: tuple[Measure, ...]
    severities: tuple[int, ...]
    nested: bool = True
