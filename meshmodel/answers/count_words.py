"""Counts: controlled crossings, open findings by severity, what an edit did to missing checkpoints."""

from collections.abc import Mapping

from meshmodel.analysis.results import Summary
from meshmodel.model.vocabulary import Severity


def controlled(summary: Summary) -> int:
    """How many crossings have a checkpoint that counts on every way."""
    return summary.crossings - summary.uncontrolled - summary.approved


def open_rows(counts: Mapping[Severity, int]) -> tuple[str, ...]:
    """How many open rows there are by severity: all, then ever fewer of the highest, and … for the rest."""
    every = [f"{number:,} {severity}" for severity, number in counts.items()]
    return tuple(
        f"open: {' · '.join(every[:kept])}{' …' if kept < len(every) else ''}"
        for kept in range(len(every), 0, -1)
    )


def delta(before: Summary | None, after: Summary | None) -> str:
    """What an edit did to the number of missing checkpoints: ``▲+1``, ``▼−2``, or nothing."""
    if before is None or after is None or before.missing == after.missing:
        return ""
    change = after.missing - before.missing
    return f"▲+{change:,}" if change > 0 else f"▼−{-change:,}"
