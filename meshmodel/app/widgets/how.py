"""The way that is lit, told in words: who, as which identity, from where, and whether anybody asks."""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from textual.content import Content
from textual.widget import Widget

from meshmodel.analysis.reached import MOST_LIT
from meshmodel.analysis.results import Explanation, Finding, WitnessStep
from meshmodel.app.messages import SelectionRequested, Shown
from meshmodel.app.phrases import phrase
from meshmodel.app.tracing import event_words
from meshmodel.app.widgets.findings import SEVERITY_STYLES, severity_sign
from meshmodel.app.widgets.listing import Listing
from meshmodel.app.widgets.rows import Row
from meshmodel.canvas.scene import Reference
from meshmodel.exporters.accepting import accepted_words
from meshmodel.model.schema import STEP_ENDS
from meshmodel.model.text import width


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


_PLAIN = str.maketrans({"✖": "x", "◆": "*", "◇": "o", "→": ">", "▸": ">", "⚑": "!", "…": "~"})


def plain(text: str, *, is_ascii: bool) -> str:
    """The text with letters in place of our signs, where only ASCII may be drawn."""
    return text.translate(_PLAIN) if is_ascii else text


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
            said = event_words(shown.traced, is_ascii=shown.ascii)
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
                text = plain(sentence, is_ascii=shown.ascii)
                if step is None:
                    rows.append(_words(text, "$text-muted" if rows else ""))
                else:
                    number = text.partition(" ")[0]
                    rows.append(Row(sentence, numbered(text), reference_of(step), indent=len(number) + 3))
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
    return Row(("words", text), Content.styled(text, style), heading=True)


def numbered(text: str) -> Content:
    """A numbered sentence: its number set off, and whether anybody asks at its end."""
    number, _, words = text.partition(" ")
    for sign in ("✖", "x nobody"):
        before, found, after = words.partition(sign)
        if found:
            return Content.assemble(
                (f" {number} ", "bold $background on $primary"), f" {before}", (found + after, "bold $error")
            )
    return Content.assemble((f" {number} ", "bold $background on $primary"), f" {words}")


class Under(NamedTuple):
    """What is under the cursor of a list, in words; and whether it is the way that is open."""

    text: str
    is_open: bool = False


class Told(Widget):
    """The status row. On the smallest screens two: the open finding, and its steps.

    A gesture, or what an action has to say, takes the first row while it lasts. Where another list lies
    over the canvas there, both rows tell what is under its cursor.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Told { height: 2; background: $surface; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        """Arguments: the widget's id."""
        super().__init__(id=id)
        self._shown: Shown | None = None
        self.said = ""
        self.ask: Callable[[], Under | None] = lambda: None

    def follow(self, shown: Shown) -> None:
        """Tell this."""
        self._shown = shown
        self.refresh()

    def say(self, text: str) -> None:
        """Say something in place of the finding; nothing for an empty text."""
        self.said = text
        self.refresh()

    def render(self) -> Content:
        """Both rows."""
        shown = self._shown
        room = self.size.width
        if shown is None:
            return Content("")
        if self.size.height < 2:
            return self._status(shown).truncate(room, ellipsis=True)
        under = self.ask()
        if under is None:
            first, second = self._first(shown), self._second(shown, room)
        else:
            first, second = self._under(shown, under, room)
        return Content("\n").join([first.truncate(room, ellipsis=True), second.truncate(room, ellipsis=True)])

    def _status(self, shown: Shown) -> Content:
        """Where the finding is told beside: what was said last, else what is selected."""
        if self.said:
            return Content.styled(f" {self.said}", "bold $primary")
        if shown.traced is not None:
            return Content.styled(f" {'; '.join(event_words(shown.traced, is_ascii=shown.ascii))}", "bold")
        record = None if shown.selected is None else shown.snapshot.get(*shown.selected)
        return Content.styled(f" {phrase(record)}" if record is not None else "", "$text-muted")

    def _under(self, shown: Shown, under: "Under", room: int) -> tuple[Content, Content]:
        """What is under the cursor of a list; the steps of a way that is open, where it is that way."""
        lines = [Content(f" {line.plain}") for line in Content(under.text).wrap(max(room - 1, 1))]
        first, *rest = lines or [Content("")]
        if len(rest) > 1:  # cut where it is seen, and not before
            rest = [Content(f" {under.text.removeprefix(first.plain.strip()).strip()}")]
        if self.said:
            first = Content.styled(f" {self.said}", "bold $primary")
        if under.is_open and shown.explanation is not None:
            return first, self._second(shown, room)
        return first, rest[0] if rest else Content("")

    def _first(self, shown: Shown) -> Content:
        if self.said:
            return Content.styled(f" {self.said}", "bold $primary")
        if shown.traced is not None:
            return Content.styled(f" {event_words(shown.traced, is_ascii=shown.ascii)[0]}", "bold")
        finding = shown.finding
        if finding is not None:
            sign = severity_sign(finding, is_ascii=shown.ascii)
            return Content.assemble(
                (f" {sign} {finding.severity} ", SEVERITY_STYLES[finding.severity] + " reverse"),
                (f" {finding.message}", "bold"),
            )
        if shown.explanation is not None:
            said = [sentence for sentence, step in told_steps(shown.explanation) if step is None]
            text = said[0] if said else shown.explanation.why_not or ""
            return Content.styled(f" {plain(text, is_ascii=shown.ascii)}", "bold")
        if shown.why_nothing:
            return Content.styled(f" {shown.why_nothing}", "$text-warning")
        findings = () if shown.analysis is None else shown.analysis.findings
        if findings:
            first = findings[0]
            sign = severity_sign(first, is_ascii=shown.ascii)
            return Content.assemble(
                (f" {sign} {first.severity} ", SEVERITY_STYLES[first.severity]),
                first.message,
                ("  f opens it", "$text-muted"),
            )
        return Content.styled(" no findings", "$text-muted") if shown.analysis is not None else Content("")

    def _second(self, shown: Shown, room: int) -> Content:
        explanation = shown.explanation
        if shown.traced is not None:
            words = event_words(shown.traced, is_ascii=shown.ascii)[1:]
            words.sort(key=lambda each: each.startswith("with "))  # whether somebody was asked comes first
            return Content(f" {'; '.join(words)}")
        if explanation is None:
            return Content.styled(f" {shown.finding.remedy}" if shown.finding else "", "$text-muted")
        pieces = [
            numbered(plain(sentence, is_ascii=shown.ascii))
            for sentence, step in told_steps(explanation)
            if step is not None
        ]
        return _fitting(pieces, room, plain("…", is_ascii=shown.ascii))


def _fitting(pieces: list[Content], room: int, omission: str) -> Content:
    """The steps in one row: where not all fit, the first ones, how many more, and the last, which matters."""
    sizes = [width(piece.plain) + 1 for piece in pieces]
    if sum(sizes) <= room + 1:
        return Content(" ").join(pieces)
    most = f" {omission} {len(pieces) - 1} more {omission} "
    left = room - sizes[-1] - width(most) + 1
    kept = 0
    while kept < len(pieces) - 1 and sizes[kept] <= left:
        left -= sizes[kept]
        kept += 1
    rest = len(pieces) - 1 - kept
    if not rest:  # the last alone does not fit: it is cut
        return Content(" ").join(pieces)
    said = f" {omission} {rest} more {omission} "
    return Content("").join([Content(" ").join(pieces[:kept]), Content(said), pieces[-1]])
