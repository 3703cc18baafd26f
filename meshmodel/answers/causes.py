"""Groups findings of the same cause, so that each cause is one row (``docs/rules.md``)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from meshmodel.analysis.results import Finding
from meshmodel.model.rule_cards import CARDS, DOOR
from meshmodel.model.text import plural
from meshmodel.model.vocabulary import SEVERITIES, Severity, highest

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis


_NAMING_GRANTS: Final = frozenset(rule for rule, card in CARDS.items() if card.names_grants)


def is_accepted(finding: Finding) -> bool:
    """Whether an acceptance covers it: nobody has to act on it."""
    return finding.accepted is not None and not finding.accepted.open


def open_findings(findings: Iterable[Finding], lowest: Severity) -> list[Finding]:
    """The findings at or above a severity that no acceptance covers, in their order."""
    severities = SEVERITIES[SEVERITIES.index(lowest) :]
    return [each for each in findings if each.severity in severities and not is_accepted(each)]


@dataclass(frozen=True, slots=True)
class Cause:
    """One row: a finding, and the findings of other rules that have the same cause."""

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
        return highest(each.severity for each in still or findings)


def fold(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """The findings grouped by cause, in their order within each severity of the rows, the highest first.

    A finding about grants belongs to a door (a grant where a checkpoint is missing) if all its grants are
    doors: to the most severe of them. A finding about a credential or a system alone, or about a grant that
    is no door, is a row of its own, unless the card of its rule says under which.
    """
    listed = tuple(findings)
    doors = {each.subject: place for place, each in enumerate(listed) if each.rule == DOOR}
    above = _above(listed)
    folded: dict[tuple[str, str], list[Finding]] = {}
    rows: list[Finding] = []
    for each in listed:
        door = _door_of(each, doors) if each.rule in _NAMING_GRANTS else None
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
    """By rule and subject of a finding that is listed under another: that other that it is listed under."""
    over = {card.under: rule for rule, card in CARDS.items() if card.under}
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for each in findings:
        if each.rule in over:
            keys = [*each.ends[1:]] or [str(key) for table, key in each.about if table == "credential"]
            for key in keys:
                found.setdefault((over[each.rule], key), (each.rule, each.subject))
    return found


def _door_of(finding: Finding, doors: dict[str, int]) -> str | None:
    """The subject of the most severe door among the grants of a finding; ``None`` if one is no door.

    Args:
        finding: any but one of a door.
        doors: by subject, their positions in the order of severity.
    """
    first = None
    for key in [key for table, key in finding.about if table == "grant"]:
        subject = f"{key[0]}>{key[1]}"
        if subject not in doors:
            return None
        if first is None or doors[subject] < doors[first]:
            first = subject
    return first


_CAUSES: "WeakKeyDictionary[Analysis, tuple[Cause, ...]]" = WeakKeyDictionary()
_COUNTS: "WeakKeyDictionary[Analysis, Counts]" = WeakKeyDictionary()


def causes_of(analysis: "Analysis") -> tuple[Cause, ...]:
    """The findings of an analysis folded by ``fold``, kept since several panels ask."""
    found = _CAUSES.get(analysis)
    if found is None:
        found = _CAUSES[analysis] = fold(analysis.findings)
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """The two numbers that every answer and screen tells of a model: findings and unchecked paths.

    Attributes:
        findings: how many are open by severity, from the highest; those without any are left out.
        paths: how many paths are unchecked, also those of findings that are accepted.
        accepted: how many findings are accepted.
    """

    findings: Mapping[Severity, int]
    paths: int
    accepted: int = 0

    @property
    def main(self) -> int:
        """How many open findings are medium or higher."""
        return sum(self.findings.values()) - self.low

    @property
    def low(self) -> int:
        """How many open findings are low."""
        return self.findings.get("low", 0)

    @property
    def number(self) -> str:
        """The number of open findings, those that are low apart: ``19 +2 low``."""
        return f"{self.main:,}{f' +{self.low:,} low' if self.low else ''}"

    @property
    def by_severity(self) -> str:
        """The open findings that are medium or higher, by severity: ``2 critical, 10 high``."""
        return ", ".join(f"{many:,} {each}" for each, many in self.findings.items() if each != "low")

    def since(self, before: "Counts") -> str:
        """What changed, in words: ``-1 high, -3 paths``; empty where nothing did."""
        rows = [(each, self.findings.get(each, 0) - before.findings.get(each, 0)) for each in SEVERITIES]
        changes = [f"{many:+,} {each}" for each, many in reversed(rows) if many]
        paths = self.paths - before.paths
        if paths:
            changes.append(f"{paths:+,} {plural(abs(paths), 'path')}")
        return ", ".join(changes)


def counts_of(analysis: "Analysis") -> Counts:
    """The counts of an analysis, kept since several panels ask."""
    known = _COUNTS.get(analysis)
    if known is not None:
        return known
    still = Counter(each.severity for each in analysis.findings if not is_accepted(each))
    findings = {each: still[each] for each in reversed(SEVERITIES) if still[each]}
    accepted = len(analysis.findings) - still.total()
    found = _COUNTS[analysis] = Counts(findings, analysis.summary.uncontrolled, accepted)
    return found
