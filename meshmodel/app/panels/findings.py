"""The findings of the view in force, one cause a row, and what was accepted of them."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from weakref import WeakKeyDictionary

from textual.binding import Binding, BindingType
from textual.content import Content, Span

from meshmodel.analysis.results import Door, Finding, Summary
from meshmodel.app.messages import CommandRequested, FindingOpened
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.lazy_sequence import Lazily
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import Row, heading, saying
from meshmodel.app.widgets.search_text import Common, Searched
from meshmodel.model.records import Acceptance
from meshmodel.model.text import pad, shorten
from meshmodel.model.vocabulary import highest
from meshmodel.reports.acceptances import accepted_words, unmatched_acceptances
from meshmodel.reports.causes import DOOR, Cause, causes_of, is_accepted

if TYPE_CHECKING:
    from meshmodel.api import Analysis

SEVERITY_STYLES = {"critical": "bold $error", "high": "$error", "medium": "$warning", "low": "$text-muted"}
_NAMED = 40
"""So many agents of a door are named in its row, which no screen shows in full."""
_Key = tuple[str, str]
_Basis = tuple[Finding, Door | None]


def severity_sign(finding: Finding) -> str:
    """✖ where a checkpoint is missing, ▲ otherwise; the word of the severity stands beside it."""
    if is_accepted(finding):
        return "≈"
    if finding.rule == DOOR:
        return "✖"
    return "▲"


def finding_row(
    cause: Cause, doors: Mapping[str, Door], *, unfolded: bool = False, below: bool = False
) -> Row:
    """One row: sign, severity, subject, what it is about, and how many other rules say the same.

    The severity is the highest of all that the row says, as the header counts it; that of the finding itself
    is told beside where it is another one. ``unfolded``: those others have rows of their own; ``below``:
    this is one of them.
    """
    finding = cause.finding
    sign = severity_sign(finding)
    subject = " ▸ ".join(finding.subject.split(">"))
    about, agents, also = _about(cause, doors, unfolded=unfolded)
    if agents:
        more = len(agents) - _NAMED
        names = ", ".join(agents[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        about[1:1] = [names]
    others = f"+{len(cause.also)}" if also else ""
    severity = finding.severity if unfolded else cause.severity
    settled = is_accepted(finding) if unfolded else cause.is_settled
    style = "$text-muted" if settled else SEVERITY_STYLES[severity]
    pieces = [
        (f"{'  ' if below else ''}{sign} {severity:<8} ", style),
        (f"{others:<3}", "$text-muted"),
        (_column(subject, 24 if below else 26) + " ", "" if is_accepted(finding) else "bold"),
        ("  ".join(about), ""),
    ]
    if finding.accepted is not None:
        words = accepted_words(finding.accepted)
        pieces.append((f"  {words}", "$warning" if finding.accepted.open else "$text-muted"))
    if also:
        pieces.append((f"  {also}", "$text-muted"))
    return Row((finding.rule, finding.subject), _content(tuple(pieces)), finding)


def finding_searched(
    cause: Cause, doors: Mapping[str, Door], common: Callable[[tuple[str, ...]], Common], *, unfolded: bool
) -> Searched:
    """What a filter looks in: all that the row says, the messages, and the names of all agents of a door.

    Arguments:
        cause: that of the row.
        doors: by their subjects.
        common: what rows with the same agents have in common.
        unfolded: whether what other rules say has rows of its own.
    """
    finding = cause.finding
    about, agents, also = _about(cause, doors, unfolded=unfolded)
    said = [f"{each.severity} {each.rule} {each.message}" for each in (finding, *cause.also)]
    said += finding.subject, *about, also
    if finding.accepted is not None:
        said.append(accepted_words(finding.accepted))
    return Searched(" ".join(said).casefold(), common(agents) if agents else None)


def _about(
    cause: Cause, doors: Mapping[str, Door], *, unfolded: bool
) -> tuple[list[str], tuple[str, ...], str]:
    """What a row is about in parts, who comes to its door, and what other rules say that it stands for."""
    finding = cause.finding
    door = doors.get(finding.subject) if finding.rule == DOOR else None
    about = [finding.rule.replace("-", " ") if door is None else ", ".join(door.actions)]
    if not unfolded and cause.also and cause.severity != finding.severity:
        about.append(f"(itself {finding.severity})")
    also = ""
    if cause.also and not unfolded:
        also = f"also {', '.join(sorted({_rule_words(each, finding) for each in cause.also}))}"
    return about, () if door is None else door.agents, also


def _rule_words(finding: Finding, under: Finding) -> str:
    """What a row says of a rule folded under it: its severity too where that is the higher one."""
    words = finding.rule.replace("-", " ")
    is_higher = highest((finding.severity, under.severity)) != under.severity
    return f"{finding.severity} {words}" if is_higher else words


@lru_cache(maxsize=4_096)
def _column(subject: str, room: int) -> str:
    return pad(shorten(subject, 34), room)


@lru_cache(maxsize=4_096)
def _content(pieces: tuple[tuple[str, str], ...]) -> Content:
    """What is shown, put together once: after an edit most rows of a long list are as before."""
    spans, end = [], 0
    for text, style in pieces:
        start, end = end, end + len(text)
        if style:
            spans.append(Span(start, end, style))
    return Content("".join(text for text, _ in pieces), spans, strip_control_codes=False)


def lost_acceptances(shown: WorkbenchState) -> list[Acceptance]:
    """The acceptances whose finding is there neither as built nor as designed, by rule and subject."""
    if shown.built is None or shown.designed is None:
        return []
    return unmatched_acceptances({id(each): each for each in (shown.built, shown.designed)}.values())


def none_lines(summary: Summary) -> list[str]:
    """What is true where nothing is found: no checkpoint is missing, and how each crossing is settled."""
    lines = ["no findings: no checkpoint is missing"]
    if not summary.crossings:
        return [*lines, "nothing crosses a zone"]
    crossings = f"{summary.crossings:,} crossing{'' if summary.crossings == 1 else 's'}"
    controlled = summary.crossings - summary.approved - summary.uncontrolled
    parts = ((summary.approved, "approved by intents"), (controlled, "controlled by checkpoints"))
    return [*lines, *(f"{number:,} of {crossings} {how}" for number, how in parts if number)]


class FindingsList(Listing, Bound):
    """All findings of the view in force, by severity; choosing one lights its witness.

    What is accepted stands below, with who, until when and why; then acceptances whose finding is gone.
    Space shows what other rules say of the same cause in rows of their own.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "unfold", "unfold", show=False)]
    one_line = True
    _basis: "tuple[Analysis | None, Analysis | None, bool, str, frozenset[_Key]] | None" = None
    _shown: WorkbenchState | None = None
    _unfolded: frozenset[_Key] = frozenset()
    _made: "_Made | None" = None

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

    def follow(self, shown: WorkbenchState) -> None:
        """Show the findings of this; that they are being computed, or why they could not be."""
        other = shown.designed if shown.view == "built" else shown.built
        basis = shown.analysis, other, shown.is_current, shown.problem, self._unfolded
        if basis == self._basis:
            return
        self._basis, self._shown = basis, shown
        self.show_rows(self._rows(shown))

    def _rows(self, shown: WorkbenchState) -> Lazily[Row]:
        """The rows, each made when it is first seen: an edit can leave two thousand as they were."""
        entries: list[_Entry] = []
        made = _Made(shown, self._made)
        if shown.analysis is None or shown.problem:
            why = saying(shown.why_nothing)
            return made.rows([why], [why.key])
        if not shown.is_current:
            entries.append(saying(f"{shown.why_nothing} these are from before the last edit"))
        if not shown.analysis.findings:
            entries += [saying(text) for text in none_lines(shown.analysis.summary)]
        self._made = made
        below: list[_Entry] = []
        lost = lost_acceptances(shown)
        if lost:
            below.append(heading(f"accepted, but found no more: {len(lost)}"))
        below += [_lost_row(record) for record in lost]
        placed = _placed(shown.analysis, self._unfolded) if self._unfolded else []
        ready = Ready(placed, _keys(placed)) if self._unfolded else ready_rows(shown.analysis)
        keys = [*_keys(entries), *ready.keys, *_keys(below)]
        return made.rows([*entries, *ready.entries, *below], keys)

    def action_unfold(self) -> None:
        """Show or hide the rows of the other rules that speak of the same cause."""
        row = self.rows.row
        if row is None or self._shown is None or not isinstance(row.value, Finding):
            return
        self._unfolded ^= {(row.value.rule, row.value.subject)}
        self.follow(self._shown)

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


class _Place(NamedTuple):
    """A cause in the list; whether what other rules say of it stands below, or it is one of those."""

    cause: Cause
    unfolded: bool = False
    below: bool = False


_Entry = Row | _Place


class Ready(NamedTuple):
    """What rows are made of, and their keys."""

    entries: Sequence[_Entry]
    keys: Sequence[Hashable]


_READY: "WeakKeyDictionary[Analysis, Ready]" = WeakKeyDictionary()


def ready_rows(analysis: "Analysis") -> Ready:
    """What the rows of an analysis are made of, worked out once; any thread may ask for it first."""
    found = _READY.get(analysis)
    if found is None:
        entries = _placed(analysis, frozenset())
        found = _READY[analysis] = Ready(entries, _keys(entries))
    return found


def _keys(entries: Sequence[_Entry]) -> list[Hashable]:
    return [
        each.key if isinstance(each, Row) else (each.cause.finding.rule, each.cause.finding.subject)
        for each in entries
    ]


def _placed(analysis: "Analysis", unfolded: frozenset[_Key]) -> list[_Entry]:
    """The causes in their order, what is accepted below the others; unfolded ones with what else they say."""
    entries: list[_Entry] = []
    settled: list[Cause] = []
    still: list[Cause] = []
    for cause in causes_of(analysis):
        (settled if cause.is_settled else still).append(cause)
    for part in (still, settled):
        if part is settled and settled:
            entries.append(heading(f"accepted: {len(settled)}"))
        for cause in part:
            is_unfolded = bool(unfolded) and (cause.finding.rule, cause.finding.subject) in unfolded
            entries.append(_Place(cause, unfolded=is_unfolded))
            if is_unfolded:
                entries += [_Place(Cause(each), below=True) for each in cause.also]
    return entries


class _Made:
    """The rows of the findings of one analysis, as far as they were made; most are as before an edit."""

    def __init__(self, shown: WorkbenchState, before: "_Made | None") -> None:
        self._analysis = shown.analysis
        self.known: dict[_Key, tuple[_Basis, Row]] = {}
        self._before = {} if before is None else before.known
        self._common: dict[int, Common] = {}

    def rows(self, entries: Sequence[_Entry], keys: Sequence[Hashable]) -> Lazily[Row]:
        """The rows of a list."""
        return Lazily(len(keys), lambda at: self._row(entries[at]), keys, lambda at: self._look(entries[at]))

    @cached_property
    def _doors(self) -> Mapping[str, Door]:
        return {} if self._analysis is None else {door.subject: door for door in self._analysis.doors}

    def _common_to(self, agents: tuple[str, ...]) -> Common:
        """What those rows have in common whose doors have the very same agents: most have."""
        found = self._common.get(id(agents))  # which nothing else has while they are kept there
        if found is None:
            found = self._common[id(agents)] = Common(agents)
        return found

    def _look(self, entry: _Entry) -> Searched | None:
        if isinstance(entry, Row):
            return entry.searched
        return finding_searched(entry.cause, self._doors, self._common_to, unfolded=entry.unfolded)

    def _row(self, entry: _Entry) -> Row:
        """The row of a cause, or of what another rule says of the one above."""
        if isinstance(entry, Row):
            return entry
        cause, unfolded, below = entry
        if cause.also or unfolded or below:
            return finding_row(cause, self._doors, unfolded=unfolded, below=below)
        finding = cause.finding
        key = finding.rule, finding.subject
        basis = finding, self._doors.get(finding.subject)
        known = self._before.get(key)
        if known is None or known[0] != basis:
            known = basis, finding_row(cause, self._doors)
        self.known[key] = known
        return known[1]


def lost_words(record: Acceptance) -> str:
    """An acceptance whose finding is gone, in full."""
    what = f"{record.rule.replace('-', ' ')} of {record.subject}"
    by = f"{record.by} until {record.until.isoformat()}: {record.reason}"
    return f"{what}: found no more; accepted by {by}"


def _lost_row(record: Acceptance) -> Row:
    subject = " ▸ ".join(record.subject.split(">"))
    said = f"until {record.until.isoformat()} by {record.by}: {record.reason}"
    pieces = (
        ("≈ accepted    ", "$text-muted"),
        (_column(subject, 26) + " ", ""),
        (record.rule.replace("-", " "), ""),
        (f"  {said}", "$text-muted"),
    )
    key = ("acceptance", record.rule, record.subject)
    return Row(key, _content(pieces), record, f"accepted {record.rule} {record.subject} {said}")
