"""Accepting a finding for a time: who, why and until when; withdrawing that again."""

from datetime import date
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from meshmodel.analysis.results import Finding
from meshmodel.answers.acceptances import what_is_accepted, with_scope
from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.widgets.line_input import LineInput
from meshmodel.edits.edit import Edit
from meshmodel.edits.fields import refusal_of
from meshmodel.edits.notes import (
    acceptance_edit,
    first_values,
    typed_acceptance,
    typed_problem,
    withdrawal,
)
from meshmodel.model.records import Acceptance, Snapshot
from meshmodel.model.text import clean_line, counted


class AcceptDialog(Dialog[Edit]):
    """A small form: by, reason, until. What is accepted is taken from the finding as it is now.

    That is its severity, its agents and its actions: after the last day, with a higher severity, an agent or
    an action more it is open again. Other systems, credentials or places that it comes to name, or a longer
    lifetime, leave it accepted.

    ``AcceptDialog(snapshot, finding, today)``, or with an acceptance whose finding is gone, which can only
    be withdrawn. Result: the edit. Enter goes on to the next line, and saves in the last.
    """

    DEFAULT_CSS = """
    AcceptDialog .line { height: 1; }
    AcceptDialog .line Static { width: 8; color: $text-muted; }
    AcceptDialog .line Input { width: 1fr; }
    AcceptDialog #about { height: auto; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(
        self,
        snapshot: Snapshot,
        finding: Finding | Acceptance,
        today: date,
        *,
        by: str = "",
        others: int = 0,
    ) -> None:
        """Arguments: the model; what is accepted; the day (UTC); who accepted something last; with how many
        other findings it is accepted.
        """
        super().__init__(
            "accept for a time" if isinstance(finding, Finding) else "accepted, but no longer found"
        )
        self.snapshot = snapshot
        self.finding = finding
        self.key = finding.rule, finding.subject
        self.before = snapshot.acceptance.get(self.key)
        self.today = today
        self._by = by
        self._others = others

    def compose_body(self) -> ComposeResult:
        """What is accepted, the three lines, the buttons."""
        also = f"\nand {counted(self._others, 'other finding')} of the same step" if self._others else ""
        yield Static(Content(what_is_accepted(self.finding) + also), id="about")
        if isinstance(self.finding, Finding):
            for name, value in first_values(self.before, self.today, self._by).items():
                with Horizontal(classes="line"):
                    yield Static(Content(name))
                    yield LineInput(value, id=name, compact=True, select_on_focus=False)
            yield Static(
                Content("a day like 2027-01-31 is the last one; Enter goes on, Ctrl+S saves"), id="hint"
            )
        yield Static("", id="problem", markup=False)
        withdraw = [self.button("Withdraw", "withdraw", "warning")] if self.before is not None else []
        accept = [self.button("Accept", "save")] if isinstance(self.finding, Finding) else []
        yield self.buttons(*withdraw, *accept)

    def on_mount(self) -> None:
        """Begin at the first empty line; where all is filled, at the last."""
        lines = list(self.query(Input))
        if not lines:
            self.query_one("#withdraw").focus()
            return
        next((each for each in lines if not each.value), lines[-1]).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next line; save in the last."""
        event.stop()
        lines = list(self.query(Input))
        following = lines[lines.index(event.input) + 1 :]
        if following:
            following[0].focus()
        else:
            self.action_save()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong may be right now."""
        event.stop()
        self.show_problem(None)

    def action_withdraw(self) -> None:
        """Answer with the edit that withdraws it."""
        self.dismiss(withdrawal(*self.key))

    def action_save(self) -> None:
        """Answer with the edit, if every line is filled and the model takes it."""
        if not isinstance(self.finding, Finding):
            return
        values = {str(each.id): clean_line(each.value) for each in self.query(Input)}
        wrong = typed_problem(values, self.today)
        if wrong is None:
            edit = acceptance_edit(with_scope(typed_acceptance(self.key, values), self.finding))
            problem = refusal_of(edit, self.snapshot)
            if problem is None:
                self.dismiss(edit)
                return
            wrong = "reason", problem
        self.show_problem(wrong[1])
        self.query_one(f"#{wrong[0]}", Input).focus()
