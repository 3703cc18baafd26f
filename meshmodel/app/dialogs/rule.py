"""One rule in words: what it finds, what to do, the standards it follows from, when it may be wrong."""

from textual.app import ComposeResult

from meshmodel.app.dialogs.base import Dialog
from meshmodel.app.widgets.row_list import RowList
from meshmodel.app.widgets.rows import Row, line


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
        yield RowList(rule_rows(self.rule))

    def on_row_list_chosen(self) -> None:
        """Close."""
        self.dismiss(None)


def rule_rows(rule: str) -> list[Row]:
    """What is known of a rule, one row for each thing; of an unknown one that there is none."""
    from meshmodel.analysis.rules import RULES

    found = next((each for each in RULES if each.id == rule), None)
    if found is None:
        return [Row("unknown", line("there is no such rule any more"))]
    heads = ["follows", *("" for _ in found.references[1:])]
    said = [
        ("severity", found.severity),
        ("finds", found.detects),
        ("to do", found.remedy),
        *zip(heads, found.references, strict=False),
        ("may be wrong", found.false_positives),
    ]
    return [
        Row((name, text), line((f"{name:<14}", "$text-muted"), text), None, indent=14) for name, text in said
    ]
