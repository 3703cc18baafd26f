"""The plan: a cheapest set of measures that leaves nothing open and keeps what is needed, and its trade-off.

See ``docs/fix.md#the-plan``. Within a budget it leaves the fewest open, critical ones first. A violation is
closed when each of its proofs is hit. The fewest that remain are found by an integer program
in which proofs are added until what it says of its own solution is true. What that does not settle is
bounded: from above by sets that were tried, from below by what the programs have proven.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Final

from meshmodel.analysis.engine import Engine
from meshmodel.analysis.fix.measures import Measures, PlanMeasures
from meshmodel.analysis.fix.preference import Preference
from meshmodel.analysis.fix.program import Constraint, IntegerProgram
from meshmodel.analysis.fix.proofs import FLOW, ChangedModel, Violation, open_in
from meshmodel.analysis.fix.results import LeftOpen, NeededUse, Plan, PlanOptions, TradeOffPoint
from meshmodel.analysis.fix.routes import Routes
from meshmodel.analysis.fix.search import NOTHING, Proof
from meshmodel.analysis.fix.smallest import Cheapest, closing, simple
from meshmodel.analysis.starts import HOME
from meshmodel.model.measures import Ask
from meshmodel.model.stop import Stop, Stopped
from meshmodel.model.vocabulary import ACTIONS, SEVERITIES, action_mask, actions_of, expand_admin

PROVABLE: Final = 3_000
"""Where more crossings are uncontrolled, the programs would be too large, and the trade-off is bounded."""
Progress = Callable[[int, int], None]
"""Told how many points of how many are done."""
Counts = tuple[int, ...]
"""How many remain, by severity: critical ones first."""
_LEVELS: Final = len(SEVERITIES)


class Fewest:
    """The fewest crossings and toxic flows that remain within a budget.

    Attributes:
        measures: what can be taken.
        tried: how many remain, at which price, and which were taken.
        at_least: by budget how many remain at least, as far as it is proven.
    """

    def __init__(self, changed: ChangedModel, stop: Stop) -> None:
        self._changed, self.measures, self._stop = changed, changed.measures, stop
        before = self._open_in(changed.engine)
        self.tried: list[tuple[Counts, int, Proof]] = [(before, 0, NOTHING)]
        self.at_least: defaultdict[int, int] = defaultdict(int)
        self._settled: dict[int, Counts] = {}
        self._proofs: defaultdict[Violation, set[Proof]] = defaultdict(set)
        self.is_provable = sum(before) <= PROVABLE
        self._doors = changed.doors()

    def _level(self, violation: Violation) -> int:
        return _LEVELS - 1 - self._changed.severity(violation)

    def _open_in(self, engine: Engine) -> Counts:
        found = Counter(map(self._level, open_in(engine)))
        return tuple(found[level] for level in range(_LEVELS))

    def best(self, budget: int) -> tuple[Counts, int, Proof]:
        """The best within a budget; of equal ones what takes least, and was tried last."""
        fits = (each for each in reversed(self.tried) if each[1] <= budget)
        return min(fits, key=lambda each: (each[0], self.measures.cost(each[2])))

    def try_(self, chosen: Proof) -> Counts:
        """How many remain where these are taken."""
        self._stop.check()
        remaining = self._open_in(self._changed.by(chosen)[0])
        self.tried.append((remaining, self.measures.cost(chosen)[0], chosen))
        return remaining

    def prove(self, budget: int) -> None:
        """Find the fewest that remain within a budget, and prove it.

        Raises:
            Stopped: it was time to stop before.
        """
        settled: Counts = ()
        for level in range(_LEVELS):
            bound, chosen = self._least(budget, settled)
            while self.best(budget)[0][: level + 1] > (*settled, bound):
                if self.try_(chosen)[: level + 1] <= (*settled, bound):
                    break
                self._learn(chosen)
                bound, chosen = self._least(budget, settled)
            settled = (*settled, bound)
        self._settled[budget], self.at_least[budget] = settled, sum(settled)

    def cheapen(self, budget: int, above: Proof = NOTHING, preference: Preference | None = None) -> Proof:
        """The cheapest that leave as few as is proven for a budget; and the preferred of these.

        Args:
            budget: for which it is proven.
            above: the measures of the point above, of which these are where that costs nothing.
            preference: which are preferred.

        Raises:
            Stopped: it was time to stop before.
        """
        settled = self._settled[budget]
        while self._proofs:
            program, weights = self._program(budget, () if preference else settled)
            prices = self.measures.prices(program.measures)
            if preference is None:  # the price, then those of the point above, their number, doors
                many = len(prices) + 1
                costs = [
                    price * many**3
                    + (0 if each in above else many**2)
                    + many
                    + (self.measures.names[each][1:4] not in self._doors)
                    for each, price in zip(program.measures, prices, strict=True)
                ]
                chosen = program.named(program.cheapest(costs))
            else:
                for level, count in enumerate(settled):
                    program.settle_on(weights[level], count)
                program.settle_on(prices)
                chosen = preference.preferred(program)
            if self.try_(chosen) > settled:
                self._learn(chosen)
            elif preference is None or not preference.learn(chosen):
                return chosen
        return NOTHING

    def falling(self, budget: int, above: Proof) -> Iterator[int]:
        """The budgets, from one down, at which fewer would leave more open; each is proven when it is told.

        Args:
            budget: the first.
            above: the measures of the point above.

        Raises:
            Stopped: it was time to stop before the next was proven.
        """
        while budget >= 0:
            self.prove(budget)
            self.cheapen(budget, above)
            yield budget
            _, price, above = self.best(budget)
            budget = price - 1

    def _learn(self, chosen: Proof) -> None:
        """Learn proofs of what remains: it does, unless more is taken."""
        for violation, proof in self._changed.violations(chosen, self._stop).each():
            self._proofs[violation].add(proof)

    def _least(self, budget: int, settled: Counts) -> tuple[int, Proof]:
        """How many remain at least of the next severity, as far as is known, and what leaves so many."""
        if not self._proofs:
            return 0, NOTHING
        program, weights = self._program(budget, settled)
        chosen = program.cheapest(weights[len(settled)])
        self.at_least[budget] = max(self.at_least[budget], sum(settled) + program.bound)
        return program.bound, program.named(chosen)

    def _program(self, budget: int, settled: Counts) -> tuple[IntegerProgram, list[list[float]]]:
        """The program in which a column beside the measures is one where its crossings remain.

        Args:
            budget: for which it is.
            settled: how many remain of the severities that are settled.

        Returns:
            It, and by severity what each column counts.
        """
        # Crossings with the same proofs are one.
        kinds = Counter((_minimal(some), self._level(each)) for each, some in self._proofs.items())
        program = IntegerProgram(set().union(*(some for some, _ in kinds)), self.measures.place, self._stop)
        width = len(program.measures)
        program.rows = [
            Constraint([*sorted(map(program.column.__getitem__, proof)), width + place])
            for place, (some, _) in enumerate(kinds)
            for proof in sorted(some, key=sorted)
        ]
        prices = [-float(self.measures.price(each)) for each in program.measures]
        program.rows.append(Constraint(range(width), -budget, prices))
        program.count += len(kinds)
        weights = [
            [0.0] * width + [float(count) * (level == each) for (_, level), count in kinds.items()]
            for each in range(_LEVELS)
        ]
        for counts, count in zip(weights, settled, strict=False):
            some = [column for column, each in enumerate(counts) if each]
            program.rows.append(Constraint(some, -count, [-counts[column] for column in some]))
        return program, weights


def _minimal(proofs: set[Proof]) -> frozenset[Proof]:
    """The proofs that have no other one as a part: who hits that hits them."""
    return frozenset(each for each in proofs if not any(other < each for other in proofs))


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
    return _PlanSearch(engine, options, stop).plan(at_most)


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
    return _PlanSearch(engine, options, stop).points(plan, progress)


class _PlanSearch:
    """One model with one set of options."""

    def __init__(self, engine: Engine, options: PlanOptions, stop: Stop) -> None:
        self._engine, self._options, self._stop = engine, options, stop
        self._measures = Measures() if options.is_fix else PlanMeasures(engine.mesh, options)
        self._changed = ChangedModel(engine, self._measures)

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

    def _beyond(self, routes: Routes) -> Iterator[NeededUse]:
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
                    yield NeededUse(agent, system, actions_of(need & ~may))

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

    def _needed(self) -> Iterator[NeededUse]:
        routes = self._measures.routes
        for agent, accesses in sorted(routes.needed.items()) if routes is not None else ():
            masks: defaultdict[str, int] = defaultdict(int)
            for access in accesses:
                masks[self._engine.mesh.systems[access // 5]] |= 1 << access % 5
            for system, mask in sorted(masks.items()):
                yield NeededUse(agent, system, actions_of(mask))
