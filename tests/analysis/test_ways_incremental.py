"""Explanations and all ways after edits are those of an analysis from scratch."""

import random

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import apply_edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model


def told(analysis):
    """What is told of every agent and system, and where the question leaves them out."""
    snapshot = analysis.snapshot
    agents, systems = [None, *snapshot.agent], [None, *snapshot.system]
    answers = {(a, s): analysis.all_ways(a, s) for a in agents for s in systems}
    return answers, [analysis.explain_finding(each) for each in analysis.findings]


@pytest.mark.parametrize("seed", range(20))
def test_all_ways_after_edits_are_those_from_scratch(seed):
    edits = RandomEdits(random.Random(seed))
    analysis = analyse(random_model(seed, 4), today=TODAY)
    for _ in range(8):
        try:
            after = apply_edit(analysis.snapshot, edits.edit(analysis.snapshot))
        except InvalidModelError:
            continue
        analysis = analyse(after, today=TODAY, previous=analysis)
        assert told(analysis) == told(analyse(after, today=TODAY))
