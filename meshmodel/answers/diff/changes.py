"""What a comparison of two models answers: documented, frozen types."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from meshmodel.analysis.results import Crossing, Finding, Summary, SystemReach
from meshmodel.answers.causes import is_accepted
from meshmodel.model.vocabulary import SEVERITIES, Action, Severity, View, highest

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import Plan

Presence = Literal["added", "removed", "changed"]
CrossingWord = Literal["new", "worse", "milder", "closed", "other"]
"""New: uncontrolled, and was not; worse, milder: uncontrolled before and after, its severity rose, fell;
closed: was uncontrolled; other: it never was, and its state is another one."""
FindingWord = Literal["new", "worse", "still", "closed"]
"""Worse: its severity rose, an agent or an action was added, or it is no longer accepted."""

WorkWord = Literal["closed", "begun", "open"]


class FieldChange(NamedTuple):
    """One field of a record as it is shown, before and after; ``None`` where it is not set."""

    field: str
    before: str | None
    after: str | None


class DrawnChange(NamedTuple):
    """One record that differs.

    Attributes:
        change: whether it was added, removed or changed.
        table: as in the interchange file; ``about`` for the model's own name and description.
        key: its id, or its two ends.
        says: the record in words, as it is after, or of a removed one as it was.
        title: the same for a row that says its table.
        fields: those that differ; none of a record that was added or removed.
    """

    change: Presence
    table: str
    key: tuple[str, ...]
    says: str
    title: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def is_move(self) -> bool:
        """Whether only its place on the canvas differs."""
        return bool(self.fields) and all(each.field == "at" for each in self.fields)


class ReachChange(NamedTuple):
    """What an agent reaches on a system, before and after; ``None``: nothing.

    See ``docs/semantics.md#reach``.
    """

    agent: str
    system: str
    before: SystemReach | None
    after: SystemReach | None

    @property
    def gained(self) -> tuple[Action, ...]:
        """The actions that it did not reach before."""
        return _without(self.after, self.before)

    @property
    def lost(self) -> tuple[Action, ...]:
        """The actions that it no longer reaches."""
        return _without(self.before, self.after)


class IdentityChange(NamedTuple):
    """The identities that an agent carries and did not carry before, or no longer carries."""

    agent: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


class CrossingChange(NamedTuple):
    """A crossing whose state or severity differs, before and after; ``None``: there is none.

    See ``docs/semantics.md#severity``.
    """

    before: Crossing | None
    after: Crossing | None

    @property
    def crossing(self) -> Crossing:
        """The one that there is: after, else before."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def change(self) -> CrossingWord:
        """What became of it."""
        was, now = (uncontrolled_severity(each) for each in self)
        if now is None:
            return "other" if was is None else "closed"
        if was is None:
            return "new"
        return "worse" if SEVERITIES.index(now) > SEVERITIES.index(was) else "milder"


class FindingChange(NamedTuple):
    """A finding before and after (``docs/rules.md``); ``None``: there is none."""

    before: Finding | None
    after: Finding | None

    @property
    def finding(self) -> Finding:
        """The one that there is: after, else before."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def change(self) -> FindingWord:
        """What became of it."""
        was, now = self
        if now is None:
            return "closed"
        if was is None:
            return "new"
        rose = highest((was.severity, now.severity)) != was.severity
        wider = set(now.agents) - set(was.agents) or set(now.actions) - set(was.actions)
        reopened = is_accepted(was) and not is_accepted(now)
        return "worse" if rose or wider or reopened else "still"


class Side(NamedTuple):
    """One of the two models: its name, and the counts of ``docs/json.md``."""

    name: str | None
    summary: Summary


class WorkChange(NamedTuple):
    """An item of the list of actions of the model before (``docs/fix.md#the-list-of-actions``).

    Attributes:
        number, key, title: of the item.
        change: whether none of what it closes is found in the model after, less of it, or as much.
        left: what of it is still found there, as ``RULE:SUBJECT``.
    """

    number: int
    key: str
    title: str
    change: WorkWord
    left: tuple[str, ...]


@dataclass(frozen=True)
class Diff:
    """All that differs between two models.

    Attributes:
        view: as built or as designed, the same for both.
        old, new: the two models.
        drawn: the records that differ, in the order of the interchange file.
        identities: by agent.
        reach: by agent and system.
        crossings: by agent, source (home first), target and action.
        findings: all of both, also those that stand, in the order of ``check``; closed ones last.
        fixes: the minimum fix before and after, where it was asked for.
        work: what became of the list of actions of the model before, where that was asked for.
    """

    view: View
    old: Side
    new: Side
    drawn: tuple[DrawnChange, ...]
    identities: tuple[IdentityChange, ...]
    reach: tuple[ReachChange, ...]
    crossings: tuple[CrossingChange, ...]
    findings: tuple[FindingChange, ...]
    fixes: "tuple[Plan, Plan] | None" = None
    work: tuple[WorkChange, ...] | None = None

    @cached_property
    def opened(self) -> tuple[CrossingChange, ...]:
        """The crossings that are uncontrolled and were not, or whose severity rose: what a gate refuses."""
        return tuple(each for each in self.crossings if each.change in {"new", "worse"})

    @cached_property
    def worst(self) -> Severity | None:
        """The highest severity of those."""
        found = [each.after.severity for each in self.opened if each.after and each.after.severity]
        return highest(found) if found else None

    @property
    def standing(self) -> int:
        """How many crossings are uncontrolled before and after, and no more severe than before."""
        return self.new.summary.uncontrolled - len(self.opened)

    @property
    def is_complete(self) -> bool:
        """Whether the fixes, where they were asked for, are proven."""
        return self.fixes is None or all(each.optimal for each in self.fixes)


def uncontrolled_severity(crossing: Crossing | None) -> Severity | None:
    """The severity of a crossing that is uncontrolled; of any other ``None``."""
    return crossing.severity if crossing is not None and crossing.state == "uncontrolled" else None


def _without(one: SystemReach | None, other: SystemReach | None) -> tuple[Action, ...]:
    taken = () if other is None else other.actions
    return () if one is None else tuple(each for each in one.actions if each not in taken)
