"""The person who made an edit, by the name that the program was opened with."""

import sqlalchemy as sa
from alembic import op

revision = "9"
down_revision = "8"


def upgrade() -> None:
    """Add the column; what was edited before has no person."""
    op.add_column("journal", sa.Column("person", sa.String(), nullable=True))
