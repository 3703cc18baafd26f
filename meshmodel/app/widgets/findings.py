"""The findings of the view in force, one cause a row."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from textual.content import Content, Span

from meshmodel.analysis.results import Door, Finding
from meshmodel.app.messages import FindingOpened, Shown
from meshmodel.app.widgets.listing import Listing
from meshmodel.app.widgets.rows import Row
from meshmodel.exporters.folding import DOOR, Cause, fold
from meshmodel.model.text import pad, shorten

if TYPE_CHECKING:
    from meshmodel.api import Analysis

SEVERITY_STYLES = {"critical": "bold $error", "high": "$error", "medium": "$warning", "low": "$text-muted"}


def severity_sign(finding: Finding, *, is_ascii: bool) -> str:
    """✖ where a checkpoint is missing, ▲ otherwise; the word of the severity stands beside it."""
    if finding.rule == DOOR:
        return "x" if is_ascii else "✖"
    return "^" if is_ascii else "▲"


def finding_row(cause: Cause, doors: dict[str, Door], *, is_ascii: bool) -> Row:
    """One row: sign, severity, subject, what it is about, and how many other rules say the same."""
    finding = cause.finding
    sign = severity_sign(finding, is_ascii=is_ascii)
    arrow = " > " if is_ascii else " ▸ "
    subject = arrow.join(finding.subject.split(">"))
    door = doors.get(finding.subject) if finding.rule == DOOR else None
    if door is not None:
        about = f"{', '.join(door.actions)}  {', '.join(door.agents)}"
    else:
        about = finding.rule.replace("-", " ")
    pieces = [
        (f"{sign} {finding.severity:<8} ", SEVERITY_STYLES[finding.severity]),
        (_column(subject) + " ", "bold"),
        (about, ""),
    ]
    if cause.also:
        rules = ", ".join(sorted({each.rule.replace("-", " ") for each in cause.also}))
        pieces.append((f"  also {rules}", "$text-muted"))
    if finding.accepted is not None:
        state = "accepted" if not finding.accepted.open else "was accepted, open again"
        pieces.append((f"  {state} by {finding.accepted.by}", "$text-muted"))
    text = f"{finding.severity} {finding.rule} {finding.subject} {about} {finding.message}"
    return Row((finding.rule, finding.subject), _content(tuple(pieces)), finding, text)


@lru_cache(maxsize=4_096)
def _column(subject: str) -> str:
    return pad(shorten(subject, 34), 26)


@lru_cache(maxsize=4_096)
def _content(pieces: tuple[tuple[str, str], ...]) -> Content:
    """What is shown, put together once: after an edit most rows of a long list are as before."""
    spans, end = [], 0
    for text, style in pieces:
        start, end = end, end + len(text)
        if style:
            spans.append(Span(start, end, style))
    return Content("".join(text for text, _ in pieces), spans, strip_control_codes=False)


class FindingsList(Listing):
    """All findings of the view in force, by severity; choosing one lights its witness."""

    nothing = "no findings: nothing crosses a zone unasked"
    _basis: "tuple[Analysis | None, bool] | None" = None

    def on_mount(self) -> None:
        """One cause is one row."""
        self.rows.add_class("-one-line")

    @property
    def first(self) -> Finding | None:
        """The finding under the cursor, at first the most severe one."""
        row = self.rows.row
        return row.value if row is not None and isinstance(row.value, Finding) else None

    def follow(self, shown: Shown) -> None:
        """Show the findings of this."""
        basis = shown.analysis, shown.ascii
        if shown.analysis is None or basis == self._basis:
            return
        self._basis = basis
        causes = fold(shown.analysis.findings)
        doors = {door.subject: door for door in shown.analysis.doors}
        self.show_rows([finding_row(cause, doors, is_ascii=shown.ascii) for cause in causes])

    def chosen(self, value: Any) -> None:
        """Open the finding."""
        self.post_message(FindingOpened(value))

    def pointed(self, value: Any) -> None:
        """Walking the list opens each finding as it goes."""
        if value is not None:
            self.post_message(FindingOpened(value))
