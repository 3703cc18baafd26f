"""The names by which logs and other files call systems, agents and credentials."""

import sqlalchemy as sa
from alembic import op

revision = "8"
down_revision = "7"


def upgrade() -> None:
    """Add the column; nothing had such names before."""
    for table in ("system", "agent", "credential"):
        op.add_column(table, sa.Column("known_as", sa.JSON(none_as_null=True), nullable=True))
    op.execute("PRAGMA user_version = 8")
