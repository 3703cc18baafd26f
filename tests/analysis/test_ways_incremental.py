"""Explanations and all ways after edits are those of an analysis from scratch."""

import pytest

from tests.analysis.following import followed


def told(analysis):
    """What is told of every agent and system, and where the question leaves them out."""
    snapshot = analysis.snapshot
    agents, systems = [None, *snapshot.agent], [None, *snapshot.system]
    answers = {(a, s): analysis.all_ways(a, s) for a in agents for s in systems}
    return answers, [analysis.explain_finding(each) for each in analysis.findings]


@pytest.mark.parametrize("seed", range(10))
def test_all_ways_after_edits_are_those_from_scratch(seed):
    for analysis, scratch in followed(seed):
        assert told(analysis) == told(scratch)
