"""What the tables of a model file look like to SQLite: names, columns, keys, indexes.

``tables`` declares them with SQLModel, which takes a third of a second to import. What only reads a
model file compares it with this description; a test holds that the two say the same.
"""

from dataclasses import dataclass
from typing import Final

from meshmodel.model.schema import SCHEMA

NEWEST: Final = 3
"""The schema version that this program writes (``user_version``)."""

MIGRATIONS: Final = "alembic_version"
"""The table in which the migration library keeps the name of the newest migration that was applied."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One table.

    Attributes:
        columns: their names.
        required: those that are never NULL.
        key: those of the primary key, in its order.
        indexes: the names of its indexes.
    """

    columns: tuple[str, ...]
    required: frozenset[str]
    key: tuple[str, ...]
    indexes: frozenset[str] = frozenset()


def _records() -> dict[str, Layout]:
    found = {}
    for table in SCHEMA.values():
        key = table.key or ("row",)  # what has no key of its own is one row
        given = {field.key for field in table.fields if field.required or field.default is not None}
        names = tuple(field.key for field in table.fields)
        columns = names if set(key) <= set(names) else (*key, *names)
        found[table.name] = Layout(columns, frozenset({*key, *given}), key)
    return found


def _book(required: str, *, optional: str = "", key: str, indexes: str = "") -> Layout:
    given = required.split()
    return Layout(
        (*given, *optional.split()), frozenset(given), tuple(key.split()), frozenset(indexes.split())
    )


RECORD_LAYOUTS: Final[dict[str, Layout]] = _records()
"""The tables that hold records, by their name in the interchange file."""

LAYOUTS: Final[dict[str, Layout]] = RECORD_LAYOUTS | {
    "journal": _book(
        "number time label author state touched",
        optional="last_by",
        key="number",
        indexes="journal_by_state journal_by_revision",
    ),
    "journal_change": _book(
        "entry position record_table record_key", optional="before after", key="entry position"
    ),
    "program": _book("id machine process started seen", key="id"),
    MIGRATIONS: _book("version_num", key="version_num"),
}
"""All tables of a model file."""
