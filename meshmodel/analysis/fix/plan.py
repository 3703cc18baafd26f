"""The plan: a cheapest set of measures that leaves nothing open and keeps what is needed, and its trade-off.

See ``docs/fix.md#the-plan``.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.fewest import Fewest, Progress
from meshmodel.analysis.fix.measures import PlanMeasures
from meshmodel.analysis.fix.preference import Preference
from meshmodel.analysis.fix.proofs import FLOW, Changed, Violation, open_in
from meshmodel.analysis.fix.results import LeftOpen, Needed, Plan, PlanOptions, TradeOffPoint
from meshmodel.analysis.fix.search import NOTHING, Proof
from meshmodel.analysis.fix.smallest import Cheapest, simple
from meshmodel.analysis.starts import HOME
from meshmodel.model.actions import actions_of
from meshmodel.model.stop import Stop, Stopped
from meshmodel.model.vocabulary import ACTIONS


def cheapest_plan(engine: Engine, options: PlanOptions, stop: Stop, at_most: float | None = None) -> Plan:
    """The preferred of the cheapest plans; or what leaves the fewest open within so many decisions a day.

    Args:
        engine: what is to be planned for.
        options: what the plan may do.
        stop: when to give up; the best that is known then is the answer, and says so.
        at_most: decisions a day; ``None``: as many as it takes to leave nothing open.

    Raises:
        InvalidModelError: an option names what is not in the model.
    """
    return _Planning(engine, options, stop).plan(at_most)


def trade_off(
    engine: Engine,
    options: PlanOptions,
    stop: Stop,
    progress: Progress | None = None,
    plan: Plan | None = None,
) -> tuple[TradeOffPoint, ...]:
    """For rising decisions a day, up to the plan, the fewest that can be left open.

    Args:
        engine: what is to be planned for.
        options: what plans may do.
        stop: when to give up; what is not settled then is marked as a bound.
        progress: told after each point how much of the way down from the plan is done.
        plan: what is known of the plan, where it was asked for: the trade-off ends with it.
    """
    return _Planning(engine, options, stop).points(plan, progress)


class _Planning:
    """One model with one set of options."""

    def __init__(self, engine: Engine, options: PlanOptions, stop: Stop) -> None:
        self._engine, self._options, self._stop = engine, options, stop
        self._measures = PlanMeasures(engine.mesh, options)
        self._changed = Changed(engine, self._measures)

    def plan(self, at_most: float | None) -> Plan:
        """The plan, or what is best within a budget."""
        if at_most is None:
            best, hopeless = self._safe()
            search = Cheapest(self._changed, self._stop, best, hopeless)
            is_settled = search.run()
            return self._answer(search.best, search.bound, len(hopeless), is_settled=is_settled)
        budget = self._measures.budget(at_most)
        fewest = Fewest(self._changed, self._stop, flows=True)
        with suppress(Stopped):
            fewest.prove(budget)
            preference = Preference(self._changed.intents(self._stop), self._changed.doors())
            chosen = fewest.cheapen(budget, preference)
            price, _, _ = self._measures.cost(chosen)
            return self._answer(chosen, price, fewest.at_least[budget], is_settled=True)
        return self._answer(fewest.best(budget)[2], 0, fewest.at_least[budget], is_settled=False)

    def points(self, plan: Plan | None, progress: Progress | None) -> tuple[TradeOffPoint, ...]:
        """The points of the trade-off."""
        plan = plan or self.plan(None)
        numbers, fewest = self._measures.numbers(plan.measures), Fewest(self._changed, self._stop, flows=True)
        top = self._measures.cost(numbers)[0]
        last = self._point(top, plan.left, plan.least_open, numbers)
        found = [last]
        with suppress(Stopped):
            fewest.try_(numbers)
            if fewest.is_provable:
                for budget in fewest.falling(top - 1):
                    left, price, chosen = fewest.best(budget)
                    found.append(self._point(price, left, fewest.at_least[budget], chosen))
                    if progress is not None:
                        progress(top - price, top)
                return tuple(reversed(found))
        return tuple(reversed(found + self._bounded(fewest, found[-1], numbers)))

    def _bounded(self, fewest: Fewest, above: TradeOffPoint, numbers: Proof) -> list[TradeOffPoint]:
        """Points below one where time was over: what parts of the plan leave, as it was or is tried."""
        measures, found = self._measures, list[TradeOffPoint]()
        free = measures.changes(numbers)
        with suppress(Stopped):
            for ask in (*sorted(numbers - free, key=measures.price), None):
                fewest.try_(free)
                free |= NOTHING if ask is None else {ask}
        budget = measures.budget(above.decisions_per_day) - 1
        while budget >= 0:
            left, price, chosen = fewest.best(budget)
            found.append(self._point(price, left, above.lower_bound, chosen))
            budget = price - 1
        return found

    def _point(self, price: int, left: int, bound: int, chosen: Proof) -> TradeOffPoint:
        days, listed = self._measures.days(price), self._measures.listed(chosen)
        return TradeOffPoint(days, left, bound, left <= bound, listed)

    def _safe(self) -> tuple[Proof, set[Violation]]:
        """Measures that leave open only what stays open whatever is done; and what that is."""
        grants = simple(self._engine)
        asks = self._measures.ask(*grants)
        if len(asks) == len(grants):
            return asks, set()
        every = self._changed.every()
        return every, set(open_in(self._changed.by(every)[0]))

    def _answer(self, chosen: Proof, bound: int, least_open: int, *, is_settled: bool) -> Plan:
        engine, measures = self._engine, self._measures
        price = measures.cost(chosen)[0]
        left = sorted(open_in(self._changed.by(chosen)[0]), key=lambda each: (each[1] == FLOW, each))
        return Plan(
            decisions_per_day=measures.days(price),
            lower_bound=measures.days(min(price, bound)),
            optimal=bound >= price and len(left) <= least_open,
            settled=is_settled,
            measures=measures.listed(chosen),
            needed=tuple(self._needed()),
            without_intents=measures.routes.without_intents,
            before=engine.uncontrolled,
            flows=engine.mesh.names(engine.toxic),
            stays_open=tuple(map(self._left, left)),
            least_open=least_open,
        )

    def _left(self, violation: Violation) -> LeftOpen:
        mesh, (agent, source, access) = self._engine.mesh, violation
        if source == FLOW:
            return LeftOpen(mesh.agents[agent])
        from_ = None if source == HOME else mesh.systems[source]
        return LeftOpen(mesh.agents[agent], from_, mesh.systems[access // 5], ACTIONS[access % 5])

    def _needed(self) -> Iterator[Needed]:
        for agent, accesses in sorted(self._measures.routes.needed.items()):
            masks: defaultdict[str, int] = defaultdict(int)
            for access in accesses:
                masks[self._engine.mesh.systems[access // 5]] |= 1 << access % 5
            for system, mask in sorted(masks.items()):
                yield Needed(agent, system, actions_of(mask))
