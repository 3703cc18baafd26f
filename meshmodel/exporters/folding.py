"""One cause is one row: findings folded under the missing checkpoint that they share (section 9)."""

from collections.abc import Iterable
from dataclasses import dataclass

from meshmodel.analysis.results import Finding
from meshmodel.model.vocabulary import SEVERITIES, Severity

DOOR = "missing-checkpoint"
"""The rule whose findings others are folded under."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One row: a finding, and what other rules say of the same credential and system."""

    finding: Finding
    also: tuple[Finding, ...] = ()

    @property
    def severity(self) -> Severity:
        """The highest severity of all that the row says."""
        if not self.also:
            return self.finding.severity
        return max((self.finding.severity, *(each.severity for each in self.also)), key=SEVERITIES.index)


def fold(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """The findings, each folded under the door of its credential and system, if any.

    A finding belongs to a door if it is about the grant of the door and about no other grant than those
    of doors: of several, to the most severe one. What is about a credential or a system alone, or about
    grants of which some are no doors, has a cause of its own. Rows are in the order of the findings, but
    by the highest severity of all that they say.
    """
    listed = tuple(findings)
    doors = {each.subject: place for place, each in enumerate(listed) if each.rule == DOOR}
    folded: dict[str, list[Finding]] = {subject: [] for subject in doors}
    rows: list[Finding] = []
    for each in listed:
        door = None if each.rule == DOOR else _door_of(each, doors)
        if door is None:
            rows.append(each)
        else:
            folded[door].append(each)
    causes = [Cause(each, tuple(folded[each.subject]) if each.rule == DOOR else ()) for each in rows]
    causes.sort(key=lambda cause: -SEVERITIES.index(cause.severity))
    return tuple(causes)


def _door_of(finding: Finding, doors: dict[str, int]) -> str | None:
    """The subject of the door that the finding belongs under; doors stand in the order of severity."""
    first = None
    for table, key in finding.about:
        if table != "grant" or not isinstance(key, tuple):
            continue
        subject = f"{key[0]}>{key[1]}"
        if subject not in doors:
            return None
        if first is None or doors[subject] < doors[first]:
            first = subject
    return first
