"""What the parts of the workbench say to each other.

The way of an edit is one direction: a widget posts :class:`EditRequested` (or an action does), the
workbench hands it to the session, the session posts :class:`ModelChanged` and then
:class:`AnalysisChanged`, and the workbench tells every panel to ``follow`` what is to be shown.
No widget writes the model.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from textual.message import Message

from meshmodel.analysis.results import Explanation, Finding, Summary
from meshmodel.edits.edit import Edit
from meshmodel.model.records import Reference
from meshmodel.model.snapshot import Snapshot
from meshmodel.model.vocabulary import View

if TYPE_CHECKING:
    from meshmodel.analysis.compromise import Compromise
    from meshmodel.analysis.trace import TracedEvent
    from meshmodel.api import Analysis
    from meshmodel.app.fix_state import Fixing
    from meshmodel.app.trace_state import Tracing

Cause = Literal["opened", "edit", "undo", "redo", "elsewhere"]
"""Why the model changed: it was opened, edited here, undone, redone, or edited by another program."""


class ModelChanged(Message):
    """The model is another one now; the analysis follows in a message of its own."""

    def __init__(self, snapshot: Snapshot, label: str, cause: Cause) -> None:
        """Arguments: the new snapshot, what the edit is called, and why it came about."""
        self.snapshot = snapshot
        self.label = label
        self.cause: Cause = cause
        super().__init__()


class AnalysisChanged(Message):
    """Both readings of the newest snapshot are there; ``before`` has the counts before the last edits."""

    def __init__(
        self, built: "Analysis", designed: "Analysis", before: tuple[Summary, Summary] | None
    ) -> None:
        """Arguments: the analyses as built and as designed, and the counts of both before the last edit, or
        before the first of several that came fast; if there were any.
        """
        self.built = built
        self.designed = designed
        self.before = before
        super().__init__()


class EditRequested(Message):
    """A widget asks for one edit of the model."""

    def __init__(self, edit: Edit, select: Reference | None = None, *, on: Snapshot) -> None:
        """Arguments: the edit, what to select on the canvas once it is done, and the model it was made on."""
        self.edit = edit
        self.select = select
        self.on = on
        super().__init__()


class SelectionRequested(Message):
    """A widget asks to select something; ``edit`` also opens it in the inspector."""

    def __init__(self, reference: Reference | None, *, edit: bool = False) -> None:
        """Arguments: what to select (nothing for ``None``), and whether to edit it."""
        self.reference = reference
        self.edit = edit
        super().__init__()


class ActionRequested(Message):
    """A widget (help, the palette, a button) asks to run one action of the table."""

    def __init__(self, action: str) -> None:
        """Arguments: the id of the action, as in ``actions.ACTIONS``."""
        self.action = action
        super().__init__()


class FindingOpened(Message):
    """A finding was opened (or, with ``None``, closed): light its witness and tell it in words."""

    def __init__(self, finding: Finding | None) -> None:
        """Arguments: the finding."""
        self.finding = finding
        super().__init__()


class ExplanationRequested(Message):
    """A widget asks to light the way of one agent to one system (the reach matrix does)."""

    def __init__(self, agent: str, system: str) -> None:
        """Arguments: the ids of the agent and the system."""
        self.agent = agent
        self.system = system
        super().__init__()


class PanelClosed(Message):
    """A panel, the quick line or an overlay is done: the canvas takes the focus again."""


class Notice(Message):
    """One line for the person at the screen, shown as plain text."""

    def __init__(
        self, text: str, severity: Literal["information", "warning", "error"] = "information"
    ) -> None:
        """Arguments: the text, and how much it matters."""
        self.text = text
        self.severity: Literal["information", "warning", "error"] = severity
        super().__init__()


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a panel needs in order to show itself.

    Attributes:
        snapshot: the model.
        built: its analysis as built, or ``None`` while the first one runs.
        designed: the same as designed.
        view: which of the two is in force on the screen.
        selected: what is selected on the canvas.
        finding: the open finding.
        explanation: the way that is lit and told.
        read_only: whether edits are refused.
        is_current: whether the analyses are those of this snapshot; else the new ones are being computed.
        compromise: what falls with what is selected, or to an outsider, where that was asked.
        refusal: why nothing falls: it is retired, revoked, or no element.
        fixing: what is known of the smallest fix.
        tracing: the log that is laid on the model.
        traced: the event of it that is lit and told.
        problem: why they could not be computed; empty where they could.
    """

    snapshot: Snapshot
    built: "Analysis | None" = None
    designed: "Analysis | None" = None
    view: View = "built"
    selected: Reference | None = None
    finding: Finding | None = None
    explanation: Explanation | None = None
    read_only: bool = False
    is_current: bool = True
    problem: str = ""
    compromise: "Compromise | None" = None
    refusal: str = ""
    fixing: "Fixing | None" = None
    tracing: "Tracing | None" = None
    traced: "TracedEvent | None" = None

    @property
    def analysis(self) -> "Analysis | None":
        """The analysis of the view in force."""
        return self.built if self.view == "built" else self.designed

    @property
    def why_nothing(self) -> str:
        """Why there is no analysis to show, or not yet that of this snapshot; empty where there is."""
        if self.problem:
            return f"could not be computed: {self.problem}"
        return "" if self.analysis is not None and self.is_current else "computing..."


class Panel(Protocol):
    """A widget of the workbench that shows something of the model."""

    def follow(self, shown: Shown) -> None:
        """Show this; called after every change, cheap where nothing of interest changed."""
