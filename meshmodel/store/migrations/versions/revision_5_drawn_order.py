"""The order in which lanes and cards were drawn last, the same for every window."""

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"


def upgrade() -> None:
    """Add the table of that order; where it is empty, the model alone says how it is drawn."""
    op.create_table(
        "drawn_order",
        sa.Column("number", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
    )
    op.execute("PRAGMA user_version = 5")
