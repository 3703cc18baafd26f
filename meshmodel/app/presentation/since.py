"""The model on the screen compared with an earlier one: what is marked on the canvas, and the list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from meshmodel.answers.diff.compare import compare
from meshmodel.answers.diff.sections import row_table, sections
from meshmodel.answers.diff.text import summary_words, verdict_words
from meshmodel.answers.lines import Line, Look, heading, note_row
from meshmodel.edits.edit import difference
from meshmodel.exporters.diagram.diff_view import diff_view, tone_of
from meshmodel.model.phrases import VIEWS, phrase
from meshmodel.model.records import Reference, Snapshot
from meshmodel.model.stop import NEVER, Stop
from meshmodel.model.vocabulary import Severity

if TYPE_CHECKING:
    from meshmodel.analysis.analysis import Analysis

SIGNS: Final = {"added": "+", "removed": "-", "changed": "~"}
_HEAD: Final = 12
"""Cells of the words before the others, so that these begin in one column."""
_SEVERITIES: Final = frozenset[str](get_args(Severity))


@dataclass(frozen=True, slots=True, eq=False)
class Since:
    """What the model on the screen is compared with: its name, in a line, and the model."""

    name: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class CanvasComparison:
    """A comparison on the canvas.

    Attributes:
        both: the model with what was removed, for drawing alone.
        signs: one of ``SIGNS`` for each record that differs in more than its place.
        shown: these records, and the ends of the steps among them.
    """

    both: Snapshot
    signs: Mapping[Reference, str]
    shown: frozenset[Reference]

    @property
    def says(self) -> str:
        """How many of each, with their signs."""
        signs = list(self.signs.values())
        told = [f"{sign} {signs.count(sign)} {word}" for word, sign in SIGNS.items() if sign in signs]
        return ", ".join(told) or "nothing"

    def words_of(self, reference: Reference, why: str) -> str:
        """What is said of a record that is drawn and not in the model, and why; empty where none is."""
        sign, record = self.signs.get(reference), self.both.get(*reference)
        if sign is None or record is None:
            return ""
        return f"{sign} {phrase(record)}: {why}"


def mark(old: Snapshot, new: Snapshot) -> CanvasComparison:
    """What the canvas shows of a comparison; nothing is analysed for it."""
    both, lighting = diff_view(old, new)
    tones = {
        (table, key): tone_of(table, before, after) for table, key, before, after in difference(old, new)
    }
    nodes = (each.partition(":") for each in lighting.nodes)
    shown: set[Reference] = {(table, key) for table, _, key in nodes}
    shown |= {(kind, (start, end)) for kind, start, end in lighting.steps}
    signs: dict[Reference, str] = {key: SIGNS[tone] for key, tone in tones.items() if tone is not None}
    return CanvasComparison(both, signs, frozenset(shown | signs.keys()))


def compared_lines(since: Since, new: "Analysis", stop: Stop = NEVER) -> tuple[Line, ...]:
    """What ``meshmodel diff`` tells of the two, but for the fix, as a list; any thread may ask.

    Args:
        since: the model before.
        new: the analysis of the model after.
        stop: asked now and then.

    Raises:
        Stopped: it is to stop.
    """
    from meshmodel.analysis.analysis import analyse

    old = analyse(since.snapshot, view=new.view, today=new.today)
    for part in ("summary", "doors", "findings"):
        stop.check()
        getattr(old, part)
    diff = compare(old, new, stop=stop)
    lines = [
        note_row(f"since {since.name}, {VIEWS[diff.view]}: {summary_words(diff)}"),
        note_row(verdict_words(diff), diff.worst or "muted"),
    ]
    for section in sections(diff, old, new, shown=None, stop=stop):
        lines.append(heading(section.heading))
        for number, row in enumerate(row_table(section).rows):
            lines.append(Line((section.title, number), _words(*map(str, row.made)), row.leads_to, _HEAD + 4))
    return tuple(lines)


def _words(sign: str, head: str, words: str) -> tuple[tuple[str, Look], ...]:
    look: Look = head if head in _SEVERITIES and sign in "+~" else "muted"  # type: ignore[assignment]  # a severity
    return (f"{sign} ", "bold"), (f"{head.ljust(_HEAD)}  ", look), (words, "")
