"""Answering questions: what is asked of the row in focus, or of what is selected."""

from typing import Any, Final

from meshmodel.analysis.results import Answerable
from meshmodel.answers.questions import answerable
from meshmodel.app.panels.inspector import Inspector
from meshmodel.app.panels.questions import QuestionList
from meshmodel.app.workbench.context import Controller
from meshmodel.edits.notes import confirmation
from meshmodel.model.records import Note

_MORE: Final = "the question in focus asks for more than yes or no; Enter opens what it is about"


class QuestionsController(Controller):
    """Answers questions with yes or no, one edit each."""

    def yes(self) -> bool:
        """Answer yes to the row in focus, and of a note that it is so; whether a question is in focus."""
        row = self._row
        match row:
            case None:
                return False
            case Answerable():
                self.context.answer(row, is_so=True)
            case Note():
                self.context.apply(confirmation(row), on=self.state.snapshot)
            case _:
                self.context.say(f"yes: {_MORE}")
        return True

    def no(self) -> bool:
        """Answer no to the row in focus; whether a question is."""
        row = self._row
        if isinstance(row, Answerable):
            self.context.answer(row, is_so=False)
        elif row is not None:
            self.context.say(f"no: {_MORE}")
        return row is not None

    def ask(self) -> bool:
        """Ask the first question about what is selected that yes or no answers; whether there is one."""
        analysis, selected = self.state.analysis, self.state.selected
        asked = None if analysis is None or selected is None else answerable(analysis, selected)
        if asked is not None:
            self.context.ask_question(asked)
        return asked is not None

    @property
    def _row(self) -> Any:
        """What the row in focus asks, or else is about; ``None`` where no question has the focus."""
        panel, inspector = self.context.panel(QuestionList), self.context.panel(Inspector)
        if inspector.has_focus_within:
            row = inspector.rows.row
            return row.value if row is not None and isinstance(row.value, Answerable) else None
        if not panel.has_focus_within:
            return None
        row, analysis, snapshot = panel.rows.row, self.state.analysis, self.state.snapshot
        if row is None or row.value is None or analysis is None:
            return ()
        return answerable(analysis, row.value) or snapshot.get(*row.value) or ()
