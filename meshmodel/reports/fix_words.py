"""What is said of the smallest fix: what is proven of it, and what fewer checkpoints close."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from meshmodel.model.text import counted, share

if TYPE_CHECKING:
    from meshmodel.analysis.fix.results import CurvePoint, Fix
    from meshmodel.analysis.results import Finding

STANDING: Final = 10
"""So many findings that stand are named."""


def verdict(fix: "Fix", *, stopped: bool, seconds: float) -> str:
    """What is proven of a fix, in one line.

    Args:
        fix: the smallest, or the best that was found.
        stopped: whether somebody stopped the search.
        seconds: how long it might take.
    """
    crossings = counted(fix.before, "uncontrolled crossing")
    number = f"{fix.cost} checkpoint{'' if fix.cost == 1 else 's'}"
    if fix.before == 0 and not fix.flows:
        return "nothing to fix: no crossing is uncontrolled"
    close = "closes" if fix.cost == 1 else "close"
    all_of = "the only" if fix.before == 1 else "all"
    closed = [f"{all_of} {crossings}"] if fix.before else []
    if fix.flows:
        flows = "the toxic flow of" if len(fix.flows) == 1 else f"{len(fix.flows):,} toxic flows:"
        closed.append(f"{flows} {', '.join(fix.flows[:3])}{', …' if len(fix.flows) > 3 else ''}")
    said = f"{number} {close} {' and '.join(closed)}"
    if fix.optimal:
        return f"{said}: proven smallest"
    why = "stopped" if stopped else f"time was up after {seconds:.0f} s"
    return f"at least {fix.lower_bound}; the best found: {said} ({why})"


def standing_words(standing: "Sequence[Finding]", *, guarded: bool) -> str:
    """That findings stand, at least one, and that a checkpoint does not mend them.

    Args:
        standing: those of high or above.
        guarded: whether the model is thought of with checkpoints.
    """
    some, one = counted(len(standing), "finding"), len(standing) == 1
    even = " even then" if guarded else ""
    mends = "a checkpoint does not mend " + ("it" if one else "them")
    return f"{some} of high or above stand{'s' if one else ''}{even}; {mends}"


def bar(closed: int, before: int, cells: int) -> str:
    """How much of all is closed, as a bar of so many cells; never full while something remains."""
    full = cells if before == 0 else closed * cells // before
    return "█" * full + "░" * (cells - full)


def curve_words(point: "CurvePoint", before: int) -> str:
    """What so many checkpoints close, in a few words; a bound is marked as one."""
    closed, left = share(before - point.remaining, before), counted(point.remaining, "remains", "remain")
    if point.exact:
        return f"{left}, {closed} closed"
    return f"at most {left}, at least {point.lower_bound:,}; {closed} or more closed"
