"""One rule in words: what it finds, what to do, the standards it follows from, when it may be wrong."""

from textual.app import ComposeResult

from meshmodel.analysis.rules import RULES
from meshmodel.answers.blocks import Paragraph
from meshmodel.answers.painters import lines_of
from meshmodel.answers.rules import rule_facts
from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.panels.lines import row_of
from meshmodel.app.widgets.row_list import RowList


class RuleDialog(Dialog[None]):
    """Tells one rule; Escape or Enter closes it.

    ``RuleDialog("missing-checkpoint")``.
    """

    DEFAULT_CSS = """
    RuleDialog > #dialog { width: 84; }
    RuleDialog RowList { max-height: 100%; }
    """

    def __init__(self, rule: str) -> None:
        """Arguments: the id of the rule."""
        super().__init__(rule)
        self.rule = rule

    def compose_body(self) -> ComposeResult:
        """A row for each thing that is known of it: a list, so that a long text can be walked."""
        known = [rule_facts(each) for each in RULES if each.id == self.rule]
        yield RowList(map(row_of, lines_of(known or [Paragraph("there is no such rule any more")])))

    def on_row_list_chosen(self) -> None:
        """Close."""
        self.dismiss(None)
