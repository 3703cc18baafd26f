"""The section of a report on the trust boundaries: which zones are crossed into from which."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from meshmodel.answers.blocks import Block, Heading, Paragraph, Table
from meshmodel.answers.report.agents import zone_named
from meshmodel.answers.report.pictures import Pictures
from meshmodel.model.vocabulary import SEVERITIES, Severity, highest

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

MOST_CROSSINGS: Final = 1_000_000
"""More crossings than this are not counted one by one."""
MOST_PLACES: Final = 40
"""Boundary maps of more zones, systems without a zone among them, are not drawn: nobody could read them."""


def boundary_section(analysis: "Analysis", pictures: Pictures) -> Iterator[Block]:
    """The boundary map, as a picture and as a table."""
    yield Heading(2, "Boundary map")
    number = analysis.summary.crossings
    if not number:
        yield Paragraph("No path crosses a boundary.")
        return
    if number > MOST_CROSSINGS:
        yield Paragraph(
            f"The {number:,} paths are too many to count by zone; the findings name the missing checkpoints."
        )
        return
    snapshot = analysis.snapshot
    places = len(snapshot.zone) + sum(each.zone is None for each in snapshot.system.values())
    if places <= MOST_PLACES:
        yield from pictures.lens("boundaries", "boundaries")
    else:
        yield Paragraph(f"A map of {places} zones could not be read on a page: the table says the same.")
    yield _table(analysis)


def _table(analysis: "Analysis") -> Table:
    snapshot = analysis.snapshot
    states: dict[tuple[str, str], Counter[str]] = {}
    worst: dict[tuple[str, str], Severity] = {}
    for each in analysis.crossings():
        home = snapshot.agent[each.agent].home
        source = home if each.source is None else snapshot.system[each.source].domain
        target = zone_named(snapshot, snapshot.system[each.target].domain)
        ends = "no home" if source is None else zone_named(snapshot, source), target
        states.setdefault(ends, Counter())[each.state] += 1
        if each.state == "uncontrolled" and each.severity is not None:
            worst[ends] = highest((each.severity, worst.get(ends, SEVERITIES[0])))
    return Table.of(
        ("From", "Into", "Unchecked", "Worst", "Intended", "Checked"),
        (24, 24, 14, 12, 13, 13),
        (
            (*ends, found["uncontrolled"], worst.get(ends), found["approved"], found["controlled"])
            for ends, found in sorted(states.items())
        ),
    )
