"""``python -m tests.reference.compare --models 20000 --seed 1 --fixes 3000 --plans 1500``: the engine
against the text.

Many random models once; of those that the two read differently the smallest part that still shows it is
printed as an interchange file, with what each says.
"""

import argparse
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from itertools import count

from meshmodel.edits.edit import Edit, Put, Remove, apply_edit
from meshmodel.interchange.writer import write_text
from meshmodel.model.errors import InvalidModelError
from meshmodel.model.records import TABLES
from tests.analysis.comparison import (
    assert_fix_agrees,
    assert_plan_agrees,
    differences,
    random_options,
    views_of,
)
from tests.reference.builders import decided_everywhere, decided_hearing
from tests.reference.plan import Plans
from tests.reference.plan_shapes import plan_model
from tests.reference.random_models import FLAVOURS, random_model

SHOWN = 12
"""How many differences are told: where there are more, these first."""


def models(seed, sizes):
    """Models without end, the same for the same seed."""
    rng = random.Random(f"compare {seed}")
    flavours = [*FLAVOURS, *("shapes",) * 6]
    for number in count():
        flavour, size, own = flavours[number % len(flavours)], rng.choice(sizes), rng.randrange(2**40)
        model = random_model(own, size, flavour)
        dressed = rng.random()
        if dressed < 0.15:
            model = decided_everywhere(model, own)
        elif dressed < 0.25:
            model = decided_hearing(model, own)
        yield f"{flavour} {own} of {size}", model


def told(check, model):
    """What the check says is different, or None."""
    try:
        return check(model)
    except Exception as error:  # noqa: BLE001 whatever the engine fails with is a difference
        return f"{type(error).__name__}: {error}"


def check_answers(model):
    """Reach, crossings, doors, words, rules, questions, and what follows from each compromise."""
    found = {view: differences(model, view) for view in views_of(model)}
    lines = [
        f"{part}, as {view}\n{only_in('engine', engine, text)}{only_in('text', text, engine)}"
        for view, parts in found.items()
        for part, (engine, text) in parts.items()
    ]
    return "\n".join(lines) or None


def only_in(who, these, others):
    """What only one of the two says, a line each."""
    if isinstance(these, dict):
        these, others = list(these.items()), list(others.items())
    return "".join(f"  only the {who}: {each}\n" for each in these if each not in others)


def check_fix(model):
    """The minimum fix against every set of at most two steps, three in the smallest models."""
    for view in views_of(model):
        assert_fix_agrees(model, "this model", view, 3 if len(model.grant) < 7 else 2)


def plan_models(seed, sizes):
    """Models without end that are rich in what a plan weighs, the same for the same seed."""
    rng = random.Random(f"plans {seed}")
    while True:
        size, own = rng.choice(sizes), rng.randrange(2**40)
        yield f"plan {own} of {size}", plan_model(own, size)


def check_plan(model):
    """The plan and its trade-off against the naive one, with all that it may do and with less."""
    for view in views_of(model):
        assert_plan_agrees(model, "this model", view)
        options = random_options(Plans(model, view), random.Random(len(model.grant)))
        assert_plan_agrees(model, "this model", view, *options)


def smallest(check, model):
    """The model with everything taken out of it that is not needed for the difference."""
    while True:
        smaller = next((each for each in without_one(model) if told(check, each)), None)
        if smaller is None:
            return model
        model = smaller


def without_one(model) -> Iterator:
    """The model without one record and what hangs on it, or with less in one field."""
    for name in reversed(TABLES):
        for key in sorted(model.table(name)):
            yield from changed(model, Remove(name, key))
    for name in TABLES:
        for record in list(model.table(name).values()):
            for field in fields(record):
                for less in values_below(getattr(record, field.name), field):
                    yield from changed(model, Put(replace(record, **{field.name: less})))


def values_below(value, field):
    """The default, and lists with one entry less."""
    if field.default is not MISSING and value not in (None, field.default):
        yield field.default
    if isinstance(value, tuple) and len(value) > 1:
        yield from (value[:n] + value[n + 1 :] for n in range(len(value)))


def changed(model, *changes):
    """The model after these changes, where they are allowed and change it."""
    try:
        after = apply_edit(model, Edit("change", changes))
    except InvalidModelError:
        return
    if after != model:
        yield after


def run(check, made, number):
    """How many of so many models are read differently; what shows the same as one before is not told."""
    wrong, shown = 0, set()
    for (name, model), _ in zip(made, range(number), strict=False):
        if told(check, model):
            wrong += 1
            small = smallest(check, model) if len(shown) < SHOWN else model
            shape = re.sub(r"[0-9]+", "", write_text(small))
            if shape not in shown and len(shown) < SHOWN:
                shown.add(shape)
                print(f"# {name}\n{write_text(small)}\n{told(check, small)}\n", flush=True)
    print(f"{check.__name__}: {number} models, {wrong} read differently", flush=True)
    return wrong


def main():
    """Compare, and leave with 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=1000, help="for every answer but the fix")
    parser.add_argument("--fixes", type=int, default=0, help="small ones, for the minimum fix")
    parser.add_argument("--plans", type=int, default=0, help="small ones, for the plan and its trade-off")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    wrong = run(check_answers, models(asked.seed, (3, 4, 5, 6)), asked.models)
    wrong += run(check_fix, models(asked.seed, (2, 3, 3, 4)), asked.fixes)
    wrong += run(check_plan, plan_models(asked.seed, (2, 3, 3, 4)), asked.plans)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
