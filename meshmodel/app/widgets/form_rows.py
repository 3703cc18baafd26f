"""Rows of a form: the name of a field and its value, with how each kind of value looks."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from textual.content import Content

from meshmodel.app.widgets.rows import ListRow, MoreRows, line
from meshmodel.edits.fields import usual_text, value_text
from meshmodel.model.records import Record, table_of
from meshmodel.model.schema import SCHEMA, Field

LABEL_WIDTH = 17
"""How many cells the names of fields take, the gap behind them included."""

WARNING = "$text-warning"
MUTED = "$text-muted"


def label(text: str) -> str:
    """The name of a field as people read it, padded to its column; a gap always follows."""
    return f"{text.replace('_', ' '):<{LABEL_WIDTH - 1}} "


def form_row(key: str, shown: Content, *, value: Any) -> ListRow:
    """One row of a form."""
    return ListRow(("field", key), line((label(key), MUTED)) + shown, value, indent=LABEL_WIDTH, below=True)


def field_row(record: Record, field: Field) -> ListRow:
    """The row of one field of a record; its value is the field."""
    return form_row(field.key, shown_value(record, field), value=field)


FIRST: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "system": ("id", "name", "kind", "zone", "sensitivity", "untrusted_input", "owner"),
        "agent": ("id", "name", "kind", "home", "owner"),
        "credential": ("id", "name", "kind", "identity", "lifetime", "owner"),
    }
)
"""By table the fields that are asked for first; a table that is not here has no others."""


def field_rows(record: Record, *, unfolded: bool, edited: str = "") -> list[ListRow]:
    """The rows of the fields of a record: those that are asked for first, then those that are set.

    Args:
        record: whose fields.
        unfolded: whether all others have rows too; else one row says how many there are.
        edited: a field that is shown in any case, as it was edited last.
    """
    table = SCHEMA[table_of(record)]
    first = [table.field(key) for key in FIRST.get(table.name, [each.key for each in table.fields])]
    others = [each for each in table.fields if each not in first]
    shown = [
        each
        for each in others
        if unfolded or each.key == edited or getattr(record, each.attribute) != each.default
    ]
    rows = [field_row(record, each) for each in (*first, *shown)]
    if others and (unfolded or len(shown) < len(others)):
        said = "fewer fields" if unfolded else f"more fields ({len(others) - len(shown)})"
        rows.append(ListRow("more fields", line((f"+ {said}", MUTED)), MoreRows()))
    return rows


def shown_value(record: Record, field: Field) -> Content:
    """The value of a field as the form shows it: unset ones with what is computed with then."""
    value = getattr(record, field.attribute)
    if value is None:
        return line((usual_text(record, field), MUTED))
    text = value_text(field, value)
    loud = field.key == "lifetime" and value == "unlimited"
    return line((text, WARNING) if loud else text)
