"""The tables of version 0.6.0, which every file that is migrated has."""

revision = "8"
down_revision = None


def upgrade() -> None:
    """Do nothing: a file of an earlier version is refused."""
