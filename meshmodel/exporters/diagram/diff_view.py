"""Two states of a model in one drawing: since an earlier one, or before and after the minimum fix."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from meshmodel.analysis.analysis import Analysis, analyse
from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import Difference, apply_edit, difference
from meshmodel.exporters.diagram import lens
from meshmodel.exporters.diagram.elements import AnalysisResults, Tone
from meshmodel.exporters.diagram.lens import LensTones, Step
from meshmodel.model.errors import RequestError
from meshmodel.model.records import Checkpoint, Key, Record, Snapshot
from meshmodel.model.schema import SCHEMA, STEP_ENDS
from meshmodel.model.stop import CURRENT, check_current

ALL_OF: Final = 30
"""Of a model of at most so many elements all is drawn, of a larger one what changed and what it joins."""
_UNDRAWN: Final = frozenset({"at", "known_as", "description"})
"""Fields that no diagram shows."""


def diff_view(old: Snapshot, new: Snapshot) -> tuple[Snapshot, LensTones]:
    """What to draw, and how it is marked.

    Returns:
        The model after with what is only in the one before, for drawing alone; and the marks.
    """
    changes = difference(old, new)
    both = _both(new, changes)
    lighting = LensTones(other="plain" if both.elements <= ALL_OF else "dim")
    for table, key, before, after in changes:
        tone = tone_of(table, before, after)
        if tone is not None:
            _mark(lighting, table, key, after or before, tone, _word(table, before, after))
    return both, lighting


def _both(new: Snapshot, changes: Difference) -> Snapshot:
    """The model after, with the records that were removed."""
    removed: dict[str, dict[Key, Record]] = {}
    for table, key, before, after in changes:
        if before is not None and after is None:
            removed.setdefault(table, {})[key] = before
    tables: dict[str, Any] = {
        table: MappingProxyType({**new.table(table), **records}) for table, records in removed.items()
    }
    return replace(new, **tables)


def tone_of(table: str, before: Record | None, after: Record | None) -> Tone | None:
    """Whether a record was added, removed or changed; ``None`` where no diagram shows what differs."""
    if before is None or after is None:
        return "added" if before is None else "removed"
    return "changed" if _changed(table, before, after) else None


def _changed(table: str, before: Record, after: Record) -> list[str]:
    """The fields that differ and that a diagram may show."""
    return [
        field.key
        for field in SCHEMA[table].fields
        if field.key not in _UNDRAWN and getattr(before, field.attribute) != getattr(after, field.attribute)
    ]


def _word(table: str, before: Record | None, after: Record | None) -> str:
    if before is None or after is None:
        return "added" if before is None else "removed"
    return f"changed: {', '.join(_changed(table, before, after))}"


def _mark(lighting: LensTones, table: str, key: Key, record: Record | None, tone: Tone, word: str) -> None:
    if isinstance(key, str):
        lighting.words[f"{table}:{key}"] = (word,)
        if isinstance(record, Checkpoint):
            step: Step = (record.step, record.from_, record.to)
            lighting.steps.setdefault(step, "plain")
            _highlight_ends(lighting, step)
        else:
            lighting.nodes[f"{table}:{key}"] = tone
    elif table in STEP_ENDS:
        step = table, *key
        lighting.steps[step] = tone
        lighting.words["/".join(step)] = (word,)
        _highlight_ends(lighting, step)


def _highlight_ends(lighting: LensTones, step: Step) -> None:
    if step[0] != "boundary":
        for table, end in zip(STEP_ENDS[step[0]], step[1:], strict=True):
            lighting.nodes.setdefault(f"{table}:{end}", "plain")


DEADLINE = 60.0
"""Seconds that the search for the fix may take."""


def fix_view(
    snapshot: Snapshot, analysis: AnalysisResults, *, after: bool
) -> tuple[Snapshot, AnalysisResults, LensTones]:
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
            f"no fix was found in {DEADLINE:g} seconds: see 'meshmodel fix', or choose missing",
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
