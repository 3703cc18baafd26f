"""The findings of the view in force, one cause a row, and what was accepted of them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

from textual.binding import Binding, BindingType
from textual.content import Content

from meshmodel.analysis.results import Door, Finding
from meshmodel.app.messages import CommandRequested, FindingOpened
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import Row, Searched, heading, line, saying
from meshmodel.model.records import Acceptance
from meshmodel.model.text import pad, shorten
from meshmodel.reports.acceptances import acceptance_words, unmatched_acceptances
from meshmodel.reports.cause_words import (
    cause_words,
    rule_words,
    severity_sign,
    subject_words,
    words_of_none,
)
from meshmodel.reports.causes import Cause, causes_of, is_accepted

if TYPE_CHECKING:
    from meshmodel.api import Analysis

SEVERITY_STYLES = {"critical": "bold $error", "high": "$error", "medium": "$warning", "low": "$text-muted"}
_NAMED = 40
"""So many agents of a door are named in its row, which no screen shows in full."""
_Key = tuple[str, str]


class FindingsList(Listing, Bound):
    """All findings of the view in force, by severity; choosing one lights its witness.

    What is accepted stands below, with who, until when and why; then acceptances whose finding is gone.
    Space shows what other rules say of the same cause in rows of their own.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "unfold", "unfold", show=False)]
    one_line = True
    _unfolded: frozenset[_Key] = frozenset()

    @property
    def first(self) -> Finding | None:
        """The finding under the cursor, at first the most severe one."""
        row = self.rows.row
        return row.value if row is not None and isinstance(row.value, Finding) else None

    @property
    def acceptance(self) -> Acceptance | None:
        """The acceptance under the cursor whose finding is gone."""
        row = self.rows.row
        return row.value if row is not None and isinstance(row.value, Acceptance) else None

    def basis(self, shown: WorkbenchState) -> object:
        """Both analyses, and what is unfolded."""
        return shown.view, shown.built, shown.designed, shown.is_current, shown.problem, self._unfolded

    def show_state(self, shown: WorkbenchState) -> None:
        """Show the findings of this; that they are being computed, or why they could not be."""
        analysis = shown.analysis
        if analysis is None or shown.problem:
            self.show_rows([saying(shown.why_nothing)])
            return
        rows = []
        if not shown.is_current:
            rows.append(saying(f"{shown.why_nothing} these are from before the last edit"))
        if not analysis.findings:
            rows += map(saying, words_of_none(analysis.summary))
        rows += cause_rows(analysis, self._unfolded) if self._unfolded else ready_rows(analysis)
        both = (shown.built, shown.designed)
        if None not in both:
            analyses = {id(each): each for each in both if each is not None}
            lost = unmatched_acceptances(analyses.values())
            if lost:
                rows += [heading(f"accepted, but found no more: {len(lost)}"), *map(_lost_row, lost)]
        self.show_rows(rows)

    def action_unfold(self) -> None:
        """Show or hide the rows of the other rules that speak of the same cause."""
        row = self.rows.row
        if row is None or self.shown is None or not isinstance(row.value, Finding):
            return
        self._unfolded ^= {(row.value.rule, row.value.subject)}
        self.follow(self.shown)

    def chosen(self, value: Any) -> None:
        """Open the finding, or the acceptance of one that is gone."""
        self.post_message(
            CommandRequested("accept") if isinstance(value, Acceptance) else FindingOpened(value)
        )

    def pointed(self, value: Any) -> None:
        """Walking the list opens each finding as it goes; where that is gone, none is open."""
        self.post_message(FindingOpened(value if isinstance(value, Finding) else None))

    def pointed_at_none(self) -> None:
        """Where the filter leaves none, none is open."""
        self.post_message(FindingOpened(None))


_READY: "WeakKeyDictionary[Analysis, list[Row]]" = WeakKeyDictionary()


def ready_rows(analysis: "Analysis") -> list[Row]:
    """The rows of an analysis with nothing unfolded, made once; any thread may ask for them first."""
    found = _READY.get(analysis)
    if found is None:
        found = _READY[analysis] = cause_rows(analysis, frozenset())
    return found


def cause_rows(analysis: "Analysis", unfolded: frozenset[_Key]) -> list[Row]:
    """The causes in their order, what is accepted below the others; unfolded ones with what else they say."""
    doors = {door.subject: door for door in analysis.doors}
    shared: dict[int, str] = {}

    def rows(causes: Iterable[Cause]) -> Iterator[Row]:
        for cause in causes:
            is_unfolded = bool(unfolded) and (cause.finding.rule, cause.finding.subject) in unfolded
            yield _row(cause, doors, shared, unfolded=is_unfolded)
            if is_unfolded:
                yield from (_row(Cause(each), doors, shared, below=True) for each in cause.also)

    settled = [cause for cause in causes_of(analysis) if cause.is_settled]
    found = [*rows(cause for cause in causes_of(analysis) if not cause.is_settled)]
    return [*found, heading(f"accepted: {len(settled)}"), *rows(settled)] if settled else found


def _row(
    cause: Cause,
    doors: Mapping[str, Door],
    shared: dict[int, str],
    *,
    unfolded: bool = False,
    below: bool = False,
) -> Row:
    """The row of a cause, or of what another rule says of the one above.

    Args:
        cause: that of the row.
        doors: by their subjects.
        shared: the names of agents as one text, by the ``id`` of the agents: most doors have the same.
        unfolded: whether those others have rows of their own.
        below: whether this is one of them.
    """
    finding = cause.finding
    content = partial(_content, cause, doors, unfolded=unfolded, below=below)
    search = partial(_searched, cause, doors, shared, unfolded=unfolded)
    return Row((finding.rule, finding.subject), content, finding, search)


def _content(cause: Cause, doors: Mapping[str, Door], *, unfolded: bool, below: bool) -> Content:
    """Sign, severity, how many other rules say the same, subject, what it is about, and what they say."""
    finding, words = cause.finding, cause_words(cause, doors, unfolded=unfolded)
    about = [*words.about]
    if words.agents:
        more = len(words.agents) - _NAMED
        about.insert(1, ", ".join(words.agents[:_NAMED]) + (f" and {more} more" if more > 0 else ""))
    accepted_style = "$warning" if finding.accepted is not None and finding.accepted.open else "$text-muted"
    return line(
        (
            f"{'  ' if below else ''}{severity_sign(finding)} {words.severity:<8} ",
            "$text-muted" if words.is_settled else SEVERITY_STYLES[words.severity],
        ),
        (f"{f'+{words.others}' if words.others else '':<3}", "$text-muted"),
        (_column(finding.subject, 24 if below else 26), "" if is_accepted(finding) else "bold"),
        "  ".join(about),
        (words.accepted and f"  {words.accepted}", accepted_style),
        (words.also and f"  {words.also}", "$text-muted"),
    )


def _searched(cause: Cause, doors: Mapping[str, Door], shared: dict[int, str], *, unfolded: bool) -> Searched:
    """All that the row says, the messages, and the names of all agents of a door."""
    words = cause_words(cause, doors, unfolded=unfolded)
    said = [f"{each.severity} {each.rule} {each.message}" for each in (cause.finding, *cause.also)]
    text = " ".join([*said, cause.finding.subject, *words.about, words.also, words.accepted])
    names = shared.get(id(words.agents))  # nothing else has that id while the doors are kept
    if names is None:
        names = shared[id(words.agents)] = ", ".join(words.agents).casefold()
    return Searched(text.casefold(), names)


def _column(subject: str, room: int) -> str:
    return pad(shorten(subject_words(subject), 34), room) + " "


def _lost_row(record: Acceptance) -> Row:
    said = acceptance_words(record)
    content = line(
        ("≈ accepted    ", "$text-muted"),
        _column(record.subject, 26),
        rule_words(record.rule),
        (f"  {said}", "$text-muted"),
    )
    key = ("acceptance", record.rule, record.subject)
    return Row(key, content, record, f"accepted {record.rule} {record.subject} {said}")
