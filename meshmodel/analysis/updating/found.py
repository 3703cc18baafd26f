"""The findings after an edit: those near to it anew, the others as they were."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from meshmodel.analysis.findings import accepted, found_by, in_order
from meshmodel.analysis.results import Door, Finding
from meshmodel.analysis.rules import RULES, Facts, Rule
from meshmodel.analysis.updating.doors import KeptDoors
from meshmodel.analysis.updating.near import Near
from meshmodel.model.records import Key

Order = tuple[int, str, str, Key, int]
"""What findings are sorted by: severity, rule and subject, then the record and the number of its case."""
Entry = tuple[Order, Finding]

_MANY = 200
"""So many findings that come or go are put in order one by one."""


@dataclass(slots=True)
class Found:
    """All findings of one reading, by rule and record and in their order.

    Attributes:
        doors: the doors by credential and system.
        by_rule: for each rule those of each record; of a rule that is not local all under ``""``.
        order, listed: all of them in order.
    """

    doors: Mapping[Key, Door]
    by_rule: dict[str, dict[Key, tuple[Entry, ...]]] = field(default_factory=dict)
    order: list[Order] = field(default_factory=list)
    listed: list[Finding] = field(default_factory=list)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings in order."""
        return tuple(self.listed)


def by_key(doors: Iterable[Door]) -> dict[Key, Door]:
    """Doors by credential and system."""
    return {(door.credential, door.system): door for door in doors}


def find(facts: Facts, today: date) -> Found:
    """All findings, from scratch."""
    found = Found(by_key(facts.doors))
    entries: list[Entry] = []
    for rule in RULES:
        made = found.by_rule[rule.id] = {}
        if rule.of is None or rule.per is None:
            made[""] = _whole(rule, facts, today)
            entries.extend(made[""])
            continue
        for key, record in facts.records(rule.per):
            here = _local(rule, key, record, facts, today)
            if here:
                made[key] = here
                entries.extend(here)
    entries.sort(key=lambda entry: entry[0])
    found.order = [order for order, _ in entries]
    found.listed = [finding for _, finding in entries]
    return found


def _whole(rule: Rule, facts: Facts, today: date) -> tuple[Entry, ...]:
    findings = [found_by(rule, case, facts, today) for case in rule.cases(facts)]
    return tuple(((*in_order(each), "", number), each) for number, each in enumerate(findings))


def _local(rule: Rule, key: Key, record: object, facts: Facts, today: date) -> tuple[Entry, ...]:
    assert rule.of is not None
    findings = [found_by(rule, case, facts, today) for case in rule.of(facts, record)]
    return tuple(((*in_order(each), key, number), each) for number, each in enumerate(findings))


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
        self._gone: list[Order] = []
        self._come: list[Entry] = []
        self._other: list[Entry] = []

    def found(self, accepted_again: Iterable[tuple[str, str]], kept_doors: KeptDoors | None) -> Found:
        """The findings after the edit.

        Args:
            accepted_again: rule and subject of acceptances that came, went or changed.
            kept_doors: the doors, where they were found from those before the edit.
        """
        facts = self._facts
        tables = self._tables
        doors: Mapping[Key, Door]
        if kept_doors is None or kept_doors.changed is None:
            doors = by_key(facts.doors)
            differing = {key for key, door in doors.items() if self._before.doors.get(key) != door}
            differing.update(key for key in self._before.doors if key not in doors)
        else:
            doors, differing = kept_doors.found, set(kept_doors.changed)
        changed = self._near.doors(doors, differing)
        if changed:
            tables |= {"doors"}
        made = Found(doors, dict(self._before.by_rule))
        for rule in RULES:
            if rule.of is None or rule.per is None:
                if tables & rule.reads:
                    was = self._before.by_rule[rule.id]
                    now = _whole(rule, facts, self._today)
                    made.by_rule[rule.id] = {"": now}
                    self._replace(was[""], now)
                continue
            records: Mapping[Key, object] = doors
            keys = changed
            if rule.per != "door":
                records = facts.snapshot.table(rule.per)
                keys = self._near.keys(rule.per, rule.near)
            if keys:
                made.by_rule[rule.id] = self._renewed(rule, keys, records)
        made.order, made.listed = self._arranged()
        _accept(made, facts, accepted_again, self._today)
        return made

    def _renewed(
        self, rule: Rule, keys: Iterable[Key], records: Mapping[Key, object]
    ) -> dict[Key, tuple[Entry, ...]]:
        known = self._before.by_rule[rule.id]
        made = known.copy()
        for key in keys:
            was = known.get(key, ())
            record = records.get(key)
            now = () if record is None else _local(rule, key, record, self._facts, self._today)
            if was or now:
                self._replace(was, now)
                if now:
                    made[key] = now
                else:
                    made.pop(key, None)
        return made

    def _replace(self, was: tuple[Entry, ...], now: tuple[Entry, ...]) -> None:
        orders = {order for order, _ in now}
        self._gone.extend(order for order, _ in was if order not in orders)
        kept = {order for order, _ in was}
        for entry in now:
            (self._other if entry[0] in kept else self._come).append(entry)

    def _arranged(self) -> tuple[list[Order], list[Finding]]:
        order, listed = self._before.order.copy(), self._before.listed.copy()
        for at, finding in self._other:
            listed[bisect_left(order, at)] = finding
        if len(self._gone) + len(self._come) > _MANY:
            gone = set(self._gone)
            entries = [entry for entry in zip(order, listed, strict=True) if entry[0] not in gone]
            entries.extend(self._come)
            entries.sort(key=lambda entry: entry[0])
            return [at for at, _ in entries], [finding for _, finding in entries]
        for at in self._gone:
            place = bisect_left(order, at)
            del order[place], listed[place]
        for at, finding in self._come:
            place = bisect_left(order, at)
            order.insert(place, at)
            listed.insert(place, finding)
        return order, listed


def _accept(found: Found, facts: Facts, again: Iterable[tuple[str, str]], today: date) -> None:
    """Say again what was accepted about these findings."""
    wanted = set(again)
    if not wanted:
        return
    for rule in {rule for rule, _ in wanted}:
        known = found.by_rule.get(rule)
        if known is None:
            continue
        made = found.by_rule[rule] = dict(known)
        for key, entries in known.items():
            if any((rule, finding.subject) in wanted for _, finding in entries):
                made[key] = tuple((at, _accepted(finding, facts, today)) for at, finding in entries)
                for at, finding in made[key]:
                    found.listed[bisect_left(found.order, at)] = finding


def _accepted(finding: Finding, facts: Facts, today: date) -> Finding:
    acceptance = facts.snapshot.acceptance.get((finding.rule, finding.subject))
    return replace(finding, accepted=None if acceptance is None else accepted(acceptance, finding, today))
