"""Offboarding: what to do when an agent, a person, a vendor or a secret goes; done as one edit.

What can be drawn is done: a rotation cannot.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static

from meshmodel.answers.lines import Line
from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.limits import AT_ONCE
from meshmodel.app.panels.lines import row_of
from meshmodel.app.presentation.plan_lines import plan_in_lines
from meshmodel.app.session import READ_ONLY
from meshmodel.app.widgets.filter_list import FilterList
from meshmodel.app.widgets.rows import note_row
from meshmodel.edits.edit import Edit
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.stop import Progress
from meshmodel.model.text import one_line

if TYPE_CHECKING:
    from meshmodel.analysis.offboarding import Offboarding
    from meshmodel.analysis.rotation import RotationPlan
    from meshmodel.api import Analysis

_DOES: Final = (
    "one edit, which undo takes back: the agents retired, credentials revoked, copies and relations deleted, "
    "owners and approvers taken out; a rotation is noted in the journal, and still to be done; Tab goes to "
    "the button, Ctrl+S does it"
)
_ROTATES: Final = "a rotation cannot be drawn: do it where the secret is kept"


class Another:
    """Answered where somebody else is to be asked about."""


class OffboardingDialog(Dialog[Edit | Another]):
    """Lists the steps; the button does what can be drawn of them. Result: the edit, or that another is meant.

    ``OffboardingDialog(analysis, "agent:support-bot")``, or ``person:NAME``, ``vendor:NAME``,
    ``credential:ID``. In a large model the steps are a job, and leaving ends that. Raises
    ``MeshmodelError`` where there is none of that name.
    """

    DEFAULT_CSS = """
    OffboardingDialog > #dialog { width: 96; height: 100%; max-height: 36; }
    OffboardingDialog FilterList, OffboardingDialog RowList { height: 1fr; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "apply", show=False),
        Binding("ctrl+o", "another", show=False),
        Binding("tab", "app.focus_next", show=False),
    ]

    def __init__(self, analysis: "Analysis", who: str, *, read_only: bool = False) -> None:
        """Arguments: the analysis in force, who goes, whether edits are refused."""
        kind, _, name = who.partition(":")
        super().__init__(f"rotate {name}" if kind == "credential" else f"offboard {name}")
        self.analysis = analysis
        self.who = who
        self.is_rotation = kind == "credential"
        self.read_only = read_only
        self.plan: Offboarding | RotationPlan | None = None
        self._is_wanted = False
        """Whether it was asked for while it was being computed."""
        self._lines: list[Line] = []
        if analysis.snapshot.elements <= AT_ONCE:
            self.plan, self._lines = plan_in_lines(analysis, who)

    def compose_body(self) -> ComposeResult:
        """The steps, what the button does, the button."""
        yield FilterList(map(row_of, self._lines))
        said = _ROTATES if self.is_rotation else READ_ONLY if self.read_only else _DOES
        buttons = [self.button("Another", "another", "default")]
        if not self.is_rotation:
            disabled = self.read_only or self.plan is None
            buttons.insert(0, self.button("Offboard", "apply", "warning", disabled=disabled))
        yield from self.foot(f"{said}; Ctrl+O asks about somebody or something else", *buttons)

    def on_mount(self) -> None:
        """Compute the steps where they are not known yet."""
        if self.plan is None:
            self.jobs.run(
                "plan",
                lambda task: plan_in_lines(self.analysis, self.who, is_cancelled=task.is_cancelled),
                self._take,
                self._fail,
                "computing what to do",
                "Esc goes back without it",
            )

    def show_progress(self, running: Mapping[str, Progress]) -> None:
        """Say for how long it has been computed."""
        if "plan" in running:
            self.query_one(FilterList).set_rows([note_row(running["plan"].text)])

    def _take(self, found: "tuple[Offboarding | RotationPlan, list[Line]]") -> None:
        self.plan, lines = found
        self.query_one(FilterList).set_rows(map(row_of, lines))
        for button in self.query("#apply").results(Button):
            button.disabled = self.read_only
        if self._is_wanted:
            self.action_apply()

    def _fail(self, why: str) -> None:
        self.query_one(FilterList).set_rows([note_row(f"could not be computed: {why}")])
        if self._is_wanted:
            self.action_apply()

    def action_another(self) -> None:
        """Answer that another is meant."""
        self.dismiss(Another())

    def action_apply(self) -> None:
        """Answer with the edit; where it is not yet known what to do, as soon as it is."""
        from meshmodel.analysis.rotation import RotationPlan
        from meshmodel.edits.offboarding import offboard

        if self.is_rotation or isinstance(self.plan, RotationPlan):
            self.show_problem(_ROTATES)
        elif self.read_only:
            self.show_problem(READ_ONLY)
        elif self.plan is not None:
            try:
                self.dismiss(offboard(self.analysis.snapshot, self.plan))
            except MeshmodelError as error:
                self.show_problem(one_line(error, 200))
        elif self.jobs.is_running("plan"):
            self._is_wanted = True
            said = "computing what to do: it is done as soon as that is known; Esc goes back without it"
            self.query_one("#problem", Static).update(said)
        else:
            self.show_problem("nothing was done, since it is not known what to do")
