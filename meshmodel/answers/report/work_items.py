"""The section of a report on the list of actions: where each item decides, its owners, what it closes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from meshmodel.answers.blocks import Block, Facts, Heading, Link, Paragraph, Table
from meshmodel.answers.report.index import numbered
from meshmodel.answers.work import UNOWNED, Item, Work
from meshmodel.model.text import counted

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

MOST: Final = 20
"""So many items are told one by one; those after them are rows of a table."""


def work_section(analysis: "Analysis", work: Work) -> Iterator[Block]:
    """The items, with the numbers that they have everywhere."""
    yield Heading(2, "List of actions", "work")
    if not work.items:
        yield Paragraph("Nothing is to be done.")
        return
    yield Paragraph(
        "First the measures of the plan, or the fewest checkpoints; then what stays even with them. An item "
        "is done when a command says so, once those before it are done; NEW.toml is the model by then. "
        "Tickets (meshmodel export --to tickets-md) have the same numbers."
    )
    numbers = numbered(analysis)
    for item in work.items[:MOST]:
        accepted = " (accepted)" if item.is_accepted else ""
        title = f"{item.number}. {item.severity.capitalize()}: {item.title}{accepted}"
        yield Heading(3, title, f"work-{item.number}")
        yield _facts(item)
        links = []
        for each in item.findings:
            number = numbers.get((each.rule, each.subject))
            said = f"{each.severity}, {each.headline}"
            text = f"{number}: {said}" if number else said
            links.append(Link.to(f"finding-{number}", text))
        if links:
            yield Table.items(links)
    if len(work.items) > MOST:
        rows = (
            (f"{each.number}", each.severity, each.title, each.responsible or UNOWNED, len(each.findings))
            for each in work.items[MOST:]
        )
        yield Table.of(("No.", "Severity", "What to do", "Owner", "Findings"), (6, 10, 52, 22, 10), rows)


def _facts(item: Item) -> Facts:
    closes = None if item.crossings is None else counted(item.crossings, "unchecked path")
    return Facts.of(
        ("How", item.remedy),
        ("Decides", item.decided),
        ("Owners", item.owners),
        ("Alone it closes", closes),
        ("Decisions a day", None if item.daily is None else f"{item.daily:g}"),
        ("Done when", "meshmodel check NEW.toml lists none of these:" if item.findings else item.done_when),
    )
