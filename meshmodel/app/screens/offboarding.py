"""Offboarding an agent: what to revoke, rotate and delete, what breaks, who notices; done as one edit."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from meshmodel.app.screens.dialogs import Dialog
from meshmodel.app.widgets.rows import FilterList, Row, heading, line
from meshmodel.model.errors import MeshmodelError
from meshmodel.model.text import one_line
from meshmodel.store.edits import Edit

if TYPE_CHECKING:
    from meshmodel.api import Analysis

_COLUMNS = 400
"""The list wraps by itself: the text may be as wide as it likes."""


class OffboardingDialog(Dialog[Edit]):
    """Lists the steps; the button does what can be drawn of them. Result: the edit.

    ``OffboardingDialog(analysis, "support-bot")``. Raises ``MeshmodelError`` where there is no such agent.
    """

    DEFAULT_CSS = """
    OffboardingDialog > #dialog { width: 96; height: 100%; max-height: 36; }
    OffboardingDialog FilterList, OffboardingDialog RowList { height: 1fr; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "apply", show=False),
        Binding("tab", "app.focus_next", show=False),
    ]

    def __init__(
        self, analysis: "Analysis", agent: str, *, read_only: bool = False, is_ascii: bool = False
    ) -> None:
        """Arguments: the analysis in force, who goes, whether edits are refused, whether ASCII is drawn."""
        super().__init__(f"offboard {agent}")
        self.analysis = analysis
        self.agent = agent
        self.read_only = read_only
        self.is_ascii = is_ascii
        self.plan = analysis.offboarding(agent)

    def compose_body(self) -> ComposeResult:
        """The steps, what the button does, the button."""
        yield FilterList(self._rows(), placeholder="filter")
        said = "one edit, which undo takes back: the agent retired, what only it could present revoked, "
        said += "copies and relations deleted; a rotation is noted in the journal, and still to be done"
        said += "; Tab goes to the button, Ctrl+S does it"
        yield Static(Content("this model is open for reading only" if self.read_only else said), id="hint")
        yield Static(Content(""), id="problem", markup=False)
        with Horizontal(classes="buttons"):
            yield Button("Offboard", id="apply", variant="warning", compact=True, disabled=self.read_only)

    def on_mount(self) -> None:
        """Read first."""
        self.query_one(FilterList).focus_list()

    def on_button_pressed(self) -> None:
        """Do it."""
        self.action_apply()

    def action_apply(self) -> None:
        """Answer with the edit, if there is anything to do."""
        from meshmodel.store.offboarding import offboard

        if self.read_only:
            return
        try:
            self.dismiss(offboard(self.analysis.snapshot, self.plan))
        except MeshmodelError as error:
            self.query_one("#problem", Static).update(Content(f"✖ {one_line(error, 200)}"))

    def _rows(self) -> list[Row]:
        from meshmodel.exporters.offboarding_answer import offboarding_text
        from meshmodel.exporters.style import Style

        style = Style(columns=_COLUMNS, glyphs=not self.is_ascii)
        text = offboarding_text(self.analysis.snapshot, self.plan, style)
        rows = []
        for number, said in enumerate(text.splitlines()[1:]):  # the first names the model
            if not said.startswith("    "):
                rows.append(Row(("head", number), line((said, "bold")), heading=True))
            else:
                rows.append(Row(number, line(said), number, indent=6))
        return rows or [heading("nothing to do")]
