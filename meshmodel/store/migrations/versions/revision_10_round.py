"""The entry of the journal at which a guided round began."""

import sqlalchemy as sa
from alembic import op

revision = "10"
down_revision = "9"


def upgrade() -> None:
    """Add the table of that entry; no round was kept before."""
    op.create_table(
        "guided_round",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("began", sa.Integer(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
    )
