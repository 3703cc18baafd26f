"""The way that is lit, told in words: who, as which identity, from where, and whether anybody asks."""

from typing import Any

from textual.content import Content

from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import Row
from meshmodel.reports.acceptances import accepted_words
from meshmodel.reports.log_words import event_words
from meshmodel.reports.witness import reference_of, told_steps, what_is_lit


class ExplanationList(Listing, Bound):
    """The steps as rows; the one under the cursor is selected on the canvas, and takes a checkpoint."""

    nothing = "what is chosen in a list is told here: a finding, a cell of the reach matrix, an event"

    def basis(self, shown: WorkbenchState) -> object:
        """What is told."""
        return shown.traced, shown.finding, shown.explanation

    def show_state(self, shown: WorkbenchState) -> None:
        """Tell the way of this."""
        explanation, finding = shown.explanation, shown.finding
        rows: list[Row] = []
        if shown.traced is not None:
            rows += [
                Row(("event", text), Content.styled(text, "" if number else "bold"), indent=2)
                for number, text in enumerate(event_words(shown.traced))
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
        if finding is not None:  # no headings: the cursor scrolls to them
            below = (finding.remedy, "; ".join(finding.references))
            rows += (Row(("below", text), Content.styled(text, "$text-muted")) for text in below)
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
