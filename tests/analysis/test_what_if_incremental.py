"""Compromise, offboarding and trace after edits are those of an analysis from scratch."""

import random

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.compromise import CannotStartError
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import apply_edit, edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model
from tests.analysis.test_trace_naive import random_events
from tests.analysis.test_ways_incremental import earlier


def compromised(analysis, start):
    try:
        return analysis.compromise(start)
    except CannotStartError as error:
        return str(error)


def told(analysis, seed):
    snapshot = analysis.snapshot
    starts = ["outsider", "agent:none"]
    starts += [
        f"{table}:{key}" for table in ("agent", "credential", "system") for key in snapshot.table(table)
    ]
    return (
        [compromised(analysis, start) for start in starts],
        [analysis.offboarding(agent) for agent in snapshot.agent],
        list(analysis.trace(random_events(snapshot, seed, 20))),
    )


@pytest.mark.parametrize("seed", range(12))
def test_what_if_after_edits_is_that_from_scratch(seed):
    rng = random.Random(seed)
    edits = RandomEdits(rng)
    analysis = analyse(random_model(seed, 4), today=TODAY)
    for number in range(8):
        made = edits.edit(analysis.snapshot)
        if number % 3 == 0:
            made = edit("names that come first", earlier(rng, analysis.snapshot, number))
        try:
            after = apply_edit(analysis.snapshot, made)
        except InvalidModelError:
            continue
        analysis = analyse(after, today=TODAY, previous=analysis)
        assert told(analysis, seed) == told(analyse(after, today=TODAY), seed)
