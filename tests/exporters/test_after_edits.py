"""A picture from an analysis that followed edits is that of one from scratch."""

import pytest

from meshmodel.exporters.diagram import export
from tests.analysis.following import followed


def pictures(analysis):
    snapshot = analysis.snapshot
    active = [each.id for each in snapshot.agent.values() if each.is_active]
    return [
        *(export(snapshot, analysis, to="dot", lens=lens) for lens in ("structure", "missing")),
        *(export(snapshot, analysis, to="dot", lens="reach", agent=each) for each in active),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_pictures_after_edits_are_those_from_scratch(seed):
    for analysis, scratch in followed(seed):
        assert pictures(analysis) == pictures(scratch)
