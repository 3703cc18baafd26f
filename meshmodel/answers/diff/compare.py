"""Compares two analysed models: what was drawn, and what follows from it.

Records, agents and crossings are the same where their ids are; one that was renamed is one removed and one
added. ``compare`` knows no files, so that whatever has two models (two files, two points of a journal, a
model and what a log shows of it) is told in the same words.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from meshmodel.analysis.results import AgentReach, Crossing
from meshmodel.answers.causes import is_accepted
from meshmodel.answers.diff.changes import (
    CrossingChange,
    Diff,
    DrawnChange,
    FieldChange,
    FindingChange,
    IdentityChange,
    ReachChange,
    Side,
    WorkChange,
    WorkWord,
)
from meshmodel.answers.work import Work, name_of
from meshmodel.edits.edit import difference
from meshmodel.edits.fields import value_text
from meshmodel.model.phrases import phrase, subject_phrase
from meshmodel.model.records import Note, Record, Snapshot
from meshmodel.model.schema import SCHEMA
from meshmodel.model.stop import NEVER, Stop
from meshmodel.model.vocabulary import Action

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import Plan

_Kept = TypeVar("_Kept")


def compare(
    old: "Analysis", new: "Analysis", fixes: "tuple[Plan, Plan] | None" = None, stop: Stop = NEVER
) -> Diff:
    """All that differs between two models.

    Args:
        old: the analysis of the model before.
        new: that of the model after, in the same view and of the same day.
        fixes: the minimum fix of each, if what a fix costs is to be told too.
        stop: asked at every crossing.

    Raises:
        Stopped: it is to stop.
    """
    reach = _reach(old), _reach(new)
    return Diff(
        view=new.view,
        old=Side(old.snapshot.about.name, old.summary),
        new=Side(new.snapshot.about.name, new.summary),
        drawn=tuple(_drawn(old.snapshot, new.snapshot)),
        identities=tuple(_identities(*reach)),
        reach=tuple(_reach_changes(*reach)),
        crossings=tuple(_crossings(old, new, stop)),
        findings=tuple(_findings(old, new)),
        fixes=fixes,
    )


def _drawn(old: Snapshot, new: Snapshot) -> Iterator[DrawnChange]:
    for table, key, before, after in difference(old, new):
        ends = key if isinstance(key, tuple) else (key,) if key else ()
        if after is None:
            assert before is not None
            yield DrawnChange("removed", table, ends, phrase(before), _title(before))
        elif before is None:
            yield DrawnChange("added", table, ends, phrase(after), _title(after))
        else:
            fields = tuple(_fields(table, before, after))
            yield DrawnChange("changed", table, ends, phrase(after), _title(after), fields)


def _title(record: Record) -> str:
    """A record in words, without its table."""
    if isinstance(record, Note) and record.kind == "note":
        return f"on {subject_phrase(record.about)}: {record.text}"
    return str(getattr(record, "title", phrase(record)))


def _fields(table: str, before: Record, after: Record) -> Iterator[FieldChange]:
    for field in SCHEMA[table].fields:
        was, now = (getattr(each, field.attribute) for each in (before, after))
        if was != now:
            yield FieldChange(
                field.key, *(None if each is None else value_text(field, each) for each in (was, now))
            )


def work_changes(work: Work, new: "Analysis") -> tuple[WorkChange, ...]:
    """What became of each item of a list of actions.

    An item that closes nothing by itself, since others close the rest with it, is closed where a checkpoint
    that counts is on its step, or nothing is uncontrolled any more.

    Args:
        work: the list of the model before.
        new: the analysis of the model after.
    """
    found = {name_of(each) for each in new.findings if not is_accepted(each)}
    changes = []
    for item in work.items:
        left = [each for each in item.findings if name_of(each) in found]
        is_done = not left
        if item.step is not None and not item.findings:
            is_done = not new.summary.uncontrolled or new.marks().get(item.step) == "counts"
        change: WorkWord = "closed" if is_done else "begun" if len(left) < len(item.findings) else "open"
        names = tuple(f"{each.rule}:{each.subject}" for each in left)
        changes.append(WorkChange(item.number, item.key, item.title, change, names))
    return tuple(changes)


def _reach(analysis: "Analysis") -> dict[str, AgentReach]:
    return {each.agent: each for each in analysis.reach()}


def _pairs(
    old: Mapping[str, _Kept], new: Mapping[str, _Kept]
) -> Iterator[tuple[str, _Kept | None, _Kept | None]]:
    """Each key whose values differ, with both; a side without the key has ``None``."""
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if was != now:
            yield key, was, now


def _identities(old: Mapping[str, AgentReach], new: Mapping[str, AgentReach]) -> Iterator[IdentityChange]:
    for agent, was, now in _pairs(old, new):
        before, after = (set(each.identities) if each else set() for each in (was, now))
        if before != after:
            yield IdentityChange(agent, tuple(sorted(after - before)), tuple(sorted(before - after)))


def _reach_changes(old: Mapping[str, AgentReach], new: Mapping[str, AgentReach]) -> Iterator[ReachChange]:
    for agent, was, now in _pairs(old, new):
        before, after = ({each.system: each for each in side.reach} if side else {} for side in (was, now))
        for system, one, other in _pairs(before, after):
            yield ReachChange(agent, system, one, other)


_Ends = tuple[str, str | None, str, Action]


def _crossings(old: "Analysis", new: "Analysis", stop: Stop) -> Iterator[CrossingChange]:
    """The crossings that differ; those of one agent at a time are kept, since there can be very many."""
    for agent in sorted({*old.engine.mesh.agents, *new.engine.mesh.agents}):
        before, after = (_crossings_of(side, agent, stop) for side in (old, new))
        changed = [
            CrossingChange(was, now)
            for ends in before.keys() | after.keys()
            if (was := before.get(ends)) != (now := after.get(ends))
        ]
        yield from sorted(changed, key=lambda each: each.crossing.order)


def _crossings_of(analysis: "Analysis", agent: str, stop: Stop) -> dict[_Ends, Crossing]:
    number = analysis.engine.mesh.agent.get(agent)
    found = {}
    for each in () if number is None else analysis.listing.of(number):
        stop.check()
        found[each.agent, each.source, each.target, each.action] = each
    return found


def _findings(old: "Analysis", new: "Analysis") -> Iterator[FindingChange]:
    before = {(each.rule, each.subject): each for each in old.findings}
    for each in new.findings:
        yield FindingChange(before.pop((each.rule, each.subject), None), each)
    for each in before.values():
        yield FindingChange(each, None)
