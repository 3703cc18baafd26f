"""One line about a model: what it holds and what matters in it, in parts that fit any width."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from meshmodel.analysis.results import Summary
from meshmodel.answers.causes import accepted_counts, open_counts
from meshmodel.model.phrases import GLYPHS
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.text import counted, shorten, width
from meshmodel.model.vocabulary import Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.model.vocabulary import View

PartLook = Literal["", "title", "plain", "muted", "warning", "bad", "good"]
GAP = 2
"""Cells between two parts."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some words of the line; parts of a higher rank go first where there is little room."""

    text: str
    look: PartLook = ""
    rank: int = 0
    right: bool = False
    short: tuple[str, ...] = ()
    """What is said in its place before it goes, from the longest."""
    last: int = 4
    """The rank of the shortest of these; 0 never goes."""
    runs: str = ""
    """The command that a click on it runs."""


def model_parts(snapshot: Snapshot) -> list[Part]:
    """The name of a model, and how much is in it."""
    name = snapshot.about.name or "unnamed model"
    title, short = (f" {shorten(name, cells)} " for cells in (28, 14))
    tables = (snapshot.agent, "agent"), (snapshot.system, "system"), (snapshot.credential, "credential")
    nouns = " · ".join(counted(len(table), noun) for table, noun in tables)
    return [Part(title, "title", 3, short=(short,), last=0, runs="about"), Part(nouns, rank=6)]


def count_parts(
    built: "Analysis", designed: "Analysis", analysis: "Analysis", before: tuple[Summary, Summary] | None
) -> list[Part]:
    """What matters in a model; what is accepted is counted apart.

    Args:
        built: its analysis as built.
        designed: its analysis as designed.
        analysis: the one of them that is in force.
        before: the counts of both before the last edit.
    """
    accepted, _ = accepted_counts(analysis)
    missing = built.summary.missing - accepted_counts(built)[1]
    parts = [_none_missing(built.snapshot.open_questions)]
    if missing:
        said = f"✖ {missing:,} missing"
        every = f"{said} · {counted(built.summary.uncontrolled, 'uncontrolled crossing')}"
        parts = [Part(every, "bad", 7, short=(said,), last=0, runs="findings")]
    planned = f"{designed.summary.missing - accepted_counts(designed)[1]:,}"
    parts.append(Part(f"designed {planned}", "plain", 2, short=(f"→ {planned}",), last=1, runs="view"))
    if accepted:
        short = f"{GLYPHS['acceptance']} {accepted:,}"
        parts.append(Part(f"{accepted:,} accepted", "muted", 4, short=(short,), last=0, runs="findings"))
    counts = open_counts(analysis)
    if counts:
        every, *fewer = open_rows(counts)
        parts.append(Part(every, "plain", 6 if fewer else 1, short=tuple(fewer), last=1, runs="findings"))
    change = delta(before and before[0], built.summary)
    if not change:
        change = delta(before and before[1], designed.summary)
        change = f"designed {change}" if change else ""
    told = Part(f"{change} by the last edit", "warning", 7, short=(change,), last=2)
    return [*parts, told] if change else parts


def _none_missing(questions: int) -> Part:
    """That no checkpoint is missing; where something is asked it is so in what is drawn, and no praise."""
    if not questions:
        return Part("◆ 0 missing", "good", runs="findings")
    every = f"0 missing in what is drawn · {counted(questions, 'open question')}"
    return Part(
        every, "plain", 7, short=("0 missing in what is drawn", "0 missing drawn"), last=0, runs="findings"
    )


def right_parts(
    lens: str, view: "View", since: str, *, is_drawing: bool, is_lost: bool, read_only: bool
) -> list[Part]:
    """How a model is looked at, and how it is kept.

    Args:
        lens: the lens in force.
        view: the view in force.
        since: what the model is compared with, if anything.
        is_drawing: whether it is being drawn.
        is_lost: whether its file is gone.
        read_only: whether edits are refused.
    """
    parts = []
    if since:
        name = f"since {shorten(since, 24)}"
        parts.append(Part(name, "warning", 2, right=True, short=("compared",), last=0))
    if lens == "structure":
        parts.append(Part("lens structure", "muted", 5, right=True, runs="lens"))
    else:
        parts.append(Part(f"lens {lens}", "muted", 3, right=True, short=(lens,), last=0, runs="lens"))
    parts.append(Part(f"as {view}", "muted" if view == "built" else "warning", right=True, runs="view"))
    if is_drawing:
        parts.append(Part("drawing...", "warning", right=True))
    if is_lost:
        parts.append(Part("file gone", "bad", right=True))
    elif read_only:
        parts.append(Part("read only", "warning", 1, right=True))
    else:
        parts.append(Part("saved", "muted", 4, right=True))
    return parts


def fitted(parts: Iterable[Part], room: int) -> list[Part]:
    """The parts as they fit into so many cells: those of the highest rank are shortened, or go, first."""
    found = list(parts)
    while found and needed(found) > room and any(part.rank for part in found):
        least = max(found, key=lambda part: part.rank)
        at = found.index(least)
        found[at : at + 1] = _shortened(least)
    return found


def _shortened(part: Part) -> list[Part]:
    """The part in fewer words; nothing where there are none."""
    if not part.short:
        return []
    text, *rest = part.short
    return [replace(part, text=text, short=tuple(rest), rank=part.rank if rest else part.last)]


def needed(parts: list[Part]) -> int:
    """The cells that parts take, with the gaps between them and one at the end."""
    return sum(width(part.text) for part in parts) + GAP * max(len(parts) - 1, 0) + 1


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
