"""One cause is one row: what several rules say of the same is folded under one of them (section 9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from meshmodel.analysis.results import Finding
from meshmodel.model.vocabulary import SEVERITIES, Severity

if TYPE_CHECKING:
    from meshmodel.api import Analysis

DOOR = "missing-checkpoint"
"""The rule whose findings others are folded under, by credential and system."""

UNDER: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Whoever changes the credential of an agent that is gone leaves no orphan.
        "orphaned-credential": "retired-agent-access",
        # Whoever deletes the copy that lies about leaves no second one.
        "copied-secret": "secret-at-rest",
    }
)
"""Rules of which one names the credential of the other for the same reason, and is done with it."""


def is_accepted(finding: Finding) -> bool:
    """Whether an acceptance covers it: nobody has to act on it."""
    return finding.accepted is not None and not finding.accepted.open


def open_findings(findings: Iterable[Finding], lowest: Severity) -> list[Finding]:
    """The findings at or above a severity that no acceptance covers, in their order."""
    severities = SEVERITIES[SEVERITIES.index(lowest) :]
    return [each for each in findings if each.severity in severities and not is_accepted(each)]


@dataclass(frozen=True, slots=True)
class Cause:
    """One row: a finding, and what other rules say of the same credential and system."""

    finding: Finding
    also: tuple[Finding, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether every finding of the row is accepted."""
        return is_accepted(self.finding) and all(map(is_accepted, self.also))

    @property
    def severity(self) -> Severity:
        """The highest severity of the findings of the row that are open; of all, where none is open."""
        if not self.also:
            return self.finding.severity
        findings = self.finding, *self.also
        still = [each for each in findings if not is_accepted(each)]
        return max((each.severity for each in still or findings), key=SEVERITIES.index)


def fold(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """The findings, each folded under another one that has the same cause, if any.

    A finding belongs to a door if it is about the grant of the door and about no other grant than those
    of doors: of several, to the most severe one. What is about a credential or a system alone, or about
    grants of which some are no doors, has a cause of its own, unless ``UNDER`` names it. Rows are in the
    order of the findings, but by the severity of the row.
    """
    listed = tuple(findings)
    doors = {each.subject: place for place, each in enumerate(listed) if each.rule == DOOR}
    above = _above(listed)
    folded: dict[tuple[str, str], list[Finding]] = {}
    rows: list[Finding] = []
    for each in listed:
        door = None if each.rule == DOOR else _door_of(each, doors)
        place = (DOOR, door) if door is not None else above.get((each.rule, each.subject))
        if place is None:
            rows.append(each)
        else:
            folded.setdefault(place, []).append(each)
    listed_by: dict[Severity, list[Cause]] = {severity: [] for severity in reversed(SEVERITIES)}
    for each in rows:
        also = folded.get((each.rule, each.subject))
        if also is None:
            listed_by[each.severity].append(Cause(each))
        else:
            cause = Cause(each, tuple(also))
            listed_by[cause.severity].append(cause)
    return tuple(chain.from_iterable(listed_by.values()))


def _above(findings: Iterable[Finding]) -> dict[tuple[str, str], tuple[str, str]]:
    """For findings about a credential the first finding of the rule above that names it."""
    over = {above: rule for rule, above in UNDER.items()}
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for each in findings:
        if each.rule in over:
            for key in [key for table, key in each.about if table == "credential"]:
                found.setdefault((over[each.rule], str(key)), (each.rule, each.subject))
    return found


def _door_of(finding: Finding, doors: dict[str, int]) -> str | None:
    """The subject of the door that the finding belongs under; doors stand in the order of severity."""
    first = None
    for key in [key for table, key in finding.about if table == "grant"]:
        subject = f"{key[0]}>{key[1]}"
        if subject not in doors:
            return None
        if first is None or doors[subject] < doors[first]:
            first = subject
    return first


_CAUSES: "WeakKeyDictionary[Analysis, tuple[Cause, ...]]" = WeakKeyDictionary()
_COUNTS: "WeakKeyDictionary[Analysis, Mapping[Severity, int]]" = WeakKeyDictionary()


def causes_of(analysis: "Analysis") -> tuple[Cause, ...]:
    """The findings of an analysis folded by ``fold``, kept since several panels ask."""
    found = _CAUSES.get(analysis)
    if found is None:
        found = _CAUSES[analysis] = fold(analysis.findings)
    return found


def open_counts(analysis: "Analysis") -> Mapping[Severity, int]:
    """How many causes are open, by severity from the highest; those without any are left out."""
    known = _COUNTS.get(analysis)
    if known is not None:
        return known
    counts: dict[Severity, int] = dict.fromkeys(reversed(SEVERITIES), 0)
    for cause in causes_of(analysis):
        if not cause.is_settled:
            counts[cause.severity] += 1
    found = _COUNTS[analysis] = {severity: number for severity, number in counts.items() if number}
    return found
