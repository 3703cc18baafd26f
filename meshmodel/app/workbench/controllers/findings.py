"""Findings: the open one with its witness, accepting it for a time, its rule, why and why not."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from meshmodel.answers.acceptances import with_scopes
from meshmodel.app.messages import EditRequested, ExplanationRequested
from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.quick_line import QuickLine
from meshmodel.app.panels.reach_matrix import ReachMatrix
from meshmodel.app.presentation.cause_lines import ORDERS
from meshmodel.app.state import OpenedFinding, OpenedPath
from meshmodel.app.workbench.context import Controller
from meshmodel.edits.edit import Edit, Put
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.records import Acceptance

if TYPE_CHECKING:
    from meshmodel.analysis.results import Explanation, Finding
    from meshmodel.app.presentation.explanations import PathQuestion


class FindingsController(Controller):
    """Speaks of one finding, or of one agent and one system."""

    _accepted_by = ""
    """Who accepted something last: the next one is likely the same."""

    def show(self) -> None:
        """Show the findings; where none is open, open the one under the cursor, at first the most severe."""
        self.context.open_list("findings")
        if self.state.finding is None:
            self.context.after_paint.append(self.context.panel(FindingsList).open_row)

    def group(self) -> None:
        """List the findings by the next of severity, door, agents and rule."""
        by = ORDERS[(ORDERS.index(self.state.findings_by) + 1) % len(ORDERS)]
        self.show()
        self.context.update(findings_by=by)
        self.context.say(f"findings by {by}; G lists them otherwise")

    def point(self, finding: "Finding | None") -> None:
        """Open a finding; with ``None``: none.

        Enter on the open one does nothing while an edit is analysed, which may close it: that is waited for.
        """
        waiting = self.context.after_analysis
        if finding is None or finding is not self.state.finding or self.state.is_current:
            self.context.open_finding(finding)
        elif waiting is not None:
            self.context.after_analysis = waiting[0], self.context.input_count

    def explained(self, event: ExplanationRequested) -> None:
        """A panel asks to light the way of an agent to a system."""
        analysis = self.state.analysis
        explanation = None if analysis is None else analysis.explain(event.agent, event.system)
        if explanation is not None:
            self.context.highlight_way(explanation)

    def edit_requested(self, event: EditRequested) -> None:
        """A panel asks for an edit."""
        if not self.context.apply(self._with_scopes(event.edit), event.select, on=event.on):
            self.context.panel(QuickLine).refused(event.edit, self.context.session.snapshot)

    def refusal(self, event: EditRequested) -> MeshmodelError | None:
        """Make the edit that a dialog asks for; why it is refused."""
        return self.context.refusal(self._with_scopes(event.edit), event.select, on=event.on)

    def _with_scopes(self, edit: Edit) -> Edit:
        analysis = self.state.analysis if self.state.is_current else None
        return edit if analysis is None else with_scopes(edit, analysis.findings)

    def reopen(self) -> None:
        """After an analysis: the open finding as it is now; closed, and said so, where it is gone."""
        state, analysis = self.state, self.state.analysis
        if analysis is None:
            return
        finding, explanation = state.finding, state.explanation
        if finding is None:
            explanation = explanation and analysis.explain(explanation.agent, explanation.system)
            self.context.update(opened=explanation and OpenedPath(explanation))
            return
        key = finding.rule, finding.subject
        found = next((each for each in analysis.findings if (each.rule, each.subject) == key), None)
        if found is None:
            self.context.update(opened=None)
            closed, news = f"closed: {finding.headline}", state.message.news
            self.context.say_of_others(f"{news}; {closed}") if news else self.context.say(closed)
        else:
            self.context.update(opened=OpenedFinding(found, analysis.explain_finding(found)))

    def accept(self) -> None:
        """Ask who accepts the open finding, why and until when; or withdraw that."""
        from meshmodel.app.dialogs.accept import AcceptDialog

        panel = self.context.panel(FindingsList)
        lost = panel.acceptance if panel.has_focus_within else None
        about = lost or self.state.finding
        if about is None:
            self.context.say("accept: open a finding first (f)")
            return
        analysis, snapshot = self.state.analysis, self.state.snapshot
        today = datetime.now(UTC).date() if analysis is None else analysis.today

        def decided(wanted: Edit) -> tuple[Edit, None]:
            for each in wanted.changes:
                if isinstance(each, Put) and isinstance(each.record, Acceptance):
                    self._accepted_by = each.record.by
            return wanted, None

        dialog = AcceptDialog(snapshot, about, today, by=self._accepted_by)
        self.context.ask_edit(dialog, decided, on=lambda: snapshot)

    def rule(self) -> None:
        """Tell the rule of the open finding: what it finds, what to do, and when it may be wrong."""
        from meshmodel.analysis.rules import RULES
        from meshmodel.answers.blocks import Paragraph
        from meshmodel.answers.painters import lines_of
        from meshmodel.answers.rules import rule_facts
        from meshmodel.app.dialogs.base import LinesDialog

        about = self.state.finding or self.context.panel(FindingsList).acceptance
        if about is None:
            self.context.say("rule: open a finding first (f)")
            return
        known = [rule_facts(each) for each in RULES if each.id == about.rule]
        lines = lines_of(known or [Paragraph("there is no such rule any more")])
        self.context.ask(LinesDialog(about.rule, lines, width=84), lambda _: None)

    def why(self) -> None:
        """Why or why not: of the open finding, of the cell of the reach matrix, else of any pair."""
        from meshmodel.app.dialogs.why import WhyDialog

        analysis = self.state.analysis
        if analysis is None or not self.state.is_current:
            self.context.answer_later("why", self.why)
            return
        asked, finding, about = self._question()
        if asked is None:
            self.context.say("why: the model has no agent and system to ask about yet")
            return
        self.context.ask(WhyDialog(analysis, asked, finding=finding, about=about), self._highlight)

    def _highlight(self, explanation: "Explanation") -> None:
        self.context.highlight_way(explanation)
        self.context.canvas.reveal(("system", explanation.system))

    def _question(self) -> "tuple[PathQuestion | None, Finding | None, Finding | None]":
        """What is asked about, the finding that it is about, and that finding where its way is not known."""
        from meshmodel.app.presentation.explanations import PathQuestion, asked_of

        state = self.state
        matrix = self.context.panel(ReachMatrix)
        if matrix.has_focus_within and matrix.pair is not None:
            return PathQuestion(*matrix.pair), None, None
        explanation, finding = state.explanation, state.finding
        if explanation is not None and not self._is_on_another_card(explanation):
            return asked_of(explanation), finding, None
        if not state.snapshot.agent or not state.snapshot.system:
            return None, None, None
        table, key = state.selected or ("", "")
        agent = str(key) if table == "agent" else None
        system = str(key) if table == "system" else None
        another = explanation is not None
        return PathQuestion(agent, system), None if another else finding, None if another else finding

    def _is_on_another_card(self, explanation: "Explanation") -> bool:
        """Whether an agent or a system was picked on the drawing that the open way does not end at."""
        selected, canvas = self.state.selected, self.context.canvas
        ends = {("agent", explanation.agent), ("system", explanation.system)}
        return canvas.has_focus and (selected or ("",))[0] in {"agent", "system"} and selected not in ends
