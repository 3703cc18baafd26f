"""Writes the migration to the tables of today, and ``schema.sql``, after a field was added.

``python -m meshmodel.store.migrations NAME "What changes."``; what it writes is to be read, and edited where
rows are to be told more than a default.
"""

import sys
from collections.abc import Iterator
from typing import Any, Final

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateForeignKeyOp,
    MigrateOperation,
    ModifyTableOps,
    UpgradeOps,
)
from sqlalchemy import ColumnDefault, DefaultClause, MetaData

from meshmodel.model.atomic_file import replace_file
from meshmodel.store import plain_sql, tables
from meshmodel.store.migrations import FOLDER, sqlalchemy_connection
from meshmodel.store.sqlite_file import SCHEMA_FILE, SCHEMA_VERSION

_TEXT: Final = '''"""{title}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    """Change the tables."""
    {operations}
'''


def migration(metadata: MetaData, title: str) -> str:
    """The text of the migration from the tables of ``schema.sql``."""
    wanted = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(wanted)  # a copy: defaults are put into it below
    with plain_sql.empty_model() as raw, sqlalchemy_connection(raw) as connection:
        context = MigrationContext.configure(connection)
        changes = produce_migrations(context, wanted).upgrade_ops or UpgradeOps()
        changes.ops = [after for each in changes.ops for after in _on_rows(each)]
        text = render_python_code(changes, render_as_batch=True, migration_context=context)
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("# ###")]
    return _TEXT.format(
        title=title, revision=SCHEMA_VERSION + 1, before=SCHEMA_VERSION, operations="\n".join(lines).strip()
    )


def _on_rows(change: MigrateOperation) -> Iterator[MigrateOperation]:
    """A change of a table so that it can be made where there are rows, on SQLite too.

    A column that is never NULL is added with a default of the database, which a second change takes away
    again: no table has one. Foreign keys get a name, without which they cannot be added.
    """
    yield change
    if not isinstance(change, ModifyTableOps):
        return
    stated: list[MigrateOperation] = []
    for each in change.ops:
        if isinstance(each, CreateForeignKeyOp):
            each.constraint_name = f"{each.source_table}_{'_'.join(each.local_cols)}"
        elif isinstance(each, AddColumnOp) and isinstance(each.column.default, ColumnDefault):
            value = each.column.default.arg
            each.column.server_default = DefaultClause(str(int(value) if isinstance(value, bool) else value))
            kept: dict[str, Any] = {"existing_type": each.column.type, "existing_nullable": False}
            stated.append(
                AlterColumnOp(each.table_name, each.column.name, modify_server_default=None, **kept)
            )
    if stated:
        yield ModifyTableOps(change.table_name, stated)


def main(name: str, title: str) -> None:
    """Write both files."""
    path = FOLDER / "versions" / f"revision_{SCHEMA_VERSION + 1}_{name}.py"
    replace_file(path, migration(tables.METADATA, title).encode())
    replace_file(SCHEMA_FILE, tables.create_statements().encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
