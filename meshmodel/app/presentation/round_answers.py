"""What a stop of a round can be answered with: each answer is one edit, whose label begins with the answer.

See ``docs/round.md#in-the-workbench``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, cast

from meshmodel.analysis.results import Door, Finding
from meshmodel.answers.acceptances import with_scope
from meshmodel.answers.causes import open_findings
from meshmodel.answers.intent_gaps import why_none
from meshmodel.answers.measures import when
from meshmodel.answers.round.stops import SOURCE, RoundStop
from meshmodel.app.presentation.intents import closing_intents, opened_words, reasoned
from meshmodel.edits import checkpoint_places, operations
from meshmodel.edits.checkpoints import add_checkpoints
from meshmodel.edits.edit import Edit, Put, apply_edit, edit
from meshmodel.edits.fields import edit_of, refusal_of
from meshmodel.edits.notes import new_note
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import (
    Acceptance,
    Checkpoint,
    Credential,
    Grant,
    Intent,
    Key,
    Note,
    Record,
    Reference,
    Snapshot,
)
from meshmodel.model.rule_cards import DOOR
from meshmodel.model.text import counted, one_line
from meshmodel.model.vocabulary import RELATION_TABLES, NoteKind, action_mask, actions_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from meshmodel.analysis.analysis import Analysis
    from meshmodel.answers.round.summary import Edited

AnswerName = Literal[
    "yes", "no", "less", "rule", "person", "planned", "accept", "lifetime", "binding", "owner", "log", "park",
    "assume", "note",
]  # fmt: skip
"""The answers, by the ends of the ids of their commands."""
_NO_STEP: Final = "this needs a change, not a checkpoint"
_NOTES: Final[dict[str, tuple[NoteKind, str]]] = {
    "park": ("question", "parked"),
    "assume": ("assumption", "assumed"),
    "note": ("note", "noted"),
}


@dataclass(frozen=True, slots=True)
class IntentOutcome:
    """What declaring the ways of a stop intended does.

    Attributes:
        edit: it, one edit.
        closes: of the missing checkpoints of the stop, how many it closes.
        stays: those that it does not.
        after: how many crossings stay uncontrolled.
        opens: what it makes worse, in a sentence; empty where it makes nothing worse.
    """

    edit: Edit
    closes: int
    stays: tuple[Door, ...]
    after: int
    opens: str


def intended(stop: RoundStop) -> IntentOutcome | None:
    """The intents that close something of a stop, where any do (``docs/semantics.md#paths``)."""
    from meshmodel.analysis.analysis import analyse

    analysis = stop.analysis
    intents = _intents(stop)
    if not intents:
        return None
    first, *others = intents
    also = f", and {counted(len(others), 'other')}" if others else ""
    wanted = edit(f"yes, intended: {first.agent} > {first.system}{also}", map(Put, intents))
    if refusal_of(wanted, analysis.snapshot) is not None:
        return None
    after = analyse(apply_edit(analysis.snapshot, wanted), view=analysis.view, today=analysis.today)
    still = {each.subject for each in after.doors}
    stays = tuple(each for each in stop.changes if each.subject in still)
    closes = len(stop.changes) - len(stays)
    if stop.step is None and stop.finding is not None:
        found = {(each.rule, each.subject) for each in open_findings(after.findings, "low")}
        closes = int((stop.finding.rule, stop.finding.subject) not in found)
    uncontrolled, opens = after.engine.uncontrolled, opened_words(analysis, after)
    return IntentOutcome(wanted, closes, stays, uncontrolled, opens) if closes else None


def justified(stop: RoundStop, yes: IntentOutcome, reason: str) -> Edit:
    """The edit that declares the ways of a stop intended, with a note that keeps the reason."""
    first = next(each.record for each in yes.edit.changes if isinstance(each, Put))
    assert isinstance(first, Intent)
    return reasoned(yes.edit, stop.about or f"agent:{first.agent}", reason, stop.analysis.snapshot)


def _intents(stop: RoundStop) -> list[Intent]:
    """All intents that may close something of a stop; those of one agent and system as one."""
    analysis = stop.analysis
    subjects = {each.subject for each in stop.changes}
    found = dict[tuple[str, str], Intent]()
    for each in analysis.findings:
        if each.rule == DOOR and each.subject in subjects:
            for intent in closing_intents(analysis, each):
                ends = intent.agent, intent.system
                found[ends] = _both(found[ends], intent) if ends in found else intent
    way = stop.way if stop.step is None else None
    other = None if way is None else analysis.can_be_intended(way)
    return [*found.values(), *([other] if other is not None else [])]


def _both(one: Intent, other: Intent) -> Intent:
    actions = actions_of(action_mask(one.actions) | action_mask(other.actions))
    return replace(one, actions=actions, from_=tuple(sorted({*(one.from_ or ()), *(other.from_ or ())})))


def taken_away(stop: RoundStop) -> list[Reference]:
    """What can be taken away so that it does not happen: the step, and the grants behind it."""
    named = list[Reference]()
    if stop.step is not None:
        named.append((stop.step[0], stop.step[1:]))
        named += [("grant", (each.credential, each.system)) for each in stop.changes]
    elif stop.finding is not None:
        named += [each for each in stop.finding.about if each[0] in RELATION_TABLES]
    return [each for each in dict.fromkeys(named) if _can_go(stop, each)]


def _can_go(stop: RoundStop, reference: Reference) -> bool:
    try:
        return refusal_of(removal(stop, reference), stop.analysis.snapshot) is None
    except MeshmodelError:
        return False


def removal(stop: RoundStop, reference: Reference) -> Edit:
    """The edit that takes a relation away.

    Raises:
        MeshmodelError: it cannot be deleted.
    """
    changes = operations.removal(stop.analysis.snapshot, reference).changes
    return Edit(f"no, taken away: {operations.words_for(reference)}", changes)


def narrowed(stop: RoundStop) -> list[Grant]:
    """The grants of which fewer actions can be granted."""
    named = (each for each in taken_away(stop) if each[0] == "grant")
    grants = (stop.analysis.snapshot.grant[cast("tuple[str, str]", key)] for _, key in named)
    return [each for each in grants if len(each.actions) > 1]


def fewer_actions(grant: Grant, kept: Iterable[str]) -> Edit:
    """The edit that grants fewer actions."""
    actions = tuple(each for each in grant.actions if each in set(kept))
    left = tuple(each for each in grant.actions if each not in actions)
    label = f"fewer actions: {grant.credential} > {grant.system} without {', '.join(left)}"
    return edit(label, [Put(replace(grant, actions=actions))])


def why_not_fewer(grant: Grant, kept: Sequence[str]) -> str | None:
    """Why these are not fewer actions, in a line; ``None`` where they are."""
    if not kept:
        return "leave one on, or leave with Esc and take the grant away"
    return "switch off what is not needed" if len(kept) == len(grant.actions) else None


def decision(stop: RoundStop, answer: Literal["rule", "planned"]) -> Edit | None:
    """The edit that puts a policy decision on the step; ``None`` where it is there as planned already."""
    assert stop.step is not None
    wanted = add_checkpoints(
        stop.analysis.snapshot, [stop.step], "planned" if answer == "planned" else "enforced"
    )
    words = "planned: policy check" if answer == "planned" else "policy check"
    return (
        Edit(f"{words} {when(stop.step, stop.analysis.snapshot)}", wanted.changes) if wanted.changes else None
    )


def approval(stop: RoundStop) -> Checkpoint:
    """A human approval on the step, not yet in the model."""
    assert stop.step is not None
    kind, from_, to = stop.step
    id_ = checkpoint_places.checkpoint_id(stop.analysis.snapshot, "human-approval", to)
    return Checkpoint(id_, "human-approval", kind, from_, to)


def approved(stop: RoundStop, checkpoint: Checkpoint) -> Edit:
    """The edit that has a person asked at the step."""
    assert stop.step is not None
    by = f" ({', '.join(checkpoint.approvers)})" if checkpoint.approvers else ""
    return Edit(f"a person approves{by} {when(stop.step, stop.analysis.snapshot)}", (Put(checkpoint),))


def acceptable(stop: RoundStop) -> list[Finding]:
    """The open findings that are accepted together: of a step the missing checkpoints that it changes."""
    if stop.step is None:
        return [] if stop.finding is None else [stop.finding]
    found = {each.subject: each for each in stop.analysis.findings if each.rule == DOOR}
    every = (found[each.subject] for each in stop.changes if each.subject in found)
    return open_findings(every, "low")


def accepted(wanted: Edit, findings: Sequence[Finding]) -> Edit:
    """The edit that accepts findings for a time.

    Args:
        wanted: that which accepts the first of them.
        findings: all of them.
    """
    (first,) = (each.record for each in wanted.changes if isinstance(each, Put))
    assert isinstance(first, Acceptance)
    bare = replace(first, severity=None, agents=None, actions=None)
    every = [with_scope(replace(bare, rule=each.rule, subject=each.subject), each) for each in findings[1:]]
    more = f", and {counted(len(every), 'other')}" if every else ""
    label = f"accepted until {first.until.isoformat()}: {first.rule} of {first.subject}{more}"
    return edit(label, map(Put, [first, *every]))


def credential_of(stop: RoundStop) -> Credential | None:
    """The credential whose lifetime, binding and owner are asked about."""
    name = stop.credential
    if name is None and stop.finding is not None:
        name = next((str(key) for table, key in stop.finding.about if table == "credential"), None)
    return None if name is None else stop.analysis.snapshot.credential.get(name)


def logging_systems(stop: RoundStop) -> list[str]:
    """The systems whose logs are asked about."""
    named = [each.system for each in stop.changes]
    if stop.step is None and stop.finding is not None:
        named += [str(key) for table, key in stop.finding.about if table == "system"]
    return [each for each in dict.fromkeys(named) if each in stop.analysis.snapshot.system]


def field_set(analysis: "Analysis", record: Record, name: str, values: "Mapping[str, Any]") -> Edit | None:
    """The edit that sets a field of a record; ``None`` where it is so already."""
    wanted = edit_of(record, values, analysis.snapshot)
    return None if wanted is None else Edit(f"{name}: {wanted.label}", wanted.changes)


def noted(stop: RoundStop, answer: AnswerName, text: str, snapshot: Snapshot) -> Edit:
    """The edit of a model that parks a stop with a question, or notes an assumption or anything else."""
    kind, word = _NOTES[answer]
    made: Note = replace(new_note(snapshot, stop.about, text, kind), source=SOURCE)
    return Edit(f"{word}: {text}", (Put(made),))


def answered(stop: RoundStop, edits: "Sequence[Edited]") -> str:
    """Who answered what at a stop, the newest last; empty where nobody did.

    Args:
        stop: the stop.
        edits: those since the round began that stand, oldest first.
    """
    doors = {each.subject for each in stop.changes}
    subjects = doors | ({stop.finding.subject} if stop.finding is not None else set())
    records: set[Reference] = {("grant", (each.credential, each.system)) for each in stop.changes}
    records |= {("system", each) for each in logging_systems(stop)}
    if stop.step is not None:
        records.add((stop.step[0], stop.step[1:]))
    if stop.credential is not None:
        records.add(("credential", stop.credential))

    def is_here(table: str, key: Key, record: Record | None) -> bool:
        match record:
            case Note():
                return record.about == stop.about
            case Checkpoint():
                return (record.step, record.from_, record.to) == stop.step
            case Acceptance():
                return record.subject in subjects
        return (table, key) in records

    found = [
        f"{entry.person or 'somebody'}: {one_line(entry.label, 60)}"
        for entry, changes in edits
        if any(is_here(table, key, after or before) for table, key, before, after in changes)
    ]
    return "; ".join(found)


def why_not(stop: RoundStop, yes: IntentOutcome | None, answer: AnswerName, *, is_done: bool) -> str:
    """Why a stop cannot be answered so, in a line; empty where it can."""
    match answer:
        case "yes" | "rule" | "person" | "planned" if is_done:
            return "nothing is open here any more"
        case "yes" if yes is None:
            snapshot = stop.analysis.snapshot
            first = ((each.agents, each.credential, each.system) for each in stop.changes[:1])
            why = [f"{why_none(snapshot, *each)[0]}: " for each in first]
            return f"{''.join(why)}no intended use closes anything here"
        case "no" if not taken_away(stop):
            return "nothing that is in the model can be taken away here"
        case "less" if not narrowed(stop):
            return "no grant here has more than one action"
        case "rule" | "person" | "planned" if stop.step is None:
            return _NO_STEP
        case "accept" if not acceptable(stop):
            return "nothing is open here that could be accepted"
        case "lifetime" | "binding" | "owner" if credential_of(stop) is None:
            return "no credential is presented here"
        case "log" if not logging_systems(stop):
            return "no system is reached here"
        case "park" if stop.parked is not None:
            return f"it is left for later already: {stop.parked.text}"
    return ""
