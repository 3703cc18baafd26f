"""The way that is lit, told in words: who, as which identity, from where, and whether anybody asks."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from textual.content import Content
from textual.widget import Widget

from meshmodel.analysis.results import Explanation, Finding, WitnessStep
from meshmodel.analysis.rules.base import MOST_LIT
from meshmodel.app.messages import SelectionRequested, Shown
from meshmodel.app.panels.findings import SEVERITY_STYLES, severity_sign
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import Row
from meshmodel.app.trace_state import event_words
from meshmodel.model.phrases import phrase
from meshmodel.model.records import Reference
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.text import width
from meshmodel.reports.acceptances import accepted_words


def reference_of(step: WitnessStep) -> Reference | None:
    """The record behind a step of a witness; an implied action has none."""
    if step.step == "implies":
        return None
    return step.step, (step.from_.partition(":")[2], step.to.partition(":")[2])


def lit_by(explanation: Explanation) -> frozenset[Reference]:
    """The records of a way: its steps, and the elements that they join."""
    found: set[Reference] = {("agent", explanation.agent)}
    if explanation.source is not None:
        found.add(("system", explanation.source))
    for step in explanation.steps:
        reference = reference_of(step)
        if reference is not None:
            found.add(reference)
        for node in (step.from_, step.to):
            table, _, key = node.partition(":")
            found.add((table, key))
    return frozenset(found)


def lit_by_finding(finding: Finding) -> frozenset[Reference]:
    """The records that a finding names, with the elements that its relations join: where no way leads."""
    found: set[Reference] = set(finding.about)
    for table, key in finding.about:
        if isinstance(key, tuple) and table in STEP_ENDS:
            found.update(zip(STEP_ENDS[table], key, strict=True))
    return frozenset(found)


def what_is_lit(finding: Finding) -> str:
    """What is lit of a finding without a way: of very many records of a kind it names the first ones."""
    if len(finding.about) >= MOST_LIT:
        (table, count) = Counter(table for table, _ in finding.about).most_common(1)[0]
        if table == "agent" and len(finding.agents) > count:
            return f"{count} of the {len(finding.agents)} agents it is about are lit"
        if count >= MOST_LIT and table != "agent":
            return f"the first {count} {table}s that it names are lit, and there may be more"
    return "what it names is lit"


def told_steps(explanation: Explanation) -> list[tuple[str, WitnessStep | None]]:
    """The sentences of a way, those of its steps with the step.

    Holding a credential and what an action implies are told with the step after or before.
    """
    steps = iter(step for step in explanation.steps if step.step not in {"hold", "implies"})
    found: list[tuple[str, WitnessStep | None]] = []
    for sentence in explanation.sentences:
        is_step = sentence[:1].isdigit() and bool(explanation.steps)
        found.append((sentence, next(steps, None) if is_step else None))
    return found


class How(Listing):
    """The steps as rows; the one under the cursor is selected on the canvas, and takes a checkpoint."""

    nothing = "what is chosen in a list is told here: a finding, a cell of the reach matrix, an event"

    def follow(self, shown: Shown) -> None:
        """Tell the way of this."""
        explanation, finding = shown.explanation, shown.finding
        rows: list[Row] = []
        if shown.traced is not None:
            said = event_words(shown.traced)
            rows += [
                Row(("event", text), Content.styled(text, "" if number else "bold"), indent=2)
                for number, text in enumerate(said)
            ]
        if finding is not None:
            rows.append(_words(finding.message, "bold"))
            if finding.accepted is not None:
                rows.append(_words(accepted_words(finding.accepted), "$text-warning"))
        if explanation is not None:
            for sentence, step in told_steps(explanation):
                if step is None:
                    rows.append(_words(sentence, "$text-muted" if rows else ""))
                else:
                    number = sentence.partition(" ")[0]
                    rows.append(Row(sentence, numbered(sentence), reference_of(step), indent=len(number) + 3))
            if not explanation.steps and explanation.why_not:
                rows.append(_words(explanation.why_not, "$text-muted"))
        elif finding is not None:
            rows.append(_words(f"no agent's way leads through it: {what_is_lit(finding)}", "$text-muted"))
        if finding is not None:
            rows += [  # no headings: the cursor scrolls to them
                Row(("below", text), Content.styled(text, "$text-muted"))
                for text in (finding.remedy, "; ".join(finding.references))
            ]
        self.show_rows(rows)

    def chosen(self, value: Any) -> None:
        """Show the step on the canvas."""
        if value is not None:
            self.post_message(SelectionRequested(value))

    def pointed(self, value: Any) -> None:
        """Show the step on the canvas."""
        self.post_message(SelectionRequested(value))


def _words(text: str, style: str) -> Row:
    return Row(("words", text), Content.styled(text, style), heading=True, said=True)


def numbered(text: str) -> Content:
    """A numbered sentence: its number set off, and whether anybody asks at its end."""
    number, _, words = text.partition(" ")
    before, missing, after = words.partition("✖")
    return Content.assemble(
        (f" {number} ", "bold $background on $primary"), f" {before}", (missing + after, "bold $error")
    )


MOST_ROWS: Final = 7
"""So many rows are taken at most: the list above is still to be seen."""


class Under(NamedTuple):
    """What is under the cursor of a list, in words; and whether it is the way that is open."""

    text: str
    is_open: bool = False


class Told(Widget):
    """The status row. On the smallest screens two: the open finding, and its steps.

    A gesture, or what an action has to say, takes the first row while it lasts. Where a list lies over the
    canvas there, what is under its cursor is told in full. What needs more rows gets them.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Told { height: 2; background: $surface; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Arguments: the widget's id."""
        super().__init__(id=id)
        self._shown: Shown | None = None
        self._rows = 0
        self.said = ""
        self.ask: Callable[[], Under | None] = lambda: None
        self.taking: Callable[[int], None] = lambda _rows: None
        """Hears how many rows are taken."""

    def follow(self, shown: Shown) -> None:
        """Tell this."""
        self._shown = shown
        self.tell()

    def say(self, text: str) -> None:
        """Say something in place of the finding; nothing for an empty text."""
        self.said = text
        self.tell()

    def on_resize(self) -> None:
        """Other rows may be needed."""
        self.tell()

    def tell(self) -> None:
        """Tell what is there to be told now, in as many rows as that needs."""
        least = 2 if self._is_small else 1
        rows = min(max(len(self._lines()), least), MOST_ROWS)
        if rows != self._rows:
            self._rows = rows
            self.styles.height = rows
        self.taking(rows)
        self.refresh()

    @property
    def _is_small(self) -> bool:
        return self.screen.has_class("-small")

    def render(self) -> Content:
        """All rows."""
        lines, room = self._lines(), self.size.width
        rows = max(self.size.height, 1)
        if len(lines) > rows:
            lines[rows - 1 :] = [Content(" ").join(lines[rows - 1 :])]
        lines += [Content("")] * (self._rows - len(lines))
        return Content("\n").join([each.truncate(room, ellipsis=True) for each in lines])

    def _lines(self) -> list[Content]:
        shown, room = self._shown, self.size.width
        if shown is None or not room:
            return [Content("")]
        if not self._is_small:
            status = self._status(shown)
            return _wrapped(status, room) if self.said else [status]
        under = self.ask()
        in_front = self.screen.has_class("-covered")
        accepted = list[Content]()
        if under is None:
            if shown.finding is not None and shown.finding.accepted is not None and not self.said:
                words = f" {accepted_words(shown.finding.accepted)}"
                accepted = _wrapped(Content.styled(words, "$text-warning"), room)
            first, second = self._first(shown), self._second(shown, room, in_full=in_front)
        else:
            first, second = self._under(shown, under)
        if in_front:
            rest = _wrapped(second, room) if second.plain.strip() else []
            return [*_wrapped(first, room), *accepted, *rest]
        return [*_wrapped(first, room), second] if self.said else [first, second]

    def _status(self, shown: Shown) -> Content:
        """Where the finding is told beside: what was said last, else what is selected."""
        if self.said:
            return Content.styled(f" {self.said}", "bold $primary")
        if shown.traced is not None:
            return Content.styled(f" {'; '.join(event_words(shown.traced))}", "bold")
        record = None if shown.selected is None else shown.snapshot.get(*shown.selected)
        return Content.styled(f" {phrase(record)}" if record is not None else "", "$text-muted")

    def _under(self, shown: Shown, under: "Under") -> tuple[Content, Content]:
        """What is under the cursor of a list; the steps of a way that is open, where it is that way."""
        first = Content(f" {under.text}")
        second = Content("")
        if self.said:
            first, second = Content.styled(f" {self.said}", "bold $primary"), first
        if under.is_open and shown.explanation is not None:
            second = self._second(shown, 0, in_full=True)
        return first, second

    def _first(self, shown: Shown) -> Content:
        if self.said:
            return Content.styled(f" {self.said}", "bold $primary")
        if shown.traced is not None:
            return Content.styled(f" {event_words(shown.traced)[0]}", "bold")
        finding = shown.finding
        if finding is not None:
            sign = severity_sign(finding)
            return Content.assemble(
                (f" {sign} {finding.severity} ", SEVERITY_STYLES[finding.severity] + " reverse"),
                (f" {finding.message}", "bold"),
            )
        if shown.explanation is not None:
            said = [sentence for sentence, step in told_steps(shown.explanation) if step is None]
            text = said[0] if said else shown.explanation.why_not or ""
            return Content.styled(f" {text}", "bold")
        if shown.why_nothing:
            return Content.styled(f" {shown.why_nothing}", "$text-warning")
        findings = () if shown.analysis is None else shown.analysis.findings
        if findings:
            first = findings[0]
            sign = severity_sign(first)
            return Content.assemble(
                (f" {sign} {first.severity} ", SEVERITY_STYLES[first.severity]),
                first.message,
                ("  f opens it", "$text-muted"),
            )
        return Content.styled(" no findings", "$text-muted") if shown.analysis is not None else Content("")

    def _second(self, shown: Shown, room: int, *, in_full: bool = False) -> Content:
        explanation = shown.explanation
        if shown.traced is not None:
            words = event_words(shown.traced)[1:]
            words.sort(key=lambda each: each.startswith("with "))  # whether somebody was asked comes first
            return Content(f" {'; '.join(words)}")
        if explanation is None:
            return Content.styled(f" {shown.finding.remedy}" if shown.finding else "", "$text-muted")
        pieces = [numbered(sentence) for sentence, step in told_steps(explanation) if step is not None]
        if in_full:
            return Content(" ").join(pieces)
        return _fitting(pieces, room)


def _wrapped(content: Content, room: int) -> list[Content]:
    """The content over as many rows as it needs, each a cell from the edge."""
    first, *rest = content.wrap(max(room - 1, 1)) or [Content("")]
    return [first, *(Content.assemble(" ", each) for each in rest)]


def _fitting(pieces: list[Content], room: int) -> Content:
    """The steps in one row: where not all fit, the first ones, how many more, and the last, which matters."""
    sizes = [width(piece.plain) + 1 for piece in pieces]
    if sum(sizes) <= room + 1:
        return Content(" ").join(pieces)
    most = f" … {len(pieces) - 1} more … "
    left = room - sizes[-1] - width(most) + 1
    kept = 0
    while kept < len(pieces) - 1 and sizes[kept] <= left:
        left -= sizes[kept]
        kept += 1
    rest = len(pieces) - 1 - kept
    if not rest:  # the last alone does not fit: it is cut
        return Content(" ").join(pieces)
    said = f" … {rest} more … "
    return Content("").join([Content(" ").join(pieces[:kept]), Content(said), pieces[-1]])
