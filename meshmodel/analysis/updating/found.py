"""The findings after an edit: those near to it anew, the others as they were."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, Final

from meshmodel.analysis.findings import accepted, findings, found_by_all
from meshmodel.analysis.relations import ENDS
from meshmodel.analysis.results import Door, Finding
from meshmodel.analysis.rules import RULES, Case, Facts, Rule
from meshmodel.analysis.rules.base import Cases
from meshmodel.analysis.updating.chunks import Joined, Sorted
from meshmodel.analysis.updating.doors import KeptDoors
from meshmodel.analysis.updating.near import Near
from meshmodel.analysis.updating.retelling import left_out
from meshmodel.model.records import Acceptance, Key
from meshmodel.model.vocabulary import SEVERITIES

Shelf = tuple[int, str]
"""Where findings are that are sorted by their subjects: the severity and the rule."""

WITHIN: Final = frozenset(
    {"delegation-not-honoured", "human-identity-in-agent", "person-uses-workload-identity"}
)
"""The rules of which a record may have several findings, whose subjects begin with it: agent>credential.

A finding of any other local rule has its record as its subject.
"""

_OTHER: Final = " "
"""Stands after the subject of a second finding of one rule: agents can have the ids of a credential and a
system, and then a delegation and a grant have one subject.
"""
_PAIRED: Final = frozenset(ENDS)
"""The tables whose keys are pairs."""
_RANK: Final = {severity: -number for number, severity in enumerate(SEVERITIES)}


@dataclass(slots=True)
class Found:
    """All findings of one reading in their order.

    Attributes:
        doors: the missing checkpoints.
        findings: all of them.
        shelves: the same by severity and rule.
    """

    doors: tuple[Door, ...]
    findings: Sequence[Finding]
    shelves: dict[Shelf, Sorted[Finding]] = field(repr=False)

    @classmethod
    def of(cls, doors: tuple[Door, ...], every: Sequence[Finding]) -> "Found":
        """These findings, which are in order."""
        shelves: dict[Shelf, Sorted[Finding]] = {}
        for _, group in groupby(every, attrgetter("severity", "rule")):
            some = list(group)
            shelves[_RANK[some[0].severity], some[0].rule] = Sorted.of(_keys(some), some)
        return cls(doors, every, shelves)


def _keys(findings: Sequence[Finding]) -> list[str]:
    """The subjects of findings of one rule that are in order, each key once."""
    keys = [finding.subject for finding in findings]
    if len(set(keys)) < len(keys):
        for place in range(len(keys) - 1):
            if keys[place] == keys[place + 1]:
                keys[place + 1] += _OTHER
    return keys


def _by_subject(findings: Sequence[Finding]) -> dict[str, Finding]:
    """Findings of one rule by their subjects, each key once."""
    found = {finding.subject: finding for finding in findings}
    if len(found) < len(findings):
        found = {}
        for finding in findings:
            subject = finding.subject
            found[subject if subject not in found else subject + _OTHER] = finding
    return found


def find(facts: Facts, today: date) -> Found:
    """All findings, from scratch."""
    return Found.of(facts.doors, findings(facts, today))


class Refinding:
    """Finds again what an edit is near to."""

    def __init__(self, before: Found, facts: Facts, near: Near, tables: frozenset[str], today: date) -> None:
        """Arguments: the findings before, the facts after, what the edit is near to, what it changed of
        what rules read, and the day.
        """
        self._before = before
        self._facts = facts
        self._near = near
        self._tables = tables
        self._today = today
        self._acceptances: dict[str, dict[str, Acceptance]] = {}
        for acceptance in facts.snapshot.acceptance.values():
            self._acceptances.setdefault(acceptance.rule, {})[acceptance.subject] = acceptance
        self._shelves = before.shelves.copy()
        self._of_rule: dict[str, set[int]] = {}
        for rank, rule in self._shelves:
            self._of_rule.setdefault(rule, set()).add(rank)

    def found(self, accepted_again: Iterable[tuple[str, str]], kept_doors: KeptDoors | None) -> Found:
        """The findings after the edit.

        Args:
            accepted_again: rule and subject of acceptances that came, went or changed.
            kept_doors: the doors, where they were found from those before the edit.
        """
        facts, tables = self._facts, self._tables
        left: Sequence[Door]
        changed: Sequence[Door]
        if kept_doors is None or kept_doors.changed is None:
            # To compare them takes longer than to tell all of them again.
            left, changed = self._before.doors, facts.doors
        else:
            left, changed = kept_doors.left, kept_doors.changed
            changed = [*self._near.doors(facts.doors, kept_doors.door), *changed]
        if changed or left:
            tables |= {"doors"}
        for rule in RULES:
            if rule.of is None or rule.per is None:
                if tables & rule.reads:
                    acceptances = self._acceptances.get(rule.id, {})
                    cases = found_by_all(rule, rule.all_cases(facts), acceptances, self._today)
                    was = {rank: list(shelf.keys()) for rank, shelf in self._shelves_of(rule.id)}
                    self._replace(rule.id, was, cases)
                continue
            if rule.per == "door":
                if changed or left:
                    self._renew_doors(rule, changed, left)
                continue
            records: Mapping[Key, object]
            if rule.worth is not None:
                records = facts.chosen(rule.per, rule.worth)
                if not records and rule.id not in self._of_rule:
                    continue
            else:
                records = facts.snapshot.table(rule.per)
            seen = -1 if rule.seen is None else rule.seen(facts)
            keys = self._near.keys(rule.per, rule.near, seen)
            if keys:
                self._renew(rule, keys, records)
            if "named" in rule.near and self._near.gone:
                self._leave_out(rule)
        self._accept(accepted_again)
        every = self._before.findings
        if self._shelves != self._before.shelves:
            shelves = map(self._shelves.__getitem__, sorted(self._shelves))
            every = Joined(list(chain.from_iterable(shelf.lists for shelf in shelves)))
        return Found(facts.doors, every, self._shelves)

    def _shelves_of(self, rule: str) -> Sequence[tuple[int, Sorted[Finding]]]:
        return [(rank, self._shelves[rank, rule]) for rank in self._of_rule.get(rule, ())]

    def _renew(self, rule: Rule, keys: Iterable[Key], records: Mapping[Key, object]) -> None:
        """Find again what a local rule has to say of these records; there may be none any more."""
        facts, of = self._facts, rule.of
        assert of is not None
        there: Sequence[Any] = list(filter(None, map(records.get, keys)))
        cases: Cases | list[Case]
        if rule.may is not None:
            there = rule.may(facts, there)
        if rule.many is None:
            cases = [case for record in there for case in of(facts, record)]
        else:
            cases = rule.many(facts, there)
        found = found_by_all(rule, cases, self._acceptances.get(rule.id, {}), self._today)
        if not found and rule.id not in self._of_rule:
            return
        subjects = list(map(">".join, keys)) if rule.per in _PAIRED else list(map(str, keys))
        if rule.id in WITHIN:
            shelves = self._shelves_of(rule.id)
            subjects = [
                one for each in subjects for _, shelf in shelves for one in shelf.beginning(f"{each}>")
            ]
        self._replace(rule.id, dict.fromkeys(self._of_rule.get(rule.id, ()), subjects), found)

    def _leave_out(self, rule: Rule) -> None:
        """Leave agents that are gone out of the findings of a rule: these differ in nothing else."""
        beginnings = [f"{each}>" for each in self._near.left]
        for rank, shelf in self._shelves_of(rule.id):
            self._shelves[rank, rule.id] = shelf.changed_at(beginnings, self._without_gone)

    def _without_gone(self, findings: Sequence[Finding]) -> list[Finding]:
        found = left_out(self._near.gone, self._facts.who.names, findings)
        for place, (was, now) in enumerate(zip(findings, found, strict=True)) if self._acceptances else ():
            if now.accepted is not None and now is not was:
                found[place] = self._accepted(now)
        return found

    def _renew_doors(self, rule: Rule, changed: Sequence[Door], left: Iterable[Door]) -> None:
        """Find again what there is to say of doors: most keep their severity, and so their place.

        Args:
            rule: the rule that looks at them.
            changed: those of which something else is said, some of them more than once.
            left: those that are gone or may have another severity, as they were.
        """
        assert rule.many is not None
        cases = rule.many(self._facts, changed)
        found = found_by_all(rule, cases, self._acceptances.get(rule.id, {}), self._today)
        # Of a credential and a system there is one door.
        gone: defaultdict[int, list[str]] = defaultdict(list)
        for door in left:
            gone[_RANK[door.severity]].append(door.subject)
        here = dict(zip(cases.subjects, found, strict=True))
        moved = [here.pop(each) for each in chain.from_iterable(gone.values()) if each in here]
        ends = (min(here), max(here)) if here else None
        for rank, shelf in self._shelves_of(rule.id):
            self._shelves[rank, rule.id] = shelf.exchanged(here, ends)
        self._replace(rule.id, gone, [*moved, *here.values()])

    def _replace(self, rule: str, left: Mapping[int, Collection[str]], findings: Iterable[Finding]) -> None:
        """Put findings of a rule in the place of others.

        Args:
            rule: the rule.
            left: the subjects of which there may be none any more, by the severity that they had.
            findings: those that there are now, of some of these and of others.
        """
        parts: defaultdict[int, list[Finding]] = defaultdict(list)
        for finding in findings:
            parts[_RANK[finding.severity]].append(finding)
        ranks = self._of_rule.setdefault(rule, set())
        for rank in left.keys() | parts.keys():
            here = _by_subject(parts.get(rank, ()))
            shelf = self._shelves.get((rank, rule))
            gone = [subject for subject in left.get(rank, ()) if subject not in here]
            made = (shelf or Sorted[Finding].of([], [])).exchanged(here)
            made = made.put(sorted({*gone, *here}), here)
            if made is not shelf:
                ranks.add(rank)
                self._shelves[rank, rule] = made

    def _accept(self, again: Iterable[tuple[str, str]]) -> None:
        """Say again what was accepted about these findings."""
        for rule, subject in sorted(set(again)):
            for key in (subject, subject + _OTHER):
                for rank, shelf in self._shelves_of(rule):
                    finding = shelf.get(key)
                    if finding is not None:
                        self._shelves[rank, rule] = shelf.put([key], {key: self._accepted(finding)})

    def _accepted(self, finding: Finding) -> Finding:
        acceptance = self._facts.snapshot.acceptance.get((finding.rule, finding.subject))
        said = None if acceptance is None else accepted(acceptance, finding, self._today)
        return finding.with_accepted(said)
