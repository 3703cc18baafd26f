"""What imports last said, so that a later import of the same file knows what changed since, and where."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Add the table of imported records; nothing was imported before."""
    op.create_table(
        "imported",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        sa.Column(
            "entry",
            sa.Integer(),
            sa.ForeignKey("journal.number", deferrable=True, initially="DEFERRED"),
            nullable=True,
        ),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("stable_key", sa.String(), nullable=False),
        sa.Column("record_table", sa.String(), nullable=False),
        sa.Column("record_key", sa.String(), nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
    )
    op.execute("PRAGMA user_version = 4")
