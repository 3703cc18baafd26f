"""The section of a report on the minimum fix: its checkpoints, what fewer close, and the model with them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from meshmodel.model.phrases import step_phrase
from meshmodel.model.text import counted, share
from meshmodel.reports.document.pictures import Pictures
from meshmodel.reports.document.tree import Block, Heading, Items, Paragraph, Table, plain

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.analysis.fix.results import CurvePoint, Fix


def fix_section(
    analysis: "Analysis", fix: "Fix", curve: "Sequence[CurvePoint]", pictures: Pictures, most: int
) -> Iterator[Block]:
    """The fix and its curve.

    Args:
        analysis: of the model.
        fix: its minimum fix, proven or not.
        curve: the closing curve; empty where there is none to show.
        pictures: draws.
        most: models of more elements are not drawn before and after the fix.
    """
    yield Heading(2, "Minimum fix")
    if not fix.checkpoints:
        yield Paragraph("No crossing is uncontrolled and no flow is toxic: there is nothing to guard.")
        return
    yield Paragraph(_verdict(fix))
    closes = fix.closes_each or [None] * fix.cost
    yield Table.of(
        ("Number", "Checkpoint on", "Step", "Closes alone"),
        (10, 15, 55, 20),
        (
            (place, step, step_phrase(step, *ends), None if alone is None else f"{alone} of {fix.before}")
            for place, ((step, *ends), alone) in enumerate(zip(fix.checkpoints, closes, strict=True), 1)
        ),
    )
    if fix.interrupts:
        yield Paragraph("Declared intents that are asked then:")
        yield Items(tuple(plain(f"{agent} on {system}") for agent, system in fix.interrupts))
    else:
        yield Paragraph("It interrupts no declared intent.")
    if fix.optimal and analysis.snapshot.elements <= most:
        yield Heading(3, "Before and after")
        yield from pictures.lens("before", "before")
        yield from pictures.lens("after", "after")
    yield from _curve(fix, curve, pictures)


def _verdict(fix: "Fix") -> str:
    flows = f", and {counted(len(fix.flows), 'toxic flow')}" if fix.flows else ""
    said = f"{counted(fix.cost, 'checkpoint')} for {counted(fix.before, 'uncontrolled crossing')}{flows}"
    if fix.optimal:
        return f"{said}: fewer cannot, which is proven."
    return f"{said}: the fewest that were found in time; not proven, at least {fix.lower_bound} are needed."


def _curve(fix: "Fix", curve: "Sequence[CurvePoint]", pictures: Pictures) -> Iterator[Block]:
    yield Heading(3, "Closing curve")
    if not fix.before:
        yield Paragraph("No crossing is uncontrolled: the checkpoints are there for toxic flows.")
        return
    if not curve:
        yield Paragraph(
            f"It is left out for a fix of {fix.cost} checkpoints, since each of its numbers is a search of "
            "its own; fix --curve searches."
        )
        return
    yield from pictures.curve("curve", fix, curve)
    yield Table.of(
        ("Checkpoints", "Remaining", "Closed", "The best ones"),
        (14, 16, 12, 58),
        (
            (
                point.checkpoints,
                point.remaining
                if point.exact
                else f"at most {point.remaining}, at least {point.lower_bound}",
                share(fix.before - point.remaining, fix.before),
                "; ".join(step_phrase(*step) for step in point.chosen),
            )
            for point in curve
        ),
    )
