"""What is known of the smallest fix, and the parts in which it is computed: each can be stopped."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from meshmodel.analysis.results import StepKey
from meshmodel.model.stop import Stop, Task

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import CurvePoint, Fix
    from meshmodel.analysis.results import Finding
    from meshmodel.answers.fix_advice import Alternative

SECONDS: Final = 30.0
"""After so long the best that was found is shown, with what was proven."""
PARTS_SECONDS: Final = 5.0
"""So long it is counted what each checkpoint is good for; of the others that is not said."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one checkpoint of a fix is good for: the crossings it closes alone, and that remain without it."""

    alone: int
    without: int


@dataclass(frozen=True, slots=True)
class Fixing:
    """What is known of the smallest fix of one analysis.

    Attributes:
        analysis: of which model and view; it says nothing about another one.
        fix: the answer, once there.
        parts: what each of its checkpoints is good for, as far as that was counted.
        better: for its checkpoints, what may be better than each.
        standing: the open findings that stand even then; ``None`` where that takes too long.
        curve: what fewer checkpoints close, once there.
        stopped: whether somebody stopped it, so that what is shown may not be the best.
        problem: why it could not be computed.
    """

    analysis: "Analysis"
    fix: "Fix | None" = None
    parts: tuple[Part, ...] = ()
    better: "Mapping[StepKey, tuple[Alternative, ...]]" = field(default_factory=dict)
    standing: "tuple[Finding, ...] | None" = None
    curve: "tuple[CurvePoint, ...] | None" = None
    stopped: bool = False
    problem: str = ""

    @property
    def is_partial(self) -> bool:
        """Whether something of it is not there: it is under way, was stopped, or failed."""
        unfinished = self.curve is None and (self.fix is None or bool(self.fix.checkpoints))
        return self.stopped or bool(self.problem) or unfinished

    @property
    def steps(self) -> tuple[StepKey, ...]:
        """The steps to guard."""
        return () if self.fix is None else self.fix.checkpoints


def in_order(fix: "Fix") -> "Fix":
    """A fix with its checkpoints in the order of the list: those that close most alone come first."""
    order = sorted(range(len(fix.closes_each)), key=lambda place: -fix.closes_each[place])
    if not order:
        return fix
    steps = tuple(fix.checkpoints[place] for place in order)
    return replace(fix, checkpoints=steps, closes_each=tuple(fix.closes_each[place] for place in order))


def work_out_fix(analysis: "Analysis", task: Task) -> "Fix":
    """The smallest fix, or the best that was found in time; those that close most come first."""
    return in_order(analysis.minimum_fix(deadline=SECONDS, cancelled=task.is_cancelled))


def work_out_parts(analysis: "Analysis", fix: "Fix", task: Task) -> tuple[Part, ...]:
    """What each checkpoint of a fix is good for; of the first ones, as far as a few seconds reach."""
    parts: list[Part] = []
    end = time.monotonic() + PARTS_SECONDS
    for number, step in enumerate(fix.checkpoints):
        if task.is_cancelled() or time.monotonic() > end:
            break
        task.progress_text = f"{number} of {fix.cost}"
        others = [each for each in fix.checkpoints if each != step]
        alone = fix.closes_each[number] if fix.closes_each else analysis.closing([step])
        parts.append(Part(alone, fix.before - analysis.closing(others)))
    return tuple(parts)


def work_out_better(
    analysis: "Analysis", fix: "Fix", task: Task
) -> "Mapping[StepKey, tuple[Alternative, ...]]":
    """What may be better than each checkpoint of a fix, as far as a few seconds reach."""
    from meshmodel.answers.fix_advice import alternatives

    return alternatives(analysis.engine, fix.checkpoints, Stop(PARTS_SECONDS, task.is_cancelled))


def work_out_curve(analysis: "Analysis", fix: "Fix", task: Task) -> "tuple[CurvePoint, ...]":
    """What fewer checkpoints than those of a fix close."""

    def progress(done: int, of: int) -> None:
        task.progress_text = f"{done} of {of}"

    return analysis.closing_curve(deadline=SECONDS, cancelled=task.is_cancelled, progress=progress, fix=fix)


def left_open(analysis: "Analysis", steps: Sequence[StepKey]) -> frozenset[StepKey]:
    """The doors that stay open while these steps are guarded."""
    doors = guarded(analysis, steps).doors
    return frozenset(("grant", door.credential, door.system) for door in doors)


def guarded(analysis: "Analysis", steps: Sequence[StepKey]) -> "Analysis":
    """The analysis where these steps are guarded, by decisions over which no agent has power."""
    from meshmodel.analysis.analysis import analyse
    from meshmodel.edits.checkpoints import add_checkpoints
    from meshmodel.edits.edit import apply_edit

    if not steps:
        return analysis
    changed = apply_edit(analysis.snapshot, add_checkpoints(analysis.snapshot, steps, "enforced"))
    return analyse(changed, view=analysis.view, today=analysis.today)
