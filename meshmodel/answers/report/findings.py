"""The section of a report on findings: each with its path, what closes it, and its acceptance."""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from meshmodel.answers.acceptances import accepted_words
from meshmodel.answers.blocks import Block, Break, Facts, Heading, Link, Paragraph, Table
from meshmodel.answers.causes import causes_of
from meshmodel.answers.report.attack_path import attack_path, first_cut
from meshmodel.answers.report.decision import worst_paths
from meshmodel.answers.report.index import numbered
from meshmodel.answers.standards import TITLES, address_of, in_release_order, releases_of
from meshmodel.answers.work import Item, Work

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Finding

MOST_TOLD: Final = 20
"""So many causes have their path told; the findings of others are in the index."""
MOST_BRIEF: Final = 6
"""So many paths a brief report has."""


def finding_section(analysis: "Analysis", work: Work, tell: Callable[[str], None]) -> Iterator[Block]:
    """Each finding, those of one cause after one another.

    Args:
        analysis: of the model.
        work: the list of actions, of which an item closes each.
        tell: told how far it has come.
    """
    yield Heading(2, "Findings and their paths", "ways")
    number = len(analysis.findings)
    if not number:
        yield Paragraph("Nothing is found.")
        return
    causes, done = causes_of(analysis), 0
    written: dict[tuple[str, ...], int] = {}
    for cause in causes[:MOST_TOLD]:
        for finding in (cause.finding, *cause.also):
            done += 1
            tell(f"finding {done:,} of {number:,}")
            yield from _finding(done, finding)
            if finding is cause.finding:
                yield from _path(analysis, finding, work, written, done)
                yield from _close(finding, work.item_of(finding))
    if len(causes) > MOST_TOLD:
        yield Paragraph(
            f"The paths of the first {MOST_TOLD} of {len(causes):,} causes are here; the index has every "
            "finding. meshmodel explain tells the path of one, and export --finding draws it."
        )


def brief_ways(analysis: "Analysis", work: Work) -> Iterator[Block]:
    """The worst paths alone, each in a line and in words, and with the work that closes it."""
    yield Break()
    yield Heading(2, "The worst paths in words", "ways")
    numbers = numbered(analysis)
    findings = [each.finding for each in worst_paths(analysis, work, MOST_BRIEF)]
    if not findings:
        yield Paragraph("No finding has a path.")
    for finding in findings:
        number = numbers[finding.rule, finding.subject]
        yield from _finding(number, finding)
        yield from _path(analysis, finding, work, {}, number)
        yield from _close(finding, work.item_of(finding))


def finding_table(analysis: "Analysis", work: Work) -> Iterator[Block]:
    """The findings of a large model: a row each, and for each rule what it cites."""
    yield Heading(2, "Findings and their paths", "ways")
    findings = analysis.findings
    if not findings:
        yield Paragraph("Nothing is found.")
        return
    yield Table.of(
        ("Severity", "Rule", "Subject", "What is found", "Fix", "Action", "Acceptance"),
        (8, 13, 15, 26, 24, 6, 8),
        (
            (
                each.severity,
                each.rule,
                each.subject,
                each.message,
                each.remedy,
                None if (item := work.item_of(each)) is None else f"{item.number}",
                None if each.accepted is None else accepted_words(each.accepted),
            )
            for each in findings
        ),
    )


def reference_section(analysis: "Analysis") -> Iterator[Block]:
    """What the findings cite: which releases, and each reference with its title."""
    yield Heading(2, "References")
    cited = {each for finding in analysis.findings for each in finding.references}
    if not cited:
        yield Paragraph("Nothing is cited.")
        return
    by_title: dict[str, dict[str, None]] = {}
    for each in analysis.findings:
        by_title.setdefault(each.title, {}).update(dict.fromkeys(each.references))
    yield Table.of(
        ("Finding", "References"),
        (25, 75),
        ((title, "; ".join(each)) for title, each in sorted(by_title.items())),
    )
    yield Paragraph(f"References are to {'; '.join(releases_of(cited))}.")
    rows = [*map(_cited, in_release_order(cited))]
    half = (len(rows) + 1) // 2
    beside = zip_longest(rows[:half], rows[half:], fillvalue=("", ""))
    heads = ("Reference", "Title", "Reference", "Title")
    yield Table.of(heads, (18, 32, 18, 32), (left + right for left, right in beside))


def _cited(reference: str) -> tuple[str, str]:
    """A reference, which leads to its source where that has a stable address, and its title."""
    address = address_of(reference)
    return Link.to(address, reference) if address else reference, TITLES.get(reference, "")


def _finding(number: int, finding: "Finding") -> Iterator[Block]:
    """What one finding says; another of the same cause follows it, and shares its path and its work."""
    title = f"{number}. {finding.severity.capitalize()}: {finding.headline}"
    yield Heading(3, title, f"finding-{number}")
    yield Paragraph(finding.message)
    if finding.accepted is not None:
        yield Facts.of(("Accepted", accepted_words(finding.accepted)))


def _close(finding: "Finding", item: "Item | None") -> Iterator[Block]:
    """The action that closes a finding; without one, what would."""
    if item is None:
        yield Facts.of(("Fix", finding.remedy))
    else:
        yield Facts((("Fix", Link.to(f"work-{item.number}", f"item {item.number}: {item.title}")),))


def _path(
    analysis: "Analysis",
    finding: "Finding",
    work: Work,
    written: "dict[tuple[str, ...], int]",
    number: int,
) -> Iterator[Block]:
    """The stages of the path of a finding; ``written`` are those of the findings above it, by number."""
    explanation = analysis.explain_finding(finding)
    if explanation is None or not explanation.steps:
        return
    first = written.setdefault(explanation.sentences, number)
    if first != number:
        yield Paragraph(f"Its path is that of finding {first}.")
        return
    yield attack_path(analysis, explanation, first_cut(work, explanation), in_full=True)
