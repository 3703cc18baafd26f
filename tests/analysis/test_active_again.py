"""Agents that are retired and active again: they have other numbers then, which their names follow."""

from dataclasses import replace

import pytest

from meshmodel.api import analyse
from meshmodel.store.edits import Put, apply_edit, edit
from tests.analysis.random_edits import TODAY
from tests.analysis.random_models import random_model


@pytest.mark.parametrize("seed", range(20))
def test_answers_name_an_agent_that_is_active_again(seed):
    snapshot = random_model(seed, 4 + seed % 9)
    agents = list(snapshot.agent.values())[:3]
    before = None
    for status in ("active", "retired"):
        puts = [Put(replace(each, status=status)) for each in agents]
        snapshot = apply_edit(snapshot, edit("all", puts))
        before = analyse(snapshot, today=TODAY, previous=before)
        assert before.findings is not None
    # After the same reading each has the number that another one has elsewhere.
    for each in agents:
        after = apply_edit(snapshot, edit("one", [Put(replace(each, status="active"))]))
        followed = analyse(after, today=TODAY, previous=before)
        scratch = analyse(after, today=TODAY)
        assert followed.doors == scratch.doors
        assert followed.findings == scratch.findings
