"""Judging findings: accepting one for a time, telling its rule, and why or why not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from meshmodel.app.panels.findings import FindingsList
from meshmodel.app.panels.fix import FixList
from meshmodel.app.panels.reach_matrix import ReachMatrix
from meshmodel.app.panels.trace import TracePanel
from meshmodel.app.workbench.context import NO_ROW, Base
from meshmodel.edits.edit import Change, Edit, Put
from meshmodel.model.records import Acceptance

if TYPE_CHECKING:
    from meshmodel.analysis.results import Explanation, Finding
    from meshmodel.app.dialogs.why import Asked


def _accepts(change: Change) -> bool:
    return isinstance(change, Put) and isinstance(change.record, Acceptance)


def stating(record: Acceptance, finding: "Finding | None") -> Acceptance:
    """An acceptance that does not say what is accepted, with what the finding is now; others as they are."""
    if finding is None or record.severity or record.agents or record.actions:
        return record
    return replace(
        record,
        severity=finding.severity,
        agents=finding.agents or None,
        actions=finding.actions or None,
    )


class Judging(Base):
    """The part of the workbench that speaks of one finding, or of one agent and one system."""

    _accepted_by = ""
    """Who accepted something last: the next one is likely the same."""

    def has_row(self, what: str) -> bool:
        """Whether the list in focus has a row for an action: the one seen is open then; else that is said."""
        findings = self.query_one(FindingsList)
        matrix = self.query_one(ReachMatrix)
        filtered = (findings, self.query_one(FixList), self.query_one(TracePanel))
        is_emptied = any(each.has_focus_within and each.is_emptied for each in filtered)
        if is_emptied or (matrix.has_focus_within and matrix.filter.value and matrix.pair is None):
            self.say(f"{what}: {NO_ROW}")
            return False
        if findings.has_focus_within and findings.first != self.shown.finding:
            self.open_finding(findings.first)  # a quick hand comes before the list says where it is
        return True

    def _finding(self) -> "Finding | None":
        """The finding under the cursor of the list in focus, else the open one."""
        found = self.query_one(FindingsList)
        if found.has_focus_within:
            return found.first
        return self.shown.finding

    def action_accept(self) -> None:
        """Ask who accepts the open finding, why and until when; or withdraw that."""
        from meshmodel.app.dialogs.accept import AcceptDialog

        if not self.has_row("accept"):
            return
        found = self.query_one(FindingsList)
        lost = found.acceptance if found.has_focus_within else None
        about = lost or self._finding()
        if about is None:
            self.say("accept: open a finding first (f)")
            return
        analysis = self.shown.analysis
        today = datetime.now(UTC).date() if analysis is None else analysis.today

        snapshot = self.shown.snapshot

        def decided(wanted: Edit | None) -> None:
            if wanted is not None and self.apply(wanted, on=snapshot):
                kept = self.session.snapshot.acceptance.get((about.rule, about.subject))
                self._accepted_by = kept.by if kept is not None else self._accepted_by

        dialog = AcceptDialog(snapshot, about, today, by=self._accepted_by)
        self.app.push_screen(dialog, decided)

    def with_what_is_accepted(self, wanted: Edit) -> Edit:
        """An edit whose new acceptances state what is accepted, as the findings are now.

        A sentence names rule and subject alone; without the rest it would cover whatever they grow to.
        """
        analysis = self.shown.analysis
        if analysis is None or not self.shown.is_current or not any(map(_accepts, wanted.changes)):
            return wanted
        found = {(each.rule, each.subject): each for each in analysis.findings}
        changes = [
            Put(stating(change.record, found.get((change.record.rule, change.record.subject))))
            if isinstance(change, Put) and isinstance(change.record, Acceptance)
            else change
            for change in wanted.changes
        ]
        return Edit(wanted.label, tuple(changes))

    def action_rule(self) -> None:
        """Tell the rule of the open finding."""
        from meshmodel.app.dialogs.rule import RuleDialog

        if not self.has_row("rule"):
            return
        finding = self._finding()
        lost = self.query_one(FindingsList).acceptance
        if finding is None and lost is None:
            self.say("rule: open a finding first (f)")
            return
        self.app.push_screen(RuleDialog(finding.rule if finding is not None else lost.rule))  # type: ignore[union-attr]  # one of the two is there

    def action_why(self) -> None:
        """Why or why not: of the open finding, of the cell of the reach matrix, else of any pair."""
        from meshmodel.app.dialogs.why import WhyDialog

        analysis = self.shown.analysis
        if analysis is None or not self.shown.is_current:
            self.answer_later("why", self.action_why)
            return
        if not self.has_row("why"):
            return
        asked, finding, about = self._question()
        if asked is None:
            self.say("why: the model has no agent and system to ask about yet")
            return

        def light(told: "Explanation | None") -> None:
            if told is not None:
                self.light_way(told)

        dialog = WhyDialog(analysis, asked, finding=finding, about=about)
        self.app.push_screen(dialog, light)

    def _question(self) -> "tuple[Asked | None, Finding | None, Finding | None]":
        """What is asked about, the finding that it is about, and that finding where its way is not known."""
        from meshmodel.app.dialogs.why import Asked, asked_of

        snapshot = self.shown.snapshot
        matrix = self.query_one(ReachMatrix)
        if matrix.has_focus_within and matrix.pair is not None:
            return Asked(*matrix.pair), None, None
        told, finding = self.shown.explanation, self._finding()
        is_open = finding is None or finding is self.shown.finding
        if told is not None and is_open:
            return asked_of(told), finding, None
        if not snapshot.agent or not snapshot.system:
            return None, None, None
        table, key = self.shown.selected or ("", "")
        agent = str(key) if table == "agent" else None
        system = str(key) if table == "system" else None
        return Asked(agent, system), finding, finding

    def light_way(self, told: "Explanation") -> None:
        """Light one way on the canvas, and tell it."""
        self.shown = self.with_(finding=None, explanation=told, traced=None)
        self.relight()
        self.follow()
        self.canvas.reveal(("system", told.system))
