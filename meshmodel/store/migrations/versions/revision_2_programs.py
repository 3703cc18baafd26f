"""Which programs have the file open, and who last did or undid an edit.

With it, several programs share one file and none takes back what another did.
"""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Add the table of programs; what was edited before it was kept is its author's."""
    op.create_table(
        "program",
        sa.Column("id", sa.String(), primary_key=True, nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("started", sa.String(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
    )
    op.add_column("journal", sa.Column("last_by", sa.String(), nullable=True))
    op.execute("UPDATE journal SET last_by = author")
    op.execute("PRAGMA user_version = 2")
