"""A picture from an analysis that followed edits is that of one from scratch."""

import random

import pytest

from meshmodel.analysis.analysis import analyse
from meshmodel.exporters.diagram import export
from meshmodel.model.errors import InvalidModelError
from meshmodel.store.edits import apply_edit, edit
from tests.analysis.random_edits import TODAY, RandomEdits
from tests.analysis.random_models import random_model
from tests.analysis.test_ways_incremental import earlier


def pictures(analysis):
    snapshot = analysis.snapshot
    active = [each.id for each in snapshot.agent.values() if each.is_active]
    return [
        *(export(snapshot, analysis, to="dot", lens=lens) for lens in ("structure", "missing")),
        *(export(snapshot, analysis, to="dot", lens="reach", agent=each) for each in active),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_pictures_after_edits_are_those_from_scratch(seed):
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
        assert pictures(analysis) == pictures(analyse(after, today=TODAY))
