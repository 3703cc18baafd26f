"""One cause is one row: findings folded under the missing checkpoint that they share (section 9)."""

from collections.abc import Iterable
from dataclasses import dataclass

from meshmodel.analysis.results import Finding

DOOR = "missing-checkpoint"
"""The rule whose findings others are folded under."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One row: a finding, and what other rules say of the same credential and system."""

    finding: Finding
    also: tuple[Finding, ...] = ()


def fold(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """The findings in their order, each folded under the door of its credential and system, if any.

    A finding is about a door if its subject is the door's, or if it is about the grant of the door.
    """
    listed = tuple(findings)
    doors = {each.subject for each in listed if each.rule == DOOR}
    folded: dict[str, list[Finding]] = {subject: [] for subject in doors}
    rows: list[Finding] = []
    for each in listed:
        door = None if each.rule == DOOR else _door_of(each, doors)
        if door is None:
            rows.append(each)
        else:
            folded[door].append(each)
    return tuple(Cause(each, tuple(folded[each.subject]) if each.rule == DOOR else ()) for each in rows)


def _door_of(finding: Finding, doors: set[str]) -> str | None:
    """The subject of the door that the finding belongs under."""
    if finding.subject in doors:
        return finding.subject
    for table, key in finding.about:
        if table == "grant" and isinstance(key, tuple) and f"{key[0]}>{key[1]}" in doors:
            return f"{key[0]}>{key[1]}"
    return None
