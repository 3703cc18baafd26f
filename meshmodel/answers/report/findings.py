"""The section of a report on findings: each with its way, its remedy, its references and its acceptance."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from meshmodel.answers.acceptances import accepted_words
from meshmodel.answers.blocks import Facts, plain
from meshmodel.answers.causes import causes_of
from meshmodel.answers.report.attack_path import attack_path, first_cut
from meshmodel.answers.report.decision import worst_findings
from meshmodel.answers.report.index import numbered
from meshmodel.answers.report.pictures import Pictures
from meshmodel.answers.report.tree import Block, Break, Heading, Items, Link, Paragraph, Table
from meshmodel.answers.standards import TITLES, address_of, in_release_order, releases_of
from meshmodel.answers.work import Item, Work

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.results import Finding

MOST_DRAWN_WAYS: Final = 40
"""So many causes have their way told and drawn; the findings of those after them are rows of a table."""
MOST_BRIEF: Final = 6
"""So many ways a brief report has."""


def finding_section(
    analysis: "Analysis", work: Work, pictures: Pictures, tell: Callable[[str], None]
) -> Iterator[Block]:
    """Each finding, those of one cause after one another.

    Args:
        analysis: of the model.
        work: the list of work, of which an item closes each.
        pictures: draws the ways.
        tell: told how far it has come.
    """
    yield Heading(2, "Findings and their ways", "ways")
    number = len(analysis.findings)
    if not number:
        yield Paragraph("Nothing is found.")
        return
    causes, done = causes_of(analysis), 0
    written: dict[tuple[str, ...], Finding] = {}
    for cause in causes[:MOST_DRAWN_WAYS]:
        for finding in (cause.finding, *cause.also):
            done += 1
            tell(f"finding {done:,} of {number:,}")
            above = None if finding is cause.finding else cause.finding
            yield from _finding(done, finding, above, work.item_of(finding))
            if above is None:
                yield from _way(analysis, finding, written, pictures, f"way-{done}")
    others = [each for cause in causes[MOST_DRAWN_WAYS:] for each in (cause.finding, *cause.also)]
    if others:
        yield Paragraph(
            f"The ways of the first {MOST_DRAWN_WAYS} of {len(causes):,} causes are told. The other findings "
            "are rows; meshmodel explain tells the way of one, and export --finding draws it."
        )
        yield Table.of(
            ("No.", "Severity", "What is found", "Remedy", "Work", "Acceptance"),
            (6, 9, 38, 31, 6, 10),
            (_row(place, each, work.item_of(each)) for place, each in enumerate(others, done + 1)),
        )


def _row(number: int, finding: "Finding", item: Item | None) -> tuple[object, ...]:
    accepted = None if finding.accepted is None else accepted_words(finding.accepted)
    work = None if item is None else f"{item.number}"
    return f"{number}", finding.severity, finding.message, finding.remedy, work, accepted


def brief_ways(analysis: "Analysis", work: Work) -> Iterator[Block]:
    """The worst paths alone, each in a line and in words, and with the work that closes it."""
    yield Break()
    yield Heading(2, "The worst paths in words", "ways")
    numbers, findings = numbered(analysis), worst_findings(analysis, MOST_BRIEF)
    if not findings:
        yield Paragraph("No finding has a path.")
    for finding in findings:
        number, item = numbers[finding.rule, finding.subject], work.item_of(finding)
        yield Heading(3, plain(f"{number}. {_title(finding)}"), f"finding-{number}")
        yield Paragraph(plain(finding.message))
        explanation = analysis.explain_finding(finding)
        if explanation is not None:
            yield attack_path(analysis, explanation, first_cut(work, explanation))
            yield Items(tuple(plain(each) for each in explanation.sentences))
        yield Facts.of(("Work", None if item is None else f"{item.number}. {item.title}"))


def finding_table(analysis: "Analysis", work: Work) -> Iterator[Block]:
    """The findings of a large model: a row each, and for each rule what it cites."""
    yield Heading(2, "Findings and their ways", "ways")
    findings = analysis.findings
    if not findings:
        yield Paragraph("Nothing is found.")
        return
    references = {each.rule: each.references for each in findings}
    yield Table.of(
        ("Rule", "References"),
        (25, 75),
        ((rule, "; ".join(each)) for rule, each in sorted(references.items())),
    )
    yield Table.of(
        ("Severity", "Rule", "Subject", "What is found", "Remedy", "Work", "Acceptance"),
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
    yield Paragraph(f"References are to {'; '.join(releases_of(cited))}.")
    yield Table.of(("Reference", "Title"), (30, 70), map(_cited, in_release_order(cited)))


def _cited(reference: str) -> tuple[str, str]:
    """A reference, which leads to its source where that has a stable address, and its title."""
    address = address_of(reference)
    return Link.to(address, reference) if address else reference, TITLES.get(reference, "")


def _title(finding: "Finding") -> str:
    return f"{finding.severity}, {finding.rule}: {finding.subject}"


def _finding(
    number: int, finding: "Finding", above: "Finding | None", item: "Item | None"
) -> Iterator[Block]:
    """One finding; ``above`` is the one of the same cause, whose way it shares."""
    yield Heading(3, plain(f"{number}. {_title(finding)}"), f"finding-{number}")
    yield Paragraph(plain(finding.message))
    accepted = finding.accepted
    closed = None if item is None else Link.to(f"work-{item.number}", plain(f"{item.number}. {item.title}"))
    yield Facts(() if closed is None else (("Work", closed),))
    yield Facts.of(
        ("Remedy", finding.remedy),
        ("References", "; ".join(finding.references)),
        ("Acceptance", None if accepted is None else accepted_words(accepted)),
        ("Agents", ", ".join(finding.agents)),
        ("Actions", ", ".join(finding.actions)),
        ("Same cause as", None if above is None else f"{above.rule}: {above.subject}"),
    )


def _way(
    analysis: "Analysis",
    finding: "Finding",
    written: "dict[tuple[str, ...], Finding]",
    pictures: Pictures,
    stem: str,
) -> Iterator[Block]:
    """The way of a finding, drawn and in words; ``written`` are those of the findings above it."""
    explanation = analysis.explain_finding(finding)
    if explanation is None or not explanation.steps:
        return
    first = written.setdefault(explanation.sentences, finding)
    if first is not finding:
        yield Paragraph(plain(f"Its way is that of {first.rule}: {first.subject}, above."))
        return
    yield from pictures.example_path(stem, f"{finding.rule}:{finding.subject}")
    yield Paragraph("Its way, in words; one number may stand for several steps of the picture:")
    yield Items(tuple(plain(each) for each in explanation.sentences))
