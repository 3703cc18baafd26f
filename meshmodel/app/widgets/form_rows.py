"""Rows of a form: the name of a field and its value, with how each kind of value looks."""

from typing import Any

from textual.content import Content

from meshmodel.app.widgets.rows import Row, line
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


def form_row(key: str, shown: Content, *, value: Any) -> Row:
    """One row of a form."""
    return Row(("field", key), line((label(key), MUTED)) + shown, value, indent=LABEL_WIDTH, below=True)


def field_row(record: Record, field: Field) -> Row:
    """The row of one field of a record; its value is the field."""
    return form_row(field.key, shown_value(record, field), value=field)


def field_rows(record: Record) -> list[Row]:
    """The rows of all fields of a record, in the order of the schema."""
    return [field_row(record, field) for field in SCHEMA[table_of(record)].fields]


def shown_value(record: Record, field: Field) -> Content:
    """The value of a field as the form shows it: unset ones with what is computed with then."""
    value = getattr(record, field.attribute)
    if value is None:
        return line((usual_text(record, field), MUTED))
    text = value_text(field, value)
    loud = field.key == "lifetime" and value == "unlimited"
    return line((text, WARNING) if loud else text)
