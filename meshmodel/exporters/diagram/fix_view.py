"""Before and after the minimum fix: the same part of the model, with and without its checkpoints."""

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import apply_edit
from meshmodel.exporters.diagram import lens
from meshmodel.exporters.diagram.elements import AnalysisResults
from meshmodel.exporters.diagram.lens import Lighting
from meshmodel.model.errors import RequestError
from meshmodel.model.records import Snapshot
from meshmodel.model.stop import CURRENT, check_current

DEADLINE = 60.0
"""Seconds that the search for the fix may take."""


def fix_view(
    snapshot: Snapshot, analysis: AnalysisResults, *, after: bool
) -> tuple[Snapshot, AnalysisResults, Lighting]:
    """What to draw: the model, its analysis and what is lit, which is the same before and after.

    Args:
        snapshot: the model.
        analysis: its analysis.
        after: whether the checkpoints of the fix are enforced.

    Raises:
        RequestError: no fix was proven to be the smallest in time.
        Stopped: ``CURRENT`` says so.
    """
    whole = analysis if isinstance(analysis, Analysis) else analyse(snapshot, view=analysis.view)
    fix = whole.minimum_fix(deadline=DEADLINE, cancelled=CURRENT.get())
    check_current()
    if not fix.optimal:
        raise RequestError(
            "lens",
            f"no minimum fix was found in {DEADLINE:g} seconds: see 'meshmodel fix', or choose missing",
        )
    lighting = lens.missing(snapshot, analysis)
    for kind, tail, head in fix.checkpoints:
        lens.highlight_step(lighting, kind, tail, head)
    if not after:
        return snapshot, analysis, lighting
    guarded = apply_edit(snapshot, add_checkpoints(snapshot, fix.checkpoints, "enforced"))
    for checkpoint in guarded.checkpoint.values():
        step = checkpoint.step, checkpoint.from_, checkpoint.to
        if checkpoint.id not in snapshot.checkpoint and checkpoint.decided_at and step in lighting.steps:
            lighting.nodes[f"system:{checkpoint.decided_at}"] = "plain"
    return guarded, analyse(guarded, view=whole.view, today=whole.today), lighting
