"""The plan: a cheapest set of measures that leaves nothing open and keeps what is needed, and its trade-off.

See ``docs/fix.md#the-plan``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.fewest import PROVABLE, Counts, Fewest, Progress
from meshmodel.analysis.fix.measures import Measures, PlanMeasures
from meshmodel.analysis.fix.preference import Preference
from meshmodel.analysis.fix.proofs import FLOW, Changed, Violation, open_in
from meshmodel.analysis.fix.results import LeftOpen, Needed, Plan, PlanOptions, TradeOffPoint
from meshmodel.analysis.fix.routes import Routes
from meshmodel.analysis.fix.search import NOTHING, Proof
from meshmodel.analysis.fix.smallest import Cheapest, closing, simple
from meshmodel.analysis.starts import HOME
from meshmodel.model.measures import Ask
from meshmodel.model.stop import Stop, Stopped
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, action_mask, actions_of, expand_admin

_ALIKE: Final = 2
"""So many other plans of equal cost are offered."""
_EACH: Final = 100_000
"""Checkpoints times nodes up to which it is said what each of a fix closes alone."""


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
        self._measures = Measures() if options.is_fix else PlanMeasures(engine.mesh, options)
        self._changed = Changed(engine, self._measures)

    def plan(self, at_most: float | None) -> Plan:
        """The plan, or what is best within a budget."""
        if at_most is None:
            best, hopeless = self._safe()
            search = Cheapest(self._changed, self._stop, best, hopeless)
            is_settled, number = search.run(), sum(map(self._is_to_close, hopeless))
            plan = self._answer(search.best, search.bound, number, is_settled=is_settled)
            if self._options.is_fix:
                return self._as_fix(plan, search)
            alike = search.alike(_ALIKE) if is_settled and plan.measures else ()
            return replace(plan, alike=tuple(map(self._measures.listed, alike)))
        budget = self._measures.budget(at_most)
        fewest = Fewest(self._changed, self._stop)
        with suppress(Stopped):
            fewest.prove(budget)
            preference = Preference(self._changed.intents(self._stop), self._changed.doors())
            chosen = fewest.cheapen(budget, preference=preference)
            price = self._measures.cost(chosen)[0]
            return self._answer(chosen, price, fewest.at_least[budget], is_settled=True)
        return self._answer(fewest.best(budget)[2], 0, fewest.at_least[budget], is_settled=False)

    def _as_fix(self, fix: Plan, search: Cheapest) -> Plan:
        """A fix with what it interrupts, and what each of its checkpoints closes alone."""
        steps, engine = fix.checkpoints, self._engine
        few = len(steps) * engine.mesh.size <= _EACH
        each = tuple(closing(engine, [step]) for step in steps if few and not self._stop())
        interrupts = tuple(search.intents.interrupted(search.best))
        return replace(fix, interrupts=interrupts, closes_each=each if len(each) == len(steps) else ())

    def points(self, plan: Plan | None, progress: Progress | None) -> tuple[TradeOffPoint, ...]:
        """The points of the trade-off."""
        plan = plan or self.plan(None)
        numbers = self._measures.numbers(plan.measures)
        fewest = Fewest(self._changed, self._stop)
        top = self._measures.cost(numbers)[0]
        stays = Counter(each.severity for each in plan.stays_open)
        counts = tuple(stays[each] for each in reversed(SEVERITIES))
        found = [self._point(top, counts, plan.least_open, numbers, numbers)]
        with suppress(Stopped):
            fewest.try_(numbers)
            above = numbers
            for budget in fewest.falling(top - 1, above) if fewest.is_provable else ():
                left, price, chosen = fewest.best(budget)
                found.append(self._point(price, left, fewest.at_least[budget], chosen, above))
                above = chosen
                if progress is not None:
                    progress(top - price, top)
        if found[-1].decisions_per_day:
            found += self._bounded(fewest, found[-1], plan)
        return tuple(reversed(found))

    def _bounded(self, fewest: Fewest, above: TradeOffPoint, plan: Plan) -> list[TradeOffPoint]:
        """Points below one where time was over: what parts of the plan leave, as it was or is tried."""
        measures, found = self._measures, list[TradeOffPoint]()
        taken = measures.changes(measures.numbers(plan.measures))
        asks = [each for each in plan.measures if isinstance(each, Ask)]
        asks.sort(key=lambda each: each.decisions_per_day)
        with suppress(Stopped):
            for ask in (*asks, None):
                fewest.try_(taken)
                taken |= NOTHING if ask is None else measures.numbers([ask])
        budget = measures.budget(above.decisions_per_day) - 1
        while budget >= 0:
            left, price, chosen = fewest.best(budget)
            found.append(self._point(price, left, fewest.at_least[budget], chosen, chosen))
            budget = price - 1
        return found

    def _point(self, price: int, counts: Counts, bound: int, chosen: Proof, above: Proof) -> TradeOffPoint:
        days, listed, left = self._measures.days(price), self._measures.listed(chosen), sum(counts)
        return TradeOffPoint(days, left, bound, left <= bound, listed, counts, nested=chosen <= above)

    def _safe(self) -> tuple[Proof, set[Violation]]:
        """Measures that leave only what stays open whatever is done, or need not be closed; and that."""
        grants = simple(self._engine)
        asks = self._measures.ask(*grants)
        is_all = len(asks) == len(grants)
        every = asks if is_all else self._changed.every()
        hopeless = set() if is_all else set(open_in(self._changed.by(every)[0]))
        return every, hopeless | {each for each in self._open if not self._is_to_close(each)}

    @cached_property
    def _open(self) -> list[Violation]:
        """What is open without any measure, where that matters."""
        return [] if self._options.level is None else list(open_in(self._engine))

    def _is_to_close(self, violation: Violation) -> bool:
        level = self._options.level
        return level is None or self._changed.severity(violation) >= SEVERITIES.index(level)

    def _answer(self, chosen: Proof, bound: int, least_open: int, *, is_settled: bool) -> Plan:
        engine, measures, routes = self._engine, self._measures, self._measures.routes
        price = measures.cost(chosen)[0]
        left = sorted(open_in(self._changed.by(chosen)[0]), key=lambda each: (each[1] == FLOW, each))
        number = sum(map(self._is_to_close, left))
        plan = Plan(
            decisions_per_day=measures.days(price),
            lower_bound=measures.days(min(price, bound)),
            optimal=bound >= price and number <= least_open,
            settled=is_settled,
            measures=measures.listed(chosen),
            needed=tuple(self._needed()),
            without_intents=() if routes is None else routes.without_intents,
            before=engine.uncontrolled,
            flows=engine.mesh.names(engine.toxic),
            stays_open=tuple(map(self._left, left)),
            least_open=least_open,
            level=self._options.level,
            is_fix=self._options.is_fix,
        )
        plan = replace(plan, every=measures.listed(self._changed.every()))
        return plan if routes is None else self._with_more(plan, chosen, routes)

    def _with_more(self, plan: Plan, chosen: Proof, routes: Routes) -> Plan:
        """A plan with what is told beside it."""
        mesh, measures = self._engine.mesh, self._measures
        losing = [each for each in measures.losing(chosen) if each <= chosen]
        lost = sorted({measures.names[min(each)].from_ for each in losing})
        free = (each for each in measures.changing_all() - chosen if not self._takes_last(chosen, each))
        carried = (each for each in mesh.words.systems if not mesh.untrusted[each])
        ends = [(table, *key) for table in ("delegation", "trigger") for key in mesh.snapshot.table(table)]
        unknown = (routes.unknown.get(step, ()) for step in plan.checkpoints)
        is_few = plan.before <= PROVABLE  # else it would take longer than the plan
        counts = Counter(map(self._changed.severity, open_in(self._engine) if is_few else ()))
        return replace(
            plan,
            severities=tuple(counts[each] for each in reversed(range(len(SEVERITIES)))) if is_few else (),
            lost=tuple(lost),
            unknown=tuple(sorted(set[tuple[str, str]]().union(*unknown))),
            beyond=tuple(self._beyond(routes)),
            free=measures.listed(free),
            typeable=tuple(mesh.systems[each] for each in sorted(carried)),
            needless=tuple(sorted(each for each in ends if each not in routes.passed)),
        )

    def _beyond(self, routes: Routes) -> Iterator[Needed]:
        """What is needed by grants beyond what the person may do on whose behalf it is done."""
        mesh = self._engine.mesh
        for (credential, system), grant in sorted(mesh.snapshot.grant.items()):
            if grant.entitled is None or mesh.snapshot.credential[credential].on_behalf_of is None:
                continue
            may = expand_admin(action_mask(grant.entitled))
            for agent, where in sorted(routes.passes.get(("grant", credential, system), ())):
                need = sum(
                    1 << each % 5 for each in routes.needed[agent] if mesh.systems[each // 5] == system
                )
                if where == system and need & ~may:
                    yield Needed(agent, system, actions_of(need & ~may))

    def _takes_last(self, chosen: Proof, measure: int) -> bool:
        """Whether one more measure takes the last grant of a credential."""
        every = chosen | {measure}
        losing = self._measures.losing(frozenset((measure,)))
        return any(measure in need and need <= every for need in losing)

    def _left(self, violation: Violation) -> LeftOpen:
        mesh, (agent, source, access) = self._engine.mesh, violation
        severity = SEVERITIES[self._changed.severity(violation)]
        if source == FLOW:
            return LeftOpen(mesh.agents[agent], severity=severity)
        from_ = None if source == HOME else mesh.systems[source]
        return LeftOpen(mesh.agents[agent], from_, mesh.systems[access // 5], ACTIONS[access % 5], severity)

    def _needed(self) -> Iterator[Needed]:
        routes = self._measures.routes
        for agent, accesses in sorted(routes.needed.items()) if routes is not None else ():
            masks: defaultdict[str, int] = defaultdict(int)
            for access in accesses:
                masks[self._engine.mesh.systems[access // 5]] |= 1 << access % 5
            for system, mask in sorted(masks.items()):
                yield Needed(agent, system, actions_of(mask))
