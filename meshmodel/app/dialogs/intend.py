"""Marking access as intended: says what that changes, and asks for the reason, which is kept."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from meshmodel.app.dialogs.base import TextEntry
from meshmodel.app.presentation.intents import IntentPreview, declaration_of, intending, reasoned
from meshmodel.edits.edit import Edit
from meshmodel.edits.fields import refusal_of

if TYPE_CHECKING:
    from meshmodel.analysis.results import Finding
    from meshmodel.api import Analysis
    from meshmodel.model.records import Intent


class IntendDialog(TextEntry):
    """Asks why some access is intended. What that changes is computed while the dialog is open.

    It cannot be accepted before that is shown, nor where the finding would stay: then it says why.
    """

    def __init__(
        self, analysis: "Analysis", finding: "Finding | None", intents: "Collection[Intent]"
    ) -> None:
        """Arguments: of the model as it is; what is to be answered, if it is a finding; by which intents."""
        self._found: IntentPreview | str = ""
        self._analysis, self._finding, self._intents = analysis, finding, intents
        self._label = declaration_of(intents).label
        waiting = f"{self._label}. What this changes is being computed."
        super().__init__("mark as intended: why?", hint=waiting, check=self._problem)

    def on_mount(self) -> None:
        """Compute what it changes."""
        super().on_mount()
        analysis, finding, intents = self._analysis, self._finding, self._intents
        self.jobs.run("intend", lambda _: intending(analysis, finding, intents), self._show, self._show)

    def _show(self, found: IntentPreview | str) -> None:
        self._found = found
        if isinstance(found, IntentPreview):
            lines = [f"{self._label}.", found.opens, found.fewer, "The reason is kept as a note."]
            self.show_hint("\n".join(filter(None, lines)))
        else:
            self.show_problem(found)

    def _problem(self, text: str) -> str | None:
        if not isinstance(self._found, IntentPreview):
            return self._found or "what this changes is being computed"
        return "write why, or leave with Esc" if not text else refusal_of(self.edit, self._analysis.snapshot)

    @property
    def edit(self) -> Edit:
        """What is decided: the intents, with the reason."""
        assert isinstance(self._found, IntentPreview)
        return reasoned(self._found.edit, self._found.about, self.text, self._analysis.snapshot)

    @property
    def words(self) -> str:
        """What it did, in sentences."""
        assert isinstance(self._found, IntentPreview)
        return f"{self._label}. {self._found.words}"
