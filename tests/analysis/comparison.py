"""The engine's answers and the naive reading's, in the same form, and where they differ."""

import json
from dataclasses import asdict, astuple

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.fix.results import KeptRelation, PlanOptions
from meshmodel.analysis.results import CannotStartError
from meshmodel.interchange.writer import write_text
from meshmodel.model.measures import MEASURE_KINDS, Ask, Drop
from tests.reference import questions as kinds
from tests.reference.minimum_fix import best_fix, interrupted, is_closed
from tests.reference.plan import Plans
from tests.reference.questions import Questions
from tests.reference.reading import Reading, all_starts
from tests.reference.rules import Rules

VIEWS = ("built", "designed")
ASKS = {
    "Who owns it": kinds.OWNER,
    "How long is it valid": kinds.LIFETIME,
    "How sensitive is it": kinds.SENSITIVITY,
    "What does its log record": kinds.AUDIT,
    "its home zone": kinds.HOME,
    "really one trust zone": kinds.ONE_ZONE,
    "What is it meant to do": kinds.INTENTS,
    "Where is it stored": kinds.WHERE,
    "with which credential": kinds.ONLY,
    "is it one of yours": kinds.EXTERNAL,
    "who has its key": kinds.KEY,
    "not those of an account of its own": kinds.HONOURED,
}
"""What a question of the engine says, by which its kind is known."""


def plain(results):
    """Results as JSON has them."""
    rows = [each._asdict() if isinstance(each, tuple) else asdict(each) for each in results]
    return json.loads(json.dumps(rows))


def computed(model, view):
    """Reach, crossings, doors, heard systems and the summary, as the engine has them."""
    return computed_by(analyse(model, view=view))


def computed_by(analysis):
    """The same, of an analysis."""
    return {
        "reach": plain(analysis.reach()),
        "summary": plain([analysis.summary])[0],
        "crossings": plain(analysis.crossings()),
        "missing": plain(analysis.doors),
        "heard": plain(analysis.heard),
    }


def listed(spread):
    """One half of a compromise as JSON has it."""
    systems = [{"system": system, "actions": list(actions)} for system, actions in spread.systems]
    return {"agents": list(spread.agents), "credentials": list(spread.credentials), "systems": systems}


def compromise_computed(analysis, start):
    """A compromise, as the engine has it."""
    try:
        found = analysis.compromise(start)
    except CannotStartError:
        return {"start": start, "refused": True}
    return {"start": start, "unchecked": listed(found.unchecked), "all": listed(found.all)}


def asked_by(analysis):
    """The kinds of questions by element; what a note asks stands for itself."""
    return {
        (row.element, next((kind for words, kind in ASKS.items() if words in ask), ask))
        for row in analysis.questions
        for ask in row.asks
    }


def engine_says(model, view, starts):
    """Everything that is compared, as the engine has it."""
    analysis = analyse(model, view=view)
    return {
        **computed_by(analysis),
        "findings": {(f.rule, f.subject): f.severity for f in analysis.findings},
        "questions": asked_by(analysis),
        **{f"compromise of {start}": compromise_computed(analysis, start) for start in starts},
    }


class Everything(Rules, Questions):
    """All that the text says of one model in one view."""


def text_says(model, view, starts):
    """The same, as the text has it."""
    reading = Everything(model, view)
    notes = [each for each in model.note.values() if each.kind == "question" and each.state == "open"]
    asked = {(f"note:{each.id}", each.text) for each in notes}
    return {
        "reach": reading.reach(),
        **reading.answer(),
        "findings": reading.findings(),
        "questions": asked | reading.questions(),
        **{f"compromise of {start}": reading.compromise(start) for start in starts},
    }


def differences(model, view, starts=None):
    """What of which the two say different things: by part, as the engine and as the text has it."""
    if starts is None:
        starts = [*all_starts(model), "agent:nobody"]
    engine, text = engine_says(model, view, starts), text_says(model, view, starts)
    return {part: (engine[part], text[part]) for part in text if engine[part] != text[part]}


def views_of(model):
    """Both, but where nothing is planned: the two are the same then."""
    return VIEWS if any(k.state == "planned" for k in model.checkpoint.values()) else VIEWS[:1]


def assert_agrees(model, name, starts=None):
    """The engine reads the model as the text does, in both views; the model is told where it does not."""
    for view in views_of(model):
        for part, (engine, text) in differences(model, view, starts).items():
            assert engine == text, f"{part} of {name}, as {view}\n{write_text(model)}"


def assert_fix_agrees(model, name, view="built", at_most=3):
    """Cost, what is preferred, that it leaves nothing; where it costs more, only the last."""
    analysis, reading = analyse(model, view=view), Reading(model, view)
    fix = analysis.minimum_fix()
    about = f"{name}, as {view}: {fix.checkpoints}\n{write_text(model)}"
    after = reading.with_guarded(fix.checkpoints)
    assert fix.optimal, about
    assert fix.cost == fix.lower_bound == len(fix.checkpoints), about
    assert is_closed(after), about
    assert fix.before == reading.answer()["summary"]["uncontrolled"], about
    assert list(fix.flows) == reading.toxic(), about
    assert set(fix.interrupts) == set(interrupted(after)) - set(interrupted(reading)), about
    expected = best_fix(reading, min(at_most, fix.cost))
    if fix.cost <= at_most:
        assert expected is not None, about
        assert fix.cost == expected.cost, about
        assert fix.checkpoints == expected.steps, about
    else:
        assert expected is None, about


def measure_computed(measure):
    """A measure of the engine as the naive plan names it."""
    if isinstance(measure, Ask):
        return "ask", *measure.step
    if isinstance(measure, Drop):
        return "drop", measure.relation, measure.from_, measure.to, measure.action
    return "limit", measure.from_, measure.to


def barred_by(options, naive):
    """The measures that a plan may not take by these options."""
    whole = (None, "admin")  # a grant that loses anything loses admin
    kept = {(each.relation, each.from_, each.to) for each in options.kept if each.action in whole}
    kept |= {
        each[:3] for each in map(astuple, options.kept) if each[3] == "admin"
    }  # any drop takes that away
    kept_actions = {("drop", each.relation, each.from_, each.to, each.action) for each in options.kept}
    for measure in naive.measures:
        match measure:
            case "ask", *step:
                is_barred = tuple(step) in options.never_ask
            case "drop", "pass", ends, _, _:
                is_kept = measure in kept_actions or measure[1:4] in kept
                is_barred = is_kept or ("delegation", *ends.split(">")) in kept
            case "drop", *_:
                is_barred = measure in kept_actions or measure[1:4] in kept
            case _, *ends:
                is_barred = ("delegation", *ends) in kept
        if is_barred or measure[0] not in options.kinds:
            yield measure


def random_options(naive, rng):
    """Some measures that a plan may not take, and so many decisions a day or as many as it takes."""
    kept = set()
    for measure in naive.measures:
        if measure[0] != "ask" and rng.random() < 0.3:
            kept.add(
                KeptRelation("delegation", *measure[1:])
                if measure[0] == "limit"
                else KeptRelation(*measure[1:])
            )
    asks = [each[1:] for each in naive.measures if each[0] == "ask" and rng.random() < 0.4]
    kinds = rng.choice((MEASURE_KINDS, MEASURE_KINDS, ("ask",), ("drop", "limit"), ("ask", "limit")))
    return PlanOptions(kinds, frozenset(kept), frozenset(asks)), rng.choice((None, None, 0, 1, 4))


def assert_plan_agrees(model, name, view="built", options=None, at_most=None):
    """What is needed, cost, measures, prices and limits; the trade-off where it can be tried out.

    Where steps may not be asked or decisions are limited, also how much stays open.
    """
    analysis, naive, options = analyse(model, view=view), Plans(model, view), options or PlanOptions()
    naive = Plans(model, view, barred_by(options, naive))
    curve = naive.trade_off()
    at_most = None if curve is None else at_most
    left = naive.open_after(naive.measures)
    if at_most is not None:
        left = min(still for a_day, still in curve if a_day <= at_most)
    plan, best = analysis.cheapest_plan(options, at_most=at_most), naive.best(left)
    about = f"{name}, as {view}, {options}, {at_most}: {plan}\nthe text: {best}\n{write_text(model)}"
    assert plan.optimal, about
    assert plan.settled, about
    assert plan.left == sum(left), about
    assert plain(plan.needed) == naive.needed(), about
    assert plan.decisions_per_day == plan.lower_bound == best.cost[0], about
    chosen = tuple(map(measure_computed, plan.measures))
    assert plan.lost == tuple(sorted(naive.lost(chosen))), about
    assert list(plan.unknown) == naive.unknown(chosen), about
    assert naive.cost(chosen) == best.cost, about
    assert chosen == best.measures, about
    for measure in plan.measures:
        if isinstance(measure, Ask):
            assert measure.decisions_per_day == naive.price(measure_computed(measure)), about
        elif not isinstance(measure, Drop):
            assert measure.only == naive.only_of((measure.from_, measure.to)), about
    if curve is not None:
        points = analysis.trade_off(options)
        assert all(each.optimal for each in points), about
        assert [(each.decisions_per_day, each.severities) for each in points] == curve, about
        for point, (a_day, still) in zip(points, curve, strict=True):
            done = tuple(map(measure_computed, point.measures))
            assert (naive.cost(done)[0], naive.open_after(done)) == (a_day, still), about
