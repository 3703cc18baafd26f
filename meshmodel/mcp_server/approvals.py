"""What an edit approves, hides or lowers: what an assistant may not decide by itself.

See ``docs/mcp.md#what-is-refused``.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from meshmodel.analysis.analysis import analyse
from meshmodel.analysis.results import Finding
from meshmodel.answers.causes import is_accepted
from meshmodel.edits.edit import apply_edit, difference
from meshmodel.edits.merge import edit_of
from meshmodel.mcp_server.quoting import in_quotes, quoted_record
from meshmodel.model.phrases import phrase
from meshmodel.model.records import (
    Acceptance,
    Agent,
    Checkpoint,
    Credential,
    Custody,
    Delegation,
    Grant,
    Intent,
    Note,
    Record,
    Snapshot,
    System,
)
from meshmodel.model.text import one_line
from meshmodel.model.vocabulary import INTEGRITIES, SENSITIVITIES, SEVERITIES

_ACCESS: Final = frozenset(
    {"agent", "system", "credential", "hold", "grant", "custody", "exchange", "delegation", "trigger"}
)
"""The tables of which a record that is removed takes access away."""


def approvals(before: Snapshot, after: Snapshot) -> list[str]:
    """Why an edit needs a person, one line each; empty where it needs none.

    Three rules. No record that the edit puts may approve (``_approves``); no open question may be
    closed; and once all that takes access away
    is done, the rest of the edit may hide or lower no finding.
    """
    changes = difference(before, after)
    said = [
        f"{phrase(quoted_record(now))}: {why}"
        for _, _, was, now in changes
        for why in (*_approves(was, now), *_intends(was, now, after))
        if now
    ]
    said += _unasked(before, after)
    left = ((table, key, was, _reduced(table, was, now)) for table, key, was, now in changes)
    taken = tuple(each for each in left if each[2] != each[3])
    reduced = apply_edit(before, edit_of("", taken)) if taken else before
    return [*said, *_hidden(reduced, after)] if difference(reduced, after) else said


def _unasked(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """The open questions that are not asked any more, be they done, deleted, with their element too, worded
    otherwise, or asked of another element; a new id of theirs makes it no other one.
    """
    asked = {(each.text, each.about) for each in after.note.values() if _is_open(each)}
    renamed = {text for text, about in asked if about and not _is_there(about, before)}
    for each in before.note.values():
        is_asked = (each.text, each.about) in asked or (
            each.text in renamed and each.about is not None and not _is_there(each.about, after)
        )
        if _is_open(each) and not is_asked:
            yield f"the open question {each.id} would no longer be asked: {in_quotes(one_line(each.text))}"


def _is_there(about: str, model: Snapshot) -> bool:
    table, _, key = about.partition(":")
    return key in model.table(table)


def _is_open(note: Note) -> bool:
    return (note.kind, note.state) == ("question", "open")


def _approves(before: Record | None, after: Record | None) -> Iterator[str]:
    """What a record says now that makes findings fewer or less, against what it said or by default is."""
    match after:
        case Acceptance() if after != before:
            yield "accepts a finding"
        case Checkpoint(state="enforced") if after != before:
            yield "a checkpoint is added or changed as enforced; as planned it may be"
        case Delegation(returns="values") if not isinstance(before, Delegation) or before.returns != "values":
            yield "returns is set to values"
        case Agent():
            was = before if isinstance(before, Agent) else Agent(after.id, kind=after.kind)
            if was.is_steerable and not after.is_steerable:
                yield "steerable is set to false"
            if isinstance(before, Agent) and after.is_person and not was.is_person:
                yield "an agent becomes a person"
        case System():
            yield from _lowers(before if isinstance(before, System) else replace(after, typed=False), after)


def _intends(before: Record | None, now: Record | None, after: Snapshot) -> Iterator[str]:
    """Why an intent needs a person, with what is to be said instead of it: access, or a question."""
    if not isinstance(now, Intent) or _is_within(before, now):
        return
    held = {grant.system for grant in after.grant.values() if (now.agent, grant.credential) in after.hold}
    ask = f"question on agent {now.agent}: May it {' and '.join(now.actions)} {now.system}?"
    access = f"; for access: {now.agent} > {now.system}: {', '.join(now.actions)}"
    yield f"intended use approves a path; write {ask}{'' if now.system in held else access}"


def _lowers(was: System, now: System) -> Iterator[str]:
    if SENSITIVITIES.index(now.computed_sensitivity) < SENSITIVITIES.index(was.computed_sensitivity):
        yield f"sensitivity is lowered from {was.computed_sensitivity} to {now.computed_sensitivity}"
    if INTEGRITIES.index(now.computed_integrity) < INTEGRITIES.index(was.computed_integrity):
        yield f"integrity is lowered from {was.computed_integrity} to {now.computed_integrity}"
    if now.typed and not was.typed:
        yield "typed is set"
    if was.untrusted_input and not now.untrusted_input:
        yield "untrusted_input is set to false"


def _is_within(before: Record | None, after: Intent) -> bool:
    """Whether an intent approves no more than before; how often a day it is used approves nothing."""
    if not isinstance(before, Intent) or not {*after.actions} <= {*before.actions}:
        return False
    return _fewer(before.from_, after.from_)


def _fewer(before: tuple[str, ...] | None, after: tuple[str, ...] | None) -> bool:
    """Whether a list limits at least as much as another; none is no limit."""
    return before is None or (after is not None and {*after} <= {*before})


def _reduced(table: str, before: Record | None, after: Record | None) -> Record | None:
    """What is left of a record where of its change only that is done which takes access away."""
    match before, after:
        case (_, None) if table in _ACCESS:
            return None
        case (Agent() | Credential(), Agent() | Credential()) if not after.is_active:
            return replace(before, status=after.status)
        case Grant(), Grant():
            both = tuple(each for each in before.actions if each in after.actions)
            return replace(before, actions=both) if both else None
        case Custody(), Custody():
            both = tuple(each for each in before.obtained_by if each in after.obtained_by)
            return before if both == before.obtained_by else replace(before, by=both) if both else None
        case Delegation(), Delegation():
            passes = tuple(each for each in before.passes or () if each in (after.passes or ()))
            limited = after.only if _fewer(before.only, after.only) else before.only
            return replace(before, passes=passes or None, only=limited)
    return before


def _hidden(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """The findings that are gone or less, with the same access."""
    now = {(each.rule, each.subject): each for each in analyse(after).findings}
    for was in analyse(before).findings:
        left = now.get((was.rule, was.subject))
        if left is None or _is_less(was, left):
            how = "is gone" if left is None else "is lowered"
            yield f"the finding {was.rule} of {was.subject} {how}, and no access was taken away for it"


def _is_less(was: Finding, now: Finding) -> bool:
    return (
        SEVERITIES.index(now.severity) < SEVERITIES.index(was.severity)
        or (is_accepted(now) and not is_accepted(was))
        or not {*was.agents} <= {*now.agents}
        or not {*was.actions} <= {*now.actions}
    )
