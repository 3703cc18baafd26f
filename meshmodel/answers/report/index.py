"""The index of findings: a row each, with who owns it, what became of it, and the work that closes it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meshmodel.answers.blocks import Block, Heading, Link, Paragraph, Table
from meshmodel.answers.causes import causes_of, is_accepted
from meshmodel.answers.work import UNOWNED, Work
from meshmodel.model.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Finding


def numbered(analysis: "Analysis") -> "dict[tuple[str, str], int]":
    """By rule and subject the number of each finding, in the order of the causes."""
    findings = (each for cause in causes_of(analysis) for each in (cause.finding, *cause.also))
    return {(each.rule, each.subject): number for number, each in enumerate(findings, 1)}


def index_section(analysis: "Analysis", work: Work) -> Iterator[Block]:
    """The findings by severity, status (where one is accepted) and owner; each leads to its path and work."""
    yield Heading(2, "Index of findings", "index")
    if not analysis.findings:
        yield Paragraph("Nothing is found.")
        return
    numbers, rows = numbered(analysis), []
    has_accepted = any(each.accepted is not None for each in analysis.findings)
    for finding in analysis.findings:
        number, item = numbers[finding.rule, finding.subject], work.item_of(finding)
        rows.append(
            (
                -SEVERITIES.index(finding.severity),
                is_accepted(finding),
                owner_of(analysis, finding),
                number,
                (
                    Link.to(f"finding-{number}", f"{number}"),
                    finding.severity,
                    finding.headline,
                    owner_of(analysis, finding),
                    status_of(finding) if has_accepted else None,
                    None if item is None else Link.to(f"work-{item.number}", f"{item.number}"),
                ),
            )
        )
    yield Table.of(
        ("No.", "Severity", "Finding", "Owner", "Status", "Action"),
        (7, 12, 38, 18, 15, 10),
        (cells for *_, cells in sorted(rows, key=lambda row: row[:4])),
    )


def owner_of(analysis: "Analysis", finding: "Finding") -> str:
    """Who owns what a finding is about: the target of a relation, else the element itself."""
    keys = [(table, key) for table, key in finding.about if isinstance(key, str)]
    keys.sort(key=lambda each: each[1] != finding.ends[-1])
    owners = (getattr(analysis.snapshot.get(*each), "owner", None) for each in keys)
    return next((each for each in owners if each), UNOWNED)


def status_of(finding: "Finding") -> str:
    """Whether it is open, or accepted until when."""
    accepted = finding.accepted
    if accepted is None:
        return "open"
    return "open again" if accepted.open else f"accepted until {accepted.until}"
