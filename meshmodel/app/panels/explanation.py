"""The way that is lit, told in words: who, as which identity, from where, and whether anybody asks."""

from collections import Counter
from typing import Any

from textual.content import Content

from meshmodel.analysis.results import Explanation, Finding, WitnessStep
from meshmodel.analysis.rules.base import MOST_LIT
from meshmodel.app.messages import SelectionRequested
from meshmodel.app.panels.bound import Bound
from meshmodel.app.state import WorkbenchState
from meshmodel.app.widgets.list_panel import Listing
from meshmodel.app.widgets.rows import Row
from meshmodel.model.records import Reference
from meshmodel.model.schema import STEP_ENDS
from meshmodel.reports.acceptances import accepted_words
from meshmodel.reports.log_words import event_words


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


class ExplanationList(Listing, Bound):
    """The steps as rows; the one under the cursor is selected on the canvas, and takes a checkpoint."""

    nothing = "what is chosen in a list is told here: a finding, a cell of the reach matrix, an event"

    def follow(self, shown: WorkbenchState) -> None:
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
