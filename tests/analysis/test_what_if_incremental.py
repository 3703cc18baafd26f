"""Compromise, offboarding and trace after edits are those of an analysis from scratch."""

import pytest

from meshmodel.analysis.compromise import CannotStartError
from tests.analysis.following import followed
from tests.analysis.test_trace_naive import random_events


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
    for analysis, scratch in followed(seed):
        assert told(analysis, seed) == told(scratch, seed)
