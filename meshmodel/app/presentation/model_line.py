"""One line about a model: what it holds and what matters in it, in parts that fit any width."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from meshmodel.answers.causes import Counts, counts_of
from meshmodel.app.presentation.lenses import LENS_WORDS, LensName
from meshmodel.model.phrases import GLYPHS
from meshmodel.model.records import Snapshot
from meshmodel.model.text import counted, plural, shorten, width

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis
    from meshmodel.model.vocabulary import View

PartLook = Literal["", "title", "plain", "muted", "warning", "bad", "good"]
GAP = 2
"""Cells between two parts."""


@dataclass(frozen=True, slots=True)
class LinePart:
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


def model_parts(snapshot: Snapshot) -> list[LinePart]:
    """The name of a model, and how much is in it."""
    name = snapshot.about.name or "unnamed model"
    title, short = (f" {shorten(name, cells)} " for cells in (28, 14))
    tables = (snapshot.agent, "agent"), (snapshot.system, "system"), (snapshot.credential, "credential")
    nouns = " · ".join(counted(len(table), noun) for table, noun in tables)
    return [LinePart(title, "title", 3, short=(short,), last=0, runs="about"), LinePart(nouns, rank=9)]


def count_parts(
    built: "Analysis", designed: "Analysis", analysis: "Analysis", before: tuple[Counts, Counts] | None
) -> list[LinePart]:
    """The two numbers of a model, findings and unchecked paths; what is accepted is counted apart.

    Args:
        built: its analysis as built.
        designed: its analysis as designed.
        analysis: the one of them that is in force.
        before: the counts of both before the last edit.
    """
    now, other = counts_of(analysis), designed if analysis is built else built
    parts = [_findings(now), _paths(now, analysis.snapshot.open_questions)]
    if other is not analysis:
        view, paths = "planned" if other is designed else "built", counts_of(other).paths
        fewer = (f"→ {paths:,}",) if other is designed else ()
        parts.append(LinePart(f"({view}: {paths:,})", "plain", 5, short=fewer, last=1, runs="view"))
    if now.accepted:
        short = f"{GLYPHS['acceptance']} {now.accepted:,}"
        parts.append(
            LinePart(f"{now.accepted:,} accepted", "muted", 4, short=(short,), last=0, runs="findings")
        )
    change = "" if before is None else counts_of(built).since(before[0])
    if before is not None and not change:
        change = counts_of(designed).since(before[1])
        change = f"planned: {change}" if change else ""
    said = LinePart(f"{change} by the last edit", "warning", 7, short=(change,), last=2)
    return [*parts, said] if change else parts


def _findings(now: Counts) -> LinePart:
    """The findings by severity; in less room those of the highest alone, and the number of all last."""
    every = f"{now.main:,} {plural(now.main, 'finding')}"
    if not now.findings:
        return LinePart(every, "good", runs="findings")
    low = f" +{now.low:,} low" if now.low else ""
    listed = [f"{number:,} {each}" for each, number in now.findings.items() if each != "low"]
    said = [
        f"{every}: {' '.join(listed[:kept])}{' …' if kept < len(listed) else low}"
        for kept in range(len(listed), 0, -1)
    ]
    first, *shorter = [*said, f"{every}{low}"]
    return LinePart(first, "bad" if listed else "plain", 6, short=tuple(shorter), last=0, runs="findings")


def _paths(now: Counts, questions: int) -> LinePart:
    """How many paths are unchecked; where something is asked it is so in what is drawn, and no praise."""
    if now.paths:
        said = f"{now.paths:,} unchecked {plural(now.paths, 'path')}"
        return LinePart(
            f"✖ {said}", "bad", 2, short=(said, f"{now.paths:,} unchecked"), last=0, runs="findings"
        )
    if not questions:
        return LinePart("◆ 0 unchecked paths", "good", 2, short=("0 unchecked",), last=0, runs="findings")
    short = "0 unchecked in what is drawn", "0 unchecked drawn"
    every = f"0 unchecked paths in what is drawn · {counted(questions, 'open question')}"
    return LinePart(every, "plain", 7, short=short, last=0, runs="findings")


def right_parts(
    lens: LensName, view: "View", since: str, gone: str, *, is_drawing: bool, read_only: bool
) -> list[LinePart]:
    """How a model is looked at, and how it is kept.

    Args:
        lens: the lens in force.
        view: the view in force.
        since: what the model is compared with, if anything.
        is_drawing: whether it is being drawn.
        gone: what of it is gone, a file or a database; empty: nothing.
        read_only: whether edits are refused.
    """
    parts = []
    if since:
        name = f"since {shorten(since, 24)}"
        parts.append(LinePart(name, "warning", 2, right=True, short=("compared",), last=0))
    shows = LENS_WORDS[lens]
    if lens == "structure":
        parts.append(LinePart(f"show {shows}", "muted", 8, right=True, runs="lens"))
    else:
        parts.append(LinePart(f"show {shows}", "muted", 7, right=True, short=(lens,), last=0, runs="lens"))
    if view == "built":
        parts.append(LinePart("as built", "muted", right=True, runs="view"))
    else:
        short = ("with planned",)
        parts.append(
            LinePart("with planned checkpoints", "warning", 4, right=True, short=short, last=0, runs="view")
        )
    if is_drawing:
        parts.append(LinePart("drawing...", "warning", right=True))
    if gone:
        parts.append(LinePart(gone, "bad", right=True))
    elif read_only:
        parts.append(LinePart("read only", "warning", 1, right=True))
    else:
        parts.append(LinePart("saved", "muted", 8, right=True))
    return parts


def fitted(parts: Iterable[LinePart], room: int) -> list[LinePart]:
    """The parts as they fit into so many cells: those of the highest rank are shortened, or go, first."""
    found = list(parts)
    while found and needed(found) > room and any(part.rank for part in found):
        least = max(found, key=lambda part: part.rank)
        at = found.index(least)
        found[at : at + 1] = _shortened(least)
    return found


def _shortened(part: LinePart) -> list[LinePart]:
    """The part in fewer words; nothing where there are none."""
    if not part.short:
        return []
    text, *rest = part.short
    return [replace(part, text=text, short=tuple(rest), rank=part.rank if rest else part.last)]


def needed(parts: list[LinePart]) -> int:
    """The cells that parts take, with the gaps between them and one at the end."""
    return sum(width(part.text) for part in parts) + GAP * max(len(parts) - 1, 0) + 1
