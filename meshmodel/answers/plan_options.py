"""What a plan may do to a model, from the options of a call and from notes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from meshmodel.analysis.fix.results import FIX, KeptRelation, PlanOptions
from meshmodel.edits.checkpoint_places import exists
from meshmodel.edits.notes import wishes
from meshmodel.model.errors import RequestError
from meshmodel.model.measures import MEASURE_KINDS, MeasureKind
from meshmodel.model.note_subject import STEPS, NoteSubject, note_subject
from meshmodel.model.records import Snapshot
from meshmodel.model.text import did_you_mean, one_line
from meshmodel.model.vocabulary import ACTIONS, Severity

_RELATIONS: Final = ("hold", "grant", "custody", "exchange", "delegation", "trigger")


def plan_options(
    snapshot: Snapshot,
    kinds: Sequence[MeasureKind] = MEASURE_KINDS,
    keep: Iterable[str] = (),
    never_ask: Iterable[str] = (),
    level: Severity | None = None,
) -> PlanOptions:
    """What a plan may do, with what the notes of the model keep and where they never ask.

    Args:
        snapshot: the model.
        kinds: the measures that it may take.
        keep: relations that it leaves as they are, each as a note names it (``grant:token>files:read``).
        never_ask: steps at which it does not ask, named likewise.
        level: the lowest severity of what it has to close; ``None``: all.

    Raises:
        RequestError: of ``keep`` or ``never_ask``: the model has no such relation or step.
    """
    kept = [_found(snapshot, each, "keep", _RELATIONS) for each in keep]
    unasked = [_found(snapshot, each, "never_ask", STEPS) for each in never_ask]
    kept += map(note_subject, wishes(snapshot, "keep"))
    unasked += map(note_subject, wishes(snapshot, "never ask"))
    return PlanOptions(
        tuple(each for each in MEASURE_KINDS if each in kinds),
        frozenset(kept_by for subject in kept for kept_by in _kept(snapshot, subject)),
        frozenset(subject.step for subject in unasked if subject.step is not None),  # type: ignore[misc]  # a step
        level,
    )


def usual_options(snapshot: Snapshot) -> PlanOptions:
    """What all answers follow: the plan where an intent says how often a day it is used, else the fix."""
    is_counted = any(each.per_day is not None for each in snapshot.intent.values())
    return plan_options(snapshot) if is_counted else FIX


def _found(snapshot: Snapshot, about: str, field: str, tables: Sequence[str]) -> NoteSubject:
    """What the text names, which is in the model; raises RequestError."""
    subject = note_subject(about)
    form = ", such as hold:AGENT>CREDENTIAL or grant:CREDENTIAL>SYSTEM:ACTION"
    what = "relation" if field == "keep" else "step"
    if subject.about != about or subject.table not in tables or len(subject.ids) != 2:
        raise RequestError(field, f"{one_line(about)} is no {what}{form}")
    if not exists(snapshot, subject.table, *subject.ids):
        known = [NoteSubject(kind, key).about for kind in _RELATIONS for key in snapshot.table(kind)]
        hint = did_you_mean(subject._replace(action="").about, known)
        raise RequestError(field, f"the model has no {one_line(about)}{'; ' if hint else ''}{hint}")
    if subject.action and (subject.table != "grant" or subject.action not in _granted(snapshot, subject)):
        raise RequestError(field, f"{one_line(about)}: that {subject.table} has no action {subject.action}")
    return subject


def _granted(snapshot: Snapshot, subject: NoteSubject) -> Sequence[str]:
    actions = snapshot.grant[subject.ids[0], subject.ids[1]].actions
    return ACTIONS if "admin" in actions else actions


def _kept(snapshot: Snapshot, subject: NoteSubject) -> Iterator[KeptRelation]:
    """The relations that are meant: a hold also stands for the passes by which an agent has a credential."""
    if subject.step is None:
        return
    kind, from_, to = subject.step
    if kind == "hold":
        for row in snapshot.delegation.values():
            if row.to == from_ and to in (row.passes or ()):
                yield KeptRelation("pass", f"{row.from_}>{row.to}", to)
    action = next((each for each in ACTIONS if each == subject.action), None)
    is_held = kind == "hold" and (from_, to) in snapshot.hold
    if is_held or kind in {"grant", "custody", "exchange", "delegation"}:
        yield KeptRelation(kind, from_, to, action)  # type: ignore[arg-type]  # one of those kinds
