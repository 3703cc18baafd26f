"""The section of a report on the list of work: where each item decides, its owners, what it closes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from meshmodel.answers.blocks import Facts, plain
from meshmodel.answers.report.index import numbered
from meshmodel.answers.report.tree import Block, Heading, Items, Link, Paragraph, Table
from meshmodel.answers.work import UNOWNED, Item, Work
from meshmodel.model.text import counted

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

MOST: Final = 60
"""So many items are told one by one; those after them are rows of a table."""


def work_section(analysis: "Analysis", work: Work) -> Iterator[Block]:
    """The items, with the numbers that they have everywhere."""
    yield Heading(2, "List of work", "work")
    if not work.items:
        yield Paragraph("Nothing is to be done.")
        return
    yield Paragraph(
        "First the measures of the plan, or of the minimum fix, then one for each cause that stands even "
        "with them. An item closes what is found no more once it and those before it are done. The plan, "
        "the tickets (meshmodel export --to tickets-md) and diff --closes have the same numbers."
    )
    numbers = numbered(analysis)
    for item in work.items[:MOST]:
        yield Heading(3, plain(f"{item.number}. {item.title}"), f"work-{item.number}")
        yield _facts(item)
        links = []
        for each in item.findings:
            number = numbers.get((each.rule, each.subject))
            said = f"{each.severity}, {each.headline}"
            text = plain(f"closes {number}: {said}" if number else f"closes {said}")
            links.append(Link.to(f"finding-{number}", text))
        if links:
            yield Items(tuple(links))
    if len(work.items) > MOST:
        rows = (
            (f"{each.number}", each.severity, each.title, each.responsible or UNOWNED, len(each.findings))
            for each in work.items[MOST:]
        )
        yield Table.of(("No.", "Severity", "What to do", "Owner", "Findings"), (6, 10, 52, 22, 10), rows)


def _facts(item: Item) -> Facts:
    alone = None if item.crossings is None else f"{counted(item.crossings, 'unasked crossing')} alone"
    return Facts.of(
        ("Severity", f"{item.severity}{', accepted' if item.is_accepted else ''}"),
        ("How", item.remedy),
        ("Decides", item.decided),
        ("Credential", item.owned("credential")),
        ("Agent", item.owned("agent")),
        ("Target", item.owned("system")),
        ("Closes", alone),
        ("Decisions a day", None if item.daily is None else f"{item.daily:g}"),
        ("Done when", item.done_when),
        ("Ticket", item.key),
    )
