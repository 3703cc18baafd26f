"""The way that is lit, told in words: who, as which identity, from where, and whether anybody asks."""

from typing import Any

from textual.content import Content
from textual.widget import Widget

from meshmodel.analysis.results import Explanation, Finding, WitnessStep
from meshmodel.app.messages import SelectionRequested, Shown
from meshmodel.app.widgets.findings import SEVERITY_STYLES, severity_sign
from meshmodel.app.widgets.listing import Listing
from meshmodel.app.widgets.rows import Row
from meshmodel.canvas.scene import Reference
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


def asked(step: WitnessStep, *, is_ascii: bool = False) -> Content:
    """Whether somebody asks at a step: the checkpoint, or that there is none where a zone is entered."""
    if step.checkpoint is not None:
        return Content.styled(f" {'*' if is_ascii else '◆'} {step.checkpoint}", "$success")
    if step.step == "grant" and step.zone_from != step.zone_to:
        return Content.styled(f" {'x' if is_ascii else '✖'} nobody asks", "bold $error")
    return Content("")


def nothing_lit(finding: Finding | None) -> list[Content]:
    """What to say where no way is lit."""
    if finding is None:
        return [Content.styled("open a finding to see how it comes about", "$text-muted")]
    return [Content(finding.message), Content.styled(finding.remedy, "$text-muted")]


class How(Listing):
    """The steps as rows; the one under the cursor is selected on the canvas, and takes a checkpoint."""

    nothing = "open a finding to see how it comes about"

    def follow(self, shown: Shown) -> None:
        """Tell the way of this."""
        explanation, finding = shown.explanation, shown.finding
        rows: list[Row] = []
        if finding is not None:
            rows.append(_words(finding.message, "bold"))
        if explanation is not None:
            for number, (step, sentence) in enumerate(
                zip(explanation.steps, _sentences(explanation), strict=True), 1
            ):
                content = Content.assemble(
                    (f" {number} ", "bold $background on $primary"), f" {sentence}", asked(step, is_ascii=shown.ascii)
                )
                reference = reference_of(step) or ("system", step.to.partition(":")[2])
                rows.append(Row((number, sentence), content, reference))
            zones = _zones(explanation)
            if len(zones) > 1:
                arrow = " > " if shown.ascii else " → "
                rows.append(_words(f"crosses {arrow.join(zones)}", "$text-muted"))
            if not explanation.steps and explanation.why_not:
                rows.append(_words(explanation.why_not, "$text-muted"))
        if finding is not None:
            rows.append(_words(finding.remedy, "$text-muted"))
            rows.append(_words("; ".join(finding.references), "$text-muted"))
        self.show_rows(rows)

    def chosen(self, value: Any) -> None:
        """Show the step on the canvas."""
        self.post_message(SelectionRequested(value))

    def pointed(self, value: Any) -> None:
        """Show the step on the canvas."""
        self.post_message(SelectionRequested(value))


def _words(text: str, style: str) -> Row:
    return Row(("words", text), Content.styled(text, style), heading=True)


def _sentences(explanation: Explanation) -> list[str]:
    """One sentence a step; where the analysis tells several steps in one, the steps tell themselves."""
    if len(explanation.sentences) == len(explanation.steps):
        return list(explanation.sentences)
    return [
        f"{step.step} {step.from_.partition(':')[2]} to {step.to.partition(':')[2]}"
        + (f" ({step.action})" if step.action else "")
        for step in explanation.steps
    ]


def _zones(explanation: Explanation) -> list[str]:
    zones: list[str] = []
    for step in explanation.steps:
        for zone in (step.zone_from, step.zone_to):
            if zone is not None and (not zones or zones[-1] != zone):
                zones.append(zone)
    return zones


class Told(Widget):
    """On the smallest screens: the open finding in one row, its steps in the next.

    A gesture, or what an action has to say, takes the first row while it lasts.
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
        first = self._first(shown)
        second = self._second(shown, room)
        return Content("\n").join([first.truncate(room, ellipsis=True), second.truncate(room, ellipsis=True)])

    def _first(self, shown: Shown) -> Content:
        if self.said:
            return Content.styled(f" {self.said}", "bold $accent")
        finding = shown.finding
        if finding is not None:
            sign = severity_sign(finding, is_ascii=shown.ascii)
            return Content.assemble(
                (f" {sign} {finding.severity} ", SEVERITY_STYLES[finding.severity] + " reverse"),
                (f" {finding.message}", "bold"),
            )
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
        if explanation is None:
            return Content.styled(f" {shown.finding.remedy}" if shown.finding else "", "$text-muted")
        pieces: list[Content] = []
        used = 0
        for number, (step, sentence) in enumerate(
            zip(explanation.steps, _sentences(explanation), strict=True), 1
        ):
            piece = Content.assemble((f" {number} ", "bold $primary"), sentence, asked(step, is_ascii=shown.ascii))
            used += width(piece.plain)
            if used > room and pieces:
                pieces.append(Content.styled(" …", "$text-muted"))
                break
            pieces.append(piece)
        return Content("").join(pieces)
